/** What a test run must not leave behind: processes. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

export interface Process {
  pid: number;
  parent: number;
  command: string;
}

/** Every process of this machine that the system shows; none where it has no /proc. */
export function allProcesses(): Process[] {
  if (!existsSync('/proc/self/stat')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (state === 'Z') return [];
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return [{ pid: Number(name), parent: Number(parent), command }];
      } catch {
        return []; // It ended while we looked.
      }
    });
}

/** The children of a process (this one where none is named) and theirs. */
export function descendants(of: number = process.pid): Process[] {
  const all = allProcesses();
  const found: Process[] = [];
  const parents = new Set([of]);
  for (;;) {
    const next = all.filter(({ pid, parent }) => parents.has(parent) && !parents.has(pid));
    if (next.length === 0) return found;
    for (const child of next) parents.add(child.pid);
    found.push(...next);
  }
}

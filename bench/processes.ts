/** CPU time of a process and all that it started, as the kernel counts it. */
import { readdirSync, readFileSync } from 'node:fs';

/** Kernel clock ticks a second (USER_HZ), the same on every Linux that Node runs on. */
const TICKS = 100;

interface Stat {
  pid: number;
  parent: number;
  /** Of the process itself, and of its children that have ended and been waited for. */
  ticks: number;
}

function stats(): Stat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const text = readFileSync(`/proc/${name}/stat`, 'utf8');
        const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
        const ticks = [11, 12, 13, 14].reduce((sum, i) => sum + Number(fields[i]), 0);
        return [{ pid: Number(name), parent: Number(fields[1]), ticks }];
      } catch {
        return []; // It ended while we looked.
      }
    });
}

/** Seconds of CPU that the process, its descendants and those of them that have ended have used so far. */
export function cpuSeconds(root: number): number {
  const all = stats();
  const members = new Set([root]);
  for (let before = 0; before !== members.size; ) {
    before = members.size;
    for (const { pid, parent } of all) if (members.has(parent)) members.add(pid);
  }
  return all.filter(({ pid }) => members.has(pid)).reduce((sum, { ticks }) => sum + ticks, 0) / TICKS;
}

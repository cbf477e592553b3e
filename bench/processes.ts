/** CPU time of a process, alone or with all that it started, as the kernel counts it. */
import { readdirSync, readFileSync } from 'node:fs';

/** Kernel clock ticks a second (USER_HZ), the same on every Linux that Node runs on. */
const TICKS = 100;

interface Stat {
  pid: number;
  parent: number;
  /** Of the process itself. */
  ticks: number;
  /** Of its children that have ended and been waited for. */
  endedTicks: number;
}

/** Null where there is no such process any more. */
function stat(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Counted from the state, behind the name, which may hold anything (proc(5)).
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [user, system, endedUser, endedSystem] = fields.slice(11, 15).map(Number);
    return { pid, parent: Number(fields[1]), ticks: user! + system!, endedTicks: endedUser! + endedSystem! };
  } catch {
    return null;
  }
}

/** Seconds of CPU that the process, its descendants and those of them that have ended have used so far. */
export function cpuSeconds(root: number): number {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => stat(Number(name)))
    .filter((each) => each !== null);
  const members = new Set([root]);
  for (let before = 0; before !== members.size; ) {
    before = members.size;
    for (const { pid, parent } of all) if (members.has(parent)) members.add(pid);
  }
  const counted = all.filter(({ pid }) => members.has(pid));
  return counted.reduce((sum, { ticks, endedTicks }) => sum + ticks + endedTicks, 0) / TICKS;
}

/** Seconds of CPU that the process itself has used so far, its children not counted. */
export function ownCpuSeconds(pid: number): number {
  const own = stat(pid);
  if (own === null) throw new Error(`process ${pid} has ended`);
  return own.ticks / TICKS;
}

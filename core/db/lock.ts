/** One server a data folder: a lock file that names its holder, and is void when the holder is gone, however it went. */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataDirInUse } from './errors.ts';

/**
 * Takes the lock of a data folder and answers its release.
 * Errors: `LS_DATA_DIR_IN_USE` while another process that is alive holds it.
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'lock');
  const mine = identity(process.pid);
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, mine);
  try {
    for (;;) {
      // A link appears with its content or not at all, so no reader ever sees half a lock.
      if (tryLink(draft, file)) break;
      const holder = readIfThere(file);
      if (holder === null) continue;
      const pid = livingPid(holder);
      if (pid !== null) throw dataDirInUse(`The data folder ${folder} is in use by the server with process id ${pid}.`);
      setAside(file, holder);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return () => {
    if (readIfThere(file) === mine) rmSync(file, { force: true });
  };
}

/** Process id of the server that has a data folder now; null where none has. */
export function lockHolder(folder: string): number | null {
  const holder = readIfThere(join(folder, 'lock'));
  return holder === null ? null : livingPid(holder);
}

function livingPid(holder: string): number | null {
  const pid = Number(holder.split(' ')[0]);
  return isAlive(pid) && identity(pid) === holder ? pid : null;
}

/** Removes a void lock, unless another start has replaced it since it was read. */
function setAside(file: string, expected: string): void {
  const aside = `${file}.void.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return;
    throw error;
  }
  if (readIfThere(aside) !== expected) tryLink(aside, file);
  rmSync(aside, { force: true });
}

/** A process id and, since ids are used again, the time it started where the system tells (in clock ticks since boot). */
function identity(pid: number): string {
  const stat = readIfThere(`/proc/${pid}/stat`);
  // The second field is the program's name in brackets and may hold anything; the 22nd is the start.
  const started = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return `${pid} ${started ?? 'unknown'}`;
}

/** Whether a process with this id exists, of whatever user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, 'EPERM');
  }
}

function tryLink(existing: string, path: string): boolean {
  try {
    linkSync(existing, path);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ESRCH')) return null;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

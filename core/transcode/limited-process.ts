/** Runs ffmpeg and ffprobe on files of strangers: with low priority, and within limits that the system enforces. */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';

export interface Limits {
  /** Bytes of address space. */
  memory: number;
  /** Seconds of CPU time; null for none. */
  cpu: number | null;
}

/**
 * The limits hold for the shell itself, which then becomes the program: there is no process in between. Not every system knows each limit; `-f 0`
 * is one that all know: the program may write no file.
 */
const SCRIPT =
  'ulimit -f 0; ulimit -c 0; ulimit -v "$1" 2>/dev/null; [ "$2" = none ] || ulimit -t "$2"; shift 2; exec nice -n 10 "$@"';
const KIB = 1024;

/** Starts a program of ours with arguments that no shell reads. */
export function spawnLimited(program: string, args: string[], limits: Limits, stdio: StdioOptions): ChildProcess {
  const bounds = [String(Math.floor(limits.memory / KIB)), limits.cpu === null ? 'none' : String(limits.cpu)];
  return spawn('/bin/sh', ['-c', SCRIPT, 'sh', ...bounds, program, ...args], {
    stdio,
    // Nothing else of our environment: it may hold secrets.
    env: { PATH: process.env.PATH, LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH, LC_ALL: 'C' },
  });
}

/** Lines of a stream that ends nowhere in particular; a line longer than `longest` is cut. */
export async function* linesOf(stream: AsyncIterable<string | Buffer>, longest = 1000): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop()!.slice(0, longest);
    for (const line of lines) yield line.slice(0, longest);
  }
  if (rest !== '') yield rest;
}

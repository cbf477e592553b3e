/** Publishers of the benchmarks: a made file sent in real time; their own cost is not counted. */
import { type ChildProcess, spawn } from 'node:child_process';

export interface BenchPublisher {
  process: ChildProcess;
  stop(): Promise<void>;
}

/** Sends the file as it is, in real time and over and over, to one or more addresses from one process each. */
export function publishFile(file: string, url: string): BenchPublisher {
  const child = spawn(
    'ffmpeg',
    ['-hide_banner', '-loglevel', 'error', '-re', '-stream_loop', '-1', '-i', file, '-c', 'copy', '-f', 'flv', url],
    { stdio: 'ignore' },
  );
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    process: child,
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

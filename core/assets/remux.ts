/** Makes one MP4 of fragmented ones without encoding anything: its index stands first, as players want it that read from afar. */
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** What ffmpeg says is kept up to so many characters, for the error. */
const SAID = 2000;

export interface RemuxOptions {
  /** A folder of its own, for what lies between. */
  folder: string;
  /** Seconds from the beginning: what the file shows. An edit list hides what has to stand before it. */
  trim: { start: number; end: number } | null;
  signal: AbortSignal;
}

/** Fragmented MP4, as it is read. */
export type Fragments = AsyncIterable<Uint8Array>;

/**
 * Answers the path of the file. Several inputs, whose clock must be one, are joined: of H.264 or HEVC, with their parameters
 * within the stream. Rejects with what ffmpeg says.
 */
export async function remux(inputs: readonly Fragments[], { folder, trim, signal }: RemuxOptions): Promise<string> {
  const output = join(folder, 'output.mp4');
  const only = inputs.length === 1 ? inputs[0]! : null;
  if (only && !trim) {
    await ffmpeg([...'-f mp4 -i pipe:0'.split(' '), ...FINISH, output], only, signal);
    return output;
  }
  // Read from a file: ffmpeg has to go back to the keyframe before the start.
  const between = join(folder, 'input');
  if (only) await pipeline(Readable.from(only), createWriteStream(between), { signal });
  else await joinInputs(inputs, between, signal);
  const seek = trim ? ['-ss', trim.start.toFixed(3), '-t', (trim.end - trim.start).toFixed(3)] : [];
  const format = only ? 'mp4' : 'mpegts';
  await ffmpeg([...seek, '-f', format, '-i', `file:${between}`, ...FINISH, output], null, signal);
  return output;
}

const FINISH = '-map 0 -c copy -movflags +faststart -f mp4 -y'.split(' ');

/** MPEG-TS can be put one behind the other, and carries each input's own parameters with its keyframes. */
async function joinInputs(inputs: readonly Fragments[], path: string, signal: AbortSignal): Promise<void> {
  const arguments_ =
    '-f mp4 -copyts -i pipe:0 -map 0 -c copy -muxdelay 0 -muxpreload 0 -mpegts_copyts 1 -f mpegts pipe:1';
  const file = await open(path, 'w');
  try {
    for (const input of inputs) await ffmpeg(arguments_.split(' '), input, signal, file.fd);
  } finally {
    await file.close();
  }
}

async function ffmpeg(
  given: string[],
  input: Fragments | null,
  signal: AbortSignal,
  /** A file that its output is appended to. */
  output: number | 'ignore' = 'ignore',
): Promise<void> {
  // Live goes before downloads of it.
  const nice = ['-n', '10', 'ffmpeg', '-hide_banner', '-loglevel', 'error', ...given];
  const child = spawn('nice', nice, { stdio: ['pipe', output, 'pipe'], signal, killSignal: 'SIGKILL' });
  let said = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-SAID);
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`ffmpeg ended with ${code}: ${said.trim()}`));
    });
  });
  const fed = input
    ? pipeline(Readable.from(input), child.stdin!).catch((error: NodeJS.ErrnoException) => {
        // It ended before it had read all; what was wrong is in its exit.
        if (error.code !== 'EPIPE') throw error;
      })
    : Promise.resolve(child.stdin!.end());
  const [exit, feed] = await Promise.allSettled([ended, fed]);
  if (feed.status === 'rejected') throw feed.reason;
  if (exit.status === 'rejected') throw exit.reason;
}

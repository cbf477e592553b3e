/** ffmpeg and ffprobe for tests: media made on the spot, and what was made decoded again. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './folder.ts';

/** Runs ffmpeg to its end and answers its standard output. What it complains about fails the test. */
export function ffmpeg(...args: string[]): Buffer {
  return execFileSync('ffmpeg', ['-hide_banner', '-v', 'error', '-nostdin', '-xerror', '-y', ...args], {
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Media made by ffmpeg from its arguments, as bytes. */
export function makeMedia(extension: string, ...args: string[]): Buffer {
  const path = join(temporaryFolder(), `made.${extension}`);
  ffmpeg(...args, path);
  return readFileSync(path);
}

/** A decoded frame: its time in seconds and the hash of its picture or sound. */
export interface DecodedFrame {
  time: number;
  hash: string;
}

/** Decodes the first track of a kind, each frame of it, as ffmpeg shows it. */
export function decodeFrames(media: Buffer, extension: string, kind: 'video' | 'audio'): DecodedFrame[] {
  const text = ffmpeg(
    '-i',
    stored(media, extension),
    '-map',
    `0:${kind[0]}:0`,
    '-fps_mode',
    'passthrough',
    '-f',
    'framemd5',
    '-',
  ).toString();
  const [seconds, ticks] = /#tb 0: (\d+)\/(\d+)/.exec(text)!.slice(1).map(Number) as [number, number];
  return text
    .split('\n')
    .filter((line) => /^\d/.test(line))
    .map((line) => line.split(',').map((column) => column.trim()))
    .map((columns) => ({ time: (Number(columns[2]) * seconds) / ticks, hash: columns[5]! }));
}

/** What ffprobe says of the only track, its frames counted by decoding. */
export function probe(media: Buffer, extension: string): Record<string, string | number> {
  const text = execFileSync(
    'ffprobe',
    ['-v', 'error', '-count_frames', '-show_streams', '-of', 'json', stored(media, extension)],
    { encoding: 'utf8' },
  );
  const { streams } = JSON.parse(text) as { streams: Record<string, string | number>[] };
  return streams[0]!;
}

/** The path of a file with these bytes. */
export function stored(media: Buffer, extension: string): string {
  const path = join(temporaryFolder(), `stored.${extension}`);
  writeFileSync(path, media);
  return path;
}

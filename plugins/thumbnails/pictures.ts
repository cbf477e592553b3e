/** Pictures out of media, by ffmpeg: the first keyframe of segments, several in one run, and a sheet of many pictures. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

/** Segments that one run takes: to start ffmpeg costs as much as five pictures. */
const MOST_AT_ONCE = 16;
/** What ffmpeg says is kept up to so many characters, for the error. */
const SAID = 2000;
/** mjpeg's scale, 2 is the best: small, and without blocks that anybody sees. */
const QUALITY = '4';

/** A segment that starts with a keyframe, as all do, and its initialization section. */
export interface Footage {
  init: Uint8Array;
  segment: Uint8Array;
}

/** What a picture is fitted into, in pixels; what it does not fill is black. */
export interface Box {
  width: number;
  height: number;
}

/**
 * The first picture of each as a JPEG, no larger than `width`, or fitted into a box. Null where ffmpeg finds none. Only keyframes are
 * decoded.
 */
export async function firstPictures(
  footage: Footage[],
  size: { width: number } | Box,
  signal: AbortSignal,
): Promise<(Buffer | null)[]> {
  const pictures: (Buffer | null)[] = [];
  for (let at = 0; at < footage.length; at += MOST_AT_ONCE) {
    pictures.push(...(await pictureEach(footage.slice(at, at + MOST_AT_ONCE), size, signal)));
  }
  return pictures;
}

/** One run for all; where it fails each gets its own, since one that cannot be read spoils the run of the others. */
async function pictureEach(
  footage: Footage[],
  size: { width: number } | Box,
  signal: AbortSignal,
): Promise<(Buffer | null)[]> {
  const inputs = footage.flatMap((_, at) => [
    '-skip_frame',
    'nokey',
    '-threads',
    '1',
    '-f',
    'mp4',
    '-i',
    `pipe:${3 + at}`,
  ]);
  const outputs = footage.flatMap((_, at) => [
    ...['-map', `${at}:v:0`, '-frames:v', '1', '-vf', scaling(size), '-c:v', 'mjpeg', '-q:v', QUALITY],
    ...['-f', 'image2pipe', `pipe:${3 + footage.length + at}`],
  ]);
  const bytes = footage.map(({ init, segment }) => Buffer.concat([init, segment]));
  try {
    const pictures = await runFfmpeg([...inputs, ...outputs], bytes, footage.length, signal);
    return pictures.map((picture) => (picture.length > 0 ? picture : null));
  } catch (error) {
    signal.throwIfAborted();
    if (footage.length === 1) {
      if (error instanceof FfmpegFailed) return [null];
      throw error;
    }
    const alone = [];
    for (const one of footage) alone.push(...(await pictureEach([one], size, signal)));
    return alone;
  }
}

/** Puts pictures of one size on a sheet, row by row; as a JPEG. */
export async function sheetOf(pictures: Buffer[], columns: number, signal: AbortSignal): Promise<Buffer> {
  const rows = Math.ceil(pictures.length / columns);
  const [sheet] = await runFfmpeg(
    [
      ...['-f', 'image2pipe', '-c:v', 'mjpeg', '-i', 'pipe:3', '-vf', `tile=${columns}x${rows}`, '-frames:v', '1'],
      ...['-c:v', 'mjpeg', '-q:v', QUALITY, '-f', 'image2pipe', 'pipe:4'],
    ],
    [Buffer.concat(pictures)],
    1,
    signal,
  );
  if (!sheet?.length) throw new Error('ffmpeg made no sheet of the pictures');
  return sheet;
}

function scaling(size: { width: number } | Box): string {
  // Pixels that are not square are made so first.
  const square = 'scale=iw*sar:ih,setsar=1';
  if ('height' in size) {
    const { width, height } = size;
    const inside = `scale=${width}:${height}:force_original_aspect_ratio=decrease`;
    return `${square},${inside},pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2`;
  }
  return `${square},scale='min(${size.width},iw)':-2`;
}

class FfmpegFailed extends Error {}

/** Runs ffmpeg with inputs on the descriptors from 3 on, outputs on those behind them; answers what comes out of each. */
async function runFfmpeg(
  args: string[],
  inputs: Uint8Array[],
  outputs: number,
  signal: AbortSignal,
): Promise<Buffer[]> {
  // Live goes before pictures of it.
  const child = spawn('nice', ['-n', '10', 'ffmpeg', '-hide_banner', '-loglevel', 'error', '-nostdin', '-y', ...args], {
    stdio: ['ignore', 'ignore', 'pipe', ...new Array(inputs.length + outputs).fill('pipe')],
    signal,
    killSignal: 'SIGKILL',
  });
  let said = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-SAID);
  });
  const pipes = child.stdio.slice(3) as (Writable & Readable)[];
  for (const [at, bytes] of inputs.entries()) {
    // It reads no further than the picture.
    pipes[at]!.on('error', () => undefined);
    pipes[at]!.end(bytes);
  }
  const [code, ...made] = await Promise.all([exit(child), ...pipes.slice(inputs.length).map((pipe) => buffer(pipe))]);
  if (code !== 0) throw new FfmpegFailed(`ffmpeg ended with ${code}: ${said.trim()}`);
  return made;
}

function exit(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}

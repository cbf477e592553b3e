/** ffmpeg as a viewer: what it shows of the test picture, what it sounds, and what it complains about. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { NUMBER_BITS } from './publisher.ts';

const run = promisify(execFile);

export interface SeenFrame {
  /** The number that the picture carries. */
  number: number;
  /** Milliseconds on the media's own timeline, to the tick. */
  time: number;
  keyframe: boolean;
}

export interface Seen {
  frames: SeenFrame[];
  /** Warnings and errors of ffmpeg. */
  complaints: string[];
}

export interface Heard {
  /** Milliseconds on the media's own timeline at which a loud tone began, to 10 ms. */
  beeps: number[];
  /** Root mean square of the loudest 10 ms, of 1. */
  loudest: number;
  /** Milliseconds of sound. */
  length: number;
  complaints: string[];
}

/** Milliseconds: how finely sound is looked at. */
const BLOCK = 10;
/** Root mean square that only the beep of the test picture reaches. */
const LOUD = 0.15;

/** Decodes a playlist's first picture from its first segment on; all of it, or so many frames of one that goes on. */
export async function watch(url: string, frameCount?: number): Promise<Seen> {
  const numbers = [`crop=iw:ih/24:0:ih/48`, `scale=${NUMBER_BITS}:1:flags=area`, 'setsar=1', 'format=gray', 'showinfo'];
  const { stdout, lines } = await decode(url, limit('-frames:v', frameCount), [
    ...['-copyts', '-map', '0:v:0', '-vf', numbers.join(','), '-fps_mode', 'passthrough', '-f', 'rawvideo', 'pipe:1'],
  ]);
  const shown = lines.flatMap((line) => {
    const [, time, key] = /showinfo.* pts_time:(\S+) .* iskey:(\d)/.exec(line) ?? [];
    return time === undefined ? [] : [{ time: Number(time) * 1000, keyframe: key === '1' }];
  });
  // Where it stops in the middle, ffmpeg has shown frames that it does not give.
  const given = shown.slice(0, stdout.length / NUMBER_BITS);
  const frames = given.map((frame, at) => ({ ...frame, number: numberIn(stdout.subarray(at * NUMBER_BITS)) }));
  return { frames, complaints: complaintsIn(lines) };
}

function numberIn(boxes: Buffer): number {
  let number = 0;
  for (let bit = 0; bit < NUMBER_BITS; bit++) if (boxes[bit]! > 127) number += 2 ** bit;
  return number;
}

/** Decodes a playlist's sound, likewise. */
export async function listen(url: string, seconds?: number): Promise<Heard> {
  const level = 'lavfi.astats.Overall.RMS_level';
  const filter = `aresample=48000,asetnsamples=n=${48 * BLOCK},astats=metadata=1:reset=1,ametadata=print:key=${level}:file=-`;
  const { stdout, lines } = await decode(url, limit('-frames:a', seconds && (seconds * 1000) / BLOCK), [
    ...['-copyts', '-map', '0:a:0', '-af', filter, '-f', 'null', '-'],
  ]);
  const beeps: number[] = [];
  let loudest = 0;
  let before = 0;
  const blocks = [...stdout.toString().matchAll(/pts_time:(\S+)\n.*RMS_level=(\S+)/g)];
  for (const [, time, decibels] of blocks) {
    const loudness = 10 ** (Number(decibels!.replace('inf', 'Infinity')) / 20);
    if (loudness > LOUD && before <= LOUD) beeps.push(Number(time) * 1000);
    before = loudness;
    loudest = Math.max(loudest, loudness);
  }
  return { beeps, loudest, length: blocks.length * BLOCK, complaints: complaintsIn(lines) };
}

/** Decodes all tracks that a playlist offers, as a player does that knows no better, and answers the complaints. */
export async function complaints(url: string, seconds?: number): Promise<string[]> {
  const { lines } = await decode(url, limit('-t', seconds), ['-map', '0', '-f', 'null', '-']);
  return complaintsIn(lines);
}

/** The tracks that ffprobe finds in a playlist, and its complaints. */
export async function probePlaylist(url: string): Promise<{ streams: Record<string, string>[]; complaints: string[] }> {
  const args = ['-hide_banner', '-v', 'level+warning', '-show_streams', '-of', 'json', url];
  const { stdout, stderr } = await run('ffprobe', args);
  const { streams } = JSON.parse(stdout) as { streams: Record<string, string>[] };
  return { streams, complaints: complaintsIn(stderr.split('\n')) };
}

function limit(option: string, amount: number | undefined): string[] {
  return amount === undefined ? [] : [option, String(amount)];
}

/** Without a limit the playlist must be one that ends. */
async function decode(url: string, limits: string[], output: string[]): Promise<{ stdout: Buffer; lines: string[] }> {
  const { stdout, stderr } = await run(
    'ffmpeg',
    ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+info']
      .concat(limits.length > 0 ? ['-live_start_index', '0'] : [], ['-i', url])
      .concat(limits, output),
    { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 },
  );
  return { stdout, lines: stderr.toString().split('\n') };
}

function complaintsIn(lines: string[]): string[] {
  return lines.filter((line) => /\[(warning|error|fatal|panic)\]/.test(line));
}

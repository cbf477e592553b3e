/** CPU of a whole session, all our processes, against one bare ffmpeg that does the same to the same picture. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePorts, startServer } from '../test/support/server.ts';
import { until } from '../test/support/until.ts';
import { liveEdge, mediaPlaylists } from './live-edge.ts';
import { cpuSeconds } from './processes.ts';
import { publishFile } from './publish.ts';
import type { Row } from './row.ts';

const SETTLE_S = 6;
/** A session that goes on more slowly has not done all the work of its time. */
const LEAST_SPEED = 0.95;

/** Three rungs in one process: one decode, split, scale, veryfast. */
function ladder(file: string): string[] {
  const rung = (label: string, bitrate: number) =>
    `-map [${label}] -c:v libx264 -preset veryfast -threads 2 -g 60 -keyint_min 60 -sc_threshold 0`
      .split(' ')
      .concat(`-b:v ${bitrate}k -maxrate ${bitrate}k -bufsize ${bitrate}k -f mp4`.split(' '))
      .concat(['-movflags', 'empty_moov+default_base_moof+frag_keyframe', '-y', '/dev/null']);
  return [
    ...['-re', '-stream_loop', '-1', '-i', file, '-filter_complex'],
    '[0:v]split=3[a][b][c];[a]null[v0];[b]scale=854:480:flags=bilinear[v1];[c]scale=640:360:flags=bilinear[v2]',
    ...rung('v0', 2800),
    ...rung('v1', 1400),
    ...rung('v2', 800),
  ];
}

function copyToHls(playlist: string): string[] {
  const output = '-c copy -f hls -hls_time 2 -hls_segment_type fmp4 -hls_list_size 10 -hls_flags delete_segments';
  return [...output.split(' '), playlist];
}

function bareFfmpeg(args: string[]): { process: ChildProcess; stop(): Promise<void> } {
  const child = spawn('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-nostdin', ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    process: child,
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Share of a core that bare ffmpeg uses. */
async function ofFfmpeg(args: string[], seconds: number): Promise<number> {
  const ffmpeg = bareFfmpeg(args);
  try {
    await delay(SETTLE_S * 1000);
    return await share(ffmpeg.process, seconds);
  } finally {
    await ffmpeg.stop();
  }
}

/** The same of one that takes the picture from a publisher, as the server does. */
async function ofFfmpegWithPublisher(file: string, playlist: string, seconds: number): Promise<number> {
  const { rtmp } = await freePorts();
  const url = `rtmp://127.0.0.1:${rtmp}/live/picture`;
  const ffmpeg = bareFfmpeg(['-listen', '1', '-f', 'flv', '-i', url, ...copyToHls(playlist)]);
  // It takes one connection and no more: a look at whether it listens would be that one.
  await delay(1000);
  const publisher = publishFile(file, url);
  try {
    await until(() => existsSync(playlist), "ffmpeg's playlist");
    await delay(SETTLE_S * 1000);
    return await share(ffmpeg.process, seconds);
  } finally {
    await publisher.stop();
    await ffmpeg.stop();
  }
}

interface Session {
  /** Of a core: all processes of the server, the database among them. */
  share: number;
  flaws: string[];
}

/** One session with so many renditions to watch. */
async function ofServer(
  file: string,
  { config, renditions }: { config: string | null; renditions: number },
  seconds: number,
): Promise<Session> {
  const server = await startServer(config ? { config } : {});
  const stream = await server.createStream();
  const publisher = publishFile(file, server.rtmpUrl(stream));
  const offered = () => mediaPlaylists(`${server.url}/live/${stream.id}/index.m3u8`);
  try {
    await until(async () => (await offered()).length === renditions, `${renditions} renditions`);
    await delay(SETTLE_S * 1000);
    const playlists = await offered();
    const starts = await Promise.all(playlists.map(liveEdge));
    const started = performance.now();
    const used = await share(server.process, seconds);
    const wall = (performance.now() - started) / 1000;
    const flaws: string[] = [];
    // A machine that cannot keep up gives up the highest encoded rung, and then the figure is of something else.
    const left = (await offered()).length;
    if (left !== renditions) flaws.push(`only ${left} of ${renditions} renditions were kept`);
    const ends = await Promise.all(playlists.map(liveEdge));
    const speed = Math.min(...ends.map((end, at) => (end - starts[at]!) / wall));
    if (speed < LEAST_SPEED) flaws.push(`the slowest rendition went on at ${speed.toFixed(2)} of real time`);
    return { share: used, flaws };
  } finally {
    await publisher.stop();
    await server.stop();
  }
}

async function share(process: ChildProcess, seconds: number): Promise<number> {
  const before = cpuSeconds(process.pid!);
  const started = performance.now();
  await delay(seconds * 1000);
  if (process.exitCode !== null) throw new Error(`what was measured ended with ${process.exitCode}`);
  return (cpuSeconds(process.pid!) - before) / ((performance.now() - started) / 1000);
}

export async function measureSessionCpu(file: string, folder: string, seconds = 30): Promise<Row[]> {
  const config = (name: string) => fileURLToPath(new URL(`configs/${name}.config.mjs`, import.meta.url));
  const hls = (name: string) => {
    mkdirSync(join(folder, name), { recursive: true });
    return join(folder, name, 'index.m3u8');
  };
  const theirLadder = await ofFfmpeg(ladder(file), seconds);
  const defaults = await ofServer(file, { config: null, renditions: 3 }, seconds);
  const encoded = await ofServer(file, { config: config('passthrough-off'), renditions: 3 }, seconds);
  const copied = await ofServer(file, { config: config('source-only'), renditions: 1 }, seconds);
  const fromFile = ['-re', '-stream_loop', '-1', '-i', file, ...copyToHls(hls('from-file'))];
  const theirFileCopy = await ofFfmpeg(fromFile, seconds);
  const theirCopy = await ofFfmpegWithPublisher(file, hls('from-publisher'), seconds);
  const common = { unit: 'CPU s / s', wantedAbsolute: null };
  const how = 'Our rungs are encoded with zerolatency, theirs with what veryfast looks ahead.';
  return [
    {
      ...common,
      what: 'CPU of a whole session, defaults, 720p source, all our processes',
      peer: 'bare ffmpeg encoding the three rungs in one process',
      ours: defaults.share,
      theirs: theirLadder,
      wantedRatio: 0.5,
      flaws: defaults.flaws,
      note: how,
    },
    {
      ...common,
      what: 'the same with passthrough off',
      peer: 'the same',
      ours: encoded.share,
      theirs: theirLadder,
      wantedRatio: 1.05,
      flaws: encoded.flaws,
      note: how,
    },
    {
      ...common,
      what: 'a session with nothing encoded',
      peer: 'bare ffmpeg -c copy to HLS, from the same publisher',
      ours: copied.share,
      theirs: theirCopy,
      wantedRatio: 1,
      flaws: copied.flaws,
      note:
        'Ours is the ingest process, the server with parts of 0.5 s and the embedded Postgres; theirs writes segments only. ' +
        `Without receiving anything, from a file, ffmpeg uses ${theirFileCopy.toPrecision(2)}.`,
    },
  ];
}

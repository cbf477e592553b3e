/** CPU of a whole session, all our processes, against one bare ffmpeg that does the same to the same picture. */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startServer } from '../test/support/server.ts';
import { until } from '../test/support/until.ts';
import { cpuSeconds } from './processes.ts';
import { publishFile } from './publish.ts';
import type { Row } from './row.ts';

const SETTLE_S = 6;

/** Three rungs in one process, as encoder.md's peer: one decode, split, scale, veryfast. */
function bareLadder(file: string): string[] {
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

function bareCopy(file: string, folder: string): string[] {
  const output = '-c copy -f hls -hls_time 2 -hls_segment_type fmp4 -hls_list_size 10 -hls_flags delete_segments';
  return ['-re', '-stream_loop', '-1', '-i', file, ...output.split(' '), join(folder, 'index.m3u8')];
}

/** Share of a core that bare ffmpeg uses. */
async function bare(args: string[], seconds: number): Promise<number> {
  const child = spawn('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-nostdin', ...args], { stdio: 'ignore' });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  try {
    return await share(child.pid!, seconds);
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
}

/** Share of a core that our server uses while it has one session: all its processes, the database among them. */
async function ours(file: string, config: string | null, seconds: number): Promise<number> {
  const server = await startServer(config ? { config } : {});
  const stream = await server.createStream();
  const publisher = publishFile(file, server.rtmpUrl(stream));
  try {
    await until(async () => (await fetch(`${server.url}/live/${stream.id}/index.m3u8`)).ok, 'the stream to play');
    return await share(server.process.pid!, seconds);
  } finally {
    await publisher.stop();
    await server.stop();
  }
}

async function share(pid: number, seconds: number): Promise<number> {
  await delay(SETTLE_S * 1000);
  const before = cpuSeconds(pid);
  const started = performance.now();
  await delay(seconds * 1000);
  return (cpuSeconds(pid) - before) / ((performance.now() - started) / 1000);
}

export async function measureSessionCpu(file: string, folder: string, seconds = 30): Promise<Row[]> {
  const config = (name: string) => new URL(`configs/${name}.config.ts`, import.meta.url).pathname;
  mkdirSync(join(folder, 'hls'), { recursive: true });
  const ladder = await bare(bareLadder(file), seconds);
  const common = { unit: 'CPU s / s', wantedAbsolute: null };
  return [
    {
      ...common,
      what: 'CPU of a whole session, defaults, 720p source, all our processes',
      peer: 'bare ffmpeg encoding the three rungs in one process',
      ours: await ours(file, null, seconds),
      theirs: ladder,
      wantedRatio: 0.5,
      note: '',
    },
    {
      ...common,
      what: 'the same with passthrough off',
      peer: 'the same',
      ours: await ours(file, config('passthrough-off'), seconds),
      theirs: ladder,
      wantedRatio: 1.05,
      note: '',
    },
    {
      ...common,
      what: 'a session with nothing encoded',
      peer: 'bare ffmpeg -c copy to HLS',
      ours: await ours(file, config('source-only'), seconds),
      theirs: await bare(bareCopy(file, join(folder, 'hls')), seconds),
      wantedRatio: 1,
      note: 'The embedded Postgres and the ingest process are counted with ours.',
    },
  ];
}

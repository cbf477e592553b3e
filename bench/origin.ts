/** CPU of the serving process for a segment from memory and for a playlist with a token, against nginx with the same bytes as files. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startServer } from '../test/support/server.ts';
import { until } from '../test/support/until.ts';
import { startNginx } from './nginx.ts';
import { median } from './numbers.ts';
import { cpuSeconds, ownCpuSeconds } from './processes.ts';
import { publishFile } from './publish.ts';
import type { Row } from './row.ts';

/** Each with a segment of its own, since a live one leaves memory after 20 s. */
const ROUNDS = 5;
const CONNECTIONS = 16;

interface Load {
  requests: number;
  /** Of the clock on the wall. */
  seconds: number;
}

/** Asks for one address over and over. One thread of wrk: it costs so little that the server is what is busy. */
async function load(url: string, seconds: number): Promise<Load> {
  const { stdout } = await promisify(execFile)('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, url]);
  const [, requests, time, unit] = /(\d+) requests in ([\d.]+)(m?s)/.exec(stdout) ?? [];
  if (requests === undefined || /Non-2xx|Socket errors/.test(stdout))
    throw new Error(`${url} was not served:\n${stdout}`);
  return { requests: Number(requests), seconds: unit === 'ms' ? Number(time) / 1000 : Number(time) };
}

/** Microseconds of CPU a request; `idle` is the share of a core that the process uses without any. */
async function cost(url: string, seconds: number, cpu: () => number, idle: number): Promise<number> {
  await load(url, 1);
  const before = cpu();
  const { requests, seconds: taken } = await load(url, seconds);
  return ((cpu() - before - idle * taken) / requests) * 1e6;
}

const text = async (url: string) => {
  const response = await fetch(url);
  return response.ok ? response.text() : '';
};

/** The address of the newest whole segment of a media playlist. */
async function newestSegment(playlist: string): Promise<string> {
  const segment = (await text(playlist)).split('\n').findLast((line) => /^[^#].*\.m4s/.test(line));
  if (segment === undefined) throw new Error(`${playlist} lists no segment`);
  return new URL(segment, playlist).href;
}

export async function measureOrigin(file: string, config: string, seconds = 4): Promise<Row[]> {
  const server = await startServer({ config });
  const nginx = await startNginx();
  const stream = await server.createStream({ visibility: 'protected' });
  const publisher = publishFile(file, server.rtmpUrl(stream));
  const segments = { ours: [] as number[], theirs: [] as number[] };
  const playlists = { ours: [] as number[], theirs: [] as number[] };
  try {
    const { token } = await server.api<{ token: string }>('POST', `/streams/${stream.id}/playback-tokens`, {});
    const master = `${server.url}/live/${stream.id}/index.m3u8?token=${token}`;
    const media = await until(async () => /^[^#].*\/source\/.*$/m.exec(await text(master))?.[0], 'the stream to play');
    const playlist = new URL(media, master).href;
    await until(async () => (await text(playlist)).split('#EXTINF').length > 3, 'three segments');

    const ourCpu = () => ownCpuSeconds(server.process.pid!);
    const before = ourCpu();
    const idleSeconds = 2 * seconds;
    await delay(idleSeconds * 1000);
    const idle = (ourCpu() - before) / idleSeconds;

    const theirCpu = () => cpuSeconds(nginx.process.pid!);
    const copy = async (from: string, name: string) => {
      const bytes = Buffer.from(await (await fetch(from)).arrayBuffer());
      writeFileSync(join(nginx.root, name), bytes);
      return { url: `http://127.0.0.1:${nginx.http}/${name}`, size: bytes.length };
    };
    let sizes = { segment: 0, playlist: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const segment = await newestSegment(playlist);
      const segmentCopy = await copy(segment, 'segment.m4s');
      const playlistCopy = await copy(playlist, 'playlist.m3u8');
      segments.ours.push(await cost(segment, seconds, ourCpu, idle));
      segments.theirs.push(await cost(segmentCopy.url, seconds, theirCpu, 0));
      playlists.ours.push(await cost(playlist, seconds, ourCpu, idle));
      playlists.theirs.push(await cost(playlistCopy.url, seconds, theirCpu, 0));
      sizes = { segment: segmentCopy.size, playlist: playlistCopy.size };
    }
    const common = { peer: 'nginx, same bytes as a file', unit: 'µs of CPU', wantedAbsolute: null };
    const how = `Median of ${ROUNDS}; the process also packages the live stream, whose ${(100 * idle).toFixed(1)} % of a core are taken off.`;
    return [
      {
        ...common,
        what: 'origin: a segment from the ring',
        ours: median(segments.ours),
        theirs: median(segments.theirs),
        wantedRatio: 1.1,
        note: `${(sizes.segment / 1e6).toFixed(2)} MB. ${how}`,
      },
      {
        ...common,
        what: 'origin: a playlist with a valid token',
        ours: median(playlists.ours),
        theirs: median(playlists.theirs),
        wantedRatio: 2.2,
        note: `${(sizes.playlist / 1e3).toFixed(1)} kB. ${how}`,
      },
    ];
  } finally {
    await publisher.stop();
    await nginx.stop();
    await server.stop();
  }
}

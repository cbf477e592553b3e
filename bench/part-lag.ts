/** How long after its last frame was sent a part can be had, in `source` and in an encoded rendition. */
import { spawn } from 'node:child_process';
import { publishFlv } from '../plugins/rtmp/client/publish.ts';
import { startServer } from '../test/support/server.ts';
import { until } from '../test/support/until.ts';
import { median } from './numbers.ts';
import type { Row } from './row.ts';

const PARTS = 60;
const FRAME_S = 1 / 30;
const FLV_VIDEO = 9;

/** Notes when each coded picture of an FLV passes. */
async function* timed(flv: AsyncIterable<Buffer>, sent: number[]): AsyncGenerator<Buffer> {
  let held = Buffer.alloc(0);
  let header = true;
  for await (const chunk of flv) {
    held = Buffer.concat([held, chunk]);
    let at = header ? 13 : 0;
    if (held.length < at) continue;
    header = false;
    while (held.length - at >= 15) {
      const size = 15 + held.readUIntBE(at + 1, 3);
      if (held.length - at < size) break;
      // AVC packet type 1: a picture, not the configuration.
      if (held[at] === FLV_VIDEO && held[at + 12] === 1) sent.push(performance.now());
      at += size;
    }
    yield held.subarray(0, at);
    held = held.subarray(at);
  }
}

/** Samples of a part, by its `trun` (ISO 14496-12, 8.8.8). */
function samples(part: Buffer): number {
  const at = part.indexOf('trun', 0, 'latin1');
  return part.readUInt32BE(at + 8);
}

/** Asks for each part of a rendition before it is there, and answers its lags in seconds. */
async function lags(base: string, sent: number[]): Promise<number[]> {
  const found: number[] = [];
  let frames = 0;
  for (let sequence = 0, part = 0; found.length < PARTS; ) {
    const response = await fetch(`${base}/0-${sequence}.${part}.m4s`);
    const bytes = Buffer.from(await response.arrayBuffer());
    const now = performance.now();
    if (!response.ok) {
      sequence++;
      part = 0;
      continue;
    }
    frames += samples(bytes);
    found.push((now - sent[frames - 1]!) / 1000);
    part++;
  }
  // What was there before the first question says nothing of lag.
  return found.slice(10);
}

export async function measurePartLag(file: string): Promise<Row[]> {
  const server = await startServer();
  const stream = await server.createStream({ latency: 'low' });
  const sent: number[] = [];
  const ffmpeg = spawn(
    'ffmpeg',
    `-hide_banner -loglevel error -nostdin -re -stream_loop -1 -i ${file} -c copy -flush_packets 1 -f flv pipe:1`.split(
      ' ',
    ),
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const abort = new AbortController();
  const publishing = publishFlv({
    host: '127.0.0.1',
    port: server.ports.rtmp,
    streamId: stream.id,
    key: stream.key,
    flv: timed(ffmpeg.stdout, sent),
    signal: abort.signal,
  }).catch(() => undefined);
  try {
    const master = `${server.url}/live/${stream.id}/index.m3u8`;
    const listed = await until(async () => {
      const text = await (await fetch(master)).text();
      return text.includes('/480p/') && text;
    }, 'both renditions');
    const bases = ['source', '480p'].map((name) => {
      const media = new RegExp(`^[^#].*/${name}/.*$`, 'm').exec(listed)![0];
      return new URL('.', new URL(media, master)).href.replace(/\/$/, '');
    });
    const [source, encoded] = await Promise.all(bases.map((base) => lags(base, sent)));
    const common = { peer: 'one frame', theirs: FRAME_S, unit: 's', wantedRatio: null };
    const note = `Median of ${PARTS - 10} parts, over HTTP, with the publisher on the same machine.`;
    const source_ = { ...common, what: 'part ready after its last frame: source', ours: median(source!), note };
    const encoded_ = { ...common, what: 'part ready after its last frame: encoded', ours: median(encoded!), note };
    return [
      { ...source_, wantedAbsolute: FRAME_S + 0.01 },
      { ...encoded_, wantedAbsolute: 0.12 },
    ];
  } finally {
    abort.abort();
    ffmpeg.kill('SIGKILL');
    await publishing;
    await server.stop();
  }
}

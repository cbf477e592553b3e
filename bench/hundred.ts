/** A hundred sessions with nothing encoded, 2.5 Mbit/s each: all in real time, none dropped. */
import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { publishFlv } from '../plugins/rtmp/client/publish.ts';
import { startServer } from '../test/support/server.ts';
import { until } from '../test/support/until.ts';
import { cpuSeconds } from './processes.ts';
import type { Row } from './row.ts';
import { SharedSource } from './shared-source.ts';

const SESSIONS = 100;

/** Seconds of media that the newest playlist of a stream lies behind what has been sent. */
async function newestEnd(url: string): Promise<number> {
  const playlist = await (await fetch(url)).text();
  const dates = [...playlist.matchAll(/^#EXT-X-PROGRAM-DATE-TIME:(.+)$/gm)];
  const last = dates.at(-1);
  if (!last) return 0;
  const rest = playlist.slice(last.index);
  const parts = [...rest.matchAll(/^#EXT-X-PART:DURATION=([\d.]+)/gm)].reduce((sum, part) => sum + Number(part[1]), 0);
  return Date.parse(last[1]!) / 1000 + parts;
}

export async function measureHundred(file: string, config: string, seconds = 30): Promise<Row> {
  const server = await startServer({ config });
  const ffmpeg = spawn(
    'ffmpeg',
    `-hide_banner -loglevel error -nostdin -re -stream_loop -1 -i ${file} -c copy -flush_packets 1 -f flv pipe:1`.split(
      ' ',
    ),
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const source = new SharedSource(ffmpeg.stdout);
  const abort = new AbortController();
  let dropped = 0;
  const streams = [];
  for (let i = 0; i < SESSIONS; i++) streams.push(await server.createStream({ title: `Stream ${i}` }));
  const publishing = streams.map((stream) =>
    publishFlv({
      host: '127.0.0.1',
      port: server.ports.rtmp,
      streamId: stream.id,
      key: stream.key,
      flv: source.reader(abort.signal),
      signal: abort.signal,
    }).catch(() => {
      if (!abort.signal.aborted) dropped++;
    }),
  );
  try {
    const playlists = await Promise.all(
      streams.map(async ({ id }) => {
        const master = `${server.url}/live/${id}/index.m3u8`;
        const media = await until(
          async () => /^[^#].*\/source\/.*$/m.exec(await (await fetch(master)).text())?.[0],
          'every stream to play',
          { seconds: 60 },
        );
        return new URL(media, master).href;
      }),
    );
    await delay(5000);
    const before = cpuSeconds(server.process.pid!);
    const starts = await Promise.all(playlists.map(newestEnd));
    const started = performance.now();
    await delay(seconds * 1000);
    const ends = await Promise.all(playlists.map(newestEnd));
    const wall = (performance.now() - started) / 1000;
    const cpu = (cpuSeconds(server.process.pid!) - before) / wall;
    const speeds = ends.map((end, i) => (end - starts[i]!) / wall);
    return {
      what: `${SESSIONS} sessions with nothing encoded, 2.5 Mbit/s each: the slowest session's speed`,
      peer: 'real time',
      // As the inverse, so that lower is better as in the other rows.
      ours: 1 / Math.min(...speeds),
      theirs: 1,
      unit: 'wall s / media s',
      wantedRatio: 1.03,
      wantedAbsolute: null,
      flaws: dropped > 0 ? [`${dropped} dropped`] : [],
      note: `${dropped} dropped; all our processes together used ${cpu.toFixed(2)} cores, the publishers not counted.`,
    };
  } finally {
    abort.abort();
    ffmpeg.kill('SIGKILL');
    await Promise.all(publishing);
    await server.stop();
  }
}

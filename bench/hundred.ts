/** A hundred sessions with nothing encoded, 2.5 Mbit/s each: all in real time, none dropped. */
import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { publishFlv } from '../plugins/rtmp/client/publish.ts';
import { type CreatedStream, startServer } from '../test/support/server.ts';
import { until } from '../test/support/until.ts';
import { liveEdge, mediaPlaylists } from './live-edge.ts';
import { cpuSeconds } from './processes.ts';
import type { Row } from './row.ts';
import { SharedSource } from './shared-source.ts';

const SESSIONS = 100;

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
  const reasons: string[] = [];
  const streams: CreatedStream[] = [];
  for (let i = 0; i < SESSIONS; i++) streams.push(await server.createStream({ title: `Stream ${i}` }));
  const publishing: Promise<void>[] = [];
  const publish = ({ id, key }: CreatedStream) =>
    new Promise<void>((onStart) => {
      const { signal } = abort;
      const flv = source.reader(signal);
      const sent = publishFlv({ host: '127.0.0.1', port: server.ports.rtmp, streamId: id, key, flv, signal, onStart });
      const ended = sent.catch((error: unknown) => {
        if (!signal.aborted) reasons.push((error as Error).message);
        onStart();
      });
      publishing.push(ended);
    });
  try {
    // One after the other: how many can begin in the same instant is another question.
    for (const stream of streams) await publish(stream);
    const playlists = await Promise.all(
      streams.map(({ id }) =>
        until(async () => (await mediaPlaylists(`${server.url}/live/${id}/index.m3u8`))[0], 'every stream to play', {
          seconds: 60,
        }),
      ),
    );
    await delay(5000);
    const before = cpuSeconds(server.process.pid!);
    const starts = await Promise.all(playlists.map(liveEdge));
    const started = performance.now();
    await delay(seconds * 1000);
    const ends = await Promise.all(playlists.map(liveEdge));
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
      flaws: reasons.length > 0 ? [`${reasons.length} dropped (${[...new Set(reasons)].join(' ')})`] : [],
      note: `All our processes together used ${cpu.toFixed(2)} cores, the publishers not counted.`,
    };
  } finally {
    abort.abort();
    ffmpeg.kill('SIGKILL');
    await Promise.all(publishing);
    await server.stop();
  }
}

/** From "publish accepted" to the first piece that a player could play, against nginx-rtmp's first HLS segment. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { publishFlv } from '../plugins/rtmp/client/publish.ts';
import { startServer } from '../test/support/server.ts';
import { until } from '../test/support/until.ts';
import { startNginx } from './nginx.ts';
import { median } from './numbers.ts';
import type { Row } from './row.ts';

const RUNS = 5;

interface Target {
  port: number;
  streamId: string;
  key: string;
  /** Whether a player could play now. */
  playable(): Promise<boolean>;
}

/** Seconds from the server's yes to `playable`. */
async function startUp(file: string, target: Target): Promise<number> {
  const ffmpeg = spawn(
    'ffmpeg',
    `-hide_banner -loglevel error -nostdin -re -i ${file} -c copy -flush_packets 1 -f flv pipe:1`.split(' '),
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  // An encoder that is already running: its own start is not the server's time.
  await once(ffmpeg.stdout, 'readable');
  const abort = new AbortController();
  const accepted = Promise.withResolvers<number>();
  const { port, streamId, key } = target;
  const publishing = publishFlv({
    host: '127.0.0.1',
    port,
    streamId,
    key,
    flv: ffmpeg.stdout,
    signal: abort.signal,
    onStart: () => accepted.resolve(performance.now()),
  });
  publishing.catch((error: unknown) => accepted.reject(error));
  try {
    const start = await accepted.promise;
    await until(target.playable, 'something playable');
    return (performance.now() - start) / 1000;
  } finally {
    abort.abort();
    ffmpeg.kill('SIGKILL');
    await publishing.catch(() => undefined);
  }
}

const text = async (url: string) => {
  const response = await fetch(url);
  return response.ok ? response.text() : '';
};

export async function measureFirstPart(file: string, config: string): Promise<Row> {
  const server = await startServer({ config });
  const nginx = await startNginx();
  const ours: number[] = [];
  const theirs: number[] = [];
  try {
    for (let run = 0; run < RUNS; run++) {
      const stream = await server.createStream({ latency: 'low', reconnect_window: 0 });
      const live = `${server.url}/live/${stream.id}`;
      const playable = async () => {
        const master = await text(`${live}/index.m3u8`);
        const media = /^[^#].*\/source\/.*$/m.exec(master)?.[0];
        return media !== undefined && (await text(new URL(media, `${live}/index.m3u8`).href)).includes('#EXT-X-PART:');
      };
      ours.push(await startUp(file, { port: server.ports.rtmp, streamId: stream.id, key: stream.key, playable }));
      const name = `run${run}`;
      const segment = async () => (await text(`http://127.0.0.1:${nginx.http}/hls/${name}.m3u8`)).includes('#EXTINF');
      theirs.push(await startUp(file, { port: nginx.rtmp, streamId: name, key: 'none', playable: segment }));
    }
  } finally {
    await server.stop();
    await nginx.stop();
  }
  return {
    what: 'publish accepted to first playable part in the playlist',
    peer: "nginx-rtmp's first HLS segment",
    ours: median(ours),
    theirs: median(theirs),
    unit: 's',
    wantedRatio: 0.15,
    wantedAbsolute: 0.3,
    note: `Median of ${RUNS}.`,
  };
}

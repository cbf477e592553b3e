/** What it costs to record a session and to take pictures of it: CPU of the whole session, against such without at the same time. */
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startServer, type TestServer } from '../test/support/server.ts';
import { until } from '../test/support/until.ts';
import { mediaPlaylists } from './live-edge.ts';
import { cpuSeconds } from './processes.ts';
import { type BenchPublisher, publishFile } from './publish.ts';
import type { Row } from './row.ts';

const CONFIG = fileURLToPath(new URL('configs/named-plugins.config.mjs', import.meta.url));
/** New code runs slowly: what is recorded is the same few lines each two seconds, which take this long to be compiled. */
const SETTLE_S = 15;
/** A picture of what is live is taken so often: each slice of the time has one. */
const SLICE_S = 10;

interface Case {
  what: string;
  plugins: string;
  renditions: number;
}

const CASES: Case[] = [
  { what: 'nothing encoded', plugins: 'rtmp', renditions: 1 },
  { what: 'the default ladder', plugins: 'rtmp abr', renditions: 3 },
];

const ADDITIONS = [
  { what: 'recorded', plugins: 'recording' },
  { what: 'recorded, and pictures taken of it', plugins: 'recording thumbnails' },
];

/** One session on a server of its own. */
class Session {
  readonly #server: TestServer;
  readonly #publisher: BenchPublisher;
  readonly #playlist: string;

  private constructor(server: TestServer, publisher: BenchPublisher, playlist: string) {
    this.#server = server;
    this.#publisher = publisher;
    this.#playlist = playlist;
  }

  static async start(file: string, plugins: string): Promise<Session> {
    const server = await startServer({ config: CONFIG, env: { BENCH_PLUGINS: plugins } });
    const stream = await server.createStream();
    const publisher = publishFile(file, server.rtmpUrl(stream));
    return new Session(server, publisher, `${server.url}/live/${stream.id}/index.m3u8`);
  }

  async renditions(): Promise<number> {
    return (await mediaPlaylists(this.#playlist)).length;
  }

  cpu(): number {
    return cpuSeconds(this.#server.process.pid!);
  }

  async stop(): Promise<void> {
    await this.#publisher.stop();
    await this.#server.stop();
  }
}

/** Shares of a core that each of the sessions uses in each slice of the time. */
async function measureTogether(
  file: string,
  plugins: readonly string[],
  { renditions, slices }: { renditions: number; slices: number },
): Promise<{ shares: number[][]; flaws: string[] }> {
  const sessions: Session[] = [];
  try {
    for (const each of plugins) sessions.push(await Session.start(file, each));
    const isWhole = async () =>
      (await Promise.all(sessions.map((each) => each.renditions()))).every((n) => n === renditions);
    await until(isWhole, `${renditions} renditions of each session`);
    await delay(SETTLE_S * 1000);
    const shares: number[][] = sessions.map(() => []);
    for (let slice = 0; slice < slices; slice++) {
      const before = sessions.map((each) => each.cpu());
      const started = performance.now();
      await delay(SLICE_S * 1000);
      const wall = (performance.now() - started) / 1000;
      for (const [at, each] of sessions.entries()) shares[at]!.push((each.cpu() - before[at]!) / wall);
    }
    // A machine that cannot keep up gives up the highest encoded rung, and then the figure is of something else.
    return { shares, flaws: (await isWhole()) ? [] : ['a rendition was given up'] };
  } finally {
    await Promise.all(sessions.map((each) => each.stop()));
  }
}

export async function measureRecording(file: string, seconds = 60): Promise<Row[]> {
  const slices = Math.ceil(seconds / SLICE_S);
  const rows: Row[] = [];
  for (const { what, plugins, renditions } of CASES) {
    for (const addition of ADDITIONS) {
      const together = [plugins, plugins, `${plugins} ${addition.plugins}`];
      const { shares, flaws } = await measureTogether(file, together, { renditions, slices });
      const [one, same, other] = shares as [number[], number[], number[]];
      const theirs = mean([...one, ...same]);
      const apart = Math.max(...one.map((share, slice) => Math.abs(share - same[slice]!)));
      rows.push({
        what: `a session with ${what}, ${addition.what}`,
        peer: 'two such sessions without, at the same time',
        ours: mean(other),
        theirs,
        unit: 'CPU s / s',
        wantedRatio: Number((1 + apart / theirs).toFixed(3)),
        wantedAbsolute: null,
        flaws,
        note: `Wanted is what the two without were apart over ${SLICE_S} s at most: the noise. All processes of each server count.`,
      });
    }
  }
  return rows;
}

function mean(figures: readonly number[]): number {
  return figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}

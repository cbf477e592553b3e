/** A clip of 30 s of a session of an hour, against encoding its 30 s again. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { owner, startServer, type TestServer } from '../test/support/server.ts';
import { type LongSession, makeLongSession } from './clip-session.ts';
import { median } from './numbers.ts';
import { cpuSeconds } from './processes.ts';
import type { Row } from './row.ts';

const CLIP_S = 30;
/** Seconds into a repetition, and into a segment: both edges lie within one, as they do where somebody chooses them. */
const INTO = 14.7;
const ROUNDS = 9;
const EXACT_ROUNDS = 3;
const IDLE_S = 4;
/** Milliseconds between looks at whether a job has ended: each look costs the server too. */
const LOOK_MS = 250;

interface Clip {
  id: string;
  status: string;
  error: string | null;
  playback: { hls_url: string };
}

class Cutter {
  readonly #server: TestServer;
  readonly #session: LongSession;
  readonly #token: string;

  private constructor(server: TestServer, session: LongSession, token: string) {
    this.#server = server;
    this.#session = session;
    this.#token = token;
  }

  static async create(server: TestServer, file: string): Promise<Cutter> {
    const session = await makeLongSession(server, file);
    const { access_token: token } = await server.api<{ access_token: string }>('POST', '/auth/login', owner);
    return new Cutter(server, session, token);
  }

  cut(exact = false): Promise<Clip> {
    const { id: session_id, middle } = this.#session;
    const start = middle + INTO;
    return this.#server.api('POST', '/clips', { session_id, start, end: start + CLIP_S, exact });
  }

  /** Milliseconds until a player knows what to fetch. */
  async timeToPlayable(): Promise<number> {
    const started = performance.now();
    const { id } = await this.cut();
    const playlist = `${this.#server.url}/vod/${id}/index.m3u8`;
    for (const rendition of uris(await textOf(playlist))) await textOf(new URL(rendition, playlist).href);
    return performance.now() - started;
  }

  /** Answers its bytes. */
  async download({ id }: Clip): Promise<number> {
    const response = await fetch(`${this.#server.url}/v1/assets/${id}/download`, {
      headers: { authorization: `Bearer ${this.#token}` },
    });
    if (response.status !== 200) throw new Error(`the download was answered with ${response.status}`);
    return (await response.arrayBuffer()).byteLength;
  }

  async cutExactly(): Promise<void> {
    let clip = await this.cut(true);
    while (clip.status === 'processing') {
      await delay(LOOK_MS);
      clip = await this.#server.api('GET', `/assets/${clip.id}`);
    }
    if (clip.status !== 'ready') throw new Error(`the clip could not be cut: ${clip.error}`);
  }

  /** Seconds of CPU that all processes of the server use for one of so many turns of the work, and the milliseconds it takes. */
  async cost(rounds: number, idle: number, work: (round: number) => Promise<unknown>) {
    const pid = this.#server.process.pid!;
    const [cpu, started] = [cpuSeconds(pid), performance.now()];
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const begun = performance.now();
      await work(round);
      times.push(performance.now() - begun);
    }
    const used = cpuSeconds(pid) - cpu - (idle * (performance.now() - started)) / 1000;
    return { cpu: used / rounds, ms: median(times) };
  }

  /** Share of a core that the server uses without any work. */
  async idle(): Promise<number> {
    const before = cpuSeconds(this.#server.process.pid!);
    await delay(IDLE_S * 1000);
    return (cpuSeconds(this.#server.process.pid!) - before) / IDLE_S;
  }
}

function uris(playlist: string): string[] {
  const listed = [...playlist.matchAll(/^[^#\s].*$/gm)].map(([uri]) => uri);
  return listed.concat([...playlist.matchAll(/URI="([^"]+\.m3u8)"/g)].map(([, uri]) => uri!));
}

async function textOf(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} was answered with ${response.status}`);
  return response.text();
}

/** As the ladder encodes its top rung of an upload; the sound is copied. */
async function reencode(file: string, folder: string): Promise<{ cpu: number; ms: number }> {
  const { stderr } = await promisify(execFile)(
    'ffmpeg',
    `-hide_banner -nostats -nostdin -benchmark -i ${file} -t ${CLIP_S} -c:v libx264 -preset veryfast -threads 2`
      .split(' ')
      .concat('-g 60 -keyint_min 60 -sc_threshold 0 -b:v 2800k -maxrate 2800k -bufsize 2800k'.split(' '))
      .concat(['-c:a', 'copy', '-movflags', '+faststart', '-y', join(folder, 'encoded-again.mp4')]),
  );
  const [user, system, wall] = ['utime', 'stime', 'rtime'].map((name) =>
    Number(new RegExp(`bench:.* ?${name}=([\\d.]+)s`).exec(stderr)?.[1]),
  );
  return { cpu: user! + system!, ms: wall! * 1000 };
}

/** @param file Of at least 30 s. */
export async function measureClips(file: string, folder: string): Promise<Row[]> {
  const config = fileURLToPath(new URL('configs/clips.config.mjs', import.meta.url));
  const server = await startServer({ config });
  try {
    const cutter = await Cutter.create(server, file);
    await cutter.timeToPlayable();
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) times.push(await cutter.timeToPlayable());
    const clips: Clip[] = [];
    for (let round = 0; round <= ROUNDS; round++) clips.push(await cutter.cut());
    const size = await cutter.download(clips.pop()!);
    const idle = await cutter.idle();
    const mp4 = await cutter.cost(ROUNDS, idle, (round) => cutter.download(clips[round]!));
    const exact = await cutter.cost(EXACT_ROUNDS, idle, () => cutter.cutExactly());
    const again = await reencode(file, folder);
    return [
      {
        what: `clip of ${CLIP_S} s of a session of an hour: asked for until its playlists are there`,
        peer: 'bare ffmpeg encoding the same 30 s again',
        ours: median(times),
        theirs: again.ms,
        unit: 'ms',
        wantedRatio: null,
        wantedAbsolute: 50,
        note: `Median of ${ROUNDS}, after one. A minute was published and its rows repeated in the ledger: all rows of the hour name stored bytes, which the repetitions share.`,
      },
      {
        what: 'the same as one MP4, made and downloaded',
        peer: 'the same',
        ours: mp4.cpu,
        theirs: again.cpu,
        unit: 's of CPU',
        wantedRatio: 0.01,
        wantedAbsolute: null,
        note: `${(size / 1e6).toPrecision(3)} MB, ${Math.round(mp4.ms)} ms. Mean of ${ROUNDS} of CPU, median of time; all processes of the server count.`,
      },
      {
        what: 'the same cut to the frame',
        peer: 'the same',
        ours: exact.cpu,
        theirs: again.cpu,
        unit: 's of CPU',
        wantedRatio: 0.25,
        wantedAbsolute: null,
        note: `Mean of ${EXACT_ROUNDS}. Two of its segments are encoded, as far as they lie in the range.`,
      },
    ];
  } finally {
    await server.stop();
  }
}

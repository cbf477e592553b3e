/** What tests of the ingest share: a door that notes who comes, the plugin started on a free port, and FLV made on the spot. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type Host, type Logger, type PublishAttempt, PublishRefused, type RunningIngest } from '#plugin-api';
import { rtmp } from './index.ts';

export const run = promisify(execFile);

/** Polls until `read` answers something: what is waited for happens in another process. */
export async function until<T>(
  what: string,
  read: () => T | undefined | null | false | Promise<T | undefined | null | false>,
): Promise<T> {
  const end = Date.now() + 30_000;
  for (;;) {
    const value = await read();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export interface Entry {
  attempt: PublishAttempt;
  ended: string | null;
  drop: AbortController;
}

/** A door that lets all in but the key `wrong`, and the stream `busy`. */
export class Door {
  readonly entries: Entry[] = [];
  readonly log: { level: string; fields: Record<string, unknown>; message: string }[] = [];

  async publish(attempt: PublishAttempt) {
    if (attempt.key === 'wrong') throw new PublishRefused('denied', 'The stream key is wrong or has expired.');
    if (attempt.streamId === 'busy') throw new PublishRefused('busy', 'Another encoder is sending to this stream.');
    const entry: Entry = { attempt, ended: null, drop: new AbortController() };
    this.entries.push(entry);
    return {
      id: `pub_${this.entries.length}`,
      sessionId: 'ses_1',
      latency: 'low' as const,
      signal: entry.drop.signal,
      ended: (reason: string) => {
        expect(entry.ended).to.equal(null);
        entry.ended = reason;
      },
    };
  }

  get logger(): Logger {
    const at = (level: string) => (fields: object, message: string) =>
      void this.log.push({ level, fields: fields as Record<string, unknown>, message });
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), child: () => this.logger };
  }

  /** Ids of the server processes, in order of their starts. */
  get pids(): number[] {
    return this.log.filter(({ message }) => message === 'RTMP is listening').map(({ fields }) => fields.pid as number);
  }
}

export interface Settings {
  port: number;
  host: string;
  maxConnections: number;
  idleTimeout: number;
}

export async function startRtmp(door: Door, settings: Partial<Settings> = {}): Promise<RunningIngest> {
  const config = { port: 0, host: '127.0.0.1', maxConnections: 100, idleTimeout: 15, ...settings };
  return rtmp().definition.ingest!.start(door, { config, log: door.logger } as Host);
}

export function portOf(running: RunningIngest): number {
  return Number(/:(\d+)\/live/.exec(running.publishUrls.url!)![1]);
}

export async function read(attempt: PublishAttempt): Promise<Buffer> {
  const response = await fetch(attempt.source.url, { headers: { authorization: attempt.source.authorization } });
  expect(response.status).to.equal(200);
  expect(response.headers.get('content-type')).to.equal('video/x-flv');
  return Buffer.from(await response.arrayBuffer());
}

export const PICTURE = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=25:duration=2'];
export const SOUND = ['-f', 'lavfi', '-i', 'sine=duration=2'];
export const ENCODE = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-c:a', 'aac', '-f', 'flv'];

/** Two seconds of picture and sound as ffmpeg makes them. */
export async function makeFlv(): Promise<Buffer> {
  const options = { encoding: 'buffer', maxBuffer: 1 << 26 } as const;
  return (await run('ffmpeg', ['-v', 'error', ...PICTURE, ...SOUND, ...ENCODE, 'pipe:1'], options)).stdout;
}

export async function* chunksOf(bytes: Buffer, size = 10_000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The tags of `flv`, then silence, until its reader lets go. */
export async function* endless(flv: Buffer): AsyncGenerator<Buffer> {
  yield flv;
  await new Promise(() => {});
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

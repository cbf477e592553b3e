/** What core hands to a plugin. It never gives the Koa app, the pool, a hook's `call`, or another plugin. */
import type { Kysely } from 'kysely';
import type { Assets } from './assets.ts';
import type { HookName, Tap } from './hooks.ts';
import type { EnqueueOptions, JobName, JobPayload } from './jobs.ts';
import type { Logger } from './log.ts';
import type { EventMap, ServiceMap, TableMap } from './registry.ts';
import type { SessionViews } from './sessions.ts';
import type { Media } from './transcode.ts';

/** A row of the event log. */
export interface EventRow<T extends keyof EventMap & string = keyof EventMap & string> {
  id: string;
  type: T;
  organization_id: string;
  stream_id: string | null;
  session_id: string | null;
  data: EventMap[T];
  created_at: string;
}

export interface NewEvent<T extends keyof EventMap & string> {
  type: T;
  organizationId: string;
  streamId?: string;
  sessionId?: string;
  data: EventMap[T];
}

/** Bytes under keys like `sessions/<id>/source/12.1.m4s`. A put is whole or not there. */
export interface Storage {
  /** What comes piece by piece is written piece by piece: the next one is asked for when one is written. */
  put(key: string, bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<{ size: number }>;
  /** Throws `LS_STORAGE_NOT_FOUND` where there is nothing. `range` is inclusive, in bytes. */
  read(key: string, range?: { start: number; end?: number }): Promise<NodeJS.ReadableStream>;
  /** All of it at once, in memory of its own: for what is as small as a segment, at a quarter of what a stream of it costs. Errors: as `read`. */
  get(key: string): Promise<Buffer>;
  stat(key: string): Promise<{ size: number } | null>;
  delete(key: string): Promise<void>;
  /**
   * Opens what grows under the key, or goes on with what a former process began there. One writer at a time. Where that process
   * got as far as `complete`, `stat` finds the key; what grows then begins anew, and takes its place when it is complete.
   */
  append(key: string): Promise<Appender>;
  /**
   * Where a program of ours (ffmpeg) or a client reads the bytes without going through this process: a file of this machine, or an
   * address that is good for `expiresIn` seconds and carries a signature, so it belongs in no log and no argument list.
   * `filename` is what a browser saves it as. Throws `LS_STORAGE_NOT_FOUND`.
   */
  locate(key: string, options?: { expiresIn?: number; filename?: string }): Promise<{ file: string } | { url: string }>;
  /** Keys that start with `prefix`, in order. */
  list(prefix: string): AsyncIterable<{ key: string; size: number }>;
  /**
   * Bytes that this machine's disk has room for, without what is kept for live. It is the limit with an object store too: what goes there
   * waits on the disk, and what ffmpeg reads comes back to it.
   */
  room(): Promise<number>;
}

/**
 * Bytes that grow under one key. Each append is whole or not there, whatever is killed and even when the power fails: after a
 * crash `size` is that after the last append that was safe.
 */
export interface Appender {
  /** Bytes that are safe. */
  readonly size: number;
  /** Resolves with the new size once the bytes are safe. Appends are written in the order of their calls. */
  append(bytes: Uint8Array): Promise<number>;
  /** Makes what was appended readable under the key; nothing can be appended any more. */
  complete(): Promise<{ size: number }>;
  /** Removes all of it. */
  discard(): Promise<void>;
}

/** Counters and gauges under `livestreams_<plugin>_…` at `/metrics`. */
export interface Metrics {
  counter(name: string, help: string): { inc(by?: number): void };
  gauge(name: string, help: string): { set(value: number): void };
}

/** What of the host there is in a transaction. */
export type HostTransaction = Pick<Host, 'assets' | 'db' | 'enqueue'>;

export interface Host<Config = unknown> {
  /** The plugin's name. */
  readonly plugin: string;
  readonly config: Config;
  /** Where the server runs: its data folder and the address that it listens on. */
  readonly server: { dataDir: string; host: string; publicUrl: string };
  /** Adds its tap; only in `setup`, one a hook. `before` names another plugin that taps it; `budget` is in milliseconds. */
  tap<H extends HookName>(hook: H, tap: Tap<H>, options?: { before?: string; budget?: number }): void;
  /** Follows events as they happen; answers its undo. */
  on<T extends keyof EventMap & string>(type: T, handler: (event: EventRow<T>) => void | Promise<void>): () => void;
  /** Emits one of the plugin's own events (`<plugin>.…`). */
  emit<T extends keyof EventMap & string>(event: NewEvent<T>): Promise<void>;
  /** Enqueues one of the plugin's own jobs. */
  enqueue<N extends JobName>(name: N, payload: JobPayload<N>, options?: EnqueueOptions): Promise<string>;
  readonly db: Kysely<TableMap>;
  /**
   * Runs `work` in one transaction and answers what it does: all that is made by what it is given, assets, jobs and rows of the plugin's
   * own, is there when it has ended, and nothing of it where it throws or the server dies. Others wait for it, so it is short, and in it
   * nothing is asked of the host itself.
   */
  transaction<T>(work: (own: HostTransaction) => Promise<T>): Promise<T>;
  readonly services: Readonly<Partial<ServiceMap>>;
  readonly storage: Storage;
  readonly assets: Assets;
  readonly media: Media;
  readonly sessions: SessionViews;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Aborts when the server stops. */
  readonly signal: AbortSignal;
}

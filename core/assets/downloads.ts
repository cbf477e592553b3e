/** Downloads: one MP4 of an asset or of one of its files, made when somebody wants it and kept while it is wanted. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { type Logger, progressiveMp4, type Storage } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import type { AssetRow } from './assets.ts';
import { assetFileNotFound, assetNotReady } from './errors.ts';
import { readMedia } from './media.ts';
import { type Fragments, type RemuxOptions, remux } from './remux.ts';
import { clockOf, fragmentsOf, piecesOf, runsOf } from './runs.ts';

/** Made at once; the next ones wait. */
const MOST_AT_ONCE = 2;
/** Hours after which one that nobody has asked for is given up, and made again when somebody does. */
const KEPT_HOURS = 24;
/** Stands for a file where the asset has none and its segments are put together. */
const WHOLE = -1;

export interface Download {
  storageKey: string;
  size: number;
}

export interface DownloadsOptions {
  db: Kysely<CoreTables>;
  storage: Storage;
  /** Where drafts are written; emptied at the start. */
  folder: string;
  log: Logger;
}

export class Downloads {
  readonly #options: DownloadsOptions;
  readonly #stopping = new AbortController();
  /** By asset and number: who asks while it is made waits for the same. */
  readonly #making = new Map<string, Promise<Download>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(options: DownloadsOptions) {
    this.#options = options;
  }

  /** Removes the drafts of a process that was killed. */
  async start(): Promise<void> {
    await rm(this.#options.folder, { recursive: true, force: true });
  }

  /** Ends what is being made. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the server stops'));
    await Promise.allSettled(this.#making.values());
  }

  /**
   * The MP4 of one of the asset's files, the first where none is named. It is made now where it is not there; whoever
   * asks for it meanwhile gets the same promise. Errors: `LS_ASSET_NOT_READY`, `LS_ASSET_FILE_NOT_FOUND`.
   */
  async get(asset: AssetRow, file?: number): Promise<Download> {
    if (asset.status !== 'ready') throw assetNotReady(`The asset ${asset.id} is ${asset.status}.`);
    const { db } = this.#options;
    const files = await db
      .selectFrom('asset_files')
      .select(['number', 'storage_key'])
      .where('asset_id', '=', asset.id)
      .orderBy('number')
      .execute();
    const source = file === undefined ? files[0] : files.find(({ number }) => number === file);
    if (file !== undefined && !source) throw assetFileNotFound(`The asset ${asset.id} has no file ${file}.`);
    const number = source?.number ?? WHOLE;
    const known = await db
      .updateTable('asset_downloads')
      .set({ used_at: new Date() })
      .where('asset_id', '=', asset.id)
      .where('number', '=', number)
      .returning(['storage_key', 'size'])
      .executeTakeFirst();
    if (known) return { storageKey: known.storage_key, size: Number(known.size) };
    return this.#making.get(`${asset.id} ${number}`) ?? this.#begin(asset, number, source?.storage_key ?? null);
  }

  #begin(asset: AssetRow, number: number, sourceKey: string | null): Promise<Download> {
    const what = `${asset.id} ${number}`;
    const making = this.#inTurn(() => this.#make(asset, number, sourceKey)).finally(() => this.#making.delete(what));
    this.#making.set(what, making);
    // Whoever asked may have gone: it is told to all who come.
    making.catch((error: unknown) => {
      if (!this.#stopping.signal.aborted) this.#options.log.error({ err: error, asset: asset.id }, 'a download failed');
    });
    return making;
  }

  async #make(asset: AssetRow, number: number, sourceKey: string | null): Promise<Download> {
    const { storage } = this.#options;
    await this.#forgetUnused();
    // Never the same twice: what was given up may be about to be deleted.
    const storageKey = `assets/${asset.id}/download-${randomUUID()}.mp4`;
    const put = async (made: AsyncIterable<Uint8Array>) => {
      const { size } = await storage.put(storageKey, until(this.#stopping.signal, made));
      return this.#note(asset.id, number, { storageKey, size });
    };
    const { trim_start: start, trim_end: end } = asset;
    const trim = start === null || end === null ? null : { start, end };
    if (sourceKey !== null) return this.#remuxed(asset.id, [readAll(storage, sourceKey)], trim, put);
    const runs = runsOf(await readMedia(this.#options.db, asset.id));
    const [first] = runs;
    if (!first) throw assetNotReady(`The asset ${asset.id} has nothing to download.`);
    if (runs.length === 1) {
      const inits = first.inits.map(({ bytes }) => bytes);
      return put(progressiveMp4({ inits, pieces: piecesOf(storage, first), trim }));
    }
    const clock = await clockOf(storage, first);
    const inputs = runs.map((run) => fragmentsOf(storage, run, clock));
    return this.#remuxed(asset.id, inputs, trim, put);
  }

  async #remuxed(
    assetId: string,
    inputs: Fragments[],
    trim: RemuxOptions['trim'],
    put: (made: AsyncIterable<Uint8Array>) => Promise<Download>,
  ): Promise<Download> {
    const { folder } = this.#options;
    await mkdir(folder, { recursive: true });
    const own = await mkdtemp(join(folder, `${assetId}-`));
    try {
      return await put(createReadStream(await remux(inputs, { folder: own, trim, signal: this.#stopping.signal })));
    } finally {
      await rm(own, { recursive: true, force: true });
    }
  }

  /** Answers what stands for the asset from now on: where another process was faster, what that one made. */
  async #note(assetId: string, number: number, made: Download): Promise<Download> {
    const { db, storage } = this.#options;
    const { storageKey, size } = made;
    try {
      await db
        .insertInto('asset_downloads')
        .values({ asset_id: assetId, number, storage_key: storageKey, size })
        .onConflict((conflict) => conflict.columns(['asset_id', 'number']).doNothing())
        .execute();
      const row = await db
        .selectFrom('asset_downloads')
        .select(['storage_key', 'size'])
        .where('asset_id', '=', assetId)
        .where('number', '=', number)
        .executeTakeFirstOrThrow();
      if (row.storage_key === storageKey) return made;
      await storage.delete(storageKey);
      return { storageKey: row.storage_key, size: Number(row.size) };
    } catch (error) {
      // The asset may have been deleted meanwhile: nobody would ever find these bytes.
      await storage.delete(storageKey);
      throw error;
    }
  }

  /** The database's triggers note their keys as garbage. */
  async #forgetUnused(): Promise<void> {
    await this.#options.db
      .deleteFrom('asset_downloads')
      .where('used_at', '<', sql<Date>`now() - make_interval(hours => ${KEPT_HOURS})`)
      .execute();
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= MOST_AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}

async function* readAll(storage: Storage, key: string): AsyncGenerator<Buffer> {
  for await (const chunk of await storage.read(key)) yield chunk as Buffer;
}

/** Breaks off when the signal aborts, also while the next chunk is waited for. A stream in between would do so too, but copy and read ahead. */
async function* until(signal: AbortSignal, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort);
  aborted.catch(() => {});
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted]);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    // Not waited for: what it is at may hang.
    iterator.return?.().catch(() => {});
  }
}

/**
 * An S3 store behind a spool on the local disk: a put is done when the spool has all of it, and is uploaded in the background for as
 * long as that takes. Reading prefers the spool, so that an outage of the store is not seen by those who watch what is new.
 * A file leaves the spool only when the store has confirmed its bytes by their MD5. Power failures: as with local storage.
 */
import { setMaxListeners } from 'node:events';
import { join, resolve } from 'node:path';
import type { Appender, Logger, Storage } from '#plugin-api';
import { dropAbandoned } from './abandoned.ts';
import { storageNotFound, storageTaken, storageUnreachable } from './errors.ts';
import { isCode } from './files.ts';
import { GrowingUpload, type GrowingUploadOptions } from './growing-upload.ts';
import { checkKey } from './keys.ts';
import { localStorage } from './local.ts';
import { merge } from './merge.ts';
import { Outage } from './outage.ts';
import { Recent } from './recent.ts';
import { PART_SIZE, type S3Store } from './s3.ts';
import { readSpool } from './spool-folder.ts';
import { uploadFile } from './upload-file.ts';
import { Uploader } from './uploader.ts';

/** An upload that nobody has added to for so long is nobody's: the machine that began it is gone. */
const ABANDONED_MS = 24 * 3600_000;
/** Seconds that an address is good for where nobody says. */
const EXPIRES_IN = 3600;
/** What is being put together in the store is waited for at most so long by who reads it. */
const COMPLETING_MS = 10_000;

export interface SpooledOptions {
  store: S3Store;
  /** Of this process alone; what waits is in `media` below it, what was uploaded lately in `recent`. */
  folder: string;
  log: Logger;
  /** The store does not work, or with null does so again: told once each. */
  onTrouble(error: Error | null): void;
  /** For tests: parts that need not be filled by megabytes, and uploads that are given up sooner. */
  partSize?: number;
  abandonedAfter?: number;
}

/** What the store has not confirmed yet. */
export interface Backlog {
  files: number;
  bytes: number;
  /** When the oldest of it came; null where nothing waits. */
  oldest: Date | null;
  /** What the store says; null while it works. */
  error: string | null;
}

export interface SpooledStorage extends Storage {
  backlog(): Backlog;
  stop(): Promise<void>;
}

/** Opens the spool and goes on with what a former process left in it. */
export async function spooledStorage(options: SpooledOptions): Promise<SpooledStorage> {
  const spooled = new Spooled(options);
  await spooled.start();
  return spooled;
}

class Spooled implements SpooledStorage {
  readonly #options: SpooledOptions;
  readonly #root: string;
  readonly #spool: Storage;
  readonly #recent: Recent;
  readonly #outage: Outage;
  readonly #uploader: Uploader;
  readonly #growing = new Map<string, GrowingUpload>();
  readonly #completing = new Map<string, GrowingUpload>();
  /** Puts that run, by key: their file must not be taken for the one that was uploaded. */
  readonly #putting = new Map<string, number>();
  readonly #removing = new Map<string, Promise<void>>();
  /** Until when somebody may open the file by its path. */
  readonly #lent = new Map<string, number>();
  readonly #stopping = new AbortController();
  #sweeping: Promise<void> = Promise.resolve();

  constructor(options: SpooledOptions) {
    this.#options = options;
    // Each upload that grows listens to it.
    setMaxListeners(0, this.#stopping.signal);
    this.#root = resolve(options.folder, 'media');
    this.#recent = new Recent(resolve(options.folder, 'recent'));
    this.#spool = localStorage(this.#root);
    this.#outage = new Outage({ onChange: options.onTrouble });
    this.#uploader = new Uploader({
      upload: (key) => this.#upload(key),
      onConfirmed: (key) => void this.#removeUploaded(key),
      outage: this.#outage,
    });
  }

  async start(): Promise<void> {
    await this.#recent.start();
    const { store, log, abandonedAfter: after = ABANDONED_MS } = this.#options;
    const spool = await readSpool(this.#root);
    for (const file of spool.files) this.#uploader.add(file);
    for (const key of spool.complete) await this.#finish(key);
    this.#sweeping = dropAbandoned({ store, spool, after, signal: this.#stopping.signal, log });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    // What runs breaks off: it is still in the spool.
    this.#options.store.close();
    await this.#uploader.stop();
    await Promise.all([...this.#growing.values(), ...this.#completing.values()].map((upload) => upload.settled()));
    await this.#sweeping;
    await this.#recent.stop();
  }

  backlog(): Backlog {
    const waiting = [
      ...this.#uploader.waiting(),
      ...[...this.#growing.values(), ...this.#completing.values()].map((upload) => upload.waiting),
    ];
    return {
      files: waiting.length,
      bytes: waiting.reduce((sum, { size }) => sum + size, 0),
      oldest: waiting.reduce<Date | null>((least, { since }) => (least && least <= since ? least : since), null),
      error: this.#outage.error?.message ?? null,
    };
  }

  async put(key: string, bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<{ size: number }> {
    checkKey(key);
    await this.#recent.delete(key);
    this.#putting.set(key, (this.#putting.get(key) ?? 0) + 1);
    try {
      await this.#removing.get(key);
      const { size } = await this.#spool.put(key, bytes);
      this.#uploader.add({ key, size, since: new Date() });
      return { size };
    } finally {
      const others = this.#putting.get(key)! - 1;
      if (others > 0) this.#putting.set(key, others);
      else this.#putting.delete(key);
    }
  }

  read(key: string, range?: { start: number; end?: number }): Promise<NodeJS.ReadableStream> {
    return this.#wherever(key, (place) => place.read(key, range));
  }

  get(key: string): Promise<Buffer> {
    return this.#wherever(key, (place) => place.get(key));
  }

  /** Asks the spool, then what has left it just now, then the store. */
  async #wherever<T>(key: string, ask: (place: Pick<Storage, 'read' | 'get'>) => Promise<T>): Promise<T> {
    try {
      return await ask(this.#spool);
    } catch (error) {
      if (!isCode(error, 'LS_STORAGE_NOT_FOUND')) throw error;
    }
    if (this.#recent.has(key)) {
      try {
        return await ask(this.#recent);
      } catch (error) {
        // It has just gone.
        if (!isCode(error, 'LS_STORAGE_NOT_FOUND')) throw error;
      }
    }
    await this.#putTogether(key);
    return ask(this.#options.store);
  }

  async stat(key: string): Promise<{ size: number } | null> {
    const spooled = await this.#spool.stat(key);
    if (spooled) return spooled;
    const completing = this.#completing.get(key);
    return completing ? { size: completing.size } : this.#options.store.stat(key);
  }

  async delete(key: string): Promise<void> {
    await this.#uploader.remove(checkKey(key));
    await this.#completing.get(key)?.discard();
    await this.#putTogether(key);
    await this.#spool.delete(key);
    await this.#recent.delete(key);
    await this.#options.store.delete(key);
  }

  async append(key: string): Promise<Appender> {
    checkKey(key);
    if (this.#completing.has(key)) throw storageTaken(`${key} is complete, and on its way to the store.`);
    await this.#growing.get(key)?.leave();
    const upload = await GrowingUpload.open('growing', this.#uploadOptions(key));
    this.#growing.set(key, upload);
    const complete = async () => {
      this.#completing.set(key, upload);
      try {
        return await upload.complete();
      } catch (error) {
        this.#completing.delete(key);
        throw error;
      } finally {
        if (this.#growing.get(key) === upload) this.#growing.delete(key);
      }
    };
    return {
      get size() {
        return upload.size;
      },
      append: (bytes) => upload.append(bytes),
      complete,
      discard: () => upload.discard(),
    };
  }

  async locate(
    key: string,
    { expiresIn = EXPIRES_IN, filename }: { expiresIn?: number; filename?: string } = {},
  ): Promise<{ file: string } | { url: string }> {
    this.#lent.set(key, Date.now() + expiresIn * 1000);
    if (await this.#spool.stat(key)) return { file: join(this.#root, key) };
    this.#lent.delete(key);
    await this.#putTogether(key);
    if (!(await this.#options.store.stat(key))) throw storageNotFound(`Nothing is stored at ${key}.`);
    return { url: await this.#options.store.url(key, expiresIn, filename) };
  }

  list(prefix: string): AsyncIterable<{ key: string; size: number }> {
    return merge(this.#spool.list(prefix), this.#options.store.list(prefix));
  }

  room(): Promise<number> {
    return this.#spool.room();
  }

  async #upload(key: string): Promise<void> {
    const { store, log, partSize = PART_SIZE } = this.#options;
    const found = await this.#spool.stat(key);
    if (found) await uploadFile({ key, path: join(this.#root, key), size: found.size, partSize, store, log });
  }

  /** Removes a file that the store has, unless somebody may open it yet or it is put anew. Never rejects. */
  async #removeUploaded(key: string): Promise<void> {
    if (this.#putting.has(key) || this.#uploader.has(key) || this.#stopping.signal.aborted) return;
    const lent = (this.#lent.get(key) ?? 0) - Date.now();
    if (lent > 0) {
      setTimeout(() => void this.#removeUploaded(key), lent).unref();
      return;
    }
    this.#lent.delete(key);
    const removed = this.#recent
      .keep(key, join(this.#root, key))
      .then(() => this.#spool.delete(key))
      .catch((error: unknown) => {
        this.#options.log.warn({ err: error, key }, 'an uploaded file stays in the spool until the next start');
      });
    this.#removing.set(key, removed);
    await removed;
    this.#removing.delete(key);
  }

  /** Waits for what is complete but not in the store, as far as a reader can wait. Errors: `LS_STORAGE_UNREACHABLE`. */
  async #putTogether(key: string): Promise<void> {
    const completing = this.#completing.get(key);
    if (!completing) return;
    const patience = Promise.withResolvers<void>();
    const timer = setTimeout(patience.resolve, COMPLETING_MS);
    await Promise.race([completing.settled(), patience.promise]);
    clearTimeout(timer);
    if (this.#completing.get(key) === completing) throw storageUnreachable(`The store has yet to put ${key} together.`);
  }

  async #finish(key: string): Promise<void> {
    this.#completing.set(key, await GrowingUpload.open('complete', this.#uploadOptions(key)));
  }

  #uploadOptions(key: string): GrowingUploadOptions {
    const { store, partSize = PART_SIZE } = this.#options;
    return {
      ...{ key, store, partSize },
      path: join(this.#root, key),
      root: this.#root,
      outage: this.#outage,
      signal: this.#stopping.signal,
      onSmall: (size) => {
        this.#completing.delete(key);
        this.#uploader.add({ key, size, since: new Date() });
      },
      onGone: () => {
        this.#completing.delete(key);
        this.#growing.delete(key);
      },
    };
  }
}

/** tus's store over the server's own storage: what comes is appended there, on a disk or on its way to S3 alike. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { finished, type Readable } from 'node:stream';
import { DataStore, ERRORS, Upload } from '@tus/server';
import { type Appender, type Caller, release, type Storage, storageFull } from '#plugin-api';
import type { UploadRow, Uploads } from './uploads.ts';

/**
 * A request on its way through tus. tus would pass the bytes through four more streams, at twice the work for the server: instead it is
 * given a body that only ends, and the store reads the request itself.
 */
export interface UploadRequest {
  caller: Caller;
  /** The request's own bytes. */
  bytes: Readable;
  /** Ends the body that tus sees. */
  end(): void;
}

export const currentRequest = new AsyncLocalStorage<UploadRequest>();

/** Bytes that are made safe at once: few flushes, and little lost where the power fails. */
const APPEND_BYTES = 4 * 1024 * 1024;

export interface UploadStoreOptions {
  uploads: Uploads;
  storage: Storage;
  /** Milliseconds. */
  expiry: number;
  /** Bytes that an upload may have. */
  maxSize: number;
}

export class UploadStore extends DataStore {
  readonly #uploads: Uploads;
  readonly #storage: Storage;
  readonly #expiry: number;
  readonly #maxSize: number;
  /** What is being written now: opening it for a look would cut off what is not safe yet. */
  readonly #writing = new Map<string, Appender>();

  constructor({ uploads, storage, expiry, maxSize }: UploadStoreOptions) {
    super();
    this.#uploads = uploads;
    this.#storage = storage;
    this.#expiry = expiry;
    this.#maxSize = maxSize;
    this.extensions = ['creation', 'creation-with-upload', 'creation-defer-length', 'termination', 'expiration'];
  }

  /** Where the upload is: its row was made when tus asked whether it may be. */
  override async getUpload(id: string): Promise<Upload> {
    const row = await this.#uploads.get(id);
    if (!row) throw ERRORS.FILE_NOT_FOUND;
    const { size, metadata, createdAt, storageKey } = row;
    const offset = row.finishedAt ? (size ?? 0) : await this.#offset(id, storageKey, size);
    const given = { id, offset, metadata, creation_date: createdAt.toISOString() };
    return new Upload(size === null ? given : { ...given, size });
  }

  /** `control` ends early where another request of the same client wants to go on: then this one's connection is dead. */
  override async write(control: Readable, id: string, offset: number): Promise<number> {
    const row = await this.#uploads.get(id);
    const request = currentRequest.getStore();
    if (!row || !request) throw ERRORS.FILE_NOT_FOUND;
    const appender = await this.#storage.append(row.storageKey);
    if (appender.size !== offset) throw ERRORS.INVALID_OFFSET;
    let left = (row.size ?? this.#maxSize) - offset;
    const gatherer = new Gatherer(appender);
    this.#writing.set(id, appender);
    control.resume().once('end', () => request.bytes.destroy());
    try {
      await eachChunk(request.bytes, (chunk) => {
        left -= chunk.length;
        if (left < 0) throw ERRORS.ERR_SIZE_EXCEEDED;
        return gatherer.add(chunk);
      });
    } finally {
      // What has come is kept also where the connection broke off: the client goes on after it.
      await gatherer.flush().finally(() => {
        this.#writing.delete(id);
        request.end();
      });
    }
    return appender.size;
  }

  /** Refuses what would not fit before it is sent. Errors: `LS_STORAGE_FULL`. */
  async checkRoom(bytes: number): Promise<void> {
    const room = await this.#storage.room();
    if (bytes < room) return;
    throw storageFull(`There is room for ${room} bytes${bytes > 0 ? `, and the upload has ${bytes}` : ''}.`);
  }

  override async declareUploadLength(id: string, size: number): Promise<void> {
    const { offset } = await this.getUpload(id);
    await this.checkRoom(size - offset);
    await this.#uploads.set(id, { size });
  }

  override async remove(id: string): Promise<void> {
    const row = await this.#uploads.get(id);
    if (!row) throw ERRORS.FILE_NOT_FOUND;
    if (row.finishedAt) throw ERRORS.INVALID_TERMINATION;
    await this.discard(row.id, row.storageKey);
  }

  /** Forgets an upload, and removes its bytes. */
  async discard(id: string, storageKey: string): Promise<void> {
    await (await this.#storage.append(storageKey)).discard();
    await this.#storage.delete(storageKey);
    await this.#uploads.delete(id);
  }

  /** All bytes are there: makes them one readable thing, once. */
  async complete(storageKey: string): Promise<void> {
    if ((await this.#storage.stat(storageKey)) === null) await (await this.#storage.append(storageKey)).complete();
  }

  override getExpiration(): number {
    return this.#expiry;
  }

  /** Whether all bytes are there and one readable thing, also where the server was killed before it could write that down. */
  async isComplete({ size, storageKey, finishedAt }: UploadRow): Promise<boolean> {
    return size !== null && (finishedAt !== null || (await this.#storage.stat(storageKey)) !== null);
  }

  async #offset(id: string, storageKey: string, size: number | null): Promise<number> {
    const writing = this.#writing.get(id);
    if (writing) return writing.size;
    if (size !== null && (await this.#storage.stat(storageKey)) !== null) return size;
    return (await this.#storage.append(storageKey)).size;
  }
}

/**
 * Hands on each chunk as it came, after what became of the one before. A stream's iterator would copy together what came meanwhile.
 * Rejects where the stream breaks off or a chunk is refused; nothing is at work any more then.
 */
function eachChunk(stream: Readable, take: (chunk: Buffer) => Promise<unknown> | null): Promise<void> {
  return new Promise((resolve, reject) => {
    let taking: Promise<unknown> | null = null;
    const refuse = (error: unknown) => {
      reject(error);
      stream.destroy();
    };
    stream.on('data', (chunk: Buffer) => {
      try {
        taking = take(chunk);
      } catch (error) {
        refuse(error);
        return;
      }
      if (taking === null) return;
      stream.pause();
      taking.then(() => stream.resume(), refuse);
    });
    finished(stream, (error) => {
      const end = () => (error ? reject(error) : resolve());
      if (taking === null) end();
      else taking.then(end, reject);
    });
  });
}

/**
 * Makes few large appends of many small chunks, in two blocks of memory by turns: one is written while the other fills. New memory for each would
 * cost the server as much as all the rest of an upload.
 */
class Gatherer {
  readonly #appender: Appender;
  #block: Buffer = Buffer.allocUnsafe(APPEND_BYTES);
  #other: Buffer | null = null;
  #filled = 0;
  #written: Promise<unknown> = Promise.resolve();

  constructor(appender: Appender) {
    this.#appender = appender;
  }

  /** Takes a chunk, memory and all. A promise while one block is full and the other is not written yet. */
  add(chunk: Buffer): Promise<unknown> | null {
    const copied = chunk.copy(this.#block, this.#filled);
    this.#filled += copied;
    if (this.#filled === this.#block.length) return this.#append().then(() => this.add(chunk.subarray(copied)));
    release(chunk);
    return null;
  }

  /** Resolves when everything is safe. */
  async flush(): Promise<void> {
    if (this.#filled > 0) await this.#append();
    await this.#written;
  }

  async #append(): Promise<void> {
    await this.#written;
    this.#written = this.#appender.append(this.#block.subarray(0, this.#filled));
    // Heard by the next, or by `flush`.
    this.#written.catch(() => {});
    const next = this.#other ?? Buffer.allocUnsafe(APPEND_BYTES);
    this.#other = this.#block;
    this.#block = next;
    this.#filled = 0;
  }
}

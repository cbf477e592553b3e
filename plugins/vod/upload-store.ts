/** tus's store over the server's own storage: what comes is appended there, on a disk or on its way to S3 alike. */
import type { Readable } from 'node:stream';
import { DataStore, ERRORS, Upload } from '@tus/server';
import type { Storage } from '#plugin-api';
import type { Uploads } from './uploads.ts';

/** Bytes that are made safe at once: few flushes, and little lost where the power fails. */
const APPEND_BYTES = 4 * 1024 * 1024;

export interface UploadStoreOptions {
  uploads: Uploads;
  storage: Storage;
  /** Milliseconds. */
  expiry: number;
}

export class UploadStore extends DataStore {
  readonly #uploads: Uploads;
  readonly #storage: Storage;
  readonly #expiry: number;

  constructor({ uploads, storage, expiry }: UploadStoreOptions) {
    super();
    this.#uploads = uploads;
    this.#storage = storage;
    this.#expiry = expiry;
    this.extensions = ['creation', 'creation-with-upload', 'creation-defer-length', 'termination', 'expiration'];
  }

  /** Where the upload is: its row was made when tus asked whether it may be. */
  override async getUpload(id: string): Promise<Upload> {
    const row = await this.#uploads.get(id);
    if (!row) throw ERRORS.FILE_NOT_FOUND;
    const { size, metadata, createdAt, storageKey } = row;
    const offset = row.finishedAt ? (size ?? 0) : await this.#offset(storageKey, size);
    const given = { id, offset, metadata, creation_date: createdAt.toISOString() };
    return new Upload(size === null ? given : { ...given, size });
  }

  override async write(stream: Readable, id: string, offset: number): Promise<number> {
    const row = await this.#uploads.get(id);
    if (!row) throw ERRORS.FILE_NOT_FOUND;
    const appender = await this.#storage.append(row.storageKey);
    if (appender.size !== offset) throw ERRORS.INVALID_OFFSET;
    let gathered: Buffer[] = [];
    let bytes = 0;
    let written: Promise<unknown> = Promise.resolve();
    const append = async () => {
      if (bytes === 0) return;
      const all = Buffer.concat(gathered);
      gathered = [];
      bytes = 0;
      // One is written while the next is gathered.
      await written;
      written = appender.append(all);
      // Awaited by the next, or below.
      written.catch(() => {});
    };
    try {
      for await (const chunk of stream) {
        gathered.push(chunk as Buffer);
        bytes += (chunk as Buffer).length;
        if (bytes >= APPEND_BYTES) await append();
      }
    } finally {
      // What has come is kept also where the connection broke off: the client goes on after it.
      await append();
      await written;
    }
    return appender.size;
  }

  override async declareUploadLength(id: string, size: number): Promise<void> {
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

  async #offset(storageKey: string, size: number | null): Promise<number> {
    // Complete, but the server was killed before it could write that down.
    if (size !== null && (await this.#storage.stat(storageKey)) !== null) return size;
    return (await this.#storage.append(storageKey)).size;
  }
}

/**
 * What grows in the spool in chunks, each uploaded as a part when it is full: only the tail is on this machine.
 *
 * Its folder is the state: `<key>~growing` while it grows, `<key>~complete` from the moment that nothing is appended any more until
 * the store has put the parts together, `<key>~discarded~…` until the store has dropped them. In it are the chunks, their journal,
 * and `upload.json`: the store's name for the upload, and the parts that it has confirmed.
 */
import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Appender } from '#plugin-api';
import { storageTaken, storageTooLarge } from './errors.ts';
import { absent, fileFailure, isCode, syncFolders } from './files.ts';
import { Growing, type GrowingPlace } from './growing.ts';
import { backOff, type Outage } from './outage.ts';
import { MOST_PARTS, type S3Store, type UploadedPart } from './s3.ts';

export interface GrowingUploadOptions {
  key: string;
  /** The key's path in the spool. */
  path: string;
  /** The spool. */
  root: string;
  partSize: number;
  store: S3Store;
  outage: Outage;
  /** Aborts when the server stops: what is not uploaded then waits for the next start. */
  signal: AbortSignal;
  /** It was complete before a part was full: its bytes are a file of the spool now. */
  onSmall(size: number): void;
  /** It is in the store, or gone. */
  onGone(): void;
}

interface UploadState {
  uploadId: string | null;
  parts: UploadedPart[];
}

export class GrowingUpload implements Appender {
  readonly #options: GrowingUploadOptions;
  readonly #growing: Growing;
  readonly #state: UploadState;
  #folder: string;
  #phase: 'growing' | 'complete' | 'discarded' | 'left';
  #uploading: Promise<void> | null = null;
  /** In the store, or nowhere: nothing is left to do. */
  #gone = false;
  /** The folder is renamed by nobody while somebody works in it. */
  #inFolder: Promise<unknown> = Promise.resolve();
  readonly #since = new Date();
  readonly #leaving = new AbortController();
  /** Aborts when nothing is to be uploaded from here any more. */
  readonly #signal: AbortSignal;

  private constructor(
    options: GrowingUploadOptions,
    begun: { growing: Growing; state: UploadState; folder: string; phase: 'growing' | 'complete' },
  ) {
    this.#options = options;
    this.#growing = begun.growing;
    this.#state = begun.state;
    this.#folder = begun.folder;
    this.#phase = begun.phase;
    this.#signal = AbortSignal.any([options.signal, this.#leaving.signal]);
  }

  /** Goes on with what grows, or what is complete but not in the store yet. */
  static async open(phase: 'growing' | 'complete', options: GrowingUploadOptions): Promise<GrowingUpload> {
    try {
      const folder = `${options.path}~${phase}`;
      const state = await readState(folder);
      const growing = await Growing.open(placeOf(folder, options, state));
      const upload = new GrowingUpload(options, { growing, state, folder, phase });
      upload.#upload();
      return upload;
    } catch (error) {
      throw fileFailure(error, options.key);
    }
  }

  get size(): number {
    return this.#growing.size;
  }

  /** Bytes that the store does not have, and since when at the most. */
  get waiting(): { size: number; since: Date } {
    const confirmed = this.#state.parts.reduce((sum, { size }) => sum + size, 0);
    return { size: this.size - confirmed, since: this.#since };
  }

  /** Errors: `LS_STORAGE_TAKEN`, `LS_STORAGE_FAILED`, `LS_STORAGE_TOO_LARGE`. */
  async append(bytes: Uint8Array): Promise<number> {
    const { key, partSize } = this.#options;
    if (this.#phase !== 'growing') throw storageTaken(`${key} does not grow any more.`);
    if (this.size + bytes.length > MOST_PARTS * partSize)
      throw storageTooLarge(`${key} has reached ${this.size} bytes.`);
    try {
      const size = await this.#growing.append(bytes);
      this.#upload();
      return size;
    } catch (error) {
      throw fileFailure(error, key);
    }
  }

  /** Resolves when it is certain to be complete; where it was larger than a part, the store may be yet to put it together. */
  async complete(): Promise<{ size: number }> {
    const { key, path, root, partSize } = this.#options;
    try {
      await this.#growing.end();
      const { size } = this;
      if (size < partSize) {
        this.#phase = 'complete';
        this.#gone = true;
        await rename(chunkOf(this.#folder, 0), path);
        await syncFolders(dirname(path), root);
        await rm(this.#folder, { recursive: true });
        this.#options.onSmall(size);
        return { size };
      }
      await this.#moveTo(`${path}~complete`);
      this.#phase = 'complete';
      this.#upload();
      return { size };
    } catch (error) {
      throw fileFailure(error, key);
    }
  }

  async discard(): Promise<void> {
    const { key, path, partSize } = this.#options;
    try {
      await this.#growing.end();
      this.#phase = 'discarded';
      if (this.size < partSize) {
        await this.#remove();
        return;
      }
      if (!this.#gone) await this.#moveTo(`${path}~discarded~${randomUUID()}`);
      this.#upload();
    } catch (error) {
      throw fileFailure(error, key);
    }
  }

  /** Leaves it as it is to somebody who opens it next; resolves when nothing is done here any more. */
  async leave(): Promise<void> {
    this.#phase = 'left';
    this.#leaving.abort();
    await this.#growing.end();
    await this.settled();
    this.#options.outage.settled(this);
  }

  /** Resolves when nothing is being uploaded: all is in the store, or the server stops. */
  async settled(): Promise<void> {
    while (this.#uploading) await this.#uploading;
  }

  #upload(): void {
    if (this.#gone) return;
    this.#uploading ??= this.#uploadAll().then(() => {
      this.#uploading = null;
      // What came since the last look.
      if (this.#isDue()) this.#upload();
    });
  }

  #isDue(): boolean {
    const { partSize } = this.#options;
    if (this.#gone || this.#signal.aborted) return false;
    return this.#phase !== 'growing' || this.size >= (this.#state.parts.length + 1) * partSize;
  }

  /** Never rejects: it tries for ever. */
  async #uploadAll(): Promise<void> {
    const { outage } = this.#options;
    const signal = this.#signal;
    for (let failures = 0; !signal.aborted; ) {
      try {
        const more = await this.#step();
        outage.settled(this);
        if (!more) return;
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        outage.failed(this, error);
        failures++;
        await delay(backOff(failures), null, { signal, ref: false }).catch(() => {});
      }
    }
  }

  /** Does the one thing that is due; answers whether there may be another. */
  async #step(): Promise<boolean> {
    const { key, store, partSize } = this.#options;
    const { uploadId, parts } = this.#state;
    if (this.#phase === 'discarded') {
      if (uploadId !== null) await store.abortUpload(key, uploadId);
      return this.#remove();
    }
    const left = this.size - parts.length * partSize;
    if (left >= partSize || (this.#phase === 'complete' && left > 0)) {
      if (uploadId === null) {
        this.#state.uploadId = await store.beginUpload(key);
        await this.#keepState();
        return true;
      }
      const index = parts.length;
      const bytes = await this.#within(() => readFile(chunkOf(this.#folder, index)));
      // A chunk cut short may have more behind it, of an append that was torn.
      const part = await store.uploadPart(key, uploadId, index + 1, bytes.subarray(0, Math.min(left, partSize)));
      parts.push(part);
      await this.#keepState();
      await this.#within(() => rm(chunkOf(this.#folder, index), { force: true }));
      return true;
    }
    if (this.#phase === 'complete' && uploadId !== null) {
      await store.completeUpload(key, uploadId, parts);
      return this.#remove();
    }
    return false;
  }

  async #remove(): Promise<false> {
    await this.#within(() => rm(this.#folder, { recursive: true, force: true }));
    this.#gone = true;
    this.#options.onGone();
    return false;
  }

  async #keepState(): Promise<void> {
    await this.#within(() => writeState(this.#folder, this.#state, this.#options.root));
  }

  async #moveTo(folder: string): Promise<void> {
    await this.#within(async () => {
      await rename(this.#folder, folder);
      this.#folder = folder;
      await syncFolders(dirname(folder), this.#options.root);
    });
  }

  #within<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#inFolder.then(work);
    this.#inFolder = done.catch(() => {});
    return done;
  }
}

/** The upload of what was discarded in a folder of the spool; null where it had none. */
export async function uploadIn(folder: string): Promise<string | null> {
  return (await readState(folder)).uploadId;
}

function placeOf(folder: string, { root, partSize }: GrowingUploadOptions, { parts }: UploadState): GrowingPlace {
  return {
    root,
    journal: join(folder, 'journal'),
    chunk: (index) => chunkOf(folder, index),
    chunkSize: partSize,
    released: parts.reduce((sum, { size }) => sum + size, 0),
  };
}

function chunkOf(folder: string, index: number): string {
  return join(folder, String(index));
}

async function readState(folder: string): Promise<UploadState> {
  try {
    return JSON.parse(await readFile(join(folder, 'upload.json'), 'utf8')) as UploadState;
  } catch (error) {
    if (isCode(error, ...absent)) return { uploadId: null, parts: [] };
    throw error;
  }
}

async function writeState(folder: string, state: UploadState, root: string): Promise<void> {
  const file = join(folder, 'upload.json');
  await writeFile(`${file}.new`, JSON.stringify(state), { flush: true });
  await rename(`${file}.new`, file);
  await syncFolders(folder, root);
}

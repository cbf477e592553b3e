/**
 * Bytes that grow on the disk: each append is whole or not there, whatever is killed and even when the power fails.
 *
 * The bytes themselves are plain, so that what has grown so far is a playable file at every moment. Beside them a journal has an
 * entry for each append: the size after it, a checksum of its bytes, and the size that was safe before it. Bytes and entry are
 * flushed at once, not one after the other: only what came after the last size known to be safe can be torn, and there the
 * checksums tell which appends are whole. Nothing stays open between appends: a server that goes away has nothing to close.
 */
import { open, readFile, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { LivestreamsError } from '#plugin-api';
import { storageTaken } from './errors.ts';
import { absent, isCode, openMaking, sizeOf, syncFolders, writeSafely } from './files.ts';

/** Where it grows. */
export interface GrowingPlace {
  /** The folder that was there before all others. */
  root: string;
  journal: string;
  /** Path of its files, from 0; all in one folder. */
  chunk(index: number): string;
  /** Bytes in each of its files but the last; `Infinity` for a single file. */
  chunkSize: number;
  /** Bytes at its front that are safe elsewhere: whole chunks, whose files may be gone. */
  released: number;
}

interface Entry {
  size: number;
  safe: number;
  checksum: number;
}

/** Size after the append and safe size before it (6 bytes each), checksums of the bytes and of the entry (4 each). */
const ENTRY_BYTES = 20;

interface Waiting {
  bytes: Uint8Array;
  done: PromiseWithResolvers<number>;
}

export class Growing {
  readonly #place: GrowingPlace;
  #size: number;
  #entries: number;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;
  /** A write broke off: beyond what is safe the files may hold anything. */
  #torn = false;
  #ended = false;

  private constructor(place: GrowingPlace, size: number, entries: number) {
    this.#place = place;
    this.#size = size;
    this.#entries = entries;
  }

  /** Goes on with what is there, after cutting off what is not whole; begins where nothing is. */
  static async open(place: GrowingPlace): Promise<Growing> {
    const entries = await readJournal(place.journal);
    const whole = await countWhole(place, entries);
    const size = Math.max(entries[whole - 1]?.size ?? 0, place.released);
    const growing = new Growing(place, size, whole);
    await growing.#cutTorn();
    await syncFolders(dirname(place.journal), place.root);
    const folder = dirname(place.chunk(0));
    if (folder !== dirname(place.journal)) await syncFolders(folder, place.root);
    return growing;
  }

  /** Bytes that are safe. */
  get size(): number {
    return this.#size;
  }

  /**
   * Resolves with the new size once the bytes are safe. What comes while others are written is written together after them.
   * An append that rejects has left nothing. Errors: `LS_STORAGE_TAKEN`, and those of the file system.
   */
  append(bytes: Uint8Array): Promise<number> {
    if (this.#ended) return Promise.reject(new TypeError('appended to what has ended'));
    const done = Promise.withResolvers<number>();
    this.#waiting.push({ bytes, done });
    this.#writing ??= this.#writeAll();
    return done.promise;
  }

  /** Takes no further append; resolves when nothing is being written. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0);
      try {
        const sizes = await this.#write(batch.map(({ bytes }) => bytes));
        for (const [index, { done }] of batch.entries()) done.resolve(sizes[index]!);
      } catch (error) {
        this.#torn ||= !(error instanceof LivestreamsError);
        for (const { done } of batch) done.reject(error);
      }
    }
    this.#writing = null;
  }

  async #write(appends: Uint8Array[]): Promise<number[]> {
    if (this.#torn) await this.#cutTorn();
    const { journal } = this.#place;
    const expected = this.#entries * ENTRY_BYTES;
    if ((await sizeOf(journal)) !== expected) throw storageTaken(`${journal} is not as it was left.`);
    const entries: Entry[] = [];
    let size = this.#size;
    for (const bytes of appends) {
      size += bytes.length;
      entries.push({ size, safe: this.#size, checksum: crc32(bytes) });
    }
    // Both are waited for, also where one fails: nothing may be written any more when what is torn is cut.
    const results = await Promise.allSettled([
      this.#writeBytes(appends.length === 1 ? appends[0]! : Buffer.concat(appends)),
      writeSafely(journal, expected, Buffer.concat(entries.map(encode))),
    ]);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    this.#size = size;
    this.#entries += entries.length;
    return entries.map((entry) => entry.size);
  }

  async #writeBytes(bytes: Uint8Array): Promise<void> {
    const { root, chunk } = this.#place;
    let made = false;
    for (const { index, offset, start, end } of pieces(this.#size, bytes.length, this.#place.chunkSize)) {
      await writeSafely(chunk(index), offset, bytes.subarray(start, end));
      made ||= offset === 0;
    }
    if (made) await syncFolders(dirname(chunk(0)), root);
  }

  /** Makes the journal and the last file as long as what is safe. What a file after that holds is written over. */
  async #cutTorn(): Promise<void> {
    const { journal, chunk, chunkSize } = this.#place;
    await makeSize(journal, this.#entries * ENTRY_BYTES);
    const last = chunkSize === Number.POSITIVE_INFINITY ? 0 : Math.floor(this.#size / chunkSize);
    await makeSize(chunk(last), last === 0 ? this.#size : this.#size % chunkSize);
    this.#torn = false;
  }
}

/** How bytes that begin at an offset of the whole are divided among its files. */
function* pieces(
  at: number,
  length: number,
  chunkSize: number,
): Generator<{ index: number; offset: number; start: number; end: number }> {
  if (chunkSize === Number.POSITIVE_INFINITY) {
    yield { index: 0, offset: at, start: 0, end: length };
    return;
  }
  for (let start = 0; start < length; ) {
    const index = Math.floor((at + start) / chunkSize);
    const offset = (at + start) % chunkSize;
    const end = Math.min(start + chunkSize - offset, length);
    yield { index, offset, start, end };
    start = end;
  }
}

/** How many of the journal's appends are whole. */
async function countWhole(place: GrowingPlace, entries: Entry[]): Promise<number> {
  let safe = Math.max(entries.at(-1)?.safe ?? 0, place.released);
  // A journal that outlived its files, or a damaged disk: what was safe once is checked again.
  if (safe > place.released && (await readPlace(place, safe - 1, safe)).length === 0) safe = place.released;
  let whole = entries.findIndex(({ size }) => size > safe);
  if (whole < 0) return entries.length;
  let start = entries[whole - 1]?.size ?? 0;
  for (const { size, checksum } of entries.slice(whole)) {
    // An append that begins in what was released is safe as far as that goes, and its rest was flushed before.
    const bytes = start < place.released ? null : await readPlace(place, start, size);
    if (bytes !== null && (bytes.length < size - start || crc32(bytes) !== checksum)) return whole;
    whole++;
    start = size;
  }
  return whole;
}

async function readPlace({ chunk, chunkSize }: GrowingPlace, start: number, end: number): Promise<Buffer> {
  const read: Buffer[] = [];
  for (const piece of pieces(start, end - start, chunkSize)) {
    read.push(await readPiece(chunk(piece.index), piece.offset, piece.end - piece.start));
  }
  return Buffer.concat(read);
}

/** What a file has there: less than was asked for where it is shorter, or missing. */
async function readPiece(path: string, offset: number, length: number): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isCode(error, ...absent)) return Buffer.alloc(0);
    throw error;
  }
}

/** The entries up to the first that is torn. */
async function readJournal(path: string): Promise<Entry[]> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (isCode(error, ...absent)) return [];
    throw error;
  }
  const entries: Entry[] = [];
  for (let at = 0; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
    const entry = decode(bytes.subarray(at, at + ENTRY_BYTES));
    if (entry === null) break;
    entries.push(entry);
  }
  return entries;
}

function encode({ size, safe, checksum }: Entry): Buffer {
  const bytes = Buffer.alloc(ENTRY_BYTES);
  bytes.writeUIntBE(size, 0, 6);
  bytes.writeUIntBE(safe, 6, 6);
  bytes.writeUInt32BE(checksum, 12);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 16)), 16);
  return bytes;
}

function decode(bytes: Buffer): Entry | null {
  if (crc32(bytes.subarray(0, 16)) !== bytes.readUInt32BE(16)) return null;
  return { size: bytes.readUIntBE(0, 6), safe: bytes.readUIntBE(6, 6), checksum: bytes.readUInt32BE(12) };
}

/** Cuts a file to the size, or makes it. */
async function makeSize(path: string, size: number): Promise<void> {
  await (await openMaking(path, 'a')).close();
  await truncate(path, size);
}

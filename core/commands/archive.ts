/** A backup's file: a tar of entries, compressed, for its owner's eyes only, and there whole or not at all. */
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { pack as packer, extract as unpack } from 'tar-stream';
import { backupDamaged, backupUnwritable } from './errors.ts';

export interface ArchiveWriter {
  add(name: string, bytes: Buffer): Promise<void>;
}

/**
 * Writes what `fill` adds; where that fails, nothing is left and what was there before stays.
 * Errors: `LS_BACKUP_UNWRITABLE`.
 */
export async function writeArchive(file: string, fill: (archive: ArchiveWriter) => Promise<void>): Promise<void> {
  const draft = `${file}.${process.pid}.partial`;
  const output = createWriteStream(draft, { flags: 'wx', mode: 0o600 });
  let broken: Error | null = null;
  output.once('error', (error) => {
    broken = backupUnwritable(`${file} cannot be written: ${error.message}.`, {}, { cause: error });
  });
  const pack = packer();
  const written = pipeline(pack, createGzip(), output);
  // Its failure is seen where it is awaited.
  written.catch(() => undefined);
  const add = (name: string, bytes: Buffer) =>
    new Promise<void>((resolve, reject) => {
      written.catch(reject);
      pack.entry({ name, mode: 0o600 }, bytes, (error) => (error ? reject(error) : resolve()));
    });
  try {
    await fill({ add });
    pack.finalize();
    await written;
    await flush(draft);
    await rename(draft, file);
  } catch (error) {
    pack.destroy();
    await written.catch(() => undefined);
    await rm(draft, { force: true });
    throw broken ?? error;
  }
}

async function flush(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export interface ArchiveEntry {
  name: string;
  bytes: AsyncIterable<Buffer>;
}

/** The entries in the order in which they were added; each is to be read before the next. Errors: `LS_BACKUP_DAMAGED`. */
export async function* readArchive(file: string): AsyncGenerator<ArchiveEntry> {
  const entries = unpack();
  const read = pipeline(createReadStream(file), createGunzip(), entries);
  read.catch(() => undefined);
  try {
    for await (const entry of entries) {
      yield { name: entry.header.name, bytes: entry as AsyncIterable<Buffer> };
      entry.resume();
    }
    await read;
  } catch (error) {
    throw backupDamaged(`${file} cannot be read: ${(error as Error).message}.`, {}, { cause: error });
  }
}

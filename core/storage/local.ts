/**
 * Storage on the local disk: a file a key.
 *
 * A put writes a draft beside its place and renames it: a reader finds all of it or nothing, whenever the process dies.
 * Nothing is flushed. After a power failure a file that was put in the last seconds may be missing, empty or cut: who needs
 * to know keeps the size and a hash, as the ledger does for segments. Flushing each would cost a disk write a segment and
 * stream, to save seconds of a broadcast that the failure itself has cut.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, opendir, readFile, rename, rm, rmdir, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Appender, Storage } from '#plugin-api';
import { storageBadRange, storageNotFound } from './errors.ts';
import { absent, fileFailure, isCode, openMaking, sizeOf, syncFolders, unstoredMark } from './files.ts';
import { Growing } from './growing.ts';
import { checkKey, checkPrefix } from './keys.ts';

/** Keeps bytes in files under a folder, which is made with the first put. */
export function localStorage(folder: string): Storage {
  const root = resolve(folder);
  const pathOf = (key: string) => join(root, checkKey(key));

  return {
    async put(key, bytes) {
      const path = pathOf(key);
      const draft = `${path}${unstoredMark}${randomUUID()}`;
      const file = await openMaking(draft, 'wx').catch((error: unknown) => {
        throw fileFailure(error, key);
      });
      try {
        await writeFile(file, bytes);
        const { size } = await file.stat();
        await rename(draft, path);
        return { size };
      } catch (error) {
        await rm(draft, { force: true });
        throw fileFailure(error, key);
      } finally {
        await file.close();
      }
    },

    async read(key, range) {
      const path = pathOf(key);
      const file = await open(path).catch((error: unknown) => {
        throw isCode(error, ...absent) ? storageNotFound(`Nothing is stored at ${key}.`) : fileFailure(error, key);
      });
      try {
        const found = await file.stat();
        if (!found.isFile()) throw storageNotFound(`Nothing is stored at ${key}.`);
        if (range && (range.start < 0 || range.start >= found.size || (range.end ?? range.start) < range.start)) {
          throw storageBadRange(
            `Bytes ${range.start} to ${range.end ?? 'the end'} are not within the ${found.size} of ${key}.`,
          );
        }
        const { start = 0, end = found.size - 1 } = range ?? {};
        // Told where the file ends, the stream takes no memory for what is behind that.
        return file.createReadStream(found.size === 0 ? {} : { start, end: Math.min(end, found.size - 1) });
      } catch (error) {
        await file.close();
        throw error;
      }
    },

    async get(key) {
      try {
        return await readFile(pathOf(key));
      } catch (error) {
        if (isCode(error, ...absent, 'EISDIR')) throw storageNotFound(`Nothing is stored at ${key}.`);
        throw fileFailure(error, key);
      }
    },

    async stat(key) {
      try {
        const size = await sizeOf(pathOf(key));
        return size === null ? null : { size };
      } catch (error) {
        throw fileFailure(error, key);
      }
    },

    async delete(key) {
      const path = pathOf(key);
      try {
        await rm(path, { force: true });
      } catch (error) {
        // A folder is no key's bytes: to delete it is to delete nothing.
        if (isCode(error, 'ENOTDIR', 'ERR_FS_EISDIR')) return;
        throw fileFailure(error, key);
      }
      await removeEmptyFolders(dirname(path), root);
    },

    append: async (key) => openAppender(root, key, pathOf(key)),

    async locate(key) {
      if ((await this.stat(key)) === null) throw storageNotFound(`Nothing is stored at ${key}.`);
      return { file: pathOf(key) };
    },

    list(prefix) {
      // A prefix may end within a name; the folder above that is where to look.
      const cut = checkPrefix(prefix).lastIndexOf('/') + 1;
      return filesUnder(root, prefix.slice(0, cut), prefix);
    },

    async room() {
      await mkdir(root, { recursive: true });
      const { bavail, bsize } = await statfs(root);
      return bavail * bsize;
    },
  };
}

/** What grows is a file beside its place, `<key>~growing`, and its journal; it is renamed when it is complete. */
async function openAppender(root: string, key: string, path: string): Promise<Appender> {
  const growingPath = `${path}${unstoredMark}growing`;
  const journal = `${path}${unstoredMark}journal`;
  const withFailure = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw fileFailure(error, key);
    }
  };
  const growing = await withFailure(
    Growing.open({
      root,
      journal,
      chunk: () => growingPath,
      chunkSize: Number.POSITIVE_INFINITY,
      released: 0,
    }),
  );
  return {
    get size() {
      return growing.size;
    },
    append: (bytes) => withFailure(growing.append(bytes)),
    complete: () => withFailure(complete()),
    discard: () => withFailure(discard()),
  };

  async function complete(): Promise<{ size: number }> {
    await growing.end();
    await rename(growingPath, path);
    await syncFolders(dirname(path), root);
    // Last: a journal alone is nothing.
    await rm(journal, { force: true });
    return { size: growing.size };
  }

  async function discard(): Promise<void> {
    await growing.end();
    await rm(growingPath, { force: true });
    await rm(journal, { force: true });
    await removeEmptyFolders(dirname(path), root);
  }
}

/** Removes the folders that a delete has left empty, so that a long life does not fill the disk with them. */
async function removeEmptyFolders(folder: string, root: string): Promise<void> {
  for (let path = folder; path.startsWith(root) && path !== root; path = dirname(path)) {
    try {
      await rmdir(path);
    } catch (error) {
      if (isCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT', 'EBUSY', 'ENOTDIR')) return;
      throw error;
    }
  }
}

/** Keys in the order of their bytes, one folder at a time: `a-b` stands before `a/b`, as an object store lists them. */
async function* filesUnder(root: string, base: string, prefix: string): AsyncGenerator<{ key: string; size: number }> {
  const names: string[] = [];
  try {
    for await (const entry of await opendir(join(root, base))) {
      if (!entry.name.includes(unstoredMark)) names.push(entry.isDirectory() ? `${entry.name}/` : entry.name);
    }
  } catch (error) {
    if (isCode(error, ...absent)) return;
    throw fileFailure(error, prefix);
  }
  for (const name of names.sort((a, b) => (a < b ? -1 : 1))) {
    const key = `${base}${name}`;
    if (!key.startsWith(prefix)) continue;
    if (name.endsWith('/')) yield* filesUnder(root, key, prefix);
    else {
      const found = await stat(join(root, key)).catch((error: unknown) => {
        if (isCode(error, 'ENOENT')) return null;
        throw fileFailure(error, key);
      });
      if (found) yield { key, size: found.size };
    }
  }
}

/**
 * Storage on the local disk: a file a key.
 *
 * A put writes a draft beside its place and renames it: a reader finds all of it or nothing, whenever the process dies.
 * Nothing is flushed. After a power failure a file that was put in the last seconds may be missing, empty or cut: who needs
 * to know keeps the size and a hash, as the ledger does for segments. Flushing each would cost a disk write a segment and
 * stream, to save seconds of a broadcast that the failure itself has cut.
 */
import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, opendir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Storage } from '#plugin-api';
import { storageBadRange, storageFailed, storageNotFound } from './errors.ts';
import { checkKey } from './keys.ts';

/** No key has a `~` in it, so a draft is never taken for something stored. */
const draftMark = '~';

/** What the file system says where there is nothing: the second, where a parent folder of the path is a file. */
const absent = ['ENOENT', 'ENOTDIR'];

/** Keeps bytes in files under a folder, which is made with the first put. */
export function localStorage(folder: string): Storage {
  const root = resolve(folder);
  const pathOf = (key: string) => join(root, checkKey(key));

  return {
    async put(key, bytes) {
      const path = pathOf(key);
      const draft = `${path}${draftMark}${randomUUID()}`;
      const file = await openDraft(draft).catch((error: unknown) => {
        throw failure(error, key);
      });
      try {
        await writeFile(file, bytes);
        const { size } = await file.stat();
        await rename(draft, path);
        return { size };
      } catch (error) {
        await rm(draft, { force: true });
        throw failure(error, key);
      } finally {
        await file.close();
      }
    },

    async read(key, range) {
      const path = pathOf(key);
      const file = await open(path).catch((error: unknown) => {
        throw isCode(error, ...absent) ? storageNotFound(`Nothing is stored at ${key}.`) : failure(error, key);
      });
      try {
        const found = await file.stat();
        if (!found.isFile()) throw storageNotFound(`Nothing is stored at ${key}.`);
        if (range && (range.start < 0 || range.start >= found.size || (range.end ?? range.start) < range.start)) {
          throw storageBadRange(
            `Bytes ${range.start} to ${range.end ?? 'the end'} are not within the ${found.size} of ${key}.`,
          );
        }
        return file.createReadStream(range ?? {});
      } catch (error) {
        await file.close();
        throw error;
      }
    },

    async stat(key) {
      try {
        const found = await stat(pathOf(key));
        return found.isFile() ? { size: found.size } : null;
      } catch (error) {
        if (isCode(error, ...absent)) return null;
        throw failure(error, key);
      }
    },

    async delete(key) {
      const path = pathOf(key);
      try {
        await rm(path, { force: true });
      } catch (error) {
        // A folder is no key's bytes: to delete it is to delete nothing.
        if (isCode(error, 'ENOTDIR', 'ERR_FS_EISDIR')) return;
        throw failure(error, key);
      }
      await removeEmptyFolders(dirname(path), root);
    },

    list(prefix) {
      // A prefix may end within a name; the folder above that is where to look.
      const cut = prefix.lastIndexOf('/') + 1;
      if (cut > 0) checkKey(prefix.slice(0, cut - 1));
      if (cut < prefix.length) checkKey(prefix.slice(cut));
      return filesUnder(root, prefix.slice(0, cut), prefix);
    },
  };
}

/** Makes the folder only where it shows to be missing; a delete may have removed it just now. */
async function openDraft(draft: string): Promise<FileHandle> {
  for (;;) {
    try {
      return await open(draft, 'wx');
    } catch (error) {
      if (!isCode(error, 'ENOENT')) throw error;
      await mkdir(dirname(draft), { recursive: true });
    }
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
      if (!entry.name.includes(draftMark)) names.push(entry.isDirectory() ? `${entry.name}/` : entry.name);
    }
  } catch (error) {
    if (isCode(error, ...absent)) return;
    throw failure(error, prefix);
  }
  for (const name of names.sort((a, b) => (a < b ? -1 : 1))) {
    const key = `${base}${name}`;
    if (!key.startsWith(prefix)) continue;
    if (name.endsWith('/')) yield* filesUnder(root, key, prefix);
    else {
      const found = await stat(join(root, key)).catch((error: unknown) => {
        if (isCode(error, 'ENOENT')) return null;
        throw failure(error, key);
      });
      if (found) yield { key, size: found.size };
    }
  }
}

/** What the file system says as an error of ours; what is not from it (a source that broke off) stays as it is. */
function failure(error: unknown, key: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error;
  return storageFailed(`${key} could not be read or written: ${String(error.code)}.`, {}, { cause: error });
}

function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

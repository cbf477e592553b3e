/** What storage does with files of this machine: making them with their folders, flushing, and saying what went wrong. */
import { constants, type FileHandle, mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { storageFailed } from './errors.ts';

/** No key has a `~` in it: a name with one is never taken for something stored. */
export const unstoredMark = '~';

/** Codes of nothing being there: the second, where a parent folder of the path is a file. */
export const absent = ['ENOENT', 'ENOTDIR'];

export function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** `LS_STORAGE_FAILED` for what the file system says; what is not from it (a source that broke off) stays as it is. */
export function fileFailure(error: unknown, key: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error;
  return storageFailed(`${key} could not be read or written: ${String(error.code)}.`, {}, { cause: error });
}

/** Opens a file for writing, making it. Makes its folder only where that shows to be missing; a delete may have removed it just now. */
export async function openMaking(path: string, flags: string | number): Promise<FileHandle> {
  for (;;) {
    try {
      return await open(path, flags);
    } catch (error) {
      if (!isCode(error, 'ENOENT')) throw error;
      await mkdir(dirname(path), { recursive: true });
    }
  }
}

/** Writes at an offset, making the file where it is missing, and flushes. */
export async function writeSafely(path: string, offset: number, bytes: Uint8Array): Promise<void> {
  const file = await openMaking(path, constants.O_WRONLY | constants.O_CREAT);
  try {
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, written, bytes.length - written, offset + written);
      written += bytesWritten;
    }
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Size of a file; null where there is none. */
export async function sizeOf(path: string): Promise<number | null> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : null;
  } catch (error) {
    if (isCode(error, ...absent)) return null;
    throw error;
  }
}

/** What was made in a folder, or renamed into it, outlives a power failure only after this; `upTo` is the last folder flushed. */
export async function syncFolders(folder: string, upTo: string): Promise<void> {
  for (let path = folder; path.startsWith(upTo); path = dirname(path)) {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

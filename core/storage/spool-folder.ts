/** What a start finds in the spool: files to upload, uploads to finish or to drop, and drafts of a process that was killed. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { absent, isCode, unstoredMark } from './files.ts';
import { uploadIn } from './growing-upload.ts';
import type { Waiting } from './uploader.ts';

export interface SpoolContents {
  /** Oldest first. */
  files: Waiting[];
  /** Keys of what is complete but not in the store. */
  complete: string[];
  /** Discarded, with the upload that the store may know. */
  discarded: { key: string; folder: string; uploadId: string | null }[];
  /** The store's names of all uploads that the spool goes on with. */
  uploadIds: Set<string>;
}

/** Reads the spool, before anybody writes to it; removes drafts. */
export async function readSpool(root: string): Promise<SpoolContents> {
  const contents: SpoolContents = { files: [], complete: [], discarded: [], uploadIds: new Set() };
  await readFolder(root, root, contents);
  const numerically = new Intl.Collator('en', { numeric: true });
  contents.files.sort((a, b) => a.since.getTime() - b.since.getTime() || numerically.compare(a.key, b.key));
  return contents;
}

async function readFolder(root: string, folder: string, contents: SpoolContents): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (isCode(error, ...absent)) return [];
    throw error;
  });
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const [key = '', mark] = relative(root, path).split(unstoredMark);
    if (mark !== undefined && !entry.isDirectory()) await rm(path);
    else if (mark !== undefined) await readUpload(path, key, mark, contents);
    else if (entry.isDirectory()) await readFolder(root, path, contents);
    else {
      const { size, mtime } = await stat(path);
      contents.files.push({ key, size, since: mtime });
    }
  }
}

async function readUpload(folder: string, key: string, mark: string, contents: SpoolContents): Promise<void> {
  const uploadId = await uploadIn(folder);
  if (uploadId !== null) contents.uploadIds.add(uploadId);
  if (mark === 'complete') contents.complete.push(key);
  if (mark === 'discarded') contents.discarded.push({ key, folder, uploadId });
}

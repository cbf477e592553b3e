/** Uploads one file of the spool: at once, or in parts where it is larger than one. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Logger } from '#plugin-api';
import type { S3Store, UploadedPart } from './s3.ts';

export interface FileUpload {
  key: string;
  path: string;
  /** Of the file, in bytes; it does not change meanwhile. */
  size: number;
  partSize: number;
  store: S3Store;
  log: Logger;
}

/** Resolves when the store has confirmed it. Rejects with what the store or the file system says. */
export async function uploadFile(upload: FileUpload): Promise<void> {
  const { key, path, size, partSize, store } = upload;
  if (size > partSize) await uploadInParts(upload);
  else await store.put(key, await readFile(path));
}

async function uploadInParts({ key, path, partSize, store, log }: FileUpload): Promise<void> {
  const uploadId = await store.beginUpload(key);
  try {
    const parts: UploadedPart[] = [];
    for await (const part of inParts(createReadStream(path), partSize)) {
      parts.push(await store.uploadPart(key, uploadId, parts.length + 1, part));
    }
    await store.completeUpload(key, uploadId, parts);
  } catch (error) {
    await store.abortUpload(key, uploadId).catch((reason: unknown) => {
      log.warn({ err: reason, key }, 'an upload could not be taken back; the next try does it');
    });
    throw error;
  }
}

/** Gathers a stream to pieces of one size, the last as it comes. */
async function* inParts(stream: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    held.push(chunk);
    length += chunk.length;
    if (length < size) continue;
    let all = Buffer.concat(held);
    for (; all.length >= size; all = all.subarray(size)) yield all.subarray(0, size);
    held = [all];
    length = all.length;
  }
  if (length > 0) yield Buffer.concat(held);
}

/** The uploaded file on this machine's disk, where ffmpeg can seek in it: its own place, or a copy for as long as the work lasts. */
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Host } from '#plugin-api';

export interface LocalFile {
  path: string;
  /** Removes the copy, where it is one. */
  release(): Promise<void>;
}

/** From S3 it is read through the storage: an address with a signature would stand in ffmpeg's arguments, for everybody to see. */
export async function localFile(host: Host, storageKey: string, signal: AbortSignal): Promise<LocalFile> {
  const place = await host.storage.locate(storageKey);
  if ('file' in place) return { path: place.file, release: async () => {} };
  const folder = join(host.server.dataDir, 'vod', storageKey.replaceAll('/', '-'));
  const release = () => rm(folder, { recursive: true, force: true });
  await release();
  await mkdir(folder, { recursive: true });
  try {
    const path = join(folder, 'input');
    await pipeline(await host.storage.read(storageKey), createWriteStream(path), { signal });
    return { path, release };
  } catch (error) {
    await release();
    throw error;
  }
}

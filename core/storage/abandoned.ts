/** Takes back uploads that nobody goes on with: those discarded before a stop, and those that machines which are gone have begun. */
import { rm } from 'node:fs/promises';
import type { Logger } from '#plugin-api';
import type { S3Store } from './s3.ts';
import type { SpoolContents } from './spool-folder.ts';

export interface AbandonedOptions {
  store: S3Store;
  /** What a start has found in the spool. */
  spool: Pick<SpoolContents, 'discarded' | 'uploadIds'>;
  /** Milliseconds that an upload of somebody else may be without a new part. */
  after: number;
  signal: AbortSignal;
  log: Logger;
}

/** Never rejects: what could not be taken back now is at the next start. */
export async function dropAbandoned({ store, spool, after, signal, log }: AbandonedOptions): Promise<void> {
  try {
    for (const { key, folder, uploadId } of spool.discarded) {
      if (uploadId !== null) await store.abortUpload(key, uploadId);
      await rm(folder, { recursive: true, force: true });
    }
    const before = Date.now() - after;
    for await (const { key, uploadId, startedAt } of store.openUploads()) {
      if (spool.uploadIds.has(uploadId) || startedAt.getTime() > before) continue;
      const newest = await store.newestPart(key, uploadId);
      if (newest && newest.getTime() > before) continue;
      await store.abortUpload(key, uploadId);
      log.info({ key }, 'dropped an upload that nobody goes on with');
    }
  } catch (error) {
    if (signal.aborted) return;
    log.warn({ err: error }, 'uploads that nobody goes on with could not be dropped; the next start tries again');
  }
}

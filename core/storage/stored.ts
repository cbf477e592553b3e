/** What is stored, for who only looks at it: also beside a running server, since nothing is uploaded or removed. */
import { join } from 'node:path';
import type { Storage } from '#plugin-api';
import { isCode } from './files.ts';
import { localStorage } from './local.ts';
import { merge } from './merge.ts';
import { type S3Settings, S3Store } from './s3.ts';

export interface Stored extends Pick<Storage, 'read' | 'stat' | 'list'> {
  close(): void;
}

/** With an S3 store, what waits in this machine's spool counts as stored; what waits on other machines is not seen. */
export function openStored({ dataDir, s3 }: { dataDir: string; s3: S3Settings | null }): Stored {
  if (s3 === null) return { ...localStorage(join(dataDir, 'media')), close: () => undefined };
  const store = new S3Store(s3);
  const spool = localStorage(join(dataDir, 'spool', 'media'));
  return {
    async read(key, range) {
      try {
        return await spool.read(key, range);
      } catch (error) {
        if (!isCode(error, 'LS_STORAGE_NOT_FOUND')) throw error;
        return store.read(key, range);
      }
    },
    stat: async (key) => (await spool.stat(key)) ?? store.stat(key),
    list: (prefix) => merge(spool.list(prefix), store.list(prefix)),
    close: () => store.close(),
  };
}

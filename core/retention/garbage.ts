/** Deletes the bytes that nobody names any more: keys that were left behind are looked at again, then their bytes go, then the key. */
import { type Kysely, sql } from 'kysely';
import type { Logger, Storage } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import { withTransaction } from '../db/transaction.ts';

/** Keys of one transaction, and deletions of them at once. */
const BATCH = 200;
const AT_ONCE = 8;

export interface GarbageOptions {
  db: Kysely<CoreTables>;
  storage: Pick<Storage, 'delete'>;
  log: Logger;
}

interface Left {
  storage_key: string;
  named: boolean;
}

export class Garbage {
  readonly #options: GarbageOptions;
  #sweeping: Promise<number> | null = null;

  constructor(options: GarbageOptions) {
    this.#options = options;
  }

  /**
   * Deletes all there is, or joins who does so already; answers how many keys it was. Several processes share the work: each
   * locks what it takes. A process that dies leaves its keys for the next. What storage does not delete waits for the next sweep.
   */
  sweep(): Promise<number> {
    this.#sweeping ??= this.#sweepAll().finally(() => {
      this.#sweeping = null;
    });
    return this.#sweeping;
  }

  async #sweepAll(): Promise<number> {
    for (let deleted = 0; ; ) {
      const { taken, done } = await withTransaction(this.#options.db, (tx) => this.#sweepSome(tx));
      deleted += done;
      if (taken < BATCH || done < taken) return deleted;
    }
  }

  async #sweepSome(tx: Kysely<CoreTables>): Promise<{ taken: number; done: number }> {
    // Whoever is about to name a key holds the rows that name it now: see `adopt` in core/assets.
    const { rows } = await sql<Left>`
      WITH taken AS (
        SELECT storage_key FROM storage_garbage ORDER BY created_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)
      SELECT storage_key,
        EXISTS (SELECT FROM segments WHERE segments.storage_key = taken.storage_key)
        OR EXISTS (SELECT FROM asset_segments WHERE asset_segments.storage_key = taken.storage_key)
        OR EXISTS (SELECT FROM asset_files WHERE asset_files.storage_key = taken.storage_key)
        OR EXISTS (SELECT FROM asset_downloads WHERE asset_downloads.storage_key = taken.storage_key)
        OR EXISTS (SELECT FROM assets WHERE thumbnail_key = taken.storage_key)
        OR EXISTS (SELECT FROM assets WHERE storyboard_vtt_key = taken.storage_key)
        OR EXISTS (SELECT FROM assets WHERE storyboard_image_key = taken.storage_key)
        OR EXISTS (SELECT FROM sessions WHERE sessions.thumbnail_key = taken.storage_key) AS named
      FROM taken`.execute(tx);
    const settled = rows.filter(({ named }) => named).map(({ storage_key }) => storage_key);
    const unnamed = rows.filter(({ named }) => !named).map(({ storage_key }) => storage_key);
    while (unnamed.length > 0) {
      const results = await Promise.allSettled(unnamed.splice(0, AT_ONCE).map((key) => this.#delete(key)));
      let failed = false;
      for (const result of results) {
        if (result.status === 'fulfilled') settled.push(result.value);
        else failed = true;
      }
      // The store does not work: the rest would fail too.
      if (failed) break;
    }
    if (settled.length > 0) await tx.deleteFrom('storage_garbage').where('storage_key', 'in', settled).execute();
    return { taken: rows.length, done: settled.length };
  }

  async #delete(key: string): Promise<string> {
    try {
      await this.#options.storage.delete(key);
      return key;
    } catch (error) {
      this.#options.log.warn({ err: error, key }, 'bytes that nobody names could not be deleted; trying again');
      throw error;
    }
  }
}

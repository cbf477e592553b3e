/** What people do with the assets of their organization; those of another are not found. */
import type { Kysely } from 'kysely';
import type { AssetAnswer, AssetKind, Version } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import { withTransaction } from '../db/transaction.ts';
import type { EventLog } from '../events/log.ts';
import { isId } from '../ids.ts';
import { type AssetRow, appendEvent, deleteAsset } from './assets.ts';
import { describeAssets } from './describe.ts';
import { assetNotFound } from './errors.ts';

export interface AssetFilters {
  kind?: AssetKind | undefined;
  status?: AssetRow['status'] | undefined;
  streamId?: string | undefined;
}

/** Throws where the caller has seen another version of the row. */
export type Check = (version: Version) => void;

export class AssetLibrary {
  readonly #db: Kysely<CoreTables>;
  readonly #events: EventLog;
  readonly #publicUrl: string;

  /** @param options `publicUrl`: without a slash at its end. */
  constructor({ db, events, publicUrl }: { db: Kysely<CoreTables>; events: EventLog; publicUrl: string }) {
    this.#db = db;
    this.#events = events;
    this.#publicUrl = publicUrl;
  }

  /** Newest first; `before` is the id that the page before ended with. */
  async list(
    organizationId: string,
    { kind, status, streamId, before, limit }: AssetFilters & { before?: string | undefined; limit: number },
  ): Promise<AssetRow[]> {
    let rows = this.#db.selectFrom('assets').selectAll().where('organization_id', '=', organizationId);
    if (kind !== undefined) rows = rows.where('kind', '=', kind);
    if (status !== undefined) rows = rows.where('status', '=', status);
    if (streamId !== undefined) rows = rows.where('stream_id', '=', streamId);
    if (before !== undefined) rows = rows.where('id', '<', before);
    return rows.orderBy('id', 'desc').limit(limit).execute();
  }

  /** Errors: `LS_ASSET_NOT_FOUND`. */
  get(organizationId: string, id: string): Promise<AssetRow> {
    return findAsset(this.#db, organizationId, id);
  }

  describe(rows: readonly AssetRow[]): Promise<AssetAnswer[]> {
    return describeAssets(this.#db, this.#publicUrl, rows);
  }

  /** Errors: `LS_ASSET_NOT_FOUND`, and what `check` throws. */
  update(
    organizationId: string,
    id: string,
    changes: { title?: string; visibility?: AssetRow['visibility'] },
    check: Check,
  ): Promise<AssetRow> {
    return withTransaction(this.#db, async (tx) => {
      check(await findAsset(tx, organizationId, id, { lock: true }));
      const row = await tx
        .updateTable('assets')
        .set({ ...changes, updated_at: new Date() })
        .where('id', '=', id)
        .where('organization_id', '=', organizationId)
        .returningAll()
        .executeTakeFirstOrThrow();
      await appendEvent(this.#events, tx, row, 'asset.updated', {});
      return row;
    });
  }

  /** Errors: `LS_ASSET_NOT_FOUND`, and what `check` throws. */
  delete(organizationId: string, id: string, check: Check): Promise<void> {
    return withTransaction(this.#db, async (tx) => {
      const row = await findAsset(tx, organizationId, id, { lock: true });
      check(row);
      await deleteAsset(this.#events, tx, row);
    });
  }

  /** The title that viewers see, whatever organization the asset is of; null where there is nothing to watch. */
  async title(id: string): Promise<string | null> {
    // The id comes from an address that anybody may write.
    if (!isId('ast', id)) return null;
    const row = await this.#db
      .selectFrom('assets')
      .select('title')
      .where('id', '=', id)
      .where('status', '=', 'ready')
      .executeTakeFirst();
    return row?.title ?? null;
  }
}

async function findAsset(
  db: Kysely<CoreTables>,
  organizationId: string,
  id: string,
  { lock = false } = {},
): Promise<AssetRow> {
  let query = db.selectFrom('assets').selectAll().where('id', '=', id).where('organization_id', '=', organizationId);
  if (lock) query = query.forUpdate();
  const row = await query.executeTakeFirst();
  if (!row) throw assetNotFound(`There is no asset ${id}.`);
  return row;
}

/** Assets in the database: each change and its event in one transaction, nothing of one organization seen by another. */
import type { Kysely, Selectable } from 'kysely';
import type {
  AdoptedSegments,
  Asset,
  AssetAnswer,
  AssetFile,
  AssetGap,
  AssetImages,
  AssetInit,
  AssetKind,
  AssetSegment,
  Assets,
  EventMap,
  NewAsset,
} from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import { whenSettled, withTransaction } from '../db/transaction.ts';
import type { EventSink } from '../events/late.ts';
import type { Hooks } from '../hooks.ts';
import { newId } from '../ids.ts';
import { type AdoptSource, adopt } from './adopt.ts';
import { describeAssets } from './describe.ts';
import { assetNotFound } from './errors.ts';
import { type AssetMedia, insertInits, insertSegments, readMedia, sizeOf } from './media.ts';

export type AssetRow = Selectable<CoreTables['assets']>;

export interface AssetStoreOptions {
  db: Kysely<CoreTables>;
  events: EventSink;
  hooks: Pick<Hooks, 'notify'>;
  /** Without a slash at its end. */
  publicUrl: string;
}

/** What plugins do with assets; for what people do with them see `library.ts`. */
export class AssetStore implements Assets {
  readonly #db: Kysely<CoreTables>;
  readonly #events: EventSink;
  readonly #publicUrl: string;
  readonly #hooks: Pick<Hooks, 'notify'>;

  constructor({ db, events, hooks, publicUrl }: AssetStoreOptions) {
    this.#db = db;
    this.#publicUrl = publicUrl;
    this.#events = events;
    this.#hooks = hooks;
  }

  /** The same in a transaction of `withTransaction`, whose events `events` takes. */
  within(transaction: Kysely<CoreTables>, events: EventSink): AssetStore {
    return new AssetStore({ db: transaction, events, hooks: this.#hooks, publicUrl: this.#publicUrl });
  }

  create(asset: NewAsset): Promise<Asset> {
    return withTransaction(this.#db, async (tx) => {
      const row = await tx
        .insertInto('assets')
        .values({
          id: newId('ast'),
          organization_id: asset.organizationId,
          kind: asset.kind,
          stream_id: asset.streamId ?? null,
          session_id: asset.sessionId ?? null,
          title: asset.title,
          visibility: asset.visibility ?? (await visibilityOf(tx, asset)),
        })
        .onConflict((conflict) => conflict.column('session_id').where('kind', '=', 'recording').doNothing())
        .returningAll()
        .executeTakeFirst();
      if (!row) return (await recordingOf(tx, asset.sessionId!))!;
      await appendEvent(this.#events, tx, row, 'asset.created', {});
      return toAsset(row);
    });
  }

  async get(id: string): Promise<Asset | null> {
    const row = await this.#db.selectFrom('assets').selectAll().where('id', '=', id).executeTakeFirst();
    return row ? toAsset(row) : null;
  }

  /** Errors: `LS_ASSET_NOT_FOUND` where the organization has no such asset. */
  async require(organizationId: string, id: string): Promise<Asset> {
    const asset = await this.get(id);
    if (asset?.organizationId !== organizationId) throw assetNotFound(`There is no asset ${id}.`);
    return asset;
  }

  async describe(id: string): Promise<AssetAnswer> {
    const row = await this.#db.selectFrom('assets').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) throw assetNotFound(`There is no asset ${id}.`);
    const [answer] = await describeAssets(this.#db, this.#publicUrl, [row]);
    return answer!;
  }

  async ofSession(sessionId: string, kind: AssetKind): Promise<Asset | null> {
    const row = await this.#db
      .selectFrom('assets')
      .selectAll()
      .where('session_id', '=', sessionId)
      .where('kind', '=', kind)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row ? toAsset(row) : null;
  }

  adopt(id: string, from: AdoptSource, range?: { start: number; end: number }): Promise<AdoptedSegments> {
    return this.#change(id, (tx) => adopt(tx, id, from, range));
  }

  addInits(id: string, inits: AssetInit[]): Promise<void> {
    return this.#change(id, (tx) => insertInits(tx, id, inits));
  }

  addSegments(id: string, segments: AssetSegment[]): Promise<void> {
    return this.#change(id, (tx) => insertSegments(tx, id, segments));
  }

  replaceSegments(id: string, segments: AssetSegment[]): Promise<void> {
    return this.#change(id, async (tx) => {
      await tx.deleteFrom('asset_segments').where('asset_id', '=', id).execute();
      await insertSegments(tx, id, segments);
    });
  }

  media(id: string): Promise<AssetMedia> {
    return this.#change(id, (tx) => readMedia(tx, id));
  }

  addFile(id: string, { storageKey, ...file }: AssetFile): Promise<void> {
    const row = { asset_id: id, ...file, storage_key: storageKey };
    return this.#change(id, async (tx) => {
      await tx
        .insertInto('asset_files')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    });
  }

  setImages(id: string, images: AssetImages): Promise<void> {
    const given = {
      thumbnail_key: images.thumbnailKey,
      storyboard_vtt_key: images.storyboardVttKey,
      storyboard_image_key: images.storyboardImageKey,
    };
    return this.#change(id, async (tx, before) => {
      const after: Pick<AssetRow, keyof typeof given> = { ...before };
      const replaced: string[] = [];
      for (const name of Object.keys(given) as (keyof typeof given)[]) {
        const key = given[name];
        const former = before[name];
        if (key === undefined || key === former) continue;
        after[name] = key;
        if (former !== null) replaced.push(former);
      }
      const { thumbnail_key, storyboard_vtt_key, storyboard_image_key } = after;
      await tx
        .updateTable('assets')
        .set({ thumbnail_key, storyboard_vtt_key, storyboard_image_key, updated_at: new Date() })
        .where('id', '=', id)
        .execute();
      if (replaced.length === 0) return;
      await tx
        .insertInto('storage_garbage')
        .values(replaced.map((storage_key) => ({ storage_key })))
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    });
  }

  ready(
    id: string,
    { duration, gaps = [], trim }: { duration: number; gaps?: AssetGap[]; trim?: { start: number; end: number } },
  ): Promise<void> {
    return this.#change(id, async (tx, before) => {
      if (before.status === 'ready') return;
      const now = new Date();
      const size = await sizeOf(tx, id);
      await tx
        .updateTable('assets')
        .set({
          ...{ status: 'ready', error: null, duration, size, gaps: JSON.stringify(gaps) },
          ...{ trim_start: trim?.start ?? null, trim_end: trim?.end ?? null, ready_at: now, updated_at: now },
        })
        .where('id', '=', id)
        .execute();
      await appendEvent(this.#events, tx, before, 'asset.ready', { duration });
      const made = { id, kind: before.kind, organizationId: before.organization_id };
      whenSettled(tx, (committed) => {
        if (committed) void this.#hooks.notify('asset', made);
      });
    });
  }

  restart(id: string): Promise<void> {
    return this.#change(id, async (tx, before) => {
      if (before.status !== 'failed') return;
      await tx
        .updateTable('assets')
        .set({ status: 'processing', error: null, updated_at: new Date() })
        .where('id', '=', id)
        .execute();
    });
  }

  fail(id: string, reason: string): Promise<void> {
    return this.#change(id, async (tx, before) => {
      if (before.status !== 'processing') return;
      await tx
        .updateTable('assets')
        .set({ status: 'failed', error: reason, updated_at: new Date() })
        .where('id', '=', id)
        .execute();
      await appendEvent(this.#events, tx, before, 'asset.failed', { reason });
    });
  }

  delete(id: string): Promise<void> {
    return this.#change(id, (tx, before) => deleteAsset(this.#events, tx, before));
  }

  /** Runs `work` with the asset's row, locked until the transaction ends. */
  #change<T>(id: string, work: (tx: Kysely<CoreTables>, before: AssetRow) => Promise<T>): Promise<T> {
    return withTransaction(this.#db, async (tx) => {
      const row = await tx.selectFrom('assets').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
      if (!row) throw assetNotFound(`There is no asset ${id}.`);
      return work(tx, row);
    });
  }
}

/** Removes the asset's rows; the database's triggers note the keys of its bytes as garbage in the same transaction. */
export async function deleteAsset(events: EventSink, tx: Kysely<CoreTables>, row: AssetRow): Promise<void> {
  await tx.deleteFrom('assets').where('id', '=', row.id).execute();
  await appendEvent(events, tx, row, 'asset.deleted', {});
}

type AssetEvent = Extract<keyof EventMap, `asset.${string}`>;

/** Appends an event of the asset; what all of them say is taken from its row. */
export async function appendEvent<T extends AssetEvent>(
  events: EventSink,
  tx: Kysely<CoreTables>,
  row: AssetRow,
  type: T,
  data: Omit<EventMap[T], 'asset_id' | 'kind' | 'title'>,
): Promise<void> {
  const about = {
    organizationId: row.organization_id,
    ...(row.stream_id === null ? {} : { streamId: row.stream_id }),
    ...(row.session_id === null ? {} : { sessionId: row.session_id }),
  };
  const all = { asset_id: row.id, kind: row.kind, title: row.title, ...data } as unknown as EventMap[T];
  await events.append({ ...about, type, data: all }, tx);
}

async function visibilityOf(
  tx: Kysely<CoreTables>,
  { streamId, organizationId }: NewAsset,
): Promise<Asset['visibility']> {
  if (streamId === undefined) return 'public';
  const stream = await tx
    .selectFrom('streams')
    .select('visibility')
    .where('id', '=', streamId)
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
  return stream?.visibility ?? 'public';
}

async function recordingOf(tx: Kysely<CoreTables>, sessionId: string): Promise<Asset | null> {
  const row = await tx
    .selectFrom('assets')
    .selectAll()
    .where('session_id', '=', sessionId)
    .where('kind', '=', 'recording')
    .executeTakeFirst();
  return row ? toAsset(row) : null;
}

export function toAsset(row: AssetRow): Asset {
  const { id, kind, status, title, visibility, duration, trim_start: start, trim_end: end } = row;
  return {
    ...{ id, kind, status, title, visibility, duration },
    trim: start === null || end === null ? null : { start, end },
    organizationId: row.organization_id,
    streamId: row.stream_id,
    sessionId: row.session_id,
    createdAt: row.created_at,
  };
}

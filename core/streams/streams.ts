/** Streams and their keys in the database: each change and its event in one transaction. */
import type { Kysely, Selectable, Updateable } from 'kysely';
import type { StreamRef } from '#plugin-api';
import type { CoreTables, Retention } from '../db/tables.ts';
import { withTransaction } from '../db/transaction.ts';
import type { EventLog } from '../events/log.ts';
import { newId } from '../ids.ts';
import { streamKeyExpiry, streamKeyLimit, streamKeyNotFound, streamNotFound } from './errors.ts';
import { newStreamKey, type StreamRow } from './stream-key.ts';

export type StreamStatus = 'offline' | 'live' | 'reconnecting';

/** What a stream is at this moment. */
export interface StreamNow {
  status: StreamStatus;
  /** There is a picture of what is live. */
  hasThumbnail: boolean;
}

export type StreamKeyRow = Omit<Selectable<CoreTables['stream_keys']>, 'key_hash'>;

/** A key at the only moment at which it is known. */
export interface FreshKey {
  id: string;
  key: string;
  label: string;
}

export interface StreamSettings {
  title: string;
  latency: 'standard' | 'low';
  record: boolean;
  visibility: 'public' | 'unlisted' | 'protected';
  /** Seconds. */
  reconnect_window: number;
  /** Seconds. */
  dvr_window: number;
  /** Origins whose pages may show it; empty for all. */
  allowed_origins: string[];
  /** Null where not given: recordings are kept for ever. */
  retention?: Retention | null;
}

export interface StreamQuery {
  limit: number;
  before?: string | undefined;
  status?: StreamStatus | undefined;
  visibility?: StreamSettings['visibility'] | undefined;
  /** A part of the title, in letters of any case. */
  title?: string | undefined;
}

/** Throws where the stream as it is now must not be changed. */
type Check = (stream: StreamRow) => void;
const pass: Check = () => {};

/** Enough for a studio's encoders; few enough that a publish can be compared with all of them. */
const MOST_KEYS = 20;

/** What hooks are told of a stream. */
export function streamRef(row: StreamRow): StreamRef {
  const { id, organization_id, title, latency, record, visibility } = row;
  return { id, organizationId: organization_id, title, latency, record, visibility };
}

/** Of a deletion that was in the way of another transaction. */
const MOST_TRIES = 3;

/** All of it is within one organization: a stream of another one is not found. */
export class Streams {
  readonly #db: Kysely<CoreTables>;
  readonly #events: EventLog;

  constructor({ db, events }: { db: Kysely<CoreTables>; events: EventLog }) {
    this.#db = db;
    this.#events = events;
  }

  /** Makes a stream with its first key. */
  create(organizationId: string, settings: StreamSettings): Promise<{ stream: StreamRow; key: FreshKey }> {
    return withTransaction(this.#db, async (transaction) => {
      const stream = await transaction
        .insertInto('streams')
        .values({ id: newId('str'), organization_id: organizationId, ...settings })
        .returningAll()
        .executeTakeFirstOrThrow();
      const key = await insertKey(transaction, stream.id, 'Main', null);
      await this.#append('stream.created', stream, { title: stream.title }, transaction);
      return { stream, key };
    });
  }

  /** Errors: `LS_STREAM_NOT_FOUND`. */
  get(organizationId: string, id: string): Promise<StreamRow> {
    return findStream(this.#db, organizationId, id);
  }

  /** Newest first; `before` is the id that the page before ended with. */
  async list(organizationId: string, { limit, before, status, visibility, title }: StreamQuery): Promise<StreamRow[]> {
    let rows = this.#db.selectFrom('streams').selectAll().where('organization_id', '=', organizationId);
    if (before !== undefined) rows = rows.where('id', '<', before);
    if (visibility !== undefined) rows = rows.where('visibility', '=', visibility);
    if (title !== undefined) rows = rows.where('title', 'ilike', `%${title.replace(/[\\%_]/g, '\\$&')}%`);
    if (status !== undefined) {
      rows = rows.where(({ exists, not, selectFrom }) => {
        const open = selectFrom('sessions').select('id').whereRef('stream_id', '=', 'streams.id');
        return status === 'offline'
          ? not(exists(open.where('state', '!=', 'ended')))
          : exists(open.where('state', '=', status));
      });
    }
    return rows.orderBy('id', 'desc').limit(limit).execute();
  }

  /** Asks `check` in the transaction, of the stream as it is before the change. Errors: `LS_STREAM_NOT_FOUND`, and what `check` throws. */
  update(
    organizationId: string,
    id: string,
    changes: Partial<StreamSettings>,
    check: Check = pass,
  ): Promise<StreamRow> {
    return withTransaction(this.#db, async (transaction) => {
      check(await findStream(transaction, organizationId, id, { lock: true }));
      const set: Updateable<CoreTables['streams']> = { ...changes, updated_at: new Date() };
      const stream = await transaction
        .updateTable('streams')
        .set(set)
        .where('id', '=', id)
        .where('organization_id', '=', organizationId)
        .returningAll()
        .executeTakeFirstOrThrow();
      await this.#append('stream.updated', stream, { title: stream.title }, transaction);
      return stream;
    });
  }

  /** Deletes the stream with its keys and sessions; `check` as of `update`. Errors: `LS_STREAM_NOT_FOUND`, and what `check` throws. */
  async delete(organizationId: string, id: string, check: Check = pass): Promise<void> {
    const work = async (transaction: Kysely<CoreTables>) => {
      const stream = await findStream(transaction, organizationId, id, { lock: true });
      check(stream);
      await transaction.deleteFrom('streams').where('id', '=', id).execute();
      await this.#append('stream.deleted', stream, { title: stream.title }, transaction);
    };
    for (let tries = 1; ; tries++) {
      try {
        return await withTransaction(this.#db, work);
      } catch (error) {
        // The end of a publish, noted at this moment, locks the same rows in another order: one of the two begins again.
        if (tries === MOST_TRIES || !isDeadlock(error)) throw error;
      }
    }
  }

  /** Streams that are not named are offline. */
  async now(ids: string[]): Promise<Map<string, StreamNow>> {
    if (ids.length === 0) return new Map();
    const open = await this.#db
      .selectFrom('sessions')
      .select(['stream_id', 'state', 'thumbnail_key'])
      .where('stream_id', 'in', ids)
      .where('state', '!=', 'ended')
      .execute();
    return new Map(
      open.map(({ stream_id, state, thumbnail_key }) => [
        stream_id,
        { status: state as StreamStatus, hasThumbnail: thumbnail_key !== null },
      ]),
    );
  }

  /** Oldest first; `after` is the id that the page before ended with. Errors: `LS_STREAM_NOT_FOUND`. */
  async keys(
    organizationId: string,
    streamId: string,
    { limit, after }: { limit: number; after: string | undefined },
  ): Promise<StreamKeyRow[]> {
    await findStream(this.#db, organizationId, streamId);
    let rows = this.#db
      .selectFrom('stream_keys')
      .select(['id', 'stream_id', 'label', 'expires_at', 'last_used_at', 'created_at'])
      .where('stream_id', '=', streamId);
    if (after !== undefined) rows = rows.where('id', '>', after);
    return rows.orderBy('id').limit(limit).execute();
  }

  /**
   * Makes a key. With `overlap` it takes the place of all others: they end after so many seconds, at 0 at once.
   * Errors: `LS_STREAM_NOT_FOUND`, `LS_STREAM_KEY_EXPIRY`, `LS_STREAM_KEY_LIMIT`.
   */
  createKey(
    organizationId: string,
    streamId: string,
    options: { label: string; expiresAt: Date | null; overlap: number | null },
  ): Promise<FreshKey> {
    const { label, expiresAt, overlap } = options;
    if (expiresAt !== null && expiresAt.getTime() <= Date.now()) {
      throw streamKeyExpiry(`${expiresAt.toISOString()} is in the past.`);
    }
    return withTransaction(this.#db, async (transaction) => {
      const stream = await findStream(transaction, organizationId, streamId, { lock: true });
      const replaced = overlap === 0 ? await removeKeys(transaction, streamId) : [];
      if (overlap !== null && overlap > 0) await endKeys(transaction, streamId, overlap);
      const { count } = await transaction
        .selectFrom('stream_keys')
        .select(({ fn }) => fn.countAll<string>().as('count'))
        .where('stream_id', '=', streamId)
        .executeTakeFirstOrThrow();
      if (Number(count) >= MOST_KEYS) throw streamKeyLimit(`A stream may have ${MOST_KEYS} keys.`);
      const key = await insertKey(transaction, streamId, label, expiresAt);
      for (const { id, label: old } of replaced) {
        await this.#append('stream.key_deleted', stream, { key_id: id, label: old }, transaction);
      }
      await this.#append('stream.key_created', stream, { key_id: key.id, label }, transaction);
      return key;
    });
  }

  /** Deletes a key; whoever publishes with it is dropped. Errors: `LS_STREAM_NOT_FOUND`, `LS_STREAM_KEY_NOT_FOUND`. */
  deleteKey(organizationId: string, streamId: string, keyId: string): Promise<void> {
    return withTransaction(this.#db, async (transaction) => {
      const stream = await findStream(transaction, organizationId, streamId);
      const [key] = await removeKeys(transaction, streamId, keyId);
      if (!key) throw streamKeyNotFound(`The stream ${streamId} has no key ${keyId}.`);
      await this.#append('stream.key_deleted', stream, { key_id: key.id, label: key.label }, transaction);
    });
  }

  async #append(
    type: 'stream.created' | 'stream.updated' | 'stream.deleted' | 'stream.key_created' | 'stream.key_deleted',
    stream: StreamRow,
    data: { title: string } | { key_id: string; label: string },
    transaction: Kysely<CoreTables>,
  ): Promise<void> {
    const event = { type, organizationId: stream.organization_id, streamId: stream.id, data };
    await this.#events.append(event as Parameters<EventLog['append']>[0], transaction);
  }
}

async function findStream(
  db: Kysely<CoreTables>,
  organizationId: string,
  id: string,
  options: { lock?: boolean } = {},
): Promise<StreamRow> {
  let query = db.selectFrom('streams').selectAll().where('id', '=', id).where('organization_id', '=', organizationId);
  if (options.lock) query = query.forUpdate();
  const stream = await query.executeTakeFirst();
  if (!stream) throw streamNotFound(`There is no stream ${id}.`);
  return stream;
}

async function insertKey(
  db: Kysely<CoreTables>,
  streamId: string,
  label: string,
  expiresAt: Date | null,
): Promise<FreshKey> {
  const { key, hash } = newStreamKey();
  const id = newId('key');
  await db
    .insertInto('stream_keys')
    .values({ id, stream_id: streamId, label, key_hash: hash, expires_at: expiresAt })
    .execute();
  return { id, key, label };
}

function removeKeys(
  db: Kysely<CoreTables>,
  streamId: string,
  keyId?: string,
): Promise<{ id: string; label: string }[]> {
  let query = db.deleteFrom('stream_keys').where('stream_id', '=', streamId);
  if (keyId !== undefined) query = query.where('id', '=', keyId);
  return query.returning(['id', 'label']).execute();
}

/** Lets the keys end in so many seconds, where they do not end sooner. */
async function endKeys(db: Kysely<CoreTables>, streamId: string, seconds: number): Promise<void> {
  const end = new Date(Date.now() + seconds * 1000);
  await db
    .updateTable('stream_keys')
    .set({ expires_at: end })
    .where('stream_id', '=', streamId)
    .where(({ eb, or }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', end)]))
    .execute();
}

/** `deadlock_detected` (PostgreSQL, appendix A). */
function isDeadlock(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '40P01';
}

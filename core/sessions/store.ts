/** The rows of sessions and publishes: each change of a session's state, in the caller's transaction. */
import { type Kysely, type Selectable, sql } from 'kysely';
import type { CoreTables } from '../db/tables.ts';
import { newId } from '../ids.ts';

export type SessionRow = Selectable<CoreTables['sessions']>;

type Db = Kysely<CoreTables>;

/** The stream's session that has not ended, locked for this transaction. */
export async function lockOpenSession(tx: Db, streamId: string): Promise<SessionRow | undefined> {
  return tx
    .selectFrom('sessions')
    .selectAll()
    .where('stream_id', '=', streamId)
    .where('state', '<>', 'ended')
    .forUpdate()
    .executeTakeFirst();
}

export async function insertSession(tx: Db, stream: { id: string; organizationId: string }): Promise<SessionRow> {
  return tx
    .insertInto('sessions')
    .values({
      id: newId('ses'),
      stream_id: stream.id,
      organization_id: stream.organizationId,
      state: 'live',
      lease_owner: null,
      end_reason: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export async function markLive(tx: Db, sessionId: string): Promise<void> {
  await tx.updateTable('sessions').set({ state: 'live', reconnect_until: null }).where('id', '=', sessionId).execute();
}

/** Starts the reconnect window, in database time; a window already begun is kept. Answers its end, null if the session has ended. */
export async function markReconnecting(tx: Db, sessionId: string, windowSeconds: number): Promise<Date | null> {
  const row = await tx
    .updateTable('sessions')
    .set({
      state: 'reconnecting',
      reconnect_until: sql<Date>`coalesce(reconnect_until, now() + make_interval(secs => ${windowSeconds}))`,
    })
    .where('id', '=', sessionId)
    .where('state', '<>', 'ended')
    .returning('reconnect_until')
    .executeTakeFirst();
  return row?.reconnect_until ?? null;
}

/** Ends the session; answers its length in seconds, or null when it had ended before. */
export async function markEnded(tx: Db, sessionId: string, reason: string): Promise<number | null> {
  const row = await tx
    .updateTable('sessions')
    .set({ state: 'ended', ended_at: sql<Date>`now()`, reconnect_until: null, end_reason: reason })
    .where('id', '=', sessionId)
    .where('state', '<>', 'ended')
    .returning(sql<number>`extract(epoch from now() - started_at)::float8`.as('seconds'))
    .executeTakeFirst();
  return row ? row.seconds : null;
}

export async function insertPublish(
  tx: Db,
  publish: { sessionId: string; keyId: string; ingest: string; remoteAddress: string; encoder: string | null },
): Promise<string> {
  const id = newId('pub');
  await tx
    .insertInto('publishes')
    .values({
      id,
      session_id: publish.sessionId,
      key_id: publish.keyId,
      ingest: publish.ingest,
      remote_address: publish.remoteAddress,
      encoder: publish.encoder,
      end_reason: null,
    })
    .execute();
  return id;
}

export async function endPublish(tx: Db, publishId: string, reason: string): Promise<void> {
  await tx
    .updateTable('publishes')
    .set({ ended_at: sql<Date>`now()`, end_reason: reason })
    .where('id', '=', publishId)
    .where('ended_at', 'is', null)
    .execute();
}

/** Publishes of a session that a process left open when it was killed. */
export async function endLeftPublishes(tx: Db, sessionId: string, reason: string): Promise<void> {
  await tx
    .updateTable('publishes')
    .set({ ended_at: sql<Date>`now()`, end_reason: reason })
    .where('session_id', '=', sessionId)
    .where('ended_at', 'is', null)
    .execute();
}

/** Sessions that have not ended and that no worker holds (or that `owner` held before it was restarted). */
export async function abandonedSessions(db: Db, owner: string): Promise<SessionRow[]> {
  return db
    .selectFrom('sessions')
    .selectAll()
    .where('state', '<>', 'ended')
    .where((eb) =>
      eb.or([
        eb('lease_owner', '=', owner),
        eb.and([eb('lease_owner', 'is not', null), eb('lease_until', '<', sql<Date>`now()`)]),
        eb.and([eb('lease_owner', 'is', null), eb('started_at', '<', sql<Date>`now() - interval '10 seconds'`)]),
      ]),
    )
    .execute();
}

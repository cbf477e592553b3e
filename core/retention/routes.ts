/** The routes of storage: how much an organization holds and for how long, what room there is, and what waits to be uploaded. */
import { type Kysely, sql } from 'kysely';
import { type Routes, type Static, Type } from '#plugin-api';
import type { CoreTables, Retention } from '../db/tables.ts';
import { withTransaction } from '../db/transaction.ts';
import type { EventLog } from '../events/log.ts';
import type { Backlog } from '../storage/spooled.ts';
import type { Level } from './guard.ts';
import { RetentionBody } from './schemas.ts';
import type { Space } from './space.ts';

const NullableInteger = Type.Union([Type.Integer(), Type.Null()]);

const StorageBody = Type.Object({
  kind: Type.Enum(['disk', 's3'], { description: 'Where media are kept.' }),
  used_bytes: Type.Integer({
    description: "Bytes of the organization's media; what several assets share counts once.",
  }),
  retention: RetentionBody,
  disk: Type.Object(
    {
      level: Type.Enum(['enough', 'low', 'full'], { description: 'Full: only live is taken.' }),
      free_bytes: NullableInteger,
      total_bytes: NullableInteger,
      seconds_to_full: Type.Union([Type.Integer(), Type.Null()], {
        description: 'If all goes on as in the last ten minutes; null while nothing is lost.',
      }),
    },
    { description: "The data folder's disk." },
  ),
  uploads: Type.Union(
    [
      Type.Object({
        waiting_files: Type.Integer(),
        waiting_bytes: Type.Integer(),
        oldest: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
        error: Type.Union([Type.String(), Type.Null()], { description: 'What the store says while it does not work.' }),
      }),
      Type.Null(),
    ],
    { description: 'What the object store has not confirmed. Null where there is none.' },
  ),
});

export interface StorageRoutesOptions {
  db: Kysely<CoreTables>;
  events: Pick<EventLog, 'append'>;
  keeper: { readonly space: Space | null; readonly level: Level };
  backlog(): Backlog | null;
}

export function storageRoutes(routes: Routes, { db, events, keeper, backlog }: StorageRoutesOptions): void {
  const answer = async (organizationId: string): Promise<Static<typeof StorageBody>> => {
    const waiting = backlog();
    return {
      kind: waiting ? 's3' : 'disk',
      used_bytes: await bytesOf(db, organizationId),
      retention: await retentionOf(db, organizationId),
      disk: {
        level: keeper.level,
        free_bytes: keeper.space?.free ?? null,
        total_bytes: keeper.space?.total ?? null,
        seconds_to_full: keeper.space?.secondsToFull ?? null,
      },
      uploads: waiting && {
        waiting_files: waiting.files,
        waiting_bytes: waiting.bytes,
        oldest: waiting.oldest?.toISOString() ?? null,
        error: waiting.error,
      },
    };
  };

  routes.route({
    method: 'GET',
    path: '/storage',
    summary: 'What the organization keeps, for how long, and how much room there is.',
    access: 'creator',
    answers: { 200: StorageBody },
    async handle({ caller }) {
      return { status: 200, body: await answer(caller.organizationId) };
    },
  });

  routes.route({
    method: 'PATCH',
    path: '/storage',
    summary: 'Says how long the recordings of all streams of the organization are kept.',
    access: 'admin',
    body: Type.Object({ retention: RetentionBody }),
    answers: { 200: StorageBody },
    async handle({ body: { retention }, caller: { organizationId, userId } }) {
      await withTransaction(db, async (tx) => {
        await tx.updateTable('organizations').set({ retention }).where('id', '=', organizationId).execute();
        await events.append({ type: 'retention.changed', organizationId, data: { retention, by: userId } }, tx);
      });
      return { status: 200, body: await answer(organizationId) };
    },
  });
}

async function retentionOf(db: Kysely<CoreTables>, organizationId: string): Promise<Retention | null> {
  const row = await db
    .selectFrom('organizations')
    .select('retention')
    .where('id', '=', organizationId)
    .executeTakeFirst();
  return row?.retention ?? null;
}

async function bytesOf(db: Kysely<CoreTables>, organizationId: string): Promise<number> {
  const { rows } = await sql<{ bytes: string }>`
    SELECT coalesce(sum(size), 0) AS bytes FROM (
      SELECT storage_key, segments.size::bigint FROM segments JOIN sessions ON sessions.id = segments.session_id
      WHERE sessions.organization_id = ${organizationId}
      UNION
      SELECT storage_key, asset_segments.size::bigint FROM asset_segments JOIN assets ON assets.id = asset_id
      WHERE assets.organization_id = ${organizationId}
      UNION
      SELECT storage_key, asset_files.size FROM asset_files JOIN assets ON assets.id = asset_id
      WHERE assets.organization_id = ${organizationId}
    ) AS kept`.execute(db);
  return Number(rows[0]!.bytes);
}

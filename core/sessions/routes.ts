/** Routes of sessions: what a stream did and does, its health, and the way to cut it off. */
import type { Kysely } from 'kysely';
import { type Routes, Type } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import type { EventLog } from '../events/log.ts';
import { EventList } from '../events/routes.ts';
import { streamNotFound } from '../streams/errors.ts';
import { sessionNotFound, streamNotLive } from './errors.ts';
import type { Sessions } from './sessions.ts';

const Id = Type.Object({ id: Type.String({ maxLength: 64 }) });
const Page = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 25 })),
  cursor: Type.Optional(Type.String({ maxLength: 64 })),
});
const Time = Type.String({ format: 'date-time' });
const SessionBody = Type.Object({
  id: Type.String(),
  stream_id: Type.String(),
  state: Type.Enum(['live', 'reconnecting', 'ended']),
  started_at: Time,
  ended_at: Type.Union([Time, Type.Null()]),
  duration: Type.Number({ description: 'Seconds, so far or in all.' }),
  end_reason: Type.Union([Type.String(), Type.Null()]),
});
const HealthBody = Type.Object({
  status: Type.Enum(['good', 'ok', 'bad', 'no_data']),
  session_id: Type.Union([Type.String(), Type.Null()]),
  source: Type.Union([Type.Unknown(), Type.Null()]),
  issues: Type.Array(
    Type.Object({
      code: Type.String(),
      severity: Type.Enum(['warning', 'error']),
      reason: Type.String(),
      fix: Type.String(),
    }),
  ),
});
const list = <T extends Parameters<typeof Type.Array>[0]>(item: T) =>
  Type.Object({ data: Type.Array(item), next_cursor: Type.Union([Type.String(), Type.Null()]) });

export function sessionRoutes(
  routes: Routes,
  { db, events, sessions }: { db: Kysely<CoreTables>; events: EventLog; sessions: Sessions },
): void {
  const ownStream = async (id: string, organizationId: string) => {
    const row = await db
      .selectFrom('streams')
      .select('id')
      .where('id', '=', id)
      .where('organization_id', '=', organizationId)
      .executeTakeFirst();
    if (!row) throw streamNotFound(`There is no stream ${id}.`);
  };

  routes.route({
    method: 'GET',
    path: '/streams/:id/health',
    summary: 'The health of what the stream sends now: a status, and for each trouble its reason and fix.',
    access: 'viewer',
    params: Id,
    answers: { 200: HealthBody },
    async handle({ params, caller }) {
      await ownStream(params.id, caller.organizationId);
      const active = sessions.active(params.id);
      if (!active) return { status: 200, body: { status: 'no_data', session_id: null, source: null, issues: [] } };
      const { pipeline } = active.work;
      return { status: 200, body: { ...pipeline.report(), session_id: active.id, source: pipeline.source } };
    },
  });

  routes.route({
    method: 'POST',
    path: '/streams/:id/disconnect',
    summary: 'Drops the publisher and ends the session at once.',
    access: 'creator',
    params: Id,
    answers: { 204: null },
    async handle({ params, caller }) {
      await ownStream(params.id, caller.organizationId);
      if (!(await sessions.end(params.id, 'disconnected by its owner')))
        throw streamNotLive(`The stream ${params.id} has no session now.`);
      return { status: 204 };
    },
  });

  const columns = ['id', 'stream_id', 'state', 'started_at', 'ended_at', 'end_reason'] as const;
  type Row = { id: string; started_at: Date; ended_at: Date | null };
  const body = <R extends Row>(row: R) => ({
    ...row,
    started_at: row.started_at.toISOString(),
    ended_at: row.ended_at?.toISOString() ?? null,
    duration: ((row.ended_at?.getTime() ?? Date.now()) - row.started_at.getTime()) / 1000,
  });

  routes.route({
    method: 'GET',
    path: '/streams/:id/sessions',
    summary: 'Sessions of the stream, newest first.',
    access: 'viewer',
    params: Id,
    query: Page,
    answers: { 200: list(SessionBody) },
    async handle({ params, query, caller }) {
      await ownStream(params.id, caller.organizationId);
      const limit = query.limit ?? 25;
      let select = db.selectFrom('sessions').select(columns).where('stream_id', '=', params.id);
      // Ids sort by time, so the last one of a page is the cursor of the next.
      if (query.cursor) select = select.where('id', '<', query.cursor);
      const rows = await select
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute();
      const page = rows.slice(0, limit);
      const next = rows.length > limit ? page.at(-1)!.id : null;
      return { status: 200, body: { data: page.map(body), next_cursor: next } };
    },
  });

  routes.route({
    method: 'GET',
    path: '/sessions/:id',
    summary: 'One session.',
    access: 'viewer',
    params: Id,
    answers: { 200: SessionBody },
    async handle({ params, caller }) {
      const row = await db
        .selectFrom('sessions')
        .select(columns)
        .where('id', '=', params.id)
        .where('organization_id', '=', caller.organizationId)
        .executeTakeFirst();
      if (!row) throw sessionNotFound(`There is no session ${params.id}.`);
      return { status: 200, body: body(row) };
    },
  });

  routes.route({
    method: 'GET',
    path: '/sessions/:id/events',
    summary: 'What happened in the session, in order.',
    access: 'viewer',
    params: Id,
    query: Page,
    answers: { 200: EventList },
    async handle({ params, query, caller }) {
      const { organizationId } = caller;
      const limit = query.limit ?? 25;
      const after = query.cursor ? { after: query.cursor } : {};
      const rows = await events.list({ organizationId, sessionId: params.id, limit: limit + 1, ...after });
      const page = rows.slice(0, limit);
      return { status: 200, body: { data: page, next_cursor: rows.length > limit ? page.at(-1)!.id : null } };
    },
  });
}

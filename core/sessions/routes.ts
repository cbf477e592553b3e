/** Routes of sessions: what a stream did and does, its health, and the way to cut it off. */
import type { Kysely } from 'kysely';
import { listOf, paging, type Routes, readPage, Type } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import type { EventLog } from '../events/log.ts';
import { EventList } from '../events/routes.ts';
import { streamNotFound } from '../streams/errors.ts';
import { sessionNotFound, streamNotLive } from './errors.ts';
import type { Sessions } from './sessions.ts';

const Id = Type.Object({ id: Type.String({ maxLength: 64 }) });
const State = Type.Enum(['live', 'reconnecting', 'ended']);
const Time = Type.String({ format: 'date-time' });
const SessionBody = Type.Object({
  id: Type.String(),
  stream_id: Type.String(),
  state: State,
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
    streamParam: 'id',
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
    scope: 'publish',
    params: Id,
    streamParam: 'id',
    answers: { 204: null },
    async handle({ params, caller }) {
      await ownStream(params.id, caller.organizationId);
      if (!(await sessions.end(params.id, 'disconnected by its owner')))
        throw streamNotLive(`The stream ${params.id} has no session now.`);
      return { status: 204 };
    },
  });

  const columns = ['id', 'stream_id', 'state', 'started_at', 'ended_at', 'end_reason'] as const;
  const ownSession = async (id: string, organizationId: string) => {
    const row = await db
      .selectFrom('sessions')
      .select(columns)
      .where('id', '=', id)
      .where('organization_id', '=', organizationId)
      .executeTakeFirst();
    if (!row) throw sessionNotFound(`There is no session ${id}.`);
    return row;
  };
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
    streamParam: 'id',
    query: Type.Object({ ...paging, state: Type.Optional(State) }),
    answers: { 200: listOf(SessionBody) },
    async handle({ params, query, caller }) {
      await ownStream(params.id, caller.organizationId);
      const page = await readPage({
        list: 'sessions',
        query,
        read: ({ limit, after }) => {
          let select = db.selectFrom('sessions').select(columns).where('stream_id', '=', params.id);
          if (after !== undefined) select = select.where('id', '<', after);
          if (query.state !== undefined) select = select.where('state', '=', query.state);
          return select.orderBy('id', 'desc').limit(limit).execute();
        },
        position: ({ id }) => id,
      });
      return { status: 200, body: { ...page, data: page.data.map(body) } };
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
      return { status: 200, body: body(await ownSession(params.id, caller.organizationId)) };
    },
  });

  routes.route({
    method: 'GET',
    path: '/sessions/:id/events',
    summary: 'What happened in the session, in order.',
    access: 'viewer',
    params: Id,
    query: Type.Object(paging),
    answers: { 200: EventList },
    async handle({ params, query, caller }) {
      const { organizationId } = caller;
      await ownSession(params.id, organizationId);
      const page = await readPage({
        list: 'session-events',
        query,
        read: ({ limit, after }) =>
          events.list({ organizationId, sessionId: params.id, limit, ...(after === undefined ? {} : { after }) }),
        position: ({ id }) => id,
      });
      return { status: 200, body: page };
    },
  });
}

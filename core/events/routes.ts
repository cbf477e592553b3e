/** The route of events: what happened to an organization's streams, in order, what was refused included. */
import { type Routes, Type } from '#plugin-api';
import type { EventLog } from './log.ts';

const EventBody = Type.Object({
  id: Type.String(),
  type: Type.String(),
  organization_id: Type.String(),
  stream_id: Type.Union([Type.String(), Type.Null()]),
  session_id: Type.Union([Type.String(), Type.Null()]),
  data: Type.Unknown(),
  created_at: Type.String({ format: 'date-time' }),
});

export const EventList = Type.Object({
  data: Type.Array(EventBody),
  next_cursor: Type.Union([Type.String(), Type.Null()]),
});

export function eventRoutes(routes: Routes, events: EventLog): void {
  routes.route({
    method: 'GET',
    path: '/events',
    summary: 'What happened in the organization, oldest first.',
    access: 'viewer',
    query: Type.Object({
      limit: Type.Integer({ minimum: 1, maximum: 100, default: 25 }),
      cursor: Type.Optional(Type.String({ maxLength: 64, description: 'next_cursor of the page before.' })),
      stream_id: Type.Optional(Type.String({ maxLength: 64 })),
      type: Type.Optional(Type.String({ maxLength: 100 })),
    }),
    answers: { 200: EventList },
    async handle({ query, caller }) {
      const { limit, cursor, stream_id: streamId, type } = query;
      const rows = await events.list({
        organizationId: caller.organizationId,
        limit: limit + 1,
        ...(cursor === undefined ? {} : { after: cursor }),
        ...(streamId === undefined ? {} : { streamId }),
        ...(type === undefined ? {} : { type }),
      });
      const page = rows.slice(0, limit);
      return { status: 200, body: { data: page, next_cursor: rows.length > limit ? page.at(-1)!.id : null } };
    },
  });
}

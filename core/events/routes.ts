/** The routes of events: what happened to an organization's streams, in order, what was refused included; as pages and as it happens. */
import { type Caller, type Routes, Type } from '#plugin-api';
import { forbidden, unauthenticated } from '../http/errors.ts';
import type { Authenticate } from '../http/index.ts';
import { Takeover } from '../http/takeover.ts';
import type { Feeds } from './feeds.ts';
import type { Filter } from './follower.ts';
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

export interface EventRoutesOptions {
  events: EventLog;
  feeds: Feeds;
  authenticate: Authenticate;
}

export function eventRoutes(routes: Routes, { events, feeds, authenticate }: EventRoutesOptions): void {
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

  routes.route({
    method: 'GET',
    path: '/events/stream',
    summary: 'The same as it happens, as server-sent events, which browsers read with EventSource.',
    access: 'anyone',
    query: Type.Object({
      after: Type.Optional(
        Type.String({
          maxLength: 64,
          description:
            'Id of the last event already seen; what came since is sent first. The header Last-Event-ID says the same and goes before. From now on where neither is sent.',
        }),
      ),
      stream_id: Type.Optional(Type.String({ maxLength: 64 })),
      type: Type.Optional(Type.String({ maxLength: 100 })),
    }),
    answers: { 200: null },
    async handle({ query: { after, stream_id: streamId, type }, caller, headers, remoteAddress }) {
      if (!caller) throw unauthenticated('No token was sent.');
      const filter = { ...(streamId === undefined ? {} : { streamId }), ...(type === undefined ? {} : { type }) };
      checkReach(caller, filter);
      const { organizationId } = caller;
      const seen = headers['last-event-id'] ?? after;
      const since = typeof seen === 'string' && seen !== '' ? await events.place(organizationId, seen) : null;
      const isAdmitted = async () =>
        (await authenticate({ method: 'GET', headers, remoteAddress }))?.organizationId === organizationId;
      const body = new Takeover((response) => {
        if (!response.destroyed) feeds.follow(organizationId, { response, filter, isAdmitted }, since);
      });
      // nginx and others would gather what is meant to arrive at once.
      const own = { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' };
      return { status: 200, body, headers: own };
    },
  });
}

/** A key of one stream reads that stream's events and no others. */
function checkReach({ apiKey }: Caller, { streamId }: Filter): void {
  if (apiKey?.streamId && apiKey.streamId !== streamId)
    throw forbidden(`This key is for the stream ${apiKey.streamId}; ask for its events with ?stream_id=.`);
}

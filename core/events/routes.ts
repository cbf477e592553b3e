/** The routes of events: what happened to an organization's streams, in order, what was refused included; as pages and as it happens. */
import { type Caller, LivestreamsError, listOf, paging, type Routes, readPage, Type } from '#plugin-api';
import { forbidden, unauthenticated } from '../http/errors.ts';
import type { Authenticate, Credentials } from '../http/index.ts';
import { Takeover } from '../http/takeover.ts';
import type { Feeds } from './feeds.ts';
import type { Filter } from './follower.ts';
import type { EventLog } from './log.ts';
import { type Admission, EVENT_TOKEN_LIFE, type EventTokens } from './tokens.ts';

const EventBody = Type.Object({
  id: Type.String(),
  type: Type.String(),
  organization_id: Type.String(),
  stream_id: Type.Union([Type.String(), Type.Null()]),
  session_id: Type.Union([Type.String(), Type.Null()]),
  data: Type.Unknown(),
  created_at: Type.String({ format: 'date-time' }),
});

export const EventList = listOf(EventBody);

const filters = {
  stream_id: Type.Optional(Type.String({ maxLength: 64 })),
  type: Type.Optional(Type.String({ maxLength: 100 })),
};

export interface EventRoutesOptions {
  events: EventLog;
  feeds: Feeds;
  tokens: EventTokens;
  authenticate: Authenticate;
}

export function eventRoutes(routes: Routes, { events, feeds, tokens, authenticate }: EventRoutesOptions): void {
  routes.route({
    method: 'GET',
    path: '/events',
    summary: 'What happened in the organization, oldest first.',
    access: 'viewer',
    query: Type.Object({ ...paging, ...filters }),
    answers: { 200: EventList },
    async handle({ query, caller }) {
      const page = await readPage({
        list: 'events',
        query,
        read: ({ limit, after }) =>
          events.list({
            organizationId: caller.organizationId,
            ...filterOf(query),
            limit,
            ...(after === undefined ? {} : { after }),
          }),
        position: ({ id }) => id,
      });
      return { status: 200, body: page };
    },
  });

  routes.route({
    method: 'POST',
    path: '/events/token',
    summary:
      'A token that opens the stream of events from a page of another origin, where EventSource can send no header.',
    access: 'viewer',
    scope: 'read',
    answers: {
      201: Type.Object({
        token: Type.String({ description: 'For ?token= of /events/stream.' }),
        expires_in: Type.Integer({ description: 'Seconds in which a connection can be opened with it.' }),
      }),
    },
    async handle({ caller }) {
      return { status: 201, body: { token: await tokens.issue(caller), expires_in: EVENT_TOKEN_LIFE } };
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
      token: Type.Optional(
        Type.String({ maxLength: 2048, description: 'From POST /events/token, where no header can be sent.' }),
      ),
      ...filters,
    }),
    answers: { 200: null },
    async handle({ query, caller, headers, remoteAddress }) {
      const admission = await admit(query.token, caller, { method: 'GET', headers, remoteAddress });
      const filter = filterOf(query);
      checkReach(admission.caller, filter);
      const { organizationId } = admission.caller;
      const seen = headers['last-event-id'] ?? query.after;
      const since = typeof seen === 'string' && seen !== '' ? await events.place(organizationId, seen) : null;
      const body = new Takeover((response) => {
        const { isAdmitted } = admission;
        if (response.req.method === 'HEAD') response.end();
        else if (!response.destroyed) feeds.follow(organizationId, { response, filter, isAdmitted }, since);
      });
      // nginx and others would gather what is meant to arrive at once.
      const own = { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' };
      return { status: 200, body, headers: own };
    },
  });

  /** By the token in the address where there is one, else by what the headers say. */
  async function admit(token: string | undefined, caller: Caller | null, request: Credentials): Promise<Admission> {
    if (token !== undefined) {
      const admission = await tokens.admit(token);
      if (!admission) throw unauthenticated('The token is not valid, or has expired.');
      return admission;
    }
    if (!caller) throw unauthenticated('No token was sent.');
    const isAdmitted = async () => {
      try {
        return (await authenticate(request))?.organizationId === caller.organizationId;
      } catch (error) {
        // Limited, because of wrong keys from its address: only one that is not good any more is.
        if (error instanceof LivestreamsError && error.kind.status < 500) return false;
        throw error;
      }
    };
    return { caller, isAdmitted };
  }
}

function filterOf({ stream_id: streamId, type }: { stream_id?: string; type?: string }): Filter {
  return { ...(streamId === undefined ? {} : { streamId }), ...(type === undefined ? {} : { type }) };
}

/** A key of one stream reads that stream's events and no others. */
function checkReach({ apiKey }: Caller, { streamId }: Filter): void {
  if (apiKey?.streamId && apiKey.streamId !== streamId)
    throw forbidden(`This key is for the stream ${apiKey.streamId}; ask for its events with ?stream_id=.`);
}

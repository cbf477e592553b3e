/** Routes of API keys. */
import { listOf, paging, type Routes, readPage, Type } from '#plugin-api';
import type { ApiKeyRow, ApiKeys } from './api-keys.ts';

const Time = Type.String({ format: 'date-time' });
const OrNull = <T extends Parameters<typeof Type.Array>[0]>(schema: T) => Type.Union([schema, Type.Null()]);
const Scope = Type.Enum(['read', 'publish', 'manage'], {
  description:
    'What it may do: look; also what a publisher needs, such as stream keys and playback tokens; or all that a creator may.',
});

const ApiKeyBody = Type.Object({
  id: Type.String(),
  name: Type.String(),
  scope: Scope,
  stream_id: OrNull(Type.String({ description: 'The only stream that it is for.' })),
  created_by: OrNull(Type.String()),
  expires_at: OrNull(Time),
  last_used_at: OrNull(Type.String({ format: 'date-time', description: 'To the minute.' })),
  created_at: Time,
});

export function apiKeyRoutes(routes: Routes, apiKeys: ApiKeys): void {
  routes.route({
    method: 'POST',
    path: '/api-keys',
    summary: 'Makes an API key, which is shown only in this answer.',
    access: 'admin',
    body: Type.Object({
      name: Type.String({ minLength: 1, maxLength: 100, pattern: '^[^\\u0000-\\u001f\\u007f]*$' }),
      scope: Scope,
      stream_id: Type.Optional(OrNull(Type.String({ maxLength: 64 }))),
      expires_at: Type.Optional(OrNull(Time)),
    }),
    answers: { 201: Type.Object({ ...ApiKeyBody.properties, key: Type.String() }) },
    async handle({ body, caller }) {
      const { name, scope, stream_id: streamId = null, expires_at: expiry = null } = body;
      const expiresAt = expiry === null ? null : new Date(expiry);
      const createdBy = caller.userId;
      const { row, key } = await apiKeys.create(caller.organizationId, { name, scope, streamId, expiresAt, createdBy });
      return { status: 201, body: { ...answer(row), key } };
    },
  });

  routes.route({
    method: 'GET',
    path: '/api-keys',
    summary: 'The API keys of the organization, newest first, without the secrets.',
    access: 'admin',
    query: Type.Object(paging),
    answers: { 200: listOf(ApiKeyBody) },
    async handle({ query, caller }) {
      const { data, next_cursor } = await readPage({
        list: 'api_keys',
        query,
        read: (page) => apiKeys.list(caller.organizationId, page),
        position: ({ id }) => id,
      });
      return { status: 200, body: { data: data.map(answer), next_cursor } };
    },
  });

  routes.route({
    method: 'DELETE',
    path: '/api-keys/:id',
    summary: 'Revokes an API key: from then on it opens nothing.',
    access: 'admin',
    params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
    answers: { 204: null },
    async handle({ params, caller }) {
      await apiKeys.delete(caller.organizationId, params.id);
      return { status: 204 };
    },
  });
}

function answer({ expires_at, last_used_at, created_at, ...rest }: ApiKeyRow) {
  return {
    ...rest,
    expires_at: expires_at?.toISOString() ?? null,
    last_used_at: last_used_at?.toISOString() ?? null,
    created_at: created_at.toISOString(),
  };
}

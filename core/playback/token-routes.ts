/** Routes of playback tokens: made for one viewer of one protected stream or asset, listed, revoked. */
import { listOf, paging, type Routes, readPage, Type } from '#plugin-api';
import type { IssuedRow, IssuedTokens, TokenSubject } from './issued-tokens.ts';

const Id = Type.Object({ id: Type.String({ maxLength: 64 }) });
const Time = Type.String({ format: 'date-time' });
const OrNull = <T extends Parameters<typeof Type.Array>[0]>(schema: T) => Type.Union([schema, Type.Null()]);

const NewToken = Type.Object({
  expires_in: Type.Integer({ minimum: 10, maximum: 604_800, default: 3600, description: 'Seconds.' }),
  viewer_id: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 100,
      pattern: '^[^\\u0000-\\u001f\\u007f]*$',
      description: "The caller's own name for the viewer. Whoever has the token can read it.",
    }),
  ),
});
const TokenBody = Type.Object({
  id: Type.String(),
  viewer_id: OrNull(Type.String()),
  expires_at: Time,
  revoked_at: OrNull(Time),
  created_at: Time,
});
const CreatedTokenBody = Type.Object({ id: Type.String(), token: Type.String(), expires_at: Time });

export function playbackTokenRoutes(routes: Routes, issued: IssuedTokens): void {
  const kinds = [
    {
      path: '/streams/:id/playback-tokens',
      noun: 'stream',
      subject: (id: string): TokenSubject => ({ streamId: id }),
      about: { params: Id, streamParam: 'id' },
    },
    {
      path: '/assets/:id/playback-tokens',
      noun: 'asset',
      subject: (id: string): TokenSubject => ({ assetId: id }),
      about: { params: Id },
    },
  ] as const;

  for (const { path, noun, subject, about } of kinds) {
    routes.route({
      method: 'POST',
      path,
      summary: `Makes a token that plays a protected ${noun} until it expires or is revoked. It is shown only in this answer.`,
      access: 'creator',
      scope: 'publish',
      ...about,
      body: NewToken,
      answers: { 201: CreatedTokenBody },
      async handle({ params, body, caller }) {
        const { id, token, expiresAt } = await issued.issue(caller.organizationId, subject(params.id), {
          expiresIn: body.expires_in,
          ...(body.viewer_id !== undefined && { viewerId: body.viewer_id }),
        });
        return { status: 201, body: { id, token, expires_at: expiresAt.toISOString() } };
      },
    });

    routes.route({
      method: 'GET',
      path,
      summary: `The playback tokens of ${noun === 'asset' ? 'an' : 'a'} ${noun} that have not expired, newest first, without the tokens.`,
      access: 'creator',
      ...about,
      query: Type.Object(paging),
      answers: { 200: listOf(TokenBody) },
      async handle({ params, query, caller }) {
        const { data, next_cursor } = await readPage({
          list: 'playback_tokens',
          query,
          read: (page) => issued.list(caller.organizationId, subject(params.id), page),
          position: ({ id }) => id,
        });
        return { status: 200, body: { data: data.map(answer), next_cursor } };
      },
    });
  }

  routes.route({
    method: 'DELETE',
    path: '/playback-tokens/:id',
    summary: 'Revokes a playback token: within 5 s it plays nothing any more.',
    access: 'creator',
    scope: 'publish',
    params: Id,
    answers: { 204: null },
    async handle({ params, caller }) {
      await issued.revoke(caller.organizationId, params.id);
      return { status: 204 };
    },
  });
}

function answer({ id, viewer_id, expires_at, revoked_at, created_at }: IssuedRow) {
  return {
    id,
    viewer_id,
    expires_at: expires_at.toISOString(),
    revoked_at: revoked_at?.toISOString() ?? null,
    created_at: created_at.toISOString(),
  };
}

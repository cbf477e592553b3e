/** Routes of assets. */
import { AssetBody, listOf, paging, type Routes, readPage, Type } from '#plugin-api';
import type { AssetRow } from './assets.ts';
import type { AssetLibrary } from './library.ts';

const AssetId = Type.Object({ id: Type.String({ maxLength: 64 }) });
const Visibility = Type.Enum(['public', 'unlisted', 'protected'], {
  description: 'Public and unlisted assets play without a token; a protected one only with it.',
});

export function assetRoutes(routes: Routes, library: AssetLibrary): void {
  const answer = async (row: AssetRow) => {
    const [body] = await library.describe([row]);
    return { status: 200, body, version: row };
  };

  routes.route({
    method: 'GET',
    path: '/assets',
    summary: 'Recordings, uploads and clips of the organization, newest first.',
    access: 'viewer',
    query: Type.Object({
      ...paging,
      kind: Type.Optional(Type.Enum(['recording', 'upload', 'clip'])),
      status: Type.Optional(Type.Enum(['processing', 'ready', 'failed'])),
      stream_id: Type.Optional(Type.String({ maxLength: 64 })),
    }),
    answers: { 200: listOf(AssetBody) },
    async handle({ query, caller }) {
      const { kind, status, stream_id: streamId } = query;
      const page = await readPage({
        list: 'assets',
        query,
        read: ({ limit, after }) =>
          library.list(caller.organizationId, { limit, before: after, kind, status, streamId }),
        position: ({ id }) => id,
      });
      return { status: 200, body: { ...page, data: await library.describe(page.data) } };
    },
  });

  routes.route({
    method: 'GET',
    path: '/assets/:id',
    summary: 'One asset.',
    access: 'viewer',
    versioned: true,
    params: AssetId,
    answers: { 200: AssetBody },
    async handle({ params, caller }) {
      return answer(await library.get(caller.organizationId, params.id));
    },
  });

  routes.route({
    method: 'PATCH',
    path: '/assets/:id',
    summary: 'Changes the title of an asset, or who may watch it.',
    access: 'creator',
    versioned: true,
    params: AssetId,
    body: Type.Object({
      title: Type.Optional(Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f\\u007f]*$' })),
      visibility: Type.Optional(Visibility),
    }),
    answers: { 200: AssetBody },
    async handle({ params, body, caller, ifMatch }) {
      return answer(await library.update(caller.organizationId, params.id, body, ifMatch));
    },
  });

  routes.route({
    method: 'DELETE',
    path: '/assets/:id',
    summary: 'Deletes an asset, with all bytes that no other asset or session shares.',
    access: 'creator',
    versioned: true,
    params: AssetId,
    answers: { 204: null },
    async handle({ params, caller, ifMatch }) {
      await library.delete(caller.organizationId, params.id, ifMatch);
      return { status: 204 };
    },
  });
}

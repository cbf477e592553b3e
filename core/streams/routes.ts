/** Routes of streams and stream keys. */
import { paging, type Routes, readPage, Type } from '#plugin-api';
import {
  CreatedKeyBody,
  CreatedStreamBody,
  KeyId,
  KeyList,
  NewKey,
  NewStream,
  type StreamAnswer,
  StreamBody,
  StreamChanges,
  StreamFilters,
  StreamId,
  StreamList,
} from './schemas.ts';
import type { StreamRow } from './stream-key.ts';
import type { StreamNow, Streams } from './streams.ts';

export interface StreamRoutesOptions {
  streams: Streams;
  /** Without a slash at its end. */
  publicUrl: string;
  /** What each running ingest wants typed, by its name, with `{stream_id}` and `{key}` to be filled in. */
  publishUrls(): Record<string, Record<string, string>>;
}

const OFFLINE: StreamNow = { status: 'offline', hasThumbnail: false };

export function streamRoutes(routes: Routes, options: StreamRoutesOptions): void {
  const { streams, publicUrl } = options;
  const ingest = (streamId: string, key = '{key}') => fillIn(options.publishUrls(), { stream_id: streamId, key });
  const answer = (row: StreamRow, { status, hasThumbnail } = OFFLINE, key?: string): StreamAnswer => ({
    id: row.id,
    title: row.title,
    status,
    latency: row.latency,
    record: row.record,
    visibility: row.visibility,
    reconnect_window: row.reconnect_window,
    dvr_window: row.dvr_window,
    allowed_origins: row.allowed_origins,
    retention: row.retention,
    ingest: ingest(row.id, key),
    playback: {
      hls_url: `${publicUrl}/live/${row.id}/index.m3u8`,
      watch_url: `${publicUrl}/watch/${row.id}`,
      embed_url: `${publicUrl}/embed/${row.id}`,
    },
    thumbnail_url: hasThumbnail ? `${publicUrl}/live/${row.id}/thumbnail.jpg` : null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  });
  const answerNow = async (row: StreamRow) => answer(row, (await streams.now([row.id])).get(row.id));

  routes.route({
    method: 'POST',
    path: '/streams',
    summary: 'Makes a stream. Its key is shown only in this answer.',
    access: 'creator',
    body: NewStream,
    answers: { 201: CreatedStreamBody },
    async handle({ body, caller }) {
      const { stream, key } = await streams.create(caller.organizationId, body);
      return {
        status: 201,
        headers: { Location: `/v1/streams/${stream.id}` },
        body: { ...answer(stream, OFFLINE, key.key), keys: [key] },
      };
    },
  });

  routes.route({
    method: 'GET',
    path: '/streams',
    summary: 'The streams of the organization, newest first.',
    access: 'viewer',
    query: StreamFilters,
    answers: { 200: StreamList },
    async handle({ query, caller }) {
      const { status, visibility, title } = query;
      const { data, next_cursor } = await readPage({
        list: 'streams',
        query,
        read: ({ limit, after }) =>
          streams.list(caller.organizationId, { limit, before: after, status, visibility, title }),
        position: ({ id }) => id,
      });
      const now = await streams.now(data.map(({ id }) => id));
      return { status: 200, body: { data: data.map((row) => answer(row, now.get(row.id))), next_cursor } };
    },
  });

  routes.route({
    method: 'GET',
    path: '/streams/:id',
    summary: 'One stream.',
    access: 'viewer',
    versioned: true,
    params: StreamId,
    streamParam: 'id',
    answers: { 200: StreamBody },
    async handle({ params, caller }) {
      const stream = await streams.get(caller.organizationId, params.id);
      return { status: 200, body: await answerNow(stream), version: stream };
    },
  });

  routes.route({
    method: 'PATCH',
    path: '/streams/:id',
    summary: 'Changes a stream. Latency and windows count from its next session.',
    access: 'creator',
    versioned: true,
    params: StreamId,
    streamParam: 'id',
    body: StreamChanges,
    answers: { 200: StreamBody },
    async handle({ params, body, caller, ifMatch }) {
      const stream = await streams.update(caller.organizationId, params.id, body, ifMatch);
      return { status: 200, body: await answerNow(stream), version: stream };
    },
  });

  routes.route({
    method: 'DELETE',
    path: '/streams/:id',
    summary: 'Deletes a stream with its keys and sessions, and drops its publisher.',
    access: 'creator',
    versioned: true,
    params: StreamId,
    streamParam: 'id',
    answers: { 204: null },
    async handle({ params, caller, ifMatch }) {
      await streams.delete(caller.organizationId, params.id, ifMatch);
      return { status: 204 };
    },
  });

  routes.route({
    method: 'GET',
    path: '/streams/:id/keys',
    summary: 'The keys of a stream, oldest first, without the secrets.',
    access: 'creator',
    params: StreamId,
    streamParam: 'id',
    query: Type.Object(paging),
    answers: { 200: KeyList },
    async handle({ params, query, caller }) {
      const page = await readPage({
        list: 'stream-keys',
        query,
        read: (part) => streams.keys(caller.organizationId, params.id, part),
        position: ({ id }) => id,
      });
      const data = page.data.map(({ id, label, expires_at, last_used_at, created_at }) => ({
        id,
        label,
        expires_at: expires_at?.toISOString() ?? null,
        last_used_at: last_used_at?.toISOString() ?? null,
        created_at: created_at.toISOString(),
      }));
      return { status: 200, body: { ...page, data } };
    },
  });

  routes.route({
    method: 'POST',
    path: '/streams/:id/keys',
    summary: 'Makes a further key, or with `overlap` one in place of the others.',
    access: 'creator',
    scope: 'publish',
    params: StreamId,
    streamParam: 'id',
    body: NewKey,
    answers: { 201: CreatedKeyBody },
    async handle({ params, body, caller }) {
      const expiresAt = body.expires_at ? new Date(body.expires_at) : null;
      const { label, overlap = null } = body;
      const key = await streams.createKey(caller.organizationId, params.id, { label, expiresAt, overlap });
      const expires_at = expiresAt?.toISOString() ?? null;
      return { status: 201, body: { ...key, expires_at, ingest: ingest(params.id, key.key) } };
    },
  });

  routes.route({
    method: 'DELETE',
    path: '/streams/:id/keys/:key_id',
    summary: 'Deletes a key, and drops who publishes with it.',
    access: 'creator',
    scope: 'publish',
    params: KeyId,
    streamParam: 'id',
    answers: { 204: null },
    async handle({ params, caller }) {
      await streams.deleteKey(caller.organizationId, params.id, params.key_id);
      return { status: 204 };
    },
  });
}

function fillIn(
  urls: Record<string, Record<string, string>>,
  values: Record<string, string>,
): Record<string, Record<string, string>> {
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
  const fillAll = (fields: Record<string, string>) =>
    Object.fromEntries(Object.entries(fields).map(([field, text]) => [field, fill(text)]));
  return Object.fromEntries(Object.entries(urls).map(([name, fields]) => [name, fillAll(fields)]));
}

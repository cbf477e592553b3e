/** Starts the server with every plugin, and asks it what it answers: its API and its metrics. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfiguredPlugin } from '#plugin-api';
import { boot } from '../../core/boot.ts';
import { checkConfig } from '../../core/config.ts';
import { freePort } from '../../core/db/free-port.ts';
import { members, type Schema } from '../../core/http/schema-words.ts';

/** As much of OpenAPI as the page of routes needs. */
export interface Operation {
  summary: string;
  tags: string[];
  'x-role'?: string;
  'x-scope'?: string;
  parameters: { $ref?: string; name: string; in: 'path' | 'query'; schema: Schema }[];
  requestBody?: { content: { 'application/json'?: { schema: Schema } } };
  responses: Record<string, { description: string; content?: { 'application/json'?: { schema: Schema } } }>;
}

export interface ServerAnswers {
  /** The whole OpenAPI document, as it was answered. */
  document: string;
  /** By path, then method. */
  paths: Record<string, Record<string, Operation>>;
  /** As Prometheus reads them. */
  metrics: string;
  /** The code of the problem that a GET of the path is answered with; null where it is none. */
  problemAt(path: string): string | null;
}

/** @param plugins All that are to be described. */
export async function askServer(plugins: ConfiguredPlugin[]): Promise<ServerAnswers> {
  const dataDir = await mkdtemp(join(tmpdir(), 'livestreams-reference-'));
  const httpPort = await freePort();
  const settings = { dataDir, host: '127.0.0.1', httpPort, logLevel: 'error' as const, plugins };
  const running = await boot(checkConfig(settings, anyPort(plugins)), {
    demo: false,
    signal: new AbortController().signal,
  });
  try {
    const get = (path: string) => fetch(`http://127.0.0.1:${httpPort}${path}`);
    const document = await (await get('/v1/openapi.json')).text();
    const { paths } = JSON.parse(document) as Pick<ServerAnswers, 'paths'>;
    const metrics = await (await get('/metrics')).text();
    const problems = new Map<string, string | null>();
    for (const { path } of OUTSIDE) problems.set(path, await problemOf(await get(path.replaceAll(/:\w+/g, 'none'))));
    return { document, paths, metrics, problemAt: (path) => problems.get(path) ?? null };
  } finally {
    await running.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** What is answered outside of the typed routes, and by what the reader knows it. */
export const OUTSIDE: { path: string; answer: string }[] = [
  {
    path: '/live/:stream_id/index.m3u8',
    answer:
      'Multivariant playlist of what the stream plays now: its open session, else its last one. `?token=` where the stream is protected.',
  },
  {
    path: '/live/:stream_id/status',
    answer: '`{ state, session_id, title, latency, updated_at }`, for players to poll.',
  },
  {
    path: '/live/:stream_id/:session_id/:rendition/index.m3u8',
    answer: 'Media playlist of a rendition. Takes `_HLS_msn`, `_HLS_part` and `_HLS_skip`.',
  },
  {
    path: '/live/:stream_id/:session_id/:rendition/vod.m3u8',
    answer: 'The same of an ended session, from its first segment to its last.',
  },
  {
    path: '/live/:stream_id/thumbnail.jpg',
    answer: 'The newest picture of what the stream plays. `?token=` where it is protected.',
  },
  {
    path: '/vod/:asset_id/index.m3u8',
    answer: 'Multivariant playlist of an asset. `?token=` where it is protected.',
  },
  { path: '/vod/:asset_id/thumbnail.jpg', answer: 'Poster of an asset.' },
  {
    path: '/vod/:asset_id/storyboard.vtt',
    answer: 'What to show over the time line, as WebVTT that points into `storyboard.jpg` beside it.',
  },
  { path: '/watch/:stream_id', answer: 'Page for viewers.' },
  { path: '/embed/:stream_id', answer: 'The player alone, for frames. Takes `?autoplay=1` and `?muted=1`.' },
  { path: '/oembed', answer: 'oEmbed 1.0, for `?url=` of a watch page; takes `maxwidth`, `maxheight`, `format=json`.' },
  { path: '/player.js', answer: 'Module that defines `<livestreams-player>`.' },
  {
    path: '/.well-known/jwks.json',
    answer: 'The public keys that tokens are verified with, as a JWK set (RFC 7517).',
  },
  { path: '/healthz', answer: '200 while the process answers.' },
  {
    path: '/readyz',
    answer: '200 when the database answers and encoders can connect, else 503 with the check that failed.',
  },
  { path: '/metrics', answer: 'Prometheus text; see [metrics](metrics.md).' },
  { path: '/v1/openapi.json', answer: 'OpenAPI 3.1 of the routes below.' },
  { path: '/v1/docs', answer: 'The same as a page, with all errors.' },
];

async function problemOf(response: Response): Promise<string | null> {
  if (!response.headers.get('content-type')?.startsWith('application/problem+json')) return null;
  return ((await response.json()) as { code: string }).code;
}

/** Variables that let each plugin's server take a port of its own. */
function anyPort(plugins: ConfiguredPlugin[]): Record<string, string> {
  const variables = plugins.flatMap(({ definition }) =>
    members(definition.config as Schema).map(({ schema }) => schema.env),
  );
  return Object.fromEntries(variables.filter((name) => name?.endsWith('_PORT')).map((name) => [name, '0']));
}

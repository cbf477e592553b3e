/** Serves the interface: built files, the dashboard, watch and embed pages, oEmbed, and the manifest of panels. */
import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { Panel } from '#plugin-api';
import { type Document, dashboardDocument, embedDocument, unknownDocument, watchDocument } from './documents.ts';
import { frameWithin, oembedAnswer, watchableOfAddress } from './oembed.ts';
import { panelEntries } from './panels.ts';
import { readBuild, staticFiles } from './static-files.ts';
import type { FindWatchable } from './watchable.ts';

export { findWatchable } from './watchable.ts';

export interface DashboardOptions {
  /** Absolute path of the built interface, `ui/dist`. */
  dist: string;
  watchable: FindWatchable;
  plugins: readonly { name: string; panels: readonly Panel[] }[];
  /** Without a slash at its end. */
  publicUrl: string;
}

/** Addresses that the dashboard's own script draws. */
const DASHBOARD_PATHS = [
  '/',
  '/login',
  '/setup',
  '/invite',
  '/streams/:id',
  '/assets',
  '/assets/:id',
  '/jobs',
  '/jobs/:id',
  '/settings',
  '/settings/:section',
  '/extensions/:plugin/:element',
];

/** Reads the built files, and answers Koa middleware. Throws where `dist` is not there, or a panel is misnamed. */
export async function dashboardPages(options: DashboardOptions): Promise<Middleware> {
  const { publicUrl } = options;
  const panels = panelEntries(options.plugins);
  const router = new Router();

  const dashboard = dashboardDocument();
  for (const path of DASHBOARD_PATHS) router.get(path, (ctx) => send(ctx, dashboard));

  router.get('/dashboard/panels.json', (ctx) => {
    ctx.set('Cache-Control', 'no-cache');
    ctx.body = panels;
  });

  router.get('/watch/:id', async (ctx) => {
    const watchable = await options.watchable(ctx.params.id!);
    if (watchable === null) return send(ctx, unknownDocument(false));
    send(ctx, watchDocument({ watchable, publicUrl, token: queryValue(ctx, 'token') }));
  });

  router.get('/embed/:id', async (ctx) => {
    const watchable = await options.watchable(ctx.params.id!);
    if (watchable === null) return send(ctx, unknownDocument(true));
    const asked = (name: string) => !['', '0', 'false', null].includes(queryValue(ctx, name));
    const page = { watchable, publicUrl, token: queryValue(ctx, 'token') };
    send(ctx, embedDocument(page, { autoplay: asked('autoplay'), muted: asked('muted') }));
  });

  router.get('/oembed', async (ctx) => {
    const format = queryValue(ctx, 'format') ?? 'json';
    // The specification's own answers: 501 for a format, 404 for an address that cannot be embedded.
    if (format !== 'json') return refuse(ctx, 501, 'Only the format json is answered.');
    const id = watchableOfAddress(queryValue(ctx, 'url') ?? '', publicUrl);
    const watchable = id === null ? null : await options.watchable(id);
    if (watchable === null) return refuse(ctx, 404, 'The address is of nothing to watch here.');
    const size = frameWithin(queryValue(ctx, 'maxwidth') ?? undefined, queryValue(ctx, 'maxheight') ?? undefined);
    ctx.set('Access-Control-Allow-Origin', '*');
    ctx.body = oembedAnswer(watchable, size, publicUrl);
  });

  const files = staticFiles(await readBuild(options.dist));
  const pages = router.routes() as Middleware;
  return (ctx, next) => files(ctx, () => pages(ctx, next));
}

function send(ctx: Context, document: Document): void {
  ctx.status = document.status;
  ctx.set(document.headers);
  ctx.type = 'text/html; charset=utf-8';
  ctx.body = document.html;
}

function refuse(ctx: Context, status: number, detail: string): void {
  ctx.status = status;
  ctx.type = 'text/plain; charset=utf-8';
  ctx.body = detail;
}

/** A query parameter's first value; null where there is none. */
function queryValue(ctx: Context, name: string): string | null {
  const value = ctx.query[name];
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

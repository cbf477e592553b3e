/** Routes for those who run and read the server: health, readiness, metrics, the OpenAPI document and its page. */
import type Router from '@koa/router';
import type { Registry } from 'prom-client';
import { errorKinds, type Logger } from '#plugin-api';
import { docsPage } from './docs-page.ts';
import { openApiDocument } from './openapi.ts';
import type { RequestState } from './request.ts';
import type { RouteTable } from './route-table.ts';

/** Resolves where what it asks can work, rejects with what is wrong. */
export type ReadinessCheck = () => Promise<unknown>;

export interface ServiceOptions {
  routes: RouteTable;
  metrics: Registry;
  ready: Record<string, ReadinessCheck>;
  keys?: () => Promise<object>;
  stopping: () => boolean;
  about: { version: string; publicUrl: string };
  log: Logger;
}

const READY_TIMEOUT = 2_000;

export function serviceRoutes(router: Router<RequestState>, options: ServiceOptions): void {
  router.get('/healthz', (ctx) => {
    ctx.body = { status: 'ok' };
  });

  router.get('/readyz', async (ctx) => {
    const checks = Object.fromEntries(
      await Promise.all(
        Object.entries(options.ready).map(async ([name, check]) => {
          const reason = await failure(check);
          if (reason !== null) options.log.warn({ check: name, err: reason }, `The server is not ready: ${name}.`);
          return [name, reason === null ? 'ok' : 'failed'] as const;
        }),
      ),
    );
    const ready = !options.stopping() && Object.values(checks).every((state) => state === 'ok');
    ctx.status = ready ? 200 : 503;
    ctx.body = { status: ready ? 'ok' : options.stopping() ? 'stopping' : 'not_ready', checks };
  });

  router.get('/metrics', async (ctx) => {
    ctx.body = await options.metrics.metrics();
    ctx.set('Content-Type', options.metrics.contentType);
  });

  const { keys } = options;
  if (keys) {
    // Who meets a token of a key that is not in it looks again (RFC 7517, 4.5): it may be kept for a while.
    router.get('/.well-known/jwks.json', async (ctx) => {
      ctx.set('Cache-Control', 'public, max-age=300');
      ctx.body = await keys();
      ctx.type = 'application/jwk-set+json';
    });
  }

  // Made at the first request: by then every plugin has registered its routes.
  let document: string | null = null;
  router.get('/v1/openapi.json', (ctx) => {
    document ??= JSON.stringify(openApiDocument(options.routes.all, options.about));
    ctx.type = 'application/json';
    ctx.body = document;
  });

  let page: string | null = null;
  router.get('/v1/docs', (ctx) => {
    page ??= docsPage(options.routes.all, errorKinds.values());
    ctx.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'");
    ctx.type = 'text/html; charset=utf-8';
    ctx.body = page;
  });
}

async function failure(check: ReadinessCheck): Promise<unknown> {
  const timeout = AbortSignal.timeout(READY_TIMEOUT);
  const late = new Promise<never>((_, reject) => {
    timeout.addEventListener('abort', () => reject(new Error(`no answer in ${READY_TIMEOUT} ms`)), { once: true });
  });
  try {
    await Promise.race([check(), late]);
    return null;
  } catch (error) {
    return error;
  }
}

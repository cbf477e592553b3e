/** The HTTP server: playback first, then Koa with the typed routes, then the dashboard's pages. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Router from '@koa/router';
import Koa, { type Middleware } from 'koa';
import type { Registry } from 'prom-client';
import type { Logger } from '#plugin-api';
import type { Config } from '../config.ts';
import { pluginInvalid } from '../errors.ts';
import { cors } from './cors.ts';
import { methodNotAllowed, portUnavailable } from './errors.ts';
import { type Authenticate, type HandlerOptions, routeHandler } from './handler.ts';
import type { Idempotency } from './idempotency.ts';
import { requestHistogram } from './metrics.ts';
import { isClientGone, problems } from './problem.ts';
import { type RequestState, requests } from './request.ts';
import type { RegisteredRoute, RouteTable } from './route-table.ts';
import { type ReadinessCheck, serviceRoutes } from './service-routes.ts';

export interface HttpOptions {
  config: Pick<Config, 'host' | 'httpPort' | 'publicUrl' | 'trustedProxies' | 'corsOrigins'>;
  log: Logger;
  routes: RouteTable;
  authenticate: Authenticate;
  metrics: Registry;
  /** The program's version, for the OpenAPI document. */
  version: string;
  /** Playback: answers true where it took the request, which then never reaches Koa. */
  origin?: { handle(request: IncomingMessage, response: ServerResponse): boolean };
  /** Pages and files, asked after all routes. */
  pages?: Middleware;
  /** The public keys that tokens are verified with, a JWK set, for `/.well-known/jwks.json`. */
  keys?: () => Promise<object>;
  /** What `/readyz` asks, by name. */
  ready?: Record<string, ReadinessCheck>;
  /** Checks answers against their schemas; for tests and development. */
  checkAnswers?: boolean;
  /** Where not given, `Idempotency-Key` has no effect. */
  idempotency?: Idempotency;
}

export interface Http {
  readonly server: Server;
  /** Listens. Throws `LS_PORT_UNAVAILABLE` with one sentence where it cannot. */
  listen(): Promise<{ port: number }>;
  /** Takes no more connections, lets running answers end, and closes what is still open after a few seconds. */
  stop(): Promise<void>;
}

/** How long running answers may take when the server stops, in milliseconds. */
const GRACE = 3_000;
/** A body may come for hours, where it is an upload: what is too slow is ended by its route's time, or because nothing moves. */
const SERVER_OPTIONS = { keepAliveTimeout: 65_000, headersTimeout: 15_000, requestTimeout: 0 };
/** A connection on which nothing moves for so long is closed, in milliseconds: a viewer that stopped reading holds media in memory. */
const STALLED = 60_000;

export function createHttp(options: HttpOptions): Http {
  let stopping = false;
  const app = createApp(options, () => stopping);
  const koa = app.callback();
  const server = createServer(SERVER_OPTIONS, (request, response) => {
    if (stopping) response.setHeader('Connection', 'close');
    if (options.origin?.handle(request, response)) return;
    void koa(request, response);
  });
  server.setTimeout(STALLED);
  return {
    server,
    listen: () => listen(server, options.config),
    async stop() {
      stopping = true;
      if (!server.listening) return;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), GRACE);
      await closed;
      clearTimeout(timer);
    },
  };
}

function createApp(options: HttpOptions, stopping: () => boolean): Koa<RequestState> {
  const { config, log, routes, metrics } = options;
  const app = new Koa<RequestState>();
  app.on('error', (error: unknown) => {
    if (!isClientGone(error)) log.error({ err: error }, 'An answer broke off.');
  });
  app.use(requests({ trustedProxies: config.trustedProxies, log, seconds: requestHistogram(metrics) }));
  app.use(problems(log));
  app.use(cors(config.corsOrigins));

  const router = new Router<RequestState>();
  const about = { version: options.version, publicUrl: config.publicUrl };
  const { keys, ready = {} } = options;
  serviceRoutes(router, { routes, metrics, ready, stopping, about, log, ...(keys && { keys }) });
  const { authenticate, checkAnswers = false, idempotency } = options;
  const handlerOptions = { authenticate, checkAnswers, ...(idempotency ? { idempotency } : {}) };
  for (const route of routes.all) {
    const { method, path } = route.definition;
    router.register(`/v1${path}`, [method], handlerOf(route, handlerOptions));
  }
  app.use(router.routes());
  app.use(refuseMethod(router));
  if (options.pages) app.use(options.pages);
  return app;
}

function handlerOf({ owner, definition }: RegisteredRoute, options: HandlerOptions): Middleware<RequestState> {
  try {
    return routeHandler(definition, options);
  } catch (error) {
    const reason = (error as Error).message;
    throw pluginInvalid(
      `${definition.method} ${definition.path} of ${owner} has a wrong schema: ${reason}.`,
      {},
      { cause: error },
    );
  }
}

/** 405 where the path is known and the method is not (RFC 9110, 15.5.6). */
function refuseMethod(router: Router<RequestState>): Middleware {
  return async (ctx, next) => {
    const methods = router.match(ctx.path, ctx.method).path.flatMap((layer) => layer.methods);
    if (methods.length === 0) return next();
    ctx.set('Allow', [...new Set(methods)].join(', '));
    throw methodNotAllowed(`${ctx.path} does not take ${ctx.method}.`);
  };
}

function listen(server: Server, { host, httpPort }: HttpOptions['config']): Promise<{ port: number }> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reasons: Record<string, string> = {
        EADDRINUSE: `Port ${httpPort} is in use by another program.`,
        EACCES: `Port ${httpPort} may not be opened by this user.`,
        EADDRNOTAVAIL: `This machine has no address ${host}.`,
      };
      const reason = reasons[error.code ?? ''] ?? `The server cannot listen on ${host}:${httpPort}: ${error.message}.`;
      reject(
        portUnavailable(`${reason} Set LIVESTREAMS_HTTP_PORT and LIVESTREAMS_HOST to others.`, {}, { cause: error }),
      );
    });
    server.listen(httpPort, host, () => resolve({ port: (server.address() as AddressInfo).port }));
  });
}

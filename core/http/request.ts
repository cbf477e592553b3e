/** What every request carries through Koa: its id, the client's address, the route that took it; and the line logged of it. */
import type { Middleware } from 'koa';
import type { Histogram } from 'prom-client';
import type { Logger } from '#plugin-api';
import { newId } from '../ids.ts';
import { clientAddress } from './address.ts';

export interface RequestState {
  requestId: string;
  remoteAddress: string;
  /** Pattern of the route that took it: `/v1/streams/:id`. */
  route?: string;
}

export interface RequestOptions {
  trustedProxies: string[];
  log: Logger;
  seconds: Histogram<'method' | 'route' | 'status'>;
}

/** Gives the request its id (the client's own where it is a plain word) and address; logs and measures it when it is answered. */
export function requests({ trustedProxies, log, seconds }: RequestOptions): Middleware<RequestState> {
  const addressOf = clientAddress(trustedProxies);
  return async (ctx, next) => {
    const started = performance.now();
    const given = ctx.get('X-Request-Id');
    const requestId = /^[\w.:-]{1,64}$/.test(given) ? given : newId('req');
    ctx.state.requestId = requestId;
    ctx.state.remoteAddress = addressOf(ctx.req.socket.remoteAddress ?? '', ctx.get('X-Forwarded-For') || undefined);
    ctx.set('X-Request-Id', requestId);
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.res.once('close', () => {
      const elapsed = performance.now() - started;
      const { method, path, status } = ctx;
      seconds.observe({ method, route: ctx.state.route ?? 'none', status: String(status) }, elapsed / 1000);
      const { remoteAddress } = ctx.state;
      // The path without its query, which may hold a token.
      log.debug(
        { method, path, status, ms: Math.round(elapsed), remote_address: remoteAddress, request_id: requestId },
        'Answered a request.',
      );
    });
    await next();
  };
}

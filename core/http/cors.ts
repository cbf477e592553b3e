/** Which pages of other origins may call the API (Fetch standard, CORS protocol). */
import type { Middleware } from 'koa';

const METHODS = 'GET, HEAD, POST, PATCH, PUT, DELETE';
const REQUEST_HEADERS =
  'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, X-Request-Id, ' +
  // tus 1.0: resumable uploads.
  'Tus-Resumable, Upload-Length, Upload-Defer-Length, Upload-Offset, Upload-Metadata';
const EXPOSED_HEADERS =
  'X-Request-Id, Retry-After, RateLimit, RateLimit-Policy, Location, ETag, Idempotent-Replayed, ' +
  'Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, Upload-Length, Upload-Offset, Upload-Metadata, Upload-Expires';

/** Pages of other origins call with tokens that they send themselves. Credentials are not allowed: the cookie of a session is for this server's own pages, so `*` is safe. */
export function cors(origins: string[]): Middleware {
  const all = origins.includes('*');
  return async (ctx, next) => {
    if (!all) ctx.vary('Origin');
    const origin = ctx.get('Origin');
    if (origin === '' || !(all || origins.includes(origin))) return next();
    ctx.set('Access-Control-Allow-Origin', all ? '*' : origin);
    ctx.set('Access-Control-Expose-Headers', EXPOSED_HEADERS);
    if (ctx.method !== 'OPTIONS' || ctx.get('Access-Control-Request-Method') === '') return next();
    ctx.set('Access-Control-Allow-Methods', METHODS);
    ctx.set('Access-Control-Allow-Headers', REQUEST_HEADERS);
    ctx.set('Access-Control-Max-Age', '86400');
    ctx.status = 204;
  };
}

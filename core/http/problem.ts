/** Errors as `application/problem+json` (RFC 9457), in one place and of one form. */
import type { Middleware } from 'koa';
import { LivestreamsError, type Logger } from '#plugin-api';
import { bodyMalformed, bodyTooLarge, internal, mediaTypeUnsupported, notFound } from './errors.ts';
import type { RequestState } from './request.ts';

/** What a viewer who left makes Node report: no fault of anybody. */
const GONE = new Set(['ECONNRESET', 'EPIPE', 'ECANCELED', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED']);

export function isClientGone(error: unknown): boolean {
  return GONE.has((error as { code?: string } | null)?.code ?? '');
}

/** The problem document of an error. */
export function problemDocument(error: LivestreamsError, requestId: string): Record<string, unknown> {
  return {
    ...error.extensions,
    // Relative, so that it leads to this server's own page whatever name it is reached by (RFC 9457, 3.1.1).
    type: `/v1/docs#${error.code}`,
    title: error.kind.title,
    status: error.kind.status,
    detail: error.detail,
    code: error.code,
    fix: error.kind.fix,
    request_id: requestId,
  };
}

/**
 * Turns whatever is thrown below, and a path that nobody answered, into a problem. What is not a `LivestreamsError` is a fault of
 * the server: it is logged, and the client learns no more than where to look.
 * An extension `retry_after` (seconds) is also sent as `Retry-After`.
 */
export function problems(log: Logger): Middleware<RequestState> {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.status === 404 && ctx.body == null && ctx.respond !== false)
        throw notFound(`There is no ${ctx.method} ${ctx.path}.`);
    } catch (thrown) {
      const error = toLivestreamsError(thrown);
      if (error.kind.status >= 500 && !isClientGone(thrown)) {
        log.error(
          { err: error.cause ?? error, request_id: ctx.state.requestId, method: ctx.method, path: ctx.path },
          `Answered ${error.code}.`,
        );
      }
      const retryAfter = error.extensions.retry_after;
      if (typeof retryAfter === 'number') ctx.set('Retry-After', String(Math.ceil(retryAfter)));
      ctx.set(error.headers);
      // What is left of a body that is too large is not worth reading.
      if (error.kind.status === 413) ctx.set('Connection', 'close');
      ctx.status = error.kind.status;
      ctx.body = JSON.stringify(problemDocument(error, ctx.state.requestId));
      ctx.type = 'application/problem+json';
    }
  };
}

function toLivestreamsError(thrown: unknown): LivestreamsError {
  if (thrown instanceof LivestreamsError) return thrown;
  const { status, type } = Object(thrown) as { status?: number; type?: string };
  // The body parser's errors carry a status.
  if (status === 413) return bodyTooLarge('The body is larger than 1 MiB.');
  if (status === 415) return mediaTypeUnsupported('The encoding or character set of the body is not known here.');
  if (status === 400)
    return bodyMalformed(type === 'request.aborted' ? 'The body ended early.' : 'The body is not valid JSON.');
  return internal('The server could not answer this request.', {}, { cause: thrown });
}

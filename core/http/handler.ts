/** One typed route as Koa middleware: access, validation, time limit, answer. */
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { Context, Middleware, ParameterizedContext } from 'koa';
import type { Caller, RouteAnswer, RouteDefinition } from '#plugin-api';
import { compileCheck, explain } from '../schema.ts';
import { isReading, isRepeatable, requireAccess } from './access.ts';
import { entityTag, isKnown, matcher } from './entity-tag.ts';
import { internal, preconditionFailed, timedOut, unauthenticated } from './errors.ts';
import type { Idempotency } from './idempotency.ts';
import { partsReader } from './parts.ts';
import type { RequestState } from './request.ts';
import { Takeover } from './takeover.ts';

/** What of a request says who calls. */
export interface Credentials {
  method: string;
  headers: IncomingHttpHeaders;
  remoteAddress: string;
}

/** Who a request stands for; null where for nobody. Throws where the credentials must not be used in this way. */
export type Authenticate = (request: Credentials) => Promise<Caller | null>;

export interface HandlerOptions {
  authenticate: Authenticate;
  /** Checks what handlers answer against their schemas too: for tests and development. */
  checkAnswers: boolean;
  /** Where not given, `Idempotency-Key` has no effect. */
  idempotency?: Idempotency;
}

const DEFAULT_TIMEOUT = 30;

export function routeHandler(definition: RouteDefinition, options: HandlerOptions): Middleware<RequestState> {
  const readParts = partsReader(definition);
  const checkAnswer = options.checkAnswers ? answerCheck(definition) : () => {};
  const idempotency = isRepeatable(definition) ? options.idempotency : undefined;
  const route = `/v1${definition.path}`;

  return async (ctx) => {
    ctx.state.route = route;
    ctx.set('Cache-Control', 'no-store');
    const caller = await findCaller(ctx, definition, options.authenticate);
    const answer = await withinTime(ctx, definition, async (signal) => {
      const { params, query, body } = await readParts(ctx);
      const { requestId, remoteAddress } = ctx.state;
      const { headers } = ctx.req;
      // Only routes open to anyone are called without a caller; the definition's own type says so to its handler.
      const known = caller as Caller;
      refuseUncheckable(definition, headers['if-match']);
      const ifMatch = matcher(headers['if-match']);
      const work = () =>
        definition.handle({
          ...{ params, query, body, caller: known, requestId, remoteAddress, headers, signal, ifMatch },
          stream: ctx.req,
        });
      const key = ctx.get('Idempotency-Key');
      if (!idempotency || !caller || key === '') return work();
      const request = [definition.method, ctx.path, query, body];
      return idempotency.once({ caller, key, request, signal }, work);
    });
    checkAnswer(answer);
    send(ctx, answer);
  };
}

/** A condition that nobody would check must not be taken for one that holds. */
function refuseUncheckable(route: RouteDefinition, ifMatch: string | undefined): void {
  if (route.versioned || isReading(route) || ifMatch === undefined || ifMatch.trim() === '*') return;
  throw preconditionFailed('What this route answers has no ETag.');
}

function send(ctx: Context, { status, headers, body, version }: RouteAnswer): void {
  if (headers) ctx.set(headers);
  if (body instanceof Takeover) {
    ctx.status = status;
    ctx.respond = false;
    body.begin(ctx.res);
    return;
  }
  ctx.body = body ?? null;
  ctx.status = status;
  if (version === undefined) return;
  const tag = entityTag(version, body);
  ctx.set('ETag', tag);
  if (isReading(ctx) && isKnown(tag, ctx.headers['if-none-match'])) ctx.status = 304;
}

async function findCaller(
  ctx: ParameterizedContext<RequestState>,
  route: RouteDefinition,
  authenticate: Authenticate,
): Promise<Caller | null> {
  const { method, headers } = ctx;
  const caller = await authenticate({ method, headers, remoteAddress: ctx.state.remoteAddress });
  if (route.access === 'anyone') return caller;
  if (!caller) {
    ctx.set('WWW-Authenticate', 'Bearer');
    const sent = headers.authorization !== undefined;
    throw unauthenticated(sent ? 'The token is not valid, or has expired.' : 'No token was sent.');
  }
  requireAccess(route, route.access, caller, (ctx as unknown as { params: Record<string, string> }).params);
  return caller;
}

/** Runs the work until the route's time is over or the client is gone. */
async function withinTime(
  ctx: Context,
  { timeout = DEFAULT_TIMEOUT, method, path, bytes }: RouteDefinition,
  work: (signal: AbortSignal) => Promise<RouteAnswer>,
): Promise<RouteAnswer> {
  const controller = new AbortController();
  const late = timedOut(`${method} /v1${path} took longer than ${timeout} s.`);
  const timer = bytes === undefined ? setTimeout(() => controller.abort(late), timeout * 1000) : undefined;
  // A streamed answer outlives this function; its signal ends with the connection.
  ctx.res.once('close', () => {
    if (!ctx.res.writableFinished)
      controller.abort(Object.assign(new Error('The client is gone.'), { code: 'ECONNRESET' }));
  });
  const aborted = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
  });
  // Where the work was done in time, nobody else hears of a client that goes away later.
  aborted.catch(() => {});
  try {
    return await Promise.race([work(controller.signal), aborted]);
  } finally {
    clearTimeout(timer);
  }
}

function answerCheck({ method, path, answers, versioned }: RouteDefinition): (answer: RouteAnswer) => void {
  const checks = new Map(
    Object.entries(answers).map(([status, schema]) => [Number(status), schema ? compileCheck(schema) : null]),
  );
  return ({ status, body, version }) => {
    const check = checks.get(status);
    if (versioned && status === 200 && version === undefined)
      throw internal(`${method} /v1${path} is versioned, but answers no version.`);
    if (check === undefined) throw internal(`${method} /v1${path} answered ${status}, which it does not state.`);
    if (check === null || body instanceof Readable || body instanceof Takeover || Buffer.isBuffer(body)) return;
    const problems = check(body === undefined ? undefined : JSON.parse(JSON.stringify(body)));
    if (problems.length === 0) return;
    const places = problems.map((mismatch) => `${mismatch.pointer} ${explain(mismatch)}`).join('; ');
    throw internal(`${method} /v1${path} answered ${status} with a body that does not fit its schema: ${places}.`);
  };
}

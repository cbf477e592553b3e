/** One typed route as Koa middleware: access, validation, time limit, answer. */
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { Context, Middleware, ParameterizedContext } from 'koa';
import { koaBody } from 'koa-body';
import type { TSchema } from 'typebox';
import type { Caller, Role, RouteAnswer, RouteDefinition } from '#plugin-api';
import { compileCheck, explain } from '../schema.ts';
import { forbidden, internal, mediaTypeUnsupported, requestInvalid, timedOut, unauthenticated } from './errors.ts';
import type { RequestState } from './request.ts';

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
}

const RANK: Record<Role, number> = { viewer: 0, creator: 1, admin: 2, owner: 3 };
const DEFAULT_TIMEOUT = 30;
const MAX_BODY = 1024 * 1024;

const parseBody = koaBody({
  jsonLimit: MAX_BODY,
  jsonTypes: ['application/json', '+json'],
  text: false,
  urlencoded: false,
  multipart: false,
  patchNode: false,
});

interface Problem {
  pointer: string;
  detail: string;
}

export function routeHandler(definition: RouteDefinition, options: HandlerOptions): Middleware<RequestState> {
  const checkParams = partCheck('params', definition.params, true);
  const checkQuery = partCheck('query', definition.query, true);
  const checkBody = partCheck('body', definition.body, false);
  const checkAnswer = options.checkAnswers ? answerCheck(definition) : () => {};
  const route = `/v1${definition.path}`;

  return async (ctx) => {
    ctx.state.route = route;
    ctx.set('Cache-Control', 'no-store');
    const caller = await findCaller(ctx, definition, options.authenticate);
    const answer = await withinTime(ctx, definition, async (signal) => {
      const params = { ...(ctx as unknown as { params: Record<string, string> }).params };
      const query = { ...ctx.query };
      const body = definition.body ? await readBody(ctx) : undefined;
      const problems = [...checkParams(params), ...checkQuery(query), ...checkBody(body)];
      if (problems.length > 0) {
        const places = problems.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ');
        throw requestInvalid(`${places}.`, { errors: problems });
      }
      const { requestId, remoteAddress } = ctx.state;
      // Only routes open to anyone are called without a caller; the definition's own type says so to its handler.
      const known = caller as Caller;
      const { headers } = ctx.req;
      return definition.handle({ params, query, body, caller: known, requestId, remoteAddress, headers, signal });
    });
    checkAnswer(answer);
    if (answer.headers) ctx.set(answer.headers);
    ctx.body = answer.body ?? null;
    ctx.status = answer.status;
  };
}

async function findCaller(
  ctx: ParameterizedContext<RequestState>,
  { access }: RouteDefinition,
  authenticate: Authenticate,
): Promise<Caller | null> {
  const { method, headers } = ctx;
  const caller = await authenticate({ method, headers, remoteAddress: ctx.state.remoteAddress });
  if (access === 'anyone') return caller;
  if (!caller) {
    ctx.set('WWW-Authenticate', 'Bearer');
    const sent = headers.authorization !== undefined;
    throw unauthenticated(sent ? 'The token is not valid, or has expired.' : 'No token was sent.');
  }
  if (RANK[caller.role] < RANK[access]) {
    throw forbidden(`This needs the role ${access}; yours is ${caller.role}.`);
  }
  return caller;
}

/** The JSON body; an empty object where none was sent, so that a body of optional members may be left out. */
async function readBody(ctx: Context): Promise<unknown> {
  const kind = ctx.is('application/json', '+json');
  if (kind === null || ctx.get('Content-Length') === '0') return {};
  if (kind === false) throw mediaTypeUnsupported(`The body is ${ctx.request.type || 'of no stated type'}, not JSON.`);
  await parseBody(ctx, async () => {});
  return (ctx.request as unknown as { body: unknown }).body;
}

/** Runs the work until the route's time is over or the client is gone. */
async function withinTime(
  ctx: Context,
  { timeout = DEFAULT_TIMEOUT, method, path }: RouteDefinition,
  work: (signal: AbortSignal) => Promise<RouteAnswer>,
): Promise<RouteAnswer> {
  const controller = new AbortController();
  const late = timedOut(`${method} /v1${path} took longer than ${timeout} s.`);
  const timer = setTimeout(() => controller.abort(late), timeout * 1000);
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

/** Checks one part of a request; pointers start with the part's name, `/body/title`. */
function partCheck(part: string, schema: TSchema | undefined, coerce: boolean): (value: unknown) => Problem[] {
  if (!schema) return () => [];
  const check = compileCheck(schema, { coerce });
  return (value) => {
    const nul = nulPointer(value, '');
    if (nul !== null) return [{ pointer: `/${part}${nul}`, detail: 'expected a text without NUL' }];
    return check(value).map((mismatch) => ({ pointer: `/${part}${mismatch.pointer}`, detail: explain(mismatch) }));
  };
}

/** Where a text holds U+0000, which PostgreSQL cannot store; null where none does. */
function nulPointer(value: unknown, pointer: string): string | null {
  if (typeof value === 'string') return value.includes('\0') ? pointer : null;
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, member] of Object.entries(value)) {
    const found = nulPointer(member, `${pointer}/${name}`);
    if (found !== null) return found;
  }
  return null;
}

function answerCheck({ method, path, answers }: RouteDefinition): (answer: RouteAnswer) => void {
  const checks = new Map(
    Object.entries(answers).map(([status, schema]) => [Number(status), schema ? compileCheck(schema) : null]),
  );
  return ({ status, body }) => {
    const check = checks.get(status);
    if (check === undefined) throw internal(`${method} /v1${path} answered ${status}, which it does not state.`);
    if (check === null || body instanceof Readable || Buffer.isBuffer(body)) return;
    const problems = check(body === undefined ? undefined : JSON.parse(JSON.stringify(body)));
    if (problems.length === 0) return;
    const places = problems.map((mismatch) => `${mismatch.pointer} ${explain(mismatch)}`).join('; ');
    throw internal(`${method} /v1${path} answered ${status} with a body that does not fit its schema: ${places}.`);
  };
}

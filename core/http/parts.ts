/** The parts of a request, read and checked against the schemas of its route. */
import type { Context } from 'koa';
import { koaBody } from 'koa-body';
import { type TSchema, Type } from 'typebox';
import { type RouteDefinition, requestInvalid } from '#plugin-api';
import { compileCheck, escapePointer, explain } from '../schema.ts';
import { mediaTypeUnsupported } from './errors.ts';

export interface Parts {
  params: Record<string, string>;
  query: Record<string, unknown>;
  /** Undefined where the route takes none. */
  body: unknown;
}

const MAX_BODY = 1024 * 1024;
/** Far deeper than any schema is; a body of a megabyte can be nested deeper than a stack. */
const MAX_DEPTH = 32;

const parseBody = koaBody({
  jsonLimit: MAX_BODY,
  jsonTypes: ['application/json', '+json'],
  text: false,
  urlencoded: false,
  multipart: false,
  patchNode: false,
});

interface Problem {
  /** Starts with the part's name: `/body/title`. */
  pointer: string;
  detail: string;
}

/**
 * Makes the reader of a route's requests.
 * It throws `LS_REQUEST_INVALID` with every wrong place, `LS_MEDIA_TYPE_UNSUPPORTED`, or what the body's parser throws.
 */
export function partsReader({ params, query, body }: RouteDefinition): (ctx: Context) => Promise<Parts> {
  const checkParams = partCheck('params', params ?? Type.Object({}), true);
  const checkQuery = partCheck('query', query ?? Type.Object({}), true);
  const checkBody = body ? partCheck('body', body, false) : () => [];
  return async (ctx) => {
    const parts = {
      params: { ...(ctx as unknown as { params: Record<string, string> }).params },
      query: { ...ctx.query },
      body: body ? await readBody(ctx) : undefined,
    };
    const problems = [...checkParams(parts.params), ...checkQuery(parts.query), ...checkBody(parts.body)];
    if (problems.length === 0) return parts;
    const places = problems.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ');
    throw requestInvalid(`${places}.`, { errors: problems });
  };
}

/** The JSON body; an empty object where none was sent, so that a body of optional members may be left out. */
async function readBody(ctx: Context): Promise<unknown> {
  const kind = ctx.is('application/json', '+json');
  if (kind === null || ctx.get('Content-Length') === '0') return {};
  if (kind === false) throw mediaTypeUnsupported(`The body is ${ctx.request.type || 'of no stated type'}, not JSON.`);
  await parseBody(ctx, async () => {});
  return (ctx.request as unknown as { body: unknown }).body;
}

function partCheck(part: string, schema: TSchema, coerce: boolean): (value: unknown) => Problem[] {
  const check = compileCheck(schema, { coerce });
  return (value) => {
    const unfit = unfitPlace(value, `/${part}`, 0);
    if (unfit !== null) return [unfit];
    return check(value).map((mismatch) => ({ pointer: `/${part}${mismatch.pointer}`, detail: explain(mismatch) }));
  };
}

/** What no schema takes: U+0000, which PostgreSQL cannot store, half of a surrogate pair, which is no UTF-8, and depth without end. */
function unfitPlace(value: unknown, pointer: string, depth: number): Problem | null {
  if (typeof value === 'string') return isStorable(value) ? null : { pointer, detail: UNSTORABLE };
  if (typeof value !== 'object' || value === null) return null;
  if (depth === MAX_DEPTH) return { pointer, detail: `is nested deeper than ${MAX_DEPTH} levels` };
  for (const [name, member] of Object.entries(value)) {
    if (!isStorable(name)) return { pointer, detail: UNSTORABLE };
    const found = unfitPlace(member, `${pointer}/${escapePointer(name)}`, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

const UNSTORABLE = 'expected a text without NUL and unpaired surrogates';

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

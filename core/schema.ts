/** Checks values against TypeBox schemas with ajv, and says in a sentence what is wrong where. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { TSchema } from 'typebox';
import { isSecretName } from './log.ts';

/** One thing that is wrong with a value. */
export interface Mismatch {
  /** JSON Pointer (RFC 6901) of the wrong place; empty for the value itself. */
  pointer: string;
  /** `an integer`, `at most 65535` … */
  expected: string;
  /** What stands there; undefined where nothing does. */
  found: unknown;
  /** A property that the schema does not know, with the name that was perhaps meant. */
  unknown: { suggestion: string | null } | null;
}

export type Check = (value: unknown) => Mismatch[];

export interface CheckOptions {
  /** Turns texts into numbers and booleans where the schema wants them: for paths and query strings. */
  coerce?: boolean;
}

const strict = newAjv(false);
const coercing = newAjv(true);

/**
 * Makes a check from a schema. Objects that do not say `additionalProperties` are closed: an unknown property is a mismatch.
 * The check fills in defaults, in the value itself.
 */
export function compileCheck(schema: TSchema, options: CheckOptions = {}): Check {
  const validate: ValidateFunction = (options.coerce ? coercing : strict).compile(closed(schema));
  return (value) => (validate(value) ? [] : mismatches(validate.errors ?? []));
}

/** The schema with every object closed that does not say otherwise; what the checks and the OpenAPI document use. */
export function closed(schema: TSchema): TSchema {
  return closeNode(schema) as TSchema;
}

/** `expected an integer, found "abc"`, or `is unknown; did you mean "port"?`; what is secret by its name is not repeated. */
export function explain(mismatch: Mismatch): string {
  if (mismatch.unknown) {
    const { suggestion } = mismatch.unknown;
    return suggestion ? `is unknown; did you mean "${suggestion}"?` : 'is unknown';
  }
  if (mismatch.found === undefined) return `expected ${mismatch.expected}, found nothing`;
  if (mismatch.pointer.split('/').some(isSecretName)) return `expected ${mismatch.expected}`;
  return `expected ${mismatch.expected}, found ${shorten(mismatch.found)}`;
}

function newAjv(coerce: boolean): Ajv2020 {
  const ajv = new Ajv2020({ allErrors: true, useDefaults: true, verbose: true, strict: true, coerceTypes: coerce });
  ajv.addVocabulary(['env', 'example']);
  // CommonJS: the callable is the module's `default` property.
  formats.default(ajv);
  const { validate: isDateTime } = formats.default.get('date-time') as { validate: (text: string) => boolean };
  // A leap second is a time (RFC 3339, 5.7), but not one that Date can hold.
  ajv.addFormat('date-time', (text: string) => isDateTime(text) && !Number.isNaN(Date.parse(text)));
  return ajv;
}

/** Not inside `allOf`: closed there, each branch would refuse the properties of the others. */
function closeNode(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closeNode);
  if (typeof node !== 'object' || node === null) return node;
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(node)) {
    if (name === 'properties') copy[name] = mapValues(value as Record<string, unknown>, closeNode);
    else if (name === 'default' || name === 'const' || name === 'enum' || name === 'allOf') copy[name] = value;
    else copy[name] = closeNode(value);
  }
  if (copy.type === 'object' && copy.properties !== undefined && copy.additionalProperties === undefined) {
    copy.additionalProperties = false;
  }
  return copy;
}

function mapValues(record: Record<string, unknown>, change: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

/** One mismatch a place: the branches of a union are told by the union. */
function mismatches(errors: ErrorObject[]): Mismatch[] {
  const unions = errors.filter((error) => error.keyword === 'anyOf' || error.keyword === 'oneOf');
  const found = new Map<string, Mismatch>();
  for (const error of errors) {
    if (unions.some((union) => union !== error && error.schemaPath.startsWith(`${union.schemaPath}/`))) continue;
    const mismatch = toMismatch(error);
    if (!found.has(mismatch.pointer)) found.set(mismatch.pointer, mismatch);
  }
  return [...found.values()];
}

function toMismatch(error: ErrorObject): Mismatch {
  const params = error.params as Record<string, unknown>;
  const place = { pointer: error.instancePath, found: error.data, unknown: null };
  switch (error.keyword) {
    case 'additionalProperties': {
      const name = String(params.additionalProperty);
      const known = Object.keys((error.parentSchema as { properties?: object }).properties ?? {});
      return {
        pointer: `${error.instancePath}/${escapePointer(name)}`,
        expected: 'nothing',
        found: (error.data as Record<string, unknown>)[name],
        unknown: { suggestion: nearestName(name, known) },
      };
    }
    case 'required': {
      const name = String(params.missingProperty);
      const properties = (error.parentSchema as { properties?: Record<string, object> }).properties ?? {};
      return {
        ...place,
        pointer: `${error.instancePath}/${escapePointer(name)}`,
        expected: describe(properties[name] ?? {}),
        found: undefined,
      };
    }
    case 'minimum':
      return { ...place, expected: `at least ${params.limit}` };
    case 'maximum':
      return { ...place, expected: `at most ${params.limit}` };
    case 'minLength':
      return { ...place, expected: `at least ${params.limit} characters` };
    case 'maxLength':
      return { ...place, expected: `at most ${params.limit} characters` };
    case 'minItems':
      return { ...place, expected: `at least ${params.limit} items` };
    case 'maxItems':
      return { ...place, expected: `at most ${params.limit} items` };
    default:
      return { ...place, expected: describe(error.parentSchema ?? {}) };
  }
}

const TYPE_NAMES: Record<string, string> = {
  string: 'a text',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

function describe(schema: object): string {
  const { type, enum: values, const: only, anyOf, format, pattern } = schema as Record<string, unknown>;
  if (only !== undefined) return JSON.stringify(only);
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(' or ');
  if (Array.isArray(anyOf)) return anyOf.map((branch) => describe(branch as object)).join(' or ');
  if (typeof format === 'string') return `a text of the form ${format}`;
  if (typeof pattern === 'string') return `a text that matches ${pattern}`;
  return TYPE_NAMES[String(type)] ?? 'another value';
}

/** A name as a part of a JSON Pointer (RFC 6901, 3). */
export function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function shorten(value: unknown): string {
  const text = typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** The known name that is a typing error away from what was written, or null. */
export function nearestName(written: string, known: string[]): string | null {
  let best: string | null = null;
  let least = Math.max(2, Math.floor(written.length / 3)) + 1;
  for (const name of known) {
    const distance = editDistance(written.toLowerCase(), name.toLowerCase());
    if (distance < least) [best, least] = [name, distance];
  }
  return best;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}

/** Values that fit a JSON schema, and values that nearly do. */
import fc, { type Arbitrary } from 'fast-check';
import type { Schema } from './document.ts';

/** Anything that the schema takes. */
export function fitting(schema: Schema): Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map(fitting));
  if (schema.allOf) return fc.tuple(...schema.allOf.map(fitting)).map((parts) => Object.assign({}, ...parts));
  switch (schema.type) {
    case 'string':
      return text(schema);
    case 'integer':
      return fc.integer(bounds(schema));
    case 'number':
      return fc.double({ ...bounds(schema), noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(fitting(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 5, 20),
      });
    case 'object':
      return object(schema);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

/** What the schema takes, with one thing in it replaced, added or left out; or something else altogether. */
export function unfitting(schema: Schema): Arbitrary<unknown> {
  const spoilt = fc.tuple(fitting(schema), fc.jsonValue({ maxDepth: 2 }), fc.nat(), fc.string()).map(spoil);
  return fc.oneof({ weight: 4, arbitrary: spoilt }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) });
}

function spoil([value, junk, at, name]: [unknown, unknown, number, string]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return junk;
  const names = Object.keys(value);
  const chosen = names[at % (names.length + 1)];
  const { [chosen ?? '']: _, ...rest } = value as Record<string, unknown>;
  if (chosen === undefined) return { ...value, [name]: junk };
  return at % 2 === 0 ? rest : { ...value, [chosen]: junk };
}

function object({ properties = {}, patternProperties = {}, required = [] }: Schema): Arbitrary<unknown> {
  const [values] = Object.values(patternProperties);
  if (values) return fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), fitting(values), { maxKeys: 3 });
  const members = Object.fromEntries(Object.entries(properties).map(([name, member]) => [name, fitting(member)]));
  return fc.record(members, { requiredKeys: required.filter((name) => name in members) });
}

function bounds({ minimum, maximum, exclusiveMinimum }: Schema): { min: number; max: number } {
  const min = minimum ?? (exclusiveMinimum === undefined ? -1000 : exclusiveMinimum + 1);
  return { min, max: maximum ?? Math.max(min, 0) + 100_000 };
}

function text({ format, pattern, minLength = 0, maxLength = 200 }: Schema): Arbitrary<string> {
  if (format === 'date-time')
    return fc.date({ noInvalidDate: true, min: new Date(2e12), max: new Date(4e12) }).map((date) => date.toISOString());
  if (format === 'email') return fc.emailAddress();
  if (format === 'uri') return fc.webUrl();
  const length = { minLength, maxLength: Math.min(maxLength, Math.max(minLength, 60)) };
  if (pattern === undefined) return fc.string({ ...length, unit: 'grapheme' });
  return fc
    .stringMatching(new RegExp(pattern, 'u'))
    .map((value) => value.slice(0, maxLength).padEnd(minLength, 'a'))
    .filter((value) => new RegExp(pattern, 'u').test(value));
}

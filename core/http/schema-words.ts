/** Says in words what a JSON schema asks for: for the page of the API and the reference. */

/** As much of JSON Schema as the settings and routes use. */
export interface Schema {
  type?: string;
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  patternProperties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  format?: string;
  /** Variable of the environment that overrides a setting. */
  env?: string;
}

/** A member of an object, those of nested objects with a path: `playback.hls_url`, `data[].id`. */
export interface Member {
  path: string;
  schema: Schema;
  /** Whether it must be sent. */
  required: boolean;
}

/** `integer, 0 to 65535`, `"standard" or "low"`, `list of text`. */
export function describe(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return or(schema.enum.map((value) => JSON.stringify(value)));
  if (schema.anyOf) return or(schema.anyOf.map(describe));
  switch (schema.type) {
    case 'integer':
    case 'number':
      return `${schema.type}${range(schema.minimum, schema.maximum, '')}`;
    case 'string':
      return `${words[schema.format ?? ''] ?? 'text'}${range(schema.minLength, schema.maxLength, ' characters')}`;
    case 'array':
      return `list of ${describe(schema.items ?? {})}`;
    case 'object': {
      const [values] = Object.values(schema.patternProperties ?? {});
      return values ? `object of ${describe(values)} by name` : 'object';
    }
    default:
      return schema.type ?? 'anything';
  }
}

const words: Record<string, string> = { 'date-time': 'time (RFC 3339)', email: 'e-mail address', uri: 'URL' };

/** All members, in the order of the schema; those inside of lists and objects follow what they are in. */
export function members(schema: Schema, before = ''): Member[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const path = `${before}${name}`;
    const required = schema.required?.includes(name) === true && property.default === undefined;
    const own: Member = { path, schema: property, required };
    return [own, ...nested(property, path)];
  });
}

function nested(schema: Schema, path: string): Member[] {
  if (schema.properties) return members(schema, `${path}.`);
  if (schema.items?.properties) return members(schema.items, `${path}[].`);
  return (schema.anyOf ?? []).flatMap((branch) => nested(branch, path));
}

function range(least: number | undefined, most: number | undefined, unit: string): string {
  if (least !== undefined && most !== undefined) return `, ${least} to ${most}${unit}`;
  if (least !== undefined) return `, at least ${least}${unit}`;
  return most === undefined ? '' : `, at most ${most}${unit}`;
}

function or(choices: string[]): string {
  if (choices.length < 2) return choices.join('');
  return `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
}

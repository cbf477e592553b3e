/** The configuration: what `livestreams.config.ts` and the environment say, checked before anything starts. */
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TSchema } from 'typebox';
import { type ConfiguredPlugin, type PluginDefinition, type Static, Type } from '#plugin-api';
import { configInvalid } from './errors.ts';
import { isAddressRange } from './http/address.ts';
import { type LogLevel, scrubText } from './log.ts';
import { type Check, compileCheck, explain } from './schema.ts';
import type { S3Settings } from './storage/s3.ts';
import { S3Configuration, s3Conflicts, s3Settings } from './storage/settings.ts';

/** The core's own settings. `env` names the variable that overrides the file. */
export const CoreSettings = Type.Object({
  dataDir: Type.String({
    default: './data',
    env: 'LIVESTREAMS_DATA_DIR',
    description: 'Folder of the embedded database, media and secrets; relative to where the server is started.',
  }),
  host: Type.String({
    default: '0.0.0.0',
    env: 'LIVESTREAMS_HOST',
    description: 'Address to listen on.',
  }),
  httpPort: Type.Integer({
    default: 8080,
    minimum: 0,
    maximum: 65535,
    env: 'LIVESTREAMS_HTTP_PORT',
    description: 'Port of the dashboard, the API and playback.',
  }),
  publicUrl: Type.Union([Type.String({ pattern: '^https?://[^/?#\\s]+/?$' }), Type.Null()], {
    default: null,
    env: 'LIVESTREAMS_PUBLIC_URL',
    description: 'What viewers see, behind a proxy: https://live.example.org. Null: http://<host>:<httpPort>.',
  }),
  trustedProxies: Type.Array(Type.String(), {
    default: [],
    env: 'LIVESTREAMS_TRUSTED_PROXIES',
    description:
      'Addresses or networks (10.0.0.0/8) of proxies whose X-Forwarded-For is believed; in the environment, separated by commas.',
  }),
  corsOrigins: Type.Array(Type.String(), {
    default: ['*'],
    env: 'LIVESTREAMS_CORS_ORIGINS',
    description: 'Origins whose pages may call the API with a token of their own; * for all.',
  }),
  databaseUrl: Type.Union([Type.String({ pattern: '^postgres(ql)?://' }), Type.Null()], {
    default: null,
    env: 'DATABASE_URL',
    description: 'An own PostgreSQL. Null: the embedded one, in the data folder.',
  }),
  redisUrl: Type.Union([Type.String({ pattern: '^rediss?://' }), Type.Null()], {
    default: null,
    env: 'REDIS_URL',
    description: 'Redis, where several processes count tries together. Null: each counts for itself, in memory.',
  }),
  s3: Type.Optional(S3Configuration),
  unrecordedMediaHours: Type.Number({
    default: 24,
    minimum: 1,
    env: 'LIVESTREAMS_UNRECORDED_MEDIA_HOURS',
    description: 'How long the media of a session that was not recorded are kept after its end.',
  }),
  reservedGigabytes: Type.Number({
    default: 2,
    minimum: 0,
    env: 'LIVESTREAMS_RESERVED_GIGABYTES',
    description: 'Where less is free on the disk of the data folder, nothing but live is taken, and what may go goes.',
  }),
  ownerEmail: Type.Union([Type.String({ format: 'email' }), Type.Null()], {
    default: null,
    env: 'LIVESTREAMS_OWNER_EMAIL',
    description: 'Makes the first owner without the browser, together with the password.',
  }),
  ownerPassword: Type.Union([Type.String({ minLength: 8, maxLength: 200 }), Type.Null()], {
    default: null,
    env: 'LIVESTREAMS_OWNER_PASSWORD',
    description: 'Password of the first owner, at least 8 characters. Best set in the environment.',
  }),
  signingKeys: Type.Union([Type.String({ maxLength: 16_384 }), Type.Null()], {
    default: null,
    env: 'LIVESTREAMS_SIGNING_KEYS',
    description:
      'JWK set of the private Ed25519 keys that sign tokens, the newest first, for servers that share no data folder. Null: keys that the server makes, in the data folder.',
  }),
  logLevel: Type.Enum(['debug', 'info', 'warn', 'error'], {
    default: 'info',
    env: 'LIVESTREAMS_LOG_LEVEL',
    description: 'Least important lines that are logged.',
  }),
});

/** What `livestreams.config.ts` may say. A falsy plugin is one that is switched off. */
export type Settings = Partial<Omit<Static<typeof CoreSettings>, 's3'>> & {
  s3?: Partial<Static<typeof S3Configuration>>;
  plugins?: (ConfiguredPlugin | false | null | undefined | '' | 0)[];
};

/** A plugin whose settings hold, with defaults filled in. */
export interface CheckedPlugin {
  definition: PluginDefinition;
  config: Record<string, unknown>;
}

export interface Config {
  /** Absolute. */
  dataDir: string;
  host: string;
  httpPort: number;
  /** Without a slash at its end. */
  publicUrl: string;
  trustedProxies: string[];
  corsOrigins: string[];
  databaseUrl: string | null;
  redisUrl: string | null;
  /** Null: media are kept in the data folder. */
  s3: S3Settings | null;
  unrecordedMediaHours: number;
  /** Bytes that are kept free for live. */
  reservedBytes: number;
  /** The first owner, where the environment names one. */
  owner: { email: string; password: string } | null;
  /** A JWK set of private keys; null for those of the data folder. */
  signingKeys: string | null;
  logLevel: LogLevel;
  /** In the order of the file. */
  plugins: CheckedPlugin[];
}

type Environment = Record<string, string | undefined>;

/** Types the settings of `livestreams.config.ts`; checks nothing yet. */
export function defineConfig(settings: Settings): Settings {
  return settings;
}

/** Reads and checks the configuration file. Throws `LS_CONFIG_INVALID` that names every wrong setting. */
export async function loadConfig(from: { file: string; env: Environment }): Promise<Config> {
  const file = resolve(from.file);
  let settings: unknown;
  try {
    ({ default: settings } = (await import(pathToFileURL(file).href)) as { default?: unknown });
  } catch (error) {
    throw configInvalid(`${file} cannot be read: ${(error as Error).message}`, {}, { cause: error });
  }
  if (typeof settings !== 'object' || settings === null) {
    throw configInvalid(`${file} must export its settings: export default defineConfig({ … }).`);
  }
  return checkConfig(settings, from.env);
}

/** Checks settings: the environment overrides them, they override the defaults. Throws `LS_CONFIG_INVALID`. */
export function checkConfig(settings: Settings, env: Environment): Config {
  const { plugins: listed = [], ...written } = settings;
  const problems: string[] = [];
  const core = checkSettings(CoreSettings, written, env, null, problems) as Static<typeof CoreSettings>;
  const plugins = checkPlugins(listed, env, problems);
  if (problems.length === 0) problems.push(...coreConflicts(core));
  if (problems.length > 0) throw configInvalid(problems.join('\n'));
  return {
    dataDir: isAbsolute(core.dataDir) ? core.dataDir : resolve(core.dataDir),
    host: core.host,
    httpPort: core.httpPort,
    publicUrl: (core.publicUrl ?? `http://${reachableHost(core.host)}:${core.httpPort}`).replace(/\/+$/, ''),
    trustedProxies: core.trustedProxies,
    corsOrigins: core.corsOrigins,
    databaseUrl: core.databaseUrl,
    redisUrl: core.redisUrl,
    s3: core.s3 ? s3Settings(core.s3) : null,
    unrecordedMediaHours: core.unrecordedMediaHours,
    reservedBytes: core.reservedGigabytes * 1024 ** 3,
    owner:
      core.ownerEmail !== null && core.ownerPassword !== null
        ? { email: core.ownerEmail, password: core.ownerPassword }
        : null,
    signingKeys: core.signingKeys,
    logLevel: core.logLevel,
    plugins,
  };
}

function checkPlugins(listed: unknown, env: Environment, problems: string[]): CheckedPlugin[] {
  if (!Array.isArray(listed)) {
    problems.push('Setting /plugins: expected a list of plugins.');
    return [];
  }
  const checked = new Map<string, CheckedPlugin>();
  for (const [index, entry] of (listed as Settings['plugins'] & unknown[]).entries()) {
    if (!entry) continue;
    if (typeof entry !== 'object' || typeof entry.definition?.name !== 'string') {
      const hint = typeof entry === 'function' ? '; call it, as in rtmp()' : '';
      problems.push(`Setting /plugins/${index}: expected a plugin made by definePlugin${hint}.`);
      continue;
    }
    const { definition } = entry;
    if (!/^[a-z][a-z0-9-]*$/.test(definition.name)) {
      problems.push(`Plugin "${definition.name}": its name must be lower-case letters, digits and "-".`);
    } else if (checked.has(definition.name)) {
      problems.push(`Plugin ${definition.name} is listed twice.`);
    } else {
      const config = checkSettings(definition.config, entry.settings, env, definition.name, problems);
      checked.set(definition.name, { definition, config });
    }
  }
  return [...checked.values()];
}

/** Defaults, file and environment put together; what does not hold is added to `problems`, a sentence each. */
function checkSettings(
  schema: TSchema,
  written: unknown,
  env: Environment,
  plugin: string | null,
  problems: string[],
): Record<string, unknown> {
  const value = copyPlain(written ?? {}) as Record<string, unknown>;
  const variables = new Map<string, string>();
  if (typeof value === 'object' && !Array.isArray(value)) applyEnvironment(schema, value, env, '', variables);
  let check: Check;
  try {
    check = compileCheck(schema);
  } catch (error) {
    problems.push(`Plugin ${plugin}: the schema of its settings is wrong: ${(error as Error).message}.`);
    return value;
  }
  for (const mismatch of check(value)) {
    const variable = variables.get(mismatch.pointer);
    const sentence = explain(mismatch);
    problems.push(
      `${plugin ? `Plugin ${plugin}, setting` : 'Setting'} ${mismatch.pointer || '/'}: ${scrubText(sentence)}` +
        `${variable ? ` (from ${variable})` : ''}${sentence.endsWith('?') ? '' : '.'}`,
    );
  }
  return value;
}

/** Sets what the environment says, in the value itself; `variables` learns which place came from which variable. */
function applyEnvironment(
  schema: TSchema,
  value: Record<string, unknown>,
  env: Environment,
  pointer: string,
  variables: Map<string, string>,
): void {
  const { properties = {} } = schema as { properties?: Record<string, TSchema & { env?: string; type?: string }> };
  for (const [name, property] of Object.entries(properties)) {
    const text = property.env === undefined ? undefined : env[property.env];
    if (property.env !== undefined && text !== undefined && text !== '') {
      value[name] = fromText(text, property);
      variables.set(`${pointer}/${name}`, property.env);
    } else if (property.type === 'object' && isPlain(value[name] ?? {})) {
      const nested = (value[name] ?? {}) as Record<string, unknown>;
      applyEnvironment(property, nested, env, `${pointer}/${name}`, variables);
      if (Object.keys(nested).length > 0) value[name] = nested;
    }
  }
}

/** The value that a variable's text stands for; the text itself where the schema wants something that it is not. */
function fromText(text: string, schema: object): unknown {
  const { type, anyOf, items } = schema as { type?: string; anyOf?: object[]; items?: object };
  if (anyOf) return anyOf.map((branch) => fromText(text, branch)).find((value) => value !== text) ?? text;
  if (type === 'integer' || type === 'number') return Number.isFinite(Number(text)) ? Number(text) : text;
  if (type === 'boolean')
    return /^(true|1|yes|on)$/i.test(text) ? true : /^(false|0|no|off)$/i.test(text) ? false : text;
  if (type === 'array') return text.split(',').map((item) => fromText(item.trim(), items ?? {}));
  return text;
}

/** What no schema can say of the core's settings. */
function coreConflicts(core: Static<typeof CoreSettings>): string[] {
  const problems = core.trustedProxies
    .filter((range) => !isAddressRange(range))
    .map((range) => `Setting /trustedProxies: expected an address or a network like 10.0.0.0/8, found "${range}".`);
  if ((core.ownerEmail === null) !== (core.ownerPassword === null)) {
    problems.push('Settings /ownerEmail and /ownerPassword: expected both or neither.');
  }
  if (core.s3) problems.push(...s3Conflicts(core.s3));
  return problems;
}

/** What a browser on this machine can open. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Defaults are filled into the copy: the file's own objects stay as they were. */
function copyPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyPlain);
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copyPlain(member)]));
}

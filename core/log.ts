/** The logger: pino, with everything that may be a secret hidden before it is written. */
import { pino } from 'pino';
import type { Logger } from '#plugin-api';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

const HIDDEN = '[hidden]';
const SECRET_NAME =
  /^(?:stream|api|private|signing)?[_-]?key$|^(?:api|private|signing)[_-]?keys$|(?:token|password|passphrase|secret|authorization|cookie)s?$/i;
const SECRET_PAIR = /\b((?:[\w-]*(?:token|password|passphrase|secret)|key)=)[^&\s"'`,;)#]+/gi;
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s@/]+@/gi;
/** A signed token (RFC 7515, 7.1), wherever it stands: a header that begins with `{"`, and two parts more. */
const JWT = /\beyJ[\w-]*\.[\w-]+\.[\w-]+/g;
/** An API key, wherever it stands. */
const API_KEY = /\blsk_[0-9a-f]+(?:_[0-9a-f]+)?/g;
const BEARER = /\b(Bearer\s+)[\w.~+/=-]+/gi;
/** Deep enough for what we log; a longer chain is cut, so a cycle ends too. */
const MAX_DEPTH = 8;

/** Whether a field or setting of this name holds a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** The text with `key=…`, `token=…`, passwords in URLs, bearer tokens and all signed tokens and API keys hidden. */
export function scrubText(text: string): string {
  return text
    .replace(SECRET_PAIR, `$1${HIDDEN}`)
    .replace(URL_PASSWORD, `$1${HIDDEN}@`)
    .replace(BEARER, `$1${HIDDEN}`)
    .replace(JWT, HIDDEN)
    .replace(API_KEY, HIDDEN);
}

/** A copy of the value without secrets: fields by their names, texts by their form, errors as plain objects. */
export function scrub(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return scrubText(value);
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return value;
  if (depth >= MAX_DEPTH) return '[cut]';
  if (value instanceof Date) return value;
  if (value instanceof URL) return scrubText(value.href);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.map((item) => scrub(item, depth + 1));
  const fields: Record<string, unknown> = {};
  if (value instanceof Error) {
    fields.type = value.name;
    fields.message = scrubText(value.message);
    fields.stack = scrubText(value.stack ?? '');
    if (value.cause !== undefined) fields.cause = scrub(value.cause, depth + 1);
  }
  for (const [name, field] of Object.entries(value)) {
    fields[name] = isSecretName(name) && field !== null && field !== undefined ? HIDDEN : scrub(field, depth + 1);
  }
  return fields;
}

/** Scrubs in front of pino, which hides only at paths that are known beforehand. */
class ScrubbedLogger implements Logger {
  readonly #pino: pino.Logger;

  constructor(target: pino.Logger) {
    this.#pino = target;
  }

  debug(fields: object, message: string): void {
    this.#write('debug', fields, message);
  }

  info(fields: object, message: string): void {
    this.#write('info', fields, message);
  }

  warn(fields: object, message: string): void {
    this.#write('warn', fields, message);
  }

  error(fields: object, message: string): void {
    this.#write('error', fields, message);
  }

  child(bindings: Record<string, unknown>): Logger {
    return new ScrubbedLogger(this.#pino.child(scrub(bindings) as Record<string, unknown>));
  }

  #write(level: LogLevel, fields: object, message: string): void {
    if (!this.#pino.isLevelEnabled(level)) return;
    // An error handed over bare is logged as pino does it: under `err`.
    this.#pino[level](scrub(fields instanceof Error ? { err: fields } : fields) as object, scrubText(message));
  }
}

export interface LoggerOptions {
  level: LogLevel;
  /** One readable line instead of JSON; where not stated, if standard output is a terminal. */
  pretty?: boolean;
  /** Where lines go; standard output where not stated. */
  write?: (line: string) => void;
}

export function createLogger(options: LoggerOptions): Logger {
  const pretty = options.pretty ?? process.stdout.isTTY === true;
  const write = options.write ?? ((line: string) => void process.stdout.write(line));
  const settings = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return new ScrubbedLogger(pino(settings, { write: pretty ? (line) => write(prettyLine(line)) : write }));
}

/** `20:15:04 warn  What happened. plugin=abr` */
function prettyLine(line: string): string {
  const { time, level, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const pairs = Object.entries(fields).map(([name, value]) => ` ${name}=${prettyValue(value)}`);
  return `${String(time).slice(11, 19)} ${String(level).padEnd(5)} ${msg}${pairs.join('')}\n`;
}

function prettyValue(value: unknown): string {
  if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  if (typeof value === 'object' && value !== null && 'stack' in value) {
    return `\n  ${String(value.stack).replaceAll('\n', '\n  ')}`;
  }
  return JSON.stringify(value);
}

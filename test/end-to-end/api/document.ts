/** The OpenAPI document of a running server, as tests walk it: its operations, calls of them, and whether an answer is as stated. */
import { STATUS_CODES } from 'node:http';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Role, Scope } from '#plugin-api';

export interface Schema {
  $ref?: string;
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
  required?: string[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  format?: string;
}

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  schema: Schema;
}

interface Answer {
  content?: Record<string, { schema: Schema }>;
}

export interface Operation {
  method: string;
  /** With `{name}` for parameters. */
  path: string;
  /** Least role; null where it is open to anyone. */
  role: Role | null;
  /** Least scope of an API key; null where none may call. */
  scope: Scope | null;
  parameters: Parameter[];
  body: Schema | null;
  /** Media type of a body that is no JSON. */
  bytes: string | null;
  responses: Record<string, Answer>;
}

export interface Call {
  params?: Record<string, string>;
  query?: [string, string][];
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Answered {
  status: number;
  headers: Headers;
  /** Empty for an answer that does not end. */
  text: string;
}

interface Document {
  paths: Record<string, Record<string, Record<string, unknown>>>;
  components: Record<string, Record<string, object>>;
}

export class ApiDocument {
  readonly json: Document;
  readonly operations: Operation[];
  readonly #url: string;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #checks = new Map<Schema, ValidateFunction>();

  private constructor(url: string, json: Document) {
    this.#url = url;
    this.json = json;
    // CommonJS: the callable is the module's `default` property.
    formats.default(this.#ajv);
    this.operations = Object.entries(json.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => this.#operation(method.toUpperCase(), path, operation)),
    );
  }

  static async of(url: string): Promise<ApiDocument> {
    const response = await fetch(`${url}/v1/openapi.json`);
    return new ApiDocument(url, (await response.json()) as Document);
  }

  #operation(method: string, path: string, operation: Record<string, unknown>): Operation {
    const { parameters, requestBody, responses } = operation as {
      parameters: (Parameter & { $ref?: string })[];
      requestBody?: { content: Record<string, { schema: Schema }> };
      responses: Record<string, Answer & { $ref?: string }>;
    };
    return {
      method,
      path,
      role: (operation['x-role'] as Role | undefined) ?? null,
      scope: (operation['x-scope'] as Scope | undefined) ?? null,
      parameters: parameters.map((parameter) => this.#resolve(parameter)),
      body: requestBody?.content['application/json']?.schema ?? null,
      bytes: Object.keys(requestBody?.content ?? {}).find((type) => type !== 'application/json') ?? null,
      responses: Object.fromEntries(
        Object.entries(responses).map(([status, answer]) => [status, this.#resolve(answer)]),
      ),
    };
  }

  #resolve<T extends { $ref?: string }>(value: T): T {
    if (value.$ref === undefined) return value;
    const [, , kind = '', name = ''] = value.$ref.split('/');
    return this.json.components[kind]?.[name] as T;
  }

  /** Calls the operation. An answer that does not end is let go of when its head is there. */
  async call(
    { method, path, body: takesBody, bytes }: Operation,
    { params = {}, query = [], body, headers = {} }: Call,
  ): Promise<Answered> {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
    const search = query.length > 0 ? `?${new URLSearchParams(query)}` : '';
    const type = takesBody && body !== undefined ? 'application/json' : bytes;
    const controller = new AbortController();
    const response = await fetch(`${this.#url}${filled}${search}`, {
      method,
      headers: { ...(type ? { 'content-type': type } : {}), ...headers },
      ...(takesBody && body !== undefined ? { body: JSON.stringify(body) } : {}),
      signal: controller.signal,
      redirect: 'manual',
    });
    const endless = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
    const text = endless ? '' : await response.text();
    if (endless) controller.abort();
    return { status: response.status, headers: response.headers, text };
  }

  /** What is wrong with an answer; null where it is as stated. */
  complaint({ method, responses }: Operation, { status, headers, text }: Answered): string | null {
    if (status >= 500) return `${status} ${STATUS_CODES[status]}: ${text}`;
    const type = headers.get('content-type')?.split(';')[0] ?? '';
    if (status >= 400 && type !== 'application/problem+json') return `${status} as ${type || 'nothing'}`;
    const stated = responses[status] ?? (status >= 400 ? responses.default : undefined);
    if (stated === undefined) return `${status} is not stated`;
    if (method === 'HEAD') return null;
    const schema = stated.content?.[type]?.schema;
    if (schema === undefined) {
      // What is not JSON has no schema; where there is one, nothing else may be answered.
      return stated.content === undefined && type !== 'application/json' ? null : `${status} as ${type || 'nothing'}`;
    }
    const check = this.#checks.get(schema) ?? this.#ajv.compile({ ...schema, components: this.json.components });
    this.#checks.set(schema, check);
    if (check(JSON.parse(text))) return null;
    return `${status}: ${this.#ajv.errorsText(check.errors)} in ${text.slice(0, 500)}`;
  }
}

/** The OpenAPI 3.1 document, made from the very schemas that validate. */
import { STATUS_CODES } from 'node:http';
import type { TSchema } from 'typebox';
import type { RouteDefinition } from '#plugin-api';
import { closed } from '../schema.ts';
import { isRepeatable, RANK, scopeOf } from './access.ts';
import { components } from './openapi-components.ts';
import type { RegisteredRoute } from './route-table.ts';

type Json = Record<string, unknown>;

const ref = (kind: keyof typeof components, name: string): Json => ({ $ref: `#/components/${kind}/${name}` });

export function openApiDocument(routes: RegisteredRoute[], about: { version: string; publicUrl: string }): Json {
  const paths: Record<string, Json> = {};
  for (const { owner, definition } of routes) {
    const path = `/v1${definition.path.replace(/:([a-z_]+)/g, '{$1}')}`;
    const operations = paths[path] ?? {};
    paths[path] = operations;
    operations[definition.method.toLowerCase()] = {
      operationId: operationId(definition.method, definition.path),
      summary: definition.summary,
      tags: [owner === 'core' ? definition.path.split('/')[1]! : owner],
      ...access(definition),
      parameters: [
        ...parameters('path', definition.params),
        ...parameters('query', definition.query),
        ...conditions(definition),
      ],
      ...(definition.body ? { requestBody: requestBody(definition.body) } : {}),
      ...(definition.bytes ? { requestBody: { content: { [definition.bytes]: {} } } } : {}),
      responses: responses(definition),
    };
  }
  const tags = [...new Set(Object.values(paths).flatMap((operations) => Object.values(operations).flatMap(tagsOf)))];
  return {
    openapi: '3.1.0',
    info: { title: 'Livestreams', version: about.version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: about.publicUrl }],
    tags: tags.sort().map((name) => ({ name })),
    paths,
    components,
  };
}

const tagsOf = (operation: unknown) => (operation as { tags: string[] }).tags;

/** Whom it is open to, for people to read and for programs: `x-role` and `x-scope`, the least that will do. */
function access(definition: RouteDefinition): Json {
  const { access: role, streamParam } = definition;
  if (role === 'anyone') return { security: [] };
  const people = [{ bearer: [] }, { session: [] }];
  // An API key is a creator at most.
  if (RANK[role] > RANK.creator) return { security: people, 'x-role': role };
  return {
    security: [...people, { apiKey: [] }],
    'x-role': role,
    'x-scope': scopeOf(definition),
    ...(streamParam ? { 'x-stream-param': streamParam } : {}),
  };
}

/** Header fields that the route heeds. */
function conditions(definition: RouteDefinition): Json[] {
  const { method, versioned } = definition;
  return [
    ...(isRepeatable(definition) ? [ref('parameters', 'IdempotencyKey')] : []),
    ...(versioned ? [ref('parameters', method === 'GET' ? 'IfNoneMatch' : 'IfMatch')] : []),
  ];
}

function responses(definition: RouteDefinition): Json {
  const { method, access: role, params, query, body, versioned, answers } = definition;
  const headers = {
    ...(versioned && method !== 'DELETE' ? { ETag: ref('headers', 'ETag') } : {}),
    ...(isRepeatable(definition) ? { 'Idempotent-Replayed': ref('headers', 'IdempotentReplayed') } : {}),
  };
  const withHeaders = Object.keys(headers).length > 0 ? { headers } : {};
  const stated = Object.entries(answers).map(([status, schema]) => [
    status,
    {
      description: STATUS_CODES[status] ?? status,
      ...withHeaders,
      ...(schema ? { content: json(closed(schema)) } : {}),
    },
  ]);
  const problems: [string, boolean][] = [
    ['401', role !== 'anyone'],
    ['403', role !== 'anyone'],
    ['404', params !== undefined],
    ['412', versioned === true && method !== 'GET'],
    ['413', body !== undefined],
    ['415', body !== undefined],
    ['422', (params ?? query ?? body) !== undefined],
    ['429', true],
  ];
  return {
    ...Object.fromEntries(stated),
    ...(versioned && method === 'GET' ? { 304: { description: 'Not Modified', ...withHeaders } } : {}),
    ...Object.fromEntries(
      problems.flatMap(([status, can]) => (can && !(status in answers) ? [[status, ref('responses', status)]] : [])),
    ),
    default: ref('responses', 'Problem'),
  };
}

function json(schema: object): Json {
  return { 'application/json': { schema } };
}

function requestBody(schema: TSchema): Json {
  const sent = asSent(closed(schema)) as { type?: string; required?: string[] };
  // Where nothing has to be said, the whole body may be left out.
  return { required: sent.type !== 'object' || (sent.required ?? []).length > 0, content: json(sent) };
}

/** What a client may leave out because there is a default is not required of it, though it always is there for the handler. */
function asSent(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(asSent);
  if (typeof node !== 'object' || node === null) return node;
  const copy: Json = Object.fromEntries(Object.entries(node).map(([name, value]) => [name, asSent(value)]));
  const { properties, required } = node as { properties?: Record<string, Json>; required?: string[] };
  if (properties === undefined || !Array.isArray(required)) return copy;
  const wanted = required.filter((name) => properties[name]?.default === undefined);
  if (wanted.length > 0) return { ...copy, required: wanted };
  const { required: _, ...rest } = copy;
  return rest;
}

function parameters(place: 'path' | 'query', schema: TSchema | undefined): Json[] {
  const { properties = {}, required = [] } = (schema ? asSent(schema) : {}) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(property.description ? { description: property.description } : {}),
    schema: property,
  }));
}

/** `GET /streams/:id/keys` is `getStreamsIdKeys`: unique, since method and path are. */
function operationId(method: string, path: string): string {
  const words = path.split(/[^a-z0-9]+/).filter((word) => word !== '');
  return method.toLowerCase() + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
}

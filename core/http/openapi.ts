/** The OpenAPI 3.1 document, made from the very schemas that validate. */
import { STATUS_CODES } from 'node:http';
import type { TSchema } from 'typebox';
import { closed } from '../schema.ts';
import type { RegisteredRoute } from './route-table.ts';

type Json = Record<string, unknown>;

const PROBLEM: Json = {
  description: 'An error, as RFC 9457 has it.',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

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
      ...(definition.access === 'anyone' ? {} : { security: [{ bearer: [] }], 'x-role': definition.access }),
      parameters: [...parameters('path', definition.params), ...parameters('query', definition.query)],
      ...(definition.body ? { requestBody: { required: true, content: json(definition.body) } } : {}),
      responses: {
        ...Object.fromEntries(
          Object.entries(definition.answers).map(([status, schema]) => [
            status,
            { description: STATUS_CODES[status] ?? status, ...(schema ? { content: json(schema) } : {}) },
          ]),
        ),
        default: PROBLEM,
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Livestreams', version: about.version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: about.publicUrl }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: problemSchema },
    },
  };
}

const problemSchema: Json = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'request_id'],
  properties: {
    type: { type: 'string', format: 'uri-reference' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', pattern: '^LS_[A-Z0-9_]+$' },
    fix: { type: 'string' },
    request_id: { type: 'string' },
    errors: {
      type: 'array',
      items: { type: 'object', properties: { pointer: { type: 'string' }, detail: { type: 'string' } } },
    },
  },
};

function json(schema: TSchema): Json {
  return { 'application/json': { schema: closed(schema) } };
}

function parameters(place: 'path' | 'query', schema: TSchema | undefined): Json[] {
  const { properties = {}, required = [] } = (schema ?? {}) as {
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

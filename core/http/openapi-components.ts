/** What all routes have in common in the OpenAPI document: ways to be known, header fields, and the problem document. */

const problem = (description: string, headers: Record<string, object> = {}) => ({
  description,
  ...(Object.keys(headers).length > 0 ? { headers } : {}),
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});
const text = { type: 'string' };

export const components = {
  securitySchemes: {
    bearer: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description:
        'Access token, as `POST /v1/auth/login` answers it: a person, with the role of `x-role` or a higher one.',
    },
    apiKey: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'lsk_<random>_<checksum>',
      description: 'API key: a program, with the scope of `x-scope` or a wider one (read, publish, manage).',
    },
    session: {
      type: 'apiKey',
      in: 'cookie',
      name: 'livestreams_session',
      description:
        "A browser's session; with HTTPS the cookie is called __Host-livestreams_session. Writes are taken from this server's own pages only.",
    },
  },
  parameters: {
    IdempotencyKey: {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description:
        'Any text that names this request: a repeat with it within 24 hours answers what the first one did, and makes nothing.',
      schema: { type: 'string', minLength: 1, maxLength: 257 },
    },
    IfMatch: {
      name: 'If-Match',
      in: 'header',
      required: false,
      description:
        'The ETag of what was read: where the thing was changed since, the answer is 412 and nothing is done.',
      schema: text,
    },
    IfNoneMatch: {
      name: 'If-None-Match',
      in: 'header',
      required: false,
      description: 'The ETag of what was read: where the answer would be the same, it is 304 without a body.',
      schema: text,
    },
  },
  headers: {
    ETag: { description: 'Names what was answered, for `If-Match` and `If-None-Match`.', schema: text },
    IdempotentReplayed: { description: '`true` where the answer is that of an earlier request.', schema: text },
    RateLimit: {
      description:
        'What remains of each limit (draft-ietf-httpapi-ratelimit-headers): `"<name>";r=<tries>;t=<seconds>`.',
      schema: text,
    },
    RateLimitPolicy: { description: 'The limits: `"<name>";q=<tries>;w=<seconds>`.', schema: text },
    RetryAfter: { description: 'Seconds.', schema: { type: 'integer' } },
    WwwAuthenticate: { schema: text },
  },
  responses: {
    Problem: problem('An error, as RFC 9457 has it.'),
    401: problem('Nobody is known by what was sent.', {
      'WWW-Authenticate': { $ref: '#/components/headers/WwwAuthenticate' },
    }),
    403: problem('The role or the scope does not allow it.'),
    404: problem('There is no such thing, or it is of another organization.'),
    412: problem('`If-Match` names another version than the present one.'),
    413: problem('The body is larger than 1 MiB.'),
    415: problem('The body is not JSON.'),
    422: problem('Something is not as it should be; `errors` names each place by a JSON pointer.'),
    429: problem('Too often.', {
      'Retry-After': { $ref: '#/components/headers/RetryAfter' },
      RateLimit: { $ref: '#/components/headers/RateLimit' },
      'RateLimit-Policy': { $ref: '#/components/headers/RateLimitPolicy' },
    }),
  },
  schemas: {
    Problem: {
      type: 'object',
      required: ['type', 'title', 'status', 'detail', 'code', 'fix', 'request_id'],
      properties: {
        type: { type: 'string', format: 'uri-reference', description: 'A page about this kind of error.' },
        title: text,
        status: { type: 'integer' },
        detail: { type: 'string', description: 'What is wrong this time.' },
        code: { type: 'string', pattern: '^LS_[A-Z0-9_]+$', description: 'Stable: compare this one.' },
        fix: { type: 'string', description: 'What to do about it.' },
        request_id: { type: 'string', description: 'To be found in the log of the server.' },
        errors: {
          type: 'array',
          items: {
            type: 'object',
            required: ['pointer', 'detail'],
            properties: {
              pointer: { type: 'string', description: 'JSON pointer (RFC 6901), as `/body/title`.' },
              detail: text,
            },
          },
        },
      },
    },
  },
} as const;

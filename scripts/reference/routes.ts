/** The page of routes, from the OpenAPI document of a server that runs. */

import { describe, type Member, members } from '../../core/http/schema-words.ts';
import { code, type Page, page, sentence, table } from './page.ts';
import { type Operation, OUTSIDE, type ServerAnswers } from './server.ts';

interface Route extends Operation {
  method: string;
  path: string;
}

/** Header fields that some routes heed, by their names among the document's components. */
const HEADERS: Record<string, string> = {
  IdempotencyKey: '`Idempotency-Key`',
  IfMatch: '`If-Match`',
  IfNoneMatch: '`If-None-Match`',
};

export function routesPage(server: ServerAnswers): Page {
  for (const { path } of OUTSIDE) {
    if (server.problemAt(path) === 'LS_NOT_FOUND') throw new Error(`The server does not know ${path}.`);
  }
  const routes = Object.entries(server.paths)
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(
        ([method, operation]): Route => ({
          ...operation,
          method: method.toUpperCase(),
          path: path.replaceAll(/\{(\w+)\}/g, ':$1'),
        }),
      ),
    )
    .sort((a, b) => compare(a.path, b.path) || compare(a.method, b.method));
  const groups = Map.groupBy(routes, ({ tags: [tag = ''] }) => tag);
  return page('routes.md', 'Routes', "the running server's OpenAPI document", [
    'Bodies and answers are JSON with `snake_case` names. Times are RFC 3339 in UTC; durations are seconds. A call is made with `Authorization: Bearer …`: an access token, as `POST /v1/auth/login` answers it, or an API key; the role and the scope are the least that may call. [The API](../5-api.md) shows how. Errors are `application/problem+json`, see [errors](errors/README.md).',
    'Lists are `{ "data": […], "next_cursor": … }`. `?cursor=` takes the `next_cursor` of the page before, which is null at the end.',
    '## Outside of the API',
    table(
      ['path', 'what GET answers'],
      OUTSIDE.map(({ path, answer }) => [code(path), answer]),
    ),
    ...[...groups]
      .sort(([a], [b]) => compare(a, b))
      .flatMap(([tag, members]) => [`## ${tag}`, ...members.flatMap(routeText)]),
  ]);
}

function routeText(route: Route): string[] {
  const { method, path, summary, parameters, requestBody, responses } = route;
  const { 'x-role': role, 'x-scope': scope } = route;
  const query = parameters.filter((parameter) => parameter.in === 'query');
  const body = requestBody?.content['application/json']?.schema;
  const answers = Object.entries(responses).filter(([status]) => /^[23]/.test(status));
  const headers = parameters.flatMap(({ $ref }) => HEADERS[$ref?.split('/').at(-1) ?? ''] ?? []);
  return [
    `### ${method} ${path}`,
    [
      sentence(summary),
      role ? `Role: ${role}${scope ? `; scope of an API key: ${scope}` : ''}.` : 'Open to anyone.',
      ...(headers.length > 0 ? [`Takes ${headers.join(' and ')}.`] : []),
    ].join(' '),
    ...(query.length > 0
      ? ['Query:', sent(query.map(({ name, schema }) => ({ path: name, schema, required: false })))]
      : []),
    ...(body ? ['Body:', sent(members(body))] : []),
    ...answers.flatMap(([status, { content }]) => {
      const schema = content?.['application/json']?.schema;
      if (!schema) return [`Answers ${status} without a body.`];
      const rows = members(schema).map((member) => [
        code(member.path),
        describe(member.schema),
        member.schema.description ?? '',
      ]);
      return [`Answers ${status}:`, table(['member', 'value', 'what it is'], rows)];
    }),
  ];
}

function sent(list: Member[]): string {
  const rows = list.map(({ path, schema, required }) => [
    code(path),
    describe(schema),
    required ? 'must be there' : schema.default === undefined ? '' : code(JSON.stringify(schema.default)),
    schema.description ?? '',
  ]);
  return table(['member', 'value', 'default', 'what it is'], rows);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

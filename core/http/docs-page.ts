/** The page at /v1/docs: every route and every error, as plain HTML that loads nothing. */
import { STATUS_CODES } from 'node:http';
import type { TSchema } from 'typebox';
import type { ErrorKind, RouteDefinition } from '#plugin-api';
import { closed } from '../schema.ts';
import { isRepeatable, RANK, scopeOf } from './access.ts';
import type { RegisteredRoute } from './route-table.ts';
import { describe, members, type Schema } from './schema-words.ts';

const STYLE = `
  :root { color-scheme: light dark; --line: #8884; --dim: light-dark(#595959, #a8a8a8); --soft: #8881; }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
  code { font: 14px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
  nav { display: flex; flex-wrap: wrap; gap: .25rem .75rem; }
  h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
  h3 { margin: 1rem 0 .25rem; font-size: 1rem; }
  details { border-bottom: 1px solid var(--line); }
  summary { cursor: pointer; padding: .5rem 0; }
  summary span { color: var(--dim); }
  details > div { padding: 0 0 1rem 1rem; }
  .scroll { overflow-x: auto; }
  table { border-collapse: collapse; width: 100%; background: var(--soft); }
  th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem .5rem; border-top: 1px solid var(--line); }
  th { font-weight: 600; font-size: 14px; }
  td code { white-space: nowrap; }
  dt { margin-top: 1rem; }
  dd { margin-left: 1rem; }
  :target { outline: 2px solid; outline-offset: 4px; }
`;

export function docsPage(routes: RegisteredRoute[], errors: Iterable<ErrorKind>): string {
  const sorted = [...routes].sort((a, b) => (a.definition.path < b.definition.path ? -1 : 1));
  const groups = [...Map.groupBy(sorted, groupOf)].sort(([a], [b]) => (a < b ? -1 : 1));
  const kinds = [...errors].sort((a, b) => (a.code < b.code ? -1 : 1));
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Livestreams API</title>
<style>${STYLE}</style>
<main>
<h1>Livestreams API</h1>
<p>The same as <a href="/v1/openapi.json">OpenAPI 3.1</a>, for programs. Send <code>Authorization: Bearer …</code>: an access token,
as <code>POST /v1/auth/login</code> answers it, or an API key. Lists are <code>{"data": […], "next_cursor": …}</code>; send
<code>next_cursor</code> as <code>?cursor=</code> for the next page. Errors are <code>application/problem+json</code> with one of the
<a href="#errors">codes below</a>.</p>
<nav>${groups.map(([name]) => `<a href="#${name}">${name}</a>`).join(' ')} <a href="#errors">errors</a></nav>
${groups.map(([name, members]) => `<h2 id="${name}">${name}</h2>\n${members.map(routeSection).join('\n')}`).join('\n')}
<h2 id="errors">Errors</h2>
<dl>
${kinds.map((kind) => `<dt id="${kind.code}"><code>${kind.code}</code> (${kind.status})</dt><dd>${prose(`${kind.title}. ${kind.fix}`)}</dd>`).join('\n')}
</dl>
</main>
</html>`;
}

function groupOf({ owner, definition }: RegisteredRoute): string {
  return owner === 'core' ? definition.path.split('/')[1]! : owner;
}

function routeSection({ owner, definition }: RegisteredRoute): string {
  const { method, path, summary, params, query, body, bytes, answers } = definition;
  const parts: string[] = [
    `<p>${escapeHtml(whoMay(definition))}${owner === 'core' ? '' : ` Plugin ${owner}.`}</p>`,
    ...(params ? [membersTable('Path', params)] : []),
    ...(query ? [membersTable('Query', query)] : []),
    ...(body ? [membersTable('Body', body)] : []),
    ...(bytes ? [`<h3>Body</h3><p><code>${escapeHtml(bytes)}</code></p>`] : []),
    ...Object.entries(answers).map(([status, schema]) => {
      const title = `${status} ${STATUS_CODES[status] ?? ''}`;
      return schema ? membersTable(title, schema) : `<h3>${title}</h3>`;
    }),
  ];
  return `<details><summary><code>${method} /v1${path}</code> <span>${prose(summary)}</span></summary>
<div>${parts.join('\n')}</div></details>`;
}

function whoMay(definition: RouteDefinition): string {
  const { access, method, versioned } = definition;
  const keys = access !== 'anyone' && RANK[access] <= RANK.creator;
  return [
    access === 'anyone'
      ? 'Open to anyone.'
      : `Role ${access}${keys ? `, or an API key of scope ${scopeOf(definition)}` : ''}.`,
    ...(isRepeatable(definition) ? ['Takes Idempotency-Key.'] : []),
    ...(versioned ? [method === 'GET' ? 'Answers an ETag, takes If-None-Match.' : 'Takes If-Match.'] : []),
  ].join(' ');
}

/** Each member in a row, those of nested objects with their path. */
function membersTable(title: string, schema: TSchema): string {
  const rows = members(closed(schema) as Schema).map(({ path, schema: member, required }) => {
    const initial = member.default === undefined ? '' : `; ${JSON.stringify(member.default)} where not given`;
    const text = `${describe(member)}${required || initial !== '' ? '' : ', optional'}${initial}`;
    return `<tr><td><code>${escapeHtml(path)}</code><td>${escapeHtml(text)}<td>${prose(member.description ?? '')}`;
  });
  if (rows.length === 0) return `<h3>${title}</h3>`;
  return `<h3>${title}</h3><div class="scroll" tabindex="0"><table>${rows.join('')}</table></div>`;
}

/** What stands between backticks is code. */
function prose(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

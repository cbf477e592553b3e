/** The page at /v1/docs: every route and every error, as plain HTML that loads nothing. */
import type { ErrorKind } from '#plugin-api';
import { closed } from '../schema.ts';
import type { RegisteredRoute } from './route-table.ts';

const STYLE = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark; }
  code, pre { font: 14px/1.4 ui-monospace, monospace; }
  summary { cursor: pointer; padding: .25rem 0; }
  pre { overflow: auto; padding: .5rem 1rem; border-left: 3px solid #8888; }
  :target { outline: 2px solid; outline-offset: 4px; }
`;

export function docsPage(routes: RegisteredRoute[], errors: Iterable<ErrorKind>): string {
  const sorted = [...routes].sort((a, b) => a.definition.path.localeCompare(b.definition.path));
  const kinds = [...errors].sort((a, b) => a.code.localeCompare(b.code));
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Livestreams API</title>
<style>${STYLE}</style>
<h1>Livestreams API</h1>
<p>The same as <a href="/v1/openapi.json">OpenAPI 3.1</a>, for programs.</p>
<h2>Routes</h2>
${sorted.map(routeSection).join('\n')}
<h2>Errors</h2>
<dl>
${kinds.map((kind) => `<dt id="${kind.code}"><code>${kind.code}</code> (${kind.status})</dt><dd>${escapeHtml(kind.title)}. ${escapeHtml(kind.fix)}</dd>`).join('\n')}
</dl>
</html>`;
}

function routeSection({ owner, definition }: RegisteredRoute): string {
  const { method, path, summary, access, params, query, body, answers } = definition;
  const parts: [string, object | null][] = [
    ['Path', params ? closed(params) : null],
    ['Query', query ? closed(query) : null],
    ['Body', body ? closed(body) : null],
    ...Object.entries(answers).map(([status, schema]): [string, object | null] => [
      `Answer ${status}`,
      schema ? closed(schema) : null,
    ]),
  ];
  const schemas = parts
    .filter(([name, schema]) => schema !== null || name.startsWith('Answer'))
    .map(
      ([name, schema]) =>
        `<h4>${name}</h4>${schema ? `<pre>${escapeHtml(JSON.stringify(schema, null, 2))}</pre>` : ''}`,
    );
  const who = access === 'anyone' ? 'open to anyone' : `role ${access}`;
  return `<details><summary><code>${method} /v1${path}</code> ${escapeHtml(summary)}</summary>
<p>${who}${owner === 'core' ? '' : `; plugin ${owner}`}</p>${schemas.join('')}</details>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

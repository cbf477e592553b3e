/** The page of events, from the map that types them. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { interfaceMembers } from './interface-members.ts';
import { code, type Page, page, table } from './page.ts';

export async function eventsPage(root: string): Promise<Page> {
  const files = ['plugin-api/registry.ts', ...(await sources(root, 'plugins'))];
  const texts = await Promise.all(files.map((path) => readFile(join(root, path), 'utf8')));
  // What stands in a comment is an example.
  const events = texts.flatMap((text) => interfaceMembers(text.replace(/^ \*.*\n/gm, ''), 'EventMap'));
  const silent = events.filter(({ comment }) => comment === '').map(({ name }) => name);
  if (silent.length > 0) throw new Error(`These events say nothing of themselves: ${silent.join(', ')}.`);
  return page(
    'events.md',
    'Events',
    '[plugin-api/registry.ts](../../plugin-api/registry.ts) and what plugins add to it',
    [
      'An event is a durable row: what happened, in order. It has `id`, `type`, `organization_id`, `stream_id`, `session_id`, `data` and `created_at`. `GET /v1/sessions/:id/events` lists those of a session; a plugin follows them with `host.on`. Durations are in seconds, bitrates in bits per second.',
      table(
        ['type', 'data', 'when'],
        events.map(({ name, type, comment }) => [code(name), code(type), comment.replaceAll('\n', ' ')]),
      ),
    ],
  );
}

async function sources(root: string, folder: string): Promise<string[]> {
  const paths = await readdir(join(root, folder), { recursive: true });
  return paths
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => `${folder}/${path}`)
    .sort();
}

/** A page for each error code, and the list of them. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
// Whatever defines an error is loaded with what can start.
import '../../core/boot.ts';
import '../../core/commands/errors.ts';
import '../../core/config.ts';
import { errorKinds } from '#plugin-api';
import { code, type Page, page, sentence, table } from './page.ts';

/** Call it after all plugins are loaded. */
export async function errorPages(root: string): Promise<Page[]> {
  const places = await definitions(root);
  const kinds = [...errorKinds.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
  const unloaded = [...places.keys()].filter((key) => !errorKinds.has(key));
  if (unloaded.length > 0) throw new Error(`${unloaded.join(', ')}: defined, but loaded by nothing that starts.`);
  const list = page('errors/README.md', 'Errors', 'the kinds of errors that are defined', [
    'Every error has a code that stays. Over HTTP it is a problem document (RFC 9457) with `type`, `title`, `status`, `detail`, `code`, `fix` and `request_id`; the `type` leads to the same text on the server itself, at `/v1/docs`. At a start, and on the command line, it is its detail and what to do, with the code in brackets, and the program ends with 1.',
    table(
      ['code', 'status', 'title'],
      kinds.map((kind) => [`[${code(kind.code)}](${kind.code}.md)`, String(kind.status), kind.title]),
    ),
  ]);
  return [
    list,
    ...kinds.map((kind) => {
      const place = places.get(kind.code) ?? '';
      return page(`errors/${kind.code}.md`, kind.code, `[${place}](../../../${place})`, [
        `**${sentence(kind.title)}** Over HTTP: status ${kind.status}.`,
        `What to do: ${sentence(kind.fix)}`,
        'All of them: [errors](README.md).',
      ]);
    }),
  ];
}

/** The file that defines each code. */
async function definitions(root: string): Promise<Map<string, string>> {
  const places = new Map<string, string>();
  for (const folder of ['plugin-api', 'core', 'plugins']) {
    for (const path of await readdir(join(root, folder), { recursive: true })) {
      if (!/(^|\/)errors\.ts$/.test(path)) continue;
      const text = await readFile(join(root, folder, path), 'utf8');
      for (const [, key] of text.matchAll(/^ {2}code: '(LS_\w+)'/gm)) places.set(key!, `${folder}/${path}`);
    }
  }
  return places;
}

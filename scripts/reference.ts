/**
 * Makes docs/reference from the code: settings from their schemas, routes and metrics from a server that is started for it, errors
 * from the kinds that are defined, events and hooks from their types. With them the types of the API that the pages call it by.
 * `--check` writes nothing and fails where one of them is stale.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clientTypes } from './reference/client-types.ts';
import { commandLinePage } from './reference/command-line.ts';
import { errorPages } from './reference/errors.ts';
import { eventsPage } from './reference/events.ts';
import { hooksPage } from './reference/hooks.ts';
import { metricsPage } from './reference/metrics.ts';
import type { Page } from './reference/page.ts';
import { allPlugins } from './reference/plugins.ts';
import { routesPage } from './reference/routes.ts';
import { askServer } from './reference/server.ts';
import { settingsPage } from './reference/settings.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'docs', 'reference');
/** Written by hand. */
const BY_HAND = new Set(['glossary.md']);

const plugins = await allPlugins(root);
const server = await askServer(plugins);
const pages: Page[] = [
  settingsPage(plugins),
  routesPage(server),
  ...(await errorPages(root)),
  await eventsPage(root),
  await hooksPage(root),
  metricsPage(server),
  commandLinePage(root),
  { path: relative(folder, join(root, 'ui', 'shell', 'api-schema.ts')), text: await clientTypes(server.document) },
];

const stale = await differences(pages);
if (process.argv.includes('--check')) {
  for (const path of stale) process.stderr.write(`${relative(root, join(folder, path))} is stale.\n`);
  if (stale.length > 0) process.stderr.write('Type: npx node scripts/reference.ts\n');
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  const known = new Map(pages.map((page) => [page.path, page.text]));
  for (const path of stale) {
    const text = known.get(path);
    const file = join(folder, path);
    if (text === undefined) await rm(file);
    else {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
  }
  process.stdout.write(stale.length > 0 ? `Wrote ${stale.join(', ')}.\n` : 'The reference is up to date.\n');
}

/** Pages that are missing, differ, or are made from something that is gone; by their path from the folder. */
async function differences(wanted: Page[]): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  const paths = new Set(wanted.map(({ path }) => path));
  const differs = await Promise.all(wanted.map(async ({ path, text }) => (await textAt(join(folder, path))) !== text));
  return [
    ...wanted.filter((_, index) => differs[index]).map(({ path }) => path),
    ...found.filter((path) => !paths.has(path) && !BY_HAND.has(path)),
  ];
}

/** Null where there is no such file. */
function textAt(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

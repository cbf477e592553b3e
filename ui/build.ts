/** Bundles the player, the dashboard and the plugins' panels into ui/dist. `node ui/build.ts` builds once. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);

/** What pages load by name. Everything else becomes a chunk with a hash in its name. */
const pages = [
  { in: 'ui/player/player.ts', out: 'player' },
  { in: 'ui/shell/dashboard.ts', out: 'dashboard' },
  { in: 'ui/shell/dashboard.css', out: 'dashboard' },
  { in: 'ui/shell/watch.ts', out: 'watch' },
  { in: 'ui/shell/watching.css', out: 'watching' },
];

/** `plugins/abr/ui/ladder.ts` becomes `plugins/abr/ladder.js`. */
async function panelEntries(): Promise<{ in: string; out: string }[]> {
  const entries: { in: string; out: string }[] = [];
  for (const plugin of await readdir(join(root, 'plugins'), { withFileTypes: true })) {
    if (!plugin.isDirectory()) continue;
    const folder = join(root, 'plugins', plugin.name, 'ui');
    const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    for (const file of files) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
      entries.push({ in: relative(root, join(folder, file)), out: `plugins/${plugin.name}/${file.slice(0, -3)}` });
    }
  }
  return entries;
}

/**
 * Builds into `dist` (default: `ui/dist`), and writes `.built` there as the last thing, so that a folder with that file is whole.
 * Throws esbuild's error, which names file and line.
 */
export async function buildUi(dist: string = join(here, 'dist')): Promise<void> {
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: [...pages, ...(await panelEntries())],
    outdir: dist,
    bundle: true,
    splitting: true,
    format: 'esm',
    target: ['chrome111', 'firefox114', 'safari16.4'],
    entryNames: '[dir]/[name]',
    chunkNames: 'chunks/[name]-[hash]',
    minify: true,
    sourcemap: 'linked',
    legalComments: 'linked',
    tsconfig: join(here, 'tsconfig.json'),
    logLevel: 'warning',
  });
  await writeFile(join(dist, '.built'), `${new Date().toISOString()}\n`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await buildUi();

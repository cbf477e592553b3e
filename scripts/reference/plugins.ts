/** Every plugin of the repository, also those that the configuration leaves out. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ConfiguredPlugin } from '#plugin-api';

/** `recording` exports `recording`, `air-drop` exports `airDrop`; each is called without settings. */
export async function allPlugins(root: string): Promise<ConfiguredPlugin[]> {
  const folders = await readdir(join(root, 'plugins'), { withFileTypes: true });
  const names = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return Promise.all(
    names.sort().map(async (name) => {
      const module: Record<string, unknown> = await import(pathToFileURL(join(root, 'plugins', name, 'index.ts')).href);
      const make = module[name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())];
      if (typeof make !== 'function') throw new TypeError(`plugins/${name}/index.ts does not export its plugin.`);
      return make() as ConfiguredPlugin;
    }),
  );
}

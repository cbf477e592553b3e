/** Builds the pages where a file of theirs is newer than the last build. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './packages.mjs';

/**
 * @param {string} node Path of a Node 24.
 * @returns {boolean} Whether there is a build that is up to date; the builder has said why not.
 */
export function ensureUi(node) {
  const built = join(root, 'ui', 'dist', '.built');
  if (existsSync(built) && newest() < statSync(built).mtimeMs) return true;
  process.stdout.write('Building the pages …\n');
  return (
    spawnSync(node, [join(root, 'ui', 'build.ts')], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
  );
}

/** When a source of the pages was last changed: a file, a folder that one was taken from, or the libraries in them. */
function newest() {
  const plugins = readdirSync(join(root, 'plugins')).map((name) => join(root, 'plugins', name, 'ui'));
  const sources = [join(root, 'ui'), ...plugins.filter((folder) => existsSync(folder))];
  return Math.max(statSync(join(root, 'package-lock.json')).mtimeMs, ...sources.map(newestUnder));
}

function newestUnder(folder) {
  const times = readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== 'dist')
    .map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? newestUnder(path) : statSync(path).mtimeMs;
    });
  return Math.max(statSync(folder).mtimeMs, ...times);
}

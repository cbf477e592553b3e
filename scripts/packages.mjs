/** npm packages and Node 24, out of a bare clone. Runs on Node 20 with nothing installed. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the clone. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Where the packages' own programs are. */
export const bin = join(root, 'node_modules', '.bin');

/** Ends the script with one sentence. */
export function giveUp(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

/** Installs the npm packages where they are not what package-lock.json says. */
export function ensurePackages() {
  if (packagesMatchLock()) return;
  process.stdout.write('Installing npm packages …\n');
  // Under `npm run`, npm names its own program here; it runs on the Node that runs this.
  const npm = process.env.npm_execpath?.endsWith('.js') ? [process.execPath, process.env.npm_execpath] : ['npm'];
  // Packages bring their binaries by install scripts, and esbuild and the types are needed wherever this runs.
  const flags = ['ci', '--ignore-scripts=false', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  const [program, ...before] = npm;
  const result = spawnSync(program, [...before, ...flags], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.status === 0) return;
  const said = result.error?.message ?? `${result.stdout}${result.stderr}`.trim();
  // Where packages come from may be private.
  process.stderr.write(`${said.replace(/https?:\/\/[^\s/]+/g, '<registry>')}\n`);
  giveUp('npm ci failed, as said above. Check the network and npm’s settings, then start again.');
}

/** Compares what npm noted of the installed packages with the lock: versions, not dates, which a checkout changes. */
function packagesMatchLock() {
  const noted = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(noted)) return false;
  const installed = JSON.parse(readFileSync(noted, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(([path, { version, optional, devOptional, link }]) => {
    if (path === '' || link) return true;
    // Packages for other systems are left out.
    if (installed[path] === undefined) return Boolean(optional || devOptional);
    return installed[path].version === version;
  });
}

/** Path of a Node 24: the npm package's, else the one that runs this. Ends the script where neither is. */
export function findNode24() {
  const packaged = join(bin, 'node');
  for (const path of [packaged, process.execPath]) {
    const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
    if (/^v24\./.test(stdout ?? '')) return path;
  }
  return giveUp(
    existsSync(packaged)
      ? `${packaged} is not Node 24: its install script did not run. Type: npm rebuild node --ignore-scripts=false`
      : 'Node 24 is not installed. Type: npm ci --ignore-scripts=false',
  );
}

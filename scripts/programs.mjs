/** Programs of the system that the server or its tests need: looked for, and installed by the system's own package manager. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * @typedef {object} Requirement
 * @property {string} name What a reader knows it by.
 * @property {() => boolean} isThere
 * @property {Record<string, string>} packages Name of the package, by package manager.
 */

/** @type {Requirement} */
export const ffmpeg = {
  name: 'ffmpeg',
  isThere: () => isProgram('ffmpeg') && isProgram('ffprobe'),
  packages: { 'apt-get': 'ffmpeg', dnf: 'ffmpeg-free', apk: 'ffmpeg', brew: 'ffmpeg' },
};

/** @type {Requirement} */
export const chromium = {
  name: 'Chromium',
  isThere: () => isProgram(process.env.CHROMIUM ?? '/usr/bin/chromium'),
  packages: { 'apt-get': 'chromium', dnf: 'chromium', apk: 'chromium' },
};

/** @type {Requirement} */
export const redis = {
  name: 'Redis',
  isThere: () => isProgram('redis-server'),
  packages: { 'apt-get': 'redis-server', dnf: 'redis', apk: 'redis', brew: 'redis' },
};

/** ffmpeg's drawtext, which stamps the test pictures, needs a font. */
export const font = {
  name: 'the font DejaVu Sans',
  isThere: () => fontFiles.some((file) => existsSync(file)),
  packages: { 'apt-get': 'fonts-dejavu-core', dnf: 'dejavu-sans-fonts', apk: 'font-dejavu' },
};

/**
 * OpenStack Swift with its S3 interface, for Debian's own Python: a real object store. Other systems have no package of it.
 * @type {Requirement}
 */
export const swift = {
  name: 'the object store Swift',
  isThere: () => existsSync('/usr/lib/python3/dist-packages/swift/common/middleware/s3api'),
  packages: { 'apt-get': 'python3-swift' },
};

/** @type {Requirement} With curl, what the page of the API reads answers with. */
export const jq = {
  name: 'jq',
  isThere: () => isProgram('jq'),
  packages: { 'apt-get': 'jq', dnf: 'jq', apk: 'jq', brew: 'jq' },
};

const fontFiles = [
  '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf',
  '/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf',
  '/usr/share/fonts/dejavu/DejaVuSans.ttf',
  '/System/Library/Fonts/Helvetica.ttc',
];

const managers = {
  'apt-get': { refresh: ['update', '-qq'], install: ['install', '-y', '-qq', '--no-install-recommends'], asRoot: true },
  dnf: { refresh: null, install: ['install', '-y', '-q', '--setopt=install_weak_deps=False'], asRoot: true },
  apk: { refresh: null, install: ['add', '--quiet', '--no-cache'], asRoot: true },
  brew: { refresh: null, install: ['install', '--quiet'], asRoot: false },
};

/**
 * Installs what is missing, where that can be done without asking anybody.
 * @param {Requirement[]} requirements
 * @returns {string[]} A sentence for each that is still missing: what it is, and what to type.
 */
export function ensurePrograms(requirements) {
  const missing = requirements.filter(({ isThere }) => !isThere());
  if (missing.length === 0) return [];
  const manager = Object.keys(managers).find(isProgram);
  const { refresh, install, asRoot } = managers[manager] ?? {};
  const wanted = missing.map(({ packages }) => packages[manager]).filter(Boolean);
  const prefix = asRoot ? rootPrefix() : [];
  if (manager && prefix && wanted.length > 0) {
    process.stdout.write(`Installing ${wanted.join(', ')} with ${manager} …\n`);
    if (refresh) run([...prefix, manager, ...refresh]);
    // One by one: a package that this system does not have must not keep the others away.
    for (const name of wanted) run([...prefix, manager, ...install, name]);
  }
  return missing
    .filter(({ isThere }) => !isThere())
    .map(({ name, packages }) => {
      const known = packages[manager];
      if (!known) return `${name} is missing. Install it by hand.`;
      return `${name} is missing. Type: ${asRoot ? 'sudo ' : ''}${manager} ${install[0]} ${known}`;
    });
}

/** How to run something as root without being asked for a password; null where that is not possible. */
function rootPrefix() {
  if (process.getuid?.() === 0) return ['env', 'DEBIAN_FRONTEND=noninteractive'];
  if (isProgram('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0) {
    return ['sudo', '-n', 'env', 'DEBIAN_FRONTEND=noninteractive'];
  }
  return null;
}

/** What a package manager says is shown only when it fails, and without the addresses of its mirrors. */
function run([program, ...args]) {
  const result = spawnSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.status === 0) return;
  const said = result.error?.message ?? `${result.stdout}${result.stderr}`.trim();
  process.stderr.write(`${said.replace(/https?:\/\/[^\s/]+/g, '<mirror>')}\n`);
}

/** Whether a program is on the path, or there, where it is named with one. */
function isProgram(name) {
  const folders = name.includes('/') ? [''] : (process.env.PATH ?? '').split(delimiter);
  return folders.some((folder) => {
    try {
      accessSync(folder ? join(folder, name) : name, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

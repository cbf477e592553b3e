/** `npm run bench`: from a bare clone to bench/results.md. Options go to bench/run.ts. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { bin, ensurePackages, findNode24, giveUp, root } from './packages.mjs';
import { chromium, ensurePrograms, ffmpeg } from './programs.mjs';
import { ensureUi } from './ui.mjs';

/** The peer, and what asks both servers for bytes. @type {import('./programs.mjs').Requirement[]} */
const forBenchmarks = [
  {
    name: 'nginx',
    isThere: () => spawnSync('nginx', ['-v']).error === undefined,
    packages: { 'apt-get': 'nginx', dnf: 'nginx', apk: 'nginx' },
  },
  {
    name: "nginx's RTMP module",
    isThere: () => existsSync('/usr/lib/nginx/modules/ngx_rtmp_module.so'),
    packages: { 'apt-get': 'libnginx-mod-rtmp', apk: 'nginx-mod-rtmp' },
  },
  {
    name: 'wrk',
    isThere: () => spawnSync('wrk', ['--version']).error === undefined,
    packages: { 'apt-get': 'wrk', apk: 'wrk' },
  },
];

ensurePackages();
const node = findNode24();
const missing = ensurePrograms([ffmpeg, chromium, ...forBenchmarks]);
if (missing.length > 0) giveUp(missing.join('\n'));
if (!ensureUi(node)) giveUp('The pages could not be built, as said above.');

// A group of its own, so that a Ctrl-C reaches the run only through here, and none of what it has started before it.
const run = spawn(node, [join(root, 'bench', 'run.ts'), ...process.argv.slice(2)], {
  cwd: root,
  detached: true,
  stdio: ['ignore', 'inherit', 'inherit'],
  env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
});
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => run.kill(name));
run.on('error', (error) => giveUp(`The benchmarks could not be started: ${error.message}`));
run.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));

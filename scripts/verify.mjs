/**
 * `npm run verify`: everything that a change must pass, from a bare clone. Ends with the line `N passed, N failed`, on which
 * types, lint and build count as one each where they fail.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bin, ensurePackages, findNode24, root } from './packages.mjs';
import { chromium, ensurePrograms, ffmpeg, font, jq, redis, swift } from './programs.mjs';
import { ensureUi } from './ui.mjs';

/** A step that takes longer hangs. */
const patience = 20 * 60 * 1000;

const folder = mkdtempSync(join(tmpdir(), 'livestreams-verify-'));

/** Tests run in two halves at once, since most of them wait for something. Each half ignores what the other has. */
const endToEnd = ['test/end-to-end/**'];
const rest = [
  'core/**',
  'plugin-api/**',
  'plugins/**',
  'ui/**',
  'test/house/**',
  'test/scripts/**',
  'test/browser/**',
  'test/faults/**',
];

/**
 * Runs a program of a package to its end.
 * @param {{ counts?: string, held?: boolean }} [options] Where tests are counted; whether what it prints is held back until it has ended.
 */
function run(program, args, { counts = '', held = false } = {}) {
  return new Promise((resolve) => {
    const said = [];
    const child = spawn(join(bin, program), args, {
      cwd: root,
      stdio: ['ignore', held ? 'pipe' : 'inherit', held ? 'pipe' : 'inherit'],
      timeout: patience,
      env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, VERIFY_COUNTS: counts },
    });
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => said.push(chunk));
    child.on('error', (error) => {
      process.stderr.write(`${program} could not be started: ${error.message}\n`);
      resolve(false);
    });
    child.on('close', (code) => {
      process.stdout.write(Buffer.concat(said));
      resolve(code === 0);
    });
  });
}

/** Runs the tests but for those in the folders `ignored`; answers whether all passed, and how many did what. */
async function runTests(name, ignored, held) {
  const counts = join(folder, `${name}.json`);
  const ignore = ignored.flatMap((pattern) => ['--ignore', pattern]);
  const reporter = ['--reporter', './scripts/verify-reporter.mjs', '--no-color'];
  const passed = await run('mocha', [...reporter, ...ignore], { counts, held });
  const none = { passes: 0, failures: 0, pending: 0 };
  return { passed, ...(existsSync(counts) ? JSON.parse(readFileSync(counts, 'utf8')) : none) };
}

ensurePackages();
const node = findNode24();
const missing = ensurePrograms([ffmpeg, chromium, font, redis, jq, swift]);
for (const sentence of missing) process.stderr.write(`${sentence}\n`);

const steps = [
  ['pages', () => ensureUi(node)],
  ['types', () => run('tsc', ['--noEmit'])],
  ['types of the pages', () => run('tsc', ['--noEmit', '-p', 'ui/tsconfig.json'])],
  ['lint and format', () => run('biome', ['ci', '--colors=off'])],
];
const failed = [];
for (const [name, step] of steps) {
  process.stdout.write(`\n== ${name}\n`);
  if (!(await step())) failed.push(name);
}

process.stdout.write('\n== tests\n');
const runs = await Promise.all([runTests('rest', endToEnd, false), runTests('end-to-end', rest, true)]);
const sum = (count) => runs.reduce((all, one) => all + one[count], 0);
const [passes, failures, pending] = [sum('passes'), sum('failures'), sum('pending')];
rmSync(folder, { recursive: true, force: true });
// A run that broke off, or left a process behind, fails even when each test that it ran has passed.
if (runs.some((one) => !one.passed && one.failures === 0)) failed.push('a run of the tests');

if (failed.length > 0) process.stdout.write(`\nFailed: ${failed.join(', ')}.\n`);
for (const sentence of missing) process.stdout.write(`Not tested with everything: ${sentence}\n`);
const total = failures + failed.length;
process.stdout.write(`\n${passes} passed, ${total} failed${pending > 0 ? `, ${pending} skipped` : ''}\n`);
process.exitCode = total > 0 ? 1 : 0;

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
const counts = join(folder, 'counts.json');

/** Runs a program of a package to its end. */
function run(program, args) {
  return new Promise((resolve) => {
    const child = spawn(join(bin, program), args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: patience,
      env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, VERIFY_COUNTS: counts },
    });
    child.on('error', (error) => {
      process.stderr.write(`${program} could not be started: ${error.message}\n`);
      resolve(false);
    });
    child.on('exit', (code) => resolve(code === 0));
  });
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
const testsPassed = await run('mocha', ['--reporter', './scripts/verify-reporter.mjs', '--no-color']);
const { passes, failures, pending } = existsSync(counts)
  ? JSON.parse(readFileSync(counts, 'utf8'))
  : { passes: 0, failures: 0, pending: 0 };
rmSync(folder, { recursive: true, force: true });
// A run that broke off, or left a process behind, fails even when each test that it ran has passed.
if (!testsPassed && failures === 0) failed.push('the run of the tests');

if (failed.length > 0) process.stdout.write(`\nFailed: ${failed.join(', ')}.\n`);
for (const sentence of missing) process.stdout.write(`Not tested with everything: ${sentence}\n`);
const total = failures + failed.length;
process.stdout.write(`\n${passes} passed, ${total} failed${pending > 0 ? `, ${pending} skipped` : ''}\n`);
process.exitCode = total > 0 ? 1 : 0;

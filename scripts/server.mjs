/** Runs the server's command line under Node 24, and ends as it ends. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { bin, root } from './packages.mjs';

/** Milliseconds in which the same signal is taken for one: a Ctrl-C comes from the terminal and once more from npm. */
const echo = 500;

/**
 * @param {string} node Path of a Node 24.
 * @param {string[]} args Arguments of the command line.
 */
export function runServer(node, args) {
  // A group of its own, so that a Ctrl-C reaches it once and through here; to the server a second one means: at once.
  const child = spawn(node, [join(root, 'core', 'main.ts'), ...args], {
    detached: true,
    // Through the channel the server notices when this process is gone, however it went.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
  });
  // A SIGTERM to npm ends npm and the shell that it runs scripts in; neither passes it on to the script.
  if (process.env.npm_lifecycle_event !== undefined) {
    const shell = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid === shell) return;
      clearInterval(watch);
      child.kill('SIGTERM');
    }, 1000);
  }
  const last = new Map();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      const now = performance.now();
      if (now - (last.get(signal) ?? Number.NEGATIVE_INFINITY) < echo) return;
      last.set(signal, now);
      child.kill(signal);
    });
  }
  child.on('error', (error) => {
    process.stderr.write(`The server could not be started: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exit(code ?? 128 + constants.signals[signal]);
  });
}

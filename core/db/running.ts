/** Where the embedded Postgres is, for who did not start it. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { embeddedFailed } from './errors.ts';

/** The account in the database. */
export const USER = 'livestreams';

/**
 * The address of the embedded Postgres that another process runs now: for commands beside a running server.
 * Waits for one that is just starting. Errors: `LS_DATABASE_EMBEDDED_FAILED`.
 */
export async function runningEmbedded(dataDir: string): Promise<string> {
  const cluster = join(resolve(dataDir), 'postgres');
  for (let waited = 0; waited < 30_000; waited += 50) {
    const port = readyPort(cluster);
    if (port !== null) return addressOf(port, readFileSync(join(dataDir, 'secrets', 'postgres'), 'utf8').trim());
    await delay(50);
  }
  throw embeddedFailed(`A server has the data folder ${dataDir}, but its Postgres does not get ready.`);
}

/** The port that Postgres wrote down when it was ready (its sources: src/include/utils/pidfile.h); null before that. */
function readyPort(cluster: string): string | null {
  const file = join(cluster, 'postmaster.pid');
  if (!existsSync(file)) return null;
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines[7]?.trim() === 'ready' ? lines[3]!.trim() : null;
}

/** How to connect, password included: not to be logged. */
export function addressOf(port: number | string, password: string): string {
  return `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`;
}

/** Databases for tests: one throw-away Postgres a run, started when the first test asks, and a schema of its own for each. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import pg from 'pg';
import { connectDatabase, type Database } from '../../core/db/database.ts';
import { type Embedded, startEmbedded } from '../../core/db/embedded.ts';
import { migrate } from '../../core/db/migrate.ts';
import { temporaryFolder } from './folder.ts';
import { quietLog } from './log.ts';

let embedded: Promise<Embedded> | null = null;
let folder: string | null = null;

/** A database that a test owns; `drop` removes its schema and ends its connections. */
export type TestDatabase = Database & { drop(): Promise<void> };

/** Connects to a new schema. Core's tables are in it unless `tables` is false. */
export async function testDatabase(options: { tables?: boolean } = {}): Promise<TestDatabase> {
  const schema = `test_${randomBytes(8).toString('hex')}`;
  const database = await connectDatabase({ url: await testDatabaseUrl(), schema, log: quietLog });
  if (options.tables !== false) {
    const migrations = new URL('../../migrations/', import.meta.url);
    await migrate(database, { owner: 'core', folder: migrations, log: quietLog });
  }
  return {
    ...database,
    async drop() {
      // The queue has a schema of its own beside it.
      await database.pool.query(`DROP SCHEMA IF EXISTS ${schema}, ${schema}_jobs CASCADE`);
      await database.stop();
    },
  };
}

/** The address of the run's Postgres, for a test that starts a whole server; give that a schema of its own. */
export async function testDatabaseUrl(): Promise<string> {
  folder ??= temporaryFolder();
  embedded ??= startEmbedded({ dataDir: folder, log: quietLog, durable: false });
  return (await embedded).url;
}

/** The address of a new, empty database in it, for servers that share one. It goes with that Postgres. */
export async function newDatabase(): Promise<string> {
  const url = new URL(await testDatabaseUrl());
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  const name = `shared_${randomBytes(6).toString('hex')}`;
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  url.pathname = `/${name}`;
  return url.href;
}

/** Stops the run's Postgres where one was started. */
export async function stopTestDatabase(): Promise<void> {
  if (embedded === null) return;
  await (await embedded).stop();
  if (folder !== null) rmSync(folder, { recursive: true, force: true });
  embedded = null;
  folder = null;
}

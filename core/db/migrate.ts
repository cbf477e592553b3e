/** Numbered, forward-only SQL files: each applied once, in a transaction, and remembered with its checksum. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { PoolClient } from 'pg';
import type { Logger } from '#plugin-api';
import type { Database } from './database.ts';
import { migrationChanged, migrationFailed, migrationMissing } from './errors.ts';

export interface MigrateOptions {
  /** `core` or the plugin's name: its files are remembered in `<owner>_migrations`. */
  owner: string;
  /** Holds files like `0001_core.sql`; a URL of a folder ends in `/`. */
  folder: URL;
  log: Logger;
}

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

/**
 * Applies what is not applied yet, in order, and answers the names of those files.
 * Servers that start at once wait for each other.
 * Errors: `LS_MIGRATION_CHANGED`, `LS_MIGRATION_MISSING`, `LS_MIGRATION_FAILED`, each naming the file.
 */
export async function migrate(database: Pick<Database, 'pool' | 'schema'>, options: MigrateOptions): Promise<string[]> {
  const files = await readMigrations(options.folder);
  const client = await database.pool.connect();
  const lock = `migrations ${database.schema} ${options.owner}`;
  try {
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [lock]);
    try {
      return await applyPending(client, files, options);
    } finally {
      await client.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [lock]);
    }
  } finally {
    client.release();
  }
}

/** A migration as the database remembers it. */
export interface AppliedMigration {
  name: string;
  checksum: string;
}

/** Which migrations are applied, by owner (`core` and the plugins' names, with `_` for `-`). */
export async function appliedMigrations(
  client: Pick<PoolClient, 'query' | 'escapeIdentifier'>,
  schema: string,
): Promise<Record<string, AppliedMigration[]>> {
  const { rows: tables } = await client.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = $1 AND tablename LIKE '%\\_migrations' ORDER BY tablename",
    [schema],
  );
  const applied: Record<string, AppliedMigration[]> = {};
  for (const { name } of tables) {
    const { rows } = await client.query<AppliedMigration>(
      `SELECT name, checksum FROM ${client.escapeIdentifier(name)} ORDER BY name`,
    );
    applied[name.replace(/_migrations$/, '')] = rows;
  }
  return applied;
}

/**
 * Makes the tables of an owner as they were after these migrations, in an empty schema and in the caller's transaction.
 * Errors: as of `migrate`.
 */
export async function replayMigrations(
  client: PoolClient,
  applied: readonly AppliedMigration[],
  options: MigrateOptions,
): Promise<void> {
  const files = await readMigrations(options.folder);
  check(files, new Map(applied.map(({ name, checksum }) => [name, checksum])), options.owner);
  const table = await makeTable(client, options.owner);
  const names = new Set(applied.map(({ name }) => name));
  for (const file of files.filter(({ name }) => names.has(name))) await apply(client, table, file);
}

async function readMigrations(folder: URL): Promise<Migration[]> {
  const base = folder.href.endsWith('/') ? folder : new URL(`${folder.href}/`);
  const names = (await readdir(base)).filter((name) => name.endsWith('.sql')).sort();
  const numbers = new Set<string>();
  for (const name of names) {
    const number = /^(\d{4})_[a-z0-9_]+\.sql$/.exec(name)?.[1];
    if (number === undefined) throw new TypeError(`not the name of a migration (0001_name.sql): ${name}`);
    if (numbers.has(number)) throw new TypeError(`two migrations have the number ${number}: ${name} is one`);
    numbers.add(number);
  }
  return Promise.all(
    names.map(async (name) => {
      // Git may check text out with other line ends; that is no change.
      const sql = (await readFile(new URL(name, base), 'utf8')).replaceAll('\r\n', '\n');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function applyPending(client: PoolClient, files: Migration[], options: MigrateOptions): Promise<string[]> {
  const table = await makeTable(client, options.owner);
  const { rows } = await client.query<{ name: string; checksum: string }>(
    `SELECT name, checksum FROM ${table} ORDER BY name`,
  );
  const applied = new Map(rows.map((row) => [row.name, row.checksum]));
  check(files, applied, options.owner);

  const names: string[] = [];
  for (const file of files.filter(({ name }) => !applied.has(name))) {
    await client.query('BEGIN');
    try {
      await apply(client, table, file);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK');
      const said = error instanceof Error ? error.message : String(error);
      throw migrationFailed(`The migration ${file.name} of ${options.owner} failed: ${said}.`, {}, { cause: error });
    }
    options.log.info({ owner: options.owner, migration: file.name }, 'applied a migration');
    names.push(file.name);
  }
  return names;
}

/** Where an owner's migrations are remembered: the name of the table, quoted. */
async function makeTable(client: PoolClient, owner: string): Promise<string> {
  const table = client.escapeIdentifier(`${owner.replaceAll('-', '_')}_migrations`);
  await client.query(`CREATE TABLE IF NOT EXISTS ${table} (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
  )`);
  return table;
}

async function apply(client: PoolClient, table: string, file: Migration): Promise<void> {
  await client.query(file.sql);
  await client.query(`INSERT INTO ${table} (name, checksum) VALUES ($1, $2)`, [file.name, file.checksum]);
}

function check(files: Migration[], applied: Map<string, string>, owner: string): void {
  const byName = new Map(files.map((file) => [file.name, file]));
  for (const [name, checksum] of applied) {
    const file = byName.get(name);
    if (file === undefined)
      throw migrationMissing(`The migration ${name} of ${owner} is applied, but this program has no such file.`);
    if (file.checksum !== checksum)
      throw migrationChanged(`The migration ${name} of ${owner} was changed after it was applied.`);
  }
  const newest = [...applied.keys()].at(-1);
  const late = files.find(({ name }) => newest !== undefined && !applied.has(name) && name < newest);
  if (late)
    throw migrationFailed(`The migration ${late.name} of ${owner} is older than ${newest}, which is applied already.`);
}

/** `livestreams restore`: a backup back into a database and the folder of secrets, all of it or nothing. */
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { finished, pipeline } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { getConstructionPlans } from 'pg-boss';
import { type CopyStreamQuery, from as copyFrom } from 'pg-copy-streams';
import type { Logger } from '#plugin-api';
import type { CheckedPlugin } from '../config.ts';
import type { Database } from '../db/database.ts';
import { replayMigrations } from '../db/migrate.ts';
import { serverName } from '../events/notices.ts';
import { CORE_MIGRATIONS } from '../migrations.ts';
import { type ArchiveEntry, readArchive } from './archive.ts';
import { readQueueVersion } from './backup.ts';
import { type End, FORMAT, type Manifest, SCHEMAS, type SchemaName, schemaNames } from './backup-form.ts';
import { backupDamaged, backupForeign, restoreRefused } from './errors.ts';
import { SecretsDraft } from './secrets-draft.ts';
import { qualified } from './tables.ts';

export interface RestoreOptions {
  database: Database;
  dataDir: string;
  plugins: readonly CheckedPlugin[];
  file: string;
  /** Whether what is in the database may be lost. */
  force: boolean;
  log: Logger;
}

/** Answers the number of rows. Errors: `LS_RESTORE_REFUSED`, `LS_BACKUP_DAMAGED`, `LS_BACKUP_FOREIGN`, those of `migrate`. */
export async function restoreBackup(options: RestoreOptions): Promise<{ rows: number; createdAt: string }> {
  const client = await options.database.pool.connect();
  const secrets = new SecretsDraft(join(options.dataDir, 'secrets'));
  try {
    await refuseRunning(client, options.database.schema);
    await client.query('BEGIN');
    const restored = await fill(client, options, secrets);
    await secrets.write();
    await client.query('COMMIT');
    client.release();
    await secrets.take();
    return restored;
  } catch (error) {
    // The end of the connection undoes what was done, wherever it was: in the middle of a COPY it takes no other word.
    client.release(true);
    await secrets.discard();
    throw error;
  }
}

/** Servers on an embedded database are refused by the lock of its folder; of others the database itself tells. */
async function refuseRunning(client: PoolClient, schema: string): Promise<void> {
  const { rows } = await client.query(
    'SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1',
    [serverName(schema)],
  );
  if (rows.length > 0) throw restoreRefused('A server is running on this database.');
}

async function fill(
  client: PoolClient,
  { database, plugins, file, force, log }: RestoreOptions,
  secrets: SecretsDraft,
): Promise<{ rows: number; createdAt: string }> {
  const names = schemaNames(database.schema);
  const entries = readArchive(file);
  const manifest = await readManifest(entries, file);
  await clear(client, names, force);
  await makeTables(client, manifest, plugins, log);
  const hasQueue = await makeQueue(client, names.jobs, manifest.queue_version, log);

  const tables = new TableFiller(client);
  let end: End | null = null;
  for await (const { name, bytes } of entries) {
    const [kind, folder = '', table = ''] = name.split('/');
    if (kind === 'tables' && (folder !== 'jobs' || hasQueue)) {
      await tables.add(`${folder}/${table}`, copyStatement(client, manifest, names, folder, table), bytes);
    }
    if (kind === 'secrets') secrets.add(folder, await buffer(bytes));
    if (name === 'end.json') end = JSON.parse(String(await buffer(bytes))) as End;
  }
  const counts = await tables.finish();
  if (end === null) throw backupDamaged(`${file} ends too early.`);
  for (const [place, count] of Object.entries(end.rows)) {
    if (place.startsWith('jobs/') && !hasQueue) continue;
    const found = counts[place] ?? 0;
    if (found !== count) throw backupDamaged(`Of ${count} rows of ${place} ${file} holds ${found}.`);
  }
  for (const schema of SCHEMAS) {
    if (schema === 'jobs' && !hasQueue) continue;
    for (const { name, value, isCalled } of end.sequences[schema]) {
      await client.query('SELECT setval($1::regclass, $2, $3)', [
        qualified(client, names[schema], name),
        value,
        isCalled,
      ]);
    }
  }
  return { rows: Object.values(counts).reduce((sum, count) => sum + count, 0), createdAt: manifest.created_at };
}

async function readManifest(entries: AsyncGenerator<ArchiveEntry>, file: string): Promise<Manifest> {
  const { value: first } = await entries.next();
  if (first?.name !== 'manifest.json') throw backupDamaged(`${file} is no backup of Livestreams.`);
  const manifest = JSON.parse(String(await buffer(first.bytes))) as Manifest;
  if (manifest.format > FORMAT) throw backupForeign(`${file} was written by a newer version, ${manifest.version}.`);
  return manifest;
}

async function clear(client: PoolClient, names: Record<SchemaName, string>, force: boolean): Promise<void> {
  const { rows } = await client.query('SELECT 1 FROM pg_tables WHERE schemaname = ANY ($1) LIMIT 1', [
    Object.values(names),
  ]);
  if (rows.length > 0 && !force) throw restoreRefused('The database is not empty.');
  for (const name of Object.values(names)) {
    await client.query(`DROP SCHEMA IF EXISTS ${client.escapeIdentifier(name)} CASCADE`);
  }
  await client.query(`CREATE SCHEMA ${client.escapeIdentifier(names.core)}`);
}

/** By the very migrations that had made them; a start applies those that are newer. */
async function makeTables(
  client: PoolClient,
  { migrations }: Manifest,
  plugins: readonly CheckedPlugin[],
  log: Logger,
): Promise<void> {
  const { core = [], ...others } = migrations;
  await replayMigrations(client, core, { owner: 'core', folder: CORE_MIGRATIONS, log });
  for (const { definition } of plugins) {
    const owner = definition.name.replaceAll('-', '_');
    const applied = others[owner];
    delete others[owner];
    if (applied && definition.migrations) {
      await replayMigrations(client, applied, { owner, folder: definition.migrations, log });
    }
  }
  const missing = Object.keys(others);
  if (missing.length > 0)
    throw backupForeign(`The backup has tables of plugins that are not switched on: ${missing.join(', ')}.`);
}

/** The queue's tables; false where this program's are others, so that jobs that had not ended are lost. */
async function makeQueue(client: PoolClient, schema: string, version: number | null, log: Logger): Promise<boolean> {
  if (version === null) return false;
  // Its plan is a transaction of its own; here it is part of ours.
  const plan = getConstructionPlans(schema)
    .replace(/^\s*BEGIN;/, '')
    .replace(/COMMIT;\s*$/, '');
  await client.query(plan);
  await client.query('SET LOCAL idle_in_transaction_session_timeout = 0');
  if ((await readQueueVersion(client, schema)) === version) return true;
  log.warn({}, 'the queue of jobs was that of another version: jobs that had not ended are not restored');
  await client.query(`DROP SCHEMA ${client.escapeIdentifier(schema)} CASCADE`);
  return false;
}

function copyStatement(
  client: PoolClient,
  { tables }: Manifest,
  names: Record<SchemaName, string>,
  schema: string,
  table: string,
): string {
  const known = SCHEMAS.find((name) => name === schema);
  const columns = known && tables[known].find(({ name }) => name === table)?.columns;
  if (!known || !columns)
    throw backupDamaged(`The backup has rows of ${schema}/${table}, and does not say what they are.`);
  const list = columns.map((column) => client.escapeIdentifier(column)).join(', ');
  return `COPY ${qualified(client, names[known], table)} (${list}) FROM STDIN`;
}

/** Fills one table after the other. */
class TableFiller {
  readonly #client: PoolClient;
  readonly #counts: Record<string, number> = {};
  #open: { place: string; stream: CopyStreamQuery } | null = null;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  /** Adds a piece of the rows of a table. */
  async add(place: string, statement: string, bytes: AsyncIterable<Buffer>): Promise<void> {
    if (this.#open?.place !== place) await this.finish();
    this.#open ??= { place, stream: this.#start(statement) };
    await pipeline(bytes, this.#open.stream, { end: false });
  }

  #start(statement: string): CopyStreamQuery {
    const stream = this.#client.query(copyFrom(statement));
    // Seen by who writes; but it may also fail between two pieces.
    stream.on('error', () => undefined);
    return stream;
  }

  /** Answers how many rows each table has been given. */
  async finish(): Promise<Record<string, number>> {
    if (this.#open) {
      const { place, stream } = this.#open;
      this.#open = null;
      stream.end();
      await finished(stream);
      this.#counts[place] = stream.rowCount;
    }
    return this.#counts;
  }
}

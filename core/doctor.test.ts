/** The doctor: finds nothing on a machine that is well, and each thing that is made wrong, with its fix. */
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { testDatabaseUrl } from '../test/support/database.ts';
import { temporaryFolder } from '../test/support/folder.ts';
import { hasRedis, startRedis } from '../test/support/redis.ts';
import { hasStore, startStore } from '../test/support/s3.ts';
import { checkConfig, type Settings } from './config.ts';
import { runDoctor } from './doctor.ts';

describe('doctor', function () {
  this.timeout(60_000);

  const examine = (settings: Settings) =>
    runDoctor(
      checkConfig({ dataDir: join(temporaryFolder(), 'data'), host: '127.0.0.1', httpPort: 0, ...settings }, {}),
    );
  const finding = async (settings: Settings, name: string) =>
    (await examine(settings)).json.checks.find((check) => check.name === name);

  it('finds nothing wrong here, and leaves no trace', async () => {
    const dataDir = join(temporaryFolder(), 'data');
    const { text, json, healthy } = await examine({ dataDir });
    expect(json.checks.filter((check) => !check.healthy)).to.deep.equal([]);
    expect(healthy).to.equal(true);
    expect(text.split('\n').at(-1)).to.equal('All is well.');
    expect(existsSync(dataDir)).to.equal(false);
  });

  it('names a port that another program has, and the setting to change', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const check = await finding({ httpPort: port }, 'ports');
    server.close();
    expect(check).to.include({ healthy: false, detail: `Port ${port} (HTTP) is in use by another program.` });
    expect(check?.fix).to.include('LIVESTREAMS_HTTP_PORT');
  });

  it('says when the data folder cannot be written', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const { text, healthy } = await examine({ dataDir: join(file, 'data') });
    expect(healthy).to.equal(false);
    expect(text)
      .to.match(/FAILED {2}data folder: .* cannot be written/)
      .and.to.include('LIVESTREAMS_DATA_DIR');
  });

  it('asks the database that DATABASE_URL names, and never shows its password', async () => {
    const databaseUrl = await testDatabaseUrl();
    expect((await finding({ databaseUrl }, 'database'))?.detail).to.match(/^Postgres \d+.* answers\.$/);
    const wrong = new URL(databaseUrl);
    wrong.password = 'not-the-secret';
    const { text, healthy } = await examine({ databaseUrl: wrong.href });
    expect(healthy).to.equal(false);
    expect(text)
      .to.match(/FAILED {2}database: .*password authentication failed/)
      .and.not.to.include('not-the-secret');
  });

  it('asks the Redis that REDIS_URL names', async function () {
    if (!hasRedis()) this.skip();
    const server = await startRedis();
    const answering = await finding({ redisUrl: server.url }, 'Redis').finally(() => server.kill());
    expect(answering?.detail).to.match(/^Redis \d+\S* answers\.$/);
    const gone = await finding({ redisUrl: server.url.replace('//', '//:not-the-secret@') }, 'Redis');
    expect(gone?.detail).to.match(/^The Redis of REDIS_URL does not answer: .*ECONNREFUSED/);
    expect(gone?.detail).not.to.include('not-the-secret');
  });

  it('tries the store that S3_BUCKET names, and never shows its secret', async function () {
    if (!hasStore()) this.skip();
    const store = await startStore();
    try {
      const { endpoint, bucket } = store.settings;
      const s3 = { endpoint: endpoint!, bucket, accessKeyId: 'test:tester', secretAccessKey: 'testing' };
      expect((await finding({ s3 }, 'object store'))?.detail).to.match(/takes, gives and deletes\.$/);
      const wrong = await finding({ s3: { ...s3, secretAccessKey: 'not-the-secret' } }, 'object store');
      expect(wrong?.fix).to.include('S3_SECRET_ACCESS_KEY');
      expect(JSON.stringify(wrong)).not.to.include('not-the-secret');
      expect((await finding({ s3: { ...s3, bucket: 'none' } }, 'object store'))?.fix).to.include('S3_BUCKET');
      await store.kill();
      expect((await finding({ s3 }, 'object store'))?.fix).to.include('S3_ENDPOINT');
    } finally {
      await store.kill();
    }
  });

  it('warns of a proxy that is not trusted', async () => {
    const publicUrl = 'https://live.example.org';
    expect((await finding({ publicUrl }, 'public address'))?.fix).to.include('LIVESTREAMS_TRUSTED_PROXIES');
    expect((await finding({ publicUrl, trustedProxies: ['10.0.0.1'] }, 'public address'))?.healthy).to.equal(true);
  });
});

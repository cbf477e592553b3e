/** The server is killed while it makes a clip: what the next start finds is a whole clip, or none. */
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import pg from 'pg';
import { newDatabase } from '../support/database.ts';
import { killPublishers, publishAtOnce } from '../support/publisher.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const config = fileURLToPath(new URL('../end-to-end/clips.config.mjs', import.meta.url));

interface Asset {
  id: string;
  kind: string;
  status: string;
}

describe('a clip whose server is killed', function () {
  this.timeout(180_000);
  let database: pg.Client;
  let options: Parameters<typeof startServer>[0];
  let server: TestServer;
  let sessionId: string;

  before(async () => {
    const url = await newDatabase();
    database = new pg.Client({ connectionString: url });
    await database.connect();
    server = await startServer({ config, env: { DATABASE_URL: url } });
    options = { config, env: { DATABASE_URL: url }, dataDir: server.dataDir, ports: server.ports };
    const stream = await server.createStream({ reconnect_window: 0 });
    await publishAtOnce(server.rtmpUrl(stream), { gop: 2 }, 8).ended;
    const session = await until(async () => {
      const { data } = await server.api<{ data: { id: string; state: string }[] }>(
        'GET',
        `/streams/${stream.id}/sessions`,
      );
      return data.find(({ state }) => state === 'ended');
    }, 'the session to end');
    sessionId = session.id;
  });

  after(async () => {
    await killPublishers();
    await server?.stop();
    await database?.end();
  });

  const cut = (exact: boolean) =>
    server.api<Asset>('POST', '/clips', { session_id: sessionId, start: 1.5, end: 5, exact });
  const assets = async () => (await server.api<{ data: Asset[] }>('GET', '/assets')).data;

  /** Holds the server's transactions up where they write to a table, kills it there, and starts it again. */
  async function killAt(table: string, work: () => Promise<unknown>): Promise<void> {
    await database.query('BEGIN');
    await database.query(`LOCK TABLE livestreams.${table} IN EXCLUSIVE MODE`);
    const broken = work().then(
      () => expect.fail('it was answered'),
      () => undefined,
    );
    await until(async () => {
      const { rows } = await database.query(
        `SELECT FROM pg_locks WHERE relation = 'livestreams.${table}'::regclass AND NOT granted`,
      );
      return rows.length > 0;
    }, 'the server to be held up');
    await server.kill();
    await database.query('ROLLBACK');
    await broken;
    server = await startServer(options);
  }

  it('is not there where it was half made, and can be made again', async () => {
    await killAt('asset_segments', () => cut(false));
    expect(await assets()).to.deep.equal([]);
    expect(await cut(false)).to.include({ kind: 'clip', status: 'ready' });
  });

  it('is not there where its job was not, and can be made again', async () => {
    const before = await assets();
    await killAt('jobs', () => cut(true));
    expect(await assets()).to.deep.equal(before);
    const { id } = await cut(true);
    await until(async () => (await server.api<Asset>('GET', `/assets/${id}`)).status === 'ready', 'the clip to be cut');
  });
});

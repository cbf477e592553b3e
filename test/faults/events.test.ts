/** The event log over the failures of servers: who follows it misses nothing and sees nothing twice. */
import { expect } from 'chai';
import type { EventRow } from '../../plugin-api/index.ts';
import { newDatabase } from '../support/database.ts';
import { type Following, follow, followFrom } from '../support/follow.ts';
import { owner, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { CONFIG } from './wreckage.ts';

async function logIn({ url }: TestServer): Promise<string> {
  const response = await fetch(`${url}/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(owner),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

/** Every event of the organization, by the pages of the API. */
async function wholeLog(server: TestServer): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page: { data: EventRow[]; next_cursor: string | null } = await server.api(
      'GET',
      `/events?limit=100${cursor === null ? '' : `&cursor=${cursor}`}`,
    );
    ids.push(...page.data.map(({ id }) => id));
    cursor = page.next_cursor;
  } while (cursor !== null);
  return ids;
}

const rename = (server: TestServer, stream: string, title: string) =>
  server.api('PATCH', `/streams/${stream}`, { title });

describe('the stream of events', function () {
  this.timeout(180_000);

  it('is resumed over kill -9 and a new start while events are written', async () => {
    let server = await startServer({ config: CONFIG });
    let token = await logIn(server);
    const stream = await server.createStream();
    const seen: EventRow[] = [];
    let following = await followFrom(server.url, token, `evt_${'0'.repeat(32)}`);
    let isWriting = true;
    const writers = [1, 2].map(async (writer) => {
      // A request that the kill breaks off may have been done or not: the log tells.
      for (let n = 0; isWriting; n++) await rename(server, stream.id, `${writer} ${n}`).catch(() => undefined);
    });
    const { url } = server;
    try {
      for (let round = 1; round <= 2; round++) {
        await until(() => following.events.length >= 20, 'events of this run');
        await server.kill();
        await until(() => !following.isOpen(), 'the connection to break');
        seen.push(...following.events);
        const last = following.lastId();
        server = await startServer({ config: CONFIG, dataDir: server.dataDir, ports: server.ports });
        token = await logIn(server);
        following = await followFrom(url, token, last);
      }
      await until(() => following.events.length >= 20, 'events of the last run');
      isWriting = false;
      await Promise.all(writers);
      const log = await wholeLog(server);
      await until(() => following.lastId() === log.at(-1), 'the end of the log');
      expect([...seen, ...following.events].map(({ id }) => id)).to.deep.equal(log);
    } finally {
      isWriting = false;
      following.close();
      await server.stop();
    }
  });

  it('is the same at two servers on one database', async () => {
    const env = { DATABASE_URL: await newDatabase() };
    const servers: TestServer[] = [];
    const followings: Following[] = [];
    try {
      for (let n = 0; n < 2; n++) servers.push(await startServer({ config: CONFIG, env }));
      for (const server of servers) followings.push(await followFrom(server.url, await logIn(server)));
      const stream = await servers[0]!.createStream();
      const turns = Array.from({ length: 10 }, (_, n) => n);
      for (const server of servers) for (const n of turns) await rename(server, stream.id, `${n}`);
      const log = await wholeLog(servers[0]!);
      await until(() => followings.every((one) => one.lastId() === log.at(-1)), 'both to have read all');
      for (const one of followings) expect(one.events.map(({ id }) => id)).to.deep.equal(log);
    } finally {
      for (const one of followings) one.close();
      for (const server of servers) await server.stop();
    }
  });

  it('is for members only, and ends in order when the server stops', async () => {
    const server = await startServer({ config: CONFIG, env: { LIVESTREAMS_LOG_LEVEL: 'debug' } });
    const following = await followFrom(server.url, await logIn(server));
    const { token } = await server.api<{ token: string }>('POST', '/events/token');
    const byToken = await follow(`${server.url}/v1/events/stream?token=${token}`);
    expect(byToken.status).to.equal(200);
    await server.createStream();
    await until(() => byToken.events.length > 0 && following.events.length > 0, 'an event');
    expect(byToken.events).to.deep.equal(following.events);
    expect(following.headers).to.include({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const head = await fetch(`${server.url}/v1/events/stream?token=${token}`, {
      method: 'HEAD',
      headers: { origin: 'https://elsewhere.example.org' },
    });
    expect(head.status).to.equal(200);
    expect(head.headers.get('access-control-allow-origin')).to.equal('*');
    const refused = await follow(`${server.url}/v1/events/stream`);
    expect(refused.status).to.equal(401);
    const forged = await follow(`${server.url}/v1/events/stream`, { authorization: 'Bearer x.y.z' });
    expect(forged.status).to.equal(401);
    await server.stop();
    await until(() => !following.isOpen() && !byToken.isOpen(), 'the connections to end');
    expect(server.process.exitCode).to.equal(0);
    expect(server.output()).to.contain('/v1/events/stream').and.not.contain(token);
  });
});

/** Following the log: nothing missed and nothing twice, whoever writes it, however slow somebody else reads it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { type Following, follow } from '../../test/support/follow.ts';
import { quietLog } from '../../test/support/log.ts';
import { until } from '../../test/support/until.ts';
import { connectDatabase, type Database } from '../db/database.ts';
import { withTransaction } from '../db/transaction.ts';
import { newId } from '../ids.ts';
import { Feeds } from './feeds.ts';
import type { Filter } from './follower.ts';
import { BEGINNING, EventLog } from './log.ts';

/** What a process has of the log. */
interface Node {
  events: EventLog;
  feeds: Feeds;
  url: string;
  stop(): Promise<void>;
}

describe('Feeds', function () {
  this.timeout(120_000);
  let database: TestDatabase;
  let node: Node;
  let following: Following[];
  let isAdmitted: () => Promise<boolean>;
  const organizationId = newId('org');
  const other = newId('org');

  beforeEach(async () => {
    database = await testDatabase();
    const rows = [organizationId, other].map((id) => ({ id, name: id, created_at: new Date() }));
    await database.kysely.insertInto('organizations').values(rows).execute();
    isAdmitted = async () => true;
    following = [];
    node = await startNode(database);
  });

  afterEach(async () => {
    for (const one of following) one.close();
    await node.stop();
    await database.drop();
  });

  async function startNode(on: Database): Promise<Node> {
    const events = new EventLog({ db: on.kysely, log: quietLog });
    const feeds = new Feeds({ events, database: on, log: quietLog });
    await feeds.start();
    const server: Server = createServer(async (request, response) => {
      const query = Object.fromEntries(new URL(request.url!, 'http://x').searchParams);
      const { after, organization = organizationId, ...filter } = query as Filter & Record<string, string>;
      const since = after === undefined ? null : await events.place(organization, after);
      feeds.follow(organization, { response, filter, isAdmitted: () => isAdmitted() }, since);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return {
      events,
      feeds,
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      async stop() {
        await feeds.stop();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  }

  async function start(query: Record<string, string> = {}, url = node.url): Promise<Following> {
    const one = await follow(`${url}?${new URLSearchParams(query)}`);
    following.push(one);
    await until(() => one.lastId() !== '', 'the opening');
    return one;
  }

  const created = (title: string, stream = 'str_1', organization = organizationId) =>
    ({ type: 'stream.created', organizationId: organization, streamId: stream, data: { title } }) as const;
  const ended = (stream = 'str_1') =>
    ({ type: 'session.ended', organizationId, streamId: stream, data: { reason: 'x', duration: 1 } }) as const;
  const idsOf = ({ events }: Following) => events.map(({ id }) => id);
  const wholeLog = async () => (await node.events.list({ organizationId, limit: 100_000 })).map(({ id }) => id);

  it('sends what happens from now on, as the rows are', async () => {
    await node.events.append(created('Before'));
    const one = await start();
    const written = await node.events.append(created('Now'));
    await node.events.append(created('Foreign', 'str_9', other));
    const last = await node.events.append(created('Then\nwith a line: ü, €, 𝄞, \u2028'));
    await until(() => one.events.length === 2, 'two events');
    expect(one.events).to.deep.equal([written, last]);
    expect(one.lastId()).to.equal(last.id);
  });

  it('lets a client that saw no event come back without missing one', async () => {
    const before = await node.events.append(created('Before'));
    const one = await start();
    expect(one.lastId()).to.equal(before.id);
    one.close();
    const missed = await node.events.append(created('Missed'));
    const again = await start({ after: one.lastId() });
    await until(() => again.events.length > 0, 'what was missed');
    expect(again.events).to.deep.equal([missed]);
    const empty = await start({ organization: other });
    expect(empty.lastId()).to.equal(BEGINNING);
  });

  it('joins what was missed to what happens, while several write', async () => {
    const first = await node.events.append(created('First'));
    for (let n = 0; n < 250; n++) await node.events.append(created(`${n}`));
    let isWriting = true;
    const writers = [1, 2, 3].map(async () => {
      while (isWriting) await node.events.append(created('Live'));
    });
    const all: Following[] = [];
    for (let n = 0; n < 12; n++) all.push(await start({ after: n % 2 ? first.id : BEGINNING }));
    await until(() => all.every((one) => one.events.length > 300), 'all to have joined');
    isWriting = false;
    await Promise.all(writers);
    const log = await wholeLog();
    await until(() => all.every((one) => one.lastId() === log.at(-1)), 'all to have read all');
    for (const [at, one] of all.entries()) expect(idsOf(one)).to.deep.equal(at % 2 ? log.slice(1) : log);
  });

  it('sends each client what it asked for, old and new', async () => {
    const append = async () => {
      for (const stream of ['str_1', 'str_2']) {
        await node.events.append(created('A', stream));
        await node.events.append(ended(stream));
      }
    };
    await append();
    const [all, stream, type, both, live] = await Promise.all([
      start({ after: BEGINNING }),
      start({ after: BEGINNING, streamId: 'str_2' }),
      start({ after: BEGINNING, type: 'session.ended' }),
      start({ after: BEGINNING, streamId: 'str_1', type: 'session.ended' }),
      start({ type: 'session.ended' }),
    ]);
    await append();
    await until(() => all.events.length === 8 && live.events.length === 2, 'all events');
    await until(
      () => stream.events.length === 4 && type.events.length === 4 && both.events.length === 2,
      'the filtered',
    );
    expect(new Set(stream.events.map((event) => event.stream_id))).to.deep.equal(new Set(['str_2']));
    expect(new Set(type.events.map((event) => event.type))).to.deep.equal(new Set(['session.ended']));
    expect(both.events.map((event) => [event.stream_id, event.type])).to.deep.equal([
      ['str_1', 'session.ended'],
      ['str_1', 'session.ended'],
    ]);
  });

  it('tells of no event that was rolled back', async () => {
    const one = await start();
    await withTransaction(database.kysely, async (transaction) => {
      await node.events.append(created('Never'), transaction);
      throw new Error('no');
    }).catch(() => undefined);
    const real = await node.events.append(created('Real'));
    await until(() => one.events.length > 0, 'the event');
    expect(one.events).to.deep.equal([real]);
  });

  it('hears of what another process writes', async () => {
    const far = await connectDatabase({ url: database.url, schema: database.schema, log: quietLog });
    const second = await startNode(far);
    try {
      const [here, there] = [await start(), await start({}, second.url)];
      for (let n = 0; n < 20; n++) await (n % 2 ? node : second).events.append(created(`${n}`));
      const log = await wholeLog();
      await until(() => here.lastId() === log.at(-1) && there.lastId() === log.at(-1), 'both to have all');
      expect(idsOf(here)).to.deep.equal(log);
      expect(idsOf(there)).to.deep.equal(log);
    } finally {
      await second.stop();
      await far.stop();
    }
  });

  it('goes on when its connection to the database was cut', async () => {
    const far = await connectDatabase({ url: database.url, schema: database.schema, log: quietLog });
    const log = new EventLog({ db: far.kysely, log: quietLog });
    try {
      const one = await start();
      await database.pool.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN \"events ' || $1 || '%'",
        [database.schema],
      );
      const written = await log.append(created('While nobody listens'));
      await until(() => one.events.length > 0, 'the event');
      expect(one.events).to.deep.equal([written]);
    } finally {
      await far.stop();
    }
  });

  it('drops a client that does not read, and nobody else', async () => {
    const [slow, quick] = [await start(), await start()];
    slow.pause();
    const title = 'x'.repeat(100_000);
    let count = 0;
    // As much as the system's own buffers take is not seen from here.
    await until(async () => {
      await node.events.append(created(title));
      count += 1;
      await until(() => quick.events.length === count, 'the other client');
      return node.feeds.followers().length === 1;
    }, 'the slow client to be dropped');
    expect(quick.isOpen()).to.equal(true);
    slow.resume();
    await until(() => !slow.isOpen(), 'the connection to end');
    expect(slow.events.length).to.be.below(count);
    const again = await start({ after: slow.lastId() });
    await until(() => again.lastId() === quick.lastId(), 'the rest');
    expect([...idsOf(slow), ...idsOf(again)]).to.deep.equal(idsOf(quick));
  });

  it('waits for a client that reads its past slowly', async () => {
    for (let n = 0; n < 40; n++) await node.events.append(created('x'.repeat(100_000)));
    const one = await start({ after: BEGINNING });
    one.pause();
    const last = await node.events.append(created('Last'));
    one.resume();
    await until(() => one.lastId() === last.id, 'all of it');
    expect(idsOf(one)).to.deep.equal(await wholeLog());
  });

  it('ends the connection of who is not admitted any more', async () => {
    const one = await start();
    await node.feeds.checkAdmission();
    expect(one.isOpen()).to.equal(true);
    isAdmitted = async () => {
      throw new Error('nobody knows now');
    };
    await node.feeds.checkAdmission();
    expect(one.isOpen()).to.equal(true);
    isAdmitted = async () => false;
    await node.feeds.checkAdmission();
    await until(() => !one.isOpen(), 'the end');
  });

  it('keeps nothing of clients that left', async () => {
    const one = await start({ after: BEGINNING });
    one.close();
    await until(() => node.feeds.followers().length === 0, 'the client to be forgotten');
  });
});

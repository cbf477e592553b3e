/** The jobs' routes: an organization sees its own jobs and no others. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { type Host, type RouteAnswer, type RouteDefinition, type Routes, Type } from '#plugin-api';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { quietLog } from '../../test/support/log.ts';
import { until } from '../../test/support/until.ts';
import { EventLog } from '../events/log.ts';
import type { Takeover } from '../http/takeover.ts';
import { newId } from '../ids.ts';
import { Jobs } from './jobs.ts';
import { jobRoutes } from './routes.ts';

describe('jobRoutes', function () {
  this.timeout(120_000);
  let database: TestDatabase;
  let jobs: Jobs;
  const organizationId = newId('org');
  const other = newId('org');

  before(async () => {
    database = await testDatabase();
    const rows = [organizationId, other].map((id) => ({ id, name: id }));
    await database.kysely.insertInto('organizations').values(rows).execute();
    jobs = new Jobs({
      database,
      instance: 'test',
      log: quietLog,
      events: new EventLog({ db: database.kysely, log: quietLog }),
    });
    const run = async (_payload: never, job: { log(line: string): void }) => ['one', 'two', 'three'].forEach(job.log);
    jobs.define('test.work', { payload: Type.Object({ n: Type.Integer() }), run }, {} as Host);
    await jobs.start();
  });

  after(async () => {
    await jobs.stop();
    await database.drop();
  });

  /** Calls a route's handler as the HTTP room does, for a caller of an organization. */
  function call(
    method: string,
    path: string,
    id: string,
    organization = organizationId,
    query = {},
  ): Promise<RouteAnswer> {
    const found: RouteDefinition[] = [];
    const routes: Routes = { route: (definition) => void found.push(definition as unknown as RouteDefinition) };
    jobRoutes(routes, jobs);
    const route = found.find((one) => one.method === method && one.path === path);
    if (!route) throw new Error(`no route ${method} ${path}`);
    const caller = { userId: 'usr_1', organizationId: organization, role: 'owner', apiKey: null } as const;
    const { signal } = new AbortController();
    const stream = Readable.from([]);
    const rest = { requestId: 'req_1', remoteAddress: '::1', headers: {}, signal, ifMatch: () => {}, stream };
    return route.handle({ params: { id }, query, body: undefined, caller, ...rest });
  }

  it('answers a job and its log, page by page', async () => {
    const id = await jobs.enqueue('test.work', { n: 1 }, { organizationId });
    await until(async () => (await jobs.get(id)).state === 'completed', 'the job to complete');
    expect((await call('GET', '/jobs/:id', id)).body).to.include({ id, state: 'completed' });
    const first = (await call('GET', '/jobs/:id/log', id, organizationId, { limit: 2 })).body as Page;
    expect(first.data.map(({ line }) => line)).to.deep.equal(['one', 'two']);
    const second = (await call('GET', '/jobs/:id/log', id, organizationId, { limit: 2, cursor: first.next_cursor }))
      .body as Page;
    expect(second).to.deep.include({ next_cursor: null });
    expect(second.data.map(({ line }) => line)).to.deep.equal(['three']);
  });

  it('lists the jobs of an organization, newest first, by name and state', async () => {
    const mine = newId('org');
    await database.kysely.insertInto('organizations').values({ id: mine, name: mine }).execute();
    const ids: string[] = [];
    for (let n = 0; n < 3; n++)
      ids.unshift(await jobs.enqueue('test.work', { n }, { organizationId: mine, startAfter: 600 }));
    await jobs.cancel(ids[1]!);
    const list = async (query: object) =>
      (await call('GET', '/jobs', '', mine, { limit: 25, ...query })).body as JobPage;
    const idsOf = ({ data }: JobPage) => data.map(({ id }) => id);
    const first = await list({ limit: 2 });
    expect(idsOf(first)).to.deep.equal(ids.slice(0, 2));
    expect(idsOf(await list({ limit: 2, cursor: first.next_cursor }))).to.deep.equal(ids.slice(2));
    expect(idsOf(await list({ state: 'cancelled' }))).to.deep.equal([ids[1]]);
    expect(idsOf(await list({ name: 'other.work' }))).to.deep.equal([]);
    expect(first.data[0]).to.include({ state: 'queued', attempt: 0, max_attempts: 3, duration: null });
  });

  it('follows a job to its end as server-sent events', async () => {
    const id = await jobs.enqueue('test.work', { n: 1 }, { organizationId, startAfter: 1 });
    const { body } = await call('GET', '/jobs/:id/stream', id);
    const server = createServer((_request, response) => (body as Takeover).begin(response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const frames = (await answer.text()).split('\n\n').filter((frame) => frame.startsWith('data: '));
    server.close();
    const states = frames.map((frame) => (JSON.parse(frame.slice('data: '.length)) as { state: string }).state);
    expect(states[0]).to.equal('queued');
    expect(states.at(-1)).to.equal('completed');
  });

  it('cancels a job that waits', async () => {
    const id = await jobs.enqueue('test.work', { n: 1 }, { organizationId, startAfter: 600 });
    expect((await call('POST', '/jobs/:id/cancel', id)).body).to.include({ id, state: 'cancelled' });
  });

  it('shows nothing of a job of another organization, or of none', async () => {
    const ids = [
      await jobs.enqueue('test.work', { n: 1 }, { organizationId, startAfter: 600 }),
      await jobs.enqueue('test.work', { n: 1 }, { startAfter: 600 }),
    ];
    for (const id of ids) {
      for (const [method, path] of [
        ['GET', '/jobs/:id'],
        ['POST', '/jobs/:id/cancel'],
        ['GET', '/jobs/:id/log'],
        ['GET', '/jobs/:id/stream'],
        ['POST', '/jobs/:id/retry'],
      ] as const) {
        expect(await call(method, path, id, other).catch((error: Error) => error)).to.include({
          code: 'LS_JOB_NOT_FOUND',
        });
      }
      expect(await jobs.get(id)).to.include({ state: 'queued' });
    }
  });
});

interface JobPage {
  data: { id: string }[];
  next_cursor: string | null;
}

interface Page {
  data: { line: string }[];
  next_cursor: string | null;
}

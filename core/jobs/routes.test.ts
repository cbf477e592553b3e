/** The jobs' routes: an organization sees its own jobs and no others. */
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { type Host, type RouteAnswer, type RouteDefinition, type Routes, Type } from '#plugin-api';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { quietLog } from '../../test/support/log.ts';
import { until } from '../../test/support/until.ts';
import { EventLog } from '../events/log.ts';
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
    jobs = new Jobs({ database, log: quietLog, events: new EventLog({ db: database.kysely, log: quietLog }) });
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
      ] as const) {
        expect(await call(method, path, id, other).catch((error: Error) => error)).to.include({
          code: 'LS_JOB_NOT_FOUND',
        });
      }
      expect(await jobs.get(id)).to.include({ state: 'queued' });
    }
  });
});

interface Page {
  data: { line: string }[];
  next_cursor: string | null;
}

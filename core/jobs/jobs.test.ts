/** Jobs: durable, exactly with their transaction, retried, cancelled at once, and telling how far they are. */
import { once } from 'node:events';
import { expect } from 'chai';
import { type EventRow, type Host, type JobCompleteContext, type JobDefinition, NoRetry, Type } from '#plugin-api';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { quietLog } from '../../test/support/log.ts';
import { until } from '../../test/support/until.ts';
import { withTransaction } from '../db/transaction.ts';
import { EventLog } from '../events/log.ts';
import { newId } from '../ids.ts';
import { toUuid } from './boss.ts';
import { JobCancelled } from './cancellations.ts';
import { type JobState, Jobs } from './jobs.ts';

declare module '#plugin-api' {
  interface JobMap {
    'test.work': { n: number };
  }
}

type Work = JobDefinition<{ n: number }>;

describe('Jobs', function () {
  this.timeout(180_000);
  let database: TestDatabase;
  let events: EventLog;
  const started: Jobs[] = [];
  const organizationId = newId('org');
  const host = {} as Host;

  beforeEach(async () => {
    database = await testDatabase();
    await database.kysely.insertInto('organizations').values({ id: organizationId, name: 'One' }).execute();
    events = new EventLog({ db: database.kysely, log: quietLog });
  });

  afterEach(async () => {
    await Promise.all(started.splice(0).map((jobs) => jobs.stop()));
    await database.drop();
  });

  /** A server with one job defined; `ends` are the ends that it told of. */
  async function start(definition: Partial<Work> & Pick<Work, 'run'>, { work = true, instance = 'node-1' } = {}) {
    const ends: JobCompleteContext[] = [];
    const onComplete = (end: JobCompleteContext) => void ends.push(end);
    const jobs = new Jobs({ database, instance, log: quietLog, events, onComplete });
    jobs.define('test.work', { payload: Type.Object({ n: Type.Integer() }), retryDelay: 1, ...definition }, host);
    await jobs.start({ work });
    started.push(jobs);
    return { jobs, ends };
  }

  const reaches = (jobs: Jobs, id: string, state: JobState) =>
    until(async () => (await jobs.get(id)).state === state, `the job to be ${state}`, { seconds: 60 });

  it('runs what is enqueued, keeps its progress and lines, and tells its end', async () => {
    const heard: EventRow[] = [];
    events.on('*', (event) => void heard.push(event));
    const { jobs, ends } = await start({
      async run({ n }, job) {
        job.log(`working on ${n}`);
        for (let percent = 0; percent <= 100; percent++) job.progress({ percent, speed: 2 });
        job.log('done');
      },
    });
    const id = await jobs.enqueue('test.work', { n: 7 }, { organizationId });
    await until(() => ends.length === 1, 'the end of the job');
    expect(id).to.match(/^job_[0-9a-f]{32}$/);
    expect(ends).to.deep.equal([{ id, name: 'test.work', state: 'completed', payload: { n: 7 } }]);
    const job = await jobs.get(id);
    expect(job).to.deep.include({ id, name: 'test.work', organization_id: organizationId, state: 'completed' });
    expect(job).to.deep.include({ attempt: 1, error: null, progress: { percent: 100, speed: 2 } });
    expect(job.finished_at).to.be.a('string');
    expect((await jobs.log(id)).map(({ line }) => line)).to.deep.equal(['working on 7', 'done']);
    expect(heard.map(({ type, data }) => ({ type, data }))).to.deep.equal([
      { type: 'job.completed', data: { job_id: id, name: 'test.work' } },
    ]);
  });

  it('exists exactly if the transaction that enqueued it commits', async () => {
    const ran: number[] = [];
    const { jobs, ends } = await start({
      async run({ n }) {
        ran.push(n);
      },
    });
    const lost = await withTransaction(database.kysely, async (transaction) => {
      await jobs.enqueue('test.work', { n: 1 }, {}, transaction);
      throw new Error('no');
    }).catch((error: Error) => error.message);
    expect(lost).to.equal('no');
    await withTransaction(database.kysely, (transaction) => jobs.enqueue('test.work', { n: 2 }, {}, transaction));
    await until(() => ends.length === 1, 'the end of the job');
    expect(ran).to.deep.equal([2]);
  });

  it('refuses a payload that does not fit, and says where', async () => {
    const { jobs } = await start({ run: async () => undefined });
    const error = await jobs.enqueue('test.work', { n: 1.5 }).catch((reason: Error) => reason);
    expect(error).to.include({ code: 'LS_JOB_BAD_PAYLOAD' });
    expect((error as Error).message).to.include('/n must be integer');
  });

  it('fails at once what was enqueued under a schema that has changed', async () => {
    const before = await start({ run: async () => undefined }, { work: false });
    const id = await before.jobs.enqueue('test.work', { n: 1 });
    const payload = Type.Object({ n: Type.Integer(), more: Type.String() });
    const after = await start({ payload, run: async () => undefined });
    await reaches(after.jobs, id, 'failed');
    expect((await after.jobs.get(id)).error).to.include("must have required property 'more'");
    expect(after.ends).to.deep.equal([{ id, name: 'test.work', state: 'failed', payload: { n: 1 } }]);
  });

  it('tries again after a failure, and keeps the error when that was the last try', async () => {
    const attempts: number[] = [];
    const { jobs, ends } = await start({
      retryLimit: 1,
      async run(_payload, job) {
        attempts.push(job.attempt);
        job.progress({ percent: job.attempt });
        throw new Error(`broken ${job.attempt}`);
      },
    });
    const id = await jobs.enqueue('test.work', { n: 1 }, { organizationId });
    await reaches(jobs, id, 'retrying');
    expect(ends).to.deep.equal([]);
    await until(() => ends.length === 1, 'the last failure');
    expect(attempts).to.deep.equal([1, 2]);
    expect(await jobs.get(id)).to.deep.include({
      state: 'failed',
      error: 'broken 2',
      attempt: 2,
      progress: { percent: 2 },
    });
    expect(ends).to.deep.equal([{ id, name: 'test.work', state: 'failed', payload: { n: 1 } }]);
    const [event] = await events.list({ organizationId, type: 'job.failed', limit: 1 });
    expect(event?.data).to.deep.equal({ job_id: id, name: 'test.work', error: 'broken 2' });
  });

  it('reaches a running job that another process cancels', async () => {
    const running = Promise.withResolvers<AbortSignal>();
    const worker = await start({
      async run(_payload, { signal }) {
        running.resolve(signal);
        await once(signal, 'abort');
        throw signal.reason;
      },
    });
    const api = await start({ run: async () => undefined }, { work: false });
    const id = await api.jobs.enqueue('test.work', { n: 1 });
    const signal = await running.promise;
    await api.jobs.cancel(id);
    await until(() => worker.ends.length === 1, 'the end of the job');
    expect(signal.reason).to.be.instanceOf(JobCancelled);
    expect(worker.ends).to.deep.equal([{ id, name: 'test.work', state: 'cancelled', payload: { n: 1 } }]);
    expect(await api.jobs.get(id)).to.include({ state: 'cancelled' });
  });

  it('never runs what was cancelled while it waited', async () => {
    const { jobs, ends } = await start({ run: async () => undefined }, { work: false });
    const id = await jobs.enqueue('test.work', { n: 1 });
    await jobs.cancel(id);
    await jobs.cancel(id);
    expect(ends).to.deep.equal([{ id, name: 'test.work', state: 'cancelled', payload: { n: 1 } }]);
    expect(await jobs.get(id)).to.include({ state: 'cancelled', attempt: 0 });
  });

  it('has at most one queued or running job a key', async () => {
    const { jobs } = await start({ run: async () => undefined }, { work: false });
    const options = { singletonKey: 'one' };
    const first = await jobs.enqueue('test.work', { n: 1 }, options);
    expect(await jobs.enqueue('test.work', { n: 2 }, options)).to.equal(first);
    expect(await jobs.enqueue('test.work', { n: 3 })).to.not.equal(first);
    await jobs.cancel(first);
    const second = await jobs.enqueue('test.work', { n: 4 }, options);
    expect(second).to.not.equal(first);
    expect(await jobs.enqueue('test.work', { n: 5 }, options)).to.equal(second);
  });

  it('starts a job when it falls due', async () => {
    const { jobs, ends } = await start({ run: async () => undefined });
    const id = await jobs.enqueue('test.work', { n: 1 }, { startAfter: 1 });
    expect(await jobs.get(id)).to.include({ state: 'queued' });
    await until(() => ends.length === 1, 'the job to run');
  });

  for (const retryLimit of [0, 2]) {
    it(`gives a job of ${retryLimit + 1} tries that the end of the server interrupts to the next server, and counts none`, async () => {
      const running = Promise.withResolvers<void>();
      const first = await start({
        retryLimit,
        retryDelay: 600,
        async run(_payload, { signal }) {
          running.resolve();
          await once(signal, 'abort');
          throw signal.reason;
        },
      });
      const id = await first.jobs.enqueue('test.work', { n: 1 });
      await running.promise;
      await started.shift()?.stop();
      const second = await start({ retryLimit, run: async () => undefined }, { instance: 'node-2' });
      await until(() => second.ends.length === 1, 'the job to run again');
      expect(await second.jobs.get(id)).to.include({ state: 'completed', attempt: 2, max_attempts: retryLimit + 2 });
    });
  }

  it('does not try again what says that it is of no use', async () => {
    const { jobs, ends } = await start({ retryLimit: 5, run: () => Promise.reject(new NoRetry('not a video')) });
    const id = await jobs.enqueue('test.work', { n: 1 });
    await until(() => ends.length === 1, 'the end of the job');
    await reaches(jobs, id, 'failed');
    expect(await jobs.get(id)).to.include({ attempt: 1, error: 'not a video' });
    expect(ends).to.deep.equal([{ id, name: 'test.work', state: 'failed', payload: { n: 1 } }]);
  });

  it('gives a job that failed or was cancelled another try, and tells its end again', async () => {
    let broken = true;
    const { jobs, ends } = await start({
      retryLimit: 0,
      run: async () => {
        if (broken) throw new Error('broken');
      },
    });
    const id = await jobs.enqueue('test.work', { n: 1 }, { organizationId });
    await until(() => ends.length === 1, 'the failure');
    broken = false;
    await jobs.retry(id);
    await until(() => ends.length === 2, 'the second try');
    expect(await jobs.get(id)).to.include({ state: 'completed', attempt: 2, max_attempts: 2 });
    expect(await jobs.retry(id).catch((error: Error) => error)).to.include({ code: 'LS_JOB_NOT_ENDED' });

    const waiting = await jobs.enqueue('test.work', { n: 2 }, { startAfter: 600 });
    await jobs.cancel(waiting);
    await jobs.retry(waiting);
    expect(await jobs.get(waiting)).to.include({ state: 'queued' });
  });

  describe('of a server that died', () => {
    /** Starts a server whose job neither ends nor hears that it should, as if the process stood still, until `let` says how. */
    async function startDying(instance: string, definition: Partial<Work> = {}) {
      const running = Promise.withResolvers<string>();
      const end = Promise.withResolvers<void>();
      const run: Work['run'] = async (_payload, { id }) => {
        running.resolve(id);
        await end.promise;
      };
      const { ends } = await start({ retryLimit: 0, ...definition, run }, { instance });
      return { ends, running: running.promise, end };
    }

    it('are run again at once by the next of its name, on their last try too, and no others are', async () => {
      const one = await startDying('node-1');
      const id = await started[0]!.enqueue('test.work', { n: 1 });
      await one.running;
      const two = await startDying('node-2');
      const other = await started[0]!.enqueue('test.work', { n: 2 });
      await two.running;
      const again: { n: number; attempt: number }[] = [];
      const run: Work['run'] = async ({ n }, { attempt }) => void again.push({ n, attempt });
      const next = await start({ retryLimit: 0, run }, { instance: 'node-1' });
      await until(() => next.ends.length === 1, 'the job to run again');
      expect(await next.jobs.get(id)).to.include({ state: 'completed', attempt: 2, max_attempts: 2, error: null });
      expect(await next.jobs.get(other)).to.include({ state: 'running', attempt: 1, max_attempts: 1 });
      two.end.resolve();
      await until(() => two.ends.length === 1, 'the other to end where it began');
      one.end.resolve();
      await started.shift()!.stop();
      expect(again).to.deep.equal([{ n: 1, attempt: 2 }]);
      expect(one.ends).to.deep.equal([]);
    });

    it('are not failed by a process that lives on and only seemed dead', async () => {
      const one = await startDying('node-1');
      const id = await started[0]!.enqueue('test.work', { n: 1 });
      await one.running;
      const next = await startDying('node-1');
      await next.running;
      one.end.reject(new NoRetry('too late'));
      // Its worker is free for this one when it has settled that one.
      const second = await started[0]!.enqueue('test.work', { n: 2 });
      await until(() => one.ends.length > 0, 'the end of the second job');
      expect(one.ends.map((end) => end.id)).to.deep.equal([second]);
      next.end.resolve();
      await until(() => next.ends.length > 0, 'the end of the first');
      expect(next.ends).to.deep.equal([{ id, name: 'test.work', state: 'completed', payload: { n: 1 } }]);
    });

    it('are left to the queue where the server may have died of them', async () => {
      const one = await startDying('node-1');
      const id = await started[0]!.enqueue('test.work', { n: 1 });
      await one.running;
      await database.pool.query(`UPDATE ${database.schema}_jobs.job SET retry_limit = 5 WHERE id = $1`, [toUuid(id)]);
      const next = await start({ retryLimit: 0, run: async () => undefined }, { instance: 'node-1' });
      expect(await next.jobs.get(id)).to.include({ state: 'running', attempt: 1 });
      one.end.resolve();
      await until(() => one.ends.length === 1, 'the job to end where it began');
    });
  });

  it('tells of the end of a job whose worker died on its last try', async () => {
    const heard: EventRow[] = [];
    events.on('job.failed', (event) => void heard.push(event));
    const before = await start({ retryLimit: 0, run: async () => undefined }, { work: false });
    const id = await before.jobs.enqueue('test.work', { n: 1 }, { organizationId });
    // As pg-boss leaves a job whose heart has stopped beating.
    const output = JSON.stringify({ value: { message: 'job heartbeat timeout' } });
    await database.pool.query(
      `UPDATE ${database.schema}_jobs.job SET state = 'failed', started_on = now() - interval '2 minutes',
         completed_on = now() - interval '1 minute', output = $2 WHERE id = $1`,
      [toUuid(id), output],
    );
    const { ends } = await start({ retryLimit: 0, run: async () => undefined });
    await until(() => ends.length === 1, 'the end to be told', { seconds: 60 });
    expect(ends).to.deep.equal([{ id, name: 'test.work', state: 'failed', payload: { n: 1 } }]);
    expect(heard.map(({ data }) => data)).to.deep.equal([
      { job_id: id, name: 'test.work', error: 'job heartbeat timeout' },
    ]);
  });

  it('does not know a job that is not there', async () => {
    const { jobs } = await start({ run: async () => undefined }, { work: false });
    for (const id of [newId('job'), 'job_1', "'"]) {
      expect(await jobs.get(id).catch((error: Error) => error)).to.include({ code: 'LS_JOB_NOT_FOUND' });
    }
  });
});

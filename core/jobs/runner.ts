/** Runs jobs in this process: one try of one job from its payload's check to its end. */
import type { Kysely } from 'kysely';
import type { JobResult, JobWithMetadata, PgBoss } from 'pg-boss';
import {
  type Host,
  type JobCompleteContext,
  type JobDefinition,
  type JobProgress,
  type Logger,
  NoRetry,
} from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import { withTransaction } from '../db/transaction.ts';
import type { EventLog } from '../events/log.ts';
import { affectedBy, toId, toUuid } from './boss.ts';
import type { Cancellations } from './cancellations.ts';
import type { JobTable } from './job.ts';
import { RunRecord } from './record.ts';
import type { Reports } from './reports.ts';

export interface Defined {
  definition: JobDefinition<never>;
  host: Host;
  /** Throws where the payload does not fit. */
  check: (payload: unknown) => void;
}

export interface RunnerOptions {
  boss: PgBoss;
  db: Kysely<CoreTables>;
  table: Pick<JobTable, 'handBack'>;
  /** Lasting name of this server. */
  instance: string;
  log: Logger;
  events: EventLog;
  cancellations: Cancellations;
  reports: Pick<Reports, 'tell'>;
  onComplete: (job: JobCompleteContext) => void;
}

type Named = Pick<JobCompleteContext, 'id' | 'name'>;

/** Seconds between looks for work that no notification announced. Rare, since the queue wakes its workers. */
const backstop = 15;
/** Seconds: a job due later than this is found by the backstop. */
const longestTimer = 24 * 60 * 60;

export class Runner {
  readonly #boss: PgBoss;
  readonly #db: Kysely<CoreTables>;
  readonly #table: Pick<JobTable, 'handBack'>;
  readonly #instance: string;
  readonly #log: Logger;
  readonly #events: EventLog;
  readonly #cancellations: Cancellations;
  readonly #reports: Pick<Reports, 'tell'>;
  readonly #onComplete: (job: JobCompleteContext) => void;
  readonly #shutdown = new AbortController();
  /** Ids of the workers of each queue. */
  readonly #workers = new Map<string, string[]>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor({ boss, db, table, instance, log, events, cancellations, reports, onComplete }: RunnerOptions) {
    this.#boss = boss;
    this.#db = db;
    this.#table = table;
    this.#instance = instance;
    this.#log = log;
    this.#events = events;
    this.#cancellations = cancellations;
    this.#reports = reports;
    this.#onComplete = onComplete;
  }

  /** Takes jobs of a name from now on, as many at once as its definition says. */
  async work(name: string, defined: Defined): Promise<void> {
    const options = { includeMetadata: true, perJobResults: true, notifyPollingIntervalSeconds: backstop } as const;
    const workers: string[] = [];
    this.#workers.set(name, workers);
    const { concurrency = 1 } = defined.definition;
    const atOnce = typeof concurrency === 'function' ? concurrency(defined.host) : concurrency;
    for (let n = 0; n < atOnce; n++) {
      const worker = await this.#boss.work<object, unknown, typeof options>(name, options, async ([job]) =>
        job ? [await this.#run(job, defined)] : [],
      );
      workers.push(worker);
    }
  }

  /** Takes no more jobs, and aborts those that run. What is so interrupted is run again, here or elsewhere. */
  abort(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const name of this.#workers.keys()) void this.#boss.offWork(name, { wait: false });
    this.#shutdown.abort(new Error('the server stops'));
  }

  /** Looks for work when a job falls due: the queue tells of new jobs, but not of times that come. */
  wakeIn(name: string, seconds: number): void {
    if (seconds > longestTimer) return;
    const wake = () => {
      this.#timers.delete(timer);
      for (const worker of this.#workers.get(name) ?? []) this.#boss.notifyWorker(worker);
    };
    const timer = setTimeout(wake, seconds * 1000 + 100).unref();
    this.#timers.add(timer);
  }

  /**
   * Says that a job has ended for good: in the log, the event log and to the hook. Once, whoever says it first: where that fails, or where the
   * worker died, it is said later.
   */
  async ended(job: Named, state: JobCompleteContext['state'], error: unknown = null): Promise<void> {
    const { id, name } = job;
    let payload: unknown;
    try {
      const [found] = await this.#boss.findJobs(name, { id: toUuid(id) });
      payload = found?.data;
      if (!(await this.#tell(job, state, error))) return;
    } catch (failure) {
      this.#log.error({ err: failure, job: id }, 'the end of a job could not be written down');
      return;
    }
    if (state === 'failed') this.#log.error({ err: error, job: id, name }, 'a job failed for good');
    this.#onComplete({ id, name, state, payload });
  }

  async #run(job: JobWithMetadata, { definition, host, check }: Defined): Promise<JobResult> {
    const id = toId(job.id);
    const attempt = job.retryCount + 1;
    const log = this.#log.child({ job: id, name: job.name, attempt });
    const record = new RunRecord({ db: this.#db, id, attempt, instance: this.#instance, log, reports: this.#reports });
    const cancelled = this.#cancellations.watch(id);
    const signal = AbortSignal.any([job.signal, cancelled.signal, this.#shutdown.signal]);
    try {
      check(job.data);
    } catch (error) {
      // It will fit no better at the next try.
      this.#cancellations.forget(id);
      return this.#giveUp(job, error);
    }
    try {
      await record.start();
      // Between being taken and being watched it may have been cancelled unheard.
      const [now] = await this.#boss.findJobs(job.name, { id: job.id });
      if (now?.state === 'cancelled') cancelled.abort();
      signal.throwIfAborted();
      const progress = (value: JobProgress) => record.progress(value);
      const line = (text: string) => record.line(text);
      const result = await definition.run(job.data as never, { id, attempt, signal, progress, log: line, host });
      await record.stop();
      await this.#settle(job, { result }, cancelled.signal.aborted, log);
    } catch (error) {
      await record.stop();
      if (error instanceof NoRetry && !signal.aborted) {
        this.#cancellations.forget(id);
        return this.#giveUp(job, error);
      }
      await this.#settle(job, { error }, cancelled.signal.aborted, log);
    } finally {
      this.#cancellations.forget(id);
    }
    // It is settled already, with its try named, so that a try which was given up for dead settles nothing: this says no more.
    return { id: job.id, status: 'completed' };
  }

  /** Fails it for good, however many tries it had left. */
  async #giveUp(job: JobWithMetadata, error: unknown): Promise<JobResult> {
    const [now] = await this.#boss.findJobs(job.name, { id: job.id });
    // A try that was given up for dead says nothing: another one may do better.
    if (now?.state === 'active' && now.retryCount === job.retryCount) {
      await this.ended({ id: toId(job.id), name: job.name }, 'failed', error);
    }
    return { id: job.id, status: 'deadletter', output: { message: reason(error) } };
  }

  async #settle(
    job: JobWithMetadata,
    outcome: { result: unknown } | { error: unknown },
    wasCancelled: boolean,
    log: Logger,
  ): Promise<void> {
    const named = { id: toId(job.id), name: job.name };
    const claim = { id: job.id, retryCount: job.retryCount };
    const failed = 'error' in outcome;
    if (failed && this.#shutdown.signal.aborted) {
      const handedBack = await this.#table.handBack(this.#instance, { id: named.id, attempt: job.retryCount + 1 });
      if (handedBack.length > 0) return;
    }
    const settled = failed
      ? await this.#boss.fail(job.name, claim, { message: reason(outcome.error) })
      : await this.#boss.complete(job.name, claim, { result: outcome.result ?? null });
    if (affectedBy(settled) === 0) {
      if (wasCancelled) await this.ended(named, 'cancelled');
      else log.warn({}, 'a job ended after it was given up; its result is not used');
    } else if (!failed) {
      await this.ended(named, 'completed');
    } else if (job.retryCount < job.retryLimit) {
      log.warn({ err: outcome.error }, 'a job failed and will be tried again');
      const [next] = await this.#boss.findJobs(job.name, { id: job.id });
      if (next) this.wakeIn(job.name, Math.max(0, next.startAfter.getTime() - Date.now()) / 1000);
    } else if (this.#shutdown.signal.aborted) {
      // The server's end is no fault of the job's: it gets one more try.
      await this.#boss.retry(job.name, job.id);
    } else {
      await this.ended(named, 'failed', outcome.error);
    }
  }

  /** Whether it was not told before. */
  #tell({ id, name }: Named, state: JobCompleteContext['state'], error: unknown): Promise<boolean> {
    return withTransaction(this.#db, async (tx) => {
      const row = await tx
        .updateTable('jobs')
        .set({ ended: state })
        .where('id', '=', id)
        .where('ended', 'is', null)
        .returning('organization_id')
        .executeTakeFirst();
      if (!row) return false;
      await this.#reports.tell(tx, id);
      const organizationId = row.organization_id;
      const data = { job_id: id, name };
      if (organizationId && state === 'completed') {
        await this.#events.append({ type: 'job.completed', organizationId, data }, tx);
      } else if (organizationId && state === 'failed') {
        await this.#events.append({ type: 'job.failed', organizationId, data: { ...data, error: reason(error) } }, tx);
      }
      return true;
    });
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Durable work on pg-boss behind one narrow door: define, enqueue, cancel, progress, log. */
import type { Kysely } from 'kysely';
import { fromKysely, PgBoss, type SendOptions } from 'pg-boss';
import type { EnqueueOptions, Host, JobCompleteContext, JobDefinition, JobName, JobPayload, Logger } from '#plugin-api';
import type { Database } from '../db/database.ts';
import type { CoreTables } from '../db/tables.ts';
import { withTransaction } from '../db/transaction.ts';
import type { EventLog } from '../events/log.ts';
import { isId, newId } from '../ids.ts';
import { affectedBy, toId, toUuid } from './boss.ts';
import { Cancellations } from './cancellations.ts';
import { jobNotEnded, jobNotFound, jobUnknown } from './errors.ts';
import { BOSS_STATES, type Job, type JobFilter, type JobState, JobTable } from './job.ts';
import { payloadCheck } from './payload.ts';
import { Reports } from './reports.ts';
import { type Defined, Runner } from './runner.ts';

export type { Job, JobState } from './job.ts';

export interface JobLine {
  /** Rises from line to line: `after` of the next call. */
  number: string;
  attempt: number;
  line: string;
  created_at: string;
}

export interface JobsOptions {
  database: Database;
  /** Lasting name of this server: what its former process was running it takes back at once. */
  instance: string;
  log: Logger;
  /** Where the ends of an organization's jobs are written down. */
  events: EventLog;
  /** Called when a job has ended for good, in the process that ended it. */
  onComplete?: (job: JobCompleteContext) => void;
}

const unended: ReadonlySet<JobState> = new Set(['queued', 'running', 'retrying']);

const defaults = { retryLimit: 2, retryDelay: 5, timeout: 15 * 60 };

/** Seconds. A worker that stops beating is given up after the first; the second is how often anyone looks. */
const heartbeat = 20;
const supervision = 15;
/** Milliseconds that running jobs have to end on shutdown. */
const grace = 20_000;
/** Days after which the record of a job may go; pg-boss itself forgets a job sooner. */
const keepDays = 30;
const day = 24 * 60 * 60 * 1000;

export class Jobs {
  readonly #database: Database;
  readonly #instance: string;
  readonly #log: Logger;
  readonly #boss: PgBoss;
  readonly #defined = new Map<string, Defined>();
  readonly #cancellations: Cancellations;
  readonly #runner: Runner;
  readonly #table: JobTable;
  readonly #reports: Reports;
  #forgetting: NodeJS.Timeout | null = null;
  #telling: NodeJS.Timeout | null = null;
  #started = false;

  constructor({ database, instance, log, events, onComplete }: JobsOptions) {
    this.#database = database;
    this.#instance = instance;
    this.#log = log;
    const bossSchema = `${database.schema}_jobs`;
    this.#table = new JobTable(database.kysely, bossSchema);
    this.#boss = new PgBoss({
      connectionString: database.url,
      schema: bossSchema,
      max: 4,
      schedule: false,
      useListenNotify: true,
      notifyHeartbeatIntervalMs: 60_000,
      superviseIntervalSeconds: supervision,
      monitorIntervalSeconds: supervision,
      registerInstance: false,
    });
    this.#boss.on('error', (error) => log.error({ err: error }, 'the job queue reports an error'));
    this.#boss.on('warning', (warning) => log.warn({ warning }, 'the job queue warns'));
    this.#cancellations = new Cancellations({
      db: this.#boss.getDb(),
      channel: `${database.schema}_job_cancelled`,
      log,
    });
    this.#reports = new Reports({ db: this.#boss.getDb(), channel: `${database.schema}_job_reported` });
    this.#runner = new Runner({
      boss: this.#boss,
      db: database.kysely,
      table: this.#table,
      instance,
      log,
      events,
      cancellations: this.#cancellations,
      reports: this.#reports,
      onComplete: onComplete ?? (() => undefined),
    });
  }

  /** Makes a job known, before the start. Its name begins with its plugin's. */
  define(name: string, definition: JobDefinition<never>, host: Host): void {
    if (this.#started) throw new TypeError(`${name} is defined after the start`);
    if (this.#defined.has(name)) throw new TypeError(`the job ${name} is defined twice`);
    this.#defined.set(name, { definition, host, check: payloadCheck(name, definition) });
  }

  /** Makes the queues, and unless `work` is false starts to run jobs in this process. */
  async start({ work = true }: { work?: boolean } = {}): Promise<void> {
    this.#started = true;
    await this.#boss.start();
    for (const [name, defined] of this.#defined) await this.#makeQueue(name, defined.definition);
    await this.#reports.start();
    if (work) {
      await this.#cancellations.start(async (id) => (await this.get(id)).state === 'cancelled');
      await this.#takeBack();
      for (const [name, defined] of this.#defined) await this.#runner.work(name, defined);
      this.#telling = setInterval(() => {
        this.#tellUntold().catch((error: unknown) => this.#log.warn({ err: error }, 'ends of jobs could not be told'));
      }, supervision * 1000).unref();
    }
    await this.#forgetOld();
    this.#forgetting = setInterval(() => {
      this.#forgetOld().catch((error: unknown) => this.#log.warn({ err: error }, 'old jobs could not be forgotten'));
    }, day).unref();
  }

  /**
   * Takes no more work, aborts what runs, and waits for it. A job that this interrupts is run again, here or elsewhere.
   */
  async stop(): Promise<void> {
    if (this.#forgetting) clearInterval(this.#forgetting);
    if (this.#telling) clearInterval(this.#telling);
    this.#runner.abort();
    await this.#cancellations.stop();
    await this.#reports.stop();
    await this.#boss.stop({ graceful: true, timeout: grace });
  }

  /**
   * Enqueues a job and answers its id. With a transaction it exists exactly if that commits. With a `singletonKey` that a
   * queued or running job has, the answer is that job's id.
   * Errors: `LS_JOB_UNKNOWN`, `LS_JOB_BAD_PAYLOAD`.
   */
  async enqueue<N extends JobName>(
    name: N,
    payload: JobPayload<N>,
    options: EnqueueOptions = {},
    transaction?: Kysely<CoreTables>,
  ): Promise<string> {
    this.#of(name).check(payload);
    const id = await withTransaction(transaction ?? this.#database.kysely, async (db) => {
      for (;;) {
        const made = await this.#send(name, payload, options, db);
        if (made !== null) return made;
        const sameKey = await this.#boss.findJobs(name, { key: options.singletonKey!, db: fromKysely(db) });
        const other = sameKey.find(({ state }) => unended.has(BOSS_STATES[state]));
        // None where it ended in between: then there is room for this one.
        if (other) return toId(other.id);
      }
    });
    if (options.startAfter) this.#runner.wakeIn(name, options.startAfter);
    return id;
  }

  /**
   * Cancels a job: one that waits never runs, one that runs has its signal aborted. One that has ended stays as it is.
   * Errors: `LS_JOB_NOT_FOUND`.
   */
  async cancel(id: string): Promise<void> {
    const before = await this.get(id);
    if (affectedBy(await this.#boss.cancel(before.name, toUuid(id))) === 0) return;
    if (before.state === 'running') await this.#cancellations.tell(id);
    else await this.#runner.ended(before, 'cancelled');
  }

  /**
   * Gives a job that failed or was cancelled another try; what it had done before it finds itself.
   * Errors: `LS_JOB_NOT_FOUND`, `LS_JOB_NOT_ENDED`.
   */
  async retry(id: string): Promise<void> {
    const { name } = await this.get(id);
    await withTransaction(this.#database.kysely, async (tx) => {
      const options = { db: fromKysely(tx) };
      const again =
        affectedBy(await this.#boss.retry(name, toUuid(id), options)) +
        affectedBy(await this.#boss.resume(name, toUuid(id), options));
      if (again === 0) throw jobNotEnded(`The job ${id} has neither failed nor been cancelled.`);
      await tx.updateTable('jobs').set({ ended: null }).where('id', '=', id).execute();
    });
    this.#runner.wakeIn(name, 0);
  }

  /** Errors: `LS_JOB_NOT_FOUND`. */
  async get(id: string): Promise<Job> {
    const [job] = isId('job', id) ? await this.#table.find({ id }) : [];
    if (job === undefined) throw jobNotFound(`There is no job ${id}.`);
    return job;
  }

  /** Newest first. */
  list(filter: Omit<JobFilter, 'id'> & { organizationId: string; limit: number }): Promise<Job[]> {
    return this.#table.find(filter);
  }

  /** Calls back whenever there is news of the job, in whatever process it runs; answers its undo. */
  watch(id: string, listener: () => void): () => void {
    return this.#reports.watch(id, listener);
  }

  /** Lines that the job logged, oldest first, of all its tries. */
  async log(id: string, { after, limit = 1000 }: { after?: string; limit?: number } = {}): Promise<JobLine[]> {
    let lines = this.#database.kysely.selectFrom('job_lines').selectAll().where('job_id', '=', id);
    if (after !== undefined) lines = lines.where('number', '>', after);
    const rows = await lines.orderBy('number').limit(limit).execute();
    return rows.map(({ number, attempt, line, created_at }) => ({
      number,
      attempt,
      line,
      created_at: created_at.toISOString(),
    }));
  }

  #of(name: string): Defined {
    const defined = this.#defined.get(name);
    if (defined === undefined) throw jobUnknown(`No plugin that is switched on defines the job ${name}.`);
    return defined;
  }

  async #makeQueue(name: string, definition: JobDefinition<never>): Promise<void> {
    const options = {
      retryLimit: definition.retryLimit ?? defaults.retryLimit,
      retryDelay: definition.retryDelay ?? defaults.retryDelay,
      retryBackoff: true,
      expireInSeconds: definition.timeout ?? defaults.timeout,
      heartbeatSeconds: heartbeat,
      notify: true,
    };
    // The policy admits one queued or running job a key; a job without a key gets its own id for one.
    await this.#boss.createQueue(name, { ...options, policy: 'exclusive' });
    await this.#boss.updateQueue(name, options);
  }

  async #send(name: string, payload: object, options: EnqueueOptions, db: Kysely<CoreTables>): Promise<string | null> {
    const id = newId('job');
    const send: SendOptions = { id: toUuid(id), singletonKey: options.singletonKey ?? id, db: fromKysely(db) };
    if (options.startAfter) send.startAfter = options.startAfter;
    if ((await this.#boss.send(name, payload, send)) === null) return null;
    await db
      .insertInto('jobs')
      .values({ id, name, organization_id: options.organizationId ?? null })
      .execute();
    return id;
  }

  /** Before there are workers here: what is `active` under this name is none of this process's. */
  async #takeBack(): Promise<void> {
    for (const { id, name, due } of await this.#table.handBack(this.#instance)) {
      this.#log.info({ job: id, name }, 'a job that the former process of this server was running is run again');
      this.#runner.wakeIn(name, due);
    }
  }

  /** A worker that died on a job's last try told nobody of its end. */
  async #tellUntold(): Promise<void> {
    for (const { id, name, state, error } of await this.#table.untold(supervision)) {
      await this.#runner.ended({ id, name }, state, error);
    }
  }

  async #forgetOld(): Promise<void> {
    const limit = new Date(Date.now() - keepDays * day);
    await this.#database.kysely.deleteFrom('jobs').where('created_at', '<', limit).execute();
  }
}

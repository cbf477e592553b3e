/** Durable work on pg-boss behind one narrow door: define, enqueue, cancel, progress, log. */
import type { Kysely } from 'kysely';
import { fromKysely, type JobWithMetadata, PgBoss, type SendOptions } from 'pg-boss';
import type {
  EnqueueOptions,
  Host,
  JobCompleteContext,
  JobDefinition,
  JobName,
  JobPayload,
  JobProgress,
  Logger,
} from '#plugin-api';
import type { Database } from '../db/database.ts';
import type { CoreTables } from '../db/tables.ts';
import { withTransaction } from '../db/transaction.ts';
import type { EventLog } from '../events/log.ts';
import { isId, newId } from '../ids.ts';
import { affectedBy, toId, toUuid } from './boss.ts';
import { Cancellations } from './cancellations.ts';
import { jobNotFound, jobUnknown } from './errors.ts';
import { payloadCheck } from './payload.ts';
import { type Defined, Runner } from './runner.ts';

export type JobState = 'queued' | 'running' | 'retrying' | 'completed' | 'failed' | 'cancelled';

/** A job as the API answers it. */
export interface Job {
  id: string;
  name: string;
  organization_id: string | null;
  state: JobState;
  /** The try that runs or ran last; 0 before the first. */
  attempt: number;
  progress: JobProgress | null;
  /** What the last try failed with. */
  error: string | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
}

export interface JobLine {
  /** Rises from line to line: `after` of the next call. */
  number: string;
  attempt: number;
  line: string;
  created_at: string;
}

export interface JobsOptions {
  database: Database;
  log: Logger;
  /** Where the ends of an organization's jobs are written down. */
  events: EventLog;
  /** Called when a job has ended for good, in the process that ended it. */
  onComplete?: (job: JobCompleteContext) => void;
}

const states: Record<JobWithMetadata['state'], JobState> = {
  created: 'queued',
  retry: 'retrying',
  active: 'running',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
};

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
  readonly #log: Logger;
  readonly #boss: PgBoss;
  readonly #defined = new Map<string, Defined>();
  readonly #cancellations: Cancellations;
  readonly #runner: Runner;
  #forgetting: NodeJS.Timeout | null = null;
  #started = false;

  constructor({ database, log, events, onComplete }: JobsOptions) {
    this.#database = database;
    this.#log = log;
    this.#boss = new PgBoss({
      connectionString: database.url,
      schema: `${database.schema}_jobs`,
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
    this.#runner = new Runner({
      boss: this.#boss,
      db: database.kysely,
      log,
      events,
      cancellations: this.#cancellations,
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
    if (work) {
      await this.#cancellations.start(async (id) => (await this.get(id)).state === 'cancelled');
      for (const [name, defined] of this.#defined) await this.#runner.work(name, defined);
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
    this.#runner.abort();
    await this.#cancellations.stop();
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
        const other = sameKey.find(({ state }) => unended.has(states[state]));
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

  /** Errors: `LS_JOB_NOT_FOUND`. */
  async get(id: string): Promise<Job> {
    const row = isId('job', id)
      ? await this.#database.kysely.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst()
      : undefined;
    const [job] = row ? await this.#boss.findJobs(row.name, { id: toUuid(id) }) : [];
    if (row === undefined || job === undefined) throw jobNotFound(`There is no job ${id}.`);
    return {
      id,
      name: row.name,
      organization_id: row.organization_id,
      state: states[job.state],
      attempt: row.attempt,
      progress: row.progress,
      error: messageOf(job.output),
      created_at: row.created_at.toISOString(),
      started_at: job.startedOn?.toISOString() ?? null,
      finished_at: job.completedOn?.toISOString() ?? null,
    };
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

  async #forgetOld(): Promise<void> {
    const limit = new Date(Date.now() - keepDays * day);
    await this.#database.kysely.deleteFrom('jobs').where('created_at', '<', limit).execute();
  }
}

/** The message in what pg-boss keeps of a failure: ours, or its own of a job that took too long or lost its worker. */
function messageOf(output: unknown): string | null {
  if (typeof output !== 'object' || output === null) return null;
  if ('message' in output && typeof output.message === 'string') return output.message;
  return 'value' in output ? messageOf(output.value) : null;
}

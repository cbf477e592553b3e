/** A job as the API answers it, read from our table and pg-boss's together. */
import { type Kysely, sql } from 'kysely';
import type { JobProgress } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';

export type JobState = 'queued' | 'running' | 'retrying' | 'completed' | 'failed' | 'cancelled';

export interface Job {
  id: string;
  /** Also that of its queue. */
  name: string;
  organization_id: string | null;
  state: JobState;
  /** The try that runs or ran last; 0 before the first. */
  attempt: number;
  /** Tries that it gets. */
  max_attempts: number;
  progress: JobProgress | null;
  /** What the last try failed with. */
  error: string | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  /** Seconds that the last try took, or has taken so far; null before the first. */
  duration: number | null;
}

export interface JobFilter {
  id?: string;
  organizationId?: string;
  name?: string;
  state?: JobState;
  /** Id of the job before, in the order of the list: newest first. */
  after?: string;
  limit?: number;
}

/** Tries beyond its own that a job gets for those that the end of a server broke off. */
const MOST_EXTRA = 5;

/** pg-boss's words for ours. */
export const BOSS_STATES = {
  created: 'queued',
  retry: 'retrying',
  active: 'running',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
} as const satisfies Record<string, JobState>;

type BossState = keyof typeof BOSS_STATES;

interface JobRow {
  id: string;
  name: string;
  organization_id: string | null;
  attempt: number;
  progress: JobProgress | null;
  created_at: Date;
  state: BossState;
  retry_limit: number;
  output: unknown;
  started_on: Date | null;
  completed_on: Date | null;
}

export class JobTable {
  readonly #db: Kysely<CoreTables>;
  readonly #bossSchema: string;

  constructor(db: Kysely<CoreTables>, bossSchema: string) {
    this.#db = db;
    this.#bossSchema = bossSchema;
  }

  /** Newest first. */
  async find({ id, organizationId, name, state, after, limit = 1 }: JobFilter): Promise<Job[]> {
    const bossStates = Object.entries(BOSS_STATES).flatMap(([boss, ours]) => (ours === state ? [boss] : []));
    const conditions = [
      sql`true`,
      ...(id === undefined ? [] : [sql`j.id = ${id}`]),
      ...(organizationId === undefined ? [] : [sql`j.organization_id = ${organizationId}`]),
      ...(name === undefined ? [] : [sql`j.name = ${name}`]),
      ...(state === undefined ? [] : [sql`b.state::text IN (${sql.join(bossStates)})`]),
      ...(after === undefined ? [] : [sql`j.id < ${after}`]),
    ];
    const { rows } = await sql<JobRow>`
      SELECT j.id, j.name, j.organization_id, j.attempt, j.progress, j.created_at,
        b.state, b.retry_limit, b.output, b.started_on, b.completed_on
      FROM jobs j JOIN ${this.#boss()} b ON b.name = j.name AND b.id = substr(j.id, 5)::uuid
      WHERE ${sql.join(conditions, sql` AND `)}
      ORDER BY j.id DESC LIMIT ${limit}`.execute(this.#db);
    return rows.map(toJob);
  }

  /** Jobs that have ended some seconds ago without anybody having told: their worker died on their last try. */
  async untold(
    seconds: number,
  ): Promise<{ id: string; name: string; state: 'completed' | 'failed' | 'cancelled'; error: string | null }[]> {
    const { rows } = await sql<JobRow>`
      SELECT j.id, j.name, b.state, b.output
      FROM jobs j JOIN ${this.#boss()} b ON b.name = j.name AND b.id = substr(j.id, 5)::uuid
      WHERE j.ended IS NULL AND b.state::text IN ('completed', 'failed', 'cancelled')
        AND b.completed_on < now() - make_interval(secs => ${seconds})
      LIMIT 100`.execute(this.#db);
    return rows.map(({ id, name, state, output }) => ({
      ...{ id, name, error: messageOf(output) },
      state: state === 'completed' || state === 'cancelled' ? state : 'failed',
    }));
  }

  /**
   * Hands back what the instance was running when its process ended, or one try of it, and answers in how many seconds each falls due:
   * the first time at once, then after a wait that grows. It costs a job none of its tries, since the process may have ended for anything.
   * Only what was handed back too often is left as it is, since the server may die of that very job.
   */
  async handBack(
    instance: string,
    only?: { id: string; attempt: number },
  ): Promise<{ id: string; name: string; due: number }[]> {
    const output = JSON.stringify({ message: 'The server ended while it ran.' });
    const these = only ? sql`j.id = ${only.id} AND j.attempt = ${only.attempt}` : sql`true`;
    const { rows } = await sql<{ id: string; name: string; due: number }>`
      UPDATE ${this.#boss()} b
      SET state = 'retry', retry_limit = b.retry_limit + 1, heartbeat_on = NULL, output = ${output}::jsonb,
        start_after = now() + make_interval(secs => b.retry_delay * (2 ^ greatest(b.retry_limit - q.retry_limit, 0) - 1))
      FROM jobs j JOIN ${sql.id(this.#bossSchema, 'queue')} q ON q.name = j.name
      WHERE b.name = j.name AND b.id = substr(j.id, 5)::uuid AND j.instance = ${instance} AND j.ended IS NULL
        AND b.state = 'active' AND b.retry_count = j.attempt - 1 AND b.retry_limit - q.retry_limit < ${MOST_EXTRA} AND ${these}
      RETURNING j.id, j.name, extract(epoch FROM b.start_after - now())::float8 AS due`.execute(this.#db);
    return rows;
  }

  #boss() {
    return sql.id(this.#bossSchema, 'job');
  }
}

function toJob(row: JobRow): Job {
  const { id, name, organization_id, attempt, progress, started_on: started, completed_on: finished } = row;
  const until = finished ?? (row.state === 'active' ? new Date() : started);
  return {
    ...{
      id,
      name,
      organization_id,
      state: BOSS_STATES[row.state],
      attempt,
      max_attempts: row.retry_limit + 1,
      progress,
    },
    error: messageOf(row.output),
    created_at: row.created_at.toISOString(),
    started_at: started?.toISOString() ?? null,
    finished_at: finished?.toISOString() ?? null,
    duration: started && until ? Math.max(0, until.getTime() - started.getTime()) / 1000 : null,
  };
}

/** The message in what pg-boss keeps of a failure: ours, or its own of a job that took too long or lost its worker. */
function messageOf(output: unknown): string | null {
  if (typeof output !== 'object' || output === null) return null;
  if ('message' in output && typeof output.message === 'string') return output.message;
  return 'value' in output ? messageOf(output.value) : null;
}

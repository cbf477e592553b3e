/** The jobs' routes: how one is, what it said, and to cancel it. */
import { listOf, paging, type Routes, readPage, Type } from '#plugin-api';
import { Takeover } from '../http/takeover.ts';
import { jobNotFound } from './errors.ts';
import { followJob } from './follow.ts';
import type { Job, Jobs } from './jobs.ts';

const params = Type.Object({ id: Type.String({ description: 'Id of the job, `job_…`.' }) });

const stateSchema = Type.Union(
  (['queued', 'running', 'retrying', 'completed', 'failed', 'cancelled'] as const).map((state) => Type.Literal(state)),
);

const jobSchema = Type.Object({
  id: Type.String(),
  name: Type.String({ description: '`<plugin>.<verb>`; also the name of its queue.' }),
  organization_id: Type.Union([Type.String(), Type.Null()]),
  state: stateSchema,
  attempt: Type.Integer({ description: 'The try that runs or ran last; 0 before the first.' }),
  max_attempts: Type.Integer({ description: 'Tries that it gets; a retry adds one.' }),
  progress: Type.Union([
    Type.Object({
      percent: Type.Number(),
      frame: Type.Optional(Type.Number()),
      fps: Type.Optional(Type.Number()),
      speed: Type.Optional(Type.Number()),
      bitrate: Type.Optional(Type.Number()),
      eta: Type.Optional(Type.Number({ description: 'Seconds left.' })),
    }),
    Type.Null(),
  ]),
  error: Type.Union([Type.String(), Type.Null()], { description: 'What the last try failed with.' }),
  created_at: Type.String({ format: 'date-time' }),
  started_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
  finished_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
  duration: Type.Union([Type.Number(), Type.Null()], {
    description: 'Seconds that the last try took, or has taken so far.',
  }),
});

const lineSchema = Type.Object({
  number: Type.String(),
  attempt: Type.Integer(),
  line: Type.String(),
  created_at: Type.String({ format: 'date-time' }),
});

/** Registers the list, each job with its log and its progress, and what can be done with one. */
export function jobRoutes(routes: Routes, jobs: Jobs): void {
  /** The job, if it is the caller's organization's: of others, and of the server's own, there is nothing to be learnt. */
  const ownJob = async (id: string, organizationId: string): Promise<Job> => {
    const job = await jobs.get(id);
    if (job.organization_id !== organizationId) throw jobNotFound(`There is no job ${id}.`);
    return job;
  };

  routes.route({
    method: 'GET',
    path: '/jobs',
    summary: "The organization's jobs, newest first.",
    access: 'viewer',
    query: Type.Object({
      ...paging,
      name: Type.Optional(Type.String({ maxLength: 100, description: 'Of this name only: `vod.transcode`.' })),
      state: Type.Optional(stateSchema),
    }),
    answers: { 200: listOf(jobSchema) },
    async handle({ query, caller: { organizationId } }) {
      const { name, state } = query;
      const filter = { ...(name === undefined ? {} : { name }), ...(state === undefined ? {} : { state }) };
      const body = await readPage({
        list: 'jobs',
        query,
        position: (job: Job) => job.id,
        read: ({ limit, after }) =>
          jobs.list({ organizationId, limit, ...filter, ...(after === undefined ? {} : { after }) }),
      });
      return { status: 200, body };
    },
  });

  routes.route({
    method: 'GET',
    path: '/jobs/:id/stream',
    summary:
      'A job as server-sent events, which browsers read with EventSource: again at each change, until it has ended.',
    access: 'viewer',
    params,
    answers: { 200: null },
    async handle({ params: { id }, caller }) {
      await ownJob(id, caller.organizationId);
      const follow = {
        read: () => ownJob(id, caller.organizationId),
        watch: (listener: () => void) => jobs.watch(id, listener),
      };
      // A job that goes away in between ends the answer; the client comes back, and is told that there is none.
      const body = new Takeover((response) => void followJob(response, follow).catch(() => response.destroy()));
      return { status: 200, body, headers: { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' } };
    },
  });

  routes.route({
    method: 'POST',
    path: '/jobs/:id/retry',
    summary: 'Gives a job that failed or was cancelled another try, which goes on where the last one got to.',
    access: 'creator',
    params,
    answers: { 200: jobSchema },
    async handle({ params: { id }, caller }) {
      await ownJob(id, caller.organizationId);
      await jobs.retry(id);
      return { status: 200, body: await jobs.get(id) };
    },
  });

  routes.route({
    method: 'GET',
    path: '/jobs/:id',
    summary: 'How a job is.',
    access: 'viewer',
    params,
    answers: { 200: jobSchema },
    async handle({ params: { id }, caller }) {
      return { status: 200, body: await ownJob(id, caller.organizationId) };
    },
  });

  routes.route({
    method: 'POST',
    path: '/jobs/:id/cancel',
    summary: 'Cancels a job that waits or runs; one that has ended stays as it is.',
    access: 'creator',
    params,
    answers: { 200: jobSchema },
    async handle({ params: { id }, caller }) {
      await ownJob(id, caller.organizationId);
      await jobs.cancel(id);
      return { status: 200, body: await jobs.get(id) };
    },
  });

  routes.route({
    method: 'GET',
    path: '/jobs/:id/log',
    summary: 'What a job said, oldest line first.',
    access: 'creator',
    params,
    query: Type.Object({
      cursor: Type.Optional(
        Type.String({ pattern: '^[0-9]{1,18}$', description: '`next_cursor` of the page before.' }),
      ),
      limit: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 1000, description: 'Lines to answer; 100 where not given.' }),
      ),
    }),
    answers: {
      200: Type.Object({ data: Type.Array(lineSchema), next_cursor: Type.Union([Type.String(), Type.Null()]) }),
    },
    async handle({ params: { id }, query, caller }) {
      await ownJob(id, caller.organizationId);
      const limit = query.limit ?? 100;
      const data = await jobs.log(id, { limit, ...(query.cursor === undefined ? {} : { after: query.cursor }) });
      return {
        status: 200,
        body: { data, next_cursor: data.length === limit ? (data.at(-1)?.number ?? null) : null },
      };
    },
  });
}

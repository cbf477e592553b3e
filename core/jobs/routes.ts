/** The jobs' routes: how one is, what it said, and to cancel it. */
import { type Routes, Type } from '#plugin-api';
import { jobNotFound } from './errors.ts';
import type { Job, Jobs } from './jobs.ts';

const params = Type.Object({ id: Type.String({ description: 'Id of the job, `job_…`.' }) });

const jobSchema = Type.Object({
  id: Type.String(),
  name: Type.String({ description: '`<plugin>.<verb>`.' }),
  organization_id: Type.Union([Type.String(), Type.Null()]),
  state: Type.Union(
    (['queued', 'running', 'retrying', 'completed', 'failed', 'cancelled'] as const).map((state) =>
      Type.Literal(state),
    ),
  ),
  attempt: Type.Integer({ description: 'The try that runs or ran last; 0 before the first.' }),
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
});

const lineSchema = Type.Object({
  number: Type.String(),
  attempt: Type.Integer(),
  line: Type.String(),
  created_at: Type.String({ format: 'date-time' }),
});

/** Registers `GET /jobs/:id`, `POST /jobs/:id/cancel` and `GET /jobs/:id/log`. */
export function jobRoutes(routes: Routes, jobs: Jobs): void {
  /** The job, if it is the caller's organization's: of others, and of the server's own, there is nothing to be learnt. */
  const ownJob = async (id: string, organizationId: string): Promise<Job> => {
    const job = await jobs.get(id);
    if (job.organization_id !== organizationId) throw jobNotFound(`There is no job ${id}.`);
    return job;
  };

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

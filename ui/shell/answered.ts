/** What the API answered, or its refusal thrown as an error that is fit for people. */
import type { components } from './api-schema.ts';

type ProblemBody = components['schemas']['Problem'];

/** A refusal as the API states it (RFC 9457). */
export class ApiError extends Error {
  /** `LS_…`; empty where something else than the API answered. */
  readonly code: string;
  readonly status: number;

  constructor(status: number, problem: Partial<ProblemBody>) {
    super(problem.detail ?? problem.title ?? `The server answered ${status}.`);
    this.name = 'ApiError';
    this.code = problem.code ?? '';
    this.status = status;
  }
}

interface Outcome<T> {
  data?: T;
  error?: ProblemBody;
  response: Response;
}

/** The body of a call's answer. Throws `ApiError` for a refusal, and an error that says so where nobody answers. */
export async function answered<T>(call: Promise<Outcome<T>>): Promise<T> {
  const { data, error, response } = await call.catch((cause: unknown) => {
    if (cause instanceof ApiError || (cause instanceof DOMException && cause.name === 'AbortError')) throw cause;
    throw new Error('The server does not answer. Check your connection.', { cause });
  });
  // A proxy in front of the server may answer with a page of its own.
  if (!response.ok) throw new ApiError(response.status, typeof error === 'object' ? error : {});
  return data as T;
}

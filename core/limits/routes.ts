/** Limits on routes: what remains is told on the answer, also where it is an error. */
import { LivestreamsError, type RouteAnswer } from '#plugin-api';
import { rateLimitHeaders, type Usage } from './headers.ts';
import type { Limit } from './limits.ts';

export interface Counted {
  limit: Limit;
  /** By whom it is counted. */
  subject: string;
}

/** Answers what `work` does, once each limit has counted a try. Errors: `LS_RATE_LIMITED`, before any work is done. */
export async function limited(counted: Counted[], work: () => Promise<RouteAnswer>): Promise<RouteAnswer> {
  const usages = await takeAll(counted);
  return withHeaders(usages, work, async () => usages);
}

/**
 * The same for what may succeed as often as one likes: a try that turns out well is given back. It is counted before, since tries
 * made all at once must not pass together.
 */
export async function limitFailures(counted: Counted[], work: () => Promise<RouteAnswer>): Promise<RouteAnswer> {
  const usages = await takeAll(counted);
  return withHeaders(usages, work, () => Promise.all(counted.map(({ limit, subject }) => limit.giveBack(subject))));
}

async function takeAll(counted: Counted[]): Promise<Usage[]> {
  const usages: Usage[] = [];
  for (const { limit, subject } of counted) usages.push(await limit.take(subject));
  return usages;
}

async function withHeaders(
  failed: Usage[],
  work: () => Promise<RouteAnswer>,
  succeeded: () => Promise<Usage[]>,
): Promise<RouteAnswer> {
  let answer: RouteAnswer;
  try {
    answer = await work();
  } catch (error) {
    if (error instanceof LivestreamsError) Object.assign(error.headers, beside(error.headers, failed));
    throw error;
  }
  return { ...answer, headers: { ...answer.headers, ...beside(answer.headers ?? {}, await succeeded()) } };
}

/** The fields of these limits, after those that a limit within the work has said. */
function beside(said: Record<string, string>, usages: Usage[]): Record<string, string> {
  const fields = Object.entries(rateLimitHeaders(usages));
  return Object.fromEntries(fields.map(([name, value]) => [name, [said[name] ?? [], value].flat().join(', ')]));
}

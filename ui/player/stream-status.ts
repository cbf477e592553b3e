/** Asks the server what a stream is doing. */
import { type Problem, problems } from './problem.ts';

export interface StreamStatus {
  state: 'offline' | 'starting' | 'live' | 'reconnecting' | 'ended';
  /** The session that is live, or was last; null before the first. */
  session_id: string | null;
  title: string | null;
}

/** Milliseconds after which an answer is no longer waited for. */
const PATIENCE = 8000;

/** Answers the status, or the problem that kept it from being had. Rejects only when `signal` aborts. */
export async function readStatus(url: string, signal: AbortSignal): Promise<StreamStatus | Problem> {
  try {
    const answer = await fetch(url, {
      cache: 'no-store',
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]),
    });
    if (answer.ok) return (await answer.json()) as StreamStatus;
    if (answer.status === 404) return problems.unknownStream;
    if (answer.status === 401 || answer.status === 403) return problems.protected;
    return problems.unreachable;
  } catch (error) {
    if (signal.aborted) throw error;
    return problems.unreachable;
  }
}

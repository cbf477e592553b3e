/** A job's progress as server-sent events: its whole state at once, and again whenever it changes, until it has ended. */
import type { ServerResponse } from 'node:http';
import type { Job } from './job.ts';

/** Milliseconds. Proxies close what is silent for a minute. */
const HEARTBEAT_MS = 15_000;
/** The client comes back by itself, and is asked again who it is. */
const LONGEST_MS = 60_000;

const ENDED = new Set<Job['state']>(['completed', 'failed', 'cancelled']);

export interface FollowOptions {
  read(): Promise<Job>;
  /** Calls back at each news; answers its undo. */
  watch(listener: () => void): () => void;
}

/** Resolves when the answer has ended. */
export async function followJob(response: ServerResponse, { read, watch }: FollowOptions): Promise<void> {
  const gone = new Promise<void>((resolve) => response.once('close', resolve));
  const until = Date.now() + LONGEST_MS;
  let news = Promise.withResolvers<void>();
  const unwatch = watch(() => news.resolve());
  let sent = '';
  try {
    while (!response.destroyed && Date.now() < until) {
      news = Promise.withResolvers<void>();
      const job = await read();
      // How long it has run is no news.
      const state = JSON.stringify({ ...job, duration: null });
      response.write(state === sent ? ': \n\n' : `data: ${JSON.stringify(job)}\n\n`);
      sent = state;
      if (ENDED.has(job.state)) break;
      const quiet = Promise.withResolvers<void>();
      const timer = setTimeout(quiet.resolve, HEARTBEAT_MS);
      await Promise.race([news.promise, quiet.promise, gone]);
      clearTimeout(timer);
    }
  } finally {
    unwatch();
    response.end();
  }
}

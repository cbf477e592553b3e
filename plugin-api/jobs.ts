/** Durable work on the queue, as a plugin states and enqueues it. */
import type { TObject } from 'typebox';
import type { Host } from './host.ts';
import type { JobMap } from './registry.ts';

export type JobName = keyof JobMap & string;
export type JobPayload<N extends JobName> = JobMap[N];

export interface EnqueueOptions {
  /** Seconds from now before which the job does not start. */
  startAfter?: number;
  /** At most one job with this key is queued or running. */
  singletonKey?: string;
  organizationId?: string;
}

export interface JobProgress {
  /** 0 to 100. */
  percent: number;
  frame?: number;
  fps?: number;
  speed?: number;
  bitrate?: number;
  /** Seconds left. */
  eta?: number;
}

export interface JobRun {
  id: string;
  /** 1 with the first try. */
  attempt: number;
  /** Aborts on cancel, on loss of the job, and on shutdown. */
  signal: AbortSignal;
  progress(progress: JobProgress): void;
  /** A line of the job's own log, persisted. */
  log(line: string): void;
  host: Host;
}

/** Thrown by a job that will do no better at another try: it fails at once, for good. */
export class NoRetry extends Error {
  override readonly name = 'NoRetry';
}

export interface JobDefinition<P> {
  /** Schema of the payload: checked when enqueued and again when run. */
  payload: TObject;
  run(payload: P, job: JobRun): Promise<unknown>;
  /** Tries after the first; 2 where not stated. */
  retryLimit?: number;
  /** Seconds of the first back-off; doubles with each try. */
  retryDelay?: number;
  /** How many run at once in one process, where it depends on the plugin's settings by its host; 1 where not stated. */
  concurrency?: number | ((host: Host) => number);
  /** Seconds that one try may take. */
  timeout?: number;
}

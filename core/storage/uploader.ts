/** Uploads what waits in the spool: in the order in which it came within a folder, several folders at once, for as long as it takes. */
import { dirname } from 'node:path';
import { backOff, type Outage } from './outage.ts';

/** Uploads at once, of all folders. */
const MOST_AT_ONCE = 8;

export interface UploaderOptions {
  /** Resolves when the store has confirmed the key's bytes, or there is nothing of it in the spool any more. */
  upload(key: string): Promise<void>;
  /** What was uploaded is what the spool has: it may go from there. */
  onConfirmed(key: string): void;
  outage: Outage;
}

/** A key's bytes that the store has not confirmed. */
export interface Waiting {
  key: string;
  size: number;
  since: Date;
}

interface Queue {
  /** By key, oldest first. */
  waiting: Map<string, Waiting>;
  /** Resolves when the upload that runs has ended, either way. */
  running: { key: string; ended: Promise<void> } | null;
  failures: number;
  retry: NodeJS.Timeout | null;
}

export class Uploader {
  readonly #options: UploaderOptions;
  /** By folder. */
  readonly #queues = new Map<string, Queue>();
  #running = 0;
  #stopped = false;

  constructor(options: UploaderOptions) {
    this.#options = options;
  }

  /** Takes a key; one that is being uploaded now is uploaded again. */
  add(waiting: Waiting): void {
    const folder = dirname(waiting.key);
    const queue = this.#queues.get(folder) ?? { waiting: new Map(), running: null, failures: 0, retry: null };
    this.#queues.set(folder, queue);
    queue.waiting.delete(waiting.key);
    queue.waiting.set(waiting.key, waiting);
    this.#next();
  }

  has(key: string): boolean {
    return this.#queues.get(dirname(key))?.waiting.has(key) ?? false;
  }

  /** Forgets a key; resolves when it is not being uploaded. */
  async remove(key: string): Promise<void> {
    const queue = this.#queues.get(dirname(key));
    if (!queue) return;
    queue.waiting.delete(key);
    if (queue.running?.key === key) await queue.running.ended;
    this.#forgetIdle(dirname(key), queue);
  }

  /** What the store has not confirmed. */
  *waiting(): Generator<Waiting> {
    for (const queue of this.#queues.values()) yield* queue.waiting.values();
  }

  /** Begins no further upload; resolves when those that run have ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const queue of this.#queues.values()) if (queue.retry) clearTimeout(queue.retry);
    await Promise.all([...this.#queues.values()].map(({ running }) => running?.ended));
  }

  #next(): void {
    for (const [folder, queue] of this.#queues) {
      if (this.#stopped || this.#running >= MOST_AT_ONCE) return;
      const [first] = queue.waiting.values();
      if (!first || queue.running || queue.retry) continue;
      this.#running++;
      queue.running = { key: first.key, ended: this.#upload(folder, queue, first) };
    }
  }

  /** Never rejects. */
  async #upload(folder: string, queue: Queue, waiting: Waiting): Promise<void> {
    try {
      await this.#options.upload(waiting.key);
      // Unless it came again meanwhile.
      if (queue.waiting.get(waiting.key) === waiting) {
        queue.waiting.delete(waiting.key);
        this.#options.onConfirmed(waiting.key);
      }
      queue.failures = 0;
      this.#options.outage.settled(queue);
    } catch (error) {
      if (!this.#stopped) this.#failed(queue, error);
    }
    queue.running = null;
    this.#running--;
    this.#forgetIdle(folder, queue);
    this.#next();
  }

  #failed(queue: Queue, error: unknown): void {
    this.#options.outage.failed(queue, error);
    queue.failures++;
    queue.retry = setTimeout(() => {
      queue.retry = null;
      this.#next();
    }, backOff(queue.failures));
  }

  /** A folder goes to the end of the line after each upload, so that none waits for another's backlog. */
  #forgetIdle(folder: string, queue: Queue): void {
    if (queue.running || this.#queues.get(folder) !== queue) return;
    this.#queues.delete(folder);
    if (queue.waiting.size > 0) this.#queues.set(folder, queue);
    else this.#options.outage.settled(queue);
    if (queue.waiting.size === 0 && queue.retry) clearTimeout(queue.retry);
  }
}

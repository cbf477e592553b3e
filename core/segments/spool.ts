/** The spool: finished segments to storage, in order for each session, then to the ledger. */
import { createHash } from 'node:crypto';
import type { Logger, Storage } from '#plugin-api';
import type { Ledger, LedgerWriter } from './ledger.ts';
import type { Segment } from './ring.ts';

/** Segments written at once, of all sessions. */
const MOST_AT_ONCE = 8;
/** Where storage does not take a segment, the next attempt is made after so long. */
const RETRY_MS = 2000;

export interface SpooledSegment {
  rendition: string;
  segment: Segment;
}

export interface SpoolOptions {
  storage: Storage;
  ledger: Ledger;
  log: Logger;
}

export interface SpoolSession extends LedgerWriter {
  /** The bytes are in storage and the ledger says so. */
  onStored(stored: SpooledSegment & { storageKey: string }): void;
  /** Storage takes nothing: told once an outage, with null when it is over. Live goes on from memory. */
  onTrouble(error: Error | null): void;
}

interface Queue {
  session: SpoolSession;
  waiting: SpooledSegment[];
  writing: boolean;
  /** Rows that the ledger has not confirmed. */
  unconfirmed: number;
  trouble: boolean;
  retry: NodeJS.Timeout | null;
  idle: (() => void)[];
}

/** Where a session's segment is stored. The epoch is part of it, so that nobody who has lost the session overwrites what is in the ledger. */
export function segmentKey({ sessionId, epoch }: LedgerWriter, rendition: string, sequence: number): string {
  return `sessions/${sessionId}/${rendition}/${sequence}.${epoch}.m4s`;
}

/**
 * A segment is stored, then in the ledger, then told to the session: none is ever said to be where it is not. A segment that
 * storage does not take is tried again until it leaves the ring (its parts are gone); then it is left out of the ledger for good.
 */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #queues = new Map<string, Queue>();
  /** Sessions whose next segment can be written. */
  readonly #ready: Queue[] = [];
  #writing = 0;
  #stopped = false;

  constructor(options: SpoolOptions) {
    this.#options = options;
  }

  /** Takes a finished segment. */
  add(session: SpoolSession, rendition: string, segment: Segment): void {
    if (this.#stopped) return;
    let queue = this.#queues.get(session.sessionId);
    if (queue && queue.session !== session) this.#drop(queue);
    if (queue?.session !== session) {
      queue = { session, waiting: [], writing: false, unconfirmed: 0, trouble: false, retry: null, idle: [] };
      this.#queues.set(session.sessionId, queue);
    }
    queue.waiting.push({ rendition, segment });
    if (!queue.retry) this.#enqueue(queue);
  }

  /** Resolves when all that the session added is in the ledger, or storage does not take it. */
  settled(session: SpoolSession): Promise<void> {
    const queue = this.#queues.get(session.sessionId);
    if (!queue || queue.session !== session || this.#isIdle(queue)) return Promise.resolve();
    return new Promise((resolve) => queue.idle.push(resolve));
  }

  /** The session is over, or somebody else has it: what is not written yet never will be. */
  forget(session: SpoolSession): void {
    const queue = this.#queues.get(session.sessionId);
    if (queue?.session === session) this.#drop(queue);
  }

  /** Ends after what can be written is. */
  async stop(): Promise<void> {
    await Promise.all([...this.#queues.values()].map(({ session }) => this.settled(session)));
    this.#stopped = true;
    for (const queue of this.#queues.values()) this.#drop(queue);
  }

  #isIdle(queue: Queue): boolean {
    return (queue.waiting.length === 0 || queue.retry !== null) && !queue.writing && queue.unconfirmed === 0;
  }

  #drop(queue: Queue): void {
    if (queue.retry) clearTimeout(queue.retry);
    queue.retry = null;
    queue.waiting.length = 0;
    this.#queues.delete(queue.session.sessionId);
    this.#settle(queue);
  }

  #settle(queue: Queue): void {
    if (!this.#isIdle(queue)) return;
    for (const resolve of queue.idle.splice(0)) resolve();
  }

  #enqueue(queue: Queue): void {
    if (queue.writing || this.#ready.includes(queue)) return;
    this.#ready.push(queue);
    this.#next();
  }

  #next(): void {
    while (this.#writing < MOST_AT_ONCE) {
      const queue = this.#ready.shift();
      if (!queue) return;
      const spooled = queue.waiting[0];
      if (!spooled) continue;
      this.#writing++;
      queue.writing = true;
      void this.#write(queue, spooled).finally(() => {
        this.#writing--;
        queue.writing = false;
        if (queue.waiting.length > 0 && !queue.retry) this.#enqueue(queue);
        this.#settle(queue);
        this.#next();
      });
    }
  }

  /** Writes the oldest segment that waits. Never rejects. */
  async #write(queue: Queue, spooled: SpooledSegment): Promise<void> {
    const { rendition, segment } = spooled;
    const { session } = queue;
    const { parts } = segment;
    if (parts === null) {
      queue.waiting.shift();
      this.#options.log.error(
        { session: session.sessionId, rendition, sequence: segment.sequence },
        'a segment left the window before storage took it; it is lost for later watching',
      );
      return;
    }
    const storageKey = segmentKey(session, rendition, segment.sequence);
    const bytes = Buffer.concat(parts.map((part) => part.bytes));
    try {
      await this.#options.storage.put(storageKey, bytes);
    } catch (error) {
      this.#trouble(queue, error instanceof Error ? error : new Error(String(error)));
      return;
    }
    if (queue.waiting[0] === spooled) queue.waiting.shift();
    this.#trouble(queue, null);
    const sha256 = createHash('sha256').update(bytes).digest();
    queue.unconfirmed++;
    void this.#options.ledger
      .addSegment(session, rendition, {
        sequence: segment.sequence,
        start: segment.start,
        duration: segment.duration,
        programDateTime: segment.programDateTime,
        discontinuity: segment.discontinuity,
        init: segment.init,
        size: bytes.length,
        sha256,
        storageKey,
      })
      .then(async (written) => {
        if (written) session.onStored({ rendition, segment, storageKey });
        // Its stream was deleted, or somebody else has the session.
        else await this.#options.ledger.disown(storageKey);
        queue.unconfirmed--;
        this.#settle(queue);
      });
  }

  #trouble(queue: Queue, error: Error | null): void {
    if (error) {
      queue.retry ??= setTimeout(() => {
        queue.retry = null;
        this.#enqueue(queue);
      }, RETRY_MS);
    }
    if (queue.trouble === (error !== null)) return;
    queue.trouble = error !== null;
    if (error) {
      this.#options.log.error(
        { err: error, session: queue.session.sessionId },
        'storage takes no segments; live goes on from memory',
      );
    } else {
      this.#options.log.info({ session: queue.session.sessionId }, 'storage takes segments again');
    }
    queue.session.onTrouble(error);
  }
}

/** What the origin must know of a stream before it answers: looked up at most once in two seconds. */
import type { StreamRef } from '#plugin-api';
import { isId } from '../ids.ts';
import type { SessionState } from '../segments/ring.ts';

export interface StreamFacts {
  stream: StreamRef;
  /** The newest session; null for a stream that never was live. */
  session: { id: string; state: SessionState } | null;
  /** When the newest session last changed its state; for a stream that never was live, when the stream did. */
  updatedAt: Date;
}

/** Answers null for an id that no stream has. */
export type DescribeStream = (streamId: string) => Promise<StreamFacts | null>;

/** Milliseconds: how long a stream that was made protected, or deleted, may still be served as before. */
const TRUSTED_FOR = 2_000;
/** Streams remembered, unknown ids included; beyond it all are looked up anew. */
const REMEMBERED = 10_000;

interface Entry {
  facts: StreamFacts | null;
  until: number;
}

export class StreamDirectory {
  readonly #describe: DescribeStream;
  readonly #entries = new Map<string, Entry>();
  readonly #pending = new Map<string, Promise<StreamFacts | null>>();

  constructor(describe: DescribeStream) {
    this.#describe = describe;
  }

  get(streamId: string): StreamFacts | null | Promise<StreamFacts | null> {
    const entry = this.#entries.get(streamId);
    if (entry !== undefined && entry.until > Date.now()) return entry.facts;
    if (!isId('str', streamId)) return null;
    return this.#pending.get(streamId) ?? this.#look(streamId);
  }

  /** The next request looks the stream up again. */
  forget(streamId: string): void {
    this.#entries.delete(streamId);
    this.#pending.delete(streamId);
  }

  #look(streamId: string): Promise<StreamFacts | null> {
    const looking = this.#describe(streamId).then(
      (facts) => {
        // What was forgotten meanwhile may be outdated already: it answers those who wait, and is not kept.
        if (this.#pending.get(streamId) === looking) this.#keep(streamId, facts);
        return facts;
      },
      (error: unknown) => {
        const known = this.#entries.get(streamId);
        if (this.#pending.get(streamId) === looking) this.#pending.delete(streamId);
        if (known === undefined) throw error;
        // What is live plays on while the database is away: what was last known of it stands until it can be looked up.
        known.until = Date.now() + TRUSTED_FOR;
        return known.facts;
      },
    );
    this.#pending.set(streamId, looking);
    return looking;
  }

  #keep(streamId: string, facts: StreamFacts | null): void {
    this.#pending.delete(streamId);
    if (this.#entries.size >= REMEMBERED) this.#entries.clear();
    this.#entries.set(streamId, { facts, until: Date.now() + TRUSTED_FOR });
  }
}

/** What the origin must know of a stream or an asset before it answers: looked up at most once in two seconds. */
import type { StreamRef } from '#plugin-api';
import { type IdPrefix, isId } from '../ids.ts';
import type { SessionState } from '../segments/ring.ts';

export interface StreamFacts {
  stream: StreamRef;
  /** The newest session; null for a stream that never was live. */
  session: { id: string; state: SessionState; thumbnailKey: string | null } | null;
  /** Origins whose pages may show it; empty for all. */
  allowedOrigins: readonly string[];
  /** When the newest session last changed its state; for a stream that never was live, when the stream did. */
  updatedAt: Date;
}

/** Answers null for an id that no stream has. */
export type DescribeStream = (streamId: string) => Promise<StreamFacts | null>;

/** Milliseconds: how long what was made protected, or deleted, may still be served as before. */
const TRUSTED_FOR = 2_000;
/** Entries remembered, unknown ids included; beyond it all are looked up anew. */
const REMEMBERED = 10_000;

interface Entry<Facts> {
  facts: Facts | null;
  until: number;
}

export class Directory<Facts> {
  readonly #prefix: IdPrefix;
  readonly #describe: (id: string) => Promise<Facts | null>;
  readonly #entries = new Map<string, Entry<Facts>>();
  readonly #pending = new Map<string, Promise<Facts | null>>();

  /** @param describe Answers null for an id that nothing has. */
  constructor(prefix: IdPrefix, describe: (id: string) => Promise<Facts | null>) {
    this.#prefix = prefix;
    this.#describe = describe;
  }

  get(id: string): Facts | null | Promise<Facts | null> {
    const entry = this.#entries.get(id);
    if (entry !== undefined && entry.until > Date.now()) return entry.facts;
    if (!isId(this.#prefix, id)) return null;
    return this.#pending.get(id) ?? this.#look(id);
  }

  /** The next request looks it up again. */
  forget(id: string): void {
    this.#entries.delete(id);
    this.#pending.delete(id);
  }

  #look(id: string): Promise<Facts | null> {
    const looking = this.#describe(id).then(
      (facts) => {
        // What was forgotten meanwhile may be outdated already: it answers those who wait, and is not kept.
        if (this.#pending.get(id) === looking) this.#keep(id, facts);
        return facts;
      },
      (error: unknown) => {
        const known = this.#entries.get(id);
        if (this.#pending.get(id) === looking) this.#pending.delete(id);
        if (known === undefined) throw error;
        // What is live plays on while the database is away: what was last known of it stands until it can be looked up.
        known.until = Date.now() + TRUSTED_FOR;
        return known.facts;
      },
    );
    this.#pending.set(id, looking);
    return looking;
  }

  #keep(id: string, facts: Facts | null): void {
    this.#pending.delete(id);
    if (this.#entries.size >= REMEMBERED) this.#entries.clear();
    this.#entries.set(id, { facts, until: Date.now() + TRUSTED_FOR });
  }
}

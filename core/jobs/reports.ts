/** Tells whoever follows a job that there is news of it, whichever process runs it: the word goes by NOTIFY. */
import { type Kysely, sql } from 'kysely';
import type { Db } from 'pg-boss';
import type { CoreTables } from '../db/tables.ts';

export class Reports {
  readonly #watchers = new Map<string, Set<() => void>>();
  readonly #db: Db;
  readonly #channel: string;
  #listening: { close(): Promise<void> } | null = null;

  constructor({ db, channel }: { db: Db; channel: string }) {
    this.#db = db;
    this.#channel = channel;
  }

  async start(): Promise<void> {
    if (this.#db.listen === undefined) throw new TypeError("pg-boss's own pool can listen");
    const all = () => {
      for (const id of this.#watchers.keys()) this.#wake(id);
    };
    this.#listening = await this.#db.listen(this.#channel, (id) => this.#wake(id), all);
  }

  /** Calls `listener` at each news until the answered undo is called. */
  watch(id: string, listener: () => void): () => void {
    const watchers = this.#watchers.get(id) ?? new Set();
    this.#watchers.set(id, watchers.add(listener));
    return () => {
      watchers.delete(listener);
      if (watchers.size === 0) this.#watchers.delete(id);
    };
  }

  /** With a transaction it is told when that commits. */
  async tell(db: Kysely<CoreTables>, id: string): Promise<void> {
    await sql`SELECT pg_notify(${this.#channel}, ${id})`.execute(db);
  }

  async stop(): Promise<void> {
    await this.#listening?.close();
  }

  #wake(id: string): void {
    for (const listener of this.#watchers.get(id) ?? []) listener();
  }
}

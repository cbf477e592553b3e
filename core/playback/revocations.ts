/** Which playback tokens were revoked: in memory, so that each request can ask, and read from the database again and again. */
import { type Kysely, sql } from 'kysely';
import type { Logger } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';

/** Milliseconds between two looks: what another process revoked ends here within 5 s, a slow database included. */
const EACH = 2_000;
/** Seconds by which each look goes back behind the last one: a transaction commits later than its time says. */
const OVERLAP = 60;

export class Revocations {
  readonly #db: Kysely<CoreTables>;
  readonly #log: Logger;
  /** Milliseconds since 1970 at which each revoked token would have expired, by its id. */
  readonly #revoked = new Map<string, number>();
  /** By the database's clock; null before the first look. */
  #seenUntil: Date | null = null;
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> | null = null;
  #failing = false;
  #stopped = false;

  constructor({ db, log }: { db: Kysely<CoreTables>; log: Logger }) {
    this.#db = db;
    this.#log = log;
  }

  /** Resolves when all that is revoked is known; from then on looks for more. */
  async start(): Promise<void> {
    await this.#look();
    this.#next();
  }

  /** Resolves when nothing is asked of the database any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#looking;
  }

  has(id: string): boolean {
    return this.#revoked.has(id);
  }

  /** Counts at once in this process. */
  add(id: string, expiresAt: Date): void {
    this.#revoked.set(id, expiresAt.getTime());
  }

  #next(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#lookAgain().then(() => this.#next());
    }, EACH);
    this.#timer.unref();
  }

  /** What is live plays on while the database is away: what was known of revocations stands until they can be read. */
  async #lookAgain(): Promise<void> {
    try {
      await this.#look();
      if (this.#failing) this.#log.info({}, 'Revoked playback tokens are read again.');
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#log.warn({ err: error }, 'Revoked playback tokens cannot be read.');
      this.#failing = true;
    }
  }

  async #look(): Promise<void> {
    const { rows } = await sql<{ now: Date }>`SELECT now() AS now`.execute(this.#db);
    let revoked = this.#db
      .selectFrom('playback_tokens')
      .select(['id', 'expires_at'])
      .where('revoked_at', 'is not', null)
      .where('expires_at', '>', sql<Date>`now()`);
    if (this.#seenUntil) {
      revoked = revoked.where('revoked_at', '>', new Date(this.#seenUntil.getTime() - OVERLAP * 1000));
    }
    for (const { id, expires_at } of await revoked.execute()) this.add(id, expires_at);
    this.#seenUntil = rows[0]!.now;
    const now = Date.now();
    // A minute longer than it could live, for clocks that are not quite the same.
    for (const [id, expiresAt] of this.#revoked) if (expiresAt < now - 60_000) this.#revoked.delete(id);
  }
}

/** Leases: which worker may write a session. Database time decides; each taker raises the session's epoch. */
import { type Kysely, sql } from 'kysely';
import type { Logger } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';

/** A lease not renewed for this long is free: with the renewals below, another worker has the session within 10 s. */
const LEASE_SECONDS = 6;
const RENEW_MS = 2000;

export interface LeasesOptions {
  db: Kysely<CoreTables>;
  /** The same over restarts of one process, so that it takes its own leases back at once. */
  owner: string;
  log: Logger;
  /** The session's lease went to somebody else: nothing may be written for it any more. */
  onLost(sessionId: string): void;
}

/** The leases that this process holds, all renewed by one statement. */
export class Leases {
  readonly #options: LeasesOptions;
  readonly #held = new Map<string, number>();
  #timer: NodeJS.Timeout | null = null;

  constructor(options: LeasesOptions) {
    this.#options = options;
  }

  /** Takes a session that is free, run out or ours already; answers the new epoch, or null when another worker has it. */
  async take(sessionId: string): Promise<number | null> {
    const { db, owner } = this.#options;
    const row = await db
      .updateTable('sessions')
      .set((eb) => ({
        epoch: eb('epoch', '+', 1),
        lease_owner: owner,
        lease_until: sql<Date>`now() + make_interval(secs => ${LEASE_SECONDS})`,
      }))
      .where('id', '=', sessionId)
      .where('state', '<>', 'ended')
      .where((eb) =>
        eb.or([eb('lease_owner', 'is', null), eb('lease_owner', '=', owner), eb('lease_until', '<', sql<Date>`now()`)]),
      )
      .returning('epoch')
      .executeTakeFirst();
    if (!row) return null;
    this.#held.set(sessionId, row.epoch);
    this.#timer ??= setInterval(() => void this.#renew(), RENEW_MS).unref();
    return row.epoch;
  }

  /** The session has ended here; its lease is left to run out. */
  forget(sessionId: string): void {
    this.#held.delete(sessionId);
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    this.#held.clear();
  }

  async #renew(): Promise<void> {
    if (this.#held.size === 0) return;
    const { db, owner, log } = this.#options;
    const asked = new Map(this.#held);
    try {
      const rows = await db
        .updateTable('sessions')
        .set({ lease_until: sql<Date>`now() + make_interval(secs => ${LEASE_SECONDS})` })
        .where('id', 'in', [...asked.keys()])
        .where('lease_owner', '=', owner)
        .returning(['id', 'epoch'])
        .execute();
      const kept = new Map(rows.map((row) => [row.id, row.epoch]));
      for (const [sessionId, epoch] of asked) {
        if (this.#held.get(sessionId) !== epoch || kept.get(sessionId) === epoch) continue;
        this.#held.delete(sessionId);
        this.#options.onLost(sessionId);
      }
    } catch (error) {
      // A database that is away for a moment costs no session: the epoch fences the writes, and the next renewal tells.
      log.warn({ err: error }, 'leases could not be renewed; trying again');
    }
  }
}

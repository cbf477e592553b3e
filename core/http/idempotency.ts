/** Repeats of a request with the same `Idempotency-Key` do its work once (draft-ietf-httpapi-idempotency-key-header). */
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import { type Caller, type Logger, type RouteAnswer, requestInvalid } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import { idempotencyMismatch } from './errors.ts';
import { openAnswer, sealAnswer } from './kept-answer.ts';

export interface Repeatable {
  caller: Caller;
  /** As in the header. */
  key: string;
  /** What makes it the same request: method, path and body. */
  request: unknown;
  signal: AbortSignal;
}

/** Who holds a key, and which key: the row. */
interface Place {
  organization_id: string;
  caller_id: string;
  key: string;
}

/** Seconds that an answer is kept. */
const KEPT = 24 * 60 * 60;
/** Seconds after which a repeat may take over from a server that has died. */
const LEASE = 10;
const RENEW_MS = 3_000;
const SWEEP_MS = 60 * 60 * 1000;
const LONGEST_WAIT_MS = 250;

const seconds = (count: number) => sql<Date>`now() + make_interval(secs => ${count})`;

/**
 * A row for each key, held by one request at a time. What it answers is kept where it made something; where it failed, nothing is,
 * and a repeat tries again.
 *
 * A server that dies between the making and the keeping leaves a key that a repeat takes over, and makes a second one: the work
 * has its own transactions, which this cannot join.
 */
export class Idempotency {
  readonly #db: Kysely<CoreTables>;
  readonly #secret: Uint8Array;
  readonly #log: Logger;
  #sweptAt = 0;

  /** @param options.secret 32 bytes, used for nothing else, and the same on every server of this database. */
  constructor({ db, secret, log }: { db: Kysely<CoreTables>; secret: Uint8Array; log: Logger }) {
    this.#db = db;
    this.#secret = secret;
    this.#log = log;
  }

  /**
   * Does the work, or waits for the one who does it and answers the same, with `Idempotent-Replayed: true`.
   * Errors: `LS_IDEMPOTENCY_MISMATCH` where the key was used for another request, `LS_REQUEST_INVALID` where it is none,
   * `LS_IDEMPOTENCY_UNREADABLE` where the server that did it has another secret.
   */
  async once({ caller, key, request, signal }: Repeatable, work: () => Promise<RouteAnswer>): Promise<RouteAnswer> {
    const place: Place = {
      organization_id: caller.organizationId,
      caller_id: caller.apiKey?.id ?? caller.userId ?? '',
      key: readKey(key),
    };
    const hash = createHash('sha256').update(JSON.stringify(request)).digest();
    await this.#noting('swept', this.#sweep());
    for (let wait = 20; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      const holder = await this.#take(place, hash);
      if (holder !== null) return this.#run(place, holder, work);
      const kept = await this.#find(place, hash);
      if (kept) return kept;
      await delay(wait, undefined, { signal });
    }
  }

  /** Takes the key where nobody has it, or who had it is gone; answers the name of this hold. */
  async #take(place: Place, request: Buffer): Promise<string | null> {
    const holder = randomUUID();
    const hold = { request, holder, lease_until: seconds(LEASE), answer: null, expires_at: seconds(KEPT) };
    const row = await this.#db
      .insertInto('idempotency_keys')
      .values({ ...place, ...hold })
      .onConflict((conflict) =>
        conflict
          .columns(['organization_id', 'caller_id', 'key'])
          .doUpdateSet(hold)
          .where(({ eb, or, and }) =>
            or([
              eb('idempotency_keys.expires_at', '<', sql<Date>`now()`),
              and([
                eb('idempotency_keys.answer', 'is', null),
                eb('idempotency_keys.lease_until', '<', sql<Date>`now()`),
                eb('idempotency_keys.request', '=', request),
              ]),
            ]),
          ),
      )
      .returning('holder')
      .executeTakeFirst();
    return row?.holder ?? null;
  }

  /** The kept answer; null while there is none. */
  async #find(place: Place, request: Buffer): Promise<RouteAnswer | null> {
    const row = await this.#row(place).select(['request', 'answer']).executeTakeFirst();
    if (row === undefined) return null;
    if (!row.request.equals(request)) throw idempotencyMismatch('The key came with another path or body before.');
    if (row.answer === null) return null;
    const answer = openAnswer(this.#secret, nameOf(place), row.answer);
    return { ...answer, headers: { ...answer.headers, 'Idempotent-Replayed': 'true' } };
  }

  async #run(place: Place, holder: string, work: () => Promise<RouteAnswer>): Promise<RouteAnswer> {
    const renewal = setInterval(() => void this.#noting('renewed', this.#renew(place, holder)), RENEW_MS);
    try {
      const answer = await work();
      const made = answer.status >= 200 && answer.status < 300;
      await this.#noting('kept', made ? this.#keep(place, holder, answer) : this.#release(place, holder));
      return answer;
    } catch (error) {
      await this.#noting('released', this.#release(place, holder));
      throw error;
    } finally {
      clearInterval(renewal);
    }
  }

  /** Whatever becomes of the key, an answer is not held back: who repeats finds the key free, or takes it over. */
  async #noting(what: string, change: Promise<unknown>): Promise<void> {
    await change.catch((error: unknown) => this.#log.warn({ err: error }, `An idempotency key could not be ${what}.`));
  }

  #renew(place: Place, holder: string): Promise<unknown> {
    return this.#held(place, holder)
      .set({ lease_until: seconds(LEASE) })
      .execute();
  }

  #keep(place: Place, holder: string, answer: RouteAnswer): Promise<unknown> {
    return this.#held(place, holder)
      .set({ answer: sealAnswer(this.#secret, nameOf(place), answer) })
      .execute();
  }

  #release(place: Place, holder: string): Promise<unknown> {
    return this.#db
      .deleteFrom('idempotency_keys')
      .where(({ and }) => and({ ...place, holder }))
      .execute();
  }

  #held(place: Place, holder: string) {
    return this.#db.updateTable('idempotency_keys').where(({ and }) => and({ ...place, holder }));
  }

  #row(place: Place) {
    return this.#db.selectFrom('idempotency_keys').where(({ and }) => and({ ...place }));
  }

  /** Removes what has expired, now and then. */
  async #sweep(): Promise<void> {
    if (Date.now() < this.#sweptAt + SWEEP_MS) return;
    this.#sweptAt = Date.now();
    await this.#db.deleteFrom('idempotency_keys').where('expires_at', '<', sql<Date>`now()`).execute();
  }
}

/** The key in the header: a quoted string (RFC 9651, 3.3.3), or the same without its quotes. */
function readKey(header: string): string {
  const key = /^"(.*)"$/.exec(header)?.[1] ?? header;
  if (/^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/.test(key)) return key;
  const detail = 'expected 1 to 255 visible characters of ASCII';
  throw requestInvalid(`/headers/idempotency-key ${detail}.`, {
    errors: [{ pointer: '/headers/idempotency-key', detail }],
  });
}

function nameOf({ organization_id, caller_id, key }: Place): string {
  return `${organization_id} ${caller_id} ${key}`;
}

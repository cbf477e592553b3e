/** What ingests knock at: whether a publisher's key is right and whether it may publish, with a reason where not. */
import type { Kysely } from 'kysely';
import {
  type IngestDoor,
  LivestreamsError,
  type Logger,
  type Publication,
  type PublishAttempt,
  PublishRefused,
} from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import type { EventLog } from '../events/log.ts';
import type { Hooks } from '../hooks.ts';
import { addressSubject, type Limit, type Limits } from '../limits/index.ts';
import { streamRef, verifyStreamKey } from '../streams/index.ts';
import type { Sessions } from './sessions.ts';

export interface DoorOptions {
  db: Kysely<CoreTables>;
  events: EventLog;
  hooks: Hooks;
  sessions: Sessions;
  limits: Limits;
  log: Logger;
}

/** Wrong stream keys of one address. */
const WRONG_KEYS = { points: 10, seconds: 60 };

/** One for all ingests: an address that tries wrong keys is throttled at each of them. */
export class Door {
  readonly #options: DoorOptions;
  readonly #wrongKeys: Limit;

  constructor(options: DoorOptions) {
    this.#options = options;
    this.#wrongKeys = options.limits.limit('stream-key', WRONG_KEYS);
  }

  forIngest(ingest: string): IngestDoor {
    return { publish: (attempt) => this.#publish(ingest, attempt) };
  }

  async #publish(ingest: string, attempt: PublishAttempt): Promise<Publication> {
    try {
      return await this.#admit(ingest, attempt);
    } catch (error) {
      if (error instanceof PublishRefused) {
        // Whom the throttle holds back must not fill the log of events either.
        if (error.code !== 'throttled') this.#noteRefusal(attempt, ingest, error);
        throw error;
      }
      this.#options.log.error({ err: error, stream: attempt.streamId.slice(0, 64) }, 'a publish could not be opened');
      throw new PublishRefused('unavailable', 'The server could not open the session; try again.');
    }
  }

  async #admit(ingest: string, attempt: PublishAttempt): Promise<Publication> {
    const { db, hooks, sessions } = this.#options;
    const { remoteAddress } = attempt;
    const from = addressSubject(remoteAddress);
    // Only wrong keys count: a studio's encoders may all return at once.
    await throttled(this.#wrongKeys.check(from));
    const verified = await verifyStreamKey(db, attempt.streamId, attempt.key);
    if (!verified) {
      await throttled(this.#wrongKeys.take(from));
      throw new PublishRefused('denied', 'No stream has this key: it is wrong, expired or deleted.');
    }
    const refusal = await hooks.authorize({
      action: 'publish',
      stream: streamRef(verified.stream),
      remoteAddress,
      ingest,
    });
    if (refusal) throw new PublishRefused('denied', refusal.refuse);
    return sessions.publish(ingest, attempt, verified);
  }

  /** Writes the refusal down for the stream's owner, beside the encoder's answer: its time must not tell whether there is such a stream. */
  #noteRefusal({ streamId, remoteAddress }: PublishAttempt, ingest: string, { code, reason }: PublishRefused): void {
    const { db, events, log } = this.#options;
    log.info(
      { ingest, stream: streamId.slice(0, 64), address: remoteAddress, code },
      `a publish was refused: ${reason}`,
    );
    void (async () => {
      const row = await db
        .selectFrom('streams')
        .select('organization_id')
        .where('id', '=', streamId)
        .executeTakeFirst();
      if (!row) return;
      const data = { ingest, code, reason, remote_address: remoteAddress };
      await events.append({ organizationId: row.organization_id, streamId, type: 'publish.refused', data });
    })().catch((error: unknown) => log.warn({ err: error }, 'a refused publish could not be noted'));
  }
}

/** An encoder is told of a limit in its own words. */
async function throttled(counted: Promise<unknown>): Promise<void> {
  try {
    await counted;
  } catch (error) {
    if (!(error instanceof LivestreamsError)) throw error;
    const wait = error.extensions.retry_after;
    throw new PublishRefused('throttled', `Too many wrong stream keys; try again in ${wait} s.`);
  }
}

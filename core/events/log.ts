/** The event log: a durable row for everything that happened, in an order that readers can rely on. */
import { type Kysely, type Selectable, sql } from 'kysely';
import type { EventRow, Logger, NewEvent } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import { whenSettled, withTransaction } from '../db/transaction.ts';
import { newId } from '../ids.ts';
import { EventBus, type EventHandler, type EventType } from './bus.ts';
import { eventNotFound } from './errors.ts';

export interface EventQuery {
  organizationId: string;
  /** Id of the last event already seen: only later ones are answered. */
  after?: string;
  streamId?: string;
  sessionId?: string;
  type?: string;
  /** At most so many, oldest first. */
  limit: number;
}

export class EventLog {
  readonly #db: Kysely<CoreTables>;
  readonly #bus: EventBus;

  constructor({ db, log }: { db: Kysely<CoreTables>; log: Logger }) {
    this.#db = db;
    this.#bus = new EventBus(log);
  }

  /**
   * Writes an event; listeners hear of it when it is committed, and not at all when it is not.
   *
   * Until its transaction ends, other transactions that append for the same organization wait: an event's place in the log
   * is its place in the order of commits, so that a reader who has seen one has missed none before it. Append late in a
   * transaction, and keep that short.
   *
   * `transaction` must be one of `withTransaction`.
   */
  async append<T extends EventType>(event: NewEvent<T>, transaction?: Kysely<CoreTables>): Promise<EventRow<T>> {
    if (transaction === undefined) return withTransaction(this.#db, (own) => this.append(event, own));
    const lock = `events ${event.organizationId}`;
    await sql`SELECT pg_advisory_xact_lock(hashtextextended(${lock}, 0))`.execute(transaction);
    const row = await transaction
      .insertInto('events')
      .values({
        id: newId('evt'),
        organization_id: event.organizationId,
        stream_id: event.streamId ?? null,
        session_id: event.sessionId ?? null,
        type: event.type,
        data: JSON.stringify(event.data),
        // The time of the append, not the time its transaction began: times rise with positions.
        created_at: sql<Date>`clock_timestamp()`,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    const written = toEvent<T>(row);
    whenSettled(transaction, this.#bus.announce(written as EventRow));
    return written;
  }

  /**
   * Calls the handler with each event of this process from now on, in order an organization; answers its undo.
   * The handler is not waited for, and its failure is logged.
   */
  on<T extends EventType>(type: T | '*', handler: EventHandler<T>): () => void {
    return this.#bus.on(type, handler);
  }

  /** Reads events of an organization, oldest first. Errors: `LS_EVENT_NOT_FOUND` when `after` names none of its events. */
  async list(query: EventQuery): Promise<EventRow[]> {
    let rows = this.#db.selectFrom('events').selectAll().where('organization_id', '=', query.organizationId);
    if (query.after !== undefined)
      rows = rows.where('position', '>', await this.#position(query.organizationId, query.after));
    if (query.streamId !== undefined) rows = rows.where('stream_id', '=', query.streamId);
    if (query.sessionId !== undefined) rows = rows.where('session_id', '=', query.sessionId);
    if (query.type !== undefined) rows = rows.where('type', '=', query.type);
    return (await rows.orderBy('position').limit(query.limit).execute()).map((row) => toEvent(row));
  }

  async #position(organizationId: string, id: string): Promise<string> {
    const row = await this.#db
      .selectFrom('events')
      .select('position')
      .where('id', '=', id)
      .where('organization_id', '=', organizationId)
      .executeTakeFirst();
    if (row === undefined) throw eventNotFound(`There is no event ${id}.`);
    return row.position;
  }
}

/** Rows are written only by `append`, whose argument ties the data to the type. */
function toEvent<T extends EventType>(row: Selectable<CoreTables['events']>): EventRow<T> {
  const { id, type, organization_id, stream_id, session_id, data, created_at } = row;
  const event = { id, type, organization_id, stream_id, session_id, data, created_at: created_at.toISOString() };
  return event as unknown as EventRow<T>;
}

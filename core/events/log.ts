/** The event log: a durable row for everything that happened, in an order that readers can rely on. */
import { type Kysely, type Selectable, sql } from 'kysely';
import type { EventRow, Logger, NewEvent } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import { whenSettled, withTransaction } from '../db/transaction.ts';
import { isId, newId } from '../ids.ts';
import { EventBus, type EventHandler, type EventType } from './bus.ts';
import { eventNotFound } from './errors.ts';

export interface EventQuery {
  organizationId: string;
  streamId?: string;
  sessionId?: string;
  type?: string;
  /** At most so many, oldest first. */
  limit: number;
}

/** An event, and where it stands in the log: later ones have higher positions. */
export interface Entry {
  position: number;
  event: EventRow;
}

/** A place to go on from. */
export interface Place {
  /** Of the event before it. */
  position: number;
  id: string;
}

/** The id that stands before every event: whoever goes on after it reads the whole log. */
export const BEGINNING = `evt_${'0'.repeat(32)}`;

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
      // Heard by other processes once it is committed, and not at all when it is not.
      .returning(sql`pg_notify('events ' || current_schema(), organization_id || ' ' || position)`.as('notified'))
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
  async list({ after, ...query }: EventQuery & { after?: string }): Promise<EventRow[]> {
    const position = after === undefined ? 0 : (await this.place(query.organizationId, after)).position;
    return (await this.readAfter(position, query)).map(({ event }) => event);
  }

  /** Reads events behind a position, oldest first. */
  async readAfter(position: number, query: EventQuery): Promise<Entry[]> {
    let rows = this.#db
      .selectFrom('events')
      .selectAll()
      .where('organization_id', '=', query.organizationId)
      .where('position', '>', String(position));
    if (query.streamId !== undefined) rows = rows.where('stream_id', '=', query.streamId);
    if (query.sessionId !== undefined) rows = rows.where('session_id', '=', query.sessionId);
    if (query.type !== undefined) rows = rows.where('type', '=', query.type);
    const found = await rows.orderBy('position').limit(query.limit).execute();
    return found.map((row) => ({ position: Number(row.position), event: toEvent(row) }));
  }

  /** The end of an organization's log; before its first event the beginning, at 0. */
  async newest(organizationId: string): Promise<Place> {
    const row = await this.#db
      .selectFrom('events')
      .select(['position', 'id'])
      .where('organization_id', '=', organizationId)
      .orderBy('position', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row ? { position: Number(row.position), id: row.id } : { position: 0, id: BEGINNING };
  }

  /** The place behind an event of the organization. Errors: `LS_EVENT_NOT_FOUND`. */
  async place(organizationId: string, id: string): Promise<Place> {
    if (id === BEGINNING) return { position: 0, id };
    if (!isId('evt', id)) throw eventNotFound('This is not the id of an event.');
    const row = await this.#db
      .selectFrom('events')
      .select('position')
      .where('id', '=', id)
      .where('organization_id', '=', organizationId)
      .executeTakeFirst();
    if (row === undefined) throw eventNotFound(`There is no event ${id}.`);
    return { position: Number(row.position), id };
  }
}

/** Rows are written only by `append`, whose argument ties the data to the type. */
function toEvent<T extends EventType>(row: Selectable<CoreTables['events']>): EventRow<T> {
  const { id, type, organization_id, stream_id, session_id, data, created_at } = row;
  const event = { id, type, organization_id, stream_id, session_id, data, created_at: created_at.toISOString() };
  return event as unknown as EventRow<T>;
}

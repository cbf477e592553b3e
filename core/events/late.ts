/** Events of a transaction that is more than one change: they are appended at its end, since from the first on all others wait. */
import type { Kysely } from 'kysely';
import type { NewEvent } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import type { EventType } from './bus.ts';
import type { EventLog } from './log.ts';

/** What takes the events of a change: the log itself, or one that gathers them for it. */
export interface EventSink {
  append<T extends EventType>(event: NewEvent<T>, transaction: Kysely<CoreTables>): Promise<unknown>;
}

export class LateEvents implements EventSink {
  readonly #log: Pick<EventLog, 'append'>;
  readonly #waiting: NewEvent<EventType>[] = [];

  constructor(log: Pick<EventLog, 'append'>) {
    this.#log = log;
  }

  async append<T extends EventType>(event: NewEvent<T>): Promise<void> {
    this.#waiting.push(event);
  }

  /** Appends what was gathered, in its order; the last work of the transaction. */
  async flush(transaction: Kysely<CoreTables>): Promise<void> {
    for (const event of this.#waiting.splice(0)) await this.#log.append(event, transaction);
  }
}

/** Tells the listeners of this process what happened, in the order of the log, once it is certain. */
import type { EventMap, EventRow, Logger } from '#plugin-api';

export type EventType = keyof EventMap & string;
export type EventHandler<T extends EventType = EventType> = (event: EventRow<T>) => void | Promise<void>;

interface Announced {
  event: EventRow;
  state: 'open' | 'committed' | 'dropped';
}

/**
 * The database lets only one transaction an organization hold uncommitted events, so events are announced here in the
 * order of the log. Their transactions' ends may be noticed in another order: an event waits for those before it.
 */
export class EventBus {
  readonly #listeners = new Map<string, Set<EventHandler>>();
  readonly #announced = new Map<string, Announced[]>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Calls the handler with each event of the type (`*`: of all types) from now on; answers its undo. */
  on<T extends EventType>(type: T | '*', handler: EventHandler<T>): () => void {
    const handlers = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, handlers);
    // Events are handed out by their type, so a handler sees only what it was typed for.
    const listener = ((event: EventRow<T>) => handler(event)) as unknown as EventHandler;
    handlers.add(listener);
    return () => handlers.delete(listener);
  }

  /** Notes an event that is written but not committed; the answer is to be called with its transaction's end. */
  announce(event: EventRow): (committed: boolean) => void {
    const announced: Announced = { event, state: 'open' };
    const queue = this.#announced.get(event.organization_id) ?? [];
    this.#announced.set(event.organization_id, queue);
    queue.push(announced);
    return (committed) => {
      announced.state = committed ? 'committed' : 'dropped';
      this.#deliver(event.organization_id, queue);
    };
  }

  #deliver(organizationId: string, queue: Announced[]): void {
    while (queue[0] && queue[0].state !== 'open') {
      const { event, state } = queue.shift()!;
      if (state === 'committed') this.#call(event);
    }
    if (queue.length === 0 && this.#announced.get(organizationId) === queue) this.#announced.delete(organizationId);
  }

  #call(event: EventRow): void {
    for (const type of [event.type, '*']) {
      for (const handler of this.#listeners.get(type) ?? []) {
        // Nobody waits for a listener, and none can stop another.
        void (async () => handler(event))().catch((error: unknown) => {
          this.#log.error({ err: error, event: event.id, type: event.type }, 'a listener of events failed');
        });
      }
    }
  }
}

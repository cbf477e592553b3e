/** Events as they go over the wire to browsers: the event stream format of WHATWG HTML, 9.2.5. */
import type { EventRow } from '#plugin-api';

/** Milliseconds after which a browser that lost its connection comes back. */
const RETRY = 2000;

/** A line that readers skip: it shows both ends and all proxies between them that the connection is alive. */
export const HEARTBEAT = Buffer.from(': \n\n');

/** The id is where a reader goes on after it came back. No `event` field: readers get all types by `onmessage`, with the type in the data. */
export function eventFrame(event: EventRow): Buffer {
  return Buffer.from(`id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`);
}

/** What every answer begins with: an id without data tells nobody anything, but is remembered (9.2.6), so that nothing is missed by who comes back before the first event. */
export function openingFrame(id: string): Buffer {
  return Buffer.from(`retry: ${RETRY}\nid: ${id}\n\n`);
}

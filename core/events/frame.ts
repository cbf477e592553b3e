/**
 * Events as they go over the wire to browsers: the event stream format of WHATWG HTML, 9.2.5.
 *
 * Frames are texts of ASCII alone: one of them is written to thousands of connections, and for a short text of one byte a
 * character Node allocates nothing at each.
 */
import type { EventRow } from '#plugin-api';

/** Milliseconds after which a browser that lost its connection comes back. */
const RETRY = 2000;

/** A line that readers skip: it shows both ends and all proxies between them that the connection is alive. */
export const HEARTBEAT = ': \n\n';

/** The id is where a reader goes on after it came back. No `event` field: readers get all types by `onmessage`, with the type in the data. */
export function eventFrame(event: EventRow): string {
  return `id: ${event.id}\ndata: ${asciiJson(event)}\n\n`;
}

/**
 * What every answer begins with. An id without data tells nobody anything, but is remembered (9.2.6): who comes back before
 * the first event misses nothing.
 */
export function openingFrame(id: string): string {
  return `retry: ${RETRY}\nid: ${id}\n\n`;
}

/** JSON has an escape for every character (RFC 8259, 7). */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

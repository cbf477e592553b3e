/** Follows the events of an organization over a connection, as a browser's EventSource does: it remembers the last id that it saw. */
import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import type { EventRow } from '../../plugin-api/index.ts';
import { until } from './until.ts';

export interface Following {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** All events so far, in the order in which they came. */
  readonly events: EventRow[];
  /** What a browser would send as Last-Event-ID. */
  readonly lastId: () => string;
  /** Lines that only show that the connection is alive. */
  readonly beats: () => number;
  readonly isOpen: () => boolean;
  /** Stops reading, as a client that hangs does. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** Resolves when the server has answered, whatever its status. */
export function follow(url: string, headers: Record<string, string> = {}): Promise<Following> {
  return new Promise((resolve, reject) => {
    const request: ClientRequest = get(url, { headers, agent: false }, (response) => {
      const events: EventRow[] = [];
      let lastId = '';
      let beats = 0;
      let isOpen = true;
      let rest = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        const blocks = (rest + chunk).split('\n\n');
        rest = blocks.pop()!;
        for (const block of blocks) {
          for (const line of block.split('\n')) {
            if (line.startsWith('id: ')) lastId = line.slice(4);
            if (line.startsWith('data: ')) events.push(JSON.parse(line.slice(6)));
            if (line.startsWith(':')) beats += 1;
          }
        }
      });
      response.on('error', () => undefined);
      response.on('close', () => {
        isOpen = false;
      });
      resolve({
        status: response.statusCode!,
        headers: response.headers,
        events,
        lastId: () => lastId,
        beats: () => beats,
        isOpen: () => isOpen,
        pause: () => void response.pause(),
        resume: () => void response.resume(),
        close: () => request.destroy(),
      });
    });
    request.once('error', reject);
  });
}

/** Follows from after the event with this id (from now on where there is none), and knows from where it would come back. */
export async function followFrom(url: string, token: string, after?: string): Promise<Following> {
  const following = await follow(`${url}/v1/events/stream`, {
    authorization: `Bearer ${token}`,
    ...(after ? { 'last-event-id': after } : {}),
  });
  if (following.status !== 200) throw new Error(`/v1/events/stream: ${following.status}`);
  await until(() => following.lastId() !== '' || !following.isOpen(), 'the stream of events to begin');
  return following;
}

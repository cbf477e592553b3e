/** Hears over a connection of its own that another process has written an event. */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from '#plugin-api';

/** Milliseconds after which a lost connection is made again. */
const RETRY = 1000;

/** What the connection is called at the database: by it one sees that a server runs on a schema. */
export const serverName = (schema: string) => `livestreams server ${schema}`.slice(0, 63);

export interface NoticesOptions {
  /** Of the database with its schema; holds a password. */
  url: string;
  schema: string;
  log: Logger;
  onEvent(organizationId: string, position: number): void;
  /** The connection is there, at first or again: of what was written before it nothing was heard. */
  onConnected(): void;
}

/** Listens until it is stopped, whatever the database does. Answers when it listens for the first time. */
export async function listenForEvents(options: NoticesOptions): Promise<() => Promise<void>> {
  const stopping = new AbortController();
  const listening = Promise.withResolvers<void>();
  const kept = keepListening(options, stopping.signal, listening.resolve);
  await Promise.race([listening.promise, kept]);
  return async () => {
    stopping.abort();
    await kept;
  };
}

async function keepListening(options: NoticesOptions, signal: AbortSignal, onListening: () => void): Promise<void> {
  let isFailing = false;
  while (!signal.aborted) {
    try {
      await listenOnce(options, signal, () => {
        isFailing = false;
        onListening();
        options.onConnected();
      });
    } catch (error) {
      if (!isFailing) options.log.warn({ err: error }, 'events of other processes are not heard of; trying again');
      isFailing = true;
      await delay(RETRY, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Resolves when it was stopped, rejects when the connection is lost. */
async function listenOnce(options: NoticesOptions, signal: AbortSignal, onListening: () => void): Promise<void> {
  const client = new pg.Client({
    connectionString: options.url,
    keepAlive: true,
    application_name: serverName(options.schema),
  });
  const ended = Promise.withResolvers<void>();
  client.on('error', ended.reject);
  client.on('end', () => ended.reject(new Error('the connection was closed')));
  client.on('notification', ({ payload = '' }) => {
    const [organizationId = '', position] = payload.split(' ');
    options.onEvent(organizationId, Number(position));
  });
  const stop = () => ended.resolve();
  signal.addEventListener('abort', stop);
  try {
    await client.connect();
    await client.query(`LISTEN ${client.escapeIdentifier(`events ${options.schema}`)}`);
    onListening();
    await ended.promise;
  } finally {
    signal.removeEventListener('abort', stop);
    // It may be lost already, and its end then tells nobody anything.
    ended.promise.catch(() => undefined);
    await client.end().catch(() => undefined);
  }
}

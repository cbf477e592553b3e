/** The listening RTMP server: takes connections up to a number, and passes their publish attempts on by id. */

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import type { Latency, PublishRefusal } from '#plugin-api';
import { Connection } from './connection.ts';
import type { FromServer, ServerSettings } from './ipc.ts';
import type { PublishedSource } from './source-server.ts';
import { startSourceServer } from './source-server.ts';

/** Milliseconds between warnings of too many connections. */
const WARN_EVERY = 10_000;

/** An attempt that was passed on, until its connection is over. */
interface Attempt {
  connection: Connection;
  source: PublishedSource;
}

export interface PublishServer {
  readonly port: number;
  accept(id: number, latency: Latency): void;
  refuse(id: number, code: PublishRefusal['code'], reason: string): void;
  drop(id: number, reason: string): void;
  /** Ends all publishers and resolves when nothing listens. */
  stop(): Promise<void>;
}

/** Resolves once it listens; rejects with Node's error where it cannot. Attempts and their ends are passed to `tell`. */
export async function startPublishServer(
  settings: ServerSettings,
  tell: (message: FromServer) => void,
): Promise<PublishServer> {
  const sources = await startSourceServer();
  const attempts = new Map<number, Attempt>();
  const connections = new Set<Connection>();
  let lastId = 0;

  const server = createServer((socket) => {
    const remoteAddress = plainAddress(socket.remoteAddress);
    let id: number | null = null;
    const connection = new Connection(socket, settings.idleTimeout * 1000, {
      publish(request) {
        id = ++lastId;
        const source = sources.open();
        attempts.set(id, { connection, source });
        const { url, authorization } = source;
        tell({ type: 'attempt', id, remoteAddress, ...request, source: { url, authorization } });
      },
      closed(reason) {
        connections.delete(connection);
        if (id === null) {
          tell({
            type: 'log',
            level: 'debug',
            fields: { remoteAddress, reason },
            message: 'connection without a publish ended',
          });
          return;
        }
        attempts.get(id)?.source.close();
        attempts.delete(id);
        tell({ type: 'gone', id, reason, bytes: connection.bytes });
      },
    });
    connections.add(connection);
  });
  server.maxConnections = settings.maxConnections;
  let warned = 0;
  server.on('drop', (dropped) => {
    // One line tells it; a flood of connections must not become a flood of lines.
    if (Date.now() - warned < WARN_EVERY) return;
    warned = Date.now();
    const fields = { remoteAddress: plainAddress(dropped?.remoteAddress), maxConnections: settings.maxConnections };
    tell({ type: 'log', level: 'warn', fields, message: 'too many connections: some are turned away' });
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(settings.port, settings.host, resolve);
    });
  } catch (error) {
    await sources.stop();
    throw error;
  }

  return {
    port: (server.address() as AddressInfo).port,
    accept(id, latency) {
      const attempt = attempts.get(id);
      attempt?.connection.accept(attempt.source, latency);
    },
    refuse(id, code, reason) {
      const status = code === 'busy' ? 'NetStream.Publish.BadName' : 'NetStream.Publish.Denied';
      attempts.get(id)?.connection.refuse(status, reason);
    },
    drop(id, reason) {
      attempts.get(id)?.connection.drop(reason);
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const connection of connections) connection.drop('The server is stopping.');
      await Promise.all([closed, sources.stop()]);
    },
  };
}

/** An IPv4 address as such, where a socket for both families gives it as `::ffff:192.0.2.1`. */
function plainAddress(address = ''): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}

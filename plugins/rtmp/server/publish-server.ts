/** The listening RTMP server: takes connections up to a number, and passes their publish attempts on by id. */

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import type { PublishRefusal } from '#plugin-api';
import { Connection } from './connection.ts';
import type { FromServer, ServerSettings } from './ipc.ts';
import type { PublishedSource } from './source-server.ts';
import { startSourceServer } from './source-server.ts';

/** An attempt that was passed on, until its connection is over. */
interface Attempt {
  connection: Connection;
  source: PublishedSource;
}

export interface PublishServer {
  readonly port: number;
  accept(id: number): void;
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
    const remoteAddress = socket.remoteAddress ?? '';
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
  server.on('drop', (dropped) => {
    const fields = { remoteAddress: dropped?.remoteAddress, maxConnections: settings.maxConnections };
    tell({ type: 'log', level: 'warn', fields, message: 'too many connections: one was turned away' });
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
    accept(id) {
      const attempt = attempts.get(id);
      attempt?.connection.accept(attempt.source);
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

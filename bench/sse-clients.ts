/** A process of its own that holds many connections, reads all that comes, and counts it. Told what to do over IPC. */
import { connect } from 'node:net';

export interface Opening {
  port: number;
  clients: number;
  /** Sent on each connection; may hold a credential, so it is no argument of the process. */
  request: string;
}

/** Bytes that have come on all connections together. */
export interface Count {
  bytes: number;
}

/** Connections that are being made at once: a listen queue is not endless. */
const AT_ONCE = 50;

let bytes = 0;

function open({ port, request }: Opening): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(request);
      resolve();
    });
    socket.on('data', (chunk) => {
      bytes += chunk.length;
    });
    socket.on('error', reject);
    socket.on('close', () => process.exit(1));
  });
}

process.on('message', async (message: Opening | 'count') => {
  if (message !== 'count') {
    for (let left = message.clients; left > 0; left -= AT_ONCE) {
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, left) }, () => open(message)));
    }
  }
  process.send!({ bytes } satisfies Count);
});

/** The RTMP server's process: obeys its parent over IPC, and does not outlive it. */
import type { FromServer, ToServer } from './ipc.ts';
import { type PublishServer, startPublishServer } from './publish-server.ts';

let server: PublishServer | null = null;

function tell(message: FromServer): void {
  if (process.connected) process.send?.(message);
}

async function listen(message: Extract<ToServer, { type: 'listen' }>): Promise<void> {
  try {
    server = await startPublishServer(message.settings, tell);
    tell({ type: 'listening', port: server.port });
  } catch (error) {
    const { code = '', message: reason } = error as NodeJS.ErrnoException;
    tell({ type: 'failed', code, reason });
  }
}

async function stop(): Promise<void> {
  await server?.stop();
  process.disconnect();
}

function obey(message: ToServer): void {
  switch (message.type) {
    case 'listen':
      void listen(message);
      break;
    case 'accept':
      server?.accept(message.id, message.latency);
      break;
    case 'refuse':
      server?.refuse(message.id, message.code, message.reason);
      break;
    case 'drop':
      server?.drop(message.id, message.reason);
      break;
    case 'stop':
      void stop();
      break;
  }
}

process.on('message', obey);
// The channel closes when the parent is gone, however it went.
process.on('disconnect', () => process.exit());
// A terminal or an init system signals the whole group: the parent then stops this process in its turn.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

/** Ports for the servers of tests, which no other program takes between the choice and the use. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Below those that systems give to outgoing connections (Linux: from 32768), one of which may be opened at any moment. */
const FIRST = 12_000;
const END = 32_000;
/** Runs of tests go on beside each other: each process has so many ports of its own. */
const BLOCK = 500;

let block: Promise<number> | null = null;
let taken = 0;

/** A port that nobody listens on, and that no other process of tests is given. A port comes again only after all others of the block. */
export async function freePort(): Promise<number> {
  block ??= claimBlock();
  const first = await block;
  for (let tried = 1; tried < BLOCK; tried++) {
    const port = first + 1 + (taken++ % (BLOCK - 1));
    const server = await listenOn(port);
    if (server === null) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
  throw new Error(`all ports from ${first} to ${first + BLOCK - 1} are in use`);
}

/** A block belongs to whoever listens on its first port: until the process ends. */
async function claimBlock(): Promise<number> {
  for (let first = FIRST; first < END; first += BLOCK) {
    const server = await listenOn(first);
    if (server === null) continue;
    server.unref();
    return first;
  }
  throw new Error(`other programs listen on the first ports of all blocks from ${FIRST} to ${END}`);
}

async function listenOn(port: number): Promise<Server | null> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return null;
    throw error;
  }
}

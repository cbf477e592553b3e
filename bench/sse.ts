/** CPU of the server for an event to one of 2,000 clients, against a loop of `write` in C with as many bytes. */
import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connectDatabase } from '../core/db/database.ts';
import { startEmbedded } from '../core/db/embedded.ts';
import { eventFrame } from '../core/events/frame.ts';
import { EventLog } from '../core/events/log.ts';
import { temporaryFolder } from '../test/support/folder.ts';
import { quietLog } from '../test/support/log.ts';
import { owner, startServer } from '../test/support/server.ts';
import { until } from '../test/support/until.ts';
import { median } from './numbers.ts';
import { ownCpuSeconds } from './processes.ts';
import type { Row } from './row.ts';
import type { Count, Opening } from './sse-clients.ts';

const CLIENTS = 2000;
const ROUNDS = 5;
/** Milliseconds between events: time for all clients to have read one. */
const INTERVAL = 60;

/** The process that holds one server's clients. */
class Clients {
  readonly #process = fork(fileURLToPath(new URL('sse-clients.ts', import.meta.url)));
  readonly #lost = new AbortController();

  constructor() {
    this.#process.once('exit', () => this.#lost.abort(new Error('a connection of the clients was closed')));
  }

  async open(opening: Opening): Promise<void> {
    await this.#ask(opening);
  }

  /** That have come to all of them together. */
  async bytes(): Promise<number> {
    return (await this.#ask('count')).bytes;
  }

  stop(): void {
    this.#process.kill('SIGKILL');
  }

  async #ask(message: Opening | 'count'): Promise<Count> {
    this.#process.send(message);
    const [count] = (await once(this.#process, 'message', { signal: this.#lost.signal })) as [Count];
    return count;
  }
}

/** Whoever sends an event to all clients of its own. */
interface Sender {
  pid: number;
  clients: Clients;
  /** Bytes of an event on one connection. */
  size: number;
  send(): Promise<void> | void;
}

/** Microseconds of CPU a delivery; `idle` is the share of a core that the process uses without any. */
async function cost({ pid, clients, size, send }: Sender, events: number, idle: number): Promise<number> {
  const before = await clients.bytes();
  const [cpu, start] = [ownCpuSeconds(pid), performance.now()];
  for (let n = 1; n <= events; n++) {
    await Promise.all([send(), delay(INTERVAL)]);
    // Else a server that falls behind would send several at once, which costs less.
    const wanted = before + n * CLIENTS * size;
    await until(async () => (await clients.bytes()) >= wanted, 'all clients to have the event');
  }
  const used = ownCpuSeconds(pid) - cpu - (idle * (performance.now() - start)) / 1000;
  return (used / (events * CLIENTS)) * 1e6;
}

async function startLoop(folder: string, size: number): Promise<Sender & { process: ChildProcess }> {
  const program = join(folder, 'write-loop');
  try {
    execFileSync('cc', ['-O2', '-o', program, fileURLToPath(new URL('write-loop.c', import.meta.url))]);
  } catch (error) {
    throw new Error('there is no C compiler (cc) to build the peer with', { cause: error });
  }
  const child = spawn(program, [String(CLIENTS), String(size)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const port = Number((await lines.next()).value);
  const clients = new Clients();
  await clients.open({ port, clients: CLIENTS, request: '' });
  await lines.next();
  return { process: child, pid: child.pid!, clients, size, send: () => void child.stdin.write('.') };
}

/** The whole server, on a database that others write to: what it does for requests is not measured. */
async function startOurs(config: string) {
  const embedded = await startEmbedded({ dataDir: temporaryFolder(), log: quietLog, durable: false });
  const server = await startServer({ config, env: { DATABASE_URL: embedded.url } });
  const database = await connectDatabase({ url: embedded.url, log: quietLog });
  const clients = new Clients();
  const events = new EventLog({ db: database.kysely, log: quietLog });
  const { access_token: token, organizations } = await server.api<{
    access_token: string;
    organizations: { id: string }[];
  }>('POST', '/auth/login', owner);
  const organizationId = organizations[0]!.id;
  const append = () =>
    events.append({
      type: 'stream.updated',
      organizationId,
      streamId: 'str_0',
      data: { title: 'A title as they are' },
    });
  const request = `GET /v1/events/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`;
  await clients.open({ port: server.ports.http, clients: CLIENTS, request });
  const size = eventFrame(await append()).length;
  // The heads of the answers and this event, however many have begun before it.
  let before = -1;
  await until(async () => {
    const after = await clients.bytes();
    const isStill = after === before && after > 0;
    before = after;
    await delay(500);
    return isStill;
  }, 'all clients to be answered');
  return {
    sender: { pid: server.process.pid!, clients, size, send: async () => void (await append()) },
    async stop() {
      clients.stop();
      await server.stop();
      await database.stop();
      await embedded.stop();
    },
  };
}

export async function measureSse(folder: string, config: string, seconds = 6): Promise<Row> {
  const events = Math.ceil((seconds * 1000) / INTERVAL);
  const ours = await startOurs(config);
  const theirs = await startLoop(folder, ours.sender.size).catch(async (error: unknown) => {
    await ours.stop();
    throw error;
  });
  const figures = { ours: [] as number[], theirs: [] as number[] };
  try {
    const before = ownCpuSeconds(ours.sender.pid);
    await delay(seconds * 1000);
    const idle = (ownCpuSeconds(ours.sender.pid) - before) / seconds;
    for (let round = 0; round < ROUNDS; round++) {
      figures.ours.push(await cost(ours.sender, events, idle));
      figures.theirs.push(await cost(theirs, events, 0));
    }
    return {
      what: `stream of events: one of ${CLIENTS} clients of one process is sent an event`,
      peer: 'a loop of write in C',
      ours: median(figures.ours),
      theirs: median(figures.theirs),
      unit: 'µs of CPU',
      wantedRatio: 1.4,
      wantedAbsolute: null,
      note: `${ours.sender.size} bytes. Median of ${ROUNDS}. Each event is written by another process; to hear of it and to read it is counted.`,
    };
  } finally {
    theirs.clients.stop();
    theirs.process.kill('SIGKILL');
    await ours.stop();
  }
}

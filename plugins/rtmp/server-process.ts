/** Runs the RTMP server in a process of its own, restarts it when it dies, and carries publish attempts to core's door. */
import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { type IngestDoor, type Logger, type Publication, PublishRefused } from '#plugin-api';
import type { FromServer, ServerSettings, ToServer } from './server/ipc.ts';

/** Milliseconds. */
const FIRST_BACKOFF = 200;
const LONGEST_BACKOFF = 5_000;
/** A process that lived so long starts the back-off anew. */
const HEALTHY = 30_000;
/** After that it is killed. */
const STOP_TIME = 5_000;

type AttemptMessage = Extract<FromServer, { type: 'attempt' }>;

/** An attempt from when the process told of it until its connection is gone. */
interface OpenAttempt {
  publication: Publication | null;
  /** Why the connection is gone, once it is. */
  gone: string | null;
}

export class ServerProcess {
  private readonly door: IngestDoor;
  private readonly log: Logger;
  private settings: ServerSettings;
  private child: ChildProcess | null = null;
  private backoff = FIRST_BACKOFF;
  private readonly stopping = new AbortController();
  private restarting: Promise<void> = Promise.resolve();

  constructor(settings: ServerSettings, door: IngestDoor, log: Logger) {
    this.settings = settings;
    this.door = door;
    this.log = log;
  }

  /** The port that it listens on. */
  get port(): number {
    return this.settings.port;
  }

  /** Starts the process; resolves once it listens, rejects with one sentence where it cannot. */
  async start(): Promise<void> {
    const child = fork(new URL('./server/main.ts', import.meta.url), {
      // Not the parent's flags: two processes cannot share an inspector's port.
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const started = Date.now();
    const attempts = new Map<number, OpenAttempt>();
    const port = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', () => reject(new Error('The RTMP server process ended while it started.')));
      child.on('message', (message: FromServer) => {
        if (message.type === 'listening') resolve(message.port);
        else if (message.type === 'failed') {
          child.kill('SIGKILL');
          reject(new Error(this.whyNot(message.code, message.reason)));
        } else this.hear(child, attempts, message);
      });
      child.send({ type: 'listen', settings: this.settings } satisfies ToServer);
    });
    this.child = child;
    // A restart takes the same port again, where any free one was asked for.
    this.settings = { ...this.settings, port };
    child.removeAllListeners('error');
    child.on('error', (error) => this.log.error({ err: error }, 'the RTMP server process could not be reached'));
    child.once('exit', (code, signal) => this.died(attempts, { code, signal }, Date.now() - started));
    this.log.info({ pid: child.pid, port }, 'RTMP is listening');
  }

  /** Ends all publishers and the process; resolves when it is gone. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.restarting;
    const child = this.child;
    if (!child) return;
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIME);
    this.tell(child, { type: 'stop' });
    await exited;
    clearTimeout(force);
  }

  private whyNot(code: string, reason: string): string {
    const { host, port } = this.settings;
    if (code === 'EADDRINUSE')
      return `RTMP cannot listen on port ${port}: another program uses it. Set LIVESTREAMS_RTMP_PORT to a free one.`;
    if (code === 'EACCES')
      return `RTMP may not listen on port ${port}: ports under 1024 need privileges. Set LIVESTREAMS_RTMP_PORT.`;
    return `RTMP cannot listen on ${host} port ${port}: ${reason}.`;
  }

  private tell(child: ChildProcess, message: ToServer): void {
    // A process that is gone has told so by its exit; there is nobody left to tell.
    if (child.connected) child.send(message, () => {});
  }

  private hear(child: ChildProcess, attempts: Map<number, OpenAttempt>, message: FromServer): void {
    if (message.type === 'attempt') void this.admit(child, attempts, message);
    else if (message.type === 'gone') {
      this.end(attempts, message.id, message.reason);
      this.log.debug({ bytes: message.bytes, reason: message.reason }, 'RTMP connection ended');
    } else if (message.type === 'log') this.log[message.level](message.fields, message.message);
  }

  private async admit(child: ChildProcess, attempts: Map<number, OpenAttempt>, message: AttemptMessage): Promise<void> {
    const { id, streamId, key, remoteAddress, encoder, source } = message;
    const attempt: OpenAttempt = { publication: null, gone: null };
    attempts.set(id, attempt);
    try {
      const publication = await this.door.publish({ streamId, key, remoteAddress, encoder, source });
      if (attempt.gone !== null) {
        publication.ended(attempt.gone);
        return;
      }
      attempt.publication = publication;
      const { signal } = publication;
      const drop = () => this.tell(child, { type: 'drop', id, reason: sentence(signal.reason) });
      if (signal.aborted) drop();
      else {
        signal.addEventListener('abort', drop, { once: true });
        this.tell(child, { type: 'accept', id, latency: publication.latency });
      }
    } catch (error) {
      if (!(error instanceof PublishRefused))
        this.log.error({ err: error, streamId }, 'a publish could not be decided');
      const { code, reason } =
        error instanceof PublishRefused
          ? error
          : { code: 'unavailable' as const, reason: 'The server cannot take the publish now.' };
      this.tell(child, { type: 'refuse', id, code, reason });
    }
  }

  private end(attempts: Map<number, OpenAttempt>, id: number, reason: string): void {
    const attempt = attempts.get(id);
    if (!attempt) return;
    attempts.delete(id);
    attempt.gone = reason;
    attempt.publication?.ended(reason);
  }

  private died(attempts: Map<number, OpenAttempt>, how: object, lived: number): void {
    this.child = null;
    const expected = this.stopping.signal.aborted;
    const reason = expected ? 'The server is stopping.' : 'The RTMP server process ended unexpectedly.';
    for (const id of [...attempts.keys()]) this.end(attempts, id, reason);
    if (expected) return;
    this.log.error(how, 'the RTMP server process ended; it is started again');
    if (lived > HEALTHY) this.backoff = FIRST_BACKOFF;
    this.restarting = this.restart();
  }

  private async restart(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await delay(this.backoff, undefined, { signal });
        this.backoff = Math.min(this.backoff * 2, LONGEST_BACKOFF);
        return await this.start();
      } catch (error) {
        if (!signal.aborted) this.log.error({ err: error }, 'the RTMP server process did not start');
      }
    }
  }
}

/** What an AbortSignal was aborted with, as a sentence for the encoder. */
function sentence(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

/** The life of sessions: publish, live, reconnecting, ended; who takes over from whom, and when it is over. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { type Logger, type Publication, type PublishAttempt, PublishRefused, type StreamRef } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import { withSavepoint, withTransaction } from '../db/transaction.ts';
import type { EventLog } from '../events/log.ts';
import type { Hooks } from '../hooks.ts';
import type { Jobs } from '../jobs/jobs.ts';
import { type StreamRow, streamRef } from '../streams/index.ts';
import * as store from './store.ts';
import type { SessionWork, Worker } from './worker.ts';

/** A publisher that has sent nothing for this long gives way to another with a valid key. */
const SILENT_MS = 3000;
/** What the database did not take is tried again after so long. */
const RETRY_MS = 2000;

export interface SessionsOptions {
  db: Kysely<CoreTables>;
  events: EventLog;
  hooks: Hooks;
  jobs: Jobs;
  worker: Worker;
  log: Logger;
}

interface ActivePublication {
  id: string;
  keyId: string;
  drop: AbortController;
  /** Resolves when the session has taken note of its end. */
  gone: Promise<void>;
}

/** A stream, and the key of its that a publisher has shown. */
export interface VerifiedKey {
  stream: StreamRow;
  keyId: string;
}

/** A session that this process works on. */
export interface ActiveSession {
  readonly id: string;
  readonly stream: StreamRef;
  readonly reconnectWindow: number;
  readonly work: SessionWork;
  publication: ActivePublication | null;
  endTimer: NodeJS.Timeout | null;
}

export class Sessions {
  readonly #options: SessionsOptions;
  /** By stream. */
  readonly #active = new Map<string, ActiveSession>();
  /** What is done to one stream is done in order. */
  readonly #queues = new Map<string, Promise<unknown>>();
  #recovering: NodeJS.Timeout | null = null;
  #stopping = false;

  constructor(options: SessionsOptions) {
    this.#options = options;
    const { events, worker } = options;
    events.on('stream.key_deleted', ({ stream_id, data }) => {
      const publication = this.#active.get(stream_id ?? '')?.publication;
      if (publication?.keyId === data.key_id) publication.drop.abort('The stream key was deleted.');
    });
    events.on('stream.deleted', async ({ stream_id }) => {
      await this.end(stream_id ?? '', 'the stream was deleted');
    });
    worker.onLost((sessionId) => this.#lost(sessionId));
  }

  /** The active session of a stream in this process. */
  active(streamId: string): ActiveSession | null {
    return this.#active.get(streamId) ?? null;
  }

  /** Takes up the sessions that a killed process left: now, and every so many milliseconds those of workers that died elsewhere. */
  async recover(every: number): Promise<void> {
    await this.#recoverAbandoned();
    this.#recovering = setInterval(() => {
      this.#recoverAbandoned().catch((error: unknown) =>
        this.#options.log.warn({ err: error }, 'abandoned sessions could not be looked for; trying again'),
      );
    }, every).unref();
  }

  /** Drops the stream's publisher and ends its session at once. */
  async end(streamId: string, reason: string): Promise<boolean> {
    const session = this.#active.get(streamId);
    if (!session) return false;
    await this.#dropPublisher(session, `${reason[0]!.toUpperCase()}${reason.slice(1)}.`);
    return this.#inOrder(streamId, async () => {
      if (this.#active.get(streamId) !== session) return false;
      await this.#close(session, reason);
      return true;
    });
  }

  /** Drops all publishers and leaves their sessions to be continued by the next start. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#recovering) clearInterval(this.#recovering);
    await Promise.all(
      [...this.#active.values()].map(async (session) => {
        await this.#dropPublisher(session, 'The server is stopping.');
        if (session.endTimer) clearTimeout(session.endTimer);
        await session.work.end();
      }),
    );
    this.#active.clear();
  }

  /**
   * Opens the stream's session, or goes on with the one that is open, for a publisher whose key is right. Rejects with
   * `PublishRefused` while another publisher sends, while another server has the session, and when the server stops.
   */
  publish(ingest: string, attempt: PublishAttempt, verified: VerifiedKey): Promise<Publication> {
    return this.#inOrder(verified.stream.id, () => this.#admit(ingest, attempt, verified));
  }

  async #admit(ingest: string, attempt: PublishAttempt, verified: VerifiedKey): Promise<Publication> {
    if (this.#stopping) throw new PublishRefused('unavailable', 'The server is stopping.');
    const stream = streamRef(verified.stream);
    const before = this.#active.get(stream.id);
    if (before?.publication) {
      if (Date.now() - before.work.pipeline.lastMediaAt < SILENT_MS)
        throw new PublishRefused('busy', 'Another encoder is sending to this stream.');
      await this.#dropPublisher(before, 'Another encoder took over.');
    }
    const { db, events } = this.#options;
    const opened = await withTransaction(db, async (tx) => {
      const known = await store.lockOpenSession(tx, stream.id);
      const session = known ?? (await store.insertSession(tx, stream));
      const publishId = await store.insertPublish(tx, {
        sessionId: session.id,
        ingest,
        keyId: verified.keyId,
        ...attempt,
      });
      const about = { organizationId: stream.organizationId, streamId: stream.id, sessionId: session.id };
      if (known) {
        await store.markLive(tx, session.id);
        await events.append({ ...about, type: 'session.resumed', data: { publish_id: publishId } }, tx);
      } else {
        await events.append({ ...about, type: 'session.started', data: { latency: stream.latency } }, tx);
        await this.#options.hooks.publish({
          stream,
          session: { id: session.id, startedAt: session.started_at },
          enqueue: (name, payload, options) => this.#options.jobs.enqueue(name, payload, options, tx),
        });
      }
      const { remoteAddress, encoder } = attempt;
      const data = { publish_id: publishId, ingest, remote_address: remoteAddress, encoder };
      await events.append({ ...about, type: 'publish.started', data }, tx);
      return { session, publishId };
    });
    const session = before ?? (await this.#takeFor(opened, verified.stream));
    if (session.endTimer) clearTimeout(session.endTimer);
    session.endTimer = null;
    return this.#connect(session, opened.publishId, verified.keyId, attempt);
  }

  async #takeFor(opened: { session: store.SessionRow; publishId: string }, stream: StreamRow): Promise<ActiveSession> {
    try {
      return await this.#take(opened.session, stream);
    } catch (error) {
      await store.endPublish(this.#options.db, opened.publishId, 'no worker could take the session');
      throw error;
    }
  }

  /** Joins a publisher and the session's pipeline; both ends of it are looked after here. */
  #connect(session: ActiveSession, id: string, keyId: string, attempt: PublishAttempt): Publication {
    const drop = new AbortController();
    const ended = Promise.withResolvers<string>();
    session.work.presentation.setState('live');
    const read = session.work.pipeline.attach(attempt.source);
    read.then(
      (reason) => drop.abort(`The source ended: ${reason}.`),
      (error: unknown) => {
        this.#options.log.warn({ err: error, session: session.id }, "the publisher's source could not be read");
        drop.abort('What the encoder sent could not be read.');
      },
    );
    const gone = ended.promise.then((reason) =>
      this.#gone(session, id, reason).catch((error: unknown) => {
        this.#options.log.error({ err: error, session: session.id }, 'the end of a publish could not be noted');
      }),
    );
    session.publication = { id, keyId, drop, gone };
    const { latency } = session.stream;
    return { id, sessionId: session.id, latency, signal: drop.signal, ended: ended.resolve };
  }

  async #gone(session: ActiveSession, publishId: string, reason: string): Promise<void> {
    await session.work.pipeline.detach();
    if (session.publication?.id === publishId) session.publication = null;
    session.work.presentation.setState('reconnecting');
    const { log } = this.#options;
    let until: Date | null = null;
    for (let noted = false; !noted; ) {
      try {
        until = await this.#noteGone(session, publishId, reason);
        noted = true;
      } catch (error) {
        if (this.#stopping) throw error;
        // Unnoted, the session would be live for ever: a database that is away for a moment is waited for.
        log.error({ err: error, session: session.id }, 'the end of a publish could not be noted; trying again');
        await delay(RETRY_MS);
      }
    }
    if (session.publication) return;
    log.info({ session: session.id, reason }, 'the publisher has gone');
    if (!this.#stopping) this.#endAt(session, until ?? new Date());
  }

  /** Answers when the session is to end; null where it has, or where another publisher is there already. */
  #noteGone(session: ActiveSession, publishId: string, reason: string): Promise<Date | null> {
    const { db, events } = this.#options;
    const about = this.#about(session);
    return withTransaction(db, async (tx) => {
      await store.endPublish(tx, publishId, reason);
      await events.append({ ...about, type: 'publish.ended', data: { publish_id: publishId, reason } }, tx);
      if (session.publication) return null;
      const end = await store.markReconnecting(tx, session.id, session.reconnectWindow);
      if (end) await events.append({ ...about, type: 'session.reconnecting', data: { until: end.toISOString() } }, tx);
      return end;
    });
  }

  #endAt(session: ActiveSession, until: Date): void {
    session.endTimer = setTimeout(
      () => {
        void this.#inOrder(session.stream.id, async () => {
          if (session.publication || this.#active.get(session.stream.id) !== session) return;
          await this.#close(session, 'the publisher did not return');
        }).catch((error: unknown) => {
          this.#options.log.error({ err: error, session: session.id }, 'a session could not be ended; trying again');
          this.#endAt(session, new Date(Date.now() + RETRY_MS));
        });
      },
      Math.max(0, until.getTime() - Date.now()),
    );
  }

  async #close(session: ActiveSession, reason: string): Promise<void> {
    const { db, events, hooks, jobs, log } = this.#options;
    if (session.endTimer) clearTimeout(session.endTimer);
    await session.work.end();
    await withTransaction(db, async (tx) => {
      const duration = await store.markEnded(tx, session.id, reason);
      if (duration === null) return;
      await events.append({ ...this.#about(session), type: 'session.ended', data: { reason, duration } }, tx);
      const row = await tx
        .selectFrom('sessions')
        .select('started_at')
        .where('id', '=', session.id)
        .executeTakeFirstOrThrow();
      await hooks.unpublish({
        stream: session.stream,
        session: { id: session.id, startedAt: row.started_at },
        reason,
        // A tap may fail; the session ends all the same.
        enqueue: (name, payload, options) => withSavepoint(tx, () => jobs.enqueue(name, payload, options, tx)),
      });
    });
    this.#active.delete(session.stream.id);
    session.work.release();
    log.info({ session: session.id, stream: session.stream.id, reason }, 'the session has ended');
  }

  async #take(row: store.SessionRow, streamRow: StreamRow): Promise<ActiveSession> {
    const stream = streamRef(streamRow);
    const work = await this.#options.worker.take(row, stream, streamRow.dvr_window);
    if (!work) throw new PublishRefused('unavailable', 'Another server works on this stream; try again.');
    const session: ActiveSession = {
      id: row.id,
      stream,
      reconnectWindow: streamRow.reconnect_window,
      work,
      publication: null,
      endTimer: null,
    };
    this.#active.set(stream.id, session);
    return session;
  }

  async #recoverAbandoned(): Promise<void> {
    const { db, worker } = this.#options;
    for (const row of await store.abandonedSessions(db, worker.name)) {
      if (this.#active.has(row.stream_id)) continue;
      await this.#inOrder(row.stream_id, async () => {
        if (this.#active.has(row.stream_id) || this.#stopping) return;
        const streamRow = await db.selectFrom('streams').selectAll().where('id', '=', row.stream_id).executeTakeFirst();
        if (!streamRow) return;
        const session = await this.#take(row, streamRow);
        session.work.presentation.setState('reconnecting');
        const until = await withTransaction(db, async (tx) => {
          await store.endLeftPublishes(tx, row.id, 'the server was stopped');
          return store.markReconnecting(tx, row.id, session.reconnectWindow);
        });
        this.#endAt(session, until ?? new Date());
        this.#options.log.info({ session: row.id }, 'a session was taken up again; its publisher may return');
      });
    }
  }

  #lost(sessionId: string): void {
    for (const [streamId, session] of this.#active) {
      if (session.id !== sessionId) continue;
      this.#active.delete(streamId);
      if (session.endTimer) clearTimeout(session.endTimer);
      session.publication?.drop.abort('Another server works on this stream.');
      session.work
        .abandon()
        .catch((error: unknown) =>
          this.#options.log.error({ err: error, session: sessionId }, 'a lost session did not end well'),
        );
    }
  }

  async #dropPublisher(session: ActiveSession, reason: string): Promise<void> {
    const { publication } = session;
    if (!publication) return;
    publication.drop.abort(reason);
    await publication.gone;
  }

  #about(session: ActiveSession): { organizationId: string; streamId: string; sessionId: string } {
    return { organizationId: session.stream.organizationId, streamId: session.stream.id, sessionId: session.id };
  }

  #inOrder<T>(streamId: string, work: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(streamId) ?? Promise.resolve();
    const next = before.then(work, work);
    this.#queues.set(streamId, next);
    const clean = () => {
      if (this.#queues.get(streamId) === next) this.#queues.delete(streamId);
    };
    next.then(clean, clean);
    return next;
  }
}

/** What works on sessions: takes their leases, runs their pipelines, and carries what they make to viewers and to storage. */
import type { Kysely } from 'kysely';
import type { EventMap, Logger, StreamRef } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import type { EventLog } from '../events/log.ts';
import type { Hooks } from '../hooks.ts';
import { SessionPipeline } from '../pipeline/run.ts';
import type { Presentations } from '../playback/presentations.ts';
import type { Ledger } from '../segments/ledger.ts';
import { LiveSession } from '../segments/live-session.ts';
import { readSession, resumePoint } from '../segments/read-back.ts';
import type { Init } from '../segments/ring.ts';
import type { Spool, SpoolSession } from '../segments/spool.ts';
import { Tail } from '../segments/tail.ts';
import { Leases } from './leases.ts';
import type { SessionRow } from './store.ts';

export interface WorkerOptions {
  /** The process's lasting name. */
  name: string;
  db: Kysely<CoreTables>;
  events: EventLog;
  hooks: Hooks;
  ledger: Ledger;
  spool: Spool;
  /** Folder of the tails of sessions. */
  tails: string;
  presentations: Presentations;
  ffmpeg: string;
  log: Logger;
}

/** A session that this worker has the lease of. */
export interface SessionWork {
  readonly pipeline: SessionPipeline;
  readonly presentation: LiveSession;
  /** Closes the last segments; resolves when all of it is stored, or cannot be. */
  end(): Promise<void>;
  /** Writes nothing more: somebody else has the session. */
  abandon(): Promise<void>;
  /** The session has ended and been written down: viewers are given what the ledger has. */
  release(): void;
}

export class Worker {
  readonly name: string;
  readonly #options: WorkerOptions;
  readonly #leases: Leases;
  #lost: (sessionId: string) => void = () => undefined;

  constructor(options: WorkerOptions) {
    const { name, db, log } = options;
    this.name = name;
    this.#options = options;
    this.#leases = new Leases({ db, owner: name, log, onLost: (sessionId) => this.#lost(sessionId) });
  }

  /** Says whom to tell of a session whose lease went to another worker. */
  onLost(listener: (sessionId: string) => void): void {
    this.#lost = listener;
  }

  stop(): void {
    this.#leases.stop();
  }

  /** Takes the session's lease and goes on where its ledger ends. Null where another worker has it. */
  async take(row: SessionRow, stream: StreamRef, dvrWindow: number): Promise<SessionWork | null> {
    const epoch = await this.#leases.take(row.id);
    if (epoch === null) return null;
    const { db, events, hooks, ledger, spool, tails, presentations, ffmpeg, log } = this.#options;
    const former = await readSession(db, row.id);
    // One after the other, so that they are read in the order in which they happened.
    let emitted: Promise<unknown> = Promise.resolve();
    const emit = <T extends keyof EventMap & string>(type: T, data: EventMap[T]) => {
      const event = { type, organizationId: stream.organizationId, streamId: stream.id, sessionId: row.id, data };
      emitted = emitted
        .then(() => events.append(event))
        .catch((error: unknown) => log.warn({ err: error, type }, 'an event could not be written'));
    };

    const session = { id: row.id, startedAt: row.started_at };
    /** What the segments of this process need, by rendition and number: also of a rendition that is gone when they are stored. */
    const inits = new Map<string, Init>();
    const writer: SpoolSession = {
      sessionId: row.id,
      epoch,
      onStored: ({ rendition, segment, storageKey }) => {
        presentation.stored(rendition, segment, storageKey);
        tail.stored(rendition, segment.sequence);
        const init = inits.get(`${rendition} ${segment.init}`)!;
        const { sequence, start, duration, discontinuity, size } = segment;
        void hooks.notify('segment', {
          ...{ stream, session, rendition, kind: init.config.kind, sequence, start, duration, discontinuity },
          ...{ init: { number: init.number, bytes: init.bytes }, size, storageKey },
        });
      },
      onTrouble: (error) => {
        if (!error) return pipeline.health.clear('storage');
        emit('session.storage_failed', { reason: error.message });
        pipeline.health.raise({
          code: 'storage',
          severity: 'error',
          reason: 'What is live cannot be stored now; it plays on from memory, and will be missing later.',
          fix: 'Make room on the disk of the data folder; the server log has the details.',
        });
      },
    };
    const tail = new Tail(tails, writer, log);
    const presentation = new LiveSession({
      sessionId: row.id,
      streamId: stream.id,
      latency: stream.latency,
      dvrWindow,
      onInit: (rendition, init) => {
        inits.set(`${rendition.name} ${init.number}`, init);
        void ledger.addInit(writer, rendition.name, rendition.listed, init);
      },
      onPart: (rendition, segment, part) => tail.add(rendition.name, segment, part),
      onSegment: (rendition, segment) => spool.add(writer, rendition.name, segment),
    });
    const resume = former && resumePoint(former);
    if (former && resume) presentation.restore(former.renditions);
    const goneLive = presentation.onChange((rendition) => {
      if (!rendition?.listed) return;
      goneLive();
      emit('session.live', { renditions: [...presentation.renditions.keys()] });
    });
    const pipeline = new SessionPipeline({
      latency: stream.latency,
      ffmpeg,
      sink: presentation,
      ...(resume ? { resume } : {}),
      shape: (plan, source, shed) => hooks.pipeline(plan, { stream, session, source, shed }),
      offer: (renditions, apart) => {
        for (const name of presentation.renditions.keys()) {
          if (!renditions.includes(name) && !apart.includes(name)) presentation.removeRendition(name);
        }
        presentation.setListed(renditions);
        ledger
          .setListed(writer, renditions)
          .catch((error: unknown) => log.warn({ err: error, session: row.id }, 'what is offered could not be noted'));
      },
      emit,
      log: log.child({ session: row.id }),
    });
    const release = presentations.add(presentation);
    return {
      pipeline,
      presentation,
      end: async () => {
        await pipeline.end();
        await spool.settled(writer);
        await tail.close();
      },
      abandon: async () => {
        spool.forget(writer);
        await pipeline.abandon();
        await tail.discard();
        // Not ended: it goes on elsewhere, and players that were told of an end would leave for good.
        presentation.setState('reconnecting');
        release();
      },
      release: () => {
        spool.forget(writer);
        this.#leases.forget(row.id);
        presentation.setState('ended');
        release();
        void tail.discard();
      },
    };
  }
}

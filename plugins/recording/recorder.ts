/** Records one session: takes its segments as they are stored, in whatever process, and writes each into the file it belongs to. */
import { setImmediate } from 'node:timers/promises';
import type { Host, SessionSegment } from '#plugin-api';
import { type FirstSegments, RENDITIONS, RecordingFile } from './recording-file.ts';
import './tables.ts';
import { wholeSegments } from './whole-segments.ts';

/** Where storage or the database does not answer, the next attempt is made after so many milliseconds. */
const RETRY_MS = 2000;
/** Seconds of one track after which a file begins without the other. */
const WAIT_FOR_OTHER = 5;
/** Seconds: a picture and a sound that begin no further apart begin together. */
const TOGETHER = 0.25;
/** Seconds that a segment may be behind the file before it is left out of it. */
const LATEST = 10;

export interface RecordedSession {
  sessionId: string;
  streamId: string;
}

export class Recorder {
  readonly #host: Host;
  readonly #session: RecordedSession;
  /** As they were offered. */
  #offered: SessionSegment[] = [];
  /** Not offered before, and in no file yet. */
  #waiting: SessionSegment[] = [];
  /** The first number of each track that was not offered yet. */
  readonly #next = { video: 0, audio: 0 };
  #file: RecordingFile | null = null;
  #files = 0;
  #opened = false;
  #work: Promise<void> = Promise.resolve();
  #busy = false;
  #retry: NodeJS.Timeout | null = null;
  #troubled = false;
  #closed = false;

  constructor(host: Host, session: RecordedSession) {
    this.#host = host;
    this.#session = session;
  }

  /** Takes a stored segment; returns at once. Those that are no part of a recording, or come again, are passed over. */
  offer(segment: SessionSegment): void {
    if (this.#closed || segment.rendition !== RENDITIONS[segment.kind]) return;
    this.#offered.push(segment);
    if (!this.#busy && !this.#retry) this.#write();
  }

  /** Takes what the ledger has beyond what was offered, and completes the files. Rejects where that cannot be done now. */
  async finish(): Promise<void> {
    this.close();
    await this.#work;
    await this.#open();
    this.#takeOffered();
    for (const kind of ['video', 'audio'] as const) {
      const { sessionId } = this.#session;
      const missed = await this.#host.sessions.segments(sessionId, RENDITIONS[kind], this.#next[kind]);
      this.#offered.push(...(await wholeSegments(this.#host, missed)));
    }
    this.#offered.sort((a, b) => a.start - b.start);
    this.#takeOffered();
    await this.#writeWaiting(true);
    await this.#file?.complete();
  }

  /** Takes nothing more; what is being written is. */
  close(): void {
    this.#closed = true;
    if (this.#retry) clearTimeout(this.#retry);
    this.#retry = null;
  }

  /** Resolves when nothing is being written. */
  async idle(): Promise<void> {
    while (this.#busy) await this.#work;
  }

  #write(): void {
    this.#busy = true;
    // Picture and sound become known together, and are written together.
    this.#work = setImmediate()
      .then(() => this.#writeOffered())
      .then(
        () => this.#trouble(null),
        (error: unknown) => this.#trouble(error),
      )
      .finally(() => {
        this.#busy = false;
        if (this.#offered.length > 0 && !this.#retry && !this.#closed) this.#write();
      });
  }

  async #writeOffered(): Promise<void> {
    await this.#open();
    this.#takeOffered();
    await this.#writeWaiting(false);
  }

  #trouble(error: unknown): void {
    const { log } = this.#host;
    const { sessionId } = this.#session;
    if (error instanceof Error && 'code' in error && error.code === 'LS_STORAGE_TAKEN') {
      log.info({ session: sessionId }, 'another server goes on with the recording');
      this.close();
      return;
    }
    if (error !== null && !this.#closed) {
      this.#retry = setTimeout(() => {
        this.#retry = null;
        this.#write();
      }, RETRY_MS).unref();
      if (!this.#troubled)
        log.error({ err: error, session: sessionId }, 'the recording cannot be written; trying again');
    } else if (this.#troubled) {
      log.info({ session: sessionId }, 'the recording can be written again');
    }
    // What of it was written shows when it is opened again.
    if (error !== null) this.#opened = false;
    this.#troubled = error !== null;
  }

  /** Finds where the recording stands: what the ledger has beyond that waits before all that is offered. */
  async #open(): Promise<void> {
    if (this.#opened) return;
    const { db, sessions } = this.#host;
    const { sessionId, streamId } = this.#session;
    await db
      .insertInto('recording_sessions')
      .values({ session_id: sessionId, stream_id: streamId })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const last = await db
      .selectFrom('recording_files')
      .selectAll()
      .where('session_id', '=', sessionId)
      .orderBy('number', 'desc')
      .limit(1)
      .executeTakeFirst();
    this.#files = last ? last.number + 1 : 0;
    const resumed = last ? await RecordingFile.resume(this.#host, last) : null;
    this.#file = resumed?.file ?? null;
    const waiting: SessionSegment[] = [];
    for (const kind of ['video', 'audio'] as const) {
      if (resumed?.file.has(kind)) {
        waiting.push(...resumed.waiting[kind]);
        this.#next[kind] = resumed.next[kind];
      } else {
        const stored = await sessions.segments(sessionId, RENDITIONS[kind], 0);
        const from = resumed ? resumed.file.start - TOGETHER : Number.NEGATIVE_INFINITY;
        waiting.push(...stored.filter(({ start }) => start >= from));
        this.#next[kind] = (stored.at(-1)?.sequence ?? -1) + 1;
      }
    }
    this.#waiting = await wholeSegments(
      this.#host,
      waiting.sort((a, b) => a.start - b.start),
    );
    this.#opened = true;
  }

  #takeOffered(): void {
    for (const segment of this.#offered.splice(0)) {
      if (segment.sequence < this.#next[segment.kind]) continue;
      this.#next[segment.kind] = segment.sequence + 1;
      this.#waiting.push(segment);
    }
  }

  /** @param last Nothing more will come: what waits for another track waits no longer. */
  async #writeWaiting(last: boolean): Promise<void> {
    for (;;) {
      await this.#fillFile();
      const [next] = this.#waiting;
      if (!next) return;
      const first: FirstSegments = {};
      for (const segment of this.#waiting) first[segment.kind] ??= segment;
      const waited = this.#waiting.at(-1)!.start - next.start >= WAIT_FOR_OTHER;
      if (!(first.video && first.audio) && !waited && !last) return;
      await this.#file?.complete();
      this.#file = await RecordingFile.begin(
        this.#host,
        { sessionId: this.#session.sessionId, number: this.#files },
        first,
      );
      this.#files++;
    }
  }

  /** Appends what belongs into the file that is there. What is left over, if anything, begins another. */
  async #fillFile(): Promise<void> {
    const file = this.#file;
    if (!file) return;
    this.#waiting = this.#waiting.filter((segment) => !this.#isLate(segment, file));
    const other = this.#waiting.find((segment) => !file.takes(segment));
    // Both tracks begin the next file together, also where only one of them has changed.
    const until = other ? other.start - TOGETHER : Number.POSITIVE_INFINITY;
    const belongs = (segment: SessionSegment) =>
      file.takes(segment) && (segment.start < until || segment.start <= file.start);
    const own = this.#waiting.filter(belongs);
    const rest = this.#waiting.filter((segment) => !belongs(segment));
    await file.append(own);
    this.#waiting = rest;
  }

  #isLate(segment: SessionSegment, file: RecordingFile): boolean {
    const late = segment.start < file.start - TOGETHER || (!file.takes(segment) && segment.start < file.end - LATEST);
    if (late) {
      const { sequence, rendition } = segment;
      const { sessionId: session } = this.#session;
      this.#host.log.warn({ session, rendition, sequence }, 'a segment came too late for the recording');
    }
    return late;
  }
}

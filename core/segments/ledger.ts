/** The ledger: rows that say which initialization sections and finished segments exist. Only a session's present epoch writes it. */
import { type Kysely, sql } from 'kysely';
import type { Logger } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import type { Init, Segment } from './ring.ts';

/** Rows of all sessions are gathered for so long, or until there are so many, and written by one statement. */
const GATHER_MS = 200;
const GATHER_ROWS = 200;
/** Milliseconds, where nothing was written lately: what is in no row is lost with the process. Picture and sound still go together. */
const GATHER_AFTER_REST_MS = 25;
/** What a failed statement waits before it is tried again. */
const RETRY_MS = 1000;

/** Who writes: a session, and the epoch in which this process holds its lease. */
export interface LedgerWriter {
  sessionId: string;
  epoch: number;
}

export interface LedgerSegment
  extends Pick<Segment, 'sequence' | 'start' | 'duration' | 'programDateTime' | 'discontinuity' | 'init' | 'size'> {
  sha256: Buffer;
  storageKey: string;
}

interface Pending<Row> {
  writer: LedgerWriter;
  rendition: string;
  /** Of the initialization section or the segment. */
  number: number;
  row: Row;
  done: (written: boolean) => void;
}

interface LedgerInit {
  init: Init;
  listed: boolean;
}

export class Ledger {
  readonly #db: Kysely<CoreTables>;
  readonly #log: Logger;
  #inits: Pending<LedgerInit>[] = [];
  #segments: Pending<LedgerSegment>[] = [];
  #timer: NodeJS.Timeout | null = null;
  /** When the last statement ended: milliseconds of the process's clock. */
  #wroteAt = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> | null = null;
  #failing = false;
  #stopped = false;

  constructor(db: Kysely<CoreTables>, log: Logger) {
    this.#db = db;
    this.#log = log;
  }

  /**
   * Resolves once the row is there: true; or false where the writer's epoch is past, or the ledger was stopped. It is
   * there before the row of any segment that was added after it. While the database does not answer, rows wait.
   */
  addInit(writer: LedgerWriter, rendition: string, listed: boolean, init: Init): Promise<boolean> {
    return this.#add(this.#inits, { writer, rendition, number: init.number, row: { init, listed } });
  }

  /** As `addInit`. */
  addSegment(writer: LedgerWriter, rendition: string, segment: LedgerSegment): Promise<boolean> {
    return this.#add(this.#segments, { writer, rendition, number: segment.sequence, row: segment });
  }

  /**
   * Says which renditions viewers are offered from now on: those are what is offered of the session once it has ended.
   * Answers whether the writer's epoch is the session's. Renditions whose first row is yet to be written have it from `addInit`.
   */
  async setListed({ sessionId, epoch }: LedgerWriter, renditions: readonly string[]): Promise<boolean> {
    const { rows } = await sql<{ id: string }>`
      WITH writer AS (SELECT id FROM sessions WHERE id = ${sessionId} AND epoch = ${epoch} FOR SHARE),
      changed AS (
        UPDATE inits SET listed = rendition = ANY (${[...renditions]}::text[]) FROM writer
        WHERE session_id = writer.id AND listed <> (rendition = ANY (${[...renditions]}::text[])))
      SELECT id FROM writer`.execute(this.#db);
    return rows.length > 0;
  }

  /** Bytes were stored that no row names: they are deleted, unless a row names them after all. Never rejects. */
  async disown(storageKey: string): Promise<void> {
    try {
      await this.#db
        .insertInto('storage_garbage')
        .values({ storage_key: storageKey })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    } catch (error) {
      this.#log.warn({ err: error, key: storageKey }, 'stored bytes that no row names stay; `verify` finds them');
    }
  }

  /** Writes what waits, trying once more where the database does not answer; what then still waits resolves to false. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#writing;
    await this.#write();
    for (const { done } of [...this.#inits, ...this.#segments]) done(false);
    this.#inits = [];
    this.#segments = [];
  }

  #add<Row>(queue: Pending<Row>[], pending: Omit<Pending<Row>, 'done'>): Promise<boolean> {
    if (this.#stopped) return Promise.resolve(false);
    return new Promise((done) => {
      queue.push({ ...pending, done });
      const rested = !this.#failing && performance.now() - this.#wroteAt >= GATHER_MS;
      this.#schedule(queue.length >= GATHER_ROWS ? 0 : rested ? GATHER_AFTER_REST_MS : GATHER_MS);
    });
  }

  #schedule(delay: number): void {
    if (this.#writing || this.#stopped) return;
    if (this.#timer && delay > 0) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#writing = this.#write().finally(() => {
        this.#writing = null;
        this.#wroteAt = performance.now();
        if (this.#inits.length + this.#segments.length > 0) this.#schedule(this.#failing ? RETRY_MS : GATHER_MS);
      });
    }, delay);
  }

  /** Writes what waits now. A failure leaves it waiting. */
  async #write(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const inits = this.#inits;
    const segments = this.#segments;
    this.#inits = [];
    this.#segments = [];
    try {
      if (inits.length > 0) settle(inits, await this.#insertInits(inits));
      inits.length = 0;
      if (segments.length > 0) settle(segments, await this.#insertSegments(segments));
      if (this.#failing) this.#log.info({}, 'the ledger is written again');
      this.#failing = false;
    } catch (error) {
      this.#inits = [...inits, ...this.#inits];
      this.#segments = [...segments, ...this.#segments];
      if (!this.#failing) this.#log.error({ err: error }, 'the ledger cannot be written; finished segments wait');
      this.#failing = true;
    }
  }

  /**
   * Both inserts lock the sessions' rows against a new epoch: whoever takes a session over finds all rows of the epochs before.
   * A row that the same epoch has written already was written by a statement whose answer was lost.
   */
  async #insertInits(pending: Pending<LedgerInit>[]): Promise<Written[]> {
    const config = pending.map(({ row }) => row.init.config);
    const { rows } = await sql<Written>`
      WITH ${writers(pending)}
      INSERT INTO inits (session_id, rendition, number, kind, listed, codec, width, height, frame_rate,
        sample_rate, channels, bytes)
      SELECT new.session_id, rendition, number, kind, listed, codec, width, height, frame_rate, sample_rate, channels, bytes
      FROM unnest(${pending.map(({ writer }) => writer.sessionId)}::text[], ${pending.map(({ writer }) => writer.epoch)}::int[],
        ${pending.map(({ rendition }) => rendition)}::text[], ${pending.map(({ row }) => row.init.number)}::int[],
        ${config.map(({ kind }) => kind)}::text[], ${pending.map(({ row }) => row.listed)}::boolean[],
        ${config.map(({ codecString }) => codecString)}::text[],
        ${config.map((c) => (c.kind === 'video' ? c.width : null))}::int[],
        ${config.map((c) => (c.kind === 'video' ? c.height : null))}::int[],
        ${config.map((c) => (c.kind === 'video' ? c.frameRate : null))}::float8[],
        ${config.map((c) => (c.kind === 'audio' ? c.sampleRate : null))}::int[],
        ${config.map((c) => (c.kind === 'audio' ? c.channels : null))}::int[],
        ${pending.map(({ row }) => row.init.bytes)}::bytea[])
        AS new (session_id, epoch, rendition, number, kind, listed, codec, width, height, frame_rate, sample_rate, channels, bytes)
      JOIN writers USING (session_id, epoch)
      ON CONFLICT (session_id, rendition, number) DO UPDATE SET listed = excluded.listed
      RETURNING session_id, rendition, number`.execute(this.#db);
    return rows;
  }

  async #insertSegments(pending: Pending<LedgerSegment>[]): Promise<Written[]> {
    const { rows } = await sql<Written>`
      WITH ${writers(pending)}
      INSERT INTO segments (session_id, rendition, sequence, epoch, start, duration, program_date_time, discontinuity,
        init, size, sha256, storage_key)
      SELECT new.*
      FROM unnest(${pending.map(({ writer }) => writer.sessionId)}::text[], ${pending.map(({ rendition }) => rendition)}::text[],
        ${pending.map(({ row }) => row.sequence)}::int[], ${pending.map(({ writer }) => writer.epoch)}::int[],
        ${pending.map(({ row }) => row.start)}::float8[], ${pending.map(({ row }) => row.duration)}::float8[],
        ${pending.map(({ row }) => new Date(row.programDateTime).toISOString())}::timestamptz[],
        ${pending.map(({ row }) => row.discontinuity)}::boolean[], ${pending.map(({ row }) => row.init)}::int[],
        ${pending.map(({ row }) => row.size)}::int[], ${pending.map(({ row }) => row.sha256)}::bytea[],
        ${pending.map(({ row }) => row.storageKey)}::text[])
        AS new (session_id, rendition, sequence, epoch, start, duration, program_date_time, discontinuity,
          init, size, sha256, storage_key)
      JOIN writers USING (session_id, epoch)
      ON CONFLICT (session_id, rendition, sequence) DO UPDATE SET epoch = excluded.epoch
        WHERE segments.epoch = excluded.epoch
      RETURNING session_id, rendition, sequence AS number`.execute(this.#db);
    return rows;
  }
}

interface Written {
  session_id: string;
  rendition: string;
  number: number;
}

/** `writers`: the sessions with their epochs of now, locked in one order. */
function writers(pending: Pending<unknown>[]) {
  const ids = [...new Set(pending.map(({ writer }) => writer.sessionId))];
  return sql`writers AS (
    SELECT id AS session_id, epoch FROM sessions WHERE id = ANY (${ids}::text[]) ORDER BY id FOR SHARE)`;
}

function settle(pending: Pending<unknown>[], written: Written[]): void {
  const keys = new Set(written.map((row) => `${row.session_id} ${row.rendition} ${row.number}`));
  for (const { writer, rendition, number, done } of pending) {
    done(keys.has(`${writer.sessionId} ${rendition} ${number}`));
  }
}

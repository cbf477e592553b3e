/** One file of a recording: the segments of one configuration of picture and sound, put together as they come. */
import type { Selectable } from 'kysely';
import {
  type Appender,
  decodeTime,
  type Host,
  joinInits,
  placeSegment,
  type SessionSegment,
  type TableMap,
  timescale,
} from '#plugin-api';
import { findPosition } from './position.ts';
import './tables.ts';

type Kind = SessionSegment['kind'];
type FileRow = Selectable<TableMap['recording_files']>;
/** The first segment of each track that the file has. */
export type FirstSegments = Partial<Record<Kind, SessionSegment>>;

/** In the order in which they are numbered in the file. */
const KINDS = ['video', 'audio'] as const;
export const RENDITIONS: Readonly<Record<Kind, string>> = { video: 'source', audio: 'audio' };
/** Bytes that are put together in memory for one append, where much is waiting. */
const APPENDED_AT_ONCE = 8 * 1024 * 1024;
/** Fragment numbers rise within a file: a segment has its own thousand. */
const FRAGMENTS_A_SEGMENT = 1000;

interface Track {
  /** From 1. */
  number: number;
  init: Uint8Array;
  /** Ticks that its fragments are moved back by, so that the file begins at 0. */
  earlier: number;
}

/** What the ledger has for a file. */
export interface Resumed {
  file: RecordingFile;
  /** Not in it yet, by track. */
  waiting: Record<Kind, SessionSegment[]>;
  /** The first number of each track that the ledger has not. */
  next: Record<Kind, number>;
}

type FileHost = Pick<Host, 'db' | 'storage' | 'sessions' | 'log'>;

export class RecordingFile {
  readonly number: number;
  /** Seconds on the session's timeline. */
  readonly start: number;
  readonly storageKey: string;
  readonly #host: FileHost;
  readonly #sessionId: string;
  readonly #tracks: ReadonlyMap<Kind, Track>;
  readonly #head: Buffer;
  /** Null once it is complete. */
  #appender: Appender | null;
  #segments = 0;
  #end: number;

  private constructor(host: FileHost, row: FileRow, first: FirstSegments, appender: Appender | null) {
    this.#host = host;
    this.#sessionId = row.session_id;
    this.number = row.number;
    this.start = row.start;
    this.storageKey = row.storage_key;
    this.#appender = appender;
    this.#end = row.start;
    const tracks = KINDS.flatMap((kind) => (first[kind] ? [[kind, first[kind].init.bytes] as const] : []));
    this.#head = joinInits(tracks.map(([, init]) => init));
    this.#tracks = new Map(
      tracks.map(([kind, init], index) => {
        const earlier = Math.floor(row.clock * timescale(init));
        return [kind, { number: index + 1, init, earlier }];
      }),
    );
  }

  /** Begins a file with the tracks that `first` has. */
  static async begin(
    host: FileHost,
    { sessionId, number }: { sessionId: string; number: number },
    first: FirstSegments,
  ): Promise<RecordingFile> {
    const segments = KINDS.flatMap((kind) => first[kind] ?? []);
    const clocks = await Promise.all(
      segments.map(async (segment) => decodeTime(await bytesOf(host, segment)) / timescale(segment.init.bytes)),
    );
    const row: FileRow = {
      session_id: sessionId,
      number,
      storage_key: `recordings/${sessionId}/${number}.mp4`,
      start: Math.min(...segments.map(({ start }) => start)),
      clock: Math.min(...clocks),
      video_from: first.video?.sequence ?? null,
      audio_from: first.audio?.sequence ?? null,
      size: null,
      duration: null,
    };
    const { size: _, duration: __, ...begun } = row;
    await host.db.insertInto('recording_files').values(begun).execute();
    return new RecordingFile(host, row, first, await host.storage.append(row.storage_key));
  }

  /**
   * Goes on with a file that another process began, and answers what the ledger has for it that is not in it yet. A file
   * that does not fit the ledger is begun anew; null where the ledger has nothing of it any more.
   */
  static async resume(host: FileHost, row: FileRow): Promise<Resumed | null> {
    const stored: Record<Kind, SessionSegment[]> = {
      video: await ledgerFrom(host, row.session_id, 'video', row.video_from),
      audio: await ledgerFrom(host, row.session_id, 'audio', row.audio_from),
    };
    const first: FirstSegments = {};
    for (const kind of KINDS) if (stored[kind][0]) first[kind] = stored[kind][0];
    if (!first.video && !first.audio) return null;
    const complete = await host.storage.stat(row.storage_key);
    const appender = complete ? null : await host.storage.append(row.storage_key);
    let file = new RecordingFile(host, row, first, appender);
    const size = complete?.size ?? appender!.size;
    const position = size === 0 ? { video: 0, audio: 0 } : file.#positionOf(size, stored);
    if (position === null) {
      host.log.warn(
        { session: row.session_id, file: row.number },
        'a recording does not fit the ledger; it is made anew',
      );
      await appender?.discard();
      if (complete) await host.storage.delete(row.storage_key);
      file = new RecordingFile(host, row, first, await host.storage.append(row.storage_key));
    }
    const { video, audio } = position ?? { video: 0, audio: 0 };
    for (const segment of [...stored.video.slice(0, video), ...stored.audio.slice(0, audio)]) file.#note(segment);
    const after = (kind: Kind) => (stored[kind].at(-1)?.sequence ?? -1) + 1;
    return {
      file,
      waiting: { video: stored.video.slice(video), audio: stored.audio.slice(audio) },
      next: { video: after('video'), audio: after('audio') },
    };
  }

  /** Seconds on the session's timeline: where what it holds ends. */
  get end(): number {
    return this.#end;
  }

  has(kind: Kind): boolean {
    return this.#tracks.has(kind);
  }

  /** Whether the segment can be appended: it needs the same initialization section as those before it. */
  takes({ kind, init }: SessionSegment): boolean {
    const track = this.#tracks.get(kind);
    return this.#appender !== null && track !== undefined && Buffer.compare(track.init, init.bytes) === 0;
  }

  /** Resolves when all of them are safe. Each append is whole or not there, and so is each segment. */
  async append(segments: readonly SessionSegment[]): Promise<void> {
    let bytes: Uint8Array[] = [];
    let size = 0;
    let placed: SessionSegment[] = [];
    const flush = async () => {
      if (placed.length === 0) return;
      if (this.#appender!.size === 0) bytes.unshift(this.#head);
      await this.#appender!.append(bytes.length === 1 ? bytes[0]! : Buffer.concat(bytes));
      for (const segment of placed) this.#note(segment);
      [bytes, size, placed] = [[], 0, []];
    };
    for (const segment of segments) {
      const { number: track, earlier } = this.#tracks.get(segment.kind)!;
      const sequence = (this.#segments + placed.length) * FRAGMENTS_A_SEGMENT + 1;
      const stored = await bytesOf(this.#host, segment);
      bytes.push(placeSegment(stored, { track, sequence, earlier }).bytes);
      placed.push(segment);
      size += segment.size;
      if (size >= APPENDED_AT_ONCE) await flush();
    }
    await flush();
  }

  /** Makes it readable. Done twice it changes nothing. */
  async complete(): Promise<void> {
    const { size } = this.#appender
      ? await this.#appender.complete()
      : (await this.#host.storage.stat(this.storageKey))!;
    this.#appender = null;
    await this.#host.db
      .updateTable('recording_files')
      .set({ size, duration: this.#end - this.start })
      .where('session_id', '=', this.#sessionId)
      .where('number', '=', this.number)
      .execute();
  }

  #positionOf(size: number, stored: Record<Kind, SessionSegment[]>) {
    // Behind the first segment of another configuration nothing belongs into this file.
    const own = (kind: Kind) => {
      const other = stored[kind].findIndex(
        ({ init }) => Buffer.compare(this.#tracks.get(kind)!.init, init.bytes) !== 0,
      );
      return other < 0 ? stored[kind] : stored[kind].slice(0, other);
    };
    return findPosition(size - this.#head.length, own('video'), own('audio'));
  }

  #note({ start, duration }: SessionSegment): void {
    this.#segments++;
    this.#end = Math.max(this.#end, start + duration);
  }
}

async function ledgerFrom(
  host: FileHost,
  sessionId: string,
  kind: Kind,
  from: number | null,
): Promise<SessionSegment[]> {
  return from === null ? [] : host.sessions.segments(sessionId, RENDITIONS[kind], from);
}

async function bytesOf({ storage }: Pick<Host, 'storage'>, { storageKey, size }: SessionSegment): Promise<Buffer> {
  const bytes = await storage.get(storageKey);
  if (bytes.length !== size) throw new Error(`${storageKey} has ${bytes.length} bytes and not ${size}`);
  return bytes;
}

/** Where the origin finds a session: in memory while it is live and for a minute after, else read back from the ledger. */
import { isId } from '../ids.ts';
import type { Presentation } from '../segments/ring.ts';

/** Reads an ended session with all its segments; null where the ledger has none. */
export type ReadSession = (sessionId: string) => Promise<Presentation | null>;

/** Milliseconds that those who watched the end can still read the window they were in. */
const LINGER = 60_000;
/** Segments of ended sessions that stay in memory, at about 200 bytes each. */
const KEPT_SEGMENTS = 200_000;

export class Presentations {
  readonly #read: ReadSession;
  readonly #live = new Map<string, Presentation>();
  readonly #sessions = new Map<string, Presentation>();
  readonly #lingering = new Set<NodeJS.Timeout>();
  /** Ended sessions from the ledger, the longest unused first. */
  readonly #recorded = new Map<string, { presentation: Presentation; segments: number }>();
  readonly #reading = new Map<string, Promise<Presentation | null>>();
  #keptSegments = 0;

  constructor(read: ReadSession) {
    this.#read = read;
  }

  /** Offers a live session to viewers. Call the answer once it has ended: its window then stays readable for a minute. */
  add(presentation: Presentation): () => void {
    const { streamId, sessionId } = presentation;
    this.#live.set(streamId, presentation);
    this.#sessions.set(sessionId, presentation);
    return () => {
      if (this.#live.get(streamId) === presentation) this.#live.delete(streamId);
      const timer = setTimeout(() => {
        this.#lingering.delete(timer);
        if (this.#sessions.get(sessionId) === presentation) this.#sessions.delete(sessionId);
      }, LINGER).unref();
      this.#lingering.add(timer);
    };
  }

  /** The stream's session that is live or reconnecting here. */
  live(streamId: string): Presentation | null {
    const presentation = this.#live.get(streamId);
    return presentation === undefined || presentation.state === 'ended' ? null : presentation;
  }

  /** A session as its viewers follow it: its window while it is in memory, its whole length after that. */
  session(streamId: string, sessionId: string): Presentation | null | Promise<Presentation | null> {
    const presentation = this.#sessions.get(sessionId);
    if (presentation === undefined) return this.recorded(streamId, sessionId);
    return presentation.streamId === streamId ? presentation : null;
  }

  /** The whole of an ended session; null while it is not over, or where nothing of it was kept. */
  async recorded(streamId: string, sessionId: string): Promise<Presentation | null> {
    if (!isId('ses', sessionId)) return null;
    const kept = this.#recorded.get(sessionId);
    if (kept !== undefined) {
      this.#recorded.delete(sessionId);
      this.#recorded.set(sessionId, kept);
    }
    const presentation = kept?.presentation ?? (await this.#readOnce(sessionId));
    return presentation?.streamId === streamId ? presentation : null;
  }

  /** Forgets what was read of a session, which was deleted or cut. */
  forget(sessionId: string): void {
    const kept = this.#recorded.get(sessionId);
    if (kept === undefined) return;
    this.#recorded.delete(sessionId);
    this.#keptSegments -= kept.segments;
  }

  stop(): void {
    for (const timer of this.#lingering) clearTimeout(timer);
    this.#lingering.clear();
    this.#live.clear();
    this.#sessions.clear();
  }

  #readOnce(sessionId: string): Promise<Presentation | null> {
    const pending = this.#reading.get(sessionId);
    if (pending !== undefined) return pending;
    const reading = this.#read(sessionId)
      .then((presentation) => {
        if (presentation?.state !== 'ended') return null;
        this.#keep(sessionId, presentation);
        return presentation;
      })
      .finally(() => this.#reading.delete(sessionId));
    this.#reading.set(sessionId, reading);
    return reading;
  }

  #keep(sessionId: string, presentation: Presentation): void {
    let segments = 0;
    for (const rendition of presentation.renditions.values()) segments += rendition.segments.length;
    this.#recorded.set(sessionId, { presentation, segments });
    this.#keptSegments += segments;
    for (const unused of this.#recorded.keys()) {
      if (this.#keptSegments <= KEPT_SEGMENTS || unused === sessionId) break;
      this.forget(unused);
    }
  }
}

/** Where the origin finds a session: in memory while it is live and for a minute after, else read back from the ledger. */
import { isId } from '../ids.ts';
import type { Presentation } from '../segments/ring.ts';
import { ReadBack, type ReadPresentation } from './read-back.ts';

/** Milliseconds that those who watched the end can still read the window they were in. */
const LINGER = 60_000;

export class Presentations {
  readonly #live = new Map<string, Presentation>();
  readonly #sessions = new Map<string, Presentation>();
  readonly #lingering = new Set<NodeJS.Timeout>();
  readonly #recorded: ReadBack;

  constructor(read: ReadPresentation) {
    this.#recorded = new ReadBack(read);
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
    const presentation = await this.#recorded.get(sessionId);
    return presentation?.streamId === streamId ? presentation : null;
  }

  /** Forgets what was read of a session, which was deleted or cut. */
  forget(sessionId: string): void {
    this.#recorded.forget(sessionId);
  }

  stop(): void {
    for (const timer of this.#lingering) clearTimeout(timer);
    this.#lingering.clear();
    this.#live.clear();
    this.#sessions.clear();
  }
}

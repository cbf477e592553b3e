/** Pictures of what is live: every few seconds one of each session, those that are due taken together. */
import type { Host, SegmentContext } from '#plugin-api';
import { firstPictures } from './pictures.ts';

/** Seconds of media between two pictures of a session. */
const EVERY = 10;
/** Those that are due are waited for so long, in milliseconds: one run of ffmpeg for many costs little more than for one. */
const GATHER_MS = 1000;
/** Pixels that it is wide at most. */
const WIDTH = 640;

interface LiveSession {
  /** Seconds on the session's timeline from which the next picture is taken. */
  due: number;
  /** What it will be taken from: of segments of one number the smallest, which is the cheapest to decode. */
  next: SegmentContext | null;
}

export class LivePictures {
  readonly #host: Pick<Host, 'storage' | 'sessions' | 'log' | 'signal'>;
  readonly #sessions = new Map<string, LiveSession>();
  #gathering: NodeJS.Timeout | null = null;
  #taking = false;

  constructor(host: Pick<Host, 'storage' | 'sessions' | 'log' | 'signal'>) {
    this.#host = host;
  }

  /** Sees each finished segment; returns at once. */
  saw(segment: SegmentContext): void {
    if (segment.kind !== 'video') return;
    const { id } = segment.session;
    const session = this.#sessions.get(id) ?? { due: segment.start, next: null };
    this.#sessions.set(id, session);
    if (segment.start < session.due) return;
    const { next } = session;
    if (next && (next.sequence !== segment.sequence || next.size <= segment.size)) return;
    session.next = segment;
    this.#gather();
  }

  ended(sessionId: string): void {
    this.#sessions.delete(sessionId);
  }

  stop(): void {
    if (this.#gathering) clearTimeout(this.#gathering);
    this.#sessions.clear();
  }

  #gather(): void {
    if (this.#taking) return;
    this.#gathering ??= setTimeout(() => {
      this.#gathering = null;
      this.#taking = true;
      this.#take()
        .catch((error: unknown) => {
          if (!this.#host.signal.aborted)
            this.#host.log.warn({ err: error }, 'pictures of what is live could not be taken');
        })
        .finally(() => {
          this.#taking = false;
          if ([...this.#sessions.values()].some(({ next }) => next !== null)) this.#gather();
        });
    }, GATHER_MS);
  }

  async #take(): Promise<void> {
    const segments: SegmentContext[] = [];
    for (const session of this.#sessions.values()) {
      if (!session.next) continue;
      segments.push(session.next);
      session.due = session.next.start + EVERY;
      session.next = null;
    }
    const { storage, sessions, signal } = this.#host;
    const read = await Promise.allSettled(
      segments.map(async ({ session, init, storageKey }) => ({
        sessionId: session.id,
        footage: { init: init.bytes, segment: await storage.get(storageKey) },
      })),
    );
    const found = read.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    const footage = found.map((each) => each.footage);
    const pictures = await firstPictures(footage, { width: WIDTH }, signal);
    const kept = await Promise.allSettled(
      pictures.map(async (picture, at) => {
        if (picture) await sessions.setThumbnail(found[at]!.sessionId, picture);
      }),
    );
    // What is wrong with one session takes no picture from another.
    const errors = [...read, ...kept].flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    if (errors.length > 0) throw new AggregateError(errors, `${errors.length} of ${segments.length} pictures failed`);
  }
}

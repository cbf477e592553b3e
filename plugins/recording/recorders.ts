/** The recorders of this process, by session. */
import type { Host, SegmentContext } from '#plugin-api';
import { type RecordedSession, Recorder } from './recorder.ts';

/** One that was offered nothing for so many milliseconds is let go: its session has ended, or another server has it. */
const FORGOTTEN_AFTER = 10 * 60_000;

export class Recorders {
  readonly #host: Host;
  readonly #recorders = new Map<string, { recorder: Recorder; used: number }>();
  /** Sessions whose recorder was taken, and when: a segment that was on its way must not begin their recording again. */
  readonly #taken = new Map<string, number>();

  constructor(host: Host) {
    this.#host = host;
  }

  offer({ stream, session, ...segment }: SegmentContext): void {
    if (this.#taken.has(session.id)) return;
    let entry = this.#recorders.get(session.id);
    if (!entry) {
      this.#forgetUnused();
      entry = { recorder: new Recorder(this.#host, { sessionId: session.id, streamId: stream.id }), used: 0 };
      this.#recorders.set(session.id, entry);
    }
    entry.used = Date.now();
    entry.recorder.offer(segment);
  }

  /** The session's recorder, which is to be finished: it is offered nothing more. */
  take(session: RecordedSession): Recorder {
    const recorder = this.#recorders.get(session.sessionId)?.recorder;
    this.#recorders.delete(session.sessionId);
    this.#taken.set(session.sessionId, Date.now());
    return recorder ?? new Recorder(this.#host, session);
  }

  /** Resolves when nothing is being written any more. */
  async stop(): Promise<void> {
    const all = [...this.#recorders.values()];
    this.#recorders.clear();
    for (const { recorder } of all) recorder.close();
    await Promise.all(all.map(({ recorder }) => recorder.idle()));
  }

  #forgetUnused(): void {
    const limit = Date.now() - FORGOTTEN_AFTER;
    for (const [sessionId, at] of this.#taken) if (at < limit) this.#taken.delete(sessionId);
    for (const [sessionId, { recorder, used }] of this.#recorders) {
      if (used >= limit) continue;
      recorder.close();
      this.#recorders.delete(sessionId);
    }
  }
}

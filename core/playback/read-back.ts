/** Keeps in memory what was read back from the ledger, as much as there is room for. */
import type { Presentation } from '../segments/ring.ts';

/** Reads an ended session or an asset with all its segments; null where the ledger has none. */
export type ReadPresentation = (id: string) => Promise<Presentation | null>;

/** Segments that stay in memory, at about 200 bytes each. */
const KEPT_SEGMENTS = 200_000;

export class ReadBack {
  readonly #read: ReadPresentation;
  /** The longest unused first. */
  readonly #kept = new Map<string, { presentation: Presentation; segments: number }>();
  readonly #reading = new Map<string, Promise<Presentation | null>>();
  #segments = 0;

  constructor(read: ReadPresentation) {
    this.#read = read;
  }

  /** Reads it where it is not kept; null for what has not ended, which is not kept either. */
  async get(id: string): Promise<Presentation | null> {
    const kept = this.#kept.get(id);
    if (kept === undefined) return this.#readOnce(id);
    this.#kept.delete(id);
    this.#kept.set(id, kept);
    return kept.presentation;
  }

  /** It was deleted or cut: the next request reads it anew. */
  forget(id: string): void {
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    this.#kept.delete(id);
    this.#segments -= kept.segments;
  }

  #readOnce(id: string): Promise<Presentation | null> {
    const pending = this.#reading.get(id);
    if (pending !== undefined) return pending;
    const reading = this.#read(id)
      .then((presentation) => {
        if (presentation?.state !== 'ended') return null;
        this.#keep(id, presentation);
        return presentation;
      })
      .finally(() => this.#reading.delete(id));
    this.#reading.set(id, reading);
    return reading;
  }

  #keep(id: string, presentation: Presentation): void {
    let segments = 0;
    for (const rendition of presentation.renditions.values()) segments += rendition.segments.length;
    this.#kept.set(id, { presentation, segments });
    this.#segments += segments;
    for (const unused of this.#kept.keys()) {
      if (this.#segments <= KEPT_SEGMENTS || unused === id) break;
      this.forget(unused);
    }
  }
}

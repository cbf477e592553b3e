/** The hot ring of a live session: filled by the packager, read by the origin, kept to its window. */
import type { Latency } from '#plugin-api';
import { measureBandwidth } from './bandwidth.ts';
import type { Init, PackagerSink, Part, Presentation, Rendition, Segment, SessionState } from './ring.ts';

/** Viewers can always go back this far: seconds, and segments. */
const LEAST_WINDOW = 20;
const LEAST_SEGMENTS = 10;
/** Seconds from the live edge within which bytes are kept once they are stored. */
const HOT = 30;
/** Seconds of a rendition that may wait in memory for a storage that does not take them; older ones leave the window. */
const MOST_UNSTORED = 120;
/** RFC 8216bis, 4.4.3.1. Both latency modes have it: a publisher's keyframes may be 2 s apart in either. */
const TARGET_DURATION = 2;
/** Finished segments that bandwidths are measured over. */
const MEASURED_SEGMENTS = 30;

type OpenSegment = Parameters<PackagerSink['open']>[1];

export interface LiveSessionOptions {
  sessionId: string;
  streamId: string;
  latency: Latency;
  /** Seconds that viewers can go back; the least is 20. */
  dvrWindow: number;
  /** A new initialization section, before anything refers to it. */
  onInit?(rendition: Rendition, init: Init): void;
  /** A part is there, the last of what the segment has. */
  onPart?(rendition: Rendition, segment: Segment, part: Part): void;
  /** A segment is complete. Its bytes are in its parts until `stored` is called for it. */
  onSegment?(rendition: Rendition, segment: Segment): void;
}

interface Ring extends Rendition {
  readonly segments: Segment[];
  readonly inits: Init[];
  readonly departed: Map<number, string>;
  /** A segment without a part: it does not exist yet. */
  opening: Segment | null;
}

export class LiveSession implements Presentation, PackagerSink {
  readonly sessionId: string;
  readonly streamId: string;
  readonly latency: Latency;
  targetDuration = TARGET_DURATION;
  state: SessionState = 'live';
  renditions: Map<string, Rendition> = new Map();
  version = 0;
  readonly #options: LiveSessionOptions;
  readonly #rings = new Map<string, Ring>();
  readonly #listeners = new Set<(rendition: Rendition | null) => void>();
  readonly #window: number;
  #listed: readonly string[] = [];

  constructor(options: LiveSessionOptions) {
    this.#options = options;
    this.sessionId = options.sessionId;
    this.streamId = options.streamId;
    this.latency = options.latency;
    this.#window = Math.max(options.dvrWindow, LEAST_WINDOW);
  }

  get offered(): readonly string[] {
    return this.#listed;
  }

  onChange(listener: (rendition: Rendition | null) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  setState(state: SessionState): void {
    if (this.state === state) return;
    this.state = state;
    this.#changed(null);
  }

  /** Says which renditions viewers are offered, in the order of the multivariant playlist. They need not exist yet. */
  setListed(names: readonly string[]): void {
    this.#listed = names;
    for (const ring of this.#rings.values()) ring.listed = names.includes(ring.name);
    this.#sort();
    this.#changed(null);
  }

  /** Takes a rendition away, with all that viewers could see of it. What the packager still says of it is not heard. */
  removeRendition(name: string): void {
    if (!this.#rings.delete(name)) return;
    this.renditions.delete(name);
    this.#changed(null);
  }

  /** Takes over what another process left, as the ledger has it: viewers see it at once. Before the first call of the packager. */
  restore(renditions: Iterable<Rendition>): void {
    for (const { name, kind, listed, partTarget, inits, segments, discontinuitySequence } of renditions) {
      const ring = this.#ring(name, kind, { listed, partTarget, discontinuitySequence });
      ring.inits.push(...inits);
      ring.segments.push(...segments);
      if (listed) {
        for (const { duration } of segments) this.#growTarget(duration);
      }
      measureBandwidth(ring, MEASURED_SEGMENTS);
      this.#slide(ring);
    }
    this.#listed = [...this.#rings.values()].filter(({ listed }) => listed).map(({ name }) => name);
    this.#changed(null);
  }

  init(rendition: string, init: Init, partTarget: number): void {
    const ring =
      this.#rings.get(rendition) ??
      this.#ring(rendition, init.config.kind, {
        listed: this.#listed.includes(rendition),
        partTarget,
        discontinuitySequence: 0,
      });
    ring.inits.push(init);
    ring.partTarget = Math.max(ring.partTarget, partTarget);
    this.#options.onInit?.(ring, init);
  }

  open(rendition: string, segment: OpenSegment): void {
    const ring = this.#rings.get(rendition);
    if (!ring) return;
    ring.opening = { ...segment, duration: 0, size: 0, complete: false, parts: [], storageKey: null };
  }

  part(rendition: string, part: Part): void {
    const ring = this.#rings.get(rendition);
    if (!ring) return;
    if (ring.opening) {
      this.#begin(ring, ring.opening);
      ring.opening = null;
    }
    const segment = ring.segments.at(-1)!;
    segment.parts!.push(part);
    segment.duration += part.duration;
    segment.size += part.bytes.length;
    if (ring.listed) this.#growTarget(segment.duration);
    if (ring.averageBandwidth === 0) measureBandwidth(ring, MEASURED_SEGMENTS);
    this.#changed(ring);
    this.#options.onPart?.(ring, segment, part);
  }

  close(rendition: string): void {
    const ring = this.#rings.get(rendition);
    if (!ring) return;
    if (ring.opening) {
      ring.opening = null;
      return;
    }
    const segment = ring.segments.at(-1)!;
    segment.complete = true;
    measureBandwidth(ring, MEASURED_SEGMENTS);
    this.#slide(ring);
    this.#changed(ring);
    this.#options.onSegment?.(ring, segment);
  }

  /** A finished segment's bytes are in storage under `key`, and the ledger says so: they may leave memory. */
  stored(rendition: string, segment: Segment, key: string): void {
    segment.storageKey = key;
    const ring = this.#rings.get(rendition);
    if (ring) this.#cool(ring);
  }

  #ring(
    name: string,
    kind: 'video' | 'audio',
    state: Pick<Rendition, 'listed' | 'partTarget' | 'discontinuitySequence'>,
  ): Ring {
    const ring: Ring = {
      name,
      kind,
      ...state,
      inits: [],
      segments: [],
      departed: new Map(),
      opening: null,
      peakBandwidth: 0,
      averageBandwidth: 0,
    };
    this.#rings.set(name, ring);
    this.#sort();
    return ring;
  }

  /** The first part of a segment is there: now it exists. */
  #begin(ring: Ring, segment: Segment): void {
    const newest = ring.segments.at(-1);
    if (newest === undefined || newest.sequence + 1 !== segment.sequence) {
      // A playlist's segments are numbered without a gap: after one, the rendition begins again.
      const own = ring.discontinuitySequence + discontinuities(ring.segments, segment.sequence);
      for (const old of ring.segments) this.#depart(ring, old);
      ring.segments.length = 0;
      ring.discontinuitySequence = this.#discontinuitiesBefore(ring, segment.sequence) ?? own;
    }
    ring.segments.push(segment);
  }

  /** Discontinuity sequences are the same in all renditions: one that begins later asks the others. Null where there is none. */
  #discontinuitiesBefore(ring: Ring, sequence: number): number | null {
    for (const other of this.#rings.values()) {
      if (other === ring || other.listed !== ring.listed) continue;
      const first = other.segments[0];
      if (first === undefined || first.sequence > sequence) continue;
      return other.discontinuitySequence + discontinuities(other.segments, sequence);
    }
    return null;
  }

  /** Lets go what is outside of the window, and what no storage has taken for too long. */
  #slide(ring: Ring): void {
    const { segments } = ring;
    const newest = segments.at(-1);
    if (newest === undefined) return;
    const end = segmentEnd(newest);
    const isOver = (segment: Segment) => end - segmentEnd(segment) >= this.#window;
    let gone = 0;
    while (segments.length - gone > LEAST_SEGMENTS && isOver(segments[gone]!)) gone++;
    // Storage takes segments in order: it is enough to look at the newest of those that are too old to wait.
    let waiting = segments.length - 1;
    while (waiting >= gone && end - segmentEnd(segments[waiting]!) <= MOST_UNSTORED) waiting--;
    if (waiting >= gone && segments[waiting]!.storageKey === null) gone = waiting + 1;
    for (const segment of segments.splice(0, gone)) {
      if (segment.discontinuity) ring.discontinuitySequence++;
      this.#depart(ring, segment);
    }
    const oldest = segments[0]!.init;
    while (ring.inits.length > 1 && ring.inits[0]!.number < oldest) ring.inits.shift();
    this.#cool(ring);
  }

  /** A segment leaves the window. A spool that has not come to it yet leaves it out. */
  #depart(ring: Ring, segment: Segment): void {
    segment.parts = null;
    if (segment.storageKey !== null) ring.departed.set(segment.sequence, segment.storageKey);
    // A segment is kept as long again as the longest playlist that had it.
    for (const oldest of ring.departed.keys()) {
      if (ring.departed.size <= ring.segments.length) break;
      ring.departed.delete(oldest);
    }
  }

  /** Lets go the bytes of older segments that are in storage. */
  #cool(ring: Ring): void {
    const newest = ring.segments.at(-1);
    if (newest === undefined) return;
    const end = segmentEnd(newest);
    for (let index = ring.segments.length - 1; index >= 0; index--) {
      const segment = ring.segments[index]!;
      // What is older has been let go before.
      if (segment.parts === null) break;
      if (segment.storageKey !== null && end - segmentEnd(segment) >= HOT) segment.parts = null;
    }
  }

  /** EXTINF, rounded to whole seconds, may not exceed the target duration. */
  #growTarget(duration: number): void {
    if (Math.round(duration) > this.targetDuration) this.targetDuration = Math.round(duration);
  }

  /** The listed ones first, in the order they are offered in. */
  #sort(): void {
    const place = ({ name }: Rendition) => {
      const index = this.#listed.indexOf(name);
      return index < 0 ? this.#listed.length : index;
    };
    const sorted = [...this.#rings.values()].sort((a, b) => place(a) - place(b));
    this.renditions = new Map(sorted.map((ring) => [ring.name, ring]));
  }

  #changed(rendition: Rendition | null): void {
    this.version++;
    for (const listener of this.#listeners) listener(rendition);
  }
}

function segmentEnd(segment: Segment): number {
  return segment.start + segment.duration;
}

function discontinuities(segments: readonly Segment[], before: number): number {
  let count = 0;
  for (const { discontinuity, sequence } of segments) if (discontinuity && sequence < before) count++;
  return count;
}

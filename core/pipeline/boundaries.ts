/** The instants at which renditions are cut together, kept until every rendition has passed them. */
import { VIDEO_TIMESCALE } from './track.ts';

export interface Boundary {
  sequence: number;
  /** Presentation time of the leader's keyframe, in ticks of 90 kHz. */
  start: number;
  /** Milliseconds since 1970, not rounded. */
  programDateTime: number;
  discontinuity: boolean;
  /** Milliseconds on the timeline: at a discontinuity, what comes after this and before `start` belongs to neither side. */
  from: number;
}

/** Renditions farther behind than this are not waited for: 10 minutes of 2 s segments. */
const MOST = 300;

/**
 * What PROGRAM-DATE-TIME says. It is set by the clock once for each publisher's connection and goes on with the
 * timeline in between, so that a publisher's jitter never shows in it. It never goes back.
 */
export class ProgramClock {
  readonly #now: () => number;
  #anchor: { wall: number; tick: number } | null = null;

  /** @param now Milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Milliseconds since 1970 at `tick` of 90 kHz. */
  at(tick: number): number {
    if (this.#anchor === null) return this.reanchor(tick);
    return this.#anchor.wall + ((tick - this.#anchor.tick) * 1000) / VIDEO_TIMESCALE;
  }

  /** Sets `tick` to now. */
  reanchor(tick: number): number {
    const now = this.#now();
    this.#anchor = { wall: this.#anchor === null ? now : Math.max(now, this.at(tick)), tick };
    return this.#anchor.wall;
  }
}

export class Boundaries {
  readonly #clock: ProgramClock;
  readonly #list: Boundary[] = [];
  #next: number;

  constructor(next: number, clock: ProgramClock) {
    this.#next = next;
    this.#clock = clock;
  }

  get next(): number {
    return this.#next;
  }

  get last(): Boundary | null {
    return this.#list.at(-1) ?? null;
  }

  /** Skips numbers that another group of the session has used. */
  skipTo(sequence: number): void {
    this.#next = Math.max(this.#next, sequence);
  }

  /** Adds the next boundary, with a discontinuity where there is a change. */
  add(start: number, change: { from: number; reanchor: boolean } | null): Boundary {
    const boundary: Boundary = {
      sequence: this.#next++,
      start,
      programDateTime: change?.reanchor ? this.#clock.reanchor(start) : this.#clock.at(start),
      discontinuity: change !== null,
      from: change?.from ?? (start * 1000) / VIDEO_TIMESCALE,
    };
    this.#list.push(boundary);
    if (this.#list.length > MOST) this.#list.shift();
    return boundary;
  }

  /** The oldest kept boundary after the segment `sequence`. */
  after(sequence: number): Boundary | null {
    const last = this.last;
    if (last === null || last.sequence <= sequence) return null;
    return this.#list.find((boundary) => boundary.sequence > sequence) ?? null;
  }

  /** The newest boundary whose start is within `tolerance` ticks of `tick`. */
  at(tick: number, tolerance: number): Boundary | null {
    return this.#list.findLast((boundary) => Math.abs(boundary.start - tick) <= tolerance) ?? null;
  }

  /** The newest boundary that starts at `tick` or before. */
  before(tick: number): Boundary | null {
    return this.#list.findLast((boundary) => boundary.start <= tick) ?? null;
  }

  /** Forgets the boundaries of segments before `sequence`. */
  forget(sequence: number): void {
    let passed = 0;
    while (passed < this.#list.length && this.#list[passed]!.sequence < sequence) passed++;
    if (passed > 0) this.#list.splice(0, passed);
  }
}

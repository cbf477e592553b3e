/** Milliseconds to 90 kHz ticks that lie on the grid of the frame rate: FLV rounds away what a regular stream had. */
import { VIDEO_TIMESCALE } from './track.ts';

const TICKS_PER_MS = VIDEO_TIMESCALE / 1000;
/** Times within 1.5 ms of the grid are taken to be on it: rounding to milliseconds moves a time by 1 ms at most. */
export const JITTER = 1.5 * TICKS_PER_MS;
/** So many intervals in a row are looked at to tell whether the rate is the one assumed. */
const OBSERVED = 15;

const COMMON_RATES = [5, 10, 12, 15, 20, 24, 25, 30, 48, 50, 60, 90, 120];

export class FrameGrid {
  /** Ticks of one frame; not a whole number with 23.976 or 59.94 frames per second. */
  #frame: number;
  #anchor: number | null = null;
  #last: number | null = null;
  readonly #intervals: number[] = [];

  /** `frameRate` in frames per second. */
  constructor(frameRate: number) {
    this.#frame = VIDEO_TIMESCALE / frameRate;
  }

  /** Ticks of one frame. */
  get frame(): number {
    return this.#frame;
  }

  /** Forgets where the grid lies: the next time sets it anew. Its rate stays. */
  reset(): void {
    this.#anchor = null;
    this.#last = null;
    this.#intervals.length = 0;
  }

  /** Decode time of the next frame of the leading rendition. A time off the grid moves the grid. */
  snap(ms: number): number {
    const raw = ms * TICKS_PER_MS;
    if (this.#last !== null) this.#observe(raw - this.#last);
    this.#last = raw;
    const snapped = this.nearest(ms);
    if (Math.abs(snapped - raw) > JITTER || this.#anchor === null) {
      this.#anchor = Math.round(raw);
      return this.#anchor;
    }
    return snapped;
  }

  /** Presentation time of the frame decoded at `dts` ticks and composed `cts` milliseconds later. */
  composed(dts: number, cts: number): number {
    if (cts === 0) return dts;
    const raw = cts * TICKS_PER_MS;
    const frames = Math.round(raw / this.#frame);
    if (Math.abs(frames * this.#frame - raw) > JITTER) return dts + Math.round(raw);
    const index = this.#index(dts);
    return index === null ? dts + Math.round(frames * this.#frame) : this.#tick(index + frames);
  }

  /** The grid's time nearest to `ms`, or `ms` itself where it is off the grid. Moves nothing. */
  nearest(ms: number): number {
    const raw = ms * TICKS_PER_MS;
    if (this.#anchor === null) return Math.round(raw);
    const snapped = this.#tick(Math.round((raw - this.#anchor) / this.#frame));
    return Math.abs(snapped - raw) <= JITTER ? snapped : Math.round(raw);
  }

  /** When the frame after the one at `tick` is due. */
  after(tick: number): number {
    const index = this.#index(tick);
    return index === null ? tick + Math.round(this.#frame) : this.#tick(index + 1);
  }

  #tick(index: number): number {
    return this.#anchor! + Math.round(index * this.#frame);
  }

  /** Which place on the grid `tick` is; null where it is none. */
  #index(tick: number): number | null {
    if (this.#anchor === null) return null;
    const index = Math.round((tick - this.#anchor) / this.#frame);
    return this.#tick(index) === tick ? index : null;
  }

  /** Encoders state wrong rates, and change them: where the median interval is off by a tenth, it is what counts. */
  #observe(interval: number): void {
    this.#intervals.push(interval);
    if (this.#intervals.length < OBSERVED) return;
    const median = this.#intervals.sort((a, b) => a - b)[OBSERVED >> 1]!;
    this.#intervals.length = 0;
    if (median > 0 && Math.abs(median - this.#frame) > this.#frame / 10) {
      this.#frame = VIDEO_TIMESCALE / commonRate(VIDEO_TIMESCALE / median);
      this.#anchor = null;
    }
  }
}

/** The frame rate that a few frames' times (ms, in decode order) show; null where there are fewer than two. */
export function measuredRate(times: readonly number[]): number | null {
  const intervals: number[] = [];
  for (let index = 1; index < times.length; index++) {
    const interval = times[index]! - times[index - 1]!;
    if (interval > 0) intervals.push(interval);
  }
  if (intervals.length === 0) return null;
  intervals.sort((a, b) => a - b);
  const regular = intervals.at(-1)! - intervals[0]! <= 2;
  const interval = regular
    ? intervals.reduce((sum, value) => sum + value, 0) / intervals.length
    : intervals[intervals.length >> 1]!;
  return commonRate(1000 / interval);
}

/** A rate measured from whole milliseconds is a few per cent off: the common rate within 4 %, else itself. */
function commonRate(rate: number): number {
  const common = COMMON_RATES.find((candidate) => Math.abs(candidate - rate) <= candidate * 0.04);
  return common ?? rate;
}

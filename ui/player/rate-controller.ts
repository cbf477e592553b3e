/** Holds a low-latency live picture at its edge: decides how fast to play from how full the buffer has been. */

/** Seconds of buffer that are kept when the source has no B-frames, and when it has. */
export const MARGIN = 0.25;
export const MARGIN_REORDERED = 0.4;

/** What each stall adds to the margin, and where that ends, in seconds. */
const MARGIN_STEP = 0.1;
const MARGIN_LIMIT = 1;

/** The smallest buffer of this many milliseconds counts; fewer than so many samples decide nothing. */
const WINDOW = 2000;
const ENOUGH_SAMPLES = 10;

/** How far the smallest buffer is above the margin, in seconds, and the rate that answers it. Below all of them: 1. */
const STEPS = [
  { above: 1.5, rate: 1.25 },
  { above: 0.4, rate: 1.1 },
  { above: 0.08, rate: 1.04 },
] as const;
const SHORT = -0.06;
const SHORT_RATE = 0.96;

/**
 * Takes the buffer ahead of the playhead every 50 ms or so and answers a playback rate: 0.96, 1, 1.04, 1.1 or 1.25.
 * The smallest buffer of the last two seconds is compared with a margin, since a momentary high says nothing about the next gap.
 * Steps are few and small because a change of rate is heard when it is large or frequent.
 */
export class RateController {
  #margin: number;
  #samples: { at: number; buffer: number }[] = [];

  constructor(margin: number = MARGIN) {
    this.#margin = margin;
  }

  /** Seconds of buffer that are aimed at now. */
  get margin(): number {
    return this.#margin;
  }

  /** Raises the margin to what a source with B-frames needs. Never lowers it. */
  sourceReorders(): void {
    this.#margin = Math.max(this.#margin, MARGIN_REORDERED);
  }

  /** `now` in milliseconds of any steady clock; `buffer` in seconds ahead of the playhead. */
  sample(now: number, buffer: number): number {
    this.#samples.push({ at: now, buffer });
    while (this.#samples[0]!.at < now - WINDOW) this.#samples.shift();
    if (this.#samples.length < ENOUGH_SAMPLES) return 1;
    const smallest = this.#samples.reduce((least, sample) => Math.min(least, sample.buffer), Number.POSITIVE_INFINITY);
    const spare = smallest - this.#margin;
    if (spare < SHORT) return SHORT_RATE;
    return STEPS.find((step) => spare > step.above)?.rate ?? 1;
  }

  /** Playback ran dry: from now on a little more is kept. */
  stalled(): void {
    this.#margin = Math.min(MARGIN_LIMIT, this.#margin + MARGIN_STEP);
  }

  /** The playhead jumped: what the buffer was says nothing about what it is. */
  reset(): void {
    this.#samples = [];
  }
}

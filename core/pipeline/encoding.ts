/** Keeps a session's encoder running: starts it again from the kept frames when it dies, and says when it is too slow. */
import type { Latency, Logger, PipelinePlan } from '#plugin-api';
import { Encoder, type EncoderProgress } from './encoder.ts';
import type { KeptFrames } from './kept-frames.ts';
import type { Frame, VideoConfig } from './track.ts';

/** An encoder that lags further and further for this long cannot keep up (pipeline.md: 10 s). */
const SLOW_MS = 10_000;
/** Media time that an encoder may lie behind its input before it counts as slow at all. */
const LAG_ALLOWED_MS = 1500;
/** A process that lived shorter than this is not started again at once, so that a broken ffmpeg does not spin. */
const SHORT_LIFE_MS = 2000;

export interface EncodingEvents {
  config(rendition: string, config: VideoConfig): void;
  frame(rendition: string, frame: Frame): void;
  progress(progress: EncoderProgress): void;
  restarted(reason: string, restarts: number): void;
  /** It has not kept up for 10 s. */
  slow(speed: number): void;
}

export interface EncodingOptions {
  plan: PipelinePlan;
  source: VideoConfig;
  latency: Latency;
  ffmpeg: string;
  kept: KeptFrames;
  log: Logger;
  events: EncodingEvents;
}

export class Encoding {
  readonly #options: EncodingOptions;
  /** Time (ms) of the last keyframe of each rendition: what lies before it is finished. */
  readonly #finished = new Map<string, number>();
  readonly #newest = new Map<string, number>();
  #encoder: Encoder;
  #startedAt = 0;
  #restarts = 0;
  #restartTimer: NodeJS.Timeout | null = null;
  #slowSince: number | null = null;
  #fed = 0;
  #stopped = false;

  /** Starts at once with the frames that are kept. */
  constructor(options: EncodingOptions) {
    this.#options = options;
    for (const { name } of options.plan.renditions) {
      this.#finished.set(name, Number.NEGATIVE_INFINITY);
    }
    this.#encoder = this.#start();
  }

  /** Feeds the newest frame, which the caller has kept before. */
  write(frame: Frame): void {
    this.#fed = frame.dts;
    if (!this.#restartTimer) this.#encoder.write(frame);
  }

  /** Ends the input and resolves when all that was made of it has been handed on, or the process was forced to end. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#restartTimer) clearTimeout(this.#restartTimer);
    await this.#encoder.stop();
  }

  #start(): Encoder {
    const { plan, source, latency, ffmpeg, kept, log, events } = this.#options;
    this.#startedAt = Date.now();
    const encoder = new Encoder({
      plan,
      source,
      latency,
      ffmpeg,
      log,
      events: {
        config: events.config,
        frame: (rendition, frame) => {
          this.#newest.set(rendition, frame.dts);
          events.frame(rendition, frame);
          if (frame.keyframe) this.#keyframe(rendition, frame);
        },
        progress: (progress) => this.#progress(progress),
        exit: (reason, expected) => {
          if (!expected && !this.#stopped && encoder === this.#encoder) this.#died(reason);
        },
      },
    });
    for (const frame of kept.frames) encoder.write(frame);
    return encoder;
  }

  #keyframe(rendition: string, frame: Frame): void {
    this.#finished.set(rendition, frame.dts + frame.cts);
    const all = Math.min(...this.#finished.values());
    if (all > Number.NEGATIVE_INFINITY) this.#options.kept.finished(all);
  }

  #died(reason: string): void {
    this.#restarts++;
    this.#slowSince = null;
    const lived = Date.now() - this.#startedAt;
    const delay = lived < SHORT_LIFE_MS ? Math.min(5000, 250 * 2 ** Math.min(this.#restarts, 5)) : 0;
    this.#options.log.warn({ reason, restarts: this.#restarts }, 'the encoder ended; it is started again');
    this.#options.events.restarted(reason, this.#restarts);
    this.#restartTimer = setTimeout(() => {
      this.#restartTimer = null;
      this.#encoder = this.#start();
    }, delay);
  }

  #progress(progress: EncoderProgress): void {
    this.#options.events.progress(progress);
    const behind = this.#fed - Math.min(...[...this.#finished.keys()].map((name) => this.#newest.get(name) ?? 0));
    if (progress.speed >= 1 || behind < LAG_ALLOWED_MS) {
      this.#slowSince = null;
      return;
    }
    this.#slowSince ??= Date.now();
    if (Date.now() - this.#slowSince < SLOW_MS) return;
    this.#slowSince = null;
    this.#options.events.slow(progress.speed);
  }
}

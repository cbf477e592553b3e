/** Keeps a session's encoder running: starts it again from the kept frames when it dies, and says when it is too slow. */
import type { Logger, PipelinePlan } from '#plugin-api';
import { Encoder, type EncoderProgress } from './encoder.ts';
import type { KeptFrames } from './kept-frames.ts';
import type { Frame, VideoConfig } from './track.ts';

/** An encoder that is slower than its input for this long cannot keep up. */
const SLOW_MS = 10_000;
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
  /**
   * Milliseconds on the session's timeline: up to here another encoder made these renditions. What follows begins with a keyframe, since
   * it cannot be decoded from the pictures of an encoder whose keyframes were elsewhere. Null: there was none.
   */
  joinAfter: number | null;
  ffmpeg: string;
  kept: KeptFrames;
  log: Logger;
  events: EncodingEvents;
}

export class Encoding {
  readonly #options: EncodingOptions;
  /** Time (ms) of the last keyframe of each rendition: what lies before it is finished. */
  readonly #finished = new Map<string, number>();
  #encoder: Encoder;
  #startedAt = 0;
  #restarts = 0;
  #restartTimer: NodeJS.Timeout | null = null;
  #slowSince: number | null = null;
  /** Whether the encoder has had the keyframe that it must start with. */
  #begun = false;
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
    if (this.#restartTimer) return;
    this.#begun ||= frame.keyframe;
    if (this.#begun) this.#encoder.write(frame);
  }

  /** Ends the input and resolves when all that was made of it has been handed on, or the process was forced to end. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#restartTimer) clearTimeout(this.#restartTimer);
    await this.#encoder.stop();
  }

  #start(): Encoder {
    const { plan, source, joinAfter, ffmpeg, kept, log, events } = this.#options;
    this.#startedAt = Date.now();
    const encoder = new Encoder({
      plan,
      source,
      joinAfter,
      ffmpeg,
      log,
      events: {
        config: events.config,
        frame: (rendition, frame) => {
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
    this.#begun = kept.frames.length > 0;
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
    if (progress.speed >= 1) {
      this.#slowSince = null;
      return;
    }
    this.#slowSince ??= Date.now();
    if (Date.now() - this.#slowSince < SLOW_MS) return;
    this.#slowSince = null;
    this.#options.events.slow(progress.speed);
  }
}

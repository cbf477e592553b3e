/** What the player asks of the thing that feeds its video element: hls.js, or the browser itself. */
import type { Problem } from './problem.ts';
import type { Stretch } from './trim.ts';

export interface EngineEvents {
  /** The source is understood; playing may begin. */
  ready(): void;
  /** The source cannot be had (any more). `status` is the HTTP status of the refusal, or null where nobody answered. */
  lost(status: number | null): void;
  /** What was had cannot be played, whatever is tried. */
  failed(problem: Problem): void;
  /** Another quality is on the screen: its height in pixels. */
  quality(height: number | null): void;
  /** Only a stretch of the source is to be shown: it is a clip. */
  trimmed(stretch: Stretch): void;
}

export interface Engine {
  /** Wall-clock time at which the picture at `mediaTime` seconds was taken, in milliseconds; null where the source does not say. */
  programTime(mediaTime: number): number | null;
  /** Media time in seconds where a viewer who follows the live edge is to be; null for what is not live. */
  readonly livePosition: number | null;
  /** Jumps to the newest picture that can be played without waiting. */
  goLive(): void;
  /** Lets go of the video element and of the network. */
  stop(): void;
}

export interface EngineOptions {
  playlist: string;
  video: HTMLVideoElement;
  /** Where to begin, in seconds; null is the live edge, or the beginning of what is not live. */
  startAt: number | null;
  events: EngineEvents;
}

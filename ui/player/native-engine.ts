/** Plays HLS by the browser's own means, where there are no Media Source Extensions (Safari on older iPhones). */
import type { Engine, EngineOptions } from './engine.ts';
import { problems } from './problem.ts';

/** Safari states when the picture at media time 0 was taken; the DOM's types do not know it. */
interface DatedVideo extends HTMLVideoElement {
  getStartDate?(): Date;
}

/** Seconds behind the end of the playlist at which Safari plays what is live, at most. */
const SAFARI_LATENCY = 6;

export class NativeEngine implements Engine {
  readonly #video: DatedVideo;
  readonly #aborter = new AbortController();

  static isSupported(): boolean {
    return document.createElement('video').canPlayType('application/vnd.apple.mpegurl') !== '';
  }

  constructor({ playlist, video, startAt, events }: EngineOptions) {
    this.#video = video;
    const { signal } = this.#aborter;
    video.addEventListener(
      'loadedmetadata',
      () => {
        if (startAt !== null) video.currentTime = startAt;
        events.ready();
      },
      { signal },
    );
    video.addEventListener('resize', () => events.quality(video.videoHeight || null), { signal });
    video.addEventListener(
      'error',
      () => {
        if (video.error?.code === MediaError.MEDIA_ERR_DECODE) events.failed(problems.undecodable);
        else events.lost(null);
      },
      { signal },
    );
    video.src = playlist;
  }

  programTime(mediaTime: number): number | null {
    const start = this.#video.getStartDate?.().getTime() ?? Number.NaN;
    return Number.isNaN(start) ? null : start + mediaTime * 1000;
  }

  get livePosition(): number | null {
    const { seekable, duration } = this.#video;
    if (duration !== Number.POSITIVE_INFINITY || seekable.length === 0) return null;
    return Math.max(seekable.start(0), seekable.end(seekable.length - 1) - SAFARI_LATENCY);
  }

  goLive(): void {
    const { livePosition } = this;
    if (livePosition !== null) this.#video.currentTime = livePosition;
  }

  stop(): void {
    this.#aborter.abort();
    this.#video.removeAttribute('src');
    this.#video.load();
  }
}

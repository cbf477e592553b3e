/** Shows a stretch of a recording as if it were all there is: a clip, whose segments reach a little further on both sides. */
import { createMediaStore, type MediaStore } from 'media-chrome/media-store/media-store.js';
import { stateMediator } from 'media-chrome/media-store/state-mediator.js';

/** Seconds on the media's timeline. */
export interface Stretch {
  start: number;
  end: number;
}

/** Seconds before the end that count as the end: less than a frame. */
const NEARLY = 0.01;

export class Trim {
  /** Played to the end of the stretch. */
  finished = false;
  readonly #video: HTMLVideoElement;
  readonly #changed: () => void;
  #stretch: Stretch | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param changed Called when `finished` has changed. */
  constructor(video: HTMLVideoElement, changed: () => void) {
    this.#video = video;
    this.#changed = changed;
    for (const type of ['timeupdate', 'playing', 'ratechange']) video.addEventListener(type, () => this.#awaitEnd());
    video.addEventListener('seeking', () => this.#keepWithin());
    video.addEventListener('play', () => this.#startAgain());
  }

  /** Null shows all. */
  show(stretch: Stretch | null): void {
    this.#stretch = stretch;
    this.finished = false;
    clearTimeout(this.#timer);
    // The controls learn of another length by the event that tells of one.
    this.#video.dispatchEvent(new Event('durationchange'));
  }

  /** What the controls read and set: times that count from the start of the stretch. */
  createStore(fullscreenElement: HTMLElement): MediaStore {
    const { mediaCurrentTime, mediaDuration, mediaSeekable, mediaBuffered, mediaEnded } = stateMediator;
    return createMediaStore({
      media: this.#video,
      fullscreenElement,
      options: { defaultStreamType: 'on-demand' },
      stateMediator: {
        ...stateMediator,
        mediaCurrentTime: {
          ...mediaCurrentTime,
          get: () => this.time,
          set: (time, owners) => mediaCurrentTime.set?.(time + (this.#stretch?.start ?? 0), owners),
        },
        mediaDuration: { ...mediaDuration, get: (owners) => this.#length ?? mediaDuration.get(owners) },
        mediaSeekable: {
          ...mediaSeekable,
          get: (owners) => (this.#length === null ? mediaSeekable.get(owners) : [0, this.#length]),
        },
        mediaBuffered: {
          ...mediaBuffered,
          get: (owners) => mediaBuffered.get(owners).map(([start, end]) => [this.#within(start), this.#within(end)]),
        },
        mediaEnded: { ...mediaEnded, get: (owners) => this.finished || mediaEnded.get(owners) },
      },
    });
  }

  /** Where the viewer is, from the start of the stretch. */
  get time(): number {
    return (this.finished && this.#length) || this.#within(this.#video.currentTime);
  }

  get #length(): number | null {
    return this.#stretch && this.#stretch.end - this.#stretch.start;
  }

  #within(time: number): number {
    if (!this.#stretch) return time;
    const { start, end } = this.#stretch;
    return Math.min(Math.max(time, start), end) - start;
  }

  /** Events tell of the time four times a second; the end is to the frame. */
  #awaitEnd(): void {
    clearTimeout(this.#timer);
    if (!this.#stretch || this.#video.paused) return;
    const left = this.#stretch.end - this.#video.currentTime;
    if (left > NEARLY) this.#timer = setTimeout(() => this.#awaitEnd(), (left * 1000) / this.#video.playbackRate);
    else this.#finish();
  }

  #finish(): void {
    this.#video.pause();
    this.finished = true;
    this.#changed();
  }

  #keepWithin(): void {
    if (!this.#stretch) return;
    const { start, end } = this.#stretch;
    const time = this.#video.currentTime;
    this.finished = time >= end - NEARLY;
    if (time < start - NEARLY) this.#video.currentTime = start;
    else if (time > end) this.#video.currentTime = end;
    this.#changed();
  }

  #startAgain(): void {
    if (this.#stretch && this.finished) this.#video.currentTime = this.#stretch.start;
  }
}

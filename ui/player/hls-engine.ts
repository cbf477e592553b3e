/** Plays HLS through Media Source Extensions with hls.js, and holds low-latency streams at their edge. */
import Hls, { type ErrorData, type LevelDetails } from 'hls.js';
import type { Engine, EngineOptions } from './engine.ts';
import { hasReorderedFrames } from './frame-reordering.ts';
import { problems } from './problem.ts';
import { RateController } from './rate-controller.ts';
import type { RenditionList } from './rendition-list.ts';
import type { Stretch } from './trim.ts';

/** Milliseconds between two looks at the buffer. */
const SAMPLE_INTERVAL = 50;

/** A viewer further than this behind the edge, in seconds, is there on purpose: nothing hurries them forward. */
const FOLLOWING_LIMIT = 5;

/** So many decoding errors within so many milliseconds are recovered from; then the picture is given up. */
const RECOVERIES = 3;
const RECOVERY_WINDOW = 30_000;

const UNSUPPORTED = new Set<string>([
  Hls.ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR,
  Hls.ErrorDetails.BUFFER_ADD_CODEC_ERROR,
  Hls.ErrorDetails.BUFFER_INCOMPATIBLE_CODECS_ERROR,
]);

/** Session data of a clip's playlist: `<start> <end>`, in seconds from its beginning. */
const TRIM = 'livestreams.trim';

/**
 * By default hls.js gives up for good a second after a server goes away, and then nothing short of a reload helps.
 * Playlists are asked for again and again instead; whoever owns the engine learns from the stream's status when to stop.
 */
const PATIENT = {
  default: {
    maxTimeToFirstByteMs: 10_000,
    maxLoadTimeMs: 20_000,
    timeoutRetry: { maxNumRetry: 1000, retryDelayMs: 0, maxRetryDelayMs: 0 },
    errorRetry: { maxNumRetry: 1000, retryDelayMs: 500, maxRetryDelayMs: 2000 },
  },
};

export class HlsEngine implements Engine {
  readonly #hls: Hls;
  readonly #options: EngineOptions;
  readonly #renditions: RenditionList;
  readonly #rate = new RateController();
  readonly #aborter = new AbortController();
  #sampler: ReturnType<typeof setInterval> | undefined;
  #started = false;
  #following = true;
  #recoveries: number[] = [];

  static isSupported(): boolean {
    return Hls.isSupported();
  }

  constructor(options: EngineOptions, renditions: RenditionList) {
    this.#options = options;
    this.#renditions = renditions;
    const { video, startAt, playlist } = options;
    this.#hls = new Hls({
      lowLatencyMode: true,
      liveDurationInfinity: true,
      backBufferLength: 60,
      playlistLoadPolicy: PATIENT,
      ...(startAt === null ? {} : { startPosition: startAt }),
    });
    this.#listen();
    this.#hls.loadSource(playlist);
    this.#hls.attachMedia(video);
    this.#sampler = setInterval(() => this.#steer(), SAMPLE_INTERVAL);
  }

  programTime(mediaTime: number): number | null {
    const details = this.#details();
    if (!details) return null;
    const fragments = details.fragmentHint ? [...details.fragments, details.fragmentHint] : details.fragments;
    const fragment = fragments.findLast((candidate) => candidate.start <= mediaTime) ?? fragments[0];
    if (!fragment || fragment.programDateTime === null) return null;
    return fragment.programDateTime + (mediaTime - fragment.start) * 1000;
  }

  get livePosition(): number | null {
    return this.#details()?.live ? this.#hls.liveSyncPosition : null;
  }

  goLive(): void {
    const { livePosition } = this;
    if (livePosition === null) return;
    this.#following = true;
    this.#options.video.currentTime = livePosition;
  }

  stop(): void {
    clearInterval(this.#sampler);
    this.#aborter.abort();
    this.#hls.destroy();
    this.#renditions.replace([]);
    this.#options.video.playbackRate = 1;
  }

  #listen(): void {
    const { video, events } = this.#options;
    const { signal } = this.#aborter;
    this.#hls.on(Hls.Events.MANIFEST_PARSED, (_event, { levels }) => {
      this.#renditions.replace(
        levels
          .filter((level) => level.height > 0)
          .map((level, index) => ({
            id: String(index),
            width: level.width,
            height: level.height,
            bitrate: level.bitrate,
          })),
      );
      events.ready();
    });
    this.#hls.on(Hls.Events.MANIFEST_LOADED, (_event, { sessionData }) => {
      const stretch = stretchOf(sessionData?.[TRIM]?.VALUE);
      if (stretch) events.trimmed(stretch);
    });
    this.#hls.on(Hls.Events.LEVEL_SWITCHED, (_event, { level }) => {
      events.quality(this.#hls.levels[level]?.height || null);
    });
    this.#hls.on(Hls.Events.BUFFER_APPENDING, (_event, { type, data }) => {
      if (type !== 'audio' && hasReorderedFrames(data)) this.#rate.sourceReorders();
    });
    this.#hls.on(Hls.Events.ERROR, (_event, data) => {
      if (data.fatal) this.#fatal(data);
    });
    this.#renditions.addEventListener('change', () => this.#choose(this.#renditions.selectedIndex), { signal });
    video.addEventListener('playing', () => (this.#started = true), { signal });
    video.addEventListener(
      'waiting',
      () => {
        if (this.#started && this.#following && !video.seeking) this.#rate.stalled();
      },
      { signal },
    );
    const judge = () => {
      this.#rate.reset();
      this.#following = this.#hls.latency < FOLLOWING_LIMIT;
    };
    video.addEventListener('seeked', judge, { signal });
    video.addEventListener('play', judge, { signal });
  }

  /** -1 leaves the choice to hls.js. Near the live edge there is no buffer worth throwing away for a faster change. */
  #choose(level: number): void {
    if (this.#details()?.live) this.#hls.loadLevel = level;
    else this.#hls.nextLevel = level;
  }

  #details(): LevelDetails | undefined {
    const { levels, currentLevel, loadLevel } = this.#hls;
    return (levels[currentLevel] ?? levels[loadLevel])?.details ?? undefined;
  }

  /** Only low-latency playlists are steered: where whole segments arrive, two seconds do not show how low the buffer gets. */
  #steer(): void {
    const { video } = this.#options;
    const details = this.#details();
    if (!details?.live || !details.partTarget || !this.#following) {
      if (video.playbackRate !== 1 && details?.live) video.playbackRate = 1;
      return;
    }
    if (video.paused) return;
    // Who fell so far behind unwillingly (a network that was away, a machine that slept) jumps: hurrying would take minutes.
    if (this.#started && !video.seeking && details.edge - video.currentTime > FOLLOWING_LIMIT) {
      this.goLive();
      return;
    }
    if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || video.buffered.length === 0) return;
    const buffer = video.buffered.end(video.buffered.length - 1) - video.currentTime;
    const rate = this.#rate.sample(performance.now(), buffer);
    if (video.playbackRate !== rate) video.playbackRate = rate;
  }

  #fatal({ details, type, response }: ErrorData): void {
    const { events } = this.#options;
    if (UNSUPPORTED.has(details)) events.failed(problems.unsupported);
    else if (type === Hls.ErrorTypes.NETWORK_ERROR) events.lost(response?.code || null);
    else if (type === Hls.ErrorTypes.MEDIA_ERROR && this.#mayRecover()) {
      this.#hls.recoverMediaError();
      events.ready();
    } else events.failed(problems.undecodable);
  }

  #mayRecover(): boolean {
    const now = performance.now();
    this.#recoveries = this.#recoveries.filter((at) => at > now - RECOVERY_WINDOW);
    return this.#recoveries.push(now) <= RECOVERIES;
  }
}

function stretchOf(value: string | undefined): Stretch | null {
  const [start, end] = (value ?? '').split(' ').map(Number);
  return start !== undefined && end !== undefined && end > start ? { start, end } : null;
}

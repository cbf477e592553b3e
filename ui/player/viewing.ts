/** Follows one stream: asks for its status, feeds the video element, and says what state the viewer is to see. */
import type { Endpoints } from './endpoints.ts';
import type { Engine, EngineEvents } from './engine.ts';
import { HlsEngine } from './hls-engine.ts';
import { NativeEngine } from './native-engine.ts';
import { type Problem, problems } from './problem.ts';
import type { RenditionList } from './rendition-list.ts';
import { readStatus, type StreamStatus } from './stream-status.ts';
import type { Stretch } from './trim.ts';

/** `loading` is before the first answer. `ended` also means that what plays is a recording. */
export type ViewingState = 'loading' | 'offline' | 'starting' | 'live' | 'reconnecting' | 'ended' | 'error';

/** Milliseconds between two questions, by what the last answer was. */
const ASK_AGAIN = { offline: 2000, starting: 500, live: 1000, reconnecting: 1000, ended: 4000 } as const;
const ASK_AFTER_FAILURE = 2000;
const ASK_AFTER_LOSS = 500;

/** A picture that stands still for so long, in milliseconds, is a stall that the viewer is told of. */
const STALL = 1500;

/** A source that says it is live and yet stands still for so long, in milliseconds, is loaded again. */
const STALL_RELOAD = 15_000;

/** An unanswered question or two are no news; more are a problem to show. */
const FAILURES_BEFORE_ERROR = 3;

export interface ViewingOptions {
  video: HTMLVideoElement;
  renditions: RenditionList;
  endpoints: Endpoints;
  autoplay: boolean;
  /** Called after any change of the public fields. */
  changed(): void;
  /** Only this stretch of what is loaded is to be shown. */
  trimmed(stretch: Stretch): void;
}

/** Starts at once; `stop()` ends it. */
export class Viewing {
  state: ViewingState = 'loading';
  problem: Problem | null = null;
  /** The server's last word. */
  status: StreamStatus | null = null;
  /** Height of the picture in pixels. */
  height: number | null = null;
  engine: Engine | null = null;
  /** The browser let it start only without sound. */
  silenced = false;
  /** A session is live while the viewer watches the recording of an earlier one. */
  liveElsewhere = false;

  readonly #options: ViewingOptions;
  readonly #aborter = new AbortController();
  #loaded: { session: string | null; recording: boolean } | null = null;
  #wantsPlay: boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval>;
  #asking = false;
  /** Questions that got no answer, and sources that went away, since pictures last moved. */
  #failures = 0;
  #losses = 0;
  /** The session that cannot be played here, and the one that left no recording: neither is tried again. */
  #unplayable: { session: string | null; problem: Problem } | null = null;
  #unrecorded: string | null = null;
  #progress = { time: -1, at: performance.now() };

  constructor(options: ViewingOptions) {
    this.#options = options;
    this.#wantsPlay = options.autoplay;
    const { video, endpoints } = options;
    const { signal } = this.#aborter;
    video.addEventListener('play', () => (this.#wantsPlay = true), { signal });
    video.addEventListener('pause', () => (this.#wantsPlay = video.ended && this.#wantsPlay), { signal });
    video.addEventListener('ended', () => this.#ask(), { signal });
    this.#watch = setInterval(() => this.#look(), 250);
    if (endpoints.status) this.#ask();
    else this.#load(null, false);
  }

  /** Whether pictures move, or would if the viewer had not paused them. */
  get playing(): boolean {
    return this.engine !== null && !this.#options.video.ended && performance.now() - this.#progress.at < STALL;
  }

  /** The viewer asks to try again after a problem. */
  retry(): void {
    this.#unload();
    this.#failures = 0;
    this.#losses = 0;
    this.#unplayable = null;
    this.#show('loading');
    this.#resume();
  }

  /** To the newest picture of the live session: from a pause, from further back, or from an earlier session's recording. */
  goLive(): void {
    this.#wantsPlay = true;
    if (this.liveElsewhere && this.status) this.#load(this.status.session_id, false);
    else this.engine?.goLive();
    void this.#play();
  }

  stop(): void {
    this.#aborter.abort();
    clearInterval(this.#watch);
    clearTimeout(this.#timer);
    this.#unload();
  }

  /** Whether the recording of the ended session is there to be watched. */
  get hasRecording(): boolean {
    return this.#loaded?.recording === true;
  }

  async #ask(): Promise<void> {
    const { status: url } = this.#options.endpoints;
    if (!url || this.#asking || this.#aborter.signal.aborted) return;
    this.#quiet();
    this.#asking = true;
    try {
      const answer = await readStatus(url, this.#aborter.signal);
      if ('code' in answer) this.#askFailed(answer);
      else this.#follow(answer);
    } catch (error) {
      if (!this.#aborter.signal.aborted) throw error;
    } finally {
      this.#asking = false;
    }
  }

  #askLater(delay: number): void {
    this.#quiet();
    this.#timer = setTimeout(() => this.#resume(), delay);
  }

  #quiet(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #askFailed(problem: Problem): void {
    this.#failures++;
    this.#askLater(Math.min(ASK_AFTER_FAILURE * this.#failures, 10_000));
    if (this.playing) return;
    if (!problem.retrying || this.#failures >= FAILURES_BEFORE_ERROR) this.#show('error', problem);
  }

  #follow(status: StreamStatus): void {
    this.#failures = 0;
    this.status = status;
    const { video } = this.#options;
    const live = status.state === 'live' || status.state === 'reconnecting';
    const watchingRecording = this.#loaded?.recording === true && video.currentTime > 0 && !video.ended;
    this.liveElsewhere = live && watchingRecording;
    if (this.#unplayable?.session === status.session_id) {
      this.#show('error', this.#unplayable.problem);
      this.#askLater(ASK_AGAIN.ended);
      return;
    }
    if (live && !watchingRecording) this.#followLive(status);
    else if (status.state === 'ended') this.#followEnd(status);
    else if (!watchingRecording) this.#unload();

    if (watchingRecording) this.#show('ended');
    else if (live && this.playing) this.#show('live');
    else if (this.#losses < FAILURES_BEFORE_ERROR) this.#show(status.state);
    const settled = live && !watchingRecording && this.playing;
    if (!settled) this.#askLater(ASK_AGAIN[status.state]);
  }

  #followLive(status: StreamStatus): void {
    const stuck = status.state === 'live' && performance.now() - this.#progress.at > STALL_RELOAD;
    const another = this.#loaded?.session !== status.session_id || this.#loaded.recording;
    if (another || (stuck && this.#wantsPlay)) this.#load(status.session_id, false);
  }

  #followEnd({ session_id: session }: StreamStatus): void {
    if (this.#loaded?.recording && this.#loaded.session === session) return;
    if (session && session !== this.#unrecorded) this.#load(session, true);
    else this.#unload();
  }

  /** Notices a picture that has stopped, and one that moves again. */
  #look(): void {
    const { video } = this.#options;
    const now = performance.now();
    const held = video.paused && !video.ended && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
    if (held || video.currentTime !== this.#progress.time) {
      const wasStalled = now - this.#progress.at >= STALL;
      this.#progress = { time: video.currentTime, at: now };
      // A recording that nobody has started yet stands at its first picture; how long it is may show only after that.
      const recorded = this.#options.endpoints.status === null;
      const settled = this.state === 'ended' || this.state === this.#movingState();
      if (this.engine && (held ? recorded && !settled : wasStalled || !settled)) this.#moving();
      return;
    }
    if (this.engine && !this.playing && !this.#loaded?.recording && !this.#timer) void this.#ask();
  }

  #moving(): void {
    if (this.#loaded?.recording) return;
    this.#losses = 0;
    this.#quiet();
    this.#show(this.#movingState());
  }

  #movingState(): 'live' | 'ended' {
    const { video, endpoints } = this.#options;
    return Number.isFinite(video.duration) && !endpoints.status ? 'ended' : 'live';
  }

  #load(session: string | null, recording: boolean): void {
    this.#unload();
    const { video, endpoints, renditions } = this.#options;
    this.#loaded = { session, recording };
    this.liveElsewhere = false;
    this.#progress = { time: -1, at: performance.now() };
    const events: EngineEvents = {
      ready: () => {
        if (!recording && this.#wantsPlay) void this.#play();
      },
      lost: (status) => this.#lost(status),
      failed: (problem) => {
        this.#unplayable = { session, problem };
        this.#unload();
        this.#show('error', problem);
      },
      quality: (height) => {
        this.height = height;
        this.#options.changed();
      },
      trimmed: this.#options.trimmed,
    };
    const options = { playlist: endpoints.playlist, video, startAt: recording ? 0 : null, events };
    if (HlsEngine.isSupported()) this.engine = new HlsEngine(options, renditions);
    else if (NativeEngine.isSupported()) this.engine = new NativeEngine(options);
    else events.failed(problems.unsupported);
  }

  #unload(): void {
    this.engine?.stop();
    this.engine = null;
    this.#loaded = null;
    this.height = null;
  }

  #lost(status: number | null): void {
    const lost = this.#loaded;
    this.#unload();
    if (lost?.recording) {
      this.#unrecorded = lost.session;
      this.#options.changed();
      return;
    }
    if (status === 404 && !this.#options.endpoints.status) {
      this.#show('error', problems.unknownRecording);
      return;
    }
    this.#losses++;
    if (status === 401 || status === 403) this.#show('error', problems.protected);
    else if (this.#losses >= FAILURES_BEFORE_ERROR) this.#show('error', problems.unloadable);
    this.#askLater(Math.min(ASK_AFTER_LOSS * this.#losses, 10_000));
  }

  #resume(): void {
    if (this.#options.endpoints.status) void this.#ask();
    else this.#load(null, false);
  }

  /** Browsers refuse sound before the viewer has touched the page: then it starts without. */
  async #play(): Promise<void> {
    const { video } = this.#options;
    try {
      await video.play();
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError' || video.muted) return;
      video.muted = true;
      this.silenced = true;
      this.#options.changed();
      await video.play().catch(() => {
        this.#wantsPlay = false;
      });
    }
  }

  #show(state: ViewingState, problem: Problem | null = null): void {
    this.state = state;
    this.problem = problem;
    this.#options.changed();
  }
}

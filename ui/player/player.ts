/** `<livestreams-player>`: a live stream, or its recording, on any page. Documented in README.md beside this file. */
import type { MediaController } from 'media-chrome';
import 'media-chrome';
import 'media-chrome/menu';
import { html, LitElement, nothing, type PropertyDeclarations, type PropertyValues } from 'lit';
import { endpointsOf } from './endpoints.ts';
import { overlay } from './overlay.ts';
import { playerStyles } from './player-styles.ts';
import { showPreviews } from './previews.ts';
import type { Problem } from './problem.ts';
import { RenditionList } from './rendition-list.ts';
import { Trim } from './trim.ts';
import { Viewing, type ViewingState } from './viewing.ts';

/** Milliseconds between two updates of the latency that is shown and told. */
const LATENCY_INTERVAL = 1000;

/** Live streams with at least so many seconds to go back to get a seek bar. */
const SEEKABLE_WINDOW = 30;

/** Seconds behind the live position that still count as live. */
const LIVE_TOLERANCE = 2;

export class LivestreamsPlayer extends LitElement {
  static override styles = playerStyles;
  static override properties: PropertyDeclarations = {
    src: { type: String },
    token: { type: String },
    autoplay: { type: Boolean },
    muted: { type: Boolean },
    controls: { type: Boolean },
    poster: { type: String },
    storyboard: { type: String },
  };

  /** Id of a stream or an asset, base URL of a stream, or playlist. */
  declare src: string;
  /** Playback token of a protected stream. */
  declare token: string | null;
  declare autoplay: boolean;
  declare muted: boolean;
  declare controls: boolean;
  /** Address of a picture to show before the first of the video. */
  declare poster: string | null;
  /** Address of a WebVTT file whose cues are pictures (`#xywh`): previews for the seek bar. */
  declare storyboard: string | null;

  /** The video element inside, for captures and measurements. */
  readonly video: HTMLVideoElement & { videoRenditions?: RenditionList };
  readonly #renditions = new RenditionList();
  readonly #trim: Trim;
  #viewing: Viewing | null = null;
  #latency: number | null = null;
  #lastState: ViewingState = 'loading';
  #lastHeight: number | null = null;
  #begun = false;
  #frameCallback = 0;
  #ticker: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.src = '';
    this.token = null;
    this.autoplay = false;
    this.muted = false;
    this.controls = false;
    this.poster = null;
    this.storyboard = null;
    this.video = document.createElement('video');
    this.video.slot = 'media';
    this.video.playsInline = true;
    this.video.setAttribute('part', 'video');
    this.video.videoRenditions = this.#renditions;
    this.#trim = new Trim(this.video, () => this.requestUpdate());
    // media-chrome asks where the live edge begins, to know whether its live button shows "live" or leads there.
    Object.defineProperty(this.video, 'liveEdgeStart', {
      get: () => (this.#viewing?.engine?.livePosition ?? Number.NaN) - LIVE_TOLERANCE,
    });
    for (const type of ['play', 'pause', 'playing', 'ended', 'volumechange', 'emptied', 'durationchange', 'seeked']) {
      this.video.addEventListener(type, () => this.#videoChanged(type));
    }
  }

  /** What the viewer sees. Fires `statechange`. */
  get state(): ViewingState {
    return this.#viewing?.state ?? 'loading';
  }

  /** Seconds from the moment that the picture on the screen was taken until now; null while that is unknown. Fires `latencychange`. */
  get latency(): number | null {
    return this.#latency;
  }

  /** What is wrong, and what to do about it; null unless the state is `error`. */
  get problem(): Problem | null {
    return this.#viewing?.problem ?? null;
  }

  /** Height in pixels of the quality on the screen; null before the first picture. Fires `qualitychange`. */
  get height(): number | null {
    return this.#viewing?.height ?? null;
  }

  /** Where the viewer is, in seconds as the controls count them: of a clip from its start. */
  get currentTime(): number {
    return this.#trim.time;
  }

  /** The stream's title, as the server has it. */
  get streamTitle(): string | null {
    return this.#viewing?.status?.title ?? null;
  }

  /** Id of the session that plays, or played last. */
  get sessionId(): string | null {
    return this.#viewing?.status?.session_id ?? null;
  }

  play(): Promise<void> {
    return this.video.play();
  }

  pause(): void {
    this.video.pause();
  }

  /** Jumps to the newest picture. */
  goLive(): void {
    this.#viewing?.goLive();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#open();
    this.#ticker = setInterval(() => this.#tellLatency(), LATENCY_INTERVAL);
    if ('requestVideoFrameCallback' in this.video) this.#nextFrame();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#ticker);
    if (this.#frameCallback) this.video.cancelVideoFrameCallback(this.#frameCallback);
    this.#close();
  }

  protected override firstUpdated(): void {
    const controller = this.#controller;
    if (controller) controller.mediaStore = this.#trim.createStore(controller);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('muted')) this.video.muted = this.muted;
    if (changed.has('poster')) this.video.poster = this.poster ?? '';
    if (changed.has('storyboard')) showPreviews(this.video, this.storyboard);
    if (changed.has('src') || changed.has('token')) this.#open();
  }

  get #controller(): MediaController | null {
    return this.renderRoot.querySelector('media-controller');
  }

  #open(): void {
    this.#close();
    if (!this.src || !this.isConnected) return;
    this.#viewing = new Viewing({
      video: this.video,
      renditions: this.#renditions,
      endpoints: endpointsOf(this.src, this.token, import.meta.url, document.baseURI),
      autoplay: this.autoplay,
      changed: () => this.#viewingChanged(),
      trimmed: (stretch) => this.#trim.show(stretch),
    });
    this.requestUpdate();
  }

  #close(): void {
    this.#viewing?.stop();
    this.#viewing = null;
    this.#trim.show(null);
    this.#begun = false;
    this.#latency = null;
  }

  #videoChanged(type: string): void {
    if (type === 'playing') this.#begun = true;
    if (type === 'emptied') this.#begun = false;
    this.requestUpdate();
  }

  #viewingChanged(): void {
    this.requestUpdate();
    if (this.state !== this.#lastState) {
      this.#lastState = this.state;
      this.#tell('statechange', { state: this.state, problem: this.problem });
    }
    if (this.height !== this.#lastHeight) {
      this.#lastHeight = this.height;
      this.#tell('qualitychange', { height: this.height });
    }
  }

  #tell(type: string, detail: object): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  #nextFrame(): void {
    this.#frameCallback = this.video.requestVideoFrameCallback((_now, frame) => {
      this.#measure(frame.mediaTime, performance.timeOrigin + frame.expectedDisplayTime);
      this.#nextFrame();
    });
  }

  #measure(mediaTime: number, shownAt: number): void {
    const taken = this.state === 'live' ? this.#viewing?.engine?.programTime(mediaTime) : null;
    this.#latency = taken == null ? null : (shownAt - taken) / 1000;
  }

  #tellLatency(): void {
    if (!this.#frameCallback) this.#measure(this.video.currentTime, Date.now());
    if (this.state !== 'live') this.#latency = null;
    this.#tell('latencychange', { latency: this.#latency });
    this.requestUpdate();
  }

  protected override render() {
    const viewing = this.#viewing;
    const live = viewing?.state === 'live' || viewing?.state === 'reconnecting';
    const playable = live || (viewing?.state === 'ended' && this.#begun);
    return html`
      <media-controller
        part="controller"
        defaultstreamtype=${live ? 'live' : 'on-demand'}
        noautohide=${this.#begun ? nothing : ''}
      >
        ${this.video}
        <media-loading-indicator slot="centered-chrome" noautohide></media-loading-indicator>
        ${this.controls && playable ? this.#controls(live) : nothing}
      </media-controller>
      ${
        viewing
          ? overlay({
              viewing,
              video: this.video,
              begun: this.#begun,
              finished: this.video.ended || this.#trim.finished,
              act: (work) => {
                work();
                this.#controller?.focus({ preventScroll: true });
              },
            })
          : nothing
      }
      <slot></slot>
    `;
  }

  #controls(live: boolean) {
    const { seekable } = this.video;
    const window = seekable.length > 0 ? seekable.end(seekable.length - 1) - seekable.start(0) : 0;
    const seeking = !live || window >= SEEKABLE_WINDOW;
    return html`
      ${this.#renditions.length > 1 ? html`<media-rendition-menu anchor="auto" hidden></media-rendition-menu>` : nothing}
      <media-control-bar part="controls">
        <media-play-button></media-play-button>
        <media-mute-button></media-mute-button>
        <media-volume-range></media-volume-range>
        ${live ? html`<media-live-button @click=${() => this.goLive()}></media-live-button>` : nothing}
        ${seeking ? html`<media-time-range></media-time-range>` : html`<span class="space"></span>`}
        ${live ? nothing : html`<media-time-display showduration></media-time-display>`}
        ${
          live && this.#latency !== null
            ? html`<span class="readout" part="latency" title="From the camera to this screen"
                >${this.#latency.toFixed(1)} s <span class="word">behind</span></span
              >`
            : nothing
        }
        <media-captions-button></media-captions-button>
        ${this.#renditions.length > 1 ? html`<media-rendition-menu-button></media-rendition-menu-button>` : nothing}
        <media-pip-button></media-pip-button>
        <media-airplay-button></media-airplay-button>
        <media-fullscreen-button></media-fullscreen-button>
      </media-control-bar>
    `;
  }
}

if (!customElements.get('livestreams-player')) customElements.define('livestreams-player', LivestreamsPlayer);

declare global {
  interface HTMLElementTagNameMap {
    'livestreams-player': LivestreamsPlayer;
  }
}

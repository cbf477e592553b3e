/** `<livestreams-watch>`: the page that viewers see: the player, the title, and how far behind and how sharp the picture is. */
import '../player/player.ts';
import { css, html, LitElement, nothing, type PropertyDeclarations } from 'lit';
import { sharedStyles } from '../elements/shared-styles.ts';
import type { ViewingState } from '../player/viewing.ts';
import { wordmark } from './wordmark.ts';

const BADGES: Partial<Record<ViewingState, { word: string; tone: string }>> = {
  offline: { word: 'Offline', tone: '' },
  starting: { word: 'Starting', tone: 'warn' },
  live: { word: 'Live', tone: 'live' },
  reconnecting: { word: 'Reconnecting', tone: 'warn' },
  ended: { word: 'Ended', tone: '' },
};

export class WatchPage extends LitElement {
  static override properties: PropertyDeclarations = {
    src: { type: String },
    token: { type: String },
    poster: { type: String },
    storyboard: { type: String },
    heading: { type: String },
    state: { state: true },
    latency: { state: true },
    height: { state: true },
  };
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        grid-template-rows: 1fr auto;
        min-height: 100dvh;
      }
      .stage {
        background: #0b0d12;
      }
      livestreams-player {
        width: min(100%, calc((100dvh - 150px) * 16 / 9));
        margin: 0 auto;
      }
      .about {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2) var(--space-3);
        width: min(100%, var(--page));
        margin: 0 auto;
        padding: var(--space-5) var(--space-4);
      }
      .about h1 {
        flex: 1 1 260px;
      }
      .facts {
        display: flex;
        align-items: center;
        gap: var(--space-3);
        color: var(--text-dim);
        font-size: var(--size-small);
        font-variant-numeric: tabular-nums;
      }
      footer {
        padding: var(--space-4);
        color: var(--text-dim);
        text-align: center;
      }
      @media (max-width: 600px) {
        livestreams-player {
          width: 100%;
        }
        .about {
          padding-top: var(--space-4);
        }
        .about h1 {
          font-size: 21px;
        }
      }
    `,
  ];
  /** Id of the stream or the asset. */
  declare src: string;
  declare token: string | null;
  declare poster: string | null;
  declare storyboard: string | null;
  declare heading: string;
  declare state: ViewingState;
  declare latency: number | null;
  declare height: number | null;

  constructor() {
    super();
    this.src = '';
    this.token = null;
    this.poster = null;
    this.storyboard = null;
    this.heading = '';
    this.state = 'loading';
    this.latency = null;
    this.height = null;
  }

  protected override render() {
    // What was recorded is neither live nor over.
    const badge = this.src.startsWith('ast_') ? undefined : BADGES[this.state];
    return html`
      <main>
        <div class="stage">
          <livestreams-player
            src=${this.src}
            .token=${this.token}
            .poster=${this.poster}
            .storyboard=${this.storyboard}
            autoplay
            controls
            @statechange=${(event: CustomEvent<{ state: ViewingState }>) => {
              this.state = event.detail.state;
            }}
            @latencychange=${(event: CustomEvent<{ latency: number | null }>) => {
              this.latency = event.detail.latency;
            }}
            @qualitychange=${(event: CustomEvent<{ height: number | null }>) => {
              this.height = event.detail.height;
            }}
          ></livestreams-player>
        </div>
        <div class="about">
          <h1>${this.heading}</h1>
          <div class="facts">
            ${this.height ? html`<span>${this.height}p</span>` : nothing}
            ${this.latency === null ? nothing : html`<span>${this.latency.toFixed(1)} s behind</span>`}
            ${badge ? html`<span class="badge ${badge.tone}">${badge.word}</span>` : nothing}
          </div>
        </div>
      </main>
      <footer>${wordmark()}</footer>
    `;
  }
}

customElements.define('livestreams-watch', WatchPage);

/** `<livestreams-session-list>`: when a stream was live, for how long, why it ended, and what is left of it to be watched. */
import { css, html, LitElement, nothing, type PropertyDeclarations } from 'lit';
import { icon } from '../elements/icon.ts';
import { Loaded } from '../elements/loaded.ts';
import { Paged } from '../elements/paged.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { answered } from './answered.ts';
import { type Asset, api, type Session } from './api.ts';
import { whenEvents } from './live-events.ts';
import { ASSET_KINDS, ASSET_STATES, duration, moment, STATES } from './words.ts';

/** What changes a session's row. */
const LIFE = new Set(['session.started', 'session.reconnecting', 'session.resumed', 'session.ended']);

export class SessionList extends LitElement {
  static override properties: PropertyDeclarations = { stream: { type: String } };
  static override styles = [
    sharedStyles,
    css`
      .kept {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
      }
      .kept:not(:empty) {
        margin: var(--space-2) 0 var(--space-1);
      }
      .button {
        min-height: 32px;
        padding: 0 var(--space-3);
        font-size: var(--size-small);
      }
    `,
  ];
  declare stream: string;
  /** When the sessions were read, by the page's own clock: what is live has grown longer since. */
  #readAt = 0;
  #ticker: ReturnType<typeof setInterval> | undefined;
  readonly #sessions = new Paged(
    this,
    async (query, signal) => {
      const page = await answered(
        api.GET('/v1/streams/{id}/sessions', { params: { path: { id: this.stream }, query }, signal }),
      );
      this.#readAt = performance.now();
      return page;
    },
    { when: whenEvents(({ type, stream_id }) => stream_id === this.stream && LIFE.has(type)) },
  );

  /** Recordings and clips of the stream: the newest hundred, which is more than the sessions on the page leave. */
  readonly #assets = new Loaded(
    this,
    (signal) => answered(api.GET('/v1/assets', { params: { query: { stream_id: this.stream, limit: 100 } }, signal })),
    { when: whenEvents(({ type, stream_id }) => stream_id === this.stream && type.startsWith('asset.')) },
  );

  constructor() {
    super();
    this.stream = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#ticker = setInterval(() => {
      if (this.#sessions.items.some(({ state }) => state !== 'ended')) this.requestUpdate();
    }, 1000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#ticker);
  }

  protected override render() {
    return html`<section class="card">
      <header><h2>Sessions</h2></header>
      ${this.#sessions.render((sessions) =>
        sessions.length === 0
          ? html`<p class="dim">This stream has not been live yet.</p>`
          : html`<ul class="rows">
              ${sessions.map((session) => this.#session(session))}
            </ul>`,
      )}
    </section>`;
  }

  #session({ id, state, started_at: start, duration: length, end_reason: reason }: Session) {
    const since = state === 'ended' ? 0 : (performance.now() - this.#readAt) / 1000;
    const kept = this.#assets.value?.data.filter((asset) => asset.session_id === id) ?? [];
    return html`<li>
      <div class="grow">
        <div>${moment(start)}</div>
        <span class="dim small">${duration(length + since)}${reason ? ` · ${reason}` : ''}</span>
        <div class="kept">${kept.map((asset) => keptLink(asset))}</div>
      </div>
      <span class="badge ${STATES[state].tone}">${STATES[state].word}</span>
    </li>`;
  }
}

function keptLink({ id, kind, status, title }: Asset) {
  const name = kind === 'clip' ? title : ASSET_KINDS[kind];
  return html`<a class="button" href=${`/assets/${id}`}>
    ${icon('film')} ${name} ${status === 'ready' ? nothing : html`<span class="dim">${ASSET_STATES[status].word}</span>`}
  </a>`;
}

customElements.define('livestreams-session-list', SessionList);

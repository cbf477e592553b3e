/** `<livestreams-stream-page>`: one stream to its creator: the picture, what to type into the encoder, health, keys, sessions. */
import '../player/player.ts';
import '../elements/copy-field.ts';
import './panel-host.ts';
import './publish-fields.ts';
import './session-list.ts';
import './stream-dialog.ts';
import './stream-health.ts';
import './stream-keys.ts';
import { css, html, LitElement, nothing, type PropertyDeclarations } from 'lit';
import { Action } from '../elements/action.ts';
import { ask } from '../elements/ask.ts';
import { icon } from '../elements/icon.ts';
import { Loaded } from '../elements/loaded.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { answered } from './answered.ts';
import { api, type Stream } from './api.ts';
import { whenEvents } from './live-events.ts';
import type { PanelEntry } from './panels.ts';
import { navigate } from './routing.ts';
import type { StreamDialog } from './stream-dialog.ts';
import { STATES } from './words.ts';

/** Seconds that the token lasts with which the page itself plays a protected stream. */
const TOKEN_LIFE = 3600;

export class StreamPage extends LitElement {
  static override properties: PropertyDeclarations = {
    stream: { type: String },
    panels: { attribute: false },
  };
  static override styles = [
    sharedStyles,
    css`
      .top {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-3);
        margin: var(--space-2) 0 var(--space-5);
      }
      .back {
        display: inline-flex;
        align-items: center;
        gap: 2px;
        margin-left: -4px;
        color: var(--text-dim);
        font-size: var(--size-small);
        font-weight: 560;
        text-decoration: none;
      }
      .settings {
        margin-left: auto;
      }
      .columns {
        display: grid;
        grid-template-columns: minmax(0, 1.55fr) minmax(0, 1fr);
        align-items: start;
        gap: var(--space-5);
      }
      .column {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--space-5);
      }
      livestreams-player {
        --livestreams-radius: var(--radius);
        --livestreams-accent: #f04a55;
        box-shadow: var(--shadow);
      }
      .share {
        display: grid;
        gap: var(--space-4);
      }
      footer {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
        margin-top: var(--space-5);
      }
      .notice {
        margin-bottom: var(--space-4);
      }
      @media (max-width: 860px) {
        .columns {
          grid-template-columns: minmax(0, 1fr);
        }
        /* One column: the picture, then what is typed into the encoder, then the rest in order. */
        .column {
          display: contents;
        }
        livestreams-player,
        livestreams-publish-fields {
          order: -1;
        }
      }
    `,
  ];
  declare stream: string;
  declare panels: PanelEntry[];
  #token: string | null = null;
  readonly #acting = new Action(this);
  readonly #loaded = new Loaded(this, (signal) => this.#load(signal), {
    when: whenEvents(({ type, stream_id }) => stream_id === this.stream && /^(stream|session)\./.test(type)),
  });

  constructor() {
    super();
    this.stream = '';
    this.panels = [];
  }

  get #path() {
    return { params: { path: { id: this.stream } } };
  }

  async #load(signal: AbortSignal): Promise<Stream> {
    const stream = await answered(api.GET('/v1/streams/{id}', { ...this.#path, signal }));
    if (stream.visibility === 'protected') this.#token ??= await this.#playbackToken();
    return stream;
  }

  async #playbackToken(): Promise<string> {
    const body = { expires_in: TOKEN_LIFE };
    return (await answered(api.POST('/v1/streams/{id}/playback-tokens', { ...this.#path, body }))).token;
  }

  async #disconnect(): Promise<void> {
    await this.#acting.run(() => answered(api.POST('/v1/streams/{id}/disconnect', this.#path)));
    await this.#loaded.reload();
  }

  async #delete({ title }: Stream): Promise<void> {
    const question = {
      heading: `Delete “${title}”?`,
      text: 'Its keys and sessions go with it. Recordings stay among the assets. This cannot be undone.',
      verb: 'Delete the stream',
    };
    if (!(await ask(question))) return;
    await this.#acting.run(async () => {
      await answered(api.DELETE('/v1/streams/{id}', this.#path));
      navigate('/', true);
    });
  }

  #openSettings(): void {
    this.renderRoot.querySelector<StreamDialog>('livestreams-stream-dialog')?.show();
  }

  protected override render() {
    return html`<a class="back" href="/">${icon('back')} Streams</a> ${this.#loaded.render((stream) => this.#page(stream))}`;
  }

  #page(stream: Stream) {
    const { word, tone } = STATES[stream.status];
    const { watch_url: watch, embed_url: embed } = stream.playback;
    const frame = `<iframe src="${embed}" width="640" height="360" style="border:0" allow="autoplay; fullscreen; picture-in-picture" allowfullscreen></iframe>`;
    return html`
      <div class="top">
        <h1>${stream.title}</h1>
        <span class="badge ${tone}" role="status">${word}</span>
        <button type="button" class="settings" @click=${this.#openSettings}>${icon('settings')} Settings</button>
      </div>
      ${this.#acting.render()}
      <div class="columns">
        <div class="column">
          <livestreams-player src=${stream.id} .token=${this.#token} autoplay muted controls></livestreams-player>
          <livestreams-stream-health .stream=${stream.id}></livestreams-stream-health>
          ${this.panels.map((panel) => html`<livestreams-panel .panel=${panel} .stream=${stream.id}></livestreams-panel>`)}
          <livestreams-session-list .stream=${stream.id}></livestreams-session-list>
        </div>
        <div class="column">
          <livestreams-publish-fields .stream=${stream}></livestreams-publish-fields>
          <livestreams-stream-keys .stream=${stream.id}></livestreams-stream-keys>
          <section class="card">
            <header>
              <h2>Share</h2>
              <a class="button" href=${watch} target="_blank" rel="noopener">${icon('open')} Watch page</a>
            </header>
            <div class="share">
              <livestreams-copy-field label="Address" .value=${watch}></livestreams-copy-field>
              <livestreams-copy-field label="Embed on a page" .value=${frame}></livestreams-copy-field>
            </div>
          </section>
        </div>
      </div>
      <footer>
        ${
          stream.status === 'offline'
            ? nothing
            : html`<button type="button" ?disabled=${this.#acting.busy} @click=${this.#disconnect}>End the session</button>`
        }
        <button type="button" class="danger" @click=${() => this.#delete(stream)}>Delete the stream</button>
      </footer>
      <livestreams-stream-dialog .stream=${stream} @changed=${() => this.#loaded.reload()}></livestreams-stream-dialog>
    `;
  }
}

customElements.define('livestreams-stream-page', StreamPage);

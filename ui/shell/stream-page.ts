/** `<livestreams-stream-page>`: one stream to its creator: the picture, what to type into the encoder, health, keys, sessions. */
import '../player/player.ts';
import './panel-host.ts';
import './publish-fields.ts';
import './session-list.ts';
import './share-card.ts';
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
import { ownToken } from './own-token.ts';
import { pageStyles } from './page-styles.ts';
import type { PanelEntry } from './panels.ts';
import { may } from './person.ts';
import { nameThePage, navigate } from './routing.ts';
import { protectedStandIn, standInStyles } from './stand-in.ts';
import type { StreamDialog } from './stream-dialog.ts';
import { STATES } from './words.ts';

export class StreamPage extends LitElement {
  static override properties: PropertyDeclarations = {
    stream: { type: String },
    panels: { attribute: false },
  };
  static override styles = [
    sharedStyles,
    pageStyles,
    standInStyles,
    css`
      @media (max-width: 860px) {
        /* One column: the picture, then what is typed into the encoder, then the rest in order. */
        .column {
          display: contents;
        }
        .stand-in,
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
    nameThePage(stream.title);
    if (stream.visibility === 'protected' && may('creator')) this.#token = await ownToken(stream.id);
    return stream;
  }

  async #disconnect({ title }: Stream): Promise<void> {
    const question = {
      heading: `End the session of “${title}”?`,
      text: 'Viewers see the end. An encoder that goes on sending begins a new session.',
      verb: 'End the session',
    };
    if (!(await ask(question))) return;
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
    return html`
      <div class="top">
        <h1>${stream.title}</h1>
        <span class="badge ${tone}" role="status">${word}</span>
        ${
          may('creator')
            ? html`<button type="button" class="settings" @click=${this.#openSettings}>${icon('settings')} Settings</button>`
            : nothing
        }
      </div>
      ${this.#acting.render()}
      <div class="columns">
        <div class="column">
          ${
            stream.visibility === 'protected' && this.#token === null
              ? protectedStandIn()
              : html`<livestreams-player src=${stream.id} .token=${this.#token} autoplay muted controls></livestreams-player>`
          }
          <livestreams-stream-health .stream=${stream.id}></livestreams-stream-health>
          ${this.panels.map((panel) => html`<livestreams-panel .panel=${panel} .stream=${stream.id} .status=${stream.status}></livestreams-panel>`)}
          <livestreams-session-list .stream=${stream.id}></livestreams-session-list>
        </div>
        <div class="column">
          ${
            may('creator')
              ? html`<livestreams-publish-fields .stream=${stream}></livestreams-publish-fields>
                  <livestreams-stream-keys .stream=${stream.id}></livestreams-stream-keys>`
              : nothing
          }
          <livestreams-share-card .shared=${stream}></livestreams-share-card>
        </div>
      </div>
      ${may('creator') ? this.#acts(stream) : nothing}
    `;
  }

  #acts(stream: Stream) {
    return html`
      <footer>
        ${
          stream.status === 'offline'
            ? nothing
            : html`<button type="button" ?disabled=${this.#acting.busy} @click=${() => this.#disconnect(stream)}>End the session</button>`
        }
        <button type="button" class="danger" ?disabled=${this.#acting.busy} @click=${() => this.#delete(stream)}>
          ${icon('trash')} Delete the stream
        </button>
      </footer>
      <livestreams-stream-dialog .stream=${stream} @changed=${() => this.#loaded.reload()}></livestreams-stream-dialog>
    `;
  }
}

customElements.define('livestreams-stream-page', StreamPage);

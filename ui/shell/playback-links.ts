/** `<livestreams-playback-links>`: links with a token to what is protected: new ones, those that still work, and their end. */
import '../elements/copy-field.ts';
import { css, html, LitElement, nothing, type PropertyDeclarations } from 'lit';
import { Action } from '../elements/action.ts';
import { icon } from '../elements/icon.ts';
import { Paged } from '../elements/paged.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { answered } from './answered.ts';
import { type Asset, api, type PlaybackToken, type Stream } from './api.ts';
import { isOwn } from './own-token.ts';
import { moment } from './words.ts';

/** Seconds that a link works, and how they are said. */
const LIVES = [
  [3600, 'For an hour'],
  [86_400, 'For a day'],
  [604_800, 'For a week'],
] as const;

export class PlaybackLinks extends LitElement {
  static override properties: PropertyDeclarations = { shared: { attribute: false }, link: { state: true } };
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        gap: var(--space-4);
      }
      form {
        display: flex;
        gap: var(--space-2);
      }
      form button {
        flex: none;
      }
    `,
  ];
  /** The stream or the asset. */
  declare shared: Stream | Asset;
  /** The link that was made just now. */
  declare link: string | null;
  readonly #acting = new Action(this);
  readonly #tokens = new Paged(this, (query, signal) => {
    const params = { path: this.#path, query };
    return answered(
      this.#isAsset
        ? api.GET('/v1/assets/{id}/playback-tokens', { params, signal })
        : api.GET('/v1/streams/{id}/playback-tokens', { params, signal }),
    );
  });

  constructor() {
    super();
    this.link = null;
  }

  get #path() {
    return { id: this.shared.id };
  }

  get #isAsset(): boolean {
    return this.shared.id.startsWith('ast_');
  }

  async #make(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const body = { expires_in: Number(new FormData(event.target as HTMLFormElement).get('life')) };
    const call = { params: { path: this.#path }, body };
    await this.#acting.run(async () => {
      const { token } = await answered(
        this.#isAsset
          ? api.POST('/v1/assets/{id}/playback-tokens', call)
          : api.POST('/v1/streams/{id}/playback-tokens', call),
      );
      this.link = `${this.shared.playback.watch_url}?${new URLSearchParams({ token })}`;
    });
    await this.#tokens.reload();
  }

  async #revoke({ id }: PlaybackToken): Promise<void> {
    await this.#acting.run(() => answered(api.DELETE('/v1/playback-tokens/{id}', { params: { path: { id } } })));
    await this.#tokens.reload();
  }

  protected override render() {
    return html`
      <form @submit=${this.#make}>
        <select name="life" aria-label="How long the link works">
          ${LIVES.map(([seconds, words]) => html`<option value=${seconds}>${words}</option>`)}
        </select>
        <button ?disabled=${this.#acting.busy}>${icon('key')} Make a link</button>
      </form>
      ${this.#acting.render()}
      ${this.link === null ? nothing : html`<livestreams-copy-field label="Link, shown only here" .value=${this.link}></livestreams-copy-field>`}
      ${this.#tokens.render((tokens) => this.#list(tokens.filter(isLink)))}
    `;
  }

  #list(tokens: PlaybackToken[]) {
    return html`<ul class="rows">
      ${tokens.map(
        (token) => html`<li>
          <div class="grow small">
            ${token.viewer_id ?? `Made ${moment(token.created_at)}`}
            <div class="dim">Works until ${moment(token.expires_at)}</div>
          </div>
          <button type="button" class="quiet compact" @click=${() => this.#revoke(token)}>Revoke</button>
        </li>`,
      )}
    </ul>`;
  }
}

/** Revoked ones work no more, and those of the dashboard itself are nobody's link. */
const isLink = (token: PlaybackToken) => token.revoked_at === null && !isOwn(token);

customElements.define('livestreams-playback-links', PlaybackLinks);

/** `<livestreams-api-key-dialog>`: makes an API key, and shows it this one time. */
import '../elements/copy-field.ts';
import { css, html, LitElement, type PropertyDeclarations } from 'lit';
import { Action } from '../elements/action.ts';
import { dialogStyles } from '../elements/dialog-styles.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { answered } from './answered.ts';
import { api, type Stream } from './api.ts';
import { SCOPES } from './words.ts';

const DAY = 24 * 60 * 60 * 1000;

/** Days that a key may live, and how they are said; 0 is for ever. */
const LIVES = [
  [30, '30 days'],
  [90, '90 days'],
  [365, 'A year'],
  [0, 'Until it is revoked'],
] as const;

type Scope = keyof typeof SCOPES;

export class ApiKeyDialog extends LitElement {
  static override properties: PropertyDeclarations = { made: { state: true }, streams: { state: true } };
  static override styles = [
    sharedStyles,
    dialogStyles,
    css`
      fieldset {
        display: grid;
        gap: var(--space-3);
        margin: 0;
        padding: 0;
        border: 0;
      }
      legend {
        margin-bottom: var(--space-2);
        padding: 0;
        font-size: var(--size-small);
        font-weight: 560;
      }
      .shown {
        display: grid;
        gap: var(--space-4);
      }
    `,
  ];
  /** The key that was made just now, while it is shown. */
  declare made: string | null;
  declare streams: Stream[];
  readonly #making = new Action(this);

  constructor() {
    super();
    this.made = null;
    this.streams = [];
  }

  async show(): Promise<void> {
    this.made = null;
    this.#making.clear();
    this.renderRoot.querySelector('form')?.reset();
    this.#dialog.showModal();
    await this.#making.run(async () => {
      this.streams = (await answered(api.GET('/v1/streams', { params: { query: { limit: 100 } } }))).data;
    });
  }

  get #dialog(): HTMLDialogElement {
    return this.renderRoot.querySelector('dialog')!;
  }

  readonly #close = () => this.#dialog.close();

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    const days = Number(data.get('days'));
    const body = {
      name: String(data.get('name')).trim(),
      scope: data.get('scope') as Scope,
      stream_id: String(data.get('stream')) || null,
      expires_at: days === 0 ? null : new Date(Date.now() + days * DAY).toISOString(),
    };
    await this.#making.run(async () => {
      this.made = (await answered(api.POST('/v1/api-keys', { body }))).key;
      this.dispatchEvent(new Event('made'));
    });
  }

  protected override render() {
    return html`<dialog
      aria-labelledby="heading"
      @close=${() => {
        this.made = null;
      }}
    >
      <h2 id="heading">${this.made === null ? 'New API key' : 'Copy the key now'}</h2>
      ${this.made === null ? this.#form() : this.#shown(this.made)}
    </dialog>`;
  }

  #form() {
    return html`<form @submit=${this.#submit}>
      <label>Name <input name="name" required maxlength="100" autocomplete="off" placeholder="Website" /></label>
      <fieldset>
        <legend>What it may do</legend>
        ${Object.entries(SCOPES).map(
          ([scope, { word, may }]) => html`<label class="switch">
            <input type="radio" name="scope" value=${scope} required .defaultChecked=${scope === 'read'} />
            <span>${word} <span class="dim">${may}.</span></span>
          </label>`,
        )}
      </fieldset>
      <label>
        For
        <select name="stream">
          <option value="">Every stream</option>
          ${this.streams.map(({ id, title }) => html`<option value=${id}>Only “${title}”</option>`)}
        </select>
      </label>
      <label>
        Good for
        <select name="days">${LIVES.map(([days, words]) => html`<option value=${days} .defaultSelected=${days === 90}>${words}</option>`)}</select>
      </label>
      ${this.#making.render()}
      <div class="actions">
        <button type="button" @click=${this.#close}>Cancel</button>
        <button class="primary" ?disabled=${this.#making.busy}>Make the key</button>
      </div>
    </form>`;
  }

  #shown(key: string) {
    return html`<div class="shown">
      <p class="notice warn">It is shown only here. Whoever has it can use it: keep it as you keep a password.</p>
      <livestreams-copy-field label="API key" .value=${key}></livestreams-copy-field>
      <div class="actions"><button type="button" class="primary" @click=${this.#close}>Done</button></div>
    </div>`;
  }
}

customElements.define('livestreams-api-key-dialog', ApiKeyDialog);

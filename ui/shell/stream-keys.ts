/** `<livestreams-stream-keys>`: the keys of a stream: which there are, their rotation, and their end. */
import { css, html, LitElement, nothing, type PropertyDeclarations } from 'lit';
import { Loaded } from '../elements/loaded.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { api, type Page, type StreamKey } from './api.ts';
import { KEY_MADE, rememberKey } from './fresh-keys.ts';
import { moment } from './words.ts';

/** Seconds for which old keys go on working after a rotation: long enough to type the new one. */
const OVERLAP = 600;

export class StreamKeys extends LitElement {
  static override properties: PropertyDeclarations = { stream: { type: String }, failure: { state: true } };
  static override styles = [
    sharedStyles,
    css`
      .label {
        overflow: hidden;
        font-weight: 560;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
    `,
  ];
  declare stream: string;
  declare failure: string | null;
  readonly #keys: Loaded<Page<StreamKey>> = new Loaded(this, (signal) => api.keys(this.stream, signal), 15_000);
  readonly #onKeyMade = () => void this.#keys.reload();

  constructor() {
    super();
    this.stream = '';
    this.failure = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener(KEY_MADE, this.#onKeyMade);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener(KEY_MADE, this.#onKeyMade);
  }

  async #act(question: string, action: () => Promise<unknown>): Promise<void> {
    if (!confirm(question)) return;
    this.failure = null;
    try {
      await action();
    } catch (error) {
      this.failure = (error as Error).message;
    }
    await this.#keys.reload();
  }

  #rotate(): Promise<void> {
    const question = `Make a new key, and let all others end in ${OVERLAP / 60} minutes?`;
    return this.#act(question, async () => {
      const { key } = await api.createKey(this.stream, { label: 'Encoder', overlap: OVERLAP });
      rememberKey(this.stream, key);
    });
  }

  #delete(key: StreamKey): Promise<void> {
    const question = `Delete the key “${key.label}”? Whoever publishes with it is dropped at once.`;
    return this.#act(question, () => api.deleteKey(this.stream, key.id));
  }

  protected override render() {
    return html`<section class="card">
      <header>
        <h2>Stream keys</h2>
        <button type="button" class="compact" @click=${this.#rotate}>Rotate</button>
      </header>
      ${this.failure ? html`<p class="notice bad" role="alert">${this.failure}</p>` : nothing}
      ${this.#keys.render(({ data }) =>
        data.length === 0
          ? html`<p class="dim">No key: nobody can publish. Rotate to make one.</p>`
          : html`<ul class="rows">
              ${data.map(
                (key) => html`<li>
                  <div class="grow">
                    <div class="label">${key.label}</div>
                    <span class="dim small">${describe(key)}</span>
                  </div>
                  <button type="button" class="quiet compact" aria-label=${`Delete the key ${key.label}`} @click=${() => this.#delete(key)}>
                    Delete
                  </button>
                </li>`,
              )}
            </ul>`,
      )}
    </section>`;
  }
}

function describe(key: StreamKey): string {
  if (key.expires_at) return `Ends ${moment(key.expires_at)}`;
  return key.last_used_at ? `Last used ${moment(key.last_used_at)}` : `Made ${moment(key.created_at)}, never used`;
}

customElements.define('livestreams-stream-keys', StreamKeys);

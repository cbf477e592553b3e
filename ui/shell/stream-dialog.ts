/** `<livestreams-stream-dialog>`: a dialog that makes a stream and leads to its page, or changes the settings of one. */
import { css, html, LitElement, type PropertyDeclarations } from 'lit';
import { Action } from '../elements/action.ts';
import { dialogStyles } from '../elements/dialog-styles.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { answered } from './answered.ts';
import { api, type Stream } from './api.ts';
import { rememberKey } from './fresh-keys.ts';
import { navigate } from './routing.ts';
import { NEW_STREAM, readStreamFields, type StreamSettings, streamFields } from './stream-fields.ts';

export class StreamDialog extends LitElement {
  static override properties: PropertyDeclarations = { stream: { attribute: false } };
  static override styles = [
    sharedStyles,
    dialogStyles,
    css`
      summary {
        width: fit-content;
        border-radius: var(--radius-small);
        color: var(--text-dim);
        font-size: var(--size-small);
        font-weight: 560;
        cursor: pointer;
      }
      .more-fields {
        display: grid;
        gap: var(--space-4);
        margin-top: var(--space-4);
      }
    `,
  ];
  /** The stream to be changed; null to make one. */
  declare stream: Stream | null;
  readonly #saving = new Action(this);

  constructor() {
    super();
    this.stream = null;
  }

  show(): void {
    this.#saving.clear();
    this.renderRoot.querySelector('form')?.reset();
    this.#dialog.showModal();
  }

  get #dialog(): HTMLDialogElement {
    return this.renderRoot.querySelector('dialog')!;
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const settings = readStreamFields(event.target as HTMLFormElement);
    const { stream } = this;
    const done = await this.#saving.run(() => (stream ? this.#change(stream.id, settings) : this.#make(settings)));
    if (done) this.#dialog.close();
  }

  async #make(settings: StreamSettings): Promise<void> {
    const { id, keys } = await answered(api.POST('/v1/streams', { body: settings }));
    if (keys[0]) rememberKey(id, keys[0].key);
    navigate(`/streams/${id}`);
  }

  async #change(id: string, settings: StreamSettings): Promise<void> {
    await answered(api.PATCH('/v1/streams/{id}', { params: { path: { id } }, body: settings }));
    this.dispatchEvent(new Event('changed'));
  }

  protected override render() {
    const { stream } = this;
    return html`<dialog aria-labelledby="heading">
      <h2 id="heading">${stream ? 'Settings' : 'New stream'}</h2>
      <form @submit=${this.#submit}>
        ${streamFields(stream ?? NEW_STREAM)}
        ${stream && stream.status !== 'offline' ? html`<p class="notice">Latency, recording and times count from the next session.</p>` : ''}
        ${this.#saving.render()}
        <div class="actions">
          <button type="button" @click=${() => this.#dialog.close()}>Cancel</button>
          <button class="primary" ?disabled=${this.#saving.busy}>${stream ? 'Save' : 'Make the stream'}</button>
        </div>
      </form>
    </dialog>`;
  }
}

customElements.define('livestreams-stream-dialog', StreamDialog);

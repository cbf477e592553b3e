/** `<livestreams-new-stream>`: a dialog that makes a stream and leads to its page. */
import { css, html, LitElement, nothing, type PropertyDeclarations } from 'lit';
import { sharedStyles } from '../elements/shared-styles.ts';
import { api, type NewStream } from './api.ts';
import { rememberKey } from './fresh-keys.ts';
import { navigate } from './routing.ts';

export class NewStreamDialog extends LitElement {
  static override properties: PropertyDeclarations = { busy: { state: true }, failure: { state: true } };
  static override styles = [
    sharedStyles,
    css`
      dialog {
        width: min(440px, calc(100vw - 2 * var(--space-4)));
        padding: var(--space-5);
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        color: var(--text);
        box-shadow: var(--shadow);
      }
      dialog::backdrop {
        background: var(--scrim);
      }
      h2 {
        margin-bottom: var(--space-4);
      }
      .actions {
        display: flex;
        justify-content: flex-end;
        gap: var(--space-2);
      }
    `,
  ];
  declare busy: boolean;
  declare failure: string | null;

  constructor() {
    super();
    this.busy = false;
    this.failure = null;
  }

  show(): void {
    this.failure = null;
    this.#dialog.showModal();
  }

  get #dialog(): HTMLDialogElement {
    return this.renderRoot.querySelector('dialog')!;
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    this.busy = true;
    this.failure = null;
    try {
      const stream = await api.createStream({
        title: String(data.get('title')).trim(),
        latency: data.get('latency') as NewStream['latency'],
        visibility: data.get('visibility') as NewStream['visibility'],
      });
      const [key] = stream.keys;
      if (key) rememberKey(stream.id, key.key);
      this.#dialog.close();
      navigate(`/streams/${stream.id}`);
    } catch (error) {
      this.failure = (error as Error).message;
    } finally {
      this.busy = false;
    }
  }

  protected override render() {
    return html`<dialog aria-labelledby="heading">
      <h2 id="heading">New stream</h2>
      <form @submit=${this.#submit}>
        <label>Title <input name="title" required maxlength="200" autocomplete="off" placeholder="Sunday concert" /></label>
        <label>
          Latency
          <select name="latency">
            <option value="low">Low: under a second or two behind</option>
            <option value="standard">Standard: a few seconds behind, steadier on weak networks</option>
          </select>
        </label>
        <label>
          Who may watch
          <select name="visibility">
            <option value="public">Everybody</option>
            <option value="unlisted">Everybody who has the address</option>
            <option value="protected">Only with a playback token</option>
          </select>
        </label>
        ${this.failure ? html`<p class="notice bad" role="alert">${this.failure}</p>` : nothing}
        <div class="actions">
          <button type="button" @click=${() => this.#dialog.close()}>Cancel</button>
          <button class="primary" ?disabled=${this.busy}>Make the stream</button>
        </div>
      </form>
    </dialog>`;
  }
}

customElements.define('livestreams-new-stream', NewStreamDialog);

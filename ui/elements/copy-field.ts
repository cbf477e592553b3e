/** `<livestreams-copy-field>`: a value to be copied into another program, hidden where it is a secret. */
import { css, html, LitElement, nothing, type PropertyDeclarations } from 'lit';
import { icon } from './icon.ts';
import { sharedStyles } from './shared-styles.ts';

/** Milliseconds for which the button says that it has copied. */
const SAID_FOR = 1600;

export class CopyField extends LitElement {
  static override properties: PropertyDeclarations = {
    label: { type: String },
    value: { type: String },
    secret: { type: Boolean },
    shown: { state: true },
    said: { state: true },
  };
  static override styles = [
    sharedStyles,
    css`
      .row {
        display: flex;
        gap: var(--space-2);
      }
      input {
        background: var(--surface-sunken);
        border-color: var(--line);
        font-family: var(--font-mono);
        font-size: var(--size-small);
        text-overflow: ellipsis;
      }
      button {
        flex: none;
      }
      button.toggle {
        width: var(--control);
        padding: 0;
      }
      button.copy {
        min-width: 96px;
      }
    `,
  ];
  declare label: string;
  declare value: string;
  declare secret: boolean;
  declare shown: boolean;
  declare said: string;

  constructor() {
    super();
    this.label = '';
    this.value = '';
    this.secret = false;
    this.shown = false;
    this.said = '';
  }

  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.value);
      this.said = 'Copied';
    } catch {
      // Without HTTPS there is no clipboard to write to: the value is selected, and the viewer's own keys copy it.
      this.shown = true;
      await this.updateComplete;
      this.renderRoot.querySelector('input')?.select();
      this.said = 'Press Ctrl+C';
    }
    setTimeout(() => {
      this.said = '';
    }, SAID_FOR);
  }

  protected override render() {
    return html`
      <div class="field">
        <label for="value">${this.label}</label>
        <div class="row">
          <input
            id="value"
            readonly
            type=${this.secret && !this.shown ? 'password' : 'text'}
            autocomplete="off"
            .value=${this.value}
            @focus=${(event: FocusEvent) => (event.target as HTMLInputElement).select()}
          />
          ${
            this.secret
              ? html`<button type="button" class="toggle" aria-label=${`${this.shown ? 'Hide' : 'Show'} ${this.label}`} @click=${() => {
                  this.shown = !this.shown;
                }}>${icon('eye')}</button>`
              : nothing
          }
          <button type="button" class="copy" aria-label=${`${this.said || 'Copy'} ${this.label}`} aria-live="polite" @click=${this.#copy}>
            ${this.said ? html`${icon('done')} ${this.said}` : html`${icon('copy')} Copy`}
          </button>
        </div>
      </div>
    `;
  }
}

customElements.define('livestreams-copy-field', CopyField);

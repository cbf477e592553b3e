/** `<livestreams-ask>`: asks before something is done that cannot be undone. */
import { css, html, LitElement, nothing, type PropertyDeclarations } from 'lit';
import { dialogStyles } from './dialog-styles.ts';
import { sharedStyles } from './shared-styles.ts';

export interface Question {
  heading: string;
  /** What will happen. */
  text: string;
  /** The button that does it. */
  verb: string;
}

class Ask extends LitElement {
  static override properties: PropertyDeclarations = { question: { attribute: false } };
  static override styles = [
    sharedStyles,
    dialogStyles,
    css`
      p {
        color: var(--text-dim);
        overflow-wrap: anywhere;
      }
      .actions {
        margin-top: var(--space-5);
      }
    `,
  ];
  declare question: Question;
  readonly answer: PromiseWithResolvers<boolean> = Promise.withResolvers<boolean>();

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('dialog')?.showModal();
  }

  #close(yes: boolean): void {
    this.answer.resolve(yes);
    this.renderRoot.querySelector('dialog')?.close();
  }

  protected override render() {
    const { heading, text, verb } = this.question;
    return html`<dialog aria-labelledby="heading" aria-describedby="text" @close=${() => this.#close(false)}>
      <h2 id="heading">${heading}</h2>
      ${text ? html`<p id="text">${text}</p>` : nothing}
      <div class="actions">
        <button type="button" autofocus @click=${() => this.#close(false)}>Cancel</button>
        <button type="button" class="danger" @click=${() => this.#close(true)}>${verb}</button>
      </div>
    </dialog>`;
  }
}

customElements.define('livestreams-ask', Ask);

/** Answers whether the person says yes; Escape is no. */
export async function ask(question: Question): Promise<boolean> {
  const element = new Ask();
  element.question = question;
  document.body.append(element);
  try {
    return await element.answer.promise;
  } finally {
    element.remove();
  }
}

/** `<livestreams-invitation-dialog>`: makes an invitation, whose link is to be sent to the person. */
import '../elements/copy-field.ts';
import { css, html, LitElement, type PropertyDeclarations } from 'lit';
import { Action } from '../elements/action.ts';
import { dialogStyles } from '../elements/dialog-styles.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { answered } from './answered.ts';
import { api, type Role } from './api.ts';
import { grantable, signedIn } from './person.ts';
import { ROLES } from './words.ts';

export class InvitationDialog extends LitElement {
  static override properties: PropertyDeclarations = { link: { state: true } };
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
  /** The link that was made just now, while it is shown. */
  declare link: string | null;
  #email = '';
  readonly #making = new Action(this);

  constructor() {
    super();
    this.link = null;
  }

  show(): void {
    this.link = null;
    this.#making.clear();
    this.renderRoot.querySelector('form')?.reset();
    this.#dialog.showModal();
  }

  get #dialog(): HTMLDialogElement {
    return this.renderRoot.querySelector('dialog')!;
  }

  readonly #close = () => this.#dialog.close();

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    this.#email = String(data.get('email')).trim();
    const body = { email: this.#email, role: data.get('role') as Role };
    await this.#making.run(async () => {
      const path = { id: signedIn().organization.id };
      const { url } = await answered(api.POST('/v1/organizations/{id}/invitations', { params: { path }, body }));
      this.link = url;
      this.dispatchEvent(new Event('made'));
    });
  }

  protected override render() {
    return html`<dialog
      aria-labelledby="heading"
      @close=${() => {
        this.link = null;
      }}
    >
      <h2 id="heading">${this.link === null ? 'Invite somebody' : 'Send this link'}</h2>
      ${this.link === null ? this.#form() : this.#shown(this.link)}
    </dialog>`;
  }

  #form() {
    return html`<form @submit=${this.#submit}>
      <label>E-mail <input name="email" type="email" required maxlength="254" autocomplete="off" /></label>
      <fieldset>
        <legend>Role</legend>
        ${grantable().map(
          (role) => html`<label class="switch">
            <input type="radio" name="role" value=${role} required .defaultChecked=${role === 'creator'} />
            <span>${ROLES[role].word} <span class="dim">${ROLES[role].may}.</span></span>
          </label>`,
        )}
      </fieldset>
      ${this.#making.render()}
      <div class="actions">
        <button type="button" @click=${this.#close}>Cancel</button>
        <button class="primary" ?disabled=${this.#making.busy}>Make the link</button>
      </div>
    </form>`;
  }

  #shown(link: string) {
    return html`<div class="shown">
      <p class="dim">This server sends no mail: give the link to ${this.#email} yourself. It works once, and is shown only here.</p>
      <livestreams-copy-field label="Invitation" .value=${link}></livestreams-copy-field>
      <div class="actions"><button type="button" class="primary" @click=${this.#close}>Done</button></div>
    </div>`;
  }
}

customElements.define('livestreams-invitation-dialog', InvitationDialog);

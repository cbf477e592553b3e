/** `<livestreams-invitation-form>`: says to what somebody is invited, and makes them a member. */
import { html, LitElement, nothing, type PropertyDeclarations } from 'lit';
import { Action } from '../elements/action.ts';
import { Loaded } from '../elements/loaded.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { answered } from './answered.ts';
import { api, type OpenInvitation } from './api.ts';
import { acceptInvitation } from './auth.ts';
import { doorStyles, PASSWORD_LENGTH } from './door-styles.ts';
import type { Person } from './person.ts';
import { navigate } from './routing.ts';
import { wordmark } from './wordmark.ts';
import { ROLES } from './words.ts';

export class InvitationForm extends LitElement {
  static override properties: PropertyDeclarations = { token: { attribute: false }, person: { attribute: false } };
  static override styles = [sharedStyles, doorStyles];
  /** Of the link. */
  declare token: string;
  /** Who is signed in here already; null for nobody. */
  declare person: Person | null;
  readonly #accepting = new Action(this);
  readonly #invitation = new Loaded(this, (signal) =>
    answered(api.POST('/v1/auth/invitation', { body: { token: this.token }, signal })),
  );

  async #accept(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    const [name, password] = [data.get('name'), data.get('password')];
    const proof = {
      ...(name !== null && { name: String(name).trim() }),
      ...(password !== null && { password: String(password) }),
    };
    if (await this.#accepting.run(() => acceptInvitation(this.token, proof))) navigate('/', true);
  }

  protected override render() {
    return html`
      <header class="brand">${wordmark()}</header>
      <main class="card">${this.#invitation.render((invitation) => this.#form(invitation))}</main>
    `;
  }

  #form({ organization, email, role, has_account: known }: OpenInvitation) {
    const signedIn = this.person?.user.email.toLowerCase() === email.toLowerCase();
    return html`
      <h1>Join ${organization.name}</h1>
      <p class="dim">As ${ROLES[role].word.toLowerCase()}. ${ROLES[role].may}.</p>
      ${
        this.person && !signedIn
          ? html`<p class="notice">You are signed in as ${this.person.user.email}. The invitation is for ${email}: by joining you sign in as them.</p>`
          : nothing
      }
      <form @submit=${this.#accept}>
        <label>E-mail <input value=${email} readonly autocomplete="username" /></label>
        ${known ? nothing : html`<label>Name <input name="name" autocomplete="name" required maxlength="100" /></label>`}
        ${signedIn ? nothing : password(known)} ${this.#accepting.render()}
        <button class="primary" ?disabled=${this.#accepting.busy}>Join</button>
      </form>
    `;
  }
}

function password(known: boolean) {
  return html`<label>
    Password
    <input
      name="password"
      type="password"
      required
      maxlength="200"
      minlength=${known ? 1 : PASSWORD_LENGTH}
      autocomplete=${known ? 'current-password' : 'new-password'}
    />
    <span class="dim">${known ? 'Of the account that you have here.' : `At least ${PASSWORD_LENGTH} characters.`}</span>
  </label>`;
}

customElements.define('livestreams-invitation-form', InvitationForm);

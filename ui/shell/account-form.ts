/** `<livestreams-account-form>`: signing in, or making the first owner with the set-up link. */
import { html, LitElement, nothing, type PropertyDeclarations } from 'lit';
import { Action } from '../elements/action.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { setUp, signIn } from './auth.ts';
import { doorStyles, PASSWORD_LENGTH } from './door-styles.ts';
import { wordmark } from './wordmark.ts';

export class AccountForm extends LitElement {
  static override properties: PropertyDeclarations = {
    token: { attribute: false },
  };
  static override styles = [sharedStyles, doorStyles];
  /** The one-time token of the set-up link; null to sign in. */
  declare token: string | null;
  readonly #signing = new Action(this);

  constructor() {
    super();
    this.token = null;
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    const text = (name: string) => String(data.get(name) ?? '').trim();
    const password = String(data.get('password') ?? '');
    const { token } = this;
    await this.#signing.run(() =>
      token === null
        ? signIn(text('email'), password)
        : setUp(token, { email: text('email'), name: text('name'), password }),
    );
  }

  protected override render() {
    const first = this.token !== null;
    return html`
      <header class="brand">${wordmark()}</header>
      <main class="card">
        <h1>${first ? 'Welcome' : 'Sign in'}</h1>
        <p class="dim">${first ? 'Make the account that owns this server. The set-up link works once.' : 'To your streams on this server.'}</p>
        ${
          first && this.token === ''
            ? html`<p class="notice bad" role="alert">
                The address lacks its token. Open the whole link that the server printed when it started.
              </p>`
            : this.#form(first)
        }
      </main>
    `;
  }

  #form(first: boolean) {
    return html`<form @submit=${this.#submit}>
      ${first ? html`<label>Name <input name="name" autocomplete="name" required maxlength="100" /></label>` : nothing}
      <label>E-mail <input name="email" type="email" autocomplete="username" required maxlength="254" /></label>
      <label>
        Password
        <input
          name="password"
          type="password"
          required
          minlength=${first ? PASSWORD_LENGTH : 1}
          autocomplete=${first ? 'new-password' : 'current-password'}
        />
        ${first ? html`<span class="dim">At least ${PASSWORD_LENGTH} characters.</span>` : nothing}
      </label>
      ${this.#signing.render()}
      <button class="primary" ?disabled=${this.#signing.busy}>${first ? 'Make the account' : 'Sign in'}</button>
    </form>`;
  }
}

customElements.define('livestreams-account-form', AccountForm);

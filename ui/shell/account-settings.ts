/** `<livestreams-account-settings>`: the person's own name and password, and the end of all their sessions. */
import { css, html, LitElement, nothing, type PropertyDeclarations } from 'lit';
import { Action } from '../elements/action.ts';
import { ask } from '../elements/ask.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { answered } from './answered.ts';
import { api } from './api.ts';
import { signOutEverywhere } from './auth.ts';
import { PASSWORD_LENGTH } from './door-styles.ts';
import { personChanged, signedIn } from './person.ts';

export class AccountSettings extends LitElement {
  static override properties: PropertyDeclarations = { said: { state: true } };
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        gap: var(--space-5);
      }
      form {
        max-width: 440px;
      }
      form button {
        justify-self: start;
      }
    `,
  ];
  /** Which form has just been saved. */
  declare said: 'name' | 'password' | null;
  readonly #naming = new Action(this);
  readonly #changing = new Action(this);
  readonly #leaving = new Action(this);

  constructor() {
    super();
    this.said = null;
  }

  async #rename(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const name = String(new FormData(event.target as HTMLFormElement).get('name')).trim();
    this.said = null;
    const done = await this.#naming.run(() => answered(api.PATCH('/v1/me', { body: { name } })));
    if (!done) return;
    this.said = 'name';
    personChanged();
  }

  async #changePassword(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const data = new FormData(form);
    const body = { current_password: String(data.get('current')), new_password: String(data.get('new')) };
    this.said = null;
    const done = await this.#changing.run(() => answered(api.POST('/v1/me/password', { body })));
    if (!done) return;
    this.said = 'password';
    form.reset();
  }

  async #signOutEverywhere(): Promise<void> {
    const question = {
      heading: 'Sign out everywhere?',
      text: 'Every browser and program that is signed in as you is signed out, this one included. API keys go on working.',
      verb: 'Sign out everywhere',
    };
    if (await ask(question)) await this.#leaving.run(signOutEverywhere);
  }

  protected override render() {
    const { name, email } = signedIn().user;
    return html`
      <section class="card">
        <header><h2>Your account</h2></header>
        <form @submit=${this.#rename}>
          <label>Name <input name="name" required maxlength="100" autocomplete="name" .value=${name} /></label>
          <label>E-mail <input value=${email} readonly autocomplete="username" /></label>
          ${this.#naming.render()} ${this.said === 'name' ? saved('Saved.') : nothing}
          <button ?disabled=${this.#naming.busy}>Save</button>
        </form>
      </section>
      <section class="card">
        <header><h2>Password</h2></header>
        <form @submit=${this.#changePassword}>
          <input type="text" autocomplete="username" value=${email} hidden />
          <label>Present password <input name="current" type="password" required autocomplete="current-password" /></label>
          <label>
            New password
            <input name="new" type="password" required minlength=${PASSWORD_LENGTH} maxlength="200" autocomplete="new-password" />
            <span class="dim">At least ${PASSWORD_LENGTH} characters.</span>
          </label>
          ${this.#changing.render()} ${this.said === 'password' ? saved('Changed. Everywhere else you are signed out.') : nothing}
          <button ?disabled=${this.#changing.busy}>Change the password</button>
        </form>
      </section>
      <section class="card">
        <header>
          <h2>Sessions</h2>
          <button type="button" class="danger" ?disabled=${this.#leaving.busy} @click=${this.#signOutEverywhere}>Sign out everywhere</button>
        </header>
        <p class="dim">If a device was lost, or somebody else may have signed in as you.</p>
        ${this.#leaving.render()}
      </section>
    `;
  }
}

const saved = (text: string) => html`<p class="notice good" role="status">${text}</p>`;

customElements.define('livestreams-account-settings', AccountSettings);

/** `<livestreams-organization-settings>`: the organization's name, the others that the person is in, and a new one. */
import { css, html, LitElement, nothing, type PropertyDeclarations } from 'lit';
import { Action } from '../elements/action.ts';
import { dialogStyles } from '../elements/dialog-styles.ts';
import { icon } from '../elements/icon.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { answered } from './answered.ts';
import { api } from './api.ts';
import { switchTo } from './auth.ts';
import { may, personChanged, readPerson, signedIn } from './person.ts';
import { ROLES } from './words.ts';

export class OrganizationSettings extends LitElement {
  static override properties: PropertyDeclarations = { saved: { state: true } };
  static override styles = [
    sharedStyles,
    dialogStyles,
    css`
      :host {
        display: grid;
        gap: var(--space-5);
      }
      .card form {
        max-width: 440px;
      }
      .card form button {
        justify-self: start;
      }
      .name {
        font-weight: 560;
        overflow-wrap: anywhere;
      }
    `,
  ];
  declare saved: boolean;
  readonly #naming = new Action(this);
  readonly #switching = new Action(this);
  readonly #making = new Action(this);

  constructor() {
    super();
    this.saved = false;
  }

  get #dialog(): HTMLDialogElement {
    return this.renderRoot.querySelector('dialog')!;
  }

  async #rename(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const body = { name: nameIn(event) };
    const path = { id: signedIn().organization.id };
    this.saved = await this.#naming.run(() =>
      answered(api.PATCH('/v1/organizations/{id}', { params: { path }, body })),
    );
    if (!this.saved) return;
    await readPerson();
    this.requestUpdate();
    personChanged();
  }

  async #make(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const body = { name: nameIn(event) };
    await this.#making.run(async () => {
      const { id } = await answered(api.POST('/v1/organizations', { body }));
      this.#dialog.close();
      await switchTo(id);
    });
  }

  readonly #openDialog = () => {
    this.#making.clear();
    this.renderRoot.querySelector<HTMLFormElement>('dialog form')?.reset();
    this.#dialog.showModal();
  };

  protected override render() {
    const { organization: present, organizations } = signedIn();
    return html`
      <section class="card">
        <header><h2>Organization</h2></header>
        ${
          may('admin')
            ? html`<form @submit=${this.#rename}>
                <label>Name <input name="name" required maxlength="100" autocomplete="organization" .value=${present.name} /></label>
                ${this.#naming.render()} ${this.saved ? html`<p class="notice good" role="status">Saved.</p>` : nothing}
                <button ?disabled=${this.#naming.busy}>Save</button>
              </form>`
            : html`<p class="name">${present.name}</p>`
        }
      </section>
      <section class="card">
        <header>
          <h2>Your organizations</h2>
          <button type="button" @click=${this.#openDialog}>${icon('plus')} New organization</button>
        </header>
        ${this.#switching.render()}
        <ul class="rows">
          ${organizations.map(
            ({ id, name, role }) => html`<li>
              <div class="grow">
                <div class="name">${name}</div>
                <div class="dim small">${ROLES[role].word}</div>
              </div>
              ${
                id === present.id
                  ? html`<span class="badge plain">You are here</span>`
                  : html`<button
                      type="button"
                      class="compact"
                      aria-label=${`Go over to ${name}`}
                      ?disabled=${this.#switching.busy}
                      @click=${() => this.#switching.run(() => switchTo(id))}
                    >
                      Go over
                    </button>`
              }
            </li>`,
          )}
        </ul>
      </section>
      <dialog aria-labelledby="heading">
        <h2 id="heading">New organization</h2>
        <form @submit=${this.#make}>
          <label>
            Name
            <input name="name" required maxlength="100" autocomplete="off" />
            <span class="dim">It has streams, people and keys of its own. You become its owner.</span>
          </label>
          ${this.#making.render()}
          <div class="actions">
            <button type="button" @click=${() => this.#dialog.close()}>Cancel</button>
            <button class="primary" ?disabled=${this.#making.busy}>Make the organization</button>
          </div>
        </form>
      </dialog>
    `;
  }
}

function nameIn(event: SubmitEvent): string {
  return String(new FormData(event.target as HTMLFormElement).get('name')).trim();
}

customElements.define('livestreams-organization-settings', OrganizationSettings);

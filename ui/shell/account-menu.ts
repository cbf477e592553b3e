/** `<livestreams-account-menu>`: who is signed in, in which organization, and the way to another or out. */
import { css, html, LitElement, nothing, type PropertyDeclarations } from 'lit';
import { Action } from '../elements/action.ts';
import { icon } from '../elements/icon.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { signOut, switchTo } from './auth.ts';
import { whenEvents } from './live-events.ts';
import { type Person, personChanged } from './person.ts';
import { ROLES } from './words.ts';

export class AccountMenu extends LitElement {
  static override properties: PropertyDeclarations = { person: { attribute: false }, open: { state: true } };
  static override styles = [
    sharedStyles,
    css`
      :host {
        position: relative;
      }
      .trigger {
        max-width: 240px;
        gap: var(--space-2);
        padding: 0 var(--space-2) 0 4px;
      }
      .initials {
        display: grid;
        flex: none;
        place-content: center;
        width: 30px;
        height: 30px;
        border-radius: 50%;
        background: var(--accent-soft);
        color: var(--accent);
        font-size: var(--size-small);
        font-weight: 680;
      }
      .trigger .name,
      .menu .name {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .menu {
        position: absolute;
        top: calc(100% + 8px);
        right: 0;
        z-index: 2;
        display: grid;
        width: 264px;
        padding: var(--space-2);
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        box-shadow: var(--shadow);
      }
      .menu > p {
        padding: var(--space-2) var(--space-3);
      }
      .menu > :is(a, button) {
        justify-content: flex-start;
        width: 100%;
        padding: var(--space-2) var(--space-3);
        border: 0;
        background: none;
        font-weight: 500;
        text-align: left;
        white-space: normal;
      }
      .menu > :is(a, button):hover {
        background: var(--surface-sunken);
      }
      .menu > .organization {
        justify-content: space-between;
      }
      hr {
        width: 100%;
        height: 1px;
        margin: var(--space-2) 0;
        border: 0;
        background: var(--line);
      }
      @media (max-width: 720px) {
        .trigger .name {
          display: none;
        }
      }
    `,
  ];
  declare person: Person;
  declare open: boolean;
  readonly #acting = new Action(this);
  #unfollow: (() => void) | undefined;
  readonly #closeOutside = (event: Event) => {
    if (!event.composedPath().includes(this)) this.open = false;
  };

  constructor() {
    super();
    this.open = false;
    this.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !this.open) return;
      this.open = false;
      this.renderRoot.querySelector<HTMLElement>('.trigger')?.focus();
    });
    this.addEventListener('focusout', ({ relatedTarget }) => {
      if (relatedTarget instanceof Node && relatedTarget !== this && !this.contains(relatedTarget)) this.open = false;
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('click', this.#closeOutside);
    this.#unfollow = whenEvents(({ type }) => type.startsWith('organization.'))(personChanged);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('click', this.#closeOutside);
    this.#unfollow?.();
  }

  protected override render() {
    const { user, organization } = this.person;
    return html`
      <button
        type="button"
        class="trigger quiet"
        aria-label=${`Account: ${user.name}, ${organization.name}`}
        aria-expanded=${this.open}
        aria-controls="menu"
        @click=${() => {
          this.open = !this.open;
        }}
      >
        <span class="initials" aria-hidden="true">${initials(user.name)}</span>
        <span class="name">${organization.name}</span>
        ${icon('chevron')}
      </button>
      ${this.open ? this.#menu() : nothing}
    `;
  }

  #menu() {
    const { user, organization, organizations } = this.person;
    return html`<div class="menu" id="menu">
      <p><strong>${user.name}</strong><br /><span class="dim small">${user.email}</span></p>
      <hr />
      ${
        organizations.length > 1
          ? organizations.map(
              ({ id, name, role }) => html`<button
                type="button"
                class="organization"
                aria-pressed=${id === organization.id}
                ?disabled=${this.#acting.busy}
                @click=${() => this.#acting.run(() => switchTo(id))}
              >
                <span>${name}<br /><span class="dim small">${ROLES[role].word}</span></span>
                ${id === organization.id ? icon('done') : nothing}
              </button>`,
            )
          : html`<p>${organization.name}<br /><span class="dim small">${ROLES[organization.role].word}</span></p>`
      }
      ${this.#acting.render()}
      <hr />
      <a class="button" href="/settings/account" @click=${this.#close}>${icon('settings')} Your account</a>
      <button type="button" @click=${() => this.#acting.run(signOut)}>${icon('exit')} Sign out</button>
    </div>`;
  }

  readonly #close = () => {
    this.open = false;
  };
}

/** `Ana Maria Souza` is AS. */
function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word) => [...(word ?? '')][0]?.toUpperCase() ?? '').join('');
}

customElements.define('livestreams-account-menu', AccountMenu);

/** `<livestreams-people>`: who is in the organization with which role, and who is invited. */
import './invitation-dialog.ts';
import { css, html, LitElement, nothing } from 'lit';
import { Action } from '../elements/action.ts';
import { ask } from '../elements/ask.ts';
import { icon } from '../elements/icon.ts';
import { Paged } from '../elements/paged.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { answered } from './answered.ts';
import { api, type Invitation, type Member, type Role } from './api.ts';
import type { InvitationDialog } from './invitation-dialog.ts';
import { whenEvents } from './live-events.ts';
import { grantable, may, personChanged, signedIn } from './person.ts';
import { options } from './stream-fields.ts';
import { moment, ROLES } from './words.ts';

export class People extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        gap: var(--space-5);
      }
      .name {
        font-weight: 560;
      }
      .name,
      .email {
        overflow-wrap: anywhere;
      }
      select {
        width: auto;
        min-height: 32px;
        padding: 0 var(--space-2);
        font-size: var(--size-small);
      }
    `,
  ];
  readonly #path = { id: signedIn().organization.id };
  readonly #acting = new Action(this);
  readonly #members = new Paged(
    this,
    (query, signal) =>
      answered(api.GET('/v1/organizations/{id}/members', { params: { path: this.#path, query }, signal })),
    { when: whenEvents(({ type }) => type.startsWith('organization.')) },
  );
  readonly #invitations = may('admin')
    ? new Paged(
        this,
        (query, signal) =>
          answered(api.GET('/v1/organizations/{id}/invitations', { params: { path: this.#path, query }, signal })),
        { when: whenEvents(({ type }) => type.startsWith('organization.')) },
      )
    : null;

  readonly #openDialog = () => this.renderRoot.querySelector<InvitationDialog>('livestreams-invitation-dialog')?.show();

  /** The server has the last word: it keeps an organization from losing its last owner. */
  async #change(member: Member, select: HTMLSelectElement): Promise<void> {
    const role = select.value as Role;
    const path = { ...this.#path, user_id: member.user_id };
    const done = await this.#acting.run(() =>
      answered(api.PATCH('/v1/organizations/{id}/members/{user_id}', { params: { path }, body: { role } })),
    );
    if (!done) select.value = member.role;
    await this.#changed(member);
  }

  async #remove(member: Member): Promise<void> {
    const own = member.user_id === signedIn().user.id;
    const question = {
      heading: own ? 'Leave the organization?' : `Remove ${member.name}?`,
      text: own
        ? 'You lose sight of its streams at once. Somebody else can invite you again.'
        : 'They lose sight of its streams at once. What they made stays.',
      verb: own ? 'Leave' : 'Remove',
    };
    if (!(await ask(question))) return;
    const path = { ...this.#path, user_id: member.user_id };
    await this.#acting.run(() =>
      answered(api.DELETE('/v1/organizations/{id}/members/{user_id}', { params: { path } })),
    );
    await this.#changed(member);
  }

  async #changed({ user_id: id }: Member): Promise<void> {
    if (id === signedIn().user.id) personChanged();
    else await this.#members.reload();
  }

  async #revoke({ id, email }: Invitation): Promise<void> {
    const question = {
      heading: `Revoke the invitation of ${email}?`,
      text: 'Its link opens nothing any more.',
      verb: 'Revoke',
    };
    if (!(await ask(question))) return;
    const path = { ...this.#path, invitation_id: id };
    await this.#acting.run(() =>
      answered(api.DELETE('/v1/organizations/{id}/invitations/{invitation_id}', { params: { path } })),
    );
    await this.#invitations?.reload();
  }

  protected override render() {
    return html`
      ${this.#acting.render()}
      <section class="card">
        <header>
          <h2>People</h2>
          ${may('admin') ? html`<button type="button" @click=${this.#openDialog}>${icon('plus')} Invite</button>` : nothing}
        </header>
        ${this.#members.render((members) => html`<ul class="rows wrapping">${members.map((member) => this.#member(member))}</ul>`)}
      </section>
      ${this.#invitations?.render((invitations) =>
        invitations.length === 0
          ? html``
          : html`<section class="card">
              <header><h2>Invited</h2></header>
              <ul class="rows wrapping">${invitations.map((invitation) => this.#invitation(invitation))}</ul>
            </section>`,
      )}
      ${
        may('admin')
          ? html`<livestreams-invitation-dialog @made=${() => this.#invitations?.reload()}></livestreams-invitation-dialog>`
          : nothing
      }
    `;
  }

  #member(member: Member) {
    const { user_id: id, name, email, role } = member;
    const own = id === signedIn().user.id;
    const roles = grantable();
    const changeable = roles.includes(role);
    return html`<li>
      <div class="grow">
        <div class="name">${name}${own ? html` <span class="dim">(you)</span>` : nothing}</div>
        <div class="email dim small">${email}</div>
      </div>
      ${
        changeable
          ? html`<select aria-label=${`Role of ${name}`} ?disabled=${this.#acting.busy} .value=${role} @change=${(event: Event) => this.#change(member, event.target as HTMLSelectElement)}>
              ${options(
                roles.map((choice) => [choice, ROLES[choice].word] as const),
                role,
              )}
            </select>`
          : html`<span class="badge plain" title=${ROLES[role].may}>${ROLES[role].word}</span>`
      }
      ${
        changeable || own
          ? html`<button type="button" class="quiet compact" aria-label=${own ? 'Leave the organization' : `Remove ${name}`} @click=${() => this.#remove(member)}>
              ${own ? 'Leave' : 'Remove'}
            </button>`
          : nothing
      }
    </li>`;
  }

  #invitation(invitation: Invitation) {
    const { email, role, expires_at: end } = invitation;
    return html`<li>
      <div class="grow">
        <div class="email">${email}</div>
        <div class="dim small">Until ${moment(end)}</div>
      </div>
      <span class="badge plain">${ROLES[role].word}</span>
      <button type="button" class="quiet compact" aria-label=${`Revoke the invitation of ${email}`} @click=${() => this.#revoke(invitation)}>
        Revoke
      </button>
    </li>`;
  }
}

customElements.define('livestreams-people', People);

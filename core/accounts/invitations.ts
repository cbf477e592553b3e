/** Invitations: links by which people become members of an organization, each good once and for a while. */
import { type Kysely, type Selectable, sql } from 'kysely';
import { type Role, requestInvalid } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import { withTransaction } from '../db/transaction.ts';
import type { EventLog } from '../events/log.ts';
import { newId } from '../ids.ts';
import type { Accounts, SignedIn } from './accounts.ts';
import {
  accountExists,
  invitationNeedsLogin,
  invitationNotFound,
  invitationRefused,
  loginFailed,
  memberExists,
} from './errors.ts';
import { requireMayGive } from './members.ts';
import { type Person, requireMembership } from './organizations.ts';
import { findByEmail } from './owners.ts';
import { newToken, tokenHash } from './refresh-tokens.ts';
import { PERMISSIONS } from './roles.ts';

export type InvitationRow = Omit<Selectable<CoreTables['invitations']>, 'token_hash'>;

/** What who was invited is told before they accept. */
export interface OpenInvitation {
  id: string;
  organization: { id: string; name: string };
  email: string;
  role: Role;
  expires_at: Date;
  /** Whether there is an account with this address, to which the invitation is then. */
  has_account: boolean;
}

export interface Acceptance {
  token: string;
  name?: string;
  password?: string;
}

const COLUMNS = ['id', 'organization_id', 'email', 'role', 'invited_by', 'expires_at', 'created_at'] as const;

export class Invitations {
  readonly #db: Kysely<CoreTables>;
  readonly #events: EventLog;
  readonly #accounts: Accounts;
  readonly #publicUrl: string;

  constructor(options: { db: Kysely<CoreTables>; events: EventLog; accounts: Accounts; publicUrl: string }) {
    this.#db = options.db;
    this.#events = options.events;
    this.#accounts = options.accounts;
    this.#publicUrl = options.publicUrl;
  }

  /**
   * Makes an invitation, in the place of an older one to the same address. The link is known only here.
   * Errors: `LS_ORGANIZATION_NOT_FOUND`, `LS_FORBIDDEN`, `LS_MEMBER_EXISTS`.
   */
  create(
    person: Person,
    organizationId: string,
    { email, role, expiresIn }: { email: string; role: Role; expiresIn: number },
  ): Promise<{ row: InvitationRow; url: string }> {
    return withTransaction(this.#db, async (transaction) => {
      const by = await requireMembership(transaction, person, organizationId, PERMISSIONS.managePeople, { lock: true });
      requireMayGive(role, by);
      await refuseMember(transaction, organizationId, email);
      await transaction
        .deleteFrom('invitations')
        .where('organization_id', '=', organizationId)
        .where(({ eb, or }) =>
          or([eb(sql<string>`lower(email)`, '=', email.toLowerCase()), eb('expires_at', '<=', new Date())]),
        )
        .execute();
      const { token, hash } = newToken();
      const row = await transaction
        .insertInto('invitations')
        .values({
          id: newId('inv'),
          organization_id: organizationId,
          invited_by: person.userId,
          token_hash: hash,
          expires_at: new Date(Date.now() + expiresIn * 1000),
          ...{ email, role },
        })
        .returning(COLUMNS)
        .executeTakeFirstOrThrow();
      const data = { invitation_id: row.id, role, by: person.userId };
      await this.#events.append({ type: 'organization.invitation_created', organizationId, data }, transaction);
      return { row, url: `${this.#publicUrl}/invite?token=${token}` };
    });
  }

  /** Open ones, newest first. Errors: `LS_ORGANIZATION_NOT_FOUND`, `LS_FORBIDDEN`. */
  async list(
    person: Person,
    organizationId: string,
    page: { limit: number; after: string | undefined },
  ): Promise<InvitationRow[]> {
    await requireMembership(this.#db, person, organizationId, PERMISSIONS.readInvitations);
    let rows = this.#db
      .selectFrom('invitations')
      .select(COLUMNS)
      .where('organization_id', '=', organizationId)
      .where('expires_at', '>', new Date());
    if (page.after !== undefined) rows = rows.where('id', '<', page.after);
    return rows.orderBy('id', 'desc').limit(page.limit).execute();
  }

  /** Takes an invitation back. Errors: `LS_ORGANIZATION_NOT_FOUND`, `LS_FORBIDDEN`, `LS_INVITATION_NOT_FOUND`. */
  delete(person: Person, organizationId: string, id: string): Promise<void> {
    return withTransaction(this.#db, async (transaction) => {
      await requireMembership(transaction, person, organizationId, PERMISSIONS.managePeople, { lock: true });
      const { numDeletedRows } = await transaction
        .deleteFrom('invitations')
        .where('id', '=', id)
        .where('organization_id', '=', organizationId)
        .executeTakeFirst();
      if (numDeletedRows === 0n) throw invitationNotFound(`The organization has no invitation ${id}.`);
      const data = { invitation_id: id, by: person.userId };
      await this.#events.append({ type: 'organization.invitation_deleted', organizationId, data }, transaction);
    });
  }

  /** What the link is to. Errors: `LS_INVITATION_REFUSED`. */
  async find(token: string): Promise<OpenInvitation> {
    const found = await this.#db
      .selectFrom('invitations')
      .innerJoin('organizations', 'organizations.id', 'invitations.organization_id')
      .select(['invitations.id', 'organization_id', 'organizations.name', 'email', 'role', 'expires_at'])
      .where('token_hash', '=', tokenHash(token))
      .where('expires_at', '>', new Date())
      .executeTakeFirst();
    if (!found) throw invitationRefused('The link is unknown, used, taken back, or too old.');
    const { organization_id, name, ...rest } = found;
    const account = await findByEmail(this.#db, found.email);
    return { ...rest, organization: { id: organization_id, name }, has_account: account !== undefined };
  }

  /**
   * Makes the person a member, with a new account where none has the address. Who has one is signed in, or gives its password.
   * Errors: `LS_INVITATION_REFUSED`, `LS_INVITATION_NEEDS_LOGIN`, `LS_LOGIN_FAILED`, `LS_REQUEST_INVALID`, `LS_ACCOUNT_EXISTS`.
   */
  async accept(acceptance: Acceptance, callerId: string | null): Promise<SignedIn> {
    const provedAt = new Date();
    const { email } = await this.find(acceptance.token);
    const known = await findByEmail(this.#db, email);
    if (known) await this.#prove(known, acceptance, callerId);
    const account = known ? null : await this.#newAccount(email, acceptance);
    const userId = known?.id ?? account!.id;
    const organizationId = await withTransaction(this.#db, async (transaction) => {
      const invitation = await transaction
        .deleteFrom('invitations')
        .where('token_hash', '=', tokenHash(acceptance.token))
        .where('expires_at', '>', new Date())
        .returning(COLUMNS)
        .executeTakeFirst();
      if (!invitation) throw invitationRefused('The link was used already.');
      if (account) await insertAccount(transaction, account);
      await this.#join(userId, invitation, transaction);
      return invitation.organization_id;
    });
    return this.#accounts.signIn(userId, organizationId, provedAt);
  }

  /** Who has become a member meanwhile keeps the role that they have. */
  async #join(userId: string, invitation: InvitationRow, transaction: Kysely<CoreTables>): Promise<void> {
    const { id, organization_id: organizationId, role } = invitation;
    const { numInsertedOrUpdatedRows } = await transaction
      .insertInto('members')
      .values({ organization_id: organizationId, user_id: userId, role })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows === 0n) return;
    const data = { user_id: userId, role, invitation_id: id };
    await this.#events.append({ type: 'organization.member_added', organizationId, data }, transaction);
  }

  async #prove(
    { id, password_hash }: { id: string; password_hash: string },
    { password }: Acceptance,
    callerId: string | null,
  ): Promise<void> {
    if (callerId === id) return;
    if (password === undefined) throw invitationNeedsLogin('You are not logged in to the account that is invited.');
    if (!(await this.#accounts.passwords.verify(password_hash, password))) {
      throw loginFailed('The password is not that of the account.');
    }
  }

  async #newAccount(email: string, { name, password }: Acceptance) {
    const missing = Object.entries({ name, password }).filter(([, value]) => value === undefined);
    if (name === undefined || password === undefined) {
      const errors = missing.map(([member]) => ({ pointer: `/body/${member}`, detail: 'is needed for a new account' }));
      throw requestInvalid(errors.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; '), { errors });
    }
    return { id: newId('usr'), email, name, password_hash: await this.#accounts.passwords.hash(password) };
  }
}

async function refuseMember(db: Kysely<CoreTables>, organizationId: string, email: string): Promise<void> {
  const member = await db
    .selectFrom('members')
    .innerJoin('users', 'users.id', 'members.user_id')
    .select('users.id')
    .where('members.organization_id', '=', organizationId)
    .where(sql<string>`lower(users.email)`, '=', email.toLowerCase())
    .executeTakeFirst();
  if (member) throw memberExists(`${email} is a member already, ${member.id}.`);
}

/** Somebody may have made an account with this address meanwhile, by an invitation to another organization. */
async function insertAccount(
  db: Kysely<CoreTables>,
  account: { id: string; email: string; name: string; password_hash: string },
): Promise<void> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('users')
    .values(account)
    .onConflict((conflict) => conflict.expression(sql`lower(email)`).doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows === 0n) throw accountExists('An account with this address was made meanwhile.');
}

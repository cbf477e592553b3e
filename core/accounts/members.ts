/** Members of an organization: who they are, and how their roles change and end. */
import type { Kysely } from 'kysely';
import type { Role } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import { withTransaction } from '../db/transaction.ts';
import type { EventLog } from '../events/log.ts';
import { forbidden } from '../http/errors.ts';
import { lastOwner, memberNotFound } from './errors.ts';
import { type Membership, type Person, requireMembership } from './organizations.ts';
import { isAtLeast, PERMISSIONS } from './roles.ts';

export interface MemberRow {
  user_id: string;
  /** Null where it is not for who asks. */
  email: string | null;
  name: string;
  role: Role;
  created_at: Date;
}

/** Whoever may manage people may do so up to their own kind: only owners make, change and remove owners. Errors: `LS_FORBIDDEN`. */
export function requireMayGive(role: Role, by: Membership): void {
  const { role: least } = PERMISSIONS.manageOwners;
  if (role === 'owner' && !isAtLeast(by.role, least)) {
    throw forbidden(`This needs the role ${least} in the organization; yours is ${by.role}.`);
  }
}

export class Members {
  readonly #db: Kysely<CoreTables>;
  readonly #events: EventLog;

  constructor({ db, events }: { db: Kysely<CoreTables>; events: EventLog }) {
    this.#db = db;
    this.#events = events;
  }

  /** Oldest account first; viewers are told no e-mail address but their own. Errors: `LS_ORGANIZATION_NOT_FOUND`. */
  async list(
    person: Person,
    organizationId: string,
    page: { limit: number; after: string | undefined },
  ): Promise<MemberRow[]> {
    const { role } = await requireMembership(this.#db, person, organizationId, PERMISSIONS.read);
    let rows = members(this.#db, organizationId);
    if (page.after !== undefined) rows = rows.where('members.user_id', '>', page.after);
    const found = await rows.orderBy('members.user_id').limit(page.limit).execute();
    if (isAtLeast(role, PERMISSIONS.readAddresses.role)) return found;
    return found.map((member) => (member.user_id === person.userId ? member : { ...member, email: null }));
  }

  /** A lower role ends the member's open invitations. Errors: `LS_ORGANIZATION_NOT_FOUND`, `LS_MEMBER_NOT_FOUND`, `LS_FORBIDDEN`, `LS_LAST_OWNER`. */
  changeRole(person: Person, organizationId: string, userId: string, role: Role): Promise<MemberRow> {
    return withTransaction(this.#db, async (transaction) => {
      const by = await requireMembership(transaction, person, organizationId, PERMISSIONS.managePeople, { lock: true });
      const member = await findMember(transaction, organizationId, userId);
      requireMayGive(member.role, by);
      requireMayGive(role, by);
      if (role === member.role) return member;
      if (member.role === 'owner') await requireAnotherOwner(transaction, organizationId, userId);
      await transaction
        .updateTable('members')
        .set({ role })
        .where('organization_id', '=', organizationId)
        .where('user_id', '=', userId)
        .execute();
      if (!isAtLeast(role, member.role)) await endInvitations(transaction, organizationId, userId);
      const data = { user_id: userId, role, by: person.userId };
      await this.#events.append({ type: 'organization.role_changed', organizationId, data }, transaction);
      return { ...member, role };
    });
  }

  /** Lets a person leave, or removes another; their open invitations end. Errors: `LS_ORGANIZATION_NOT_FOUND`, `LS_MEMBER_NOT_FOUND`, `LS_FORBIDDEN`, `LS_LAST_OWNER`. */
  remove(person: Person, organizationId: string, userId: string): Promise<void> {
    return withTransaction(this.#db, async (transaction) => {
      const permission = userId === person.userId ? PERMISSIONS.leave : PERMISSIONS.managePeople;
      const by = await requireMembership(transaction, person, organizationId, permission, { lock: true });
      const member = await findMember(transaction, organizationId, userId);
      requireMayGive(member.role, by);
      if (member.role === 'owner') await requireAnotherOwner(transaction, organizationId, userId);
      await transaction
        .deleteFrom('members')
        .where('organization_id', '=', organizationId)
        .where('user_id', '=', userId)
        .execute();
      await endInvitations(transaction, organizationId, userId);
      const data = { user_id: userId, by: person.userId };
      await this.#events.append({ type: 'organization.member_removed', organizationId, data }, transaction);
    });
  }
}

function members(db: Kysely<CoreTables>, organizationId: string) {
  return db
    .selectFrom('members')
    .innerJoin('users', 'users.id', 'members.user_id')
    .select(['members.user_id', 'users.email', 'users.name', 'members.role', 'members.created_at'])
    .where('members.organization_id', '=', organizationId);
}

async function findMember(db: Kysely<CoreTables>, organizationId: string, userId: string): Promise<MemberRow> {
  const member = await members(db, organizationId).where('members.user_id', '=', userId).executeTakeFirst();
  if (!member) throw memberNotFound(`The organization has no member ${userId}.`);
  return member;
}

/** Nobody comes back by a link that they made for themselves while they still had the right to. */
async function endInvitations(db: Kysely<CoreTables>, organizationId: string, invitedBy: string): Promise<void> {
  await db
    .deleteFrom('invitations')
    .where('organization_id', '=', organizationId)
    .where('invited_by', '=', invitedBy)
    .execute();
}

/** Only while the organization is locked is the answer still true afterwards. */
async function requireAnotherOwner(db: Kysely<CoreTables>, organizationId: string, userId: string): Promise<void> {
  const other = await db
    .selectFrom('members')
    .select('user_id')
    .where('organization_id', '=', organizationId)
    .where('role', '=', 'owner')
    .where('user_id', '!=', userId)
    .limit(1)
    .executeTakeFirst();
  if (!other) throw lastOwner('This is the only owner.');
}

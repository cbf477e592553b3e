/** Organizations as their members see them: every query starts from the membership of who asks. */
import type { Kysely } from 'kysely';
import type { Caller, Role } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import { withTransaction } from '../db/transaction.ts';
import type { EventLog } from '../events/log.ts';
import { forbidden } from '../http/errors.ts';
import { newId } from '../ids.ts';
import { organizationNotFound } from './errors.ts';
import { isAtLeast, PERMISSIONS, type Permission } from './roles.ts';

/** An organization, and the caller's role there. */
export interface Membership {
  id: string;
  name: string;
  role: Role;
  created_at: Date;
}

/** Somebody who acts for themselves: no API key. */
export interface Person {
  userId: string;
}

/** The person who calls. Errors: `LS_FORBIDDEN` for an API key. */
export function requirePerson({ userId }: Caller): Person {
  if (userId === null) throw forbidden('An API key neither sees nor manages people.');
  return { userId };
}

/**
 * The organization, where the person is a member of it and may do this there. With `lock` nobody else changes its people until the
 * transaction ends. Errors: `LS_ORGANIZATION_NOT_FOUND`, `LS_FORBIDDEN`.
 */
export async function requireMembership(
  db: Kysely<CoreTables>,
  { userId }: Person,
  organizationId: string,
  { role: least }: Permission,
  options: { lock?: boolean } = {},
): Promise<Membership> {
  if (options.lock) await lockOrganization(db, organizationId);
  const membership = await memberships(db, userId).where('organizations.id', '=', organizationId).executeTakeFirst();
  if (!membership) throw organizationNotFound(`You are a member of no organization ${organizationId}.`);
  if (!isAtLeast(membership.role, least)) {
    throw forbidden(`This needs the role ${least} in the organization; yours is ${membership.role}.`);
  }
  return membership;
}

/** A statement of its own: one that waits for the lock and reads members too would read them as they were before it waited. */
async function lockOrganization(db: Kysely<CoreTables>, id: string): Promise<void> {
  // Not FOR UPDATE: whoever makes a stream or an event refers to the row, and need not wait.
  await db.selectFrom('organizations').select('id').where('id', '=', id).forNoKeyUpdate().execute();
}

function memberships(db: Kysely<CoreTables>, userId: string) {
  return db
    .selectFrom('organizations')
    .innerJoin('members', 'members.organization_id', 'organizations.id')
    .select(['organizations.id', 'organizations.name', 'organizations.created_at', 'members.role'])
    .where('members.user_id', '=', userId);
}

export class Organizations {
  readonly #db: Kysely<CoreTables>;
  readonly #events: EventLog;

  constructor({ db, events }: { db: Kysely<CoreTables>; events: EventLog }) {
    this.#db = db;
    this.#events = events;
  }

  /** Makes an organization, of which the person is the owner. */
  create({ userId }: Person, name: string): Promise<Membership> {
    return withTransaction(this.#db, async (transaction) => {
      const row = await transaction
        .insertInto('organizations')
        .values({ id: newId('org'), name })
        .returning(['id', 'name', 'created_at'])
        .executeTakeFirstOrThrow();
      const owner = { organization_id: row.id, user_id: userId, role: 'owner' as const };
      await transaction.insertInto('members').values(owner).execute();
      await this.#append('organization.created', row, userId, transaction);
      return { ...row, role: owner.role };
    });
  }

  /** Those of a person, newest first; an API key has the one that it is of. */
  async list(caller: Caller, page: { limit: number; after: string | undefined }): Promise<Membership[]> {
    if (caller.userId === null) return page.after === undefined ? [await this.#ofApiKey(caller)] : [];
    let rows = memberships(this.#db, caller.userId);
    if (page.after !== undefined) rows = rows.where('organizations.id', '<', page.after);
    return rows.orderBy('organizations.id', 'desc').limit(page.limit).execute();
  }

  /** Errors: `LS_ORGANIZATION_NOT_FOUND`. */
  async get(caller: Caller, id: string): Promise<Membership> {
    if (caller.userId !== null) return requireMembership(this.#db, { userId: caller.userId }, id, PERMISSIONS.read);
    if (caller.organizationId !== id) throw organizationNotFound(`The API key is of no organization ${id}.`);
    return this.#ofApiKey(caller);
  }

  /** `check` sees the organization before it is changed. Errors: `LS_ORGANIZATION_NOT_FOUND`, `LS_FORBIDDEN`. */
  update(
    person: Person,
    id: string,
    changes: { name?: string },
    check: (present: Membership) => void,
  ): Promise<Membership> {
    return withTransaction(this.#db, async (transaction) => {
      const present = await requireMembership(transaction, person, id, PERMISSIONS.managePeople, { lock: true });
      check(present);
      const { name = present.name } = changes;
      if (name === present.name) return present;
      await transaction.updateTable('organizations').set({ name }).where('id', '=', id).execute();
      await this.#append('organization.updated', { id, name }, person.userId, transaction);
      return { ...present, name };
    });
  }

  async #ofApiKey({ organizationId, role }: Caller): Promise<Membership> {
    const row = await this.#db
      .selectFrom('organizations')
      .select(['id', 'name', 'created_at'])
      .where('id', '=', organizationId)
      .executeTakeFirstOrThrow();
    return { ...row, role };
  }

  async #append(
    type: 'organization.created' | 'organization.updated',
    { id, name }: { id: string; name: string },
    by: string,
    transaction: Kysely<CoreTables>,
  ): Promise<void> {
    await this.#events.append({ type, organizationId: id, data: { name, by } }, transaction);
  }
}

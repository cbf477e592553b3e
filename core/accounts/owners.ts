/** Owners made outside of the API: the first one, by the environment or a link, and those of the command line. */
import { type Kysely, sql } from 'kysely';
import type { CoreTables } from '../db/tables.ts';
import { withTransaction } from '../db/transaction.ts';
import { newId } from '../ids.ts';
import { setPassword } from './end-logins.ts';
import { accountExists, accountNotFound } from './errors.ts';
import { Passwords } from './passwords.ts';

export interface NewOwner {
  email: string;
  password: string;
  name: string;
}

/** Makes a further owner of the oldest organization, or of a new one where there is none. Errors: `LS_ACCOUNT_EXISTS`. */
export async function createOwner(db: Kysely<CoreTables>, owner: NewOwner): Promise<{ id: string }> {
  const passwordHash = await new Passwords().hash(owner.password);
  return withTransaction(db, async (transaction) => {
    await lockFirstOwner(transaction);
    if (await findByEmail(transaction, owner.email)) throw accountExists(`There is an account ${owner.email} already.`);
    return { id: await insertOwner(transaction, owner, passwordHash) };
  });
}

/** Sets the password of an account, and ends all of its logins. Errors: `LS_ACCOUNT_NOT_FOUND`. */
export async function resetPassword(db: Kysely<CoreTables>, email: string, newPassword: string): Promise<void> {
  const passwordHash = await new Passwords().hash(newPassword);
  await withTransaction(db, async (transaction) => {
    const user = await findByEmail(transaction, email);
    if (!user) throw accountNotFound(`There is no account ${email}.`);
    await setPassword(transaction, user.id, passwordHash);
  });
}

export async function findByEmail(
  db: Kysely<CoreTables>,
  email: string,
): Promise<{ id: string; password_hash: string } | undefined> {
  return db
    .selectFrom('users')
    .select(['id', 'password_hash'])
    .where(sql<string>`lower(email)`, '=', email.toLowerCase())
    .executeTakeFirst();
}

export async function hasUser(db: Kysely<CoreTables>): Promise<boolean> {
  return (await db.selectFrom('users').select('id').limit(1).executeTakeFirst()) !== undefined;
}

/** Of several that would make the first owner at once, one after the other. */
export async function lockFirstOwner(transaction: Kysely<CoreTables>): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtext('livestreams first owner'))`.execute(transaction);
}

/** Answers the id of the new person. */
export async function insertOwner(db: Kysely<CoreTables>, owner: NewOwner, passwordHash: string): Promise<string> {
  const userId = newId('usr');
  const { email, name } = owner;
  await db.insertInto('users').values({ id: userId, email, name, password_hash: passwordHash }).execute();
  // A demo that ran before the set-up has made one, with its stream in it.
  const known = await db.selectFrom('organizations').select('id').orderBy('id').executeTakeFirst();
  const organizationId = known?.id ?? newId('org');
  if (!known) await db.insertInto('organizations').values({ id: organizationId, name }).execute();
  await db.insertInto('members').values({ organization_id: organizationId, user_id: userId, role: 'owner' }).execute();
  return userId;
}

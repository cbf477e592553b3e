/** How all logins of a person end at once. */
import type { Kysely } from 'kysely';
import type { CoreTables } from '../db/tables.ts';

/** Sets the password's hash and ends all logins; answers since when new ones count. */
export async function setPassword(db: Kysely<CoreTables>, userId: string, passwordHash: string): Promise<Date> {
  await db.updateTable('users').set({ password_hash: passwordHash }).where('id', '=', userId).execute();
  return endLogins(db, userId);
}

/**
 * Ends every login of a person: refresh tokens, sessions of browsers, and access tokens that are out already. Whatever was begun
 * before the moment that it answers is refused by that moment alone, also what is written only after it.
 */
export async function endLogins(db: Kysely<CoreTables>, userId: string): Promise<Date> {
  const now = new Date();
  await db.updateTable('users').set({ valid_from: now }).where('id', '=', userId).execute();
  await db.deleteFrom('refresh_tokens').where('user_id', '=', userId).where('created_at', '<', now).execute();
  await db.deleteFrom('browser_sessions').where('user_id', '=', userId).where('created_at', '<', now).execute();
  return now;
}

/** Refresh tokens: each works once; the use of a used one ends the whole family (RFC 9700, 4.14.2). */
import { createHash, randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { CoreTables } from '../db/tables.ts';
import { refreshRefused } from './errors.ts';

/** Milliseconds: who does not come for a month logs in again. */
const LIFE = 30 * 24 * 60 * 60 * 1000;

/** A random token and the SHA-256 that is kept of it. */
export function newToken(): { token: string; hash: Buffer } {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: tokenHash(token) };
}

export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** The first token of a login, or with `family` the one that follows in it. */
export async function issueRefreshToken(
  db: Kysely<CoreTables>,
  userId: string,
  family = randomBytes(16).toString('hex'),
): Promise<string> {
  const { token, hash } = newToken();
  await db
    .insertInto('refresh_tokens')
    .values({ token_hash: hash, family, user_id: userId, expires_at: new Date(Date.now() + LIFE) })
    .execute();
  return token;
}

/** Takes a token for its successor. Errors: `LS_REFRESH_REFUSED`. */
export async function rotateRefreshToken(
  db: Kysely<CoreTables>,
  token: string,
): Promise<{ userId: string; token: string }> {
  const hash = tokenHash(token);
  // One statement decides who was first, so that two uses at once cannot both succeed.
  const used = await db
    .updateTable('refresh_tokens')
    .set({ used_at: new Date() })
    .where('token_hash', '=', hash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', new Date())
    .returning(['family', 'user_id'])
    .executeTakeFirst();
  if (!used) {
    await endFamily(db, token);
    throw refreshRefused('The refresh token is unknown, expired, or was used before.');
  }
  return { userId: used.user_id, token: await issueRefreshToken(db, used.user_id, used.family) };
}

/** Ends every token that came from the same login as this one. */
export async function endFamily(db: Kysely<CoreTables>, token: string): Promise<void> {
  await db
    .deleteFrom('refresh_tokens')
    .where('family', 'in', (query) =>
      query.selectFrom('refresh_tokens').select('family').where('token_hash', '=', tokenHash(token)),
    )
    .execute();
}

/** Removes what nobody can use any more. */
export async function removeExpiredTokens(db: Kysely<CoreTables>): Promise<void> {
  await db.deleteFrom('refresh_tokens').where('expires_at', '<=', new Date()).execute();
}

/** Refresh tokens: each works once, and a moment longer; a later use ends the whole family (RFC 9700, 4.14.2). */
import { createHash, randomBytes } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { CoreTables } from '../db/tables.ts';
import { refreshRefused } from './errors.ts';

/** Milliseconds: who does not come for a month logs in again. */
const LIFE = 30 * 24 * 60 * 60 * 1000;
/** Milliseconds in which a token may be used again: two tabs of a browser that refresh at once share one. */
const GRACE = 10_000;

/** A random token and the SHA-256 that is kept of it. */
export function newToken(): { token: string; hash: Buffer } {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: tokenHash(token) };
}

export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** What a refresh token stands for: one login of a person. */
export interface Login {
  userId: string;
  /** The organization that it acts in; null for the one that the person joined first. */
  organizationId: string | null;
}

/** The first token of a login. `provedAt` is the moment at which it was known who calls: the whole family ends by it. */
export async function issueRefreshToken(
  db: Kysely<CoreTables>,
  { userId, organizationId }: Login,
  provedAt: Date,
): Promise<string> {
  const { token, hash } = newToken();
  await db
    .insertInto('refresh_tokens')
    .values({
      token_hash: hash,
      family: randomBytes(16).toString('hex'),
      user_id: userId,
      organization_id: organizationId,
      created_at: provedAt,
      expires_at: new Date(Date.now() + LIFE),
    })
    .execute();
  return token;
}

/** The login that a token is of, whether or not it can still be used; null where there is no such token. */
export async function findLogin(db: Kysely<CoreTables>, token: string): Promise<Login | null> {
  const row = await db
    .selectFrom('refresh_tokens')
    .select(['user_id', 'organization_id'])
    .where('token_hash', '=', tokenHash(token))
    .executeTakeFirst();
  return row ? { userId: row.user_id, organizationId: row.organization_id } : null;
}

/**
 * Takes a token for its successor, which acts in the same organization, or in the one that is named. Who comes with the same
 * token within the grace gets a sibling of that successor. Errors: `LS_REFRESH_REFUSED`.
 */
export async function rotateRefreshToken(
  db: Kysely<CoreTables>,
  token: string,
  organizationId: string | null,
): Promise<Login & { token: string }> {
  const now = new Date();
  const next = newToken();
  // One statement: no other use of the token, nor an end of its login, comes between the two.
  const rotated = await db
    .with('used', (query) =>
      query
        .updateTable('refresh_tokens')
        // The grace counts from the first use: siblings do not lengthen it.
        .set({ used_at: sql<Date>`coalesce(used_at, ${now})` })
        .where('token_hash', '=', tokenHash(token))
        .where(({ eb, or }) => or([eb('used_at', 'is', null), eb('used_at', '>', new Date(now.getTime() - GRACE))]))
        .where('expires_at', '>', now)
        .where('created_at', '>=', ({ selectFrom }) =>
          selectFrom('users').select('valid_from').whereRef('users.id', '=', 'refresh_tokens.user_id'),
        )
        .returning(['family', 'user_id', 'organization_id', 'created_at']),
    )
    .insertInto('refresh_tokens')
    .columns(['token_hash', 'family', 'user_id', 'organization_id', 'created_at', 'expires_at'])
    .expression((query) =>
      query
        .selectFrom('used')
        .select(({ val }) => [
          val(next.hash).as('token_hash'),
          'family',
          'user_id',
          sql<string | null>`coalesce(${organizationId}, organization_id)`.as('organization_id'),
          'created_at',
          val(new Date(now.getTime() + LIFE)).as('expires_at'),
        ]),
    )
    .returning(['user_id', 'organization_id'])
    .executeTakeFirst();
  if (!rotated) {
    await endFamily(db, token);
    throw refreshRefused('The refresh token is unknown, expired, or was used before.');
  }
  return { userId: rotated.user_id, organizationId: rotated.organization_id, token: next.token };
}

/** Ends every token that came from the same login as this one. */
export async function endFamily(db: Kysely<CoreTables>, token: string): Promise<void> {
  const login = await db
    .selectFrom('refresh_tokens')
    .select('family')
    .where('token_hash', '=', tokenHash(token))
    .executeTakeFirst();
  if (!login) return;
  // Again until none is left: a refresh that was under way has made one that the first pass did not see.
  let ended = 0n;
  do {
    const result = await db.deleteFrom('refresh_tokens').where('family', '=', login.family).executeTakeFirst();
    ended = result.numDeletedRows;
  } while (ended > 0n);
}

/** Removes what nobody can use any more. */
export async function removeExpiredTokens(db: Kysely<CoreTables>): Promise<void> {
  await db.deleteFrom('refresh_tokens').where('expires_at', '<=', new Date()).execute();
}

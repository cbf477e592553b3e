/** Who a request stands for: its credentials, and what they are worth in the organization at this moment. */
import type { Kysely } from 'kysely';
import type { Caller } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import type { Authenticate } from '../http/index.ts';
import { addressSubject, type Limit } from '../limits/index.ts';
import type { AccessTokens } from './access-tokens.ts';
import { type ApiKeys, isApiKey } from './api-keys.ts';
import type { BrowserSessions } from './browser-sessions.ts';

export interface AuthenticateOptions {
  db: Kysely<CoreTables>;
  accessTokens: AccessTokens;
  browserSessions: BrowserSessions;
  apiKeys: ApiKeys;
  /** How many wrong API keys an address may send. */
  wrongKeys: Limit;
}

/** Twenty wrong keys a minute: a program with an old key tries on, and is told to wait. */
export const WRONG_KEYS = { points: 20, seconds: 60 };

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** An Authorization header counts alone: what a program sends on purpose comes before what a browser adds by itself. */
export function authenticator(options: AuthenticateOptions): Authenticate {
  const { db, accessTokens, browserSessions, apiKeys, wrongKeys } = options;
  return async ({ method, headers, remoteAddress }) => {
    if (headers.authorization === undefined) {
      const caller = await browserSessions.find(headers);
      if (caller !== null && !SAFE_METHODS.has(method)) browserSessions.requireOwnOrigin(headers);
      return caller;
    }
    const [, token] = /^Bearer ([\w.~+/=-]{1,2048})$/i.exec(headers.authorization) ?? [];
    if (token === undefined) return null;
    if (isApiKey(token)) {
      const caller = await apiKeys.find(token);
      // A good key is never refused for the wrong ones of others at its address: nobody guesses 160 bits.
      if (caller === null) await wrongKeys.take(addressSubject(remoteAddress));
      return caller;
    }
    const claims = await accessTokens.verify(token);
    return claims && member(db, claims);
  };
}

/** A person in an organization; null where they are no member of it any more, or have ended all that was issued before. */
export async function member(
  db: Kysely<CoreTables>,
  { userId, organizationId, issuedAt }: { userId: string; organizationId: string; issuedAt: Date },
): Promise<Caller | null> {
  const found = await db
    .selectFrom('members')
    .innerJoin('users', 'users.id', 'members.user_id')
    .select('members.role')
    .where('members.organization_id', '=', organizationId)
    .where('members.user_id', '=', userId)
    .where('users.valid_from', '<=', issuedAt)
    .executeTakeFirst();
  return found ? { userId, organizationId, role: found.role, apiKey: null } : null;
}

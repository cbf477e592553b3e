/** Who a request stands for: its credentials, and what they are worth in the organization at this moment. */
import type { Kysely } from 'kysely';
import type { Caller } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import type { Authenticate } from '../http/index.ts';
import type { AccessClaims, AccessTokens } from './access-tokens.ts';

export interface AuthenticateOptions {
  db: Kysely<CoreTables>;
  accessTokens: AccessTokens;
}

export function authenticator({ db, accessTokens }: AuthenticateOptions): Authenticate {
  return async ({ headers: { authorization = '' } }) => {
    const [, token] = /^Bearer ([\w.~+/=-]{1,2048})$/i.exec(authorization) ?? [];
    const claims = token === undefined ? null : await accessTokens.verify(token);
    return claims && member(db, claims);
  };
}

/** A person in an organization; null where they are no member of it any more. */
async function member(db: Kysely<CoreTables>, { userId, organizationId }: AccessClaims): Promise<Caller | null> {
  const found = await db
    .selectFrom('members')
    .select('role')
    .where('organization_id', '=', organizationId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return found ? { userId, organizationId, role: found.role, apiKey: null } : null;
}

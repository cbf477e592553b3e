/** Access tokens: short-lived signed statements of who calls and where (RFC 9068's type and claims as far as they serve us). */
import { isId } from '../ids.ts';
import type { SignedTokens, TokenPurpose } from './signed-tokens.ts';

/** Seconds. */
export const ACCESS_TOKEN_LIFE = 15 * 60;

const PURPOSE: TokenPurpose = { type: 'at+jwt', audience: 'api' };

/** What a token states. What its bearer may do there is looked up for each request: a role may be lost meanwhile. */
export interface AccessClaims {
  userId: string;
  organizationId: string;
}

export class AccessTokens {
  readonly #tokens: SignedTokens;

  constructor(tokens: SignedTokens) {
    this.#tokens = tokens;
  }

  /** `issuedAt` is the moment at which it was known who calls: what is ended after it ends this token too. */
  async issue({ userId, organizationId }: AccessClaims, issuedAt: Date = new Date()): Promise<string> {
    const claims = { org: organizationId };
    const stated = { subject: userId, claims, expiresIn: ACCESS_TOKEN_LIFE, issuedAt };
    const { token } = await this.#tokens.issue({ ...PURPOSE, ...stated });
    return token;
  }

  /** What the token states; null where it is forged, expired, or no access token. */
  async verify(token: string): Promise<(AccessClaims & { issuedAt: Date }) | null> {
    const verified = await this.#tokens.verify(token, PURPOSE);
    if (verified.verdict !== 'valid') return null;
    const { subject: userId, claims, issuedAt } = verified.content;
    const { org: organizationId } = claims;
    if (userId === null || !isId('usr', userId) || typeof organizationId !== 'string') return null;
    return { userId, organizationId, issuedAt };
  }
}

/** Signed tokens (JWT, RFC 7519) of any purpose: one algorithm, one issuer, a type and an audience each, and never longer than a week. */
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { newId } from '../ids.ts';
import { ALGORITHM, LONGEST_LIFE, type SigningKeys } from './signing-keys.ts';

const ISSUER = 'livestreams';

/** What a token is for. Of two purposes neither takes the other's tokens. */
export interface TokenPurpose {
  /** Goes into the header's `typ` (RFC 8725, 3.11), as `at+jwt`. */
  type: string;
  audience: string;
}

export interface NewSignedToken extends TokenPurpose {
  subject?: string;
  claims?: Record<string, string>;
  /** Seconds, a week at most. */
  expiresIn: number;
  /** Now, where not given: for what a proof of a moment before is answered with. */
  issuedAt?: Date;
}

export interface IssuedToken {
  /** `tok_…`; the claim `jti`. */
  id: string;
  token: string;
  expiresAt: Date;
}

/** What a token that holds states. */
export interface TokenContent {
  id: string;
  subject: string | null;
  /** All claims, the registered ones included. */
  claims: Readonly<Record<string, unknown>>;
  issuedAt: Date;
  expiresAt: Date;
}

export class SignedTokens {
  readonly #keys: SigningKeys;

  constructor(keys: SigningKeys) {
    this.#keys = keys;
  }

  async issue({ type, audience, subject, claims = {}, expiresIn, issuedAt }: NewSignedToken): Promise<IssuedToken> {
    if (expiresIn > LONGEST_LIFE) throw new RangeError('No key is kept for tokens that live so long.');
    const { id: kid, key } = await this.#keys.current();
    const id = newId('tok');
    const now = issuedAt?.getTime() ?? Date.now();
    const expiresAt = new Date((Math.floor(now / 1000) + expiresIn) * 1000);
    const jwt = new SignJWT(claims)
      .setProtectedHeader({ alg: ALGORITHM, typ: type, kid })
      .setJti(id)
      .setIssuer(ISSUER)
      .setAudience(audience)
      // To the millisecond: whoever logs in right after all logins were ended has a token that is newer than the end.
      .setIssuedAt(now / 1000)
      .setExpirationTime(expiresAt);
    if (subject !== undefined) jwt.setSubject(subject);
    return { id, token: await jwt.sign(key), expiresAt };
  }

  /** `invalid` where the token is forged, damaged, or for another purpose; `expired` tells what it was before. */
  async verify(token: string, { type, audience }: TokenPurpose): Promise<TokenVerdict> {
    try {
      const { payload } = await jwtVerify(token, ({ kid }) => this.#key(kid), {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        requiredClaims: ['jti', 'iat', 'exp'],
        typ: type,
        audience,
      });
      return { verdict: 'valid', content: content(payload) };
    } catch (error) {
      if (error instanceof errors.JWTExpired) return { verdict: 'expired', content: content(error.payload) };
      if (error instanceof errors.JOSEError) return { verdict: 'invalid' };
      throw error;
    }
  }

  async #key(kid: string | undefined) {
    const key = kid === undefined ? null : await this.#keys.find(kid);
    if (key === null) throw new errors.JWKSNoMatchingKey();
    return key;
  }
}

export type TokenVerdict = { verdict: 'valid' | 'expired'; content: TokenContent } | { verdict: 'invalid' };

/** The signature holds, so these are the claims that `issue` wrote. */
function content(payload: JWTPayload): TokenContent {
  const { jti, sub, iat, exp } = payload;
  return {
    id: jti!,
    subject: sub ?? null,
    claims: payload,
    issuedAt: new Date(Math.round(iat! * 1000)),
    expiresAt: new Date(exp! * 1000),
  };
}

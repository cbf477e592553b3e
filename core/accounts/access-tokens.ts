/** Access tokens: short-lived signed statements of who calls and where (JWT, RFC 9068's type and claims as far as they serve us). */
import { errors, jwtVerify, SignJWT } from 'jose';
import { isId } from '../ids.ts';

/** Seconds. */
export const ACCESS_TOKEN_LIFE = 15 * 60;

const ALGORITHM = 'HS256';
const TYPE = 'at+jwt';
const ISSUER = 'livestreams';
const AUDIENCE = 'api';

/** What a token states. What the bearer may do there is looked up for each request: a role may be lost meanwhile. */
export interface AccessClaims {
  userId: string;
  organizationId: string;
}

export class AccessTokens {
  readonly #key: Uint8Array;

  /** @param key 32 bytes, used for nothing else, and the same on every server that answers the API. */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  issue({ userId, organizationId }: AccessClaims): Promise<string> {
    return new SignJWT({ org: organizationId })
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
      .setSubject(userId)
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(`${ACCESS_TOKEN_LIFE}s`)
      .sign(this.#key);
  }

  /** What the token states; null where it is forged, expired, or not an access token. */
  async verify(token: string): Promise<AccessClaims | null> {
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: [ALGORITHM],
        typ: TYPE,
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'exp', 'org'],
      });
      const { sub: userId = '', org: organizationId } = payload;
      if (typeof organizationId !== 'string' || !isId('org', organizationId) || !isId('usr', userId)) return null;
      return { userId, organizationId };
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }
}

/** Access tokens: short-lived signed statements of who calls (JWT, RFC 9068's type and claims as far as they serve us). */
import { errors, jwtVerify, SignJWT } from 'jose';
import type { Caller, Role } from '#plugin-api';
import { isId } from '../ids.ts';

/** Seconds. Also how long a lost role may still be used. */
export const ACCESS_TOKEN_LIFE = 15 * 60;

const ALGORITHM = 'HS256';
const TYPE = 'at+jwt';
const ISSUER = 'livestreams';
const AUDIENCE = 'api';
const ROLES: Role[] = ['owner', 'admin', 'creator', 'viewer'];

export class AccessTokens {
  readonly #key: Uint8Array;

  /** @param key 32 bytes, used for nothing else, and the same on every server that answers the API. */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  issue(caller: Caller): Promise<string> {
    return new SignJWT({ org: caller.organizationId, role: caller.role })
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
      .setSubject(caller.userId)
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(`${ACCESS_TOKEN_LIFE}s`)
      .sign(this.#key);
  }

  /** Who the token stands for; null where it is forged, expired, or not an access token. */
  async verify(token: string): Promise<Caller | null> {
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: [ALGORITHM],
        typ: TYPE,
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'exp', 'org', 'role'],
      });
      const { sub: userId = '', org: organizationId, role } = payload;
      if (typeof organizationId !== 'string' || !isId('org', organizationId) || !isId('usr', userId)) return null;
      const known = ROLES.find((name) => name === role);
      return known ? { userId, organizationId, role: known } : null;
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }
}

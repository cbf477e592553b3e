/** Playback tokens: a signed leave to watch one protected stream until a time, checked once and then looked up. */
import { errors, jwtVerify, SignJWT } from 'jose';
import { newId } from '../ids.ts';

/** What a token is worth for a stream. */
export type TokenVerdict = 'valid' | 'expired' | 'invalid';

export interface PlaybackToken {
  id: string;
  token: string;
  expiresAt: Date;
}

/** Verified tokens that are remembered; beyond it the longest known is verified again when it comes. */
const REMEMBERED = 20_000;
/** Only these characters may go into a playlist or be read from a path; far longer than what `issue` makes, and cheap to check. */
const FORM = /^[\w.-]{1,1024}$/;

const ISSUER = 'livestreams';
const AUDIENCE = 'playback';
const TYPE = 'playback+jwt';
const ALGORITHM = 'HS256';

interface Remembered {
  streamId: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** Whether the text could be a token: what is not need not be looked at. */
export function hasTokenForm(text: string): boolean {
  return FORM.test(text);
}

export class PlaybackTokens {
  readonly #key: Uint8Array;
  readonly #remembered = new Map<string, Remembered>();

  /** @param key At least 32 bytes (RFC 7518, 3.2), used for nothing else, and the same on every origin. */
  constructor(key: Uint8Array) {
    if (key.length < 32) throw new TypeError('The key of playback tokens must have at least 32 bytes.');
    this.#key = key;
  }

  /** Signs a token for all of one stream. `expiresIn` is in seconds; `viewerId` is for the issuer's own statistics. */
  async issue(options: { streamId: string; viewerId?: string; expiresIn: number }): Promise<PlaybackToken> {
    const id = newId('tok');
    const expiresAt = Math.floor(Date.now() / 1000) + options.expiresIn;
    const claims = { stream: options.streamId, ...(options.viewerId !== undefined && { sub: options.viewerId }) };
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
      .setJti(id)
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setExpirationTime(expiresAt)
      .sign(this.#key);
    return { id, token, expiresAt: new Date(expiresAt * 1000) };
  }

  /** Whether the token lets its bearer watch the stream now. Answers at once for a token that was valid before. */
  verify(token: string, streamId: string): TokenVerdict | Promise<TokenVerdict> {
    const known = this.#remembered.get(token);
    if (known === undefined) return this.#check(token, streamId);
    if (known.expiresAt <= Date.now()) {
      this.#remembered.delete(token);
      return 'expired';
    }
    return known.streamId === streamId ? 'valid' : 'invalid';
  }

  async #check(token: string, streamId: string): Promise<TokenVerdict> {
    if (!hasTokenForm(token)) return 'invalid';
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        typ: TYPE,
        requiredClaims: ['exp', 'stream'],
      });
      this.#remember(token, { streamId: payload.stream as string, expiresAt: payload.exp! * 1000 });
      return payload.stream === streamId ? 'valid' : 'invalid';
    } catch (error) {
      if (error instanceof errors.JWTExpired) return error.payload.stream === streamId ? 'expired' : 'invalid';
      if (error instanceof errors.JOSEError) return 'invalid';
      throw error;
    }
  }

  #remember(token: string, what: Remembered): void {
    if (this.#remembered.size >= REMEMBERED) {
      const [longestKnown] = this.#remembered.keys();
      if (longestKnown !== undefined) this.#remembered.delete(longestKnown);
    }
    this.#remembered.set(token, what);
  }
}

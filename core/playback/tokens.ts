/** Playback tokens: a signed leave to watch one protected stream or asset until a time, checked once a minute and looked up in between. */
import type { IssuedToken, SignedTokens, TokenPurpose } from '../accounts/index.ts';

/** What a token is worth for a stream or asset. */
export type TokenVerdict = 'valid' | 'expired' | 'revoked' | 'invalid';

/** Verified tokens that are remembered; beyond it the longest known is verified again when it comes. */
const REMEMBERED = 20_000;
/** Milliseconds until a token is verified again: it ends with a signing key that is taken away. */
const TRUSTED_FOR = 60_000;
/** Only these characters may go into a playlist or be read from a path; far longer than what `issue` makes, and cheap to check. */
const FORM = /^[\w.-]{1,1024}$/;

const PURPOSE: TokenPurpose = { type: 'playback+jwt', audience: 'playback' };

interface Remembered {
  id: string;
  /** Of the stream or asset. */
  subjectId: string;
  /** Milliseconds since 1970, at the token's own end at the latest. */
  until: number;
}

/** Whether the text could be a token: what is not need not be looked at. */
export function hasTokenForm(text: string): boolean {
  return FORM.test(text);
}

export interface PlaybackTokensOptions {
  signed: SignedTokens;
  /** Whether the token with this id was revoked; asked at each request. */
  isRevoked(id: string): boolean;
}

export class PlaybackTokens {
  readonly #signed: SignedTokens;
  readonly #isRevoked: (id: string) => boolean;
  readonly #remembered = new Map<string, Remembered>();

  constructor({ signed, isRevoked }: PlaybackTokensOptions) {
    this.#signed = signed;
    this.#isRevoked = isRevoked;
  }

  /** Signs a token for all of one stream or asset. `expiresIn` is in seconds; `viewerId` is the issuer's own name for the viewer. */
  issue(subjectId: string, { viewerId, expiresIn }: { viewerId?: string; expiresIn: number }): Promise<IssuedToken> {
    const claims = { [claimOf(subjectId)]: subjectId };
    return this.#signed.issue({ ...PURPOSE, claims, expiresIn, ...(viewerId !== undefined && { subject: viewerId }) });
  }

  /** Whether the token lets its bearer watch the stream or asset now. Answers at once for a token that was valid before. */
  verify(token: string, subjectId: string): TokenVerdict | Promise<TokenVerdict> {
    const known = this.#remembered.get(token);
    if (known === undefined || known.until <= Date.now()) return this.#check(token, subjectId);
    return this.#judge(known, subjectId);
  }

  async #check(token: string, subjectId: string): Promise<TokenVerdict> {
    this.#remembered.delete(token);
    if (!hasTokenForm(token)) return 'invalid';
    const verified = await this.#signed.verify(token, PURPOSE);
    if (verified.verdict === 'invalid') return 'invalid';
    const { id, claims, expiresAt } = verified.content;
    if (verified.verdict === 'expired') return claims[claimOf(subjectId)] === subjectId ? 'expired' : 'invalid';
    const remembered = {
      id,
      subjectId: String(claims.stream ?? claims.asset),
      until: Math.min(expiresAt.getTime(), Date.now() + TRUSTED_FOR),
    };
    this.#remember(token, remembered);
    return this.#judge(remembered, subjectId);
  }

  #judge({ id, subjectId: own }: Remembered, subjectId: string): TokenVerdict {
    if (own !== subjectId) return 'invalid';
    return this.#isRevoked(id) ? 'revoked' : 'valid';
  }

  #remember(token: string, what: Remembered): void {
    if (this.#remembered.size >= REMEMBERED) {
      const [longestKnown] = this.#remembered.keys();
      if (longestKnown !== undefined) this.#remembered.delete(longestKnown);
    }
    this.#remembered.set(token, what);
  }
}

/** The claim that names what the token is for: others that verify it need not know our ids' prefixes. */
function claimOf(subjectId: string): 'stream' | 'asset' {
  return subjectId.startsWith('ast_') ? 'asset' : 'stream';
}

/** Who may watch: pages of the origins that are allowed, the token of what is protected, and the gates of plugins. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { AuthorizePlayContext } from '#plugin-api';
import type { OwnOrigin } from '../http/own-origin.ts';
import {
  playbackOriginRefused,
  playbackRefused,
  playbackTokenExpired,
  playbackTokenInvalid,
  playbackTokenMissing,
  playbackTokenRevoked,
} from './errors.ts';
import type { PlaybackTokens } from './tokens.ts';

export interface AdmissionOptions {
  tokens: Pick<PlaybackTokens, 'verify'>;
  /** Whether a request is of a page of this server. */
  isOwn: OwnOrigin;
  /** The hook `authorize`, asked at each multivariant playlist. */
  authorize(context: AuthorizePlayContext): Promise<{ refuse: string } | undefined>;
  /** The viewer's address, from the connection's and its `X-Forwarded-For`. */
  clientAddress(peer: string, forwardedFor: string | undefined): string;
}

export class Admission {
  readonly #options: AdmissionOptions;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /**
   * Refuses pages of other sites than these, where there are any. It keeps a stream from being shown elsewhere, not from being
   * watched: a program may name any origin, or none, and is let in. What only some may watch is protected by tokens.
   */
  page({ headers }: IncomingMessage, allowedOrigins: readonly string[]): void {
    if (allowedOrigins.length === 0) return;
    const origin = pageOrigin(headers);
    if (origin === null || allowedOrigins.includes(origin) || this.#options.isOwn({ ...headers, origin })) return;
    throw playbackOriginRefused(`Pages of ${origin} may not show it.`);
  }

  /** Answers the token once it is known to be valid for the stream or asset with this id. */
  async token(subjectId: string, token: string | null): Promise<string> {
    if (token === null) throw playbackTokenMissing('The address has no token.');
    const known = this.#options.tokens.verify(token, subjectId);
    const verdict = known instanceof Promise ? await known : known;
    if (verdict === 'expired') throw playbackTokenExpired('The token was valid once.');
    if (verdict === 'revoked') throw playbackTokenRevoked('The token was good until it was revoked.');
    if (verdict === 'invalid') throw playbackTokenInvalid('The token is damaged, foreign, or for something else.');
    return token;
  }

  /** Asks the gates. Throws `LS_PLAYBACK_REFUSED` with the reason of the one that refuses. */
  async authorize(req: IncomingMessage, what: Pick<AuthorizePlayContext, 'stream' | 'asset'>): Promise<void> {
    const forwardedFor = req.headers['x-forwarded-for'];
    const remoteAddress = this.#options.clientAddress(
      req.socket.remoteAddress ?? '',
      Array.isArray(forwardedFor) ? forwardedFor.join(',') : forwardedFor,
    );
    const refusal = await this.#options.authorize({ action: 'play', ...what, remoteAddress });
    if (refusal !== undefined) throw playbackRefused(refusal.refuse);
  }
}

/** The origin of the page that a request is of; null where it names none, as players that are no page do. */
function pageOrigin({ origin, referer }: IncomingHttpHeaders): string | null {
  if (origin !== undefined) return origin;
  return referer !== undefined && URL.canParse(referer) ? new URL(referer).origin : null;
}

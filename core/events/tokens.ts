/** Tokens that open the stream of events from a page, where EventSource can send no header: in the address, so good for a minute only. */
import type { Kysely } from 'kysely';
import type { Caller } from '#plugin-api';
import { type ApiKeys, member, type SignedTokens, type TokenPurpose } from '../accounts/index.ts';
import type { CoreTables } from '../db/tables.ts';

/** Seconds in which a connection can be opened with it. */
export const EVENT_TOKEN_LIFE = 60;
/** Milliseconds that a connection lasts which was opened so: as long as an access token. */
const LONGEST = 15 * 60 * 1000;

const PURPOSE: TokenPurpose = { type: 'sse+jwt', audience: 'events' };

export interface EventTokensOptions {
  db: Kysely<CoreTables>;
  tokens: SignedTokens;
  apiKeys: ApiKeys;
}

/** Who opened a connection, and whether that still holds. */
export interface Admission {
  caller: Caller;
  isAdmitted(): Promise<boolean>;
}

export class EventTokens {
  readonly #options: EventTokensOptions;

  constructor(options: EventTokensOptions) {
    this.#options = options;
  }

  /** A token that stands for the caller, who must be known. */
  async issue({ userId, organizationId, apiKey }: Caller): Promise<string> {
    const claims = { org: organizationId, ...(apiKey ? { key: apiKey.id } : {}) };
    const expiresIn = EVENT_TOKEN_LIFE;
    const subject = userId === null ? {} : { subject: userId };
    return (await this.#options.tokens.issue({ ...PURPOSE, ...subject, claims, expiresIn })).token;
  }

  /** Null where the token is forged, expired or for something else, or its bearer has lost what it was given for. */
  async admit(token: string): Promise<Admission | null> {
    const verified = await this.#options.tokens.verify(token, PURPOSE);
    if (verified.verdict !== 'valid') return null;
    const { subject: userId, claims, issuedAt } = verified.content;
    const { org: organizationId, key } = claims;
    if (typeof organizationId !== 'string') return null;
    const find = async (): Promise<Caller | null> => {
      if (typeof key === 'string') return this.#options.apiKeys.findById(organizationId, key);
      return userId === null ? null : member(this.#options.db, { userId, organizationId, issuedAt });
    };
    const caller = await find();
    const end = Date.now() + LONGEST;
    return caller && { caller, isAdmitted: async () => Date.now() < end && (await find()) !== null };
  }
}

/** The playback tokens that an organization has issued: a row for each, without the token, so that it can be listed and revoked. */
import type { Kysely, Selectable } from 'kysely';
import type { IssuedToken } from '../accounts/index.ts';
import { assetNotFound } from '../assets/errors.ts';
import type { CoreTables } from '../db/tables.ts';
import { withTransaction } from '../db/transaction.ts';
import { streamNotFound } from '../streams/errors.ts';
import { playbackTokenNotFound } from './errors.ts';
import type { Revocations } from './revocations.ts';
import type { PlaybackTokens } from './tokens.ts';

/** Milliseconds between two removals of what has expired. */
const SWEEP_EACH = 60 * 60 * 1000;

/** What a token is for. */
export type TokenSubject = { streamId: string } | { assetId: string };
export type IssuedRow = Selectable<CoreTables['playback_tokens']>;

export interface IssuedTokensOptions {
  db: Kysely<CoreTables>;
  tokens: PlaybackTokens;
  revocations: Revocations;
}

/** All of it is within one organization: a stream, asset or token of another one is not found. */
export class IssuedTokens {
  readonly #db: Kysely<CoreTables>;
  readonly #tokens: PlaybackTokens;
  readonly #revocations: Revocations;
  #sweptAt = 0;

  constructor({ db, tokens, revocations }: IssuedTokensOptions) {
    this.#db = db;
    this.#tokens = tokens;
    this.#revocations = revocations;
  }

  /** `expiresIn` is in seconds. Errors: `LS_STREAM_NOT_FOUND`, `LS_ASSET_NOT_FOUND`. */
  async issue(
    organizationId: string,
    subject: TokenSubject,
    options: { viewerId?: string; expiresIn: number },
  ): Promise<IssuedToken> {
    await this.#sweep();
    return withTransaction(this.#db, async (transaction) => {
      // Held, so that it is still there when the row refers to it.
      await requireSubject(transaction, organizationId, subject, { lock: true });
      const columns = columnsOf(subject);
      const issued = await this.#tokens.issue((columns.stream_id ?? columns.asset_id)!, options);
      await transaction
        .insertInto('playback_tokens')
        .values({
          id: issued.id,
          organization_id: organizationId,
          viewer_id: options.viewerId ?? null,
          expires_at: issued.expiresAt,
          ...columns,
        })
        .execute();
      return issued;
    });
  }

  /**
   * Those that have not expired, newest first; `after` is the id that the page before ended with.
   * Errors: `LS_STREAM_NOT_FOUND`, `LS_ASSET_NOT_FOUND`.
   */
  async list(
    organizationId: string,
    subject: TokenSubject,
    page: { limit: number; after: string | undefined },
  ): Promise<IssuedRow[]> {
    await requireSubject(this.#db, organizationId, subject);
    const { stream_id, asset_id } = columnsOf(subject);
    let rows = this.#db
      .selectFrom('playback_tokens')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .where('expires_at', '>', new Date());
    rows = stream_id === null ? rows.where('asset_id', '=', asset_id) : rows.where('stream_id', '=', stream_id);
    if (page.after !== undefined) rows = rows.where('id', '<', page.after);
    return rows.orderBy('id', 'desc').limit(page.limit).execute();
  }

  /** Ends a token: here at once, in other processes within 5 s. Errors: `LS_PLAYBACK_TOKEN_NOT_FOUND`. */
  async revoke(organizationId: string, id: string): Promise<void> {
    const revoked = await this.#db
      .updateTable('playback_tokens')
      .set(({ fn, ref }) => ({ revoked_at: fn.coalesce(ref('revoked_at'), fn<Date>('now')) }))
      .where('id', '=', id)
      .where('organization_id', '=', organizationId)
      .returning('expires_at')
      .executeTakeFirst();
    if (!revoked) throw playbackTokenNotFound(`There is no playback token ${id}.`);
    this.#revocations.add(id, revoked.expires_at);
  }

  async #sweep(): Promise<void> {
    if (Date.now() - this.#sweptAt < SWEEP_EACH) return;
    this.#sweptAt = Date.now();
    // Not to the second: other servers' clocks may be a little behind, and the tokens still good there.
    const longSince = new Date(Date.now() - SWEEP_EACH);
    await this.#db.deleteFrom('playback_tokens').where('expires_at', '<', longSince).execute();
  }
}

async function requireSubject(
  db: Kysely<CoreTables>,
  organizationId: string,
  subject: TokenSubject,
  options: { lock?: boolean } = {},
): Promise<void> {
  const [table, id] =
    'streamId' in subject ? (['streams', subject.streamId] as const) : (['assets', subject.assetId] as const);
  let query = db.selectFrom(table).select('id').where('id', '=', id).where('organization_id', '=', organizationId);
  if (options.lock) query = query.forKeyShare();
  if (await query.executeTakeFirst()) return;
  throw table === 'streams' ? streamNotFound(`There is no stream ${id}.`) : assetNotFound(`There is no asset ${id}.`);
}

function columnsOf(subject: TokenSubject): { stream_id: string | null; asset_id: string | null } {
  return 'streamId' in subject
    ? { stream_id: subject.streamId, asset_id: null }
    : { stream_id: null, asset_id: subject.assetId };
}

/** Sessions of browsers: a random token in a cookie that no script can read, and a row that says whose it is. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Kysely } from 'kysely';
import type { Caller } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import { type OwnOrigin, ownOrigin } from '../http/own-origin.ts';
import { originRefused } from './errors.ts';
import { newToken, tokenHash } from './refresh-tokens.ts';

const COOKIE = 'livestreams_session';

/** Milliseconds without a request after which a session is over. */
const LIFE = 30 * 24 * 60 * 60 * 1000;
/** Milliseconds in which the use of a session is written down once. */
const NOTED_EACH = 10 * 60 * 1000;
/** Seconds: as long as browsers keep a cookie at most. When a session is over, its row says. */
const COOKIE_LIFE = 400 * 24 * 60 * 60;

export class BrowserSessions {
  readonly #db: Kysely<CoreTables>;
  readonly #isOwn: OwnOrigin;
  readonly #cookie: string;
  readonly #inHeader: RegExp;
  readonly #attributes: string;

  constructor({ db, publicUrl }: { db: Kysely<CoreTables>; publicUrl: string }) {
    this.#db = db;
    this.#isOwn = ownOrigin(publicUrl);
    const isSecure = publicUrl.startsWith('https:');
    // With the prefix no other host of the domain can plant one here, as of the session of somebody else (RFC 6265bis, 4.1.3.2).
    this.#cookie = isSecure ? `__Host-${COOKIE}` : COOKIE;
    this.#inHeader = new RegExp(`(?:^|; *)${this.#cookie}=([\\w-]{43})(?:;|$)`);
    // Strict, for no page of ours is drawn by the server for whoever is signed in: a link from elsewhere works all the same.
    this.#attributes = `Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
  }

  /**
   * Makes a session in this organization; answers the `Set-Cookie` that hands it to the browser. `provedAt` is the moment at
   * which it was known who calls: what is ended after it ends this session too.
   */
  async begin(userId: string, organizationId: string, provedAt: Date = new Date()): Promise<string> {
    const { token, hash } = newToken();
    await this.#db.deleteFrom('browser_sessions').where('expires_at', '<=', new Date()).execute();
    const now = Date.now();
    const times = { created_at: provedAt, last_used_at: new Date(now), expires_at: new Date(now + LIFE) };
    await this.#db
      .insertInto('browser_sessions')
      .values({ token_hash: hash, user_id: userId, organization_id: organizationId, ...times })
      .execute();
    return `${this.#cookie}=${token}; Max-Age=${COOKIE_LIFE}; ${this.#attributes}`;
  }

  /** Who the cookie stands for, with the role of this moment; null where for nobody, or nobody any more. */
  async find({ cookie }: IncomingHttpHeaders): Promise<Caller | null> {
    const hash = this.#hashOf(cookie);
    if (hash === null) return null;
    const found = await this.#db
      .selectFrom('browser_sessions as session')
      .innerJoin('users', 'users.id', 'session.user_id')
      .innerJoin('members', (join) =>
        join
          .onRef('members.organization_id', '=', 'session.organization_id')
          .onRef('members.user_id', '=', 'session.user_id'),
      )
      .select(['session.user_id', 'session.organization_id', 'session.last_used_at', 'members.role'])
      .where('session.token_hash', '=', hash)
      .where('session.expires_at', '>', new Date())
      .whereRef('session.created_at', '>=', 'users.valid_from')
      .executeTakeFirst();
    if (!found) return null;
    if (Date.now() - found.last_used_at.getTime() > NOTED_EACH) await this.#extend(hash);
    const { user_id: userId, organization_id: organizationId, role } = found;
    return { userId, organizationId, role, apiKey: null };
  }

  /** Errors: `LS_ORIGIN_REFUSED` where the request does not come from a page of this server. */
  requireOwnOrigin(headers: IncomingHttpHeaders): void {
    if (this.#isOwn(headers)) return;
    throw originRefused(
      headers.origin === undefined ? 'The request names no origin.' : 'The request is of another origin.',
    );
  }

  /** Lets the session act in another organization, of which its person must be a member. Answers whether there is such a session. */
  async enter({ cookie }: IncomingHttpHeaders, organizationId: string): Promise<boolean> {
    const hash = this.#hashOf(cookie);
    if (hash === null) return false;
    const { numUpdatedRows } = await this.#db
      .updateTable('browser_sessions')
      .set({ organization_id: organizationId })
      .where('token_hash', '=', hash)
      .where('user_id', 'in', (query) =>
        query.selectFrom('members').select('user_id').where('organization_id', '=', organizationId),
      )
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  /** Ends the session; answers the `Set-Cookie` that takes it from the browser. Null where the request has none. */
  async end({ cookie }: IncomingHttpHeaders): Promise<string | null> {
    const hash = this.#hashOf(cookie);
    if (hash === null) return null;
    await this.#db.deleteFrom('browser_sessions').where('token_hash', '=', hash).execute();
    return `${this.#cookie}=; Max-Age=0; ${this.#attributes}`;
  }

  async #extend(hash: Buffer): Promise<void> {
    await this.#db
      .updateTable('browser_sessions')
      .set({ last_used_at: new Date(), expires_at: new Date(Date.now() + LIFE) })
      .where('token_hash', '=', hash)
      .execute();
  }

  /** Of the token in a Cookie header; null where there is none. */
  #hashOf(cookie: string | undefined): Buffer | null {
    const token = this.#inHeader.exec(cookie ?? '')?.[1];
    return token === undefined ? null : tokenHash(token);
  }
}

/** Accounts: the first owner, logging in, and who a token stands for. */
import { type Kysely, sql } from 'kysely';
import type { Role } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import { withTransaction } from '../db/transaction.ts';
import { newId } from '../ids.ts';
import { FailureThrottle } from '../sessions/throttle.ts';
import { ACCESS_TOKEN_LIFE, type AccessTokens } from './access-tokens.ts';
import { loginFailed, loginThrottled, refreshRefused, setupRefused } from './errors.ts';
import { Passwords } from './passwords.ts';
import {
  endFamily,
  issueRefreshToken,
  newToken,
  removeExpiredTokens,
  rotateRefreshToken,
  tokenHash,
} from './refresh-tokens.ts';

const SETUP_LINK_LIFE = 24 * 60 * 60 * 1000;

export interface Profile {
  user: { id: string; email: string; name: string };
  organizations: { id: string; name: string; role: Role }[];
}

/** Who has just proved who they are, and the organization that they act in. */
export interface SignedIn {
  userId: string;
  organizationId: string;
  profile: Profile;
}

export interface Grant extends Profile {
  /** The organization that the tokens act in. */
  organization_id: string;
  access_token: string;
  refresh_token: string;
  /** Seconds that the access token lives. */
  expires_in: number;
}

export interface AccountsOptions {
  db: Kysely<CoreTables>;
  accessTokens: AccessTokens;
  /** Without a slash at its end. */
  publicUrl: string;
}

interface NewOwner {
  email: string;
  password: string;
  name: string;
}

export class Accounts {
  readonly #db: Kysely<CoreTables>;
  readonly #publicUrl: string;
  readonly #accessTokens: AccessTokens;
  readonly #passwords = new Passwords();
  readonly #tries = new FailureThrottle();

  constructor({ db, accessTokens, publicUrl }: AccountsOptions) {
    this.#db = db;
    this.#publicUrl = publicUrl;
    this.#accessTokens = accessTokens;
  }

  /** Makes the first owner; does nothing where there is an account already. */
  async ensureOwner(owner: { email: string; password: string }): Promise<void> {
    if (await hasUser(this.#db)) return;
    const passwordHash = await this.#passwords.hash(owner.password);
    await withTransaction(this.#db, async (transaction) => {
      await lockFirstOwner(transaction);
      if (await hasUser(transaction)) return;
      await insertOwner(transaction, { ...owner, name: owner.email.split('@')[0]! }, passwordHash);
    });
  }

  /** A new one-time link that makes the first owner, good for 24 hours; the ones before end. Null where there is an account. */
  setupLink(): Promise<string | null> {
    return withTransaction(this.#db, async (transaction) => {
      await lockFirstOwner(transaction);
      if (await hasUser(transaction)) return null;
      const { token, hash } = newToken();
      await transaction.deleteFrom('setup_links').execute();
      const expires = new Date(Date.now() + SETUP_LINK_LIFE);
      await transaction.insertInto('setup_links').values({ token_hash: hash, expires_at: expires }).execute();
      return `${this.#publicUrl}/setup?token=${token}`;
    });
  }

  /** Makes the first owner by the link's token. Errors: `LS_SETUP_REFUSED`. */
  async setup(token: string, owner: NewOwner): Promise<SignedIn> {
    // Looked at first, so that nobody without a link can make the server hash passwords.
    const found = await this.#db
      .selectFrom('setup_links')
      .select('expires_at')
      .where('token_hash', '=', tokenHash(token))
      .where('expires_at', '>', new Date())
      .executeTakeFirst();
    if (!found) throw setupRefused('The link is unknown, used, or older than 24 hours.');
    const passwordHash = await this.#passwords.hash(owner.password);
    const userId = await withTransaction(this.#db, async (transaction) => {
      await lockFirstOwner(transaction);
      const links = await transaction.deleteFrom('setup_links').returning('token_hash').execute();
      const stillThere = links.some((link) => link.token_hash.equals(tokenHash(token)));
      if (!stillThere || (await hasUser(transaction))) throw setupRefused('The link was used already.');
      return insertOwner(transaction, owner, passwordHash);
    });
    return this.#signedIn(userId);
  }

  /** Errors: `LS_LOGIN_FAILED`, `LS_LOGIN_THROTTLED` after ten tries a minute of one address on one account. */
  async login(credentials: { email: string; password: string }, remoteAddress: string): Promise<SignedIn> {
    const email = credentials.email.toLowerCase();
    const subject = `${remoteAddress} ${email}`;
    const wait = this.#tries.wait(subject);
    if (wait > 0) throw loginThrottled(`Too many tries; the next one counts in ${wait} s.`, { retry_after: wait });
    // Counted before the password is looked at: tries made all at once must not pass together.
    this.#tries.fail(subject);
    const user = await this.#db
      .selectFrom('users')
      .select(['id', 'password_hash'])
      .where(sql<string>`lower(email)`, '=', email)
      .executeTakeFirst();
    const matches = await this.#passwords.verify(user?.password_hash ?? null, credentials.password);
    if (!matches || !user) throw loginFailed('The e-mail address or the password is wrong.');
    await removeExpiredTokens(this.#db);
    return this.#signedIn(user.id);
  }

  /** The tokens of a program that acts for somebody. A browser gets a session instead. */
  async grant(signedIn: SignedIn): Promise<Grant> {
    return this.#grant(signedIn, await issueRefreshToken(this.#db, signedIn.userId));
  }

  /** Errors: `LS_REFRESH_REFUSED`. */
  async refresh(refreshToken: string): Promise<Grant> {
    const { userId, token } = await rotateRefreshToken(this.#db, refreshToken);
    return this.#grant(await this.#signedIn(userId), token);
  }

  /** Ends the login that the token came from. An unknown token is no error: it is logged out already. */
  async logout(refreshToken: string): Promise<void> {
    await endFamily(this.#db, refreshToken);
  }

  /** Null where the account is gone or in no organization. */
  async profile(userId: string): Promise<Profile | null> {
    const user = await this.#db
      .selectFrom('users')
      .select(['id', 'email', 'name'])
      .where('id', '=', userId)
      .executeTakeFirst();
    const organizations = await this.#db
      .selectFrom('members')
      .innerJoin('organizations', 'organizations.id', 'members.organization_id')
      .select(['organizations.id', 'organizations.name', 'members.role'])
      .where('members.user_id', '=', userId)
      .orderBy('members.created_at')
      .execute();
    return user && organizations.length > 0 ? { user, organizations } : null;
  }

  /** A caller acts in the organization that the user joined first. */
  async #signedIn(userId: string): Promise<SignedIn> {
    const profile = await this.profile(userId);
    const [organization] = profile?.organizations ?? [];
    if (!profile || !organization) throw refreshRefused('The account is in no organization any more.');
    return { userId, organizationId: organization.id, profile };
  }

  async #grant({ profile, ...claims }: SignedIn, refreshToken: string): Promise<Grant> {
    const accessToken = await this.#accessTokens.issue(claims);
    return {
      access_token: accessToken,
      refresh_token: refreshToken,
      expires_in: ACCESS_TOKEN_LIFE,
      organization_id: claims.organizationId,
      ...profile,
    };
  }
}

async function hasUser(db: Kysely<CoreTables>): Promise<boolean> {
  return (await db.selectFrom('users').select('id').limit(1).executeTakeFirst()) !== undefined;
}

/** Of several that would make the first owner at once, one after the other. */
async function lockFirstOwner(transaction: Kysely<CoreTables>): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtext('livestreams first owner'))`.execute(transaction);
}

async function insertOwner(db: Kysely<CoreTables>, owner: NewOwner, passwordHash: string): Promise<string> {
  const userId = newId('usr');
  const { email, name } = owner;
  await db.insertInto('users').values({ id: userId, email, name, password_hash: passwordHash }).execute();
  // A demo that ran before the set-up has made one, with its stream in it.
  const known = await db.selectFrom('organizations').select('id').orderBy('id').executeTakeFirst();
  const organizationId = known?.id ?? newId('org');
  if (!known) await db.insertInto('organizations').values({ id: organizationId, name }).execute();
  await db.insertInto('members').values({ organization_id: organizationId, user_id: userId, role: 'owner' }).execute();
  return userId;
}

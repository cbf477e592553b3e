/** Accounts: the first owner, logging in, and who a token stands for. */
import type { Kysely } from 'kysely';
import type { Role } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import { withTransaction } from '../db/transaction.ts';
import { ACCESS_TOKEN_LIFE, type AccessTokens } from './access-tokens.ts';
import { endLogins, setPassword } from './end-logins.ts';
import { loginFailed, noOrganization, organizationNotFound, passwordWrong, setupRefused } from './errors.ts';
import { findByEmail, hasUser, insertOwner, lockFirstOwner, type NewOwner } from './owners.ts';
import { Passwords } from './passwords.ts';
import {
  endFamily,
  findLogin,
  issueRefreshToken,
  newToken,
  removeExpiredTokens,
  rotateRefreshToken,
  tokenHash,
} from './refresh-tokens.ts';

const SETUP_LINK_LIFE = 24 * 60 * 60 * 1000;

const OTHER_PASSWORD = 'The current password is another one.';

export interface Profile {
  user: { id: string; email: string; name: string };
  organizations: { id: string; name: string; role: Role }[];
}

/** Who has just proved who they are, and the organization that they act in. */
export interface SignedIn {
  userId: string;
  organizationId: string;
  /** The moment of the proof: what ends their logins after it ends this one too, whenever it is written down. */
  provedAt: Date;
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

export class Accounts {
  /** One queue for all that is hashed. */
  readonly passwords: Passwords = new Passwords();
  readonly #db: Kysely<CoreTables>;
  readonly #publicUrl: string;
  readonly #accessTokens: AccessTokens;

  constructor({ db, accessTokens, publicUrl }: AccountsOptions) {
    this.#db = db;
    this.#publicUrl = publicUrl;
    this.#accessTokens = accessTokens;
  }

  /** Makes the first owner; does nothing where there is an account already. */
  async ensureOwner(owner: { email: string; password: string }): Promise<void> {
    if (await hasUser(this.#db)) return;
    const passwordHash = await this.passwords.hash(owner.password);
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
    const passwordHash = await this.passwords.hash(owner.password);
    const userId = await withTransaction(this.#db, async (transaction) => {
      await lockFirstOwner(transaction);
      const links = await transaction.deleteFrom('setup_links').returning('token_hash').execute();
      const stillThere = links.some((link) => link.token_hash.equals(tokenHash(token)));
      if (!stillThere || (await hasUser(transaction))) throw setupRefused('The link was used already.');
      return insertOwner(transaction, owner, passwordHash);
    });
    return this.signIn(userId, null, new Date());
  }

  /** Errors: `LS_LOGIN_FAILED`, `LS_NO_ORGANIZATION`. */
  async login({ email, password }: { email: string; password: string }): Promise<SignedIn> {
    // Before the password is looked up: who changes it meanwhile ends this login too.
    const provedAt = new Date();
    const user = await findByEmail(this.#db, email);
    const matches = await this.passwords.verify(user?.password_hash ?? null, password);
    if (!matches || !user) throw loginFailed('The e-mail address or the password is wrong.');
    await removeExpiredTokens(this.#db);
    return this.signIn(user.id, null, provedAt);
  }

  /** The tokens of a program that acts for somebody. A browser gets a session instead. */
  async grant(signedIn: SignedIn): Promise<Grant> {
    return this.#grant(signedIn, await issueRefreshToken(this.#db, signedIn, signedIn.provedAt));
  }

  /** Whose login the token is of; null for none. For limits: it says nothing of whether the token can be used. */
  async refreshes(refreshToken: string): Promise<string | null> {
    return (await findLogin(this.#db, refreshToken))?.userId ?? null;
  }

  /**
   * Goes on with a login, in another organization of the person where one is named, and never in one that they did not choose.
   * Errors: `LS_REFRESH_REFUSED`, `LS_ORGANIZATION_NOT_FOUND`, `LS_NO_ORGANIZATION`.
   */
  async refresh(refreshToken: string, organizationId: string | null): Promise<Grant> {
    const provedAt = new Date();
    // Before the token is used up.
    const found = await findLogin(this.#db, refreshToken);
    const wanted = organizationId ?? found?.organizationId ?? null;
    if (found && wanted !== null) await this.enter(found.userId, wanted);
    const { token, ...login } = await rotateRefreshToken(this.#db, refreshToken, organizationId);
    return this.#grant(await this.signIn(login.userId, login.organizationId, provedAt), token);
  }

  /** The profile of somebody who wants to act in an organization of theirs. Errors: `LS_ORGANIZATION_NOT_FOUND`. */
  async enter(userId: string, organizationId: string): Promise<Profile> {
    const profile = await this.profile(userId);
    if (!profile?.organizations.some(({ id }) => id === organizationId)) {
      throw organizationNotFound(`You are a member of no organization ${organizationId}.`);
    }
    return profile;
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
      .orderBy('organizations.id')
      .execute();
    return user && organizations.length > 0 ? { user, organizations } : null;
  }

  /** The same, with another name. Null where the account is gone. */
  async rename(userId: string, name: string): Promise<Profile | null> {
    await this.#db.updateTable('users').set({ name }).where('id', '=', userId).execute();
    return this.profile(userId);
  }

  /** Changes the password and ends every login; what it answers begins a new one. Errors: `LS_PASSWORD_WRONG`. */
  async changePassword(
    caller: { userId: string; organizationId: string },
    { current, next }: { current: string; next: string },
  ): Promise<SignedIn> {
    const { userId } = caller;
    const known = await findPasswordHash(this.#db, userId);
    if (!(await this.passwords.verify(known, current))) throw passwordWrong(OTHER_PASSWORD);
    const passwordHash = await this.passwords.hash(next);
    const provedAt = await withTransaction(this.#db, async (transaction) => {
      // Whoever runs the server may have set another meanwhile, to keep out who knows this one.
      if ((await findPasswordHash(transaction, userId, { lock: true })) !== known) throw passwordWrong(OTHER_PASSWORD);
      return setPassword(transaction, userId, passwordHash);
    });
    return this.signIn(userId, caller.organizationId, provedAt);
  }

  /** Ends every login of a person, also the one that asks for it. */
  async logoutEverywhere(userId: string): Promise<void> {
    await withTransaction(this.#db, (transaction) => endLogins(transaction, userId));
  }

  /**
   * Somebody who was known at that moment, in the organization that is named, or in the one that they joined first.
   * Errors: `LS_NO_ORGANIZATION`, `LS_ORGANIZATION_NOT_FOUND`.
   */
  async signIn(userId: string, organizationId: string | null, provedAt: Date): Promise<SignedIn> {
    const profile = organizationId === null ? await this.profile(userId) : await this.enter(userId, organizationId);
    const [first] = profile?.organizations ?? [];
    if (!profile || !first) throw noOrganization('Nobody acts without an organization.');
    return { userId, organizationId: organizationId ?? first.id, provedAt, profile };
  }

  async #grant({ profile, provedAt, ...claims }: SignedIn, refreshToken: string): Promise<Grant> {
    return {
      access_token: await this.#accessTokens.issue(claims, provedAt),
      refresh_token: refreshToken,
      expires_in: ACCESS_TOKEN_LIFE,
      organization_id: claims.organizationId,
      ...profile,
    };
  }
}

/** Null where the account is gone. With `lock` it stays as it is until the transaction ends. */
async function findPasswordHash(
  db: Kysely<CoreTables>,
  userId: string,
  options: { lock?: boolean } = {},
): Promise<string | null> {
  let query = db.selectFrom('users').select('password_hash').where('id', '=', userId);
  if (options.lock) query = query.forUpdate();
  return (await query.executeTakeFirst())?.password_hash ?? null;
}

/** Accounts over real HTTP and Postgres: the first owner, tokens and their rotation, and those who guess. */
import { readFile, stat } from 'node:fs/promises';
import { expect } from 'chai';
import type { TestDatabase } from '../../test/support/database.ts';
import { temporaryFolder } from '../../test/support/folder.ts';
import { newId } from '../ids.ts';
import { loadSecret } from '../secrets.ts';
import type { Accounts, Grant, SignedTokens } from './index.ts';
import { TestAccounts } from './test-accounts.ts';

const owner = { email: 'Ada@Example.org', password: 'correct horse', name: 'Ada' };

describe('accounts', () => {
  let bed: TestAccounts;
  let database: TestDatabase;
  let tokens: SignedTokens;
  let accounts: Accounts;
  let url: string;

  beforeEach(async () => {
    bed = await TestAccounts.start();
    ({ database, tokens, accounts } = bed);
    url = `${bed.url}/v1`;
  });
  afterEach(() => bed.stop());

  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const grant = async (response: Response, status = 200): Promise<Grant> => {
    expect(response.status).to.equal(status);
    return (await response.json()) as Grant;
  };
  const me = (token: string) => fetch(`${url}/me`, { headers: { authorization: `Bearer ${token}` } });
  const setupToken = async () => new URL((await accounts.setupLink())!).searchParams.get('token')!;

  it('makes the first owner by a link that works once', async () => {
    const token = await setupToken();
    const stored = await database.pool.query('SELECT * FROM setup_links');
    expect(JSON.stringify(stored.rows)).not.to.contain(token);
    const made = await grant(await post('/auth/setup', { token, ...owner }), 201);
    expect(made.user).to.include({ email: owner.email, name: 'Ada' });
    expect(made.organizations[0]?.role).to.equal('owner');
    expect((await me(made.access_token)).status).to.equal(200);
    expect((await post('/auth/setup', { token, ...owner })).status).to.equal(403);
    expect(await accounts.setupLink()).to.equal(null);
  });

  it('makes one owner only, though two use the link at once', async () => {
    const token = await setupToken();
    const answers = await Promise.all(
      [1, 2, 3].map((n) => post('/auth/setup', { token, ...owner, email: `a${n}@b.example` })),
    );
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, 403, 403]);
  });

  it('ends older links with each new one, and all after a day', async () => {
    const first = await setupToken();
    const second = await setupToken();
    expect((await post('/auth/setup', { token: first, ...owner })).status).to.equal(403);
    await database.pool.query("UPDATE setup_links SET expires_at = now() - interval '1 s'");
    expect((await post('/auth/setup', { token: second, ...owner })).status).to.equal(403);
  });

  it('makes the owner of the environment once', async () => {
    await accounts.ensureOwner(owner);
    await accounts.ensureOwner({ email: 'eve@example.org', password: 'another one' });
    expect((await database.pool.query('SELECT email FROM users')).rows).to.deep.equal([{ email: owner.email }]);
    await grant(await post('/auth/login', { email: 'ada@example.ORG', password: owner.password }));
  });

  it('answers a wrong password and an unknown account alike', async () => {
    await accounts.ensureOwner(owner);
    const wrong = await post('/auth/login', { email: owner.email, password: 'x' });
    const unknown = await post('/auth/login', { email: 'eve@example.org', password: 'x' });
    const comparable = async (response: Response) => {
      const { request_id: _, ...rest } = (await response.json()) as Record<string, unknown>;
      return { status: response.status, ...rest };
    };
    expect(await comparable(wrong))
      .to.deep.equal(await comparable(unknown))
      .and.to.include({ code: 'LS_LOGIN_FAILED' });
  });

  it('slows those who guess, and nobody else', async () => {
    await accounts.ensureOwner(owner);
    const guess = () =>
      post('/auth/login', { email: owner.email, password: 'x' }, { 'x-forwarded-for': '203.0.113.5' });
    const answers = await Promise.all(Array.from({ length: 14 }, guess));
    const limited = answers.filter(({ status }) => status === 429);
    expect(limited).to.have.length(4);
    const wait = limited[0]?.headers.get('retry-after');
    expect(Number(wait)).to.be.within(1, 60);
    expect(limited[0]?.headers.get('ratelimit-policy')).to.equal('"login";q=10;w=60');
    expect(limited[0]?.headers.get('ratelimit')).to.equal(`"login";r=0;t=${wait}`);
    expect(await limited[0]?.text()).to.contain('LS_RATE_LIMITED');
    await grant(await post('/auth/login', credentials(), { 'x-forwarded-for': '203.0.113.6' }));
  });

  it('tells on each answer what remains, and counts no login that succeeds', async () => {
    await accounts.ensureOwner(owner);
    const remaining = async (password: string) => {
      const { headers } = await post('/auth/login', { email: owner.email, password });
      return headers.get('ratelimit')?.match(/r=\d+/g);
    };
    for (let i = 0; i < 12; i++) expect(await remaining(owner.password)).to.deep.equal(['r=100', 'r=10', 'r=100']);
    expect(await remaining('wrong')).to.deep.equal(['r=99', 'r=9', 'r=99']);
    const { refresh_token } = await grant(await post('/auth/login', credentials()));
    const { headers } = await post('/auth/refresh', { refresh_token });
    expect(headers.get('ratelimit-policy')).to.equal('"refresh-account";q=120;w=60, "refresh-address";q=600;w=60');
  });

  /** Lets the time pass in which a refresh token may be used again. */
  const endGrace = () => database.pool.query("UPDATE refresh_tokens SET used_at = used_at - interval '10 s'");

  it('rotates refresh tokens, and ends the family when one is used again later', async () => {
    await accounts.ensureOwner(owner);
    const first = await grant(await post('/auth/login', credentials()));
    const elsewhere = await grant(await post('/auth/login', credentials()));
    const second = await grant(await post('/auth/refresh', { refresh_token: first.refresh_token }));
    expect(second.refresh_token).not.to.equal(first.refresh_token);
    expect((await me(second.access_token)).status).to.equal(200);
    await endGrace();
    expect((await post('/auth/refresh', { refresh_token: first.refresh_token })).status).to.equal(401);
    expect((await post('/auth/refresh', { refresh_token: second.refresh_token })).status).to.equal(401);
    await grant(await post('/auth/refresh', { refresh_token: elsewhere.refresh_token }));
  });

  it('gives each of several tabs that refresh at once a token of its own, of the one login', async () => {
    await accounts.ensureOwner(owner);
    const { refresh_token } = await grant(await post('/auth/login', credentials()));
    const answers = await Promise.all([1, 2, 3].map(() => post('/auth/refresh', { refresh_token })));
    const grants = await Promise.all(answers.map((answer) => grant(answer)));
    expect(new Set(grants.map((one) => one.refresh_token)).size).to.equal(3);
    for (const one of grants) await grant(await post('/auth/refresh', { refresh_token: one.refresh_token }));
    expect((await post('/auth/logout', { refresh_token: grants[0]!.refresh_token })).status).to.equal(204);
    expect((await database.pool.query('SELECT 1 FROM refresh_tokens')).rowCount).to.equal(0);
  });

  it('leaves no token of a login that ends while it is refreshed', async () => {
    await accounts.ensureOwner(owner);
    for (let i = 0; i < 5; i++) {
      const { refresh_token } = await grant(await post('/auth/login', credentials()));
      await Promise.all([
        ...[1, 2, 3].map(() => post('/auth/refresh', { refresh_token })),
        post('/auth/logout', { refresh_token }),
      ]);
      expect((await database.pool.query('SELECT 1 FROM refresh_tokens')).rowCount).to.equal(0);
    }
  });

  it('ends a login at logout', async () => {
    await accounts.ensureOwner(owner);
    const { refresh_token } = await grant(await post('/auth/login', credentials()));
    expect((await post('/auth/logout', { refresh_token })).status).to.equal(204);
    expect((await post('/auth/logout', { refresh_token })).status).to.equal(204);
    expect((await post('/auth/refresh', { refresh_token })).status).to.equal(401);
  });

  it('believes only its own access tokens, of members', async () => {
    await accounts.ensureOwner(owner);
    const { access_token, refresh_token, user, organizations } = await grant(await post('/auth/login', credentials()));
    expect((await me(access_token)).status).to.equal(200);
    const claims = { subject: user.id, claims: { org: organizations[0]!.id }, expiresIn: 60 };
    const issue = async (change: object) =>
      (await tokens.issue({ type: 'at+jwt', audience: 'api', ...claims, ...change })).token;
    expect((await me(await issue({}))).status, 'the unchanged claims').to.equal(200);
    for (const refused of [
      await issue({ type: 'playback+jwt' }),
      await issue({ audience: 'playback' }),
      await issue({ expiresIn: -1 }),
      await issue({ claims: { org: newId('org') } }),
      await issue({ subject: newId('usr') }),
      refresh_token,
      'x'.repeat(5000),
    ]) {
      expect((await me(refused)).status, refused.slice(0, 200)).to.equal(401);
    }
    await database.pool.query('DELETE FROM members');
    expect((await me(access_token)).status, 'of a former member').to.equal(401);
  });
});

describe('secrets', () => {
  it('are made once, kept for their own user, and the same for all who ask at once', async () => {
    const folder = temporaryFolder();
    const secrets = await Promise.all([1, 2, 3, 4].map(() => loadSecret(folder, 'access-token.key')));
    expect(new Set(secrets.map((secret) => secret.toString('hex'))).size).to.equal(1);
    const file = `${folder}/secrets/access-token.key`;
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
    expect(await readFile(file)).to.have.length(32);
    expect(await loadSecret(folder, 'other.key')).not.to.deep.equal(secrets[0]);
  });
});

function credentials(): { email: string; password: string } {
  return { email: owner.email, password: owner.password };
}

/** Sessions of browsers over real HTTP and Postgres: cookies, who may use them from where, and how they end. */
import { expect } from 'chai';
import type { TestDatabase } from '../../test/support/database.ts';
import { ownOrigin } from '../http/own-origin.ts';
import { newId } from '../ids.ts';
import { BrowserSessions } from './index.ts';
import { HOME, TestAccounts } from './test-accounts.ts';

const owner = { email: 'ada@example.org', password: 'correct horse' };

interface Me {
  user: { id: string };
  organization_id: string;
}

describe('sessions of browsers', () => {
  let bed: TestAccounts;
  let database: TestDatabase;
  let url: string;

  beforeEach(async () => {
    bed = await TestAccounts.start();
    database = bed.database;
    url = `${bed.url}/v1`;
    await bed.accounts.ensureOwner(owner);
  });
  afterEach(() => bed.stop());

  const post = (path: string, body: object, headers: Record<string, string> = { origin: HOME }) =>
    fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const signIn = async (headers?: Record<string, string>) => {
    const response = await post('/auth/login', { ...owner, session: 'cookie' }, headers);
    return { response, setCookie: response.headers.get('set-cookie') };
  };
  const signedIn = async () => (await signIn()).setCookie!.split(';')[0]!;
  const me = (cookie: string, headers: Record<string, string> = {}) =>
    fetch(`${url}/me`, { headers: { cookie, ...headers } });
  const code = async (response: Response) => ((await response.json()) as { code: string }).code;

  it('begin with a cookie that scripts and other sites do not get, and with no token in the answer', async () => {
    const { response, setCookie } = await signIn();
    expect(response.status).to.equal(200);
    expect(await response.json()).to.have.all.keys('user', 'organizations', 'organization_id');
    expect(setCookie).to.match(/^__Host-livestreams_session=[\w-]{43}; /);
    for (const attribute of ['HttpOnly', 'SameSite=Strict', 'Secure', 'Path=/']) {
      expect(setCookie!.split('; ')).to.contain(attribute);
    }
    const cookie = setCookie!.split(';')[0]!;
    expect((await me(`theme=dark; ${cookie}; other=1`)).status).to.equal(200);
    expect((await database.pool.query('SELECT 1 FROM refresh_tokens')).rowCount).to.equal(0);
    const { rows } = await database.pool.query('SELECT * FROM browser_sessions');
    expect(JSON.stringify(rows)).not.to.contain(cookie.split('=')[1]);
  });

  it('are nothing where the cookie is not known', async () => {
    for (const cookie of [
      '',
      '__Host-livestreams_session=',
      `__Host-livestreams_session=${'a'.repeat(43)}`,
      '__Host-livestreams_session=%00',
    ]) {
      expect((await me(cookie)).status, cookie).to.equal(401);
    }
  });

  it('are no other than this host has set, where it is encrypted', async () => {
    const cookie = await signedIn();
    expect((await me(cookie.replace('__Host-', ''))).status, 'of any host of the domain').to.equal(401);
    const atHome = new BrowserSessions({ db: database.kysely, publicUrl: 'http://localhost:8080' });
    const { id } = await database.kysely.selectFrom('users').select('id').executeTakeFirstOrThrow();
    const { id: organization } = await database.kysely
      .selectFrom('organizations')
      .select('id')
      .executeTakeFirstOrThrow();
    const [plain] = (await atHome.begin(id, organization)).split(';');
    expect(plain, 'no browser takes the prefix unencrypted').to.match(/^livestreams_session=/);
    expect(await atHome.find({ cookie: plain })).to.include({ userId: id });
  });

  it('change things from their own pages only', async () => {
    const cookie = await signedIn();
    const leave = (headers: Record<string, string>) => post('/auth/logout', {}, { cookie, ...headers });
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'http://live.example' },
      { origin: 'https://live.example.evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      {},
    ] as Record<string, string>[]) {
      const response = await leave(headers);
      expect(response.status, JSON.stringify(headers)).to.equal(403);
      expect(await code(response)).to.equal('LS_ORIGIN_REFUSED');
    }
    expect((await me(cookie)).status, 'still there').to.equal(200);
    expect((await leave({ origin: HOME })).status).to.equal(204);
  });

  it('are not begun, nor read, by pages of other origins', async () => {
    const { response, setCookie } = await signIn({ origin: 'https://evil.example' });
    expect(await code(response)).to.equal('LS_ORIGIN_REFUSED');
    expect(setCookie).to.equal(null);
    const read = await me(await signedIn(), { origin: 'https://evil.example' });
    expect(read.headers.get('access-control-allow-origin')).to.equal('https://evil.example');
    expect(read.headers.get('access-control-allow-credentials')).to.equal(null);
  });

  it('do not count where a token is sent', async () => {
    const headers = { authorization: 'Bearer nonsense' };
    expect((await me(await signedIn(), headers)).status).to.equal(401);
  });

  it('end at logout, which takes the cookie away', async () => {
    const cookie = await signedIn();
    const response = await post('/auth/logout', {}, { cookie, origin: HOME });
    expect(response.headers.get('set-cookie')).to.match(/^__Host-livestreams_session=; Max-Age=0; Path=\/;/);
    expect((await me(cookie)).status).to.equal(401);
  });

  it('end when nobody came for a month, and go on for a month from each use', async () => {
    const cookie = await signedIn();
    const set = (interval: string) =>
      database.pool.query(
        `UPDATE browser_sessions SET expires_at = now() + $1::interval, last_used_at = now() - interval '1 hour'`,
        [interval],
      );
    await set('1 minute');
    expect((await me(cookie)).status).to.equal(200);
    const { rows } = await database.pool.query<{ days: string }>(
      'SELECT extract(epoch FROM expires_at - now()) / 86400 AS days FROM browser_sessions',
    );
    expect(Number(rows[0]!.days)).to.be.within(29.9, 30);
    await set('-1 second');
    expect((await me(cookie)).status).to.equal(401);
  });

  it('end when all that was issued before is ended, and with the membership', async () => {
    const cookie = await signedIn();
    await database.pool.query("UPDATE users SET valid_from = now() + interval '1 hour'");
    expect((await me(cookie)).status).to.equal(401);
    await database.pool.query("UPDATE users SET valid_from = 'epoch'");
    expect((await me(cookie)).status).to.equal(200);
    await database.pool.query('DELETE FROM members');
    expect((await me(cookie)).status).to.equal(401);
  });

  it('go over to another organization of their person, and to no other', async () => {
    const cookie = await signedIn();
    const { user, organization_id: first } = (await (await me(cookie)).json()) as Me;
    const [second, foreign] = [newId('org'), newId('org')] as const;
    await database.pool.query('INSERT INTO organizations (id, name) VALUES ($1, $1), ($2, $2)', [second, foreign]);
    await database.pool.query("INSERT INTO members VALUES ($1, $2, 'viewer')", [second, user.id]);
    const enter = (organization_id: string) =>
      post('/auth/organization', { organization_id }, { cookie, origin: HOME });
    const current = async () => ((await (await me(cookie)).json()) as Me).organization_id;
    expect((await enter(foreign)).status).to.equal(404);
    expect(await current()).to.equal(first);
    expect((await enter(second)).status).to.equal(200);
    expect(await current()).to.equal(second);
  });
});

describe('own origin', () => {
  it('is that of the public URL, or of the host that the request is for', () => {
    const behindProxy = ownOrigin('https://live.example');
    expect(behindProxy({ origin: 'https://live.example', host: '10.0.0.1:8080' })).to.equal(true);
    expect(behindProxy({ origin: 'https://other.example', host: 'other.example' })).to.equal(true);
    expect(behindProxy({ origin: 'http://live.example', host: 'live.example' }), 'not encrypted').to.equal(false);
    expect(behindProxy({ 'sec-fetch-site': 'same-origin' })).to.equal(true);
    const atHome = ownOrigin('http://localhost:8080');
    expect(atHome({ origin: 'http://192.168.1.5:8080', host: '192.168.1.5:8080' })).to.equal(true);
    expect(atHome({ origin: 'http://192.168.1.5:3000', host: '192.168.1.5:8080' })).to.equal(false);
    expect(atHome({ origin: 'http://evil.example', host: 'localhost:8080', 'sec-fetch-site': 'same-origin' })).to.equal(
      false,
    );
  });
});

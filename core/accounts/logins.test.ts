/** How logins end, over real HTTP and Postgres: with a change of password, everywhere at once, and from the command line. */
import { expect } from 'chai';
import { createOwner, type Grant, resetPassword } from './index.ts';
import { HOME, TestAccounts } from './test-accounts.ts';

const owner = { email: 'ada@example.org', password: 'correct horse', name: 'Ada' };
const next = 'battery staple';

describe('logins', () => {
  let bed: TestAccounts;
  beforeEach(async () => {
    bed = await TestAccounts.start();
    await bed.accounts.ensureOwner(owner);
  });
  afterEach(() => bed.stop());

  const post = (path: string, body: object, more: { bearer?: string; headers?: Record<string, string> } = {}) =>
    bed.call('POST', path, { body, ...more });
  const login = async (password = owner.password): Promise<Grant> => {
    const response = await post('/auth/login', { email: owner.email, password });
    expect(response.status).to.equal(200);
    return (await response.json()) as Grant;
  };
  /** The Cookie header of a browser that is signed in. */
  const browser = async () => {
    const response = await post('/auth/login', { ...credentials, session: 'cookie' }, { headers: { origin: HOME } });
    return response.headers.get('set-cookie')!.split(';')[0]!;
  };
  const credentials = { email: owner.email, password: owner.password };
  const statuses = async (grant: Grant, cookie?: string) => [
    (await bed.call('GET', '/me', { bearer: grant.access_token })).status,
    (await post('/auth/refresh', { refresh_token: grant.refresh_token })).status,
    ...(cookie === undefined ? [] : [(await bed.call('GET', '/me', { headers: { cookie } })).status]),
  ];
  const change = (current_password: string, more: { bearer?: string; headers?: Record<string, string> }) =>
    post('/me/password', { current_password, new_password: next }, more);

  it('end with a change of password, but for the one that the answer begins', async () => {
    const [here, elsewhere, cookie] = [await login(), await login(), await browser()];
    const response = await change(owner.password, { bearer: here.access_token });
    expect(response.status).to.equal(200);
    const now = (await response.json()) as Grant;
    expect(now.organization_id).to.equal(here.organization_id);
    expect(await statuses(here)).to.deep.equal([401, 401]);
    expect(await statuses(elsewhere, cookie)).to.deep.equal([401, 401, 401]);
    expect(await statuses(now)).to.deep.equal([200, 200]);
    expect((await post('/auth/login', credentials)).status).to.equal(401);
    await login(next);
  });

  it('of a browser go on with a new cookie after its change of password', async () => {
    const [other, cookie] = [await login(), await browser()];
    const response = await change(owner.password, { headers: { cookie, origin: HOME } });
    expect(await response.json()).not.to.have.property('access_token');
    const fresh = response.headers.get('set-cookie')!.split(';')[0]!;
    expect(await statuses(other, cookie)).to.deep.equal([401, 401, 401]);
    expect((await bed.call('GET', '/me', { headers: { cookie: fresh } })).status).to.equal(200);
  });

  it('stay where the current password is wrong, which is tried a few times only', async () => {
    const { access_token: bearer } = await login();
    const answers = await Promise.all(Array.from({ length: 12 }, () => change('wrong', { bearer })));
    const limited = answers.filter(({ status }) => status === 429);
    expect(limited).to.have.length(2);
    const others = answers.filter(({ status }) => status !== 429);
    const codes = await Promise.all(others.map(async (response) => ((await response.json()) as { code: string }).code));
    expect(new Set(codes)).to.deep.equal(new Set(['LS_PASSWORD_WRONG']));
    expect((await bed.call('GET', '/me', { bearer })).status).to.equal(200);
  });

  it('that are under way while the password changes end with it', async () => {
    const grant = await login();
    const racing = [1, 2, 3].map(() => post('/auth/login', credentials));
    const refreshing = post('/auth/refresh', { refresh_token: grant.refresh_token });
    expect((await change(owner.password, { bearer: grant.access_token })).status).to.equal(200);
    for (const response of await Promise.all([...racing, refreshing])) {
      if (response.status !== 200) continue;
      const late = (await response.json()) as Grant;
      expect(await statuses(late)).to.deep.equal([401, 401]);
    }
  });

  it('do not come back by a change of password that is under way while another is set', async () => {
    const { access_token: bearer } = await login();
    const { passwords } = bed.accounts;
    const hash = passwords.hash.bind(passwords);
    // Hashed after the current password was found right: at that moment.
    passwords.hash = async (password) => {
      await resetPassword(bed.database.kysely, owner.email, 'set by the operator');
      return hash(password);
    };
    const response = await post('/me/password', { current_password: owner.password, new_password: next }, { bearer });
    expect(response.status).to.equal(403);
    await login('set by the operator');
  });

  it('end everywhere at once', async () => {
    const [here, elsewhere, cookie] = [await login(), await login(), await browser()];
    const response = await post('/auth/logout-everywhere', {}, { bearer: here.access_token });
    expect(response.status).to.equal(204);
    expect(await statuses(here)).to.deep.equal([401, 401]);
    expect(await statuses(elsewhere, cookie)).to.deep.equal([401, 401, 401]);
    expect(await statuses(await login())).to.deep.equal([200, 200]);
  });

  it('end when the command line sets the password', async () => {
    const db = bed.database.kysely;
    const before = await login();
    await resetPassword(db, 'ADA@example.org', next);
    expect(await statuses(before)).to.deep.equal([401, 401]);
    await login(next);
    const unknown = await resetPassword(db, 'eve@example.org', next).catch((error) => error.code);
    expect(unknown).to.equal('LS_ACCOUNT_NOT_FOUND');
  });

  it('begin for an owner whom the command line makes, once', async () => {
    const db = bed.database.kysely;
    const bob = { email: 'bob@example.org', name: 'Bob', password: next };
    await createOwner(db, bob);
    const response = await post('/auth/login', { email: bob.email, password: next });
    expect(((await response.json()) as Grant).organizations[0]?.role).to.equal('owner');
    const again = await createOwner(db, { ...bob, email: 'Bob@Example.org' }).catch((error) => error.code);
    expect(again).to.equal('LS_ACCOUNT_EXISTS');
  });

  it('show the name that their person gives themselves', async () => {
    const { access_token: bearer } = await login();
    const response = await bed.call('PATCH', '/me', { bearer, body: { name: 'Ada L.' } });
    expect((await response.json()) as Grant).to.nested.include({ 'user.name': 'Ada L.' });
    expect((await bed.call('PATCH', '/me', { bearer, body: { name: '' } })).status).to.equal(422);
  });
});

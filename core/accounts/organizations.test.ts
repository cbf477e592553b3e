/** Organizations, their members and invitations over real HTTP and Postgres: who may do what, and what others never see. */
import { expect } from 'chai';
import type { EventRow } from '#plugin-api';
import { until } from '../../test/support/until.ts';
import { newId } from '../ids.ts';
import type { Grant } from './index.ts';
import { TestAccounts } from './test-accounts.ts';

const owner = { email: 'ada@example.org', password: 'correct horse', name: 'Ada' };
const password = 'battery staple';

const BLOCKED_BY = 'SELECT 1 FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))';

interface Problem {
  code: string;
  errors?: { pointer: string }[];
}

describe('organizations', () => {
  let bed: TestAccounts;
  let ada: Grant;
  let home: string;

  beforeEach(async () => {
    bed = await TestAccounts.start();
    await bed.accounts.ensureOwner(owner);
    ada = await login(owner.email, owner.password);
    home = `/organizations/${ada.organization_id}`;
  });
  afterEach(() => bed.stop());

  const call = (who: Grant | null, method: string, path: string, body?: object) =>
    bed.call(method, path, { ...(who && { bearer: who.access_token }), ...(body && { body }) });
  const answer = async <T>(response: Promise<Response>, status = 200): Promise<T> => {
    const text = await (await response).text();
    expect((await response).status, text).to.equal(status);
    return (text ? JSON.parse(text) : undefined) as T;
  };
  const refused = async (response: Promise<Response>) => {
    const { status } = await response;
    return `${status} ${((await (await response).json()) as Problem).code}`;
  };
  const login = (email: string, secret = password) =>
    answer<Grant>(call(null, 'POST', '/auth/login', { email, password: secret }));
  const invite = async (who: Grant, email: string, role: string, path = home) => {
    const { url } = await answer<{ url: string }>(call(who, 'POST', `${path}/invitations`, { email, role }), 201);
    return new URL(url).searchParams.get('token')!;
  };
  const accept = (token: string, more: object = { name: 'New', password }, who: Grant | null = null) =>
    call(who, 'POST', '/auth/accept-invitation', { token, ...more });
  /** Somebody new in the organization. */
  const join = async (role: string) =>
    answer<Grant>(accept(await invite(ada, `${role}-${newId('usr')}@example.org`, role)), 201);
  /** The organization of somebody else. */
  const elsewhere = async () => {
    const { id } = await bed.organizations.create({ userId: ada.user.id }, 'Elsewhere');
    const eve = await answer<Grant>(accept(await invite(ada, 'eve@example.org', 'owner', `/organizations/${id}`)), 201);
    await answer(call(ada, 'DELETE', `/organizations/${id}/members/${ada.user.id}`), 204);
    return { id, path: `/organizations/${id}`, eve };
  };

  it('are made by anybody, who is the owner, and are listed in pages', async () => {
    const viewer = await join('viewer');
    const made = await answer<{ id: string; role: string }>(
      call(viewer, 'POST', '/organizations', { name: 'Mine' }),
      201,
    );
    expect(made).to.include({ name: 'Mine', role: 'owner' });
    type List = { data: { id: string; name: string; role: string }[]; next_cursor: string | null };
    const first = await answer<List>(call(viewer, 'GET', '/organizations?limit=1'));
    expect(first.data[0]).to.include({ id: made.id, role: 'owner' });
    const second = await answer<List>(call(viewer, 'GET', `/organizations?limit=1&cursor=${first.next_cursor}`));
    expect(second.data[0]).to.include({ id: ada.organization_id, role: 'viewer' });
    expect(second.next_cursor).to.equal(null);
  });

  it('are renamed by those who may, where nobody else has renamed them meanwhile', async () => {
    expect(await refused(call(await join('creator'), 'PATCH', home, { name: 'X' }))).to.equal('403 LS_FORBIDDEN');
    const before = await call(ada, 'GET', home);
    const renamed = await answer<{ name: string }>(call(await join('admin'), 'PATCH', home, { name: 'Studio' }));
    expect(renamed.name).to.equal('Studio');
    const headers = { 'if-match': before.headers.get('etag')! };
    const late = await bed.call('PATCH', home, { bearer: ada.access_token, body: { name: 'Late' }, headers });
    expect(late.status).to.equal(412);
  });

  it('are not there for those who are no members, whatever they do', async () => {
    const { path, eve } = await elsewhere();
    const member = `${path}/members/${eve.user.id}`;
    for (const [method, place, body] of [
      ['GET', path],
      ['PATCH', path, { name: 'X' }],
      ['GET', `${path}/members`],
      ['PATCH', member, { role: 'viewer' }],
      ['DELETE', member],
      ['GET', `${path}/invitations`],
      ['POST', `${path}/invitations`, { email: 'a@example.org', role: 'viewer' }],
      ['DELETE', `${path}/invitations/${newId('inv')}`],
      ['GET', `/organizations/${newId('org')}`],
    ] as [string, string, object?][]) {
      expect(await refused(call(ada, method, place, body)), `${method} ${place}`).to.equal(
        '404 LS_ORGANIZATION_NOT_FOUND',
      );
    }
    expect(await refused(call(ada, 'PATCH', `${home}/members/${eve.user.id}`, { role: 'viewer' }))).to.equal(
      '404 LS_MEMBER_NOT_FOUND',
    );
  });

  it('count the role in the organization of the path, not the one of the token', async () => {
    const viewer = await join('viewer');
    const made = await answer<{ id: string }>(call(viewer, 'POST', '/organizations', { name: 'Mine' }), 201);
    await invite(viewer, 'friend@example.org', 'owner', `/organizations/${made.id}`);
    expect(await refused(call(viewer, 'GET', `${home}/invitations`))).to.equal('403 LS_FORBIDDEN');
  });

  it('let admins manage people, owners aside', async () => {
    const [admin, viewer] = [await join('admin'), await join('viewer')];
    const member = (who: Grant) => `${home}/members/${who.user.id}`;
    expect(await answer<{ role: string }>(call(admin, 'PATCH', member(viewer), { role: 'admin' }))).to.include({
      role: 'admin',
      user_id: viewer.user.id,
    });
    for (const response of [
      call(admin, 'PATCH', member(viewer), { role: 'owner' }),
      call(admin, 'PATCH', member(ada), { role: 'viewer' }),
      call(admin, 'PATCH', member(admin), { role: 'owner' }),
      call(admin, 'DELETE', member(ada)),
      call(admin, 'POST', `${home}/invitations`, { email: 'x@example.org', role: 'owner' }),
      call(await join('creator'), 'PATCH', member(viewer), { role: 'viewer' }),
      call(await join('creator'), 'DELETE', member(viewer)),
      call(await join('viewer'), 'POST', `${home}/invitations`, { email: 'x@example.org', role: 'viewer' }),
    ]) {
      expect(await refused(response)).to.equal('403 LS_FORBIDDEN');
    }
    await answer(call(admin, 'DELETE', member(viewer)), 204);
    expect((await call(viewer, 'GET', '/me')).status, 'removed').to.equal(401);
  });

  it('count a change of role at once, with the token that is out', async () => {
    const creator = await join('creator');
    expect(await refused(call(creator, 'GET', `${home}/invitations`))).to.equal('403 LS_FORBIDDEN');
    await answer(call(ada, 'PATCH', `${home}/members/${creator.user.id}`, { role: 'admin' }));
    await answer(call(creator, 'GET', `${home}/invitations`));
  });

  it('keep an owner, also when two leave at once', async () => {
    const me = `${home}/members/${ada.user.id}`;
    expect(await refused(call(ada, 'DELETE', me))).to.equal('409 LS_LAST_OWNER');
    expect(await refused(call(ada, 'PATCH', me, { role: 'admin' }))).to.equal('409 LS_LAST_OWNER');
    const second = await join('owner');
    const statuses = await Promise.all([
      call(ada, 'DELETE', me),
      call(second, 'DELETE', `${home}/members/${second.user.id}`),
    ]);
    expect(statuses.map(({ status }) => status).sort()).to.deep.equal([204, 409]);
  });

  it('refuse who loses the right to at this moment', async () => {
    const admin = await join('admin');
    const { pool } = bed.database;
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const { rows } = await client.query('SELECT pg_backend_pid() AS pid FROM organizations FOR NO KEY UPDATE');
      await client.query('DELETE FROM members WHERE user_id = $1', [admin.user.id]);
      const answer = call(admin, 'POST', `${home}/invitations`, { email: 'friend@example.org', role: 'admin' });
      await until(
        async () => (await pool.query(BLOCKED_BY, [rows[0].pid])).rowCount! > 0,
        'the invitation to wait for the removal',
      );
      await client.query('COMMIT');
      expect(await refused(answer)).to.equal('404 LS_ORGANIZATION_NOT_FOUND');
    } finally {
      client.release();
    }
  });

  it('show their members, in pages, with no secret', async () => {
    await join('viewer');
    const list = await call(ada, 'GET', `${home}/members?limit=1`);
    const text = await list.text();
    expect(text).not.to.match(/argon2|password/);
    const { data, next_cursor } = JSON.parse(text) as { data: object[]; next_cursor: string };
    expect(data[0]).to.include({ user_id: ada.user.id, email: owner.email, role: 'owner' });
    const next = await answer<{ data: object[]; next_cursor: null }>(
      call(ada, 'GET', `${home}/members?limit=1&cursor=${next_cursor}`),
    );
    expect(next.data[0]).to.include({ role: 'viewer' });
    expect(next.next_cursor).to.equal(null);
  });

  it('tell viewers no address of the others', async () => {
    const viewer = await join('viewer');
    const addresses = async (who: Grant) =>
      (await answer<{ data: { email: string | null }[] }>(call(who, 'GET', `${home}/members`))).data.map(
        ({ email }) => email,
      );
    expect(await addresses(viewer)).to.deep.equal([null, viewer.user.email]);
    expect(await addresses(ada)).to.deep.equal([owner.email, viewer.user.email]);
  });

  it('are seen by API keys, their people are not', async () => {
    const wanted = { name: 'Program', scope: 'manage' as const, streamId: null, expiresAt: null, createdBy: null };
    const { key } = await bed.apiKeys.create(ada.organization_id, wanted);
    const asKey = (method: string, path: string, body?: object) =>
      bed.call(method, path, { bearer: key, ...(body && { body }) });
    expect((await answer<{ data: object[] }>(asKey('GET', '/organizations'))).data).to.have.length(1);
    await answer(asKey('GET', home));
    const other = await elsewhere();
    expect(await refused(asKey('GET', other.path))).to.equal('404 LS_ORGANIZATION_NOT_FOUND');
    for (const response of [
      asKey('POST', '/organizations', { name: 'X' }),
      asKey('PATCH', home, { name: 'X' }),
      asKey('GET', `${home}/members`),
      asKey('DELETE', `${home}/members/${ada.user.id}`),
      asKey('GET', `${home}/invitations`),
      asKey('POST', '/auth/logout-everywhere'),
    ]) {
      expect(await refused(response)).to.equal('403 LS_FORBIDDEN');
    }
  });

  it('are gone over to by a refresh that names them, and by no other way with tokens', async () => {
    const { id } = await answer<{ id: string }>(call(ada, 'POST', '/organizations', { name: 'Second' }), 201);
    const refresh = (refresh_token: string, organization_id?: string) =>
      call(null, 'POST', '/auth/refresh', { refresh_token, organization_id });
    const other = await elsewhere();
    expect(await refused(refresh(ada.refresh_token, other.id))).to.equal('404 LS_ORGANIZATION_NOT_FOUND');
    const second = await answer<Grant>(refresh(ada.refresh_token, id));
    expect(second.organization_id).to.equal(id);
    const kept = await answer<Grant>(refresh(second.refresh_token));
    expect(kept.organization_id, 'the next refresh stays there').to.equal(id);
    expect((await answer<Grant>(call(kept, 'GET', '/me'))).organization_id).to.equal(id);
    expect(await refused(call(kept, 'POST', '/auth/organization', { organization_id: id }))).to.equal(
      '403 LS_BROWSER_SESSION_REQUIRED',
    );
    await bed.database.pool.query('DELETE FROM members WHERE organization_id = $1', [id]);
    expect(await refused(refresh(kept.refresh_token)), 'no member any more').to.equal('404 LS_ORGANIZATION_NOT_FOUND');
    const back = await answer<Grant>(refresh(kept.refresh_token, ada.organization_id));
    expect(back.organization_id, 'the token was not used up').to.equal(ada.organization_id);
  });

  it('say in their log of events what happened to their people, without secrets', async () => {
    const token = await invite(ada, 'bob@example.org', 'creator');
    const bob = await answer<Grant>(accept(token), 201);
    await answer(call(ada, 'PATCH', `${home}/members/${bob.user.id}`, { role: 'admin' }));
    await answer(call(bob, 'DELETE', `${home}/members/${bob.user.id}`), 204);
    await answer(call(ada, 'PATCH', home, { name: 'Studio' }));
    const events: EventRow[] = await bed.events.list({ organizationId: ada.organization_id, limit: 10 });
    expect(events.map(({ type }) => type)).to.deep.equal([
      'organization.invitation_created',
      'organization.member_added',
      'organization.role_changed',
      'organization.member_removed',
      'organization.updated',
    ]);
    expect(events[2]?.data).to.deep.equal({ user_id: bob.user.id, role: 'admin', by: ada.user.id });
    expect(JSON.stringify(events)).not.to.contain(token).and.not.to.contain('bob@example.org');
  });

  describe('and invitations', () => {
    it('are a link that is shown once, works once, and is kept as nothing that opens anything', async () => {
      const made = await answer<{ id: string; url: string }>(
        call(ada, 'POST', `${home}/invitations`, { email: 'bob@example.org', role: 'creator' }),
        201,
      );
      const token = new URL(made.url).searchParams.get('token')!;
      const { rows } = await bed.database.pool.query('SELECT * FROM invitations');
      expect(JSON.stringify(rows)).not.to.contain(token);
      expect(await (await call(ada, 'GET', `${home}/invitations`)).text()).not.to.contain(token);
      expect(await answer(call(null, 'POST', '/auth/invitation', { token }))).to.deep.include({
        email: 'bob@example.org',
        role: 'creator',
        has_account: false,
        organization: { id: ada.organization_id, name: 'ada' },
      });
      const answers = await Promise.all([1, 2, 3].map(() => accept(token)));
      expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, 403, 403]);
      const bob = await login('BOB@example.org');
      expect(bob.organizations).to.deep.equal([{ id: ada.organization_id, name: 'ada', role: 'creator' }]);
      expect(await refused(call(null, 'POST', '/auth/invitation', { token }))).to.equal('403 LS_INVITATION_REFUSED');
    });

    it('end with a newer one to the same address, when they are taken back, and at their time', async () => {
      const first = await invite(ada, 'bob@example.org', 'viewer');
      const second = await invite(ada, 'Bob@Example.org', 'viewer');
      expect(await refused(accept(first))).to.equal('403 LS_INVITATION_REFUSED');
      const { data } = await answer<{ data: { id: string }[] }>(call(ada, 'GET', `${home}/invitations`));
      expect(data).to.have.length(1);
      await answer(call(ada, 'DELETE', `${home}/invitations/${data[0]!.id}`), 204);
      expect(await refused(accept(second))).to.equal('403 LS_INVITATION_REFUSED');
      expect(await refused(call(ada, 'DELETE', `${home}/invitations/${data[0]!.id}`))).to.equal(
        '404 LS_INVITATION_NOT_FOUND',
      );
      const third = await invite(ada, 'bob@example.org', 'viewer');
      await bed.database.pool.query("UPDATE invitations SET expires_at = now() - interval '1 s'");
      expect(await refused(accept(third))).to.equal('403 LS_INVITATION_REFUSED');
    });

    it('end when who made them loses the right to, so that nobody comes back by their own', async () => {
      const [removed, demoted, raised] = [await join('admin'), await join('admin'), await join('admin')];
      const tokens = await Promise.all(
        [removed, demoted, raised].map((admin, at) => invite(admin, `friend-${at}@example.org`, 'admin')),
      );
      await answer(call(ada, 'DELETE', `${home}/members/${removed.user.id}`), 204);
      await answer(call(ada, 'PATCH', `${home}/members/${demoted.user.id}`, { role: 'creator' }));
      await answer(call(ada, 'PATCH', `${home}/members/${raised.user.id}`, { role: 'owner' }));
      const answers = await Promise.all(tokens.map((token) => accept(token)));
      expect(answers.map(({ status }) => status)).to.deep.equal([403, 403, 201]);
    });

    it('say what a new account still needs', async () => {
      const token = await invite(ada, 'bob@example.org', 'viewer');
      const response = await accept(token, {});
      expect(response.status).to.equal(422);
      const { errors } = (await response.json()) as Problem;
      expect(errors?.map(({ pointer }) => pointer)).to.deep.equal(['/body/name', '/body/password']);
      await answer(accept(token), 201);
    });

    it('are accepted for an account that exists by its login or its password, and by nobody else', async () => {
      const { path, eve } = await elsewhere();
      const bob = await answer<Grant>(accept(await invite(ada, 'bob@example.org', 'viewer')), 201);
      const token = await invite(eve, 'bob@example.org', 'admin', path);
      expect(await refused(accept(token, {}))).to.equal('403 LS_INVITATION_NEEDS_LOGIN');
      expect(await refused(accept(token, {}, ada))).to.equal('403 LS_INVITATION_NEEDS_LOGIN');
      expect(await refused(accept(token, { name: 'X', password: 'a guess at it' }))).to.equal('401 LS_LOGIN_FAILED');
      const joined = await answer<Grant>(accept(token, {}, bob), 201);
      expect(joined).to.include({ organization_id: eve.organization_id });
      expect(joined.organizations.map(({ role }) => role)).to.deep.equal(['viewer', 'admin']);
      await answer(call(eve, 'DELETE', `${path}/members/${bob.user.id}`), 204);
      await answer(accept(await invite(eve, 'bob@example.org', 'viewer', path), { password }), 201);
      expect(
        await refused(call(eve, 'POST', `${path}/invitations`, { email: 'BOB@example.org', role: 'viewer' })),
      ).to.equal('409 LS_MEMBER_EXISTS');
    });

    it('are no way to guess the password of who is invited', async () => {
      const { path, eve } = await elsewhere();
      const token = await invite(eve, owner.email, 'viewer', path);
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, at) => accept(token, { password: `a guess ${at}` })),
      );
      expect(answers.filter(({ status }) => status === 429)).to.have.length(2);
      expect(answers.filter(({ status }) => status === 401)).to.have.length(10);
    });

    it('let somebody back in who was in no organization any more', async () => {
      const viewer = await join('viewer');
      await answer(call(viewer, 'DELETE', `${home}/members/${viewer.user.id}`), 204);
      const credentials = { email: viewer.user.email, password };
      expect(await refused(call(null, 'POST', '/auth/login', credentials))).to.equal('403 LS_NO_ORGANIZATION');
      await answer(accept(await invite(ada, viewer.user.email, 'creator'), { password }), 201);
      expect((await login(viewer.user.email)).organizations[0]?.role).to.equal('creator');
    });
  });
});

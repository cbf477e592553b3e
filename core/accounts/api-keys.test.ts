/** API keys over real HTTP and Postgres: what each scope may, how a key ends, and what is kept of it. */
import { expect } from 'chai';
import { Type } from '#plugin-api';
import type { RouteTable } from '../http/index.ts';
import { newId } from '../ids.ts';
import { TestAccounts } from './test-accounts.ts';

const owner = { email: 'ada@example.org', password: 'correct horse' };
const Id = Type.Object({ id: Type.String() });

interface Key {
  id: string;
  key: string;
  scope: string;
  last_used_at: string | null;
}

/** Routes of each kind that a key may meet. */
function probes(routes: RouteTable): void {
  const handle = async () => ({ status: 200, body: {} });
  const base = { summary: 'A probe.', answers: { 200: Type.Object({}) }, handle };
  const streamParam = 'id';
  routes.route({ ...base, method: 'GET', path: '/probes', access: 'viewer' });
  routes.route({ ...base, method: 'POST', path: '/probes', access: 'creator' });
  routes.route({ ...base, method: 'DELETE', path: '/probes', access: 'admin' });
  routes.route({ ...base, method: 'GET', path: '/probes/:id', access: 'viewer', params: Id, streamParam });
  routes.route({ ...base, method: 'GET', path: '/probes/:id/keys', access: 'creator', params: Id, streamParam });
  routes.route({
    ...base,
    method: 'POST',
    path: '/probes/:id/keys',
    access: 'creator',
    scope: 'publish',
    params: Id,
    streamParam,
  });
  routes.route({ ...base, method: 'PATCH', path: '/probes/:id', access: 'creator', params: Id, streamParam });
}

describe('API keys', () => {
  let bed: TestAccounts;
  let admin: string;
  let organizationId: string;
  let stream: string;
  let otherStream: string;

  before(async () => {
    bed = await TestAccounts.start(probes);
    await bed.accounts.ensureOwner(owner);
    const grant = await (await bed.call('POST', '/auth/login', { body: owner })).json();
    ({ access_token: admin, organization_id: organizationId } = grant as {
      access_token: string;
      organization_id: string;
    });
    stream = await makeStream(organizationId);
    otherStream = await makeStream(organizationId);
  });
  after(() => bed.stop());

  async function makeStream(organization: string): Promise<string> {
    const id = newId('str');
    const db = bed.database.kysely;
    await db.insertInto('streams').values({ id, organization_id: organization, title: 'A stream' }).execute();
    return id;
  }
  const create = async (body: object) => {
    const response = await bed.call('POST', '/api-keys', { bearer: admin, body: { name: 'A program', ...body } });
    expect(response.status).to.equal(201);
    return (await response.json()) as Key;
  };
  const status = async (bearer: string, method: string, path: string) =>
    (await bed.call(method, path, { bearer })).status;
  const code = async (response: Response) => ((await response.json()) as { code: string }).code;

  it('are shown once, and kept as nothing that opens anything', async () => {
    const { id, key } = await create({ scope: 'read' });
    expect(key).to.match(/^lsk_[0-9a-f]{40}_[0-9a-f]{8}$/);
    const listed = await (await bed.call('GET', '/api-keys', { bearer: admin })).text();
    expect(listed).to.contain(id).and.not.to.contain(key);
    const { rows } = await bed.database.pool.query('SELECT * FROM api_keys');
    const secret = key.split('_')[1]!;
    expect(JSON.stringify(rows)).not.to.contain(secret).and.not.to.contain(Buffer.from(key).toString('hex'));
  });

  it('may what their scope says, and never manage people or keys', async () => {
    const keys = { read: '', publish: '', manage: '' };
    for (const scope of Object.keys(keys) as (keyof typeof keys)[]) keys[scope] = (await create({ scope })).key;
    const expected: [string, string, number, number, number][] = [
      ['GET', '/probes', 200, 200, 200],
      ['GET', `/probes/${stream}`, 200, 200, 200],
      ['GET', `/probes/${stream}/keys`, 403, 200, 200],
      ['POST', `/probes/${stream}/keys`, 403, 200, 200],
      ['PATCH', `/probes/${stream}`, 403, 403, 200],
      ['POST', '/probes', 403, 403, 200],
      ['DELETE', '/probes', 403, 403, 403],
      ['GET', '/api-keys', 403, 403, 403],
      ['GET', '/me', 403, 403, 403],
    ];
    for (const [method, path, ...statuses] of expected) {
      for (const [index, key] of Object.values(keys).entries()) {
        expect(await status(key, method, path), `${method} ${path} ${Object.keys(keys)[index]}`).to.equal(
          statuses[index],
        );
      }
    }
    const refused = await bed.call('POST', '/api-keys', { bearer: keys.manage, body: { name: 'x', scope: 'read' } });
    expect(refused.status).to.equal(403);
  });

  it('of one stream are for nothing else', async () => {
    const { key } = await create({ scope: 'manage', stream_id: stream });
    expect(await status(key, 'PATCH', `/probes/${stream}`)).to.equal(200);
    expect(await status(key, 'PATCH', `/probes/${otherStream}`)).to.equal(404);
    const list = await bed.call('GET', '/probes', { bearer: key });
    expect([list.status, await code(list)]).to.deep.equal([403, 'LS_SCOPE_REFUSED']);
  });

  it('are made only for streams of the organization, and for the future', async () => {
    const foreign = newId('org');
    await bed.database.pool.query('INSERT INTO organizations (id, name) VALUES ($1, $1)', [foreign]);
    const refused = async (body: object) =>
      code(await bed.call('POST', '/api-keys', { bearer: admin, body: { name: 'x', scope: 'read', ...body } }));
    expect(await refused({ stream_id: await makeStream(foreign) })).to.equal('LS_STREAM_NOT_FOUND');
    expect(await refused({ expires_at: '2020-01-01T00:00:00Z' })).to.equal('LS_API_KEY_EXPIRY');
    expect(await refused({ expires_at: '2030-12-31T23:59:60Z' })).to.equal('LS_REQUEST_INVALID');
    expect(await refused({ scope: 'everything' })).to.equal('LS_REQUEST_INVALID');
  });

  it('open nothing from the moment at which they are revoked, or expire', async () => {
    const revoked = await create({ scope: 'read' });
    expect(await status(revoked.key, 'GET', '/probes')).to.equal(200);
    expect(await status(admin, 'DELETE', `/api-keys/${revoked.id}`)).to.equal(204);
    expect(await status(revoked.key, 'GET', '/probes')).to.equal(401);
    expect(await status(admin, 'DELETE', `/api-keys/${revoked.id}`)).to.equal(404);
    const expired = await create({ scope: 'read', expires_at: new Date(Date.now() + 3_600_000).toISOString() });
    expect(await status(expired.key, 'GET', '/probes')).to.equal(200);
    // To the millisecond, as keys are made: a fraction of one would still be in the future.
    await bed.database.pool.query("UPDATE api_keys SET expires_at = date_trunc('milliseconds', now()) WHERE id = $1", [
      expired.id,
    ]);
    expect(await status(expired.key, 'GET', '/probes')).to.equal(401);
  });

  it('of another organization are not there', async () => {
    const { id } = await create({ scope: 'read' });
    const foreign = newId('org');
    await bed.database.pool.query('INSERT INTO organizations (id, name) VALUES ($1, $1)', [foreign]);
    const gone = await bed.apiKeys.delete(foreign, id).catch((error: { code: string }) => error.code);
    expect(gone).to.equal('LS_API_KEY_NOT_FOUND');
    expect(await bed.apiKeys.list(foreign, { limit: 9, after: undefined })).to.deep.equal([]);
  });

  it('say when they were used, at most once a minute', async () => {
    const { id, key } = await create({ scope: 'read' });
    const lastUse = async () =>
      (await bed.apiKeys.list(organizationId, { limit: 99, after: undefined })).find((row) => row.id === id)!
        .last_used_at;
    expect(await lastUse()).to.equal(null);
    await status(key, 'GET', '/probes');
    const first = await lastUse();
    expect(first!.getTime()).to.be.closeTo(Date.now(), 10_000);
    await status(key, 'GET', '/probes');
    expect(await lastUse()).to.deep.equal(first);
    await bed.database.pool.query("UPDATE api_keys SET last_used_at = now() - interval '61 s' WHERE id = $1", [id]);
    await status(key, 'GET', '/probes');
    expect((await lastUse())!.getTime()).to.be.closeTo(Date.now(), 10_000);
  });

  it('that are mistyped are refused without the database', async () => {
    const { key } = await create({ scope: 'read' });
    const typo = key.replace(/[0-9a-f](?=.{20}$)/, (digit) => (digit === '0' ? '1' : '0'));
    const queries: unknown[] = [];
    const { pool } = bed.database;
    const query = pool.connect.bind(pool);
    pool.connect = ((...args: []) => {
      queries.push(args);
      return query(...args);
    }) as typeof pool.connect;
    try {
      expect(await bed.apiKeys.find(typo)).to.equal(null);
      expect(await bed.apiKeys.find('lsk_')).to.equal(null);
      expect(queries).to.deep.equal([]);
      expect(await bed.apiKeys.find(key)).not.to.equal(null);
      expect(queries).not.to.deep.equal([]);
    } finally {
      pool.connect = query;
    }
  });

  it('that are wrong are counted by address; a good key from there goes on', async () => {
    const { key } = await create({ scope: 'read' });
    const headers = { 'x-forwarded-for': '203.0.113.7' };
    const guess = () => bed.call('GET', '/probes', { bearer: `lsk_${'0'.repeat(40)}_00000000`, headers });
    const statuses = (await Promise.all(Array.from({ length: 25 }, guess))).map((response) => response.status);
    expect(statuses.filter((each) => each === 401)).to.have.length(20);
    expect(statuses.filter((each) => each === 429)).to.have.length(5);
    expect((await bed.call('GET', '/probes', { bearer: key, headers })).status).to.equal(200);
  });
});

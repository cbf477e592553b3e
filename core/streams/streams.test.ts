/** Streams and keys over real HTTP and Postgres: who sees what, when a key opens, and which events tell of it. */
import { expect } from 'chai';
import type { Caller, EventRow } from '#plugin-api';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { quietLog } from '../../test/support/log.ts';
import { until } from '../../test/support/until.ts';
import { EventLog } from '../events/log.ts';
import { createHttp, createMetrics, type Http, RouteTable } from '../http/index.ts';
import { newId } from '../ids.ts';
import { Streams, streamRef, streamRoutes, verifyStreamKey } from './index.ts';

interface Key {
  id: string;
  key: string;
  label: string;
}
interface Stream {
  id: string;
  title: string;
  status: string;
  keys: [Key];
  ingest: { rtmp: { url: string; key: string } };
  playback: Record<string, string>;
  [member: string]: unknown;
}
interface List<T> {
  data: T[];
  next_cursor: string | null;
}

describe('streams', () => {
  const ours: Caller = { userId: newId('usr'), organizationId: newId('org'), role: 'creator', apiKey: null };
  const theirs: Caller = { userId: newId('usr'), organizationId: newId('org'), role: 'owner', apiKey: null };
  const viewer: Caller = { ...ours, role: 'viewer' };
  let database: TestDatabase;
  let http: Http;
  let url: string;
  let happened: EventRow[];

  before(async () => {
    database = await testDatabase();
    const db = database.kysely;
    for (const { organizationId } of [ours, theirs]) {
      await db.insertInto('organizations').values({ id: organizationId, name: 'An organization' }).execute();
    }
    const events = new EventLog({ db, log: quietLog });
    events.on('*', (event) => void happened.push(event));
    const routes = new RouteTable();
    streamRoutes(routes, {
      streams: new Streams({ db, events }),
      publicUrl: 'https://live.example',
      publishUrls: () => ({ rtmp: { url: 'rtmp://live.example/live', key: '{stream_id}?key={key}' } }),
    });
    http = createHttp({
      config: {
        host: '127.0.0.1',
        httpPort: 0,
        publicUrl: 'https://live.example',
        trustedProxies: [],
        corsOrigins: [],
      },
      log: quietLog,
      routes,
      authenticate: async ({ headers }) =>
        ({ ours, theirs, viewer })[headers.authorization?.replace('Bearer ', '') ?? ''] ?? null,
      metrics: createMetrics(),
      version: '0',
      checkAnswers: true,
    });
    url = `http://127.0.0.1:${(await http.listen()).port}/v1`;
  });
  after(async () => {
    await http.stop();
    await database.drop();
  });
  beforeEach(() => {
    happened = [];
  });

  async function call<T>(method: string, path: string, status: number, body?: object, who = 'ours'): Promise<T> {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${who}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    expect(response.status, text).to.equal(status);
    return (text === '' ? null : JSON.parse(text)) as T;
  }
  const create = (title = 'Sunday service') => call<Stream>('POST', '/streams', 201, { title });
  const opens = async (stream: string, key: string) =>
    (await verifyStreamKey(database.kysely, stream, key))?.keyId ?? null;

  it('makes a stream with defaults, a key shown once, and all that has to be typed', async () => {
    const stream = await create();
    const [key] = stream.keys;
    expect(stream).to.deep.include({
      status: 'offline',
      latency: 'standard',
      record: true,
      visibility: 'public',
      reconnect_window: 60,
      dvr_window: 0,
      ingest: { rtmp: { url: 'rtmp://live.example/live', key: `${stream.id}?key=${key.key}` } },
    });
    expect(key.key).to.match(/^[\w-]{27}$/);
    expect(stream.playback.hls_url).to.equal(`https://live.example/live/${stream.id}/index.m3u8`);
    const again = await call<Stream>('GET', `/streams/${stream.id}`, 200);
    expect(JSON.stringify(again)).not.to.contain(key.key);
    expect(again.ingest.rtmp.key).to.equal(`${stream.id}?key={key}`);
    const stored = await database.pool.query('SELECT * FROM stream_keys WHERE id = $1', [key.id]);
    expect(JSON.stringify(stored.rows)).not.to.contain(key.key);
    await until(() => happened.length === 1, 'the event');
    expect(happened[0]).to.deep.include({
      type: 'stream.created',
      stream_id: stream.id,
      data: { title: stream.title },
    });
  });

  it('refuses what a stream cannot be', async () => {
    for (const body of [{}, { title: '' }, { title: 'a\nb' }, { title: 'x', latency: 'ultra' }]) {
      await call('POST', '/streams', 422, body);
    }
    await call('POST', '/streams', 422, { title: 'x', reconnect_window: 1801 });
    for (const origin of [
      'https://a.example/',
      'https://A.example',
      'a.example',
      '*',
      "https://a.example; script-src 'x'",
    ]) {
      await call('POST', '/streams', 422, { title: 'x', allowed_origins: [origin] });
    }
    await call('POST', '/streams', 403, { title: 'x' }, 'viewer');
    expect(happened).to.deep.equal([]);
  });

  it('changes and deletes a stream, and says so', async () => {
    const { id, keys } = await create();
    const changed = await call<Stream>('PATCH', `/streams/${id}`, 200, { title: 'Evening', visibility: 'protected' });
    expect(changed).to.include({ title: 'Evening', visibility: 'protected', latency: 'standard' });
    expect(changed.allowed_origins).to.deep.equal([]);
    const allowed_origins = ['https://a.example', 'http://localhost:3000'];
    expect((await call<Stream>('PATCH', `/streams/${id}`, 200, { allowed_origins })).allowed_origins).to.deep.equal(
      allowed_origins,
    );
    await call('DELETE', `/streams/${id}`, 204);
    await call('GET', `/streams/${id}`, 404);
    expect(await opens(id, keys[0].key)).to.equal(null);
    await until(() => happened.length === 4, 'the events');
    expect(happened.map(({ type }) => type)).to.deep.equal([
      'stream.created',
      'stream.updated',
      'stream.updated',
      'stream.deleted',
    ]);
  });

  it('hides the streams of another organization', async () => {
    const { id, keys } = await create();
    await call('GET', `/streams/${id}`, 404, undefined, 'theirs');
    await call('PATCH', `/streams/${id}`, 404, { title: 'Mine' }, 'theirs');
    await call('DELETE', `/streams/${id}`, 404, undefined, 'theirs');
    await call('GET', `/streams/${id}/keys`, 404, undefined, 'theirs');
    await call('POST', `/streams/${id}/keys`, 404, { label: 'Mine' }, 'theirs');
    await call('DELETE', `/streams/${id}/keys/${keys[0].id}`, 404, undefined, 'theirs');
    const { data } = await call<List<Stream>>('GET', '/streams', 200, undefined, 'theirs');
    expect(data).to.deep.equal([]);
  });

  it('lists newest first, page by page', async () => {
    const made = [(await create('1')).id, (await create('2')).id, (await create('3')).id];
    const first = await call<List<Stream>>('GET', '/streams?limit=2', 200);
    const second = await call<List<Stream>>('GET', `/streams?limit=100&cursor=${first.next_cursor}`, 200);
    const ids = [...first.data, ...second.data].map(({ id }) => id);
    expect(first.data).to.have.length(2);
    expect(ids).to.deep.equal([...new Set(ids)].sort().reverse());
    expect(ids).to.include.members(made);
    expect(second.next_cursor).to.equal(null);
  });

  it('lets one of many who have read the same change it', async () => {
    const { id } = await create();
    const headers = { authorization: 'Bearer ours', 'content-type': 'application/json' };
    const tag = (await fetch(`${url}/streams/${id}`, { headers })).headers.get('etag')!;
    const change = (ifMatch: string, title = 'Mine') =>
      fetch(`${url}/streams/${id}`, {
        method: 'PATCH',
        headers: { ...headers, 'if-match': ifMatch },
        body: JSON.stringify({ title }),
      });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => change(tag, `Mine ${at}`)));
    const [changed, ...more] = answers.filter(({ status }) => status === 200);
    expect(more).to.deep.equal([]);
    for (const answer of answers.filter((one) => one !== changed)) {
      expect(await answer.json()).to.include({ status: 412, code: 'LS_PRECONDITION_FAILED' });
    }
    const remove = (ifMatch: string) =>
      fetch(`${url}/streams/${id}`, {
        method: 'DELETE',
        headers: { authorization: 'Bearer ours', 'if-match': ifMatch },
      });
    expect((await remove(tag)).status).to.equal(412);
    expect((await change('*')).status).to.equal(200);
    const read = await fetch(`${url}/streams/${id}`, { headers });
    const now = read.headers.get('etag')!;
    const again = await fetch(`${url}/streams/${id}`, { headers: { ...headers, 'if-none-match': now } });
    expect([again.status, again.headers.get('etag'), await again.text()]).to.deep.equal([304, now, '']);
    expect((await remove(now)).status).to.equal(204);
  });

  it('lists by status, visibility and part of a title', async () => {
    const hundred = await create('100% Ärger');
    const thousand = await create('1000 Dinge');
    await call('PATCH', `/streams/${thousand.id}`, 200, { visibility: 'unlisted' });
    const session = { id: newId('ses'), stream_id: hundred.id, organization_id: ours.organizationId };
    await database.kysely
      .insertInto('sessions')
      .values({ ...session, state: 'live' })
      .execute();
    const found = async (query: string) =>
      (await call<List<Stream>>('GET', `/streams?limit=100&${query}`, 200)).data.map(({ id }) => id);
    expect(await found(`title=${encodeURIComponent('0% äRG')}`)).to.deep.equal([hundred.id]);
    expect(await found('title=1000&status=offline')).to.deep.equal([thousand.id]);
    expect(await found('status=live')).to.deep.equal([hundred.id]);
    expect(await found('visibility=unlisted')).to.deep.equal([thousand.id]);
    expect(await found('status=offline')).to.not.include(hundred.id);
    await call('GET', '/streams?status=on', 422);
    await call('GET', '/streams?colour=red', 422);
  });

  it('shows a session that is open as its status', async () => {
    const { id } = await create();
    const session = {
      id: newId('ses'),
      stream_id: id,
      organization_id: ours.organizationId,
      state: 'reconnecting',
    } as const;
    await database.kysely.insertInto('sessions').values(session).execute();
    expect((await call<Stream>('GET', `/streams/${id}`, 200)).status).to.equal('reconnecting');
  });

  it('says where the picture of what is live is, as long as there is one', async () => {
    const { id } = await create();
    const session = { id: newId('ses'), stream_id: id, organization_id: ours.organizationId, state: 'live' } as const;
    const picture = async () => (await call<Stream>('GET', `/streams/${id}`, 200)).thumbnail_url;
    const change = (set: { thumbnail_key: string } | { state: 'ended' }) =>
      database.kysely.updateTable('sessions').set(set).where('id', '=', session.id).execute();
    await database.kysely.insertInto('sessions').values(session).execute();
    expect(await picture()).to.equal(null);
    await change({ thumbnail_key: `sessions/${session.id}/thumbnail.jpg` });
    expect(await picture()).to.equal(`https://live.example/live/${id}/thumbnail.jpg`);
    const { data } = await call<List<Stream>>('GET', '/streams?status=live', 200);
    expect(data.find((stream) => stream.id === id)?.thumbnail_url).to.equal(await picture());
    await change({ state: 'ended' });
    expect(await picture()).to.equal(null);
  });

  it('opens with the right key only, and notes its use', async () => {
    const { id, keys, title } = await create();
    const found = await verifyStreamKey(database.kysely, id, keys[0].key);
    expect(found?.keyId).to.equal(keys[0].id);
    expect(streamRef(found!.stream)).to.include({ id, title, organizationId: ours.organizationId });
    const other = await create();
    expect(await opens(id, other.keys[0].key)).to.equal(null);
    expect(await opens(newId('str'), keys[0].key)).to.equal(null);
    expect(await opens('str_\0', keys[0].key)).to.equal(null);
    expect(await opens(id, '')).to.equal(null);
    expect(await opens(id, '\0'.repeat(100_000))).to.equal(null);
    const { data } = await call<List<{ last_used_at: string | null }>>('GET', `/streams/${id}/keys`, 200);
    expect(data[0]?.last_used_at).to.be.a('string');
  });

  it('adds, expires and deletes keys', async () => {
    const { id, keys } = await create();
    const soon = new Date(Date.now() + 60_000).toISOString();
    const second = await call<Key>('POST', `/streams/${id}/keys`, 201, { label: 'Van', expires_at: soon });
    expect(await opens(id, second.key)).to.equal(second.id);
    await database.pool.query("UPDATE stream_keys SET expires_at = now() - interval '1 s' WHERE id = $1", [second.id]);
    expect(await opens(id, second.key)).to.equal(null);
    await call('POST', `/streams/${id}/keys`, 422, { label: 'Late', expires_at: '2020-01-01T00:00:00Z' });
    await call('DELETE', `/streams/${id}/keys/${keys[0].id}`, 204);
    await call('DELETE', `/streams/${id}/keys/${keys[0].id}`, 404);
    expect(await opens(id, keys[0].key)).to.equal(null);
    await until(() => happened.length === 3, 'the events');
    expect(happened[2]).to.deep.include({
      type: 'stream.key_deleted',
      stream_id: id,
      data: { key_id: keys[0].id, label: 'Main' },
    });
  });

  it('rotates with overlap, or at once', async () => {
    const { id, keys } = await create();
    const second = await call<Key>('POST', `/streams/${id}/keys`, 201, { label: 'Second', overlap: 3600 });
    expect(await opens(id, keys[0].key)).to.equal(keys[0].id);
    const { data } = await call<List<{ id: string; expires_at: string | null }>>('GET', `/streams/${id}/keys`, 200);
    expect(data.map(({ expires_at }) => expires_at === null)).to.deep.equal([false, true]);
    const third = await call<Key>('POST', `/streams/${id}/keys`, 201, { label: 'Third', overlap: 0 });
    expect(await opens(id, keys[0].key)).to.equal(null);
    expect(await opens(id, second.key)).to.equal(null);
    expect(await opens(id, third.key)).to.equal(third.id);
  });

  it('stops at twenty keys, also when asked all at once', async () => {
    const { id } = await create();
    const answers = await Promise.all(
      Array.from({ length: 22 }, () =>
        fetch(`${url}/streams/${id}/keys`, { method: 'POST', headers: { authorization: 'Bearer ours' } }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).to.have.length(19);
    expect(answers.filter(({ status }) => status === 409)).to.have.length(3);
  });
});

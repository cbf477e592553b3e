/** Secrets that are put through the API: none is found in the database, in what the server prints or measures, or among its processes. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { allProcesses, descendants } from '../../support/processes.ts';
import { killPublishers, publish } from '../../support/publisher.ts';
import { until } from '../../support/until.ts';
import { startWorld, type World } from './world.ts';

const EMAIL = 'marker@example.org';

describe('a secret', function () {
  this.timeout(180_000);
  let world: World;
  /** By what each is. */
  const secrets: Record<string, string> = {};

  async function call<T = Record<string, string>>(
    path: string,
    body: object,
    headers: Record<string, string> = {},
  ): Promise<T> {
    const response = await fetch(`${world.server.url}/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `"${path}"`, ...headers },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    expect(response.ok, `${path}: ${text}`).to.equal(true);
    const [cookie] = response.headers.getSetCookie();
    if (cookie) secrets['session of a browser'] = /=([^;]+)/.exec(cookie)![1]!;
    return JSON.parse(text) as T;
  }

  before(async () => {
    world = await startWorld({ LIVESTREAMS_LOG_LEVEL: 'debug' });
    const { server, organizationId } = world;
    const wrong = 'marker-of-a-wrong-password';
    secrets['wrong password'] = wrong;
    await fetch(`${server.url}/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: EMAIL, password: wrong }),
    });

    const owner = await call('/auth/login', { email: 'owner@example.org', password: 'correct horse battery' });
    secrets['refresh token'] = owner.refresh_token!;
    secrets['access token'] = owner.access_token!;
    const authorization = `Bearer ${owner.access_token}`;

    const { url } = await call(
      `/organizations/${organizationId}/invitations`,
      { email: EMAIL, role: 'creator' },
      { authorization },
    );
    secrets['invitation token'] = new URL(url!).searchParams.get('token')!;
    secrets.password = 'marker-of-a-password';
    await call('/auth/accept-invitation', {
      token: secrets['invitation token'],
      name: 'Marker',
      password: secrets.password,
    });
    await call('/auth/login', { email: EMAIL, password: secrets.password, session: 'cookie' }, { origin: server.url });

    const stream = await call<{ id: string; keys: { id: string; key: string }[] }>(
      '/streams',
      { title: 'Marked', visibility: 'protected' },
      { authorization },
    );
    secrets['stream key'] = stream.keys[0]!.key;
    secrets['second stream key'] = (await call(`/streams/${stream.id}/keys`, { label: 'Second' }, { authorization }))
      .key!;
    secrets['API key'] = (await call('/api-keys', { name: 'Marked', scope: 'manage' }, { authorization })).key!;
    secrets['playback token'] = (await call(`/streams/${stream.id}/playback-tokens`, {}, { authorization })).token!;

    secrets['token of the stream of events'] = (await call('/events/token', {}, { authorization })).token!;

    // Each is used where it belongs, and the tokens once more in an address.
    const key = secrets['stream key'];
    publish(server.rtmpUrl({ id: stream.id, key, keyId: stream.keys[0]!.id }));
    const isLive = async () => (await server.api('GET', `/streams/${stream.id}`)).status === 'live';
    await until(isLive, 'the stream to be live');
    await fetch(`${server.url}/live/${stream.id}/index.m3u8?token=${secrets['playback token']}`);
    await fetch(`${server.url}/v1/streams`, { headers: { authorization: `Bearer ${secrets['API key']}` } });
    await fetch(`${server.url}/v1/events?token=${secrets['token of the stream of events']}`);
    await fetch(`${server.url}/v1/nothing?token=${secrets['API key']}&key=${key}`);
    await call('/auth/refresh', { refresh_token: secrets['refresh token'] });
  });

  after(async () => {
    await killPublishers();
    await world?.stop();
  });

  /** Names of the secrets that a text holds, as they are or in an encoding of bytes. */
  function found(text: string): string[] {
    return Object.entries(secrets)
      .filter(([, secret]) => {
        const bytes = Buffer.from(secret);
        return [
          secret,
          bytes.toString('hex'),
          bytes.toString('base64').replace(/=+$/, ''),
          encodeURIComponent(secret),
        ].some((form) => text.includes(form));
      })
      .map(([name]) => name);
  }

  it('has been of every kind', () => {
    for (const [name, secret] of Object.entries(secrets)) expect(secret, name).to.match(/^.{20,}$/);
    expect(Object.keys(secrets)).to.have.length(11);
    expect(found(Object.values(secrets).join('\n')), 'what this test would find').to.deep.equal(Object.keys(secrets));
  });

  it('is in no row of any table', async () => {
    const { pool } = world.database;
    const { rows: tables } = await pool.query<{ name: string }>(`
      SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
      WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`);
    expect(tables.map(({ name }) => name)).to.include.members([
      'livestreams.idempotency_keys',
      'livestreams.stream_keys',
    ]);
    const kept = await pool.query('SELECT answer FROM idempotency_keys');
    expect(kept.rows.length, 'answers that are kept').to.be.at.least(4);
    for (const { name } of tables) {
      const { rows } = await pool.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
      for (const { row } of rows) expect(found(row), `${name}: ${row}`).to.deep.equal([]);
    }
  });

  it('is in nothing that the server prints or measures', async () => {
    const output = world.server.output();
    expect(output, 'requests are logged').to.contain('/v1/nothing');
    expect(found(output)).to.deep.equal([]);
    expect(found(await (await fetch(`${world.server.url}/metrics`)).text())).to.deep.equal([]);
  });

  it('is in the command of no process', function () {
    const server = world.server.process.pid!;
    if (allProcesses().length === 0) this.skip();
    const processes = descendants(server);
    expect(processes, 'the server has some').to.not.deep.equal([]);
    for (const { command } of processes) expect(found(command), command).to.deep.equal([]);
    expect(found(readFileSync(`/proc/${server}/cmdline`, 'utf8'))).to.deep.equal([]);
  });
});

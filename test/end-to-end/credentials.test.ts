/** Credentials on whole servers: two processes on one database agree at once on what opens what, and keys change while they run. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { exportJWK, generateKeyPair } from 'jose';
import pg from 'pg';
import { rotateKeys } from '../../core/accounts/index.ts';
import { testDatabaseUrl } from '../support/database.ts';
import { owner, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const CONFIG = fileURLToPath(new URL('source-only.config.mjs', import.meta.url));

interface Made {
  id: string;
  key: string;
  token: string;
}

describe('credentials of a running server', function () {
  this.timeout(120_000);
  let admin: pg.Client;
  let name: string;
  let servers: [TestServer, TestServer];

  before(async () => {
    admin = new pg.Client({ connectionString: await testDatabaseUrl() });
    await admin.connect();
    name = `credentials_${randomBytes(6).toString('hex')}`;
    await admin.query(`CREATE DATABASE ${name}`);
    const url = new URL(await testDatabaseUrl());
    url.pathname = `/${name}`;
    const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const LIVESTREAMS_SIGNING_KEYS = JSON.stringify({ keys: [await exportJWK(privateKey)] });
    const options = { config: CONFIG, env: { DATABASE_URL: url.href, LIVESTREAMS_SIGNING_KEYS } };
    servers = [await startServer(options), await startServer(options)];
  });
  after(async () => {
    for (const server of servers ?? []) await server.stop();
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.end();
  });

  const code = async (response: Response) => ((await response.json()) as { code: string }).code;
  const status = async (server: TestServer, path: string, headers: Record<string, string>, init: RequestInit = {}) =>
    (await fetch(`${server.url}/v1${path}`, { ...init, headers })).status;
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  it('let a playback token play its stream on any of them, and no other stream', async () => {
    const [one, other] = servers;
    const [stream, foreign] = [
      await one.createStream({ visibility: 'protected' }),
      await one.createStream({ visibility: 'protected' }),
    ];
    const { id, token } = await one.api<Made>('POST', `/streams/${stream.id}/playback-tokens`, {});
    const play = async (server: TestServer, streamId: string) =>
      code(await fetch(`${server.url}/live/${streamId}/index.m3u8?token=${token}`));
    // It is offline, which nobody is told whom it does not let in.
    for (const server of servers) {
      expect(await play(server, stream.id)).to.equal('LS_PLAYBACK_OFFLINE');
      expect(await play(server, foreign.id)).to.equal('LS_PLAYBACK_TOKEN_INVALID');
    }
    await one.api('DELETE', `/playback-tokens/${id}`);
    expect(await play(one, stream.id)).to.equal('LS_PLAYBACK_TOKEN_REVOKED');
    const isRevoked = async () => (await play(other, stream.id)) === 'LS_PLAYBACK_TOKEN_REVOKED';
    await until(isRevoked, 'the other server to refuse the token');
  });

  it('end an API key at once on all of them', async () => {
    const [one, other] = servers;
    const { id, key } = await one.api<Made>('POST', '/api-keys', { name: 'A program', scope: 'read' });
    expect(await status(other, '/streams', bearer(key))).to.equal(200);
    await one.api('DELETE', `/api-keys/${id}`);
    expect(await status(other, '/streams', bearer(key))).to.equal(401);
  });

  it('take the cookie of one on the other, from its own pages', async () => {
    const [one, other] = servers;
    const response = await fetch(`${one.url}/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: one.url },
      body: JSON.stringify({ ...owner, session: 'cookie' }),
    });
    expect(response.status).to.equal(200);
    const cookie = response.headers.get('set-cookie')!.split(';')[0]!;
    expect(await status(other, '/me', { cookie })).to.equal(200);
    const write = (origin: string) =>
      status(
        other,
        '/streams',
        { cookie, origin, 'content-type': 'application/json' },
        { method: 'POST', body: '{"title":"x"}' },
      );
    expect(await write('https://evil.example')).to.equal(403);
    expect(await write(one.url), 'a page of another server on this machine').to.equal(403);
    expect(await write(other.url)).to.equal(201);
  });
});

describe('rotation of the keys of a running server', function () {
  this.timeout(120_000);

  it('ends no token, and shows both keys', async () => {
    const server = await startServer({ config: CONFIG });
    try {
      const published = async () =>
        (await (await fetch(`${server.url}/.well-known/jwks.json`)).json()) as { keys: { kid: string; d?: string }[] };
      const { keys: before } = await published();
      expect(before).to.have.length(1);
      await rotateKeys(server.dataDir);
      const { keys: after } = await published();
      expect(after.map(({ kid }) => kid))
        .to.have.length(2)
        .and.to.include(before[0]!.kid);
      for (const key of after) expect(key).not.to.have.property('d');
      await server.api('GET', '/me');
      const grant = await server.api<{ access_token: string }>('POST', '/auth/login', owner);
      const [header] = grant.access_token.split('.');
      expect(JSON.parse(Buffer.from(header!, 'base64url').toString()).kid).to.equal(after[0]!.kid);
      const me = await fetch(`${server.url}/v1/me`, { headers: { authorization: `Bearer ${grant.access_token}` } });
      expect(me.status).to.equal(200);
    } finally {
      await server.stop();
    }
  });
});

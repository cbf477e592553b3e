/** Limits on whole servers: two processes with one Redis count tries together, and go on alone when it is gone. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import pg from 'pg';
import { testDatabaseUrl } from '../support/database.ts';
import { hasRedis, startRedis, type TestRedis } from '../support/redis.ts';
import { owner, startServer, type TestServer } from '../support/server.ts';

const CONFIG = fileURLToPath(new URL('source-only.config.mjs', import.meta.url));

describe('limits of running servers', function () {
  this.timeout(120_000);
  let admin: pg.Client;
  let name: string;
  let redis: TestRedis;
  let servers: TestServer[] = [];

  before(async function () {
    if (!hasRedis()) this.skip();
    redis = await startRedis();
    admin = new pg.Client({ connectionString: await testDatabaseUrl() });
    await admin.connect();
    name = `limits_${randomBytes(6).toString('hex')}`;
    await admin.query(`CREATE DATABASE ${name}`);
    const url = new URL(await testDatabaseUrl());
    url.pathname = `/${name}`;
    const options = { config: CONFIG, env: { DATABASE_URL: url.href, REDIS_URL: redis.url } };
    servers = [await startServer(options), await startServer(options)];
  });
  after(async () => {
    for (const server of servers) await server.stop();
    await redis?.kill();
    await admin?.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin?.end();
  });

  const login = async (server: TestServer, email: string, password: string) => {
    const response = await fetch(`${server.url}/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    });
    return response.status;
  };
  /** How many of eight guesses at each server are held back. */
  const heldBack = async (email: string) => {
    const tries = servers.flatMap((server) => Array.from({ length: 8 }, () => login(server, email, 'a guess')));
    return (await Promise.all(tries)).filter((status) => status === 429).length;
  };

  it('are those of all together, and in memory of each when Redis is gone', async () => {
    const [one] = servers;
    expect(await heldBack('somebody@example.org')).to.equal(6);
    expect(await login(one!, owner.email, owner.password), 'another account').to.equal(200);
    await redis.kill();
    expect(await heldBack('another@example.org')).to.equal(0);
    expect(await login(one!, owner.email, owner.password)).to.equal(200);
    expect(servers.map((server) => server.output()).join('')).to.contain('Redis does not answer');
  });
});

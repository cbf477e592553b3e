/** Playback tokens over real HTTP and Postgres: made, listed, revoked in every process, and of no use to others. */
import { expect } from 'chai';
import { quietLog } from '../../test/support/log.ts';
import { until } from '../../test/support/until.ts';
import { TestAccounts } from '../accounts/test-accounts.ts';
import { newId } from '../ids.ts';
import { IssuedTokens } from './issued-tokens.ts';
import { Revocations } from './revocations.ts';
import { playbackTokenRoutes } from './token-routes.ts';
import { PlaybackTokens } from './tokens.ts';

const owner = { email: 'ada@example.org', password: 'correct horse' };

const BLOCKED_BY = 'SELECT 1 FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))';

interface Made {
  id: string;
  token: string;
  expires_at: string;
}
interface Listed {
  data: { id: string; viewer_id: string | null; revoked_at: string | null }[];
}

describe('routes of playback tokens', function () {
  this.timeout(30_000);
  let bed: TestAccounts;
  let tokens: PlaybackTokens;
  let revocations: Revocations;
  let elsewhere: Revocations;
  let bearer: string;
  let organizationId: string;
  let stream: string;
  let asset: string;

  before(async () => {
    bed = await TestAccounts.start((routes, { database, tokens: signed }) => {
      const db = database.kysely;
      revocations = new Revocations({ db, log: quietLog });
      elsewhere = new Revocations({ db, log: quietLog });
      tokens = new PlaybackTokens({ signed, isRevoked: (id) => revocations.has(id) });
      playbackTokenRoutes(routes, new IssuedTokens({ db, tokens, revocations }));
    });
    await revocations.start();
    await elsewhere.start();
    await bed.accounts.ensureOwner(owner);
    const grant = (await (await bed.call('POST', '/auth/login', { body: owner })).json()) as Record<string, string>;
    bearer = grant.access_token!;
    organizationId = grant.organization_id!;
    stream = newId('str');
    asset = newId('ast');
    const row = { organization_id: organizationId, title: 'A stream' };
    await bed.database.kysely
      .insertInto('streams')
      .values({ id: stream, ...row })
      .execute();
    await bed.database.kysely
      .insertInto('assets')
      .values({ id: asset, kind: 'upload', ...row })
      .execute();
  });
  after(async () => {
    await revocations.stop();
    await elsewhere.stop();
    await bed.stop();
  });

  const make = async (path: string, body: object = {}) => {
    const response = await bed.call('POST', path, { bearer, body });
    expect(response.status).to.equal(201);
    return (await response.json()) as Made;
  };
  const list = async (path: string) => ((await (await bed.call('GET', path, { bearer })).json()) as Listed).data;

  it('make tokens for one stream or asset, of which no row has the text', async () => {
    for (const [path, own, other] of [
      [`/streams/${stream}/playback-tokens`, stream, asset],
      [`/assets/${asset}/playback-tokens`, asset, stream],
    ] as const) {
      const { id, token } = await make(path, { viewer_id: 'guest-7', expires_in: 60 });
      expect(await tokens.verify(token, own)).to.equal('valid');
      expect(await tokens.verify(token, other)).to.equal('invalid');
      expect((await list(path))[0]).to.include({ id, viewer_id: 'guest-7', revoked_at: null });
      const { rows } = await bed.database.pool.query('SELECT * FROM playback_tokens');
      expect(JSON.stringify(rows)).not.to.contain(token.split('.')[2]);
    }
    const short = await bed.call('POST', `/streams/${stream}/playback-tokens`, { bearer, body: { expires_in: 1 } });
    expect(short.status).to.equal(422);
    for (const method of ['GET', 'POST']) {
      for (const path of [`/streams/${newId('str')}`, `/streams/${asset}`, `/assets/${newId('ast')}`]) {
        const response = await bed.call(method, `${path}/playback-tokens`, { bearer });
        expect(response.status, `${method} ${path}`).to.equal(404);
      }
    }
  });

  it('make none for a stream that is deleted at this moment', async () => {
    const id = newId('str');
    const { pool } = bed.database;
    await pool.query('INSERT INTO streams (id, organization_id, title) VALUES ($1, $2, $1)', [id, organizationId]);
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const { rows } = await client.query('DELETE FROM streams WHERE id = $1 RETURNING pg_backend_pid() AS pid', [id]);
      const answer = bed.call('POST', `/streams/${id}/playback-tokens`, { bearer });
      await until(
        async () => (await pool.query(BLOCKED_BY, [rows[0].pid])).rowCount! > 0,
        'the request to wait for the deletion',
      );
      await client.query('COMMIT');
      expect((await answer).status).to.equal(404);
    } finally {
      client.release();
    }
  });

  it('revoke: here at once, in other processes soon, and after a restart still', async () => {
    const path = `/streams/${stream}/playback-tokens`;
    const { id, token } = await make(path);
    expect(await tokens.verify(token, stream)).to.equal('valid');
    expect((await bed.call('DELETE', `/playback-tokens/${id}`, { bearer })).status).to.equal(204);
    expect(tokens.verify(token, stream)).to.equal('revoked');
    expect((await list(path))[0])
      .to.include({ id })
      .and.have.property('revoked_at')
      .that.is.a('string');
    await until(() => elsewhere.has(id), 'the other process to know');
    const restarted = new Revocations({ db: bed.database.kysely, log: quietLog });
    await restarted.start();
    expect(restarted.has(id)).to.equal(true);
    await restarted.stop();
    expect((await bed.call('DELETE', `/playback-tokens/${id}`, { bearer })).status, 'again').to.equal(204);
  });

  it('know no token of another organization', async () => {
    const foreign = newId('org');
    await bed.database.pool.query('INSERT INTO organizations (id, name) VALUES ($1, $1)', [foreign]);
    const { id, token } = await make(`/streams/${stream}/playback-tokens`);
    await bed.database.pool.query('UPDATE playback_tokens SET organization_id = $1 WHERE id = $2', [foreign, id]);
    expect((await bed.call('DELETE', `/playback-tokens/${id}`, { bearer })).status).to.equal(404);
    expect(await tokens.verify(token, stream)).to.equal('valid');
    expect((await list(`/streams/${stream}/playback-tokens`)).map((row) => row.id)).not.to.contain(id);
  });

  it('may be called with a key of the scope publish', async () => {
    const { key } = await bed.apiKeys.create(organizationId, {
      name: 'A site',
      scope: 'publish',
      streamId: stream,
      expiresAt: null,
      createdBy: null,
    });
    const response = await bed.call('POST', `/streams/${stream}/playback-tokens`, { bearer: key, body: {} });
    expect(response.status).to.equal(201);
  });
});

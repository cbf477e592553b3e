/** Keys of repeats over real Postgres: two objects that share nothing stand for two servers. */
import { expect } from 'chai';
import type { Caller, LivestreamsError, RouteAnswer } from '#plugin-api';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { quietLog } from '../../test/support/log.ts';
import { until } from '../../test/support/until.ts';
import { newId } from '../ids.ts';
import { Idempotency, type Repeatable } from './idempotency.ts';

const SECRET = Buffer.alloc(32, 3);

describe('idempotency', () => {
  const caller: Caller = { userId: newId('usr'), organizationId: newId('org'), role: 'creator', apiKey: null };
  const other: Caller = { ...caller, userId: newId('usr') };
  let database: TestDatabase;
  let servers: [Idempotency, Idempotency];
  let made: number;

  const repeat = (change: Partial<Repeatable> = {}): Repeatable => ({
    caller,
    key: '"one"',
    request: ['POST', '/songs', { title: 'Ode' }],
    signal: new AbortController().signal,
    ...change,
  });
  const make = async (): Promise<RouteAnswer> => {
    made += 1;
    const number = made;
    await database.pool.query('SELECT pg_sleep(0.05)');
    return { status: 201, headers: { Location: `/songs/${number}` }, body: { number, key: 'marker-secret' } };
  };
  const refused = (attempt: Promise<unknown>): Promise<LivestreamsError> =>
    attempt.then(
      () => expect.fail('it was answered'),
      (error: LivestreamsError) => error,
    );

  /** Resolves when somebody is at work with the key. */
  const isHeld = () =>
    until(
      async () => (await database.pool.query('SELECT 1 FROM idempotency_keys')).rowCount === 1,
      'the key to be held',
    );

  beforeEach(async () => {
    made = 0;
    database = await testDatabase();
    const db = database.kysely;
    await db.insertInto('organizations').values({ id: caller.organizationId, name: 'Ours' }).execute();
    const server = () => new Idempotency({ db, secret: SECRET, log: quietLog });
    servers = [server(), server()];
  });
  afterEach(() => database.drop());

  it('makes one thing of fifty requests at once to two servers, and answers all alike', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) => servers[at % 2]!.once(repeat({ key: at % 3 ? '"one"' : 'one' }), make)),
    );
    expect(made).to.equal(1);
    for (const { status, body, headers } of answers) {
      expect({ status, body }).to.deep.equal({ status: 201, body: { number: 1, key: 'marker-secret' } });
      expect(headers).to.include({ Location: '/songs/1' });
    }
    expect(answers.filter(({ headers }) => headers?.['Idempotent-Replayed'] === 'true')).to.have.length(49);
  });

  it('keeps no secret that can be read, and nothing that opens elsewhere', async () => {
    await servers[0].once(repeat(), make);
    const { rows } = await database.pool.query('SELECT answer, idempotency_keys::text AS row FROM idempotency_keys');
    expect(rows).to.have.length(1);
    expect(rows[0].answer.toString('latin1')).to.not.contain('marker-secret').and.not.contain('Location');
    expect(rows[0].row).to.not.contain('marker-secret');
    const stranger = new Idempotency({ db: database.kysely, secret: Buffer.alloc(32, 4), log: quietLog });
    expect((await refused(stranger.once(repeat(), make))).code).to.match(/UNREADABLE/);
    await database.pool.query('UPDATE idempotency_keys SET caller_id = $1', [other.userId]);
    expect((await refused(servers[0].once(repeat({ caller: other }), make))).code).to.match(/UNREADABLE/);
    expect(made).to.equal(1);
  });

  it('refuses a key with another request, and knows the keys of callers apart', async () => {
    await servers[0].once(repeat(), make);
    const error = await refused(servers[1].once(repeat({ request: ['POST', '/songs', { title: 'Odd' }] }), make));
    expect(error.code).to.equal('LS_IDEMPOTENCY_MISMATCH');
    await servers[0].once(repeat({ caller: other, request: 'another' }), make);
    const program = { ...caller, userId: null, apiKey: { id: newId('apk'), scope: 'manage', streamId: null } } as const;
    await servers[0].once(repeat({ caller: program }), make);
    expect(made).to.equal(3);
  });

  it('keeps nothing of what failed, and lets who waited for it try', async () => {
    const gate = Promise.withResolvers<void>();
    const failing = servers[0].once(repeat(), async () => {
      await make();
      await gate.promise;
      throw new Error('the disk is full');
    });
    const failed = refused(failing);
    await isHeld();
    const waiting = servers[1].once(repeat(), make);
    gate.resolve();
    expect((await failed).message).to.equal('the disk is full');
    expect((await waiting).body).to.include({ number: 2 });
    await servers[0].once(repeat({ key: 'two' }), async () => ({ status: 409 }));
    expect((await servers[0].once(repeat({ key: 'two' }), make)).body).to.include({ number: 3 });
  });

  it('takes over from a server that has died, and forgets after a day', async () => {
    const gate = Promise.withResolvers<void>();
    const died = servers[0].once(repeat(), () => gate.promise.then(make));
    await isHeld();
    await database.pool.query("UPDATE idempotency_keys SET lease_until = now() - interval '1 s'");
    expect((await refused(servers[1].once(repeat({ request: 'another' }), make))).code).to.match(/MISMATCH/);
    const taken = await servers[1].once(repeat(), make);
    gate.resolve();
    const late = await died;
    expect(taken.body).to.not.deep.equal(late.body);
    expect((await servers[0].once(repeat(), make)).body).to.deep.equal(taken.body);
    await database.pool.query("UPDATE idempotency_keys SET expires_at = now() - interval '1 s'");
    expect((await servers[0].once(repeat({ request: 'another' }), make)).body).to.include({ number: 3 });
  });

  it('ends the wait of who is gone, and refuses what is no key', async () => {
    const first = Promise.withResolvers<RouteAnswer>();
    const running = servers[0].once(repeat(), () => first.promise);
    await isHeld();
    const controller = new AbortController();
    const waiting = refused(servers[1].once(repeat({ signal: controller.signal }), make));
    controller.abort();
    expect((await waiting).name).to.equal('AbortError');
    first.resolve({ status: 201 });
    await running;
    for (const key of ['""', ' ', 'a b', 'ä', `"${'x'.repeat(256)}"`, '"a"b"']) {
      const error = await refused(servers[0].once(repeat({ key }), make));
      expect(error.extensions.errors, key).to.have.nested.property('[0].pointer', '/headers/idempotency-key');
    }
    expect(made).to.equal(0);
  });
});

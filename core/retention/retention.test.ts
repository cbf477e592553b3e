/** What is deleted when, over a real database and disk: by days, by bytes, unrecorded, for want of space; an event before each, and only its own bytes. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Storage } from '#plugin-api';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { temporaryFolder } from '../../test/support/folder.ts';
import { quietLog } from '../../test/support/log.ts';
import { until } from '../../test/support/until.ts';
import { AssetStore } from '../assets/assets.ts';
import { fillSession } from '../assets/test-ledger.ts';
import { EventLog } from '../events/log.ts';
import { addSession } from '../segments/test-session.ts';
import { localStorage } from '../storage/local.ts';
import { Garbage } from './garbage.ts';
import { behindLive } from './guard.ts';
import { Keeper } from './keeper.ts';
import { Retention } from './retention.ts';
import { SpaceWatch } from './space.ts';

const HOUR = 3600_000;
const DAY = 24 * HOUR;
/** Three renditions of 20 bytes a segment. */
const SEGMENTS = 4;
const BYTES = SEGMENTS * 3 * 20;

describe('retention', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let events: EventLog;
  let assets: AssetStore;
  let folder: string;
  let storage: Storage;
  let garbage: Garbage;
  let retention: Retention;
  let dropped: string[];

  beforeEach(async () => {
    database = await testDatabase();
    const db = database.kysely;
    events = new EventLog({ db, log: quietLog });
    assets = new AssetStore({ db, events, hooks: { notify: async () => {} }, publicUrl: 'http://x' });
    folder = temporaryFolder();
    storage = localStorage(folder);
    garbage = new Garbage({ db, storage, log: quietLog });
    dropped = [];
    const onDropped = ({ sessionId }: { sessionId: string }) => void dropped.push(sessionId);
    retention = new Retention({ db, events, assets, onDropped, unrecordedMediaHours: 24, log: quietLog });
  });
  afterEach(() => database.drop());

  /** A stream with an ended session whose bytes are stored. */
  async function broadcast({ endedAgo = 0, record = true } = {}) {
    const { sessionId, streamId } = await addSession(database);
    await fillSession(database, sessionId, { segments: SEGMENTS });
    const { kysely } = database;
    await kysely.updateTable('streams').set({ record }).where('id', '=', streamId).execute();
    const ended = { state: 'ended' as const, ended_at: new Date(Date.now() - endedAgo) };
    await kysely.updateTable('sessions').set(ended).where('id', '=', sessionId).execute();
    const rows = await kysely
      .selectFrom('segments')
      .select('storage_key')
      .where('session_id', '=', sessionId)
      .execute();
    for (const { storage_key } of rows) await storage.put(storage_key, Buffer.alloc(20));
    const { organization_id: organizationId } = await kysely
      .selectFrom('streams')
      .selectAll()
      .where('id', '=', streamId)
      .executeTakeFirstOrThrow();
    return { sessionId, streamId, organizationId };
  }

  type Broadcast = Awaited<ReturnType<typeof broadcast>>;

  /** An asset of the whole session, made so long ago. */
  async function asset(of: Broadcast, kind: 'recording' | 'clip', ago = 0): Promise<string> {
    const { id } = await assets.create({ kind, title: 'A talk', ...of });
    await assets.adopt(id, { sessionId: of.sessionId });
    await assets.ready(id, { duration: SEGMENTS * 2 });
    const created_at = new Date(Date.now() - ago);
    await database.kysely.updateTable('assets').set({ created_at }).where('id', '=', id).execute();
    return id;
  }

  const stored = async (prefix = '') => {
    let count = 0;
    for await (const _ of storage.list(prefix)) count++;
    return count;
  };
  const kept = async () =>
    (await database.kysely.selectFrom('assets').select('id').orderBy('id').execute()).map(({ id }) => id);
  const deletions = async ({ organizationId }: Broadcast) =>
    (await events.list({ organizationId, limit: 100 }))
      .filter(({ type }) => type === 'retention.deleting' || type === 'asset.deleted')
      .map(({ type, data }) => [type, data]);
  const keep = (table: 'organizations' | 'streams', id: string, of: { days?: number; bytes?: number }) =>
    database.kysely
      .updateTable(table)
      .set({ retention: { days: of.days ?? null, bytes: of.bytes ?? null } })
      .where('id', '=', id)
      .execute();

  it('deletes nothing where nobody says so', async () => {
    const old = await broadcast({ endedAgo: 1 * HOUR });
    await asset(old, 'recording', 5000 * DAY);
    expect(await retention.run()).to.equal(0);
    expect(await garbage.sweep()).to.equal(0);
    expect(await stored()).to.equal(SEGMENTS * 3);
  });

  it('deletes recordings past their days, with every byte of theirs, after an event that says why', async () => {
    const of = await broadcast();
    const id = await asset(of, 'recording', 8 * DAY);
    const other = await broadcast();
    const young = await asset(other, 'recording', 1 * DAY);
    await keep('streams', of.streamId, { days: 7 });
    await keep('organizations', other.organizationId, { days: 7 });
    await retention.run();
    await garbage.sweep();
    expect(await kept()).to.deep.equal([young]);
    expect(await deletions(of)).to.deep.equal([
      ['retention.deleting', { asset_id: id, title: 'A talk', bytes: BYTES, reason: 'days' }],
      ['asset.deleted', { asset_id: id, kind: 'recording', title: 'A talk' }],
    ]);
    expect(await stored(`sessions/${of.sessionId}/`)).to.equal(0);
    expect(await stored()).to.equal(SEGMENTS * 3);
    expect(readdirSync(join(folder, 'sessions'))).to.deep.equal([other.sessionId]);
  });

  it('lets the stricter of stream and organization count', async () => {
    const of = await broadcast();
    await asset(of, 'recording', 3 * DAY);
    await keep('organizations', of.organizationId, { days: 30 });
    expect(await retention.run()).to.equal(0);
    await keep('streams', of.streamId, { days: 2 });
    expect(await retention.run()).to.equal(1);
  });

  it('deletes the oldest recordings where all together have too many bytes', async () => {
    const first = await broadcast();
    const ids = [await asset(first, 'recording', 3 * DAY)];
    for (const ago of [2 * DAY, 1 * DAY]) {
      const { sessionId, streamId } = await broadcast();
      const { organizationId } = first;
      // All of one organization.
      await database.kysely
        .updateTable('streams')
        .set({ organization_id: organizationId })
        .where('id', '=', streamId)
        .execute();
      ids.push(await asset({ sessionId, streamId, organizationId }, 'recording', ago));
    }
    await keep('organizations', first.organizationId, { bytes: BYTES * 2 + 1 });
    await retention.run();
    expect(await kept()).to.deep.equal(ids.slice(1).sort());
    await keep('organizations', first.organizationId, { bytes: BYTES - 1 });
    await retention.run();
    expect(await kept()).to.deep.equal([]);
    expect((await deletions(first)).filter(([type]) => type === 'retention.deleting')).to.have.length(3);
  });

  it('keeps the bytes that a clip shares with what is deleted', async () => {
    const of = await broadcast();
    await asset(of, 'recording', 8 * DAY);
    const clip = await asset(of, 'clip', 8 * DAY);
    await keep('streams', of.streamId, { days: 7 });
    await retention.run();
    expect(await garbage.sweep()).to.equal(SEGMENTS * 3);
    expect(await kept()).to.deep.equal([clip]);
    expect(await stored()).to.equal(SEGMENTS * 3);
    await assets.delete(clip);
    await garbage.sweep();
    expect(await stored()).to.equal(0);
  });

  it('deletes what was broadcast unrecorded after its time, and says nothing of what a recording has taken over', async () => {
    const unrecorded = await broadcast({ endedAgo: 25 * HOUR, record: false });
    const recorded = await broadcast({ endedAgo: 25 * HOUR });
    await asset(recorded, 'recording', 25 * HOUR);
    const beingMade = await broadcast({ endedAgo: 25 * HOUR });
    await assets.create({ kind: 'recording', title: 'A talk', ...beingMade });
    const recent = await broadcast({ endedAgo: 23 * HOUR, record: false });
    expect(await retention.run()).to.equal(2);
    await garbage.sweep();
    expect(await stored(`sessions/${unrecorded.sessionId}/`)).to.equal(0);
    for (const { sessionId } of [recorded, beingMade, recent])
      expect(await stored(`sessions/${sessionId}/`)).to.equal(SEGMENTS * 3);
    expect(await deletions(unrecorded)).to.deep.equal([
      ['retention.deleting', { asset_id: null, title: 'Test', bytes: BYTES, reason: 'not_recorded' }],
    ]);
    expect(await deletions(recorded)).to.deep.equal([]);
    expect(dropped).to.have.members([unrecorded.sessionId, recorded.sessionId]);
    const { rows } = await database.pool.query('SELECT DISTINCT session_id FROM segments ORDER BY 1');
    expect(rows.map(({ session_id }) => session_id)).to.deep.equal([beingMade.sessionId, recent.sessionId].sort());
  });

  it('deletes a stream with every byte of its sessions, and only those', async () => {
    const of = await broadcast();
    const other = await broadcast();
    await database.kysely.deleteFrom('streams').where('id', '=', of.streamId).execute();
    expect(await garbage.sweep()).to.equal(SEGMENTS * 3);
    expect(await stored(`sessions/${other.sessionId}/`)).to.equal(SEGMENTS * 3);
    expect(await stored()).to.equal(SEGMENTS * 3);
  });

  it('keeps the keys of what storage does not delete for the next sweep', async () => {
    const of = await broadcast();
    await database.kysely.deleteFrom('streams').where('id', '=', of.streamId).execute();
    let broken = true;
    const fragile = {
      delete: async (key: string) => {
        if (broken && key.includes('/audio/')) throw new Error('the store is down');
        await storage.delete(key);
      },
    };
    const sweeper = new Garbage({ db: database.kysely, storage: fragile, log: quietLog });
    await sweeper.sweep();
    expect(await stored()).to.be.at.least(SEGMENTS);
    broken = false;
    await sweeper.sweep();
    expect(await stored()).to.equal(0);
    expect(await database.kysely.selectFrom('storage_garbage').selectAll().execute()).to.deep.equal([]);
  });

  it('shares the work between processes', async () => {
    for (let n = 0; n < 3; n++) await broadcast();
    await database.kysely.deleteFrom('streams').execute();
    const sweepers = [1, 2, 3].map(() => new Garbage({ db: database.kysely, storage, log: quietLog }));
    const counts = await Promise.all(sweepers.map((sweeper) => sweeper.sweep()));
    expect(counts.reduce((sum, count) => sum + count, 0)).to.equal(SEGMENTS * 3 * 3);
    expect(await stored()).to.equal(0);
  });

  it('tells when the disk fills, takes nothing but live when it is full, and makes room by the oldest that nobody recorded', async () => {
    const oldest = await broadcast({ endedAgo: 3 * HOUR, record: false });
    const later = await broadcast({ endedAgo: 2 * HOUR, record: false });
    const recorded = await broadcast({ endedAgo: 3 * HOUR });
    await asset(recorded, 'recording');
    // A disk that has as many bytes free as it is told, and those of what is stored less.
    const full = await stored();
    let room = 5000;
    const read = async () => ({ bavail: room + (full - (await stored())) * 20, blocks: 10_000, bsize: 1 });
    const keeper = new Keeper({
      ...{ db: database.kysely, events, garbage, retention, log: quietLog },
      space: new SpaceWatch(folder, read),
      reserved: 1000,
    });
    const rest = behindLive(
      { ...storage, room: async () => room },
      { isFull: () => keeper.level === 'full', reserved: 1000 },
    );
    const told = async () =>
      (await events.list({ organizationId: oldest.organizationId, limit: 100 }))
        .filter(({ type }) => type !== 'asset.created' && type !== 'asset.ready')
        .map(({ type, data }) => `${type} ${'level' in data ? data.level : 'reason' in data ? data.reason : ''}`);
    await keeper.start();
    try {
      expect(keeper.level).to.equal('enough');
      room = 1500;
      await keeper.look();
      expect(await told()).to.deep.equal(['storage.space low']);
      room = 900;
      await keeper.look();
      expect(await told()).to.deep.equal([
        'storage.space low',
        'storage.space full',
        'retention.deleting disk_full',
        'storage.space low',
      ]);
      await until(async () => (await stored(`sessions/${oldest.sessionId}/`)) === 0, 'the oldest to be gone');
      expect(await stored(`sessions/${later.sessionId}/`)).to.equal(SEGMENTS * 3);
      expect(keeper.level).to.equal('low');
      room = 0;
      await keeper.look();
      expect(await stored(`sessions/${later.sessionId}/`)).to.equal(0);
      expect(await stored(`sessions/${recorded.sessionId}/`)).to.equal(SEGMENTS * 3);
      const codeOf = (work: Promise<unknown>) => work.then(String, (error: { code: string }) => error.code);
      expect(await codeOf(rest.put('uploads/1', Buffer.from('x')))).to.equal('LS_STORAGE_FULL');
      await storage.put('sessions/live/1', Buffer.from('x'));
      const growing = await rest.append('recordings/1');
      expect(await codeOf(growing.append(Buffer.from('x')))).to.equal('LS_STORAGE_FULL');
      expect(await rest.room()).to.equal(0);
      await growing.discard();
      room = 5000;
      await keeper.look();
      expect((await told()).at(-1)).to.equal('storage.space enough');
      await rest.put('uploads/1', Buffer.from('x'));
      expect(await rest.room()).to.equal(4000);
    } finally {
      await keeper.stop();
    }
  });
});

describe('SpaceWatch', () => {
  it('says when the disk will be full, going by the last minutes', async () => {
    let now = 0;
    let free = 1000;
    const watch = new SpaceWatch(
      '/',
      async () => ({ bavail: free, blocks: 4000, bsize: 10 }),
      () => now,
    );
    expect(await watch.measure()).to.deep.equal({ free: 10_000, total: 40_000, secondsToFull: null });
    now = 100_000;
    free = 900;
    expect((await watch.measure()).secondsToFull).to.equal(900);
    now = 700_000;
    expect((await watch.measure()).secondsToFull).to.equal(null);
  });
});

/** The way of a finished segment: file, row, ring; against a real Postgres and a real folder. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { temporaryFolder } from '../../test/support/folder.ts';
import { quietLog, recordingLog } from '../../test/support/log.ts';
import { until } from '../../test/support/until.ts';
import { localStorage } from '../storage/local.ts';
import { Ledger } from './ledger.ts';
import { LiveSession } from './live-session.ts';
import { endedPresentation, readSession, resumePoint } from './read-back.ts';
import { Spool, type SpooledSegment, type SpoolSession, segmentKey } from './spool.ts';
import { AUDIO, addSession, cut, VIDEO } from './test-session.ts';

const row = (sequence: number) => ({
  sequence,
  start: sequence * 2,
  duration: 2,
  programDateTime: Date.UTC(2026, 0, 1) + sequence * 2000,
  discontinuity: false,
  init: 0,
  size: 10,
  sha256: Buffer.alloc(32, sequence),
  storageKey: `key/${sequence}`,
});
const init = { number: 0, config: VIDEO, bytes: Buffer.from('init') };

describe('the ledger', () => {
  let database: TestDatabase;
  let ledger: Ledger;

  beforeEach(async () => {
    database = await testDatabase();
    ledger = new Ledger(database.kysely, quietLog);
  });

  afterEach(async () => {
    await ledger.stop();
    await database.drop();
  });

  it('writes rows of several sessions together, each where its writer has the present epoch', async () => {
    const mine = { sessionId: (await addSession(database, 3)).sessionId, epoch: 3 };
    const stale = { sessionId: (await addSession(database, 3)).sessionId, epoch: 2 };
    const written = await Promise.all([
      ledger.addInit(mine, '720p', true, init),
      ledger.addInit(stale, '720p', true, init),
      ledger.addSegment(mine, '720p', row(0)),
      ledger.addSegment(stale, '720p', row(0)),
      ledger.addSegment(mine, '720p', row(1)),
    ]);
    expect(written).to.deep.equal([true, false, true, false, true]);
    expect(await ledger.addSegment(mine, '720p', row(1))).to.equal(true);
    const rows = await database.kysely.selectFrom('segments').selectAll().orderBy('sequence').execute();
    expect(rows.map(({ session_id, sequence, epoch }) => [session_id, sequence, epoch])).to.deep.equal([
      [mine.sessionId, 0, 3],
      [mine.sessionId, 1, 3],
    ]);
    expect(rows[1]!.sha256.equals(Buffer.alloc(32, 1))).to.equal(true);
    expect(rows[1]!.program_date_time.getTime()).to.equal(Date.UTC(2026, 0, 1) + 2000);
    expect((await readSession(database.kysely, stale.sessionId))!.renditions).to.deep.equal([]);
    expect(await ledger.setListed(stale, ['720p'])).to.equal(false);
  });

  it('keeps rows while the database does not take them', async () => {
    const writer = { sessionId: (await addSession(database)).sessionId, epoch: 1 };
    await database.pool.query('ALTER TABLE segments RENAME TO elsewhere');
    const written = ledger.addSegment(writer, '720p', row(0));
    const { log, lines } = recordingLog();
    const other = new Ledger(database.kysely, log);
    const retried = other.addSegment(writer, '720p', row(1));
    await until(() => lines.length > 0, 'the failure to be said');
    await database.pool.query('ALTER TABLE elsewhere RENAME TO segments');
    expect(await written).to.equal(true);
    expect(await retried).to.equal(true);
    expect(lines.map(({ level }) => level)).to.deep.equal(['error', 'info']);
    await other.stop();
  });

  it('reads a session back: to go on with it, and to be watched from its beginning', async () => {
    const { sessionId, streamId } = await addSession(database);
    const writer = { sessionId, epoch: 1 };
    await ledger.addInit(writer, '720p', true, init);
    await ledger.addInit(writer, '360p', true, {
      ...init,
      config: { ...VIDEO, width: 640, height: 360 } as typeof VIDEO,
    });
    await ledger.addInit(writer, 'audio', true, { ...init, config: AUDIO });
    await ledger.addInit(writer, 'source', false, init);
    await ledger.addInit(writer, '480p', true, { ...init, config: { ...VIDEO, height: 480 } as typeof VIDEO });
    for (let sequence = 0; sequence < 20; sequence++) {
      void ledger.addSegment(writer, '720p', row(sequence));
      void ledger.addSegment(writer, 'audio', row(sequence));
      if (sequence !== 7) void ledger.addSegment(writer, '360p', row(sequence));
      if (sequence >= 15) void ledger.addSegment(writer, '480p', row(sequence));
    }
    await ledger.addSegment(writer, '720p', row(20));

    const recorded = (await readSession(database.kysely, sessionId))!;
    expect(resumePoint(recorded)).to.deep.equal({
      sequence: 21,
      endTime: 42_000,
      inits: { '720p': 1, '480p': 1, '360p': 1, audio: 1, source: 1 },
    });
    const whole = endedPresentation(recorded)!;
    expect(whole).to.include({ streamId, state: 'ended', targetDuration: 2, latency: 'low' });
    const expected = Array.from({ length: 20 }, (_, sequence) => sequence).filter((sequence) => sequence !== 7);
    for (const name of ['720p', '360p', 'audio']) {
      const { segments, listed } = whole.renditions.get(name)!;
      expect(listed).to.equal(true);
      expect(segments.map(({ sequence }) => sequence)).to.deep.equal(expected);
      expect(segments.filter(({ discontinuity }) => discontinuity).map(({ sequence }) => sequence)).to.deep.equal([8]);
    }
    expect(whole.renditions.get('480p')!.listed).to.equal(false);
    expect([...whole.renditions.keys()][0]).to.equal('720p');

    const live = new LiveSession({ sessionId, streamId, latency: 'low', dvrWindow: 0 });
    live.restore(recorded.renditions);
    expect(live.renditions.get('720p')!.segments.map(({ sequence }) => sequence)).to.deep.equal(
      Array.from({ length: 10 }, (_, index) => 11 + index),
    );
  });
});

describe('the spool', () => {
  let database: TestDatabase;
  let ledger: Ledger;
  let folder: string;
  let spool: Spool;

  beforeEach(async () => {
    database = await testDatabase();
    ledger = new Ledger(database.kysely, quietLog);
    folder = temporaryFolder();
    spool = new Spool({ storage: localStorage(folder), ledger, log: quietLog });
  });

  afterEach(async () => {
    await spool.stop();
    await ledger.stop();
    await database.drop();
  });

  interface Running {
    session: LiveSession;
    writer: SpoolSession;
    stored: (SpooledSegment & { storageKey: string })[];
    troubles: (string | null)[];
  }

  async function run(epoch = 1): Promise<Running> {
    const ids = await addSession(database, 1);
    const stored: Running['stored'] = [];
    const troubles: Running['troubles'] = [];
    const writer: SpoolSession = {
      sessionId: ids.sessionId,
      epoch,
      onStored: (told) => {
        session.stored(told.rendition, told.segment, told.storageKey);
        stored.push(told);
      },
      onTrouble: (error) => troubles.push(error && 'trouble'),
    };
    const session = new LiveSession({
      ...ids,
      latency: 'low',
      dvrWindow: 0,
      onInit: (rendition, section) => void ledger.addInit(writer, rendition.name, rendition.listed, section),
      onSegment: (rendition, segment) => spool.add(writer, rendition.name, segment),
    });
    session.setListed(['720p', 'audio']);
    session.init('720p', { ...init }, 0.2);
    session.init('audio', { ...init, config: AUDIO }, 0.22);
    return { session, writer, stored, troubles };
  }

  it('stores, writes down, then says so, in order', async () => {
    const { session, writer, stored } = await run();
    cut(session, '720p', { from: 0, count: 4 });
    cut(session, 'audio', { from: 0, count: 4 });
    await spool.settled(writer);
    expect(stored.map(({ rendition, segment }) => `${rendition} ${segment.sequence}`)).to.deep.equal(
      ['720p', 'audio'].flatMap((name) => [0, 1, 2, 3].map((sequence) => `${name} ${sequence}`)),
    );
    const rows = await database.kysely.selectFrom('segments').selectAll().execute();
    expect(rows).to.have.length(8);
    for (const { storage_key, sha256, size } of rows) {
      const bytes = readFileSync(join(folder, storage_key));
      expect(createHash('sha256').update(bytes).digest().equals(sha256)).to.equal(true);
      expect(bytes).to.have.length(size);
    }
  });

  it('says nothing is stored where another has the session, and leaves the bytes to be deleted', async () => {
    const { session, writer, stored } = await run(0);
    cut(session, '720p', { from: 0, count: 2 });
    await spool.settled(writer);
    expect(stored).to.deep.equal([]);
    expect(session.renditions.get('720p')!.segments.every(({ storageKey }) => storageKey === null)).to.equal(true);
    const left = await database.kysely.selectFrom('storage_garbage').select('storage_key').execute();
    expect(left.map(({ storage_key }) => storage_key)).to.have.members([
      segmentKey(writer, '720p', 0),
      segmentKey(writer, '720p', 1),
    ]);
  });

  it('tells of a storage that takes nothing once, goes on from memory, and stores all when it takes it again', async () => {
    const { session, writer, stored, troubles } = await run();
    rmSync(folder, { recursive: true });
    // A file where the folder was: nothing can be put below it, whoever asks.
    writeFileSync(folder, '');
    cut(session, '720p', { from: 0, count: 3 });
    await until(() => troubles.length > 0, 'the trouble to be told');
    await spool.settled(writer);
    cut(session, '720p', { from: 3, count: 2 });
    expect(session.renditions.get('720p')!.segments.map(({ parts }) => parts?.length)).to.deep.equal([1, 1, 1, 1, 1]);
    rmSync(folder);
    await until(() => stored.length === 5, 'all segments to be stored');
    expect(troubles).to.deep.equal(['trouble', null]);
    expect(stored.map(({ segment }) => segment.sequence)).to.deep.equal([0, 1, 2, 3, 4]);
  });

  it('lists nothing half-written on a full disk, and goes on when there is room', async function () {
    const small = temporaryFolder();
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small]);
    // Only root may mount; elsewhere the test before this one has to do.
    if (mounted.status !== 0) return this.skip();
    try {
      spool = new Spool({ storage: localStorage(small), ledger, log: quietLog });
      const { session, writer, stored, troubles } = await run();
      writeFileSync(join(small, 'ballast'), Buffer.alloc(40_000));
      cut(session, '720p', { from: 0, count: 4, size: 10_000 });
      await until(() => troubles.length > 0, 'the trouble to be told');
      await spool.settled(writer);
      const full = readdirSync(small, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('m4s'));
      expect(full).to.have.length(stored.length);
      expect(stored.length).to.be.lessThan(4);
      rmSync(join(small, 'ballast'));
      await until(() => stored.length === 4, 'all segments to be stored');
      expect(troubles).to.deep.equal(['trouble', null]);
    } finally {
      spawnSync('umount', [small]);
    }
  });
});

/** The recorder over a real ledger and real bytes: wherever it is stopped, the next one goes on, and nothing is there twice. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Host, SessionSegment } from '#plugin-api';
import { packagePictures } from '../../core/assets/test-media.ts';
import { migrate } from '../../core/db/migrate.ts';
import { addSession } from '../../core/segments/test-session.ts';
import { sessionViews } from '../../core/sessions/views.ts';
import { localStorage } from '../../core/storage/local.ts';
import { Recorder } from '../../plugins/recording/recorder.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/folder.ts';
import { quietLog, recordingLog } from '../support/log.ts';
import type { RecordingSink } from '../support/packaged.ts';
import { judge } from '../support/recordings.ts';
import { until } from '../support/until.ts';
import { watch } from '../support/viewer.ts';

const SMALL = { size: '160x90', gop: 1 };
const SMALLER = { size: '128x72', gop: 1, first: 1000 };
const numbers = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at);

describe('the recorder', function () {
  this.timeout(120_000);
  const media = temporaryFolder();
  const storage = localStorage(media);
  let database: TestDatabase;
  let sessionId: string;
  let streamId: string;
  let host: Host;
  let log: ReturnType<typeof recordingLog>;
  /** Of the segments in storage, by key. */
  const hashes = new Map<string, Buffer>();

  beforeEach(async () => {
    database = await testDatabase();
    const folder = new URL('../../plugins/recording/migrations/', import.meta.url);
    await migrate(database, { owner: 'recording', folder, log: quietLog });
    ({ sessionId, streamId } = await addSession(database));
    log = recordingLog();
    const db = database.kysely;
    // What a recorder uses of its host, all of it real.
    host = { db, storage, sessions: sessionViews(db, storage), log: log.log } as unknown as Host;
  });
  afterEach(() => database.drop());

  /** Puts what was packaged into storage, and answers it as the hook would tell of it, in the order of time. */
  async function store(sink: RecordingSink): Promise<SessionSegment[]> {
    const told: SessionSegment[] = [];
    for (const [rendition, { inits, segments }] of sink.renditions) {
      for (const { init } of inits) {
        const { number, bytes, config } = init;
        const facts = { width: null, height: null, frame_rate: null, sample_rate: null, channels: null };
        await database.kysely
          .insertInto('inits')
          .values({
            ...{ session_id: sessionId, rendition, number, kind: config.kind, listed: true, codec: config.codecString },
            ...{ ...facts, bytes },
          })
          .execute();
      }
      for (const { sequence, start, discontinuity, init, parts } of segments.filter(({ parts }) => parts.length > 0)) {
        const bytes = Buffer.concat(parts.map((part) => part.bytes));
        const storageKey = `sessions/${sessionId}/${rendition}/${sequence}.1.m4s`;
        await storage.put(storageKey, bytes);
        hashes.set(storageKey, createHash('sha256').update(bytes).digest());
        const duration = parts.reduce((sum, part) => sum + part.duration, 0);
        const found = inits.find((each) => each.init.number === init)!.init;
        told.push({
          ...{
            rendition,
            kind: found.config.kind,
            sequence,
            start,
            duration,
            discontinuity,
            size: bytes.length,
            storageKey,
          },
          init: { number: init, bytes: found.bytes },
        });
      }
    }
    return told.sort((a, b) => a.start - b.start);
  }

  async function intoLedger({ kind: _, init, storageKey, ...segment }: SessionSegment): Promise<void> {
    await database.kysely
      .insertInto('segments')
      .values({
        ...{ session_id: sessionId, ...segment, epoch: 1, init: init.number, storage_key: storageKey },
        ...{ program_date_time: new Date(segment.start * 1000), sha256: hashes.get(storageKey)! },
      })
      .execute();
  }

  const recorder = () => new Recorder(host, { sessionId, streamId });
  const files = async () =>
    (await database.kysely
      .selectFrom('recording_files' as never)
      .selectAll()
      .orderBy('number' as never)
      .execute()) as {
      storage_key: string;
      size: string;
      start: number;
      duration: number;
    }[];
  const numbersIn = async (path: string) => (await watch(path)).frames.map(({ number }) => number);

  it('is gone on with by another wherever it was stopped, without a byte written twice', async () => {
    const told = await store(packagePictures([SMALL], 4));
    const whole = told.reduce((sum, { size }) => sum + size, 0);
    for (let stopped = 0; stopped <= told.length; stopped++) {
      const first = recorder();
      for (const segment of told.slice(0, stopped)) {
        await intoLedger(segment);
        first.offer(segment);
      }
      await first.idle();
      first.close();
      for (const segment of told.slice(stopped)) await intoLedger(segment);
      const second = recorder();
      for (const segment of told.slice(stopped)) second.offer(segment);
      await second.finish();
      // Once more changes nothing.
      await recorder().finish();

      const [file, ...others] = await files();
      expect(others).to.deep.equal([]);
      const path = join(media, file!.storage_key);
      const head = execFileSync('head', ['-c', '2000', path]).indexOf('moof') - 4;
      expect(Number(file!.size), `stopped after ${stopped}`).to.equal(head + whole);
      expect(file!.duration).to.be.closeTo(4, 0.05);
      expect(await judge(path)).to.deep.equal([]);
      expect(await numbersIn(path)).to.deep.equal(numbers(0, 120));
      await storage.delete(file!.storage_key);
      await database.kysely.deleteFrom('recording_sessions' as never).execute();
      await database.kysely.deleteFrom('segments').execute();
    }
    expect(log.lines.filter(({ level }) => level !== 'info')).to.deep.equal([]);
  });

  it('begins a file for each configuration, wherever it was stopped', async () => {
    const told = await store(packagePictures([SMALL, SMALLER], 2));
    for (let stopped = 1; stopped <= told.length; stopped += 3) {
      const first = recorder();
      for (const [index, segment] of told.entries()) {
        await intoLedger(segment);
        if (index < stopped) first.offer(segment);
      }
      await first.idle();
      first.close();
      await recorder().finish();
      const made = await files();
      expect(made).to.have.length(2);
      const paths = made.map(({ storage_key: key }) => join(media, key));
      expect(await numbersIn(paths[0]!)).to.deep.equal(numbers(0, 60));
      expect(await numbersIn(paths[1]!)).to.deep.equal(numbers(1000, 60));
      expect(made[1]!.start).to.be.closeTo(2, 0.1);
      for (const path of paths) expect(await judge(path)).to.deep.equal([]);
      for (const { storage_key: key } of made) await storage.delete(key);
      await database.kysely.deleteFrom('recording_sessions' as never).execute();
      await database.kysely.deleteFrom('segments').execute();
    }
  });

  it('makes a file anew that does not fit the ledger, and says so', async () => {
    const told = await store(packagePictures([SMALL], 3));
    const first = recorder();
    for (const segment of told) {
      await intoLedger(segment);
      first.offer(segment);
    }
    await first.idle();
    first.close();
    const gone = told.filter(({ sequence }) => sequence === 1);
    for (const { rendition, sequence } of gone) {
      await database.kysely
        .deleteFrom('segments')
        .where('rendition', '=', rendition)
        .where('sequence', '=', sequence)
        .execute();
    }
    await recorder().finish();
    const [file] = await files();
    expect(await numbersIn(join(media, file!.storage_key))).to.deep.equal([...numbers(0, 30), ...numbers(60, 30)]);
    expect(log.lines.filter(({ level }) => level === 'warn')).to.have.length(1);
  });

  it('goes on without what a power failure has cost', async () => {
    const told = await store(packagePictures([SMALL], 4));
    const first = recorder();
    for (const segment of told.slice(0, 4)) {
      await intoLedger(segment);
      first.offer(segment);
    }
    await first.idle();
    first.close();
    for (const segment of told.slice(4)) await intoLedger(segment);
    const [missing, zeros] = told.filter(({ sequence }) => sequence === 2);
    await storage.delete(missing!.storageKey);
    await storage.put(zeros!.storageKey, Buffer.alloc(zeros!.size));
    await recorder().finish();
    const [file] = await files();
    const path = join(media, file!.storage_key);
    expect(await numbersIn(path)).to.deep.equal([...numbers(0, 60), ...numbers(90, 30)]);
    expect(log.lines.filter(({ level }) => level === 'warn')).to.have.length(2);
  });

  it('goes on when storage works again', async () => {
    const told = await store(packagePictures([SMALL], 2));
    const { append } = storage;
    let refusals = 2;
    const unwilling: typeof storage = {
      ...storage,
      append: async (key) => {
        if (refusals-- > 0) throw new Error('no space left');
        return append(key);
      },
    };
    const troubled = new Recorder({ ...host, storage: unwilling }, { sessionId, streamId });
    for (const segment of told) {
      await intoLedger(segment);
      troubled.offer(segment);
    }
    const said = (level: string) => log.lines.filter((line) => line.level === level);
    await until(
      () => said('info').some(({ message }) => message === 'the recording can be written again'),
      'the retry',
    );
    await troubled.finish();
    const [file] = await files();
    expect(await numbersIn(join(media, file!.storage_key))).to.deep.equal(numbers(0, 60));
    expect(said('error')).to.have.length(1);
  });
});

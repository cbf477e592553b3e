/** What a killed process had begun: kept part by part, and put into the ledger by the next start; against a real Postgres and a real folder. */
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { temporaryFolder } from '../../test/support/folder.ts';
import { quietLog, recordingLog } from '../../test/support/log.ts';
import { localStorage } from '../storage/local.ts';
import { Ledger, type LedgerWriter } from './ledger.ts';
import { recoverTails } from './recover-tails.ts';
import { Spool, segmentKey } from './spool.ts';
import { Tail, tailFolder } from './tail.ts';
import { AUDIO, addSession, VIDEO } from './test-session.ts';

const start = (sequence: number) => ({
  sequence,
  start: sequence * 2,
  programDateTime: Date.UTC(2026, 0, 1) + sequence * 2000,
  discontinuity: sequence === 7,
  init: 0,
});
const part = (content: string, duration = 0.5) => ({ duration, independent: true, bytes: Buffer.from(content) });

describe('the tail of a session', () => {
  let database: TestDatabase;
  let ledger: Ledger;
  let spool: Spool;
  let media: string;
  let tails: string;
  let writer: LedgerWriter;
  let tail: Tail;

  beforeEach(async () => {
    database = await testDatabase();
    ledger = new Ledger(database.kysely, quietLog);
    media = temporaryFolder();
    tails = join(temporaryFolder(), 'tails');
    spool = new Spool({ storage: localStorage(media), ledger, log: quietLog });
    const { sessionId } = await addSession(database, 3);
    writer = { sessionId, epoch: 3 };
    tail = new Tail(tails, writer, quietLog);
    await ledger.addInit(writer, 'source', true, { number: 0, config: VIDEO, bytes: Buffer.from('init') });
  });

  afterEach(async () => {
    await spool.stop();
    await ledger.stop();
    await database.drop();
  });

  const recover = (log = quietLog) => recoverTails({ folder: tails, db: database.kysely, spool, log });
  const rows = async () =>
    database.kysely
      .selectFrom('segments')
      .select(['rendition', 'sequence', 'start', 'duration', 'size', 'discontinuity', 'epoch'])
      .orderBy('rendition')
      .orderBy('sequence')
      .execute();
  const stored = (rendition: string, sequence: number) =>
    readFileSync(join(media, segmentKey(writer, rendition, sequence)), 'utf8');
  const addStored = async (rendition: string, sequence: number) =>
    ledger.addSegment(writer, rendition, {
      ...{ ...start(sequence), duration: 2, size: 5, sha256: Buffer.alloc(32) },
      storageKey: `former/${rendition}/${sequence}`,
    });

  it('becomes short segments of the renditions that had begun them', async () => {
    await ledger.addInit(writer, 'audio', true, { number: 0, config: AUDIO, bytes: Buffer.from('init') });
    for (const rendition of ['audio', 'source']) await addStored(rendition, 6);
    tail.add('source', start(7), part('one '));
    tail.add('audio', start(7), part('sound', 0.512));
    tail.add('source', start(7), part('two'));
    await tail.close();
    await recover();
    const short = { sequence: 7, start: 14, discontinuity: true, epoch: 3 };
    expect((await rows()).filter(({ sequence }) => sequence === 7)).to.deep.equal([
      { rendition: 'audio', duration: 0.512, size: 5, ...short },
      { rendition: 'source', duration: 1, size: 7, ...short },
    ]);
    expect(stored('source', 7)).to.equal('one two');
    expect(stored('audio', 7)).to.equal('sound');
    expect(readdirSync(tails)).to.deep.equal([]);
  });

  it('has finished segments too whose rows were not written, and leaves those that were as they are', async () => {
    await addStored('source', 6);
    for (const sequence of [6, 7, 8]) tail.add('source', start(sequence), part(`${sequence}`));
    await tail.close();
    await recover();
    expect((await rows()).map(({ sequence, size }) => [sequence, size])).to.deep.equal([
      [6, 5],
      [7, 1],
      [8, 1],
    ]);
    expect(existsSync(join(media, segmentKey(writer, 'source', 6)))).to.equal(false);
  });

  it('keeps nothing of what is in the ledger, and nothing at all of a session that has ended', async () => {
    tail.add('source', start(0), part('a'));
    tail.add('audio', start(0), part('b'));
    tail.add('source', start(1), part('c'));
    tail.stored('source', 0);
    tail.stored('audio', 0);
    // A rendition that comes after the others begins the same number again.
    tail.add('360p', start(0), part('d'));
    await tail.close();
    expect(readdirSync(tailFolder(tails, writer)).sort()).to.deep.equal(['0', '1']);
    await tail.discard();
    expect(readdirSync(tails)).to.deep.equal([]);
    const other = new Tail(tails, writer, quietLog);
    other.add('source', start(0), part('a'));
    other.stored('source', 0);
    await other.close();
    expect(readdirSync(tails)).to.deep.equal([]);
  });

  it('is good up to where it is torn', async () => {
    tail.add('source', start(0), part('whole'));
    tail.add('source', start(0), part('torn'));
    await tail.close();
    const file = join(tailFolder(tails, writer), '0');
    truncateSync(file, readFileSync(file).length - 2);
    const { log, lines } = recordingLog();
    await recover(log);
    expect(stored('source', 0)).to.equal('whole');
    expect(lines.map(({ message }) => message)).to.include('the end of a tail is torn; it is left out');
  });

  it('is good up to where it is damaged', async () => {
    tail.add('source', start(0), part('whole'));
    tail.add('source', start(0), part('damaged'));
    await tail.close();
    const file = join(tailFolder(tails, writer), '0');
    const bytes = readFileSync(file);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(file, bytes);
    await recover();
    expect(stored('source', 0)).to.equal('whole');
  });

  it('is nothing of a session that another has taken up, that has ended, or that is gone', async () => {
    const leave = async () => {
      const left = new Tail(tails, writer, quietLog);
      left.add('source', start(0), part('late'));
      await left.close();
    };
    const { kysely } = database;
    await leave();
    await kysely.updateTable('sessions').set({ epoch: 4 }).execute();
    await recover();
    await kysely.updateTable('sessions').set({ epoch: 3, state: 'ended' }).execute();
    await leave();
    await recover();
    await kysely.deleteFrom('sessions').execute();
    await leave();
    await recover();
    expect(await rows()).to.deep.equal([]);
    expect(readdirSync(media)).to.deep.equal([]);
    expect(readdirSync(tails)).to.deep.equal([]);
  });

  it('leaves out what does not follow, and what no initialization section is known of', async () => {
    await addStored('source', 3);
    tail.add('source', start(5), part('a gap before it'));
    tail.add('audio', { ...start(5), init: 1 }, part('no init'));
    await tail.close();
    await recover();
    expect((await rows()).map(({ sequence }) => sequence)).to.deep.equal([3]);
  });

  it('keeps no server from starting where it cannot be read', async () => {
    const { sessionId } = await addSession(database, 3);
    mkdirSync(join(tailFolder(tails, { sessionId, epoch: 3 }), '0'), { recursive: true });
    tail.add('source', start(0), part('of another'));
    await tail.close();
    const { log, lines } = recordingLog();
    await recover(log);
    expect(lines.map(({ level }) => level)).to.include('error');
    expect(stored('source', 0)).to.equal('of another');
  });

  it('costs no broadcast where the disk takes nothing, and says so once', async () => {
    writeFileSync(tails, 'a file where the folder should be');
    const { log, lines } = recordingLog();
    const refused = new Tail(tails, writer, log);
    for (const sequence of [0, 1, 2]) refused.add('source', start(sequence), part('a'));
    await refused.discard();
    expect(lines.map(({ level }) => level)).to.deep.equal(['warn']);
  });
});

/** What the origin is told of a stream: its own newest session, and nobody else's. */
import { expect } from 'chai';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { newId } from '../ids.ts';
import { insertSession, markEnded } from '../sessions/store.ts';
import { describeStreams } from './describe.ts';

describe('describeStreams', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  const organizationId = newId('org');

  before(async () => {
    database = await testDatabase();
    await database.kysely.insertInto('organizations').values({ id: organizationId, name: 'Test' }).execute();
  });

  after(() => database.drop());

  async function newStream(): Promise<string> {
    const id = newId('str');
    await database.kysely
      .insertInto('streams')
      .values({ id, organization_id: organizationId, title: 'Test', latency: 'low', visibility: 'public' })
      .execute();
    return id;
  }

  /** A session; an ended one with a segment that can be watched. */
  async function newSession(streamId: string, ended: boolean): Promise<string> {
    const { id } = await insertSession(database.kysely, { id: streamId, organizationId });
    if (!ended) return id;
    await markEnded(database.kysely, id, 'test');
    await database.kysely
      .insertInto('segments')
      .values({
        ...{ session_id: id, rendition: 'source', sequence: 0, epoch: 1, start: 0, duration: 1, init: 0, size: 1 },
        ...{ program_date_time: new Date(), discontinuity: false, sha256: Buffer.alloc(32), storage_key: id },
      })
      .execute();
    return id;
  }

  it('tells no session of another stream', async () => {
    await newSession(await newStream(), true);
    const facts = await describeStreams(database.kysely)(await newStream());
    expect(facts?.session).to.equal(null);
  });

  it('tells the newest session that has something to watch, or may still have', async () => {
    const stream = await newStream();
    const watched = await newSession(stream, true);
    const empty = await newSession(stream, false);
    const look = describeStreams(database.kysely);
    expect((await look(stream))?.session).to.deep.equal({ id: empty, state: 'live', thumbnailKey: null });
    await markEnded(database.kysely, empty, 'nothing came');
    expect((await look(stream))?.session).to.deep.equal({ id: watched, state: 'ended', thumbnailKey: null });
  });

  it('knows nothing of a stream that is not there', async () => {
    expect(await describeStreams(database.kysely)(newId('str'))).to.equal(null);
  });
});

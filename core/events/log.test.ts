/** The event log: told only when committed, in the order of commits, and readable from where one left off. */
import { expect } from 'chai';
import type { EventRow } from '#plugin-api';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { recordingLog } from '../../test/support/log.ts';
import { until } from '../../test/support/until.ts';
import { withTransaction } from '../db/transaction.ts';
import { newId } from '../ids.ts';
import { EventLog } from './log.ts';

describe('EventLog', function () {
  this.timeout(120_000);
  let database: TestDatabase;
  let events: EventLog;
  let lines: ReturnType<typeof recordingLog>['lines'];
  let heard: EventRow[];
  const organizationId = newId('org');
  const other = newId('org');

  beforeEach(async () => {
    database = await testDatabase();
    const rows = [organizationId, other].map((id) => ({ id, name: id, created_at: new Date() }));
    await database.kysely.insertInto('organizations').values(rows).execute();
    const recording = recordingLog();
    lines = recording.lines;
    events = new EventLog({ db: database.kysely, log: recording.log });
    heard = [];
    events.on('*', (event) => {
      heard.push(event);
    });
  });

  afterEach(() => database.drop());

  const created = (title: string, organization = organizationId) =>
    ({ type: 'stream.created', organizationId: organization, streamId: 'str_1', data: { title } }) as const;
  const titles = (rows: EventRow[]) => rows.map(({ data }) => ('title' in data ? data.title : null));

  it('answers and tells the row as it is written', async () => {
    const written = await events.append(created('One'));
    expect(written).to.deep.include({
      type: 'stream.created',
      stream_id: 'str_1',
      session_id: null,
      data: { title: 'One' },
    });
    expect(written.created_at).to.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(heard).to.deep.equal([written]);
    expect(await events.list({ organizationId, limit: 10 })).to.deep.equal([written]);
  });

  it('tells nothing before the commit, and nothing of what was rolled back', async () => {
    await withTransaction(database.kysely, async (transaction) => {
      await events.append(created('One'), transaction);
      await withTransaction(transaction, (same) => events.append(created('Two'), same));
      expect(heard).to.deep.equal([]);
    });
    expect(titles(heard)).to.deep.equal(['One', 'Two']);
    const failed = await withTransaction(database.kysely, async (transaction) => {
      await events.append(created('Three'), transaction);
      throw new Error('no');
    }).catch((error: Error) => error.message);
    expect(failed).to.equal('no');
    expect(titles(heard)).to.deep.equal(['One', 'Two']);
    expect(titles(await events.list({ organizationId, limit: 10 }))).to.deep.equal(['One', 'Two']);
  });

  it('refuses a transaction whose end nobody could tell', async () => {
    const error = await database.kysely
      .transaction()
      .execute((transaction) => events.append(created('One'), transaction))
      .catch((reason: Error) => reason);
    expect(error).to.be.instanceOf(TypeError);
  });

  it('never shows a reader a later event before an earlier one, and tells them in the same order', async () => {
    const seen: string[] = [];
    let writing = true;
    const reader = (async () => {
      while (writing) {
        const after = seen.at(-1);
        const next = await events.list({ organizationId, limit: 100, ...(after ? { after } : {}) });
        seen.push(...next.map(({ id }) => id));
      }
    })();
    // Transactions whose work after the append takes unlike long: without the lock their positions would commit out of order.
    await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        withTransaction(database.kysely, async (transaction) => {
          await events.append(created(`${n}`), transaction);
          for (let query = 0; query < n % 4; query++) await transaction.selectFrom('streams').selectAll().execute();
        }),
      ),
    );
    const all = (await events.list({ organizationId, limit: 100 })).map(({ id }) => id);
    await until(() => seen.length === all.length, 'the reader to have read all').finally(() => {
      writing = false;
    });
    await reader;
    expect(all).to.have.length(60);
    expect(seen).to.deep.equal(all);
    expect(heard.map(({ id }) => id)).to.deep.equal(all);
  });

  it('lets one organization not wait for another', async () => {
    await withTransaction(database.kysely, async (transaction) => {
      await events.append(created('Slow'), transaction);
      await events.append(created('Other', other));
      expect(titles(heard)).to.deep.equal(['Other']);
    });
    expect(titles(heard)).to.deep.equal(['Other', 'Slow']);
  });

  it('reads on after an event, by stream, session and type, within one organization', async () => {
    const first = await events.append(created('One'));
    await events.append({ ...created('Two'), streamId: 'str_2', sessionId: 'ses_1' });
    await events.append({
      type: 'session.ended',
      organizationId,
      sessionId: 'ses_1',
      data: { reason: 'x', duration: 1 },
    });
    const foreign = await events.append(created('Foreign', other));
    const count = async (query: object) => (await events.list({ organizationId, limit: 10, ...query })).length;
    expect(await count({})).to.equal(3);
    expect(await count({ after: first.id })).to.equal(2);
    expect(await count({ streamId: 'str_2' })).to.equal(1);
    expect(await count({ sessionId: 'ses_1' })).to.equal(2);
    expect(await count({ type: 'session.ended' })).to.equal(1);
    expect(await count({ limit: 2 })).to.equal(2);
    const error = await events.list({ organizationId, after: foreign.id, limit: 1 }).catch((reason: Error) => reason);
    expect(error).to.include({ code: 'LS_EVENT_NOT_FOUND' });
  });

  it('goes on when a listener fails, and stops telling one that left', async () => {
    const undo = events.on('stream.created', () => {
      throw new Error('broken');
    });
    events.on('stream.created', async () => {
      throw new Error('broken later');
    });
    await events.append(created('One'));
    undo();
    await events.append(created('Two'));
    expect(titles(heard)).to.deep.equal(['One', 'Two']);
    await until(() => lines.length === 3, 'three failures in the log');
    expect(lines.every(({ level }) => level === 'error')).to.equal(true);
  });
});

/** Assets over the database: what they take over by reference, what they announce, and what they leave behind. */
import { expect } from 'chai';
import type { AssetContext, NewAsset } from '#plugin-api';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { quietLog } from '../../test/support/log.ts';
import { EventLog } from '../events/log.ts';
import { addSession } from '../segments/test-session.ts';
import { AssetStore } from './assets.ts';
import { fillSession } from './test-ledger.ts';

describe('AssetStore', () => {
  let database: TestDatabase;
  let events: EventLog;
  let notified: AssetContext[];
  let assets: AssetStore;
  let sessionId: string;
  let streamId: string;
  let organizationId: string;

  beforeEach(async () => {
    database = await testDatabase();
    events = new EventLog({ db: database.kysely, log: quietLog });
    notified = [];
    const notify = async (_hook: string, context: object) => void notified.push(context as AssetContext);
    assets = new AssetStore({ db: database.kysely, events, hooks: { notify }, publicUrl: 'http://x' });
    ({ sessionId, streamId } = await addSession(database));
    const session = await database.kysely.selectFrom('sessions').selectAll().executeTakeFirstOrThrow();
    organizationId = session.organization_id;
  });
  afterEach(() => database.drop());

  const create = (asset: Partial<NewAsset> = {}) =>
    assets.create({ kind: 'recording', organizationId, streamId, sessionId, title: 'A talk', ...asset });
  const segmentsOf = (assetId: string, rendition: string) =>
    database.kysely
      .selectFrom('asset_segments')
      .select(['sequence', 'start', 'discontinuity', 'storage_key'])
      .where('asset_id', '=', assetId)
      .where('rendition', '=', rendition)
      .orderBy('sequence')
      .execute();
  const garbage = async () =>
    (await database.kysely.selectFrom('storage_garbage').select('storage_key').orderBy('storage_key').execute()).map(
      ({ storage_key }) => storage_key,
    );
  const told = async () => (await events.list({ organizationId, limit: 100 })).map(({ type }) => type);
  const codeOf = (work: Promise<unknown>) => work.then(String, (error: { code: string }) => error.code);

  it('begins an asset as its stream is visible, one recording a session', async () => {
    await database.kysely.updateTable('streams').set({ visibility: 'protected' }).execute();
    const asset = await create();
    expect(asset).to.include({ kind: 'recording', status: 'processing', visibility: 'protected', title: 'A talk' });
    expect((await create()).id).to.equal(asset.id);
    expect((await assets.ofSession(sessionId, 'recording'))?.id).to.equal(asset.id);
    expect((await create({ kind: 'clip' })).id).not.to.equal(asset.id);
    expect(await told()).to.deep.equal(['asset.created', 'asset.created']);
  });

  it('takes over the whole of a session without copying a byte, once', async () => {
    await fillSession(database, sessionId, { segments: 5 });
    const { id } = await create();
    const taken = await assets.adopt(id, { sessionId });
    expect(taken).to.deep.equal({ segments: 15, start: 0, end: 10, gaps: [] });
    expect((await assets.adopt(id, { sessionId })).segments).to.equal(0);
    expect((await segmentsOf(id, '720p')).map(({ storage_key }) => storage_key)).to.deep.equal(
      [0, 1, 2, 3, 4].map((n) => `sessions/${sessionId}/720p/${n}.1.m4s`),
    );
    const inits = await database.kysely.selectFrom('asset_inits').select('rendition').orderBy('rendition').execute();
    expect(inits.map(({ rendition }) => rendition)).to.deep.equal(['720p', 'audio', 'source']);
  });

  it('takes over the segments that a range touches, the same of all that viewers are offered, and begins at 0', async () => {
    await fillSession(database, sessionId, { segments: 10, late: { rendition: 'audio', by: 0.3 } });
    const { id } = await create({ kind: 'clip' });
    expect(await assets.adopt(id, { sessionId }, { start: 6.1, end: 10.2 })).to.deep.equal({
      ...{ segments: 9, start: 6, end: 12, gaps: [] },
    });
    expect((await segmentsOf(id, '720p')).map(({ start }) => start)).to.deep.equal([0, 2, 4]);
    expect((await segmentsOf(id, 'audio')).map(({ sequence }) => sequence)).to.deep.equal([3, 4, 5]);
    const again = await create({ kind: 'clip' });
    expect(await assets.adopt(again.id, { assetId: id }, { start: 2.5, end: 3 })).to.include({ start: 2, end: 4 });
    expect((await segmentsOf(again.id, 'source')).map(({ sequence }) => sequence)).to.deep.equal([4]);
  });

  it('lists where publishers were away', async () => {
    await fillSession(database, sessionId, { segments: 6, away: { before: 4, seconds: 12.5 } });
    const { id } = await create();
    const { gaps } = await assets.adopt(id, { sessionId });
    expect(gaps).to.deep.equal([{ start: 8, duration: 12.5 }]);
    await assets.ready(id, { duration: 12, gaps });
    const clip = await create({ kind: 'clip' });
    const taken = await assets.adopt(clip.id, { assetId: id }, { start: 6.5, end: 9 });
    expect(taken.gaps).to.deep.equal([{ start: 2, duration: 12.5 }]);
  });

  it('announces what is ready once, and what failed', async () => {
    const { id } = await create();
    await assets.ready(id, { duration: 3 });
    await assets.ready(id, { duration: 4 });
    await assets.fail(id, 'too late');
    expect(await assets.get(id)).to.include({ status: 'ready', duration: 3 });
    expect(notified).to.deep.equal([{ id, kind: 'recording', organizationId }]);
    const other = await create({ kind: 'upload' });
    await assets.fail(other.id, 'not a picture in it');
    expect((await assets.get(other.id))?.status).to.equal('failed');
    expect(await told()).to.deep.equal(['asset.created', 'asset.ready', 'asset.created', 'asset.failed']);
  });

  it('leaves the keys of all that it named as garbage, its pictures and downloads too', async () => {
    await fillSession(database, sessionId, { segments: 1 });
    const { id } = await create();
    await assets.adopt(id, { sessionId });
    await assets.addFile(id, { number: 0, storageKey: 'file', size: 9e9, start: 0, duration: 2 });
    await assets.setImages(id, { thumbnailKey: 'first' });
    await assets.setImages(id, { thumbnailKey: 'second', storyboardVttKey: 'vtt' });
    expect(await garbage()).to.deep.equal(['first']);
    const download = { asset_id: id, number: 0, storage_key: 'download', size: 1 };
    await database.kysely.insertInto('asset_downloads').values(download).execute();
    await assets.delete(id);
    const segments = ['720p', 'audio', 'source'].map((name) => `sessions/${sessionId}/${name}/0.1.m4s`);
    expect(await garbage()).to.deep.equal(['download', 'file', 'first', 'second', ...segments, 'vtt'].sort());
    expect(await codeOf(assets.delete(id))).to.equal('LS_ASSET_NOT_FOUND');
    expect((await told()).at(-1)).to.equal('asset.deleted');
  });

  it('outlives its stream; an organization takes all of it along', async () => {
    await fillSession(database, sessionId, { segments: 1 });
    const { id } = await create();
    await assets.adopt(id, { sessionId });
    await database.kysely.deleteFrom('streams').execute();
    expect(await segmentsOf(id, 'source')).to.have.length(1);
    expect(await garbage()).to.have.length(3);
    await database.kysely.deleteFrom('storage_garbage').execute();
    await database.kysely.deleteFrom('organizations').execute();
    expect(await garbage()).to.have.length(3);
  });

  it('keeps what is deleted elsewhere while it is taken over', async () => {
    await fillSession(database, sessionId, { segments: 3 });
    const { id } = await create();
    const other = await create({ kind: 'clip' });
    const [taken] = await Promise.all([
      assets.adopt(id, { sessionId }),
      database.kysely.deleteFrom('sessions').where('id', '=', sessionId).execute(),
      assets.adopt(other.id, { sessionId }),
    ]);
    expect(taken.segments).to.be.oneOf([0, 9]);
    expect(await segmentsOf(id, '720p')).to.have.length(taken.segments / 3);
  });
});

/** The check of media: what each table says of stored bytes, on the local disk and in an S3 store. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'chai';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { temporaryFolder } from '../../test/support/folder.ts';
import { hasStore, startStore } from '../../test/support/s3.ts';
import { newId } from '../ids.ts';
import { localStorage } from '../storage/local.ts';
import { S3Store } from '../storage/s3.ts';
import { openStored } from '../storage/stored.ts';
import { type Verification, verifyMedia } from './verify.ts';

describe('verifyMedia', function () {
  this.timeout(120_000);
  let database: TestDatabase;
  let dataDir: string;
  const organizationId = newId('org');
  const streamId = newId('str');
  const assetId = newId('ast');
  const open = newId('ses');
  const closed = newId('ses');

  beforeEach(async () => {
    database = await testDatabase();
    dataDir = temporaryFolder();
    const db = database.kysely;
    await db.insertInto('organizations').values({ id: organizationId, name: 'One' }).execute();
    await db.insertInto('streams').values({ id: streamId, organization_id: organizationId, title: 'One' }).execute();
    const session = { stream_id: streamId, organization_id: organizationId };
    await db
      .insertInto('sessions')
      .values([
        { ...session, id: open, state: 'live' },
        { ...session, id: closed, state: 'ended' },
      ])
      .execute();
    await db
      .insertInto('assets')
      .values({ id: assetId, organization_id: organizationId, kind: 'recording', title: 'One' })
      .execute();
  });

  afterEach(() => database.drop());

  const verify = async (s3: Parameters<typeof openStored>[0]['s3'] = null): Promise<Verification> => {
    const storage = openStored({ dataDir, s3 });
    try {
      return await verifyMedia({
        db: database.kysely,
        schema: database.schema,
        storage,
        onProgress: () => undefined,
      });
    } finally {
      storage.close();
    }
  };

  const short = ({ findings }: Verification) => findings.map(({ problem, key }) => `${problem} ${key}`);

  /** A segment's row: of the asset where `asset` says so, else of the session that has ended. */
  async function addSegment(key: string, bytes: string, sequence: number, asset = false): Promise<void> {
    const row = {
      ...{ rendition: 'source', sequence, start: 0, duration: 1, discontinuity: false, init: 0 },
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest(),
      storage_key: key,
    };
    const db = database.kysely;
    if (asset)
      await db
        .insertInto('asset_segments')
        .values({ ...row, asset_id: assetId })
        .execute();
    else {
      const now = new Date();
      const own = { session_id: closed, epoch: 1, program_date_time: now };
      await db
        .insertInto('segments')
        .values({ ...row, ...own })
        .execute();
    }
  }

  it('finds all whole, with bytes that several rows name read once', async () => {
    const media = localStorage(join(dataDir, 'media'));
    for (let n = 0; n < 3; n++) {
      await media.put(`sessions/${closed}/source/${n}.1.m4s`, Buffer.from(`segment ${n}`));
      await addSegment(`sessions/${closed}/source/${n}.1.m4s`, `segment ${n}`, n);
      await addSegment(`sessions/${closed}/source/${n}.1.m4s`, `segment ${n}`, n, true);
    }
    expect(await verify()).to.deep.equal({ objects: 3, bytes: 27, stored: 3, findings: [] });
  });

  it('knows files, downloads, pictures, what is to be deleted, and what a live session stores just now', async () => {
    const media = localStorage(join(dataDir, 'media'));
    const db = database.kysely;
    for (const key of ['recordings/1.mp4', 'a/thumb.jpg', 'left', `sessions/${open}/source/9.1.m4s`, 'a/download.mp4'])
      await media.put(key, Buffer.from('12345'));
    const file = { asset_id: assetId, size: 5, start: 0, duration: 1 };
    await db
      .insertInto('asset_files')
      .values({ ...file, number: 0, storage_key: 'recordings/1.mp4' })
      .execute();
    await db
      .insertInto('asset_downloads')
      .values({ asset_id: assetId, number: 0, storage_key: 'a/download.mp4', size: 5 })
      .execute();
    await db.updateTable('assets').set({ thumbnail_key: 'a/thumb.jpg' }).execute();
    await db.insertInto('storage_garbage').values({ storage_key: 'left' }).execute();
    expect(short(await verify())).to.deep.equal([]);

    await db
      .insertInto('asset_files')
      .values({ ...file, number: 1, storage_key: 'recordings/2.mp4' })
      .execute();
    await db.updateTable('asset_files').set({ size: '6' }).where('number', '=', 0).execute();
    await db.updateTable('assets').set({ storyboard_vtt_key: 'a/none.vtt' }).execute();
    await media.put('nobody/knows.mp4', Buffer.from('x'));
    expect(short(await verify())).to.deep.equal([
      'missing a/none.vtt',
      'altered recordings/1.mp4',
      'missing recordings/2.mp4',
      'orphan nobody/knows.mp4',
    ]);
  });

  it('walks more than a page', async () => {
    const media = localStorage(join(dataDir, 'media'));
    const keys = Array.from({ length: 1300 }, (_, n) => `sessions/${closed}/source/${n}.1.m4s`);
    for (const [n, key] of keys.entries()) {
      await media.put(key, Buffer.from('x'));
      if (n !== 1200) await addSegment(key, n === 1100 ? 'y' : 'x', n);
    }
    const { objects, stored, findings } = await verify();
    expect({ objects, stored }).to.deep.equal({ objects: 1299, stored: 1300 });
    expect(findings.map(({ problem, key }) => `${problem} ${key}`)).to.deep.equal([
      `altered ${keys[1100]}`,
      `orphan ${keys[1200]}`,
    ]);
  });

  it('looks into an S3 store, and at what waits to be uploaded', async function () {
    if (!hasStore()) {
      console.log('      skipped: there is no S3 server (python3-swift)');
      this.skip();
    }
    const { settings, kill } = await startStore();
    const store = new S3Store(settings);
    try {
      await store.put('stored.m4s', Buffer.from('stored'));
      await store.put('altered.m4s', Buffer.from('others'));
      await store.put('orphan.m4s', Buffer.from('x'));
      await localStorage(join(dataDir, 'spool', 'media')).put('waiting.m4s', Buffer.from('waiting'));
      for (const [n, word] of ['stored', 'altered', 'waiting', 'missing'].entries())
        await addSegment(`${word}.m4s`, word, n);
      const verification = await verify(settings);
      expect(short(verification)).to.deep.equal(['altered altered.m4s', 'missing missing.m4s', 'orphan orphan.m4s']);
      expect(verification).to.include({ objects: 4, stored: 4 });
    } finally {
      store.close();
      await kill();
    }
  });
});

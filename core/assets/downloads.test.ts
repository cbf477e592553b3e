/** Downloads of what has no files: put together of segments, cut by an edit list, joined where its parameters change. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { temporaryFolder } from '../../test/support/folder.ts';
import { quietLog } from '../../test/support/log.ts';
import type { Picture } from '../../test/support/publisher.ts';
import { judge } from '../../test/support/recordings.ts';
import { watch } from '../../test/support/viewer.ts';
import { EventLog } from '../events/log.ts';
import { newId } from '../ids.ts';
import { localStorage } from '../storage/local.ts';
import { AssetStore } from './assets.ts';
import { Downloads } from './downloads.ts';
import { giveMedia, packagePictures } from './test-media.ts';

const PICTURE: Picture = { size: '320x180', gop: 1, bframes: 2 };
const numbers = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at);

describe('Downloads', function () {
  this.timeout(120_000);
  let database: TestDatabase;
  let assets: AssetStore;
  let folder: string;
  let downloads: Downloads;
  let organizationId: string;
  const media = temporaryFolder();
  const storage = localStorage(media);

  beforeEach(async () => {
    database = await testDatabase();
    const events = new EventLog({ db: database.kysely, log: quietLog });
    const hooks = { notify: () => Promise.resolve() };
    assets = new AssetStore({ db: database.kysely, events, hooks, publicUrl: 'http://x' });
    folder = temporaryFolder();
    downloads = new Downloads({ db: database.kysely, storage, folder, log: quietLog });
    organizationId = newId('org');
    await database.kysely.insertInto('organizations').values({ id: organizationId, name: 'Test' }).execute();
  });
  afterEach(async () => {
    await downloads.stop();
    await database.drop();
  });

  async function make(pictures: Picture[], trim?: { start: number; end: number }) {
    const { id } = await assets.create({ kind: 'clip', organizationId, title: 'A clip' });
    await giveMedia(assets, storage, id, packagePictures(pictures, 4));
    await assets.ready(id, { duration: 4, ...(trim && { trim }) });
    return database.kysely.selectFrom('assets').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  }
  const pathOf = ({ storageKey }: { storageKey: string }) => join(media, storageKey);
  const numbersIn = async (path: string) => (await watch(path)).frames.map(({ number }) => number);
  const codeOf = (work: Promise<unknown>) => work.then(String, (error: { code: string }) => error.code);

  it('is one MP4 with its index in front, made once', async () => {
    const asset = await make([PICTURE]);
    const [made, same] = await Promise.all([downloads.get(asset), downloads.get(asset)]);
    expect(same).to.deep.equal(made);
    expect(await judge(pathOf(made))).to.deep.equal([]);
    expect(await numbersIn(pathOf(made))).to.deep.equal(numbers(0, 120));
    const head = execFileSync('head', ['-c', '64', pathOf(made)]).toString('latin1');
    expect(head).to.match(/ftyp[\s\S]*moov/);
    expect(await downloads.get(asset)).to.deep.equal(made);
    expect(readdirSync(folder), 'drafts').to.deep.equal([]);
  });

  it('shows of a clip no more than its trim, by an edit list', async () => {
    const made = await downloads.get(await make([PICTURE], { start: 1.5, end: 2.8 }));
    expect(await judge(pathOf(made))).to.deep.equal([]);
    const seen = await numbersIn(pathOf(made));
    expect(seen.slice(0, 38)).to.deep.equal(numbers(45, 38));
    expect(seen.length).to.be.within(39, 41);
  });

  it('joins what needs several initialization sections', async () => {
    const other: Picture = { ...PICTURE, bframes: 0, first: 1000, encoder: ['-profile:v', 'baseline'] };
    const made = await downloads.get(await make([PICTURE, other]));
    expect(await judge(pathOf(made))).to.deep.equal([]);
    expect(await numbersIn(pathOf(made))).to.deep.equal([...numbers(0, 120), ...numbers(1000, 120)]);
  });

  it('is of sound alone where there is no picture', async () => {
    const made = await downloads.get(await make([{ video: false }]));
    expect(await judge(pathOf(made))).to.deep.equal([]);
  });

  it('is broken off when the server stops, also where the storage does not answer', async () => {
    const asset = await make([PICTURE]);
    const asked = Promise.withResolvers<void>();
    const get = () => {
      asked.resolve();
      return new Promise<never>(() => {});
    };
    const hanging = new Downloads({ ...{ db: database.kysely, folder, log: quietLog }, storage: { ...storage, get } });
    const made = hanging.get(asset).catch((error: Error) => error.message);
    await asked.promise;
    await hanging.stop();
    expect(await made).to.equal('the server stops');
  });

  it('is refused for what is not ready and for files that are not there', async () => {
    const { id } = await assets.create({ kind: 'clip', organizationId, title: 'A clip' });
    const row = await database.kysely.selectFrom('assets').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    expect(await codeOf(downloads.get(row))).to.equal('LS_ASSET_NOT_READY');
    expect(await codeOf(downloads.get({ ...row, status: 'ready' }, 3))).to.equal('LS_ASSET_FILE_NOT_FOUND');
  });

  it('is given up when nobody has asked for it for a day, and made again', async () => {
    const asset = await make([PICTURE]);
    const made = await downloads.get(asset);
    await database.kysely
      .updateTable('asset_downloads')
      .set({ used_at: new Date(0) })
      .execute();
    await downloads.get(await make([{ video: false }]));
    const garbage = await database.kysely.selectFrom('storage_garbage').select('storage_key').execute();
    expect(garbage).to.deep.equal([{ storage_key: made.storageKey }]);
    expect((await downloads.get(asset)).storageKey).not.to.equal(made.storageKey);
  });
});

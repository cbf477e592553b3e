/** Uploads that are not finished: which may begin, how many at once, and that they are forgotten when nobody goes on with them. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { migrate } from '../../core/db/migrate.ts';
import { localStorage } from '../../core/storage/local.ts';
import { Keeper } from '../../plugins/vod/keeper.ts';
import { UploadStore } from '../../plugins/vod/upload-store.ts';
import { newUploadId, Uploads, type VodHost } from '../../plugins/vod/uploads.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/folder.ts';
import { quietLog } from '../support/log.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { tokenOf } from '../support/upload.ts';

const CONFIG = fileURLToPath(new URL('unfinished-uploads.config.mjs', import.meta.url));
/** Bytes that no disk has. */
const TOO_MUCH = String(2 ** 52);

describe('an upload that begins', function () {
  this.timeout(120_000);
  let server: TestServer;
  let headers: Record<string, string>;

  before(async () => {
    server = await startServer({ config: CONFIG });
    headers = { authorization: `Bearer ${await tokenOf(server)}`, 'tus-resumable': '1.0.0' };
  });
  after(async () => {
    await server?.stop();
  });

  const begin = (more: Record<string, string>) =>
    fetch(`${server.url}/v1/uploads`, { method: 'POST', headers: { ...headers, ...more } });
  const urlOf = (answer: Response) => new URL(answer.headers.get('location')!, server.url).href;
  const giveUp = (url: string) => fetch(url, { method: 'DELETE', headers });

  it('is refused where the disk has no room for it, before a byte is sent', async () => {
    const answer = await begin({ 'upload-length': TOO_MUCH });
    expect(answer.status).to.equal(507);
    const { code, detail } = (await answer.json()) as { code: string; detail: string };
    expect(code).to.equal('LS_STORAGE_FULL');
    expect(detail).to.match(/^There is room for \d+ bytes, and the upload has 4503599627370496\.$/);
    expect(answer.headers.get('location')).to.equal(null);
  });

  it('is refused also where it says only later how much will come', async () => {
    const url = urlOf(await begin({ 'upload-defer-length': '1' }));
    const patch = { ...headers, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' };
    const answer = await fetch(url, {
      ...{ method: 'PATCH', headers: { ...patch, 'upload-length': TOO_MUCH }, body: 'the first of them' },
    });
    expect(answer.status).to.equal(507);
    const { offset, size } = (await (await fetch(url, { headers })).json()) as { offset: number; size: number | null };
    expect({ offset, size }).to.deep.equal({ offset: 0, size: null });
    await giveUp(url);
  });

  it('is refused where its organization has too many others, until one of these is over', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => begin({ 'upload-length': '1000' })));
    const begun = answers.filter(({ status }) => status === 201);
    const [refused, ...others] = answers.filter(({ status }) => status === 409);
    expect([begun.length, others.length]).to.deep.equal([2, 3]);
    const { code, detail } = (await refused!.json()) as { code: string; detail: string };
    expect(code).to.equal('LS_VOD_UPLOAD_LIMIT');
    const [, oldest] = /^There are 2\. The oldest, (upl_\w+), is forgotten at \d{4}-\S+Z\.$/.exec(detail)!;
    const urls = begun.map(urlOf);
    expect(urls.some((url) => url.endsWith(oldest!))).to.equal(true);
    expect((await giveUp(urls[0]!)).status).to.equal(204);
    expect((await begin({ 'upload-length': '1000' })).status).to.equal(201);
  });
});

describe('an upload that nobody goes on with', () => {
  const HOUR = 3_600_000;
  let database: TestDatabase;

  beforeEach(async () => {
    database = await testDatabase();
    const folder = new URL('../../plugins/vod/migrations/', import.meta.url);
    await migrate(database, { owner: 'vod', folder, log: quietLog });
  });
  afterEach(() => database.drop());

  it('is forgotten with its bytes, and makes room for another', async () => {
    const folder = temporaryFolder();
    const storage = localStorage(folder);
    const db = database.kysely as unknown as VodHost['db'];
    const uploads = new Uploads(db);
    const store = new UploadStore({ uploads, storage, expiry: 24 * HOUR, maxSize: 1000 });
    // What the keeper uses of its host, all of it real.
    const host = { db, log: quietLog, config: { expiry: 24 } } as unknown as VodHost;
    const keeper = new Keeper({ host, uploads, store });
    const add = async (most: number) => {
      const upload = { id: newUploadId(), organizationId: 'org_1', metadata: {}, size: 100 };
      if (await uploads.add(upload, most)) return null;
      await (await storage.append(`uploads/${upload.id}`)).append(Buffer.from('the first of them'));
      return upload.id;
    };
    const stored = () => (existsSync(join(folder, 'uploads')) ? readdirSync(join(folder, 'uploads')) : []);
    const old = await add(2);
    const young = await add(2);
    expect(await add(2)).to.equal(null);
    const begun = new Date(Date.now() - 25 * HOUR);
    await db.updateTable('vod_uploads').set({ created_at: begun }).where('id', '=', old).execute();
    await keeper.sweep();
    expect(await uploads.get(old!)).to.equal(null);
    expect((await uploads.get(young!))?.id).to.equal(young);
    expect(stored().filter((name) => !name.startsWith(young!))).to.deep.equal([]);
    expect(await add(2)).to.be.a('string');
  });
});

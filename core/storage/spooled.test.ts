/** The spool before an S3 store: what it goes on with after a kill, what it tells of an outage, and that it leaves nothing in the store. */
import { readdirSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { GetObjectCommand, ListMultipartUploadsCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { temporaryFolder } from '../../test/support/folder.ts';
import { quietLog } from '../../test/support/log.ts';
import { clientOf, hasStore, startStore, type TestStore } from '../../test/support/s3.ts';
import { until } from '../../test/support/until.ts';
import { S3Store } from './s3.ts';
import { type SpooledOptions, type SpooledStorage, spooledStorage } from './spooled.ts';

const PART = 64;

describe('spooledStorage', function () {
  this.timeout(120_000);
  let store: TestStore;
  let client: S3Client;
  let folder: string;
  let prefix: string;
  let tests = 0;
  const opened: SpooledStorage[] = [];
  const trouble: boolean[] = [];

  before(async function () {
    // Debian's python3-swift is not there: nothing to try it with.
    if (!hasStore()) this.skip();
    store = await startStore();
    client = clientOf(store.settings);
  });
  beforeEach(() => {
    folder = temporaryFolder();
    prefix = `test-${++tests}/`;
    trouble.length = 0;
  });
  afterEach(async () => {
    store.resume();
    for (const storage of opened.splice(0)) await storage.stop();
  });
  after(async () => {
    client?.destroy();
    await store?.kill();
  });

  const open = async (options: Partial<SpooledOptions> = {}) => {
    const storage = await spooledStorage({
      store: new S3Store({ ...store.settings, prefix }),
      folder,
      log: quietLog,
      partSize: PART,
      onTrouble: (error) => trouble.push(error !== null),
      ...options,
    });
    opened.push(storage);
    return storage;
  };
  /** As a kill leaves it: what is on the disk at this moment, and nobody who works on it. */
  const asKilled = async (storage: SpooledStorage) => {
    let copy = '';
    await until(() => {
      copy = temporaryFolder();
      // What is renamed meanwhile is missed by the copy, as no kill would.
      return cp(folder, copy, { recursive: true }).then(
        () => true,
        () => false,
      );
    }, 'a copy of the spool');
    opened.splice(opened.indexOf(storage), 1);
    await storage.stop();
    folder = copy;
  };
  const objects = async () =>
    ((await client.send(new ListObjectsV2Command({ Bucket: 'media', Prefix: prefix }))).Contents ?? []).map(({ Key }) =>
      Key!.slice(prefix.length),
    );
  const openUploads = async () =>
    (await client.send(new ListMultipartUploadsCommand({ Bucket: 'media', Prefix: prefix }))).Uploads ?? [];
  const object = async (key: string) =>
    (await client.send(new GetObjectCommand({ Bucket: 'media', Key: prefix + key }))).Body!.transformToString();
  const read = async (storage: SpooledStorage, key: string) => (await buffer(await storage.read(key))).toString();
  const codeOf = (work: Promise<unknown>) => work.then(String, (error: { code: string }) => error.code);
  const empty = (storage: SpooledStorage) => until(() => storage.backlog().files === 0, 'the spool to be empty');
  const files = () =>
    readdirSync(join(folder, 'media'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);

  it('goes on with what a killed process has spooled, in order, and takes its drafts away', async () => {
    store.pause();
    const storage = await open();
    for (let n = 0; n < 12; n++) await storage.put(`sessions/a/source/${n}.1.m4s`, Buffer.from(`segment ${n}`));
    expect(storage.backlog()).to.include({ files: 12 });
    expect(await read(storage, 'sessions/a/source/7.1.m4s')).to.equal('segment 7');
    await asKilled(storage);
    writeFileSync(join(folder, 'media', 'sessions', 'a', 'source', '12.1.m4s~draft'), 'half of it');
    store.resume();
    const again = await open();
    await empty(again);
    expect(await objects()).to.have.length(12);
    expect(await object('sessions/a/source/11.1.m4s')).to.equal('segment 11');
    expect(files()).to.deep.equal([]);
  });

  it('goes on with what grew when it was killed, and puts it together', async () => {
    let storage = await open();
    let whole = '';
    const append = async (times: number) => {
      const appender = await storage.append('recordings/a/1.mp4');
      expect(appender.size).to.equal(whole.length);
      for (let n = 0; n < times; n++) {
        const bytes = `fragment ${whole.length} `.repeat(3);
        whole += bytes;
        await appender.append(Buffer.from(bytes));
      }
      return appender;
    };
    for (let kill = 0; kill < 4; kill++) {
      await append(5);
      await asKilled(storage);
      storage = await open();
    }
    const appender = await append(1);
    await store.kill();
    await appender.complete();
    expect(await codeOf(storage.read('recordings/a/1.mp4'))).to.equal('LS_STORAGE_UNREACHABLE');
    await asKilled(storage);
    await store.start();
    storage = await open();
    expect(await storage.stat('recordings/a/1.mp4')).to.deep.equal({ size: whole.length });
    await empty(storage);
    expect(await object('recordings/a/1.mp4')).to.equal(whole);
    expect(await openUploads()).to.deep.equal([]);
    expect(files()).to.deep.equal([]);
  });

  it('tells of an outage once, and of its end; reads what is new and what was uploaded lately all the while', async () => {
    const storage = await open();
    await storage.put('a/before', Buffer.from('before'));
    await empty(storage);
    await store.kill();
    for (let n = 0; n < 3; n++) await storage.put(`a/${n}`, Buffer.from(`during ${n}`));
    await storage.put('b/1', Buffer.from('elsewhere'));
    await until(() => trouble.length > 0, 'the outage to be told');
    expect(storage.backlog().error).to.include('ECONNREFUSED');
    expect(storage.backlog()).to.include({ files: 4 });
    expect(await read(storage, 'a/before')).to.equal('before');
    expect(await read(storage, 'a/2')).to.equal('during 2');
    expect(await codeOf(storage.read('a/none'))).to.equal('LS_STORAGE_UNREACHABLE');
    await store.start();
    await empty(storage);
    await until(() => trouble.length > 1, 'its end to be told');
    expect(trouble).to.deep.equal([true, false]);
    expect(await objects()).to.deep.equal(['a/0', 'a/1', 'a/2', 'a/before', 'b/1']);
  });

  it('takes back what was discarded, also when the store comes back only after a new start', async () => {
    let storage = await open();
    const appender = await storage.append('recordings/a/1.mp4');
    await appender.append(Buffer.alloc(PART * 2));
    await until(async () => (await openUploads()).length === 1, 'an upload to begin');
    store.pause();
    await appender.discard();
    await asKilled(storage);
    store.resume();
    storage = await open();
    await until(async () => (await openUploads()).length === 0, 'the upload to be taken back');
    await until(() => files().length === 0, 'the chunks to be gone');
  });

  it('drops the uploads of machines that are gone, and those alone', async () => {
    const gone = new S3Store({ ...store.settings, prefix });
    await gone.beginUpload('recordings/gone/1.mp4');
    const storage = await open();
    const appender = await storage.append('recordings/ours/1.mp4');
    await appender.append(Buffer.alloc(PART));
    await until(async () => (await openUploads()).length === 2, 'both uploads');
    await asKilled(storage);
    await open({ abandonedAfter: -1000 });
    await until(async () => (await openUploads()).length < 2, 'one to be dropped');
    expect((await openUploads()).map(({ Key }) => Key)).to.deep.equal([`${prefix}recordings/ours/1.mp4`]);
    gone.close();
  });

  it('keeps a file whose path was given away until that time is over', async () => {
    store.pause();
    const storage = await open();
    await storage.put('a/lent', Buffer.from('lent'));
    const found = await storage.locate('a/lent', { expiresIn: 2 });
    expect(found).to.have.property('file');
    store.resume();
    await until(async () => (await objects()).length === 1, 'the upload');
    expect(files()).to.deep.equal(['lent']);
    await until(() => files().length === 0, 'the file to go');
    expect(await read(storage, 'a/lent')).to.equal('lent');
  });

  it('has the latest of what is put again and again, while it uploads', async () => {
    const storage = await open();
    for (let n = 0; n < 50; n++) await storage.put('a/thumbnail', Buffer.from(`picture ${n}`));
    expect(await read(storage, 'a/thumbnail')).to.equal('picture 49');
    await empty(storage);
    expect(await object('a/thumbnail')).to.equal('picture 49');
  });
});

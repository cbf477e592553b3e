/** What every storage promises, held of each: the local disk, and an S3 store behind a spool. */
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import type { Storage } from '#plugin-api';
import { temporaryFolder } from '../../test/support/folder.ts';
import { quietLog } from '../../test/support/log.ts';
import { hasStore, startStore, type TestStore } from '../../test/support/s3.ts';
import { until } from '../../test/support/until.ts';
import { localStorage } from './local.ts';
import { S3Store } from './s3.ts';
import { type SpooledStorage, spooledStorage } from './spooled.ts';

const codeOf = (work: Promise<unknown>) => work.then(String, (error: { code: string }) => error.code);

/** `settled` resolves when what was put is where it is to be kept. */
type Opened = { storage: Storage; settled(): Promise<unknown>; stop(): Promise<void> };

function promises(open: () => Promise<Opened>): void {
  let storage: Storage;
  let opened: Opened;

  beforeEach(async () => {
    opened = await open();
    ({ storage } = opened);
  });
  afterEach(() => opened.stop());

  const read = async (key: string, range?: { start: number; end?: number }) =>
    (await buffer(await storage.read(key, range))).toString();
  const keys = async (prefix: string) => {
    const found: string[] = [];
    for await (const { key } of storage.list(prefix)) found.push(key);
    return found;
  };

  for (const kept of [false, true]) {
    describe(kept ? 'once it is kept' : 'at once', () => {
      const done = () => (kept ? opened.settled() : Promise.resolve());

      it('reads what was put, whole and in ranges', async () => {
        expect(await storage.put('a/b/file', Buffer.from('0123456789'))).to.deep.equal({ size: 10 });
        await done();
        expect(await storage.stat('a/b/file')).to.deep.equal({ size: 10 });
        expect(await read('a/b/file')).to.equal('0123456789');
        expect((await storage.get('a/b/file')).toString()).to.equal('0123456789');
        expect(await read('a/b/file', { start: 2, end: 4 })).to.equal('234');
        expect(await read('a/b/file', { start: 8, end: 100 })).to.equal('89');
        expect(await codeOf(storage.read('a/b/file', { start: 10 }))).to.equal('LS_STORAGE_BAD_RANGE');
        expect(await codeOf(storage.read('a/b/file', { start: 4, end: 3 }))).to.equal('LS_STORAGE_BAD_RANGE');
      });

      it('has the latest of what was put under one key', async () => {
        await storage.put('a', Buffer.from('old'));
        await done();
        await storage.put('a', Buffer.from('new'));
        await done();
        expect(await read('a')).to.equal('new');
      });

      it('lists in the order of bytes', async () => {
        for (const key of ['s/2/a', 's/1/b', 's/1/a', 's/10', 's/1-x', 't']) await storage.put(key, Buffer.from('x'));
        await done();
        await storage.put('s/1/c', Buffer.from('x'));
        expect(await keys('s/1')).to.deep.equal(['s/1-x', 's/1/a', 's/1/b', 's/1/c', 's/10']);
      });

      it('deletes', async () => {
        await storage.put('a/b', Buffer.from('x'));
        await storage.put('a/c', Buffer.from('x'));
        await done();
        await storage.delete('a/b');
        await storage.delete('a/none');
        expect(await keys('')).to.deep.equal(['a/c']);
        expect(await codeOf(storage.get('a/b'))).to.equal('LS_STORAGE_NOT_FOUND');
        expect(await codeOf(storage.read('a/b'))).to.equal('LS_STORAGE_NOT_FOUND');
        expect(await storage.stat('a/b')).to.equal(null);
      });

      it('grows what is readable when it is complete', async () => {
        const appender = await storage.append('rec/1.mp4');
        let whole = '';
        for (let n = 0; n < 20; n++) {
          const bytes = `fragment ${n}, `;
          whole += bytes;
          expect(await appender.append(Buffer.from(bytes))).to.equal(whole.length);
        }
        expect(await storage.stat('rec/1.mp4')).to.equal(null);
        expect(await appender.complete()).to.deep.equal({ size: whole.length });
        await done();
        expect(await storage.stat('rec/1.mp4')).to.deep.equal({ size: whole.length });
        expect(await read('rec/1.mp4')).to.equal(whole);
        expect(await read('rec/1.mp4', { start: whole.length - 5 })).to.equal(whole.slice(-5));
        await storage.delete('rec/1.mp4');
        expect(await keys('')).to.deep.equal([]);
      });

      it('says where bytes are', async () => {
        expect(await codeOf(storage.locate('none'))).to.equal('LS_STORAGE_NOT_FOUND');
        await storage.put('a/b', Buffer.from('located'));
        await done();
        const found = await storage.locate('a/b', { filename: 'My film.mp4' });
        if ('file' in found) return;
        const answer = await fetch(found.url);
        expect(await answer.text()).to.equal('located');
        expect(answer.headers.get('content-disposition')).to.include('My%20film.mp4');
        const tampered = new URL(found.url);
        tampered.pathname = `${tampered.pathname}c`;
        expect((await fetch(tampered)).status).to.equal(403);
      });
    });
  }

  it('discards what grows, however large', async () => {
    for (const size of [3, 100]) {
      const appender = await storage.append('rec/1.mp4');
      expect(appender.size).to.equal(0);
      await appender.append(Buffer.alloc(size));
      await appender.discard();
    }
    expect(await storage.stat('rec/1.mp4')).to.equal(null);
  });

  it('keeps what a stream gives, of many parts too, and nothing of one that broke off', async () => {
    async function* chunks(broken: boolean) {
      for (let n = 0; n < 50; n++) yield Buffer.from(`chunk ${n} `);
      if (broken) throw new Error('the source broke');
    }
    expect(await codeOf(storage.put('a', chunks(true)))).to.equal(undefined);
    expect(await storage.stat('a')).to.equal(null);
    const { size } = await storage.put('a', chunks(false));
    await opened.settled();
    expect((await read('a')).length).to.equal(size);
  });

  it('refuses what is no key', async () => {
    for (const key of ['', '/etc/passwd', 'a/../../b', 'a b', 'a~b']) {
      expect(await codeOf(storage.put(key, Buffer.from('x')))).to.equal('LS_STORAGE_BAD_KEY');
      expect(await codeOf(storage.read(key))).to.equal('LS_STORAGE_BAD_KEY');
      expect(await codeOf(storage.stat(key))).to.equal('LS_STORAGE_BAD_KEY');
      expect(await codeOf(storage.delete(key))).to.equal('LS_STORAGE_BAD_KEY');
      expect(await codeOf(storage.append(key))).to.equal('LS_STORAGE_BAD_KEY');
      expect(await codeOf(storage.locate(key))).to.equal('LS_STORAGE_BAD_KEY');
    }
  });
}

describe('storage', () => {
  describe('on the local disk', () => {
    promises(async () => ({
      storage: localStorage(temporaryFolder()),
      settled: () => Promise.resolve(),
      stop: () => Promise.resolve(),
    }));
  });

  describe('in an S3 store behind a spool', function () {
    this.timeout(120_000);
    let store: TestStore;
    let tests = 0;

    before(async function () {
      // Debian's python3-swift is not there: nothing to try it with.
      if (!hasStore()) this.skip();
      store = await startStore();
    });
    after(() => store?.kill());

    promises(async () => {
      tests++;
      const s3 = new S3Store({ ...store.settings, prefix: `test-${tests}/` });
      const trouble: (string | null)[] = [];
      const storage: SpooledStorage = await spooledStorage({
        store: s3,
        folder: temporaryFolder(),
        log: quietLog,
        partSize: 32,
        onTrouble: (error) => trouble.push(error?.message ?? null),
      });
      return {
        storage,
        settled: () => until(() => storage.backlog().files === 0, 'the spool to be empty'),
        async stop() {
          await storage.stop();
          expect(trouble).to.deep.equal([]);
        },
      };
    });
  });
});

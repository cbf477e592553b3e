/** Local storage: whole or not there, within its folder, and tidy. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import type { Storage } from '#plugin-api';
import { temporaryFolder } from '../../test/support/folder.ts';
import { localStorage } from './local.ts';

describe('localStorage', () => {
  let folder: string;
  let storage: Storage;

  beforeEach(() => {
    folder = temporaryFolder();
    storage = localStorage(folder);
  });

  const codeOf = (work: Promise<unknown>) => work.then(String, (error: { code: string }) => error.code);
  const read = async (key: string, range?: { start: number; end?: number }) =>
    (await buffer(await storage.read(key, range))).toString();
  const keys = async (prefix: string) => {
    const found: string[] = [];
    for await (const { key } of storage.list(prefix)) found.push(key);
    return found;
  };

  it('keeps bytes and streams, and overwrites', async () => {
    expect(await storage.put('a/b/1.m4s', Buffer.from('one'))).to.deep.equal({ size: 3 });
    expect(await read('a/b/1.m4s')).to.equal('one');
    async function* chunks() {
      yield Buffer.from('two ');
      yield Buffer.from('parts');
    }
    expect(await storage.put('a/b/1.m4s', chunks())).to.deep.equal({ size: 9 });
    expect(await read('a/b/1.m4s')).to.equal('two parts');
    expect(await storage.stat('a/b/1.m4s')).to.deep.equal({ size: 9 });
  });

  it('reads ranges, both ends included', async () => {
    await storage.put('file', Buffer.from('0123456789'));
    expect(await read('file', { start: 2, end: 4 })).to.equal('234');
    expect(await read('file', { start: 7 })).to.equal('789');
    expect(await read('file', { start: 8, end: 100 })).to.equal('89');
    expect(await codeOf(storage.read('file', { start: 10 }))).to.equal('LS_STORAGE_BAD_RANGE');
    expect(await codeOf(storage.read('file', { start: 4, end: 3 }))).to.equal('LS_STORAGE_BAD_RANGE');
    expect(await codeOf(storage.read('file', { start: -1 }))).to.equal('LS_STORAGE_BAD_RANGE');
  });

  it('leaves what was there when a put breaks off, and no draft', async () => {
    await storage.put('kept', Buffer.from('old'));
    async function* broken() {
      yield Buffer.from('new');
      throw new Error('the source broke');
    }
    const error = await storage.put('kept', broken()).catch((reason: Error) => reason.message);
    expect(error).to.equal('the source broke');
    expect(await read('kept')).to.equal('old');
    expect(readdirSync(folder)).to.deep.equal(['kept']);
  });

  it('says what is not there', async () => {
    await storage.put('a/file', Buffer.from('x'));
    expect(await codeOf(storage.read('none'))).to.equal('LS_STORAGE_NOT_FOUND');
    expect(await codeOf(storage.read('a'))).to.equal('LS_STORAGE_NOT_FOUND');
    expect(await codeOf(storage.read('a/file/below'))).to.equal('LS_STORAGE_NOT_FOUND');
    expect(await storage.stat('none')).to.equal(null);
    expect(await storage.stat('a')).to.equal(null);
    expect(await storage.stat('a/file/below')).to.equal(null);
    await storage.delete('none/at/all');
    await storage.delete('a');
    expect(await keys('')).to.deep.equal(['a/file']);
  });

  it('says what the disk says when it cannot write', async () => {
    await storage.put('a', Buffer.from('a file'));
    expect(await codeOf(storage.put('a/below', Buffer.from('x')))).to.equal('LS_STORAGE_FAILED');
  });

  it('lists by prefix in the order of bytes, without drafts', async () => {
    for (const key of ['s/2/a', 's/1/b', 's/1/a', 's/10', 's/1-x', 't']) await storage.put(key, Buffer.from('x'));
    writeFileSync(join(folder, 's', `lost~draft`), 'x');
    expect(await keys('')).to.deep.equal(['s/1-x', 's/1/a', 's/1/b', 's/10', 's/2/a', 't']);
    expect(await keys('s/1')).to.deep.equal(['s/1-x', 's/1/a', 's/1/b', 's/10']);
    expect(await keys('s/1/')).to.deep.equal(['s/1/a', 's/1/b']);
    expect(await keys('none/')).to.deep.equal([]);
  });

  it('deletes, and the folders that are left empty', async () => {
    await storage.put('a/b/c', Buffer.from('x'));
    await storage.put('a/d', Buffer.from('x'));
    await storage.delete('a/b/c');
    expect(readdirSync(join(folder, 'a'))).to.deep.equal(['d']);
    await storage.delete('a/d');
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('puts while others delete beside it', async () => {
    await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        await storage.put(`shared/${n}`, Buffer.from('x'));
        await storage.delete(`shared/${n}`);
      }),
    );
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('grows a file that is there when it is complete', async () => {
    const appender = await storage.append('a/rec.mp4');
    expect(await appender.append(Buffer.from('one '))).to.equal(4);
    expect(readFileSync(join(folder, 'a', 'rec.mp4~growing'), 'utf8')).to.equal('one ');
    expect(await storage.stat('a/rec.mp4')).to.equal(null);
    expect(await keys('')).to.deep.equal([]);
    const again = await storage.append('a/rec.mp4');
    expect(again.size).to.equal(4);
    await again.append(Buffer.from('two'));
    expect(await again.complete()).to.deep.equal({ size: 7 });
    expect(await read('a/rec.mp4')).to.equal('one two');
    expect(readdirSync(join(folder, 'a'))).to.deep.equal(['rec.mp4']);
    expect((await storage.append('a/rec.mp4')).size).to.equal(0);
  });

  it('discards what grows', async () => {
    const appender = await storage.append('a/rec.mp4');
    await appender.append(Buffer.from('one'));
    await appender.discard();
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('locates the file', async () => {
    await storage.put('a/file', Buffer.from('x'));
    expect(await storage.locate('a/file')).to.deep.equal({ file: join(folder, 'a', 'file') });
    expect(await codeOf(storage.locate('a/none'))).to.equal('LS_STORAGE_NOT_FOUND');
  });

  for (const key of [
    '',
    '/etc/passwd',
    '..',
    'a/../../b',
    'a//b',
    'a/',
    './a',
    'a\0b',
    'a b',
    'a\\b',
    'ä',
    'a~b',
    'x'.repeat(201),
  ]) {
    it(`refuses the key ${JSON.stringify(key.slice(0, 20))}`, async () => {
      expect(await codeOf(storage.put(key, Buffer.from('x')))).to.equal('LS_STORAGE_BAD_KEY');
      expect(await codeOf(storage.read(key))).to.equal('LS_STORAGE_BAD_KEY');
      expect(await codeOf(storage.stat(key))).to.equal('LS_STORAGE_BAD_KEY');
      expect(await codeOf(storage.delete(key))).to.equal('LS_STORAGE_BAD_KEY');
    });
  }

  it('refuses to list outside its folder', () => {
    for (const prefix of ['../', '/', 'a/../']) {
      expect(() => storage.list(prefix))
        .to.throw()
        .with.property('code', 'LS_STORAGE_BAD_KEY');
    }
  });
});

/** What grows on the disk: whole appends only, whatever a crash or a power failure leaves of the last ones. */
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { temporaryFolder } from '../../test/support/folder.ts';
import { Growing, type GrowingPlace } from './growing.ts';

describe('Growing', () => {
  let root: string;
  let place: GrowingPlace;

  beforeEach(() => {
    root = temporaryFolder();
    place = {
      root,
      journal: join(root, 'a', 'journal'),
      chunk: () => join(root, 'a', 'bytes'),
      chunkSize: Number.POSITIVE_INFINITY,
      released: 0,
    };
  });

  const bytes = () => readFileSync(place.chunk(0), 'utf8');
  const codeOf = (work: Promise<unknown>) => work.then(String, (error: { code: string }) => error.code);

  it('goes on where it was', async () => {
    const first = await Growing.open(place);
    expect(await first.append(Buffer.from('one '))).to.equal(4);
    expect(await first.append(Buffer.from('two '))).to.equal(8);
    const second = await Growing.open(place);
    expect(second.size).to.equal(8);
    await second.append(Buffer.from('three'));
    expect(bytes()).to.equal('one two three');
  });

  it('writes what comes at once in order', async () => {
    const growing = await Growing.open(place);
    const sizes = await Promise.all(Array.from({ length: 100 }, (_, n) => growing.append(Buffer.from(`${n},`))));
    expect(bytes()).to.equal(Array.from({ length: 100 }, (_, n) => `${n},`).join(''));
    expect(sizes).to.deep.equal([...sizes].sort((a, b) => a - b));
    expect(growing.size).to.equal(bytes().length);
  });

  it('has whole appends alone, whatever the last flush has left of bytes and journal', async () => {
    const growing = await Growing.open(place);
    await growing.append(Buffer.from('safe.'));
    // Two appends of one flush: nothing of them is known to be safe.
    await Promise.all([
      growing.append(Buffer.from('x')),
      growing.append(Buffer.from('abc')),
      growing.append(Buffer.from('defg')),
    ]);
    const whole = { bytes: readFileSync(place.chunk(0)), journal: readFileSync(place.journal) };
    const ends = [5, 6, 9, 13];
    for (let left = 6; left <= whole.bytes.length; left++) {
      for (let journal = 40; journal <= whole.journal.length; journal += 5) {
        for (const filled of [false, true]) {
          // What was not flushed is missing, or as long as it was and full of zeros.
          writeFileSync(place.chunk(0), whole.bytes);
          truncateSync(place.chunk(0), left);
          if (filled) truncateSync(place.chunk(0), whole.bytes.length);
          writeFileSync(place.journal, whole.journal);
          truncateSync(place.journal, journal);
          if (filled) truncateSync(place.journal, whole.journal.length);
          const expected = Math.min(ends.findLast((end) => end <= left)!, ends[Math.floor(journal / 20) - 1]!);
          const again = await Growing.open(place);
          expect(again.size, `${left} bytes, ${journal} of the journal`).to.equal(expected);
          await again.append(Buffer.from('!'));
          expect(bytes()).to.equal(`${whole.bytes.toString().slice(0, expected)}!`);
        }
      }
    }
  });

  it('begins anew where only a journal is left, and where only bytes are', async () => {
    const growing = await Growing.open(place);
    await growing.append(Buffer.from('one'));
    await growing.append(Buffer.from('two'));
    rmSync(place.chunk(0));
    expect((await Growing.open(place)).size).to.equal(0);
    await (await Growing.open(place)).append(Buffer.from('three'));
    expect(bytes()).to.equal('three');
    rmSync(place.journal);
    expect((await Growing.open(place)).size).to.equal(0);
    expect(bytes()).to.equal('');
  });

  it('refuses the one whom another has succeeded', async () => {
    const former = await Growing.open(place);
    await former.append(Buffer.from('one'));
    const present = await Growing.open(place);
    await present.append(Buffer.from('two'));
    expect(await codeOf(former.append(Buffer.from('lost')))).to.equal('LS_STORAGE_TAKEN');
    await present.append(Buffer.from('three'));
    expect(bytes()).to.equal('onetwothree');
  });

  it('leaves nothing of an append that the disk did not take, and goes on after it', async () => {
    const chunks = join(root, 'chunks');
    let broken = false;
    const fragile = { ...place, chunk: () => (broken ? join(chunks, 'file', 'below') : join(root, 'a', 'bytes')) };
    writeFileSync(join(root, 'chunks'), 'a file where a folder should be');
    const growing = await Growing.open(fragile);
    await growing.append(Buffer.from('one'));
    broken = true;
    expect(await codeOf(growing.append(Buffer.from('two')))).to.equal('ENOTDIR');
    broken = false;
    expect(growing.size).to.equal(3);
    await growing.append(Buffer.from('three'));
    expect(bytes()).to.equal('onethree');
    expect((await Growing.open(place)).size).to.equal(8);
  });

  describe('in chunks', () => {
    const chunk = (index: number) => join(root, 'a', String(index));
    const chunked = (released = 0): GrowingPlace => ({ ...place, chunk, chunkSize: 4, released });

    it('divides appends among files', async () => {
      const growing = await Growing.open(chunked());
      await growing.append(Buffer.from('ab'));
      await growing.append(Buffer.from('cdefghij'));
      await growing.append(Buffer.from('kl'));
      expect([0, 1, 2].map((index) => readFileSync(chunk(index), 'utf8'))).to.deep.equal(['abcd', 'efgh', 'ijkl']);
      expect((await Growing.open(chunked())).size).to.equal(12);
    });

    it('goes on after chunks that are safe elsewhere and gone from here', async () => {
      const growing = await Growing.open(chunked());
      await growing.append(Buffer.from('abc'));
      await growing.append(Buffer.from('defghij'));
      for (const index of [0, 1]) rmSync(chunk(index));
      const again = await Growing.open(chunked(8));
      expect(again.size).to.equal(10);
      await again.append(Buffer.from('klm'));
      expect([2, 3].map((index) => readFileSync(chunk(index), 'utf8'))).to.deep.equal(['ijkl', 'm']);
      truncateSync(chunk(3), 0);
      expect((await Growing.open(chunked(8))).size).to.equal(10);
    });
  });
});

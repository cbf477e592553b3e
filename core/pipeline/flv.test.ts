import { expect } from 'chai';
import fc from 'fast-check';
import { makeMedia } from '../../test/support/ffmpeg.ts';
import { Demuxer } from './demux.ts';
import { FLV_AUDIO, FLV_SCRIPT, FLV_VIDEO, FlvError, FlvReader, type FlvTag, flvHeader, writeFlvTag } from './flv.ts';

const tags: fc.Arbitrary<FlvTag> = fc.record({
  type: fc.constantFrom(FLV_AUDIO, FLV_VIDEO, FLV_SCRIPT),
  timestamp: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  data: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});

function write(all: FlvTag[]): Buffer {
  return Buffer.concat([flvHeader({ video: true, audio: true }), ...all.flatMap(writeFlvTag)]);
}

/** Feeds the bytes in pieces of these lengths, over and over. */
function read(bytes: Buffer, pieces: number[]): FlvTag[] {
  const found: FlvTag[] = [];
  const reader = new FlvReader((tag) => found.push(tag));
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const end = at + pieces[i % pieces.length]!;
    reader.push(bytes.subarray(at, end));
    at = end;
  }
  return found;
}

/** Reads and demuxes; only an FlvError may come of it. Answers whether one did. */
function survives(bytes: Buffer): boolean {
  const demuxer = new Demuxer();
  const reader = new FlvReader((tag) => demuxer.push(tag));
  try {
    for (let at = 0; at < bytes.length; at += 100) reader.push(bytes.subarray(at, at + 100));
    return true;
  } catch (error) {
    expect(error).to.be.instanceOf(FlvError);
    return false;
  }
}

describe('FLV', function () {
  this.timeout(120_000);

  it('reads what it writes, however it is cut', () => {
    const pieces = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(fc.array(tags, { maxLength: 20 }), pieces, (all, lengths) => {
        expect(read(write(all), lengths)).to.deep.equal(all);
      }),
    );
  });

  it('hands out a tag inside one chunk without copying it', () => {
    const bytes = write([{ type: FLV_VIDEO, timestamp: 1, data: Buffer.alloc(1000, 7) }]);
    const [tag] = read(bytes, [bytes.length]);
    expect(tag!.data.buffer).to.equal(bytes.buffer);
  });

  it('keeps what it handed out when more comes', () => {
    const data = Buffer.alloc(5000, 1);
    const found = read(
      write([
        { type: 9, timestamp: 0, data },
        { type: 9, timestamp: 1, data: Buffer.alloc(5000, 2) },
      ]),
      [700],
    );
    expect(found[0]!.data.equals(data)).to.equal(true);
  });

  it('writes a tag without copying its body', () => {
    const data = Buffer.from('body');
    expect(writeFlvTag({ type: FLV_AUDIO, timestamp: 0, data })[1]).to.equal(data);
  });

  it('reads a large tag that comes in small pieces in linear time', () => {
    const data = Buffer.alloc(4 * 1024 * 1024, 3);
    const [tag] = read(write([{ type: FLV_VIDEO, timestamp: 0, data }]), [50]);
    expect(tag!.data.equals(data)).to.equal(true);
  });

  it('does not take memory for a size that is only claimed', () => {
    const before = process.memoryUsage().arrayBuffers;
    const readers = Array.from({ length: 200 }, () => {
      const reader = new FlvReader(() => undefined);
      reader.push(flvHeader({ video: true, audio: true }));
      reader.push(Buffer.from([9, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3]));
      return reader;
    });
    expect(readers.length).to.equal(200);
    expect(process.memoryUsage().arrayBuffers - before).to.be.lessThan(16 * 1024 * 1024);
  });

  for (const [what, bytes, reason] of [
    ['something else', Buffer.from('HTTP/1.1 200 OK'), 'does not start with "FLV"'],
    ['an unknown version', Buffer.from('FLV\x02\x05\0\0\0\x09', 'latin1'), 'version 2'],
    ['a long header', Buffer.from('FLV\x01\x05\0\x10\0\0', 'latin1'), '1048576 bytes'],
    ['a short header', Buffer.from('FLV\x01\x05\0\0\0\x08', 'latin1'), '8 bytes'],
    ['an unknown tag', Buffer.concat([flvHeader({ video: true, audio: true }), Buffer.alloc(11, 1)]), 'Tag type 1 is'],
    ['an encrypted tag', Buffer.concat([flvHeader({ video: true, audio: true }), Buffer.alloc(11, 0x29)]), 'encrypted'],
  ] as const) {
    it(`refuses ${what}, once and for all`, () => {
      const reader = new FlvReader(() => undefined);
      expect(() => reader.push(bytes)).to.throw(FlvError, reason);
      expect(() => reader.push(Buffer.from('more'))).to.throw(FlvError, reason);
    });
  }

  it('survives random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => void survives(Buffer.from(bytes))));
    const header = flvHeader({ video: true, audio: true });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => void survives(Buffer.concat([header, bytes]))),
    );
  });

  it('survives random bodies of tags', () => {
    fc.assert(
      fc.property(fc.array(tags, { maxLength: 20 }), (all) => void survives(write(all))),
      { numRuns: 500 },
    );
  });

  it('survives a real stream with bytes changed, taken out and put in', () => {
    const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=64x64:rate=10:duration=1'];
    const sound = ['-f', 'lavfi', '-i', 'sine=duration=1'];
    const real = makeMedia('flv', ...picture, ...sound, '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac');
    expect(survives(real)).to.equal(true);
    const change = fc.record({
      at: fc.oneof(fc.nat({ max: real.length - 1 }), fc.nat({ max: 1000 })),
      kind: fc.constantFrom('set', 'remove', 'insert'),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        let bytes: Buffer = Buffer.from(real);
        for (const { at, kind, bytes: these } of changes) {
          const behind = kind === 'insert' ? at : at + these.length;
          bytes = Buffer.concat([
            bytes.subarray(0, at),
            kind === 'remove' ? Buffer.alloc(0) : these,
            bytes.subarray(behind),
          ]);
        }
        survives(bytes);
      }),
      { numRuns: 300 },
    );
  });
});

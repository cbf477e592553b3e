/** The chunk stream: what is written comes out again, however it is cut and interleaved; what breaks the rules is refused. */
import { expect } from 'chai';
import fc from 'fast-check';
import { ChunkReader } from './chunk-reader.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { ProtocolError } from './errors.ts';
import { controlMessage, type Message, MessageType } from './messages.ts';

const LIMITS = { messageSize: 1 << 20, held: 8 << 20 };

function readAll(reader: ChunkReader, bytes: Buffer): Message[] {
  const messages: Message[] = [];
  reader.push(bytes);
  for (let message = reader.next(); message; message = reader.next()) {
    const { type, streamId, timestamp, body } = message;
    messages.push({ type, streamId, timestamp, body: Buffer.from(body) });
  }
  return messages;
}

/** Timestamps around what changes the header: small, the extended mark, the half circle, its end. */
const timestamp = fc.oneof(
  fc.nat(0xffff),
  fc.integer({ min: 0xfffffd, max: 0x1000003 }),
  fc.integer({ min: 0x7ffffffe, max: 0x80000001 }),
  fc.integer({ min: 0xfffffff0, max: 0xffffffff }),
);
const message = fc.record({
  type: fc.constantFrom(8, 9, 18, 20),
  streamId: fc.constantFrom(0, 1, 0x01020304),
  timestamp,
  body: fc
    .tuple(fc.oneof(fc.nat(300), fc.constantFrom(0, 127, 128, 129, 70_000)), fc.nat(255))
    .map(([length, fill]) => Buffer.alloc(length, fill)),
});
const chunkStreams = fc.constantFrom(2, 3, 63, 64, 319, 320, 65_599);

describe('rtmp: chunk stream', () => {
  it('reads what was written: all header types, chunk sizes, interleaving, and any cutting into reads', () => {
    const plan = fc.record({
      chunkSize: fc.oneof(fc.integer({ min: 1, max: 65_536 }), fc.constantFrom(1, 128, 4096)),
      lanes: fc.uniqueArray(fc.tuple(chunkStreams, fc.array(message, { maxLength: 5 })), {
        selector: ([id]) => id,
        minLength: 1,
        maxLength: 3,
      }),
      order: fc.infiniteStream(fc.nat(10)),
      cuts: fc.infiniteStream(
        fc.oneof(
          fc.integer({ min: 1, max: 20 }),
          fc.integer({ min: 1, max: 1000 }),
          fc.integer({ min: 1, max: 100_000 }),
        ),
      ),
    });
    fc.assert(
      fc.property(plan, ({ chunkSize, lanes, order, cuts }) => {
        const writer = new ChunkWriter();
        const setSize = writer.bytes(2, controlMessage(MessageType.setChunkSize, chunkSize));
        writer.setChunkSize(chunkSize);
        // Long bodies only where they are not many thousands of chunks.
        for (const one of lanes.flatMap(([, messages]) => messages)) one.body = one.body.subarray(0, chunkSize * 100);
        // A message's chunks stay in order on its chunk stream; between chunk streams they mix.
        const queues = lanes.map(([id, messages]) =>
          messages.flatMap((one) => {
            const chunks = writer.chunks(id, one).map((chunk) => Buffer.concat(chunk));
            return chunks.map((chunk, index) => ({ chunk, done: index === chunks.length - 1 ? one : null }));
          }),
        );
        const bytes = [setSize];
        const expected: Message[] = [];
        while (queues.some((queue) => queue.length > 0)) {
          const open = queues.filter((queue) => queue.length > 0);
          const { chunk, done } = open[order.next().value! % open.length]!.shift()!;
          bytes.push(chunk);
          if (done) expected.push(done);
        }
        const wire = Buffer.concat(bytes);
        const reader = new ChunkReader(LIMITS);
        const got: Message[] = [];
        for (let at = 0; at < wire.length; ) {
          const size = cuts.next().value!;
          got.push(...readAll(reader, wire.subarray(at, at + size)));
          at += size;
        }
        expect(got.length).to.equal(expected.length);
        for (const [index, one] of expected.entries()) {
          const { body, ...rest } = got[index]!;
          expect(rest).to.deep.equal({ type: one.type, streamId: one.streamId, timestamp: one.timestamp });
          expect(body.equals(one.body)).to.equal(true);
        }
        expect(reader.held).to.equal(0);
      }),
      { numRuns: 150 },
    );
  });

  it('reads an extended timestamp again in each type 3 chunk', () => {
    const header = Buffer.from('06ffffff000082090100000001000000', 'hex'); // 130 bytes of video at 0x01000000
    const wire = Buffer.concat([header, Buffer.alloc(128, 1), Buffer.from('c601000000', 'hex'), Buffer.alloc(2, 2)]);
    const [read] = readAll(new ChunkReader(LIMITS), wire);
    expect(read?.timestamp).to.equal(0x1000000);
    expect(read?.body.subarray(127).toString('hex')).to.equal('010202');
  });

  it('forgets what Abort names, and keeps room around bodies', () => {
    const reader = new ChunkReader(LIMITS, { headroom: 11, tailroom: 4 });
    const started = Buffer.concat([Buffer.from('040000000000ff0801000000', 'hex'), Buffer.alloc(128)]);
    expect(readAll(reader, started)).to.deep.equal([]);
    expect(reader.held).to.equal(255 + 15);
    readAll(reader, new ChunkWriter().bytes(2, controlMessage(MessageType.abort, 4)));
    expect(reader.held).to.equal(0);
    reader.push(new ChunkWriter().bytes(4, { type: 8, streamId: 1, timestamp: 0, body: Buffer.from('abc') }));
    const next = reader.next()!;
    expect(next.frame.length).to.equal(3 + 15);
    expect(next.frame.toString('latin1', 11, 14)).to.equal('abc');
  });

  it('stops between messages and goes on without more bytes', () => {
    const writer = new ChunkWriter();
    const two = [1, 2].map((n) => writer.bytes(4, { type: 8, streamId: 1, timestamp: n, body: Buffer.from([n]) }));
    const reader = new ChunkReader(LIMITS);
    reader.push(Buffer.concat(two));
    expect(reader.next()?.timestamp).to.equal(1);
    reader.push(writer.bytes(4, { type: 8, streamId: 1, timestamp: 3, body: Buffer.from([3]) }));
    expect([reader.next()?.timestamp, reader.next()?.timestamp, reader.next()]).to.deep.equal([2, 3, null]);
  });

  const video = '060000000000810901000000';
  const malformed: Record<string, string> = {
    'type 3 first': 'c4',
    'type 2 first': '84000001',
    'a header inside a message': `${video}${'00'.repeat(128)}${video}`,
    'a message over the limit': '0600000010000109 01000000',
    'chunk size 0': '02000000000004010000000000000000',
    'chunk size with its first bit set': '02000000000004010000000080000000',
    'chunk size cut short': '0200000000000201000000000001',
    'abort cut short': '0200000000000202000000000001',
  };
  for (const [name, hex] of Object.entries(malformed))
    it(`refuses ${name}`, () => {
      expect(() => readAll(new ChunkReader(LIMITS), Buffer.from(hex.replaceAll(' ', ''), 'hex'))).to.throw(
        ProtocolError,
      );
    });

  it('refuses more open messages than it may hold, and too many chunk streams', () => {
    const open = (id: number, length: string) =>
      Buffer.from(`00${id.toString(16).padStart(2, '0')}000000${length}0901000000`, 'hex');
    const reader = new ChunkReader({ messageSize: 64 * 1024, held: 256 * 1024 });
    const start = (count: number, length: string) => {
      for (let id = 0; id < count; id++) readAll(reader, Buffer.concat([open(id, length), Buffer.alloc(128)]));
    };
    expect(() => start(5, '010000')).to.throw(ProtocolError, 'at once');
    expect(reader.held).to.be.at.most(256 * 1024 + 1024);
    const many = new ChunkReader(LIMITS);
    expect(() => {
      for (let id = 0; id < 65; id++) readAll(many, open(id, '000000'));
    }).to.throw(ProtocolError, 'Too many chunk streams');
  });
});

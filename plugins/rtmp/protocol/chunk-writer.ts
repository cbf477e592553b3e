/** Writes RTMP's chunk stream: messages in, bytes out, bodies by reference (RTMP 1.0 §5.3). */
import type { Message } from './messages.ts';

const EXTENDED = 0xffffff;
const HEADER_SIZES = [11, 7, 3, 0] as const;

interface OutgoingStream {
  timestamp: number;
  /** The last timestamp field sent: a type 3 chunk that starts a message repeats it. */
  field: number;
  length: number;
  type: number;
  streamId: number;
}

export class ChunkWriter {
  private readonly streams = new Map<number, OutgoingStream>();
  private chunkSize = 128;

  /** What Set Chunk Size with this number of bytes promised; send that message first. */
  setChunkSize(bytes: number): void {
    this.chunkSize = bytes;
  }

  /** A message as chunks with the shortest headers that say it, each a list of one header and at most one piece of the body. */
  chunks(chunkStream: number, message: Message): Buffer[][] {
    const { header, field } = this.firstHeader(chunkStream, message);
    const { body } = message;
    const chunks: Buffer[][] = [[header, body.subarray(0, this.chunkSize)]];
    if (body.length <= this.chunkSize) return chunks;
    const next = header3(chunkStream, field);
    for (let at = this.chunkSize; at < body.length; at += this.chunkSize)
      chunks.push([next, body.subarray(at, at + this.chunkSize)]);
    return chunks;
  }

  /** The same as one buffer: for what is short. */
  bytes(chunkStream: number, message: Message): Buffer {
    return Buffer.concat(this.chunks(chunkStream, message).flat());
  }

  private firstHeader(chunkStream: number, message: Message): { header: Buffer; field: number } {
    const { length } = message.body;
    const { timestamp, streamId } = message;
    const last = this.streams.get(chunkStream);
    const delta = last ? (timestamp - last.timestamp) >>> 0 : 0;
    let type: 0 | 1 | 2 | 3 = 0;
    // A step back is a delta of more than half the circle, which only a full header can say.
    if (last && last.streamId === streamId && delta <= 0x7fffffff) {
      if (last.length !== length || last.type !== message.type) type = 1;
      else type = last.field === delta ? 3 : 2;
    }
    const field = type === 0 ? timestamp : delta;
    this.streams.set(chunkStream, { timestamp, field, length, type: message.type, streamId });
    if (type === 3) return { header: header3(chunkStream, field), field };

    const basic = basicHeader(type, chunkStream);
    const size = HEADER_SIZES[type];
    const header = Buffer.allocUnsafe(basic.length + size + (field >= EXTENDED ? 4 : 0));
    basic.copy(header);
    let at = header.writeUIntBE(Math.min(field, EXTENDED), basic.length, 3);
    if (type < 2) {
      at = header.writeUIntBE(length, at, 3);
      at = header.writeUInt8(message.type, at);
    }
    if (type === 0) at = header.writeUInt32LE(streamId, at);
    if (field >= EXTENDED) header.writeUInt32BE(field, at);
    return { header, field };
  }
}

function basicHeader(type: number, chunkStream: number): Buffer {
  const bits = type << 6;
  if (chunkStream < 64) return Buffer.from([bits | chunkStream]);
  if (chunkStream < 320) return Buffer.from([bits, chunkStream - 64]);
  return Buffer.from([bits | 1, (chunkStream - 64) & 0xff, (chunkStream - 64) >> 8]);
}

function header3(chunkStream: number, field: number): Buffer {
  const basic = basicHeader(3, chunkStream);
  if (field < EXTENDED) return basic;
  const extended = Buffer.allocUnsafe(4);
  extended.writeUInt32BE(field);
  return Buffer.concat([basic, extended]);
}

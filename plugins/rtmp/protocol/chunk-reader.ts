/** Reads RTMP's chunk stream: bytes in, whole messages out (RTMP 1.0 §5.3, §5.4). */
import { ProtocolError } from './errors.ts';
import { type Message, MessageType } from './messages.ts';

/** A message read, with room around its body so that a frame can be put around it without a copy. */
export interface ReadMessage extends Message {
  /** `headroom` bytes, the body, `tailroom` bytes. */
  frame: Buffer;
}

export interface ChunkLimits {
  /** Longest body, in bytes. */
  messageSize: number;
  /** Most bytes allocated for messages that are not complete. */
  held: number;
}

/** Basic header, message header and extended timestamp at their longest. */
const MAX_HEADER = 3 + 11 + 4;
const MAX_CHUNK_STREAMS = 64;
/** Message headers of chunk types 0 to 3 (RTMP 1.0 §5.3.1.2). */
const HEADER_SIZES = [11, 7, 3, 0] as const;
const EXTENDED = 0xffffff;
const EMPTY = Buffer.alloc(0);

interface IncomingStream {
  timestamp: number;
  /** What a type 3 chunk that starts a message adds. */
  delta: number;
  extended: boolean;
  length: number;
  type: number;
  streamId: number;
  /** The message under way. */
  frame: Buffer | null;
  filled: number;
}

export class ChunkReader {
  /** May be changed between messages. */
  limits: ChunkLimits;
  private readonly headroom: number;
  private readonly tailroom: number;
  private readonly streams = new Map<number, IncomingStream>();
  private chunkSize = 128;
  private input: Buffer = EMPTY;
  private at = 0;
  /** The start of a header of which the rest has not come. */
  private rest: Buffer = EMPTY;
  /** The chunk under way: its stream, and how much of its payload is still to come. */
  private current: IncomingStream | null = null;
  private chunkLeft = 0;
  private heldBytes = 0;

  constructor(limits: ChunkLimits, room: { headroom: number; tailroom: number } = { headroom: 0, tailroom: 0 }) {
    this.limits = limits;
    this.headroom = room.headroom;
    this.tailroom = room.tailroom;
  }

  /** Bytes allocated for messages that are not complete, and input not read yet. */
  get held(): number {
    return this.heldBytes + this.rest.length + this.input.length - this.at;
  }

  /** Gives bytes to read; they are kept by reference until `next` has answered null. */
  push(bytes: Buffer): void {
    let input = bytes;
    if (this.rest.length > 0) {
      const waiting = this.rest.length;
      const head = Buffer.concat([this.rest, bytes.subarray(0, MAX_HEADER)]);
      const used = this.readHeader(head, 0);
      if (used === 0) {
        this.rest = head;
        return;
      }
      this.rest = EMPTY;
      input = bytes.subarray(used - waiting);
    }
    this.input = this.at < this.input.length ? Buffer.concat([this.input.subarray(this.at), input]) : input;
    this.at = 0;
  }

  /**
   * The next whole message, or null until more is pushed. Set Chunk Size and Abort are obeyed here and not answered.
   * @throws ProtocolError for what breaks the protocol or the limits; the reader is of no use afterwards.
   */
  next(): ReadMessage | null {
    for (;;) {
      if (this.current === null) {
        const used = this.readHeader(this.input, this.at);
        if (used === 0) {
          // Nothing unread may also mean that push has put all of it into `rest` already.
          if (this.at < this.input.length) this.rest = Buffer.from(this.input.subarray(this.at));
          this.input = EMPTY;
          this.at = 0;
          return null;
        }
        this.at += used;
      }
      const stream = this.current!;
      const taken = Math.min(this.chunkLeft, this.input.length - this.at);
      if (taken > 0) {
        this.input.copy(stream.frame!, this.headroom + stream.filled, this.at, this.at + taken);
        stream.filled += taken;
        this.at += taken;
        this.chunkLeft -= taken;
      }
      if (this.chunkLeft > 0) {
        this.input = EMPTY;
        this.at = 0;
        return null;
      }
      this.current = null;
      if (stream.filled < stream.length) continue;
      const message = this.finish(stream);
      if (message.type === MessageType.setChunkSize) this.setChunkSize(message.body);
      else if (message.type === MessageType.abort) this.abort(message.body);
      else return message;
    }
  }

  /** Reads one chunk's header; answers its length, or 0 where it is not whole. */
  private readHeader(input: Buffer, start: number): number {
    const available = input.length - start;
    if (available < 1) return 0;
    const first = input[start]!;
    const type = first >> 6;
    let id = first & 0x3f;
    let at = start + 1;
    if (id < 2) {
      if (available < 2 + id) return 0;
      id = 64 + input[at]! + (id === 1 ? input[at + 1]! * 256 : 0);
      at = start + (first & 0x3f) + 2;
    }
    const known = this.streams.get(id);
    const size = HEADER_SIZES[type]!;
    if (at + size > input.length) return 0;
    const short = type === 3 ? 0 : input.readUIntBE(at, 3);
    const extended = type === 3 ? known?.extended === true : short === EXTENDED;
    if (extended && at + size + 4 > input.length) return 0;

    const stream = known ?? this.open(id, type);
    if (type < 3) {
      if (stream.frame !== null) throw new ProtocolError('A message starts inside another on the same chunk stream.');
      if (type < 2) {
        stream.length = input.readUIntBE(at + 3, 3);
        stream.type = input[at + 6]!;
        if (type === 0) stream.streamId = input.readUInt32LE(at + 7);
      }
      stream.extended = extended;
      // With type 0 this is the timestamp itself; a type 3 message after it adds it again (RTMP 1.0 §5.3.1.2.4).
      stream.delta = extended ? input.readUInt32BE(at + size) : short;
      if (type === 0) stream.timestamp = 0;
    }
    if (stream.frame === null) this.begin(stream);
    this.current = stream;
    this.chunkLeft = Math.min(this.chunkSize, stream.length - stream.filled);
    return at + size + (extended ? 4 : 0) - start;
  }

  private open(id: number, type: number): IncomingStream {
    // Type 1 without a type 0 before it is sent by old librtmp; it starts from timestamp 0 of stream 0.
    if (type > 1) throw new ProtocolError('A chunk stream starts without a message header.');
    if (this.streams.size >= MAX_CHUNK_STREAMS) throw new ProtocolError('Too many chunk streams.');
    const stream: IncomingStream = {
      timestamp: 0,
      delta: 0,
      extended: false,
      length: 0,
      type: 0,
      streamId: 0,
      frame: null,
      filled: 0,
    };
    this.streams.set(id, stream);
    return stream;
  }

  private begin(stream: IncomingStream): void {
    const size = this.headroom + stream.length + this.tailroom;
    if (stream.length > this.limits.messageSize)
      throw new ProtocolError(`A message of ${stream.length} bytes is too long.`);
    if (this.heldBytes + size > this.limits.held) throw new ProtocolError('Too many long messages at once.');
    this.heldBytes += size;
    stream.timestamp = (stream.timestamp + stream.delta) >>> 0;
    stream.frame = Buffer.allocUnsafe(size);
    stream.filled = 0;
  }

  private finish(stream: IncomingStream): ReadMessage {
    const frame = stream.frame!;
    this.release(stream);
    return {
      type: stream.type,
      streamId: stream.streamId,
      timestamp: stream.timestamp,
      body: frame.subarray(this.headroom, this.headroom + stream.length),
      frame,
    };
  }

  private release(stream: IncomingStream): void {
    this.heldBytes -= stream.frame?.length ?? 0;
    stream.frame = null;
    stream.filled = 0;
  }

  private setChunkSize(body: Buffer): void {
    const size = body.length < 4 ? 0 : body.readUInt32BE(0);
    if (size < 1 || size > 0x7fffffff) throw new ProtocolError('Set Chunk Size is out of range.');
    this.chunkSize = size;
  }

  private abort(body: Buffer): void {
    if (body.length < 4) throw new ProtocolError('Abort is cut short.');
    const stream = this.streams.get(body.readUInt32BE(0));
    if (stream) this.release(stream);
  }
}

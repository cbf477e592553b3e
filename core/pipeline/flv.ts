/** FLV, the form in which every ingest hands over its media: bytes to tags and tags to bytes (Adobe FLV specification 10.1, annex E). */
import { type ByteParser, PullParser } from './pull-parser.ts';

export const FLV_AUDIO = 8;
export const FLV_VIDEO = 9;
export const FLV_SCRIPT = 18;

/** Largest body of a tag that is read. The format allows 16 MiB less one byte, so this is all of it. */
export const MAX_TAG_SIZE = 0xff_ff_ff;
const TAG_HEADER_SIZE = 11;
const TRAILER_SIZE = 4;
const FILE_HEADER_SIZE = 9;
/** A header longer than its 9 bytes is legal but was never seen; a large one is not FLV. */
const MAX_FILE_HEADER_SIZE = 1024;

export interface FlvTag {
  type: typeof FLV_AUDIO | typeof FLV_VIDEO | typeof FLV_SCRIPT;
  /** Milliseconds, unsigned 32 bits as sent: wraps after 49.7 days. */
  timestamp: number;
  /** The tag's body. A view of what was read: not to be written to. */
  data: Buffer;
}

/** What was read is not FLV, or not FLV that can be used. The stream cannot be read on. */
export class FlvError extends Error {
  override readonly name = 'FlvError';
}

/** Reads a stream of FLV in chunks of any size. */
export class FlvReader {
  readonly #parser: PullParser;

  constructor(onTag: (tag: FlvTag) => void) {
    this.#parser = new PullParser(parseFlv(onTag));
  }

  /**
   * Calls `onTag` for each tag that the chunk completes. Keeps views of the chunk, so it must not be reused.
   * @throws {FlvError} where the bytes are not FLV; so does every call after it.
   */
  push(chunk: Buffer): void {
    this.#parser.push(chunk);
  }
}

function* parseFlv(onTag: (tag: FlvTag) => void): ByteParser {
  const fileHeader = yield FILE_HEADER_SIZE;
  if (fileHeader.toString('latin1', 0, 3) !== 'FLV') throw new FlvError('The stream does not start with "FLV".');
  if (fileHeader[3] !== 1) throw new FlvError(`FLV version ${fileHeader[3]} is not known.`);
  const headerSize = fileHeader.readUInt32BE(5);
  if (headerSize < FILE_HEADER_SIZE || headerSize > MAX_FILE_HEADER_SIZE) {
    throw new FlvError(`A file header of ${headerSize} bytes is not FLV.`);
  }
  yield headerSize - FILE_HEADER_SIZE + TRAILER_SIZE;
  for (;;) {
    const header = yield TAG_HEADER_SIZE;
    const type = header[0]!;
    if (type !== FLV_AUDIO && type !== FLV_VIDEO && type !== FLV_SCRIPT) {
      const encrypted = (type & 0x20) !== 0 ? ' (encrypted)' : '';
      throw new FlvError(`Tag type ${type}${encrypted} is not audio, video or script data.`);
    }
    const size = header.readUIntBE(1, 3);
    const timestamp = ((header[7]! << 24) | header.readUIntBE(4, 3)) >>> 0;
    // The trailer repeats the size. Some writers leave it zero, so it is not compared.
    const body = yield size + TRAILER_SIZE;
    onTag({ type, timestamp, data: body.subarray(0, size) });
  }
}

/** The file header and the empty trailer before the first tag. */
export function flvHeader(has: { video: boolean; audio: boolean }): Buffer {
  const header = Buffer.alloc(FILE_HEADER_SIZE + TRAILER_SIZE);
  header.write('FLV\x01', 'latin1');
  header[4] = (has.audio ? 4 : 0) | (has.video ? 1 : 0);
  header.writeUInt32BE(FILE_HEADER_SIZE, 5);
  return header;
}

/**
 * One tag as bytes: its header, its body as it is (not copied) and its trailer.
 * @throws {FlvError} where the body is larger than the format can say.
 */
export function writeFlvTag(tag: FlvTag): Buffer[] {
  const size = tag.data.length;
  if (size > MAX_TAG_SIZE) throw new FlvError(`A tag of ${size} bytes is larger than FLV allows.`);
  // One allocation for both ends.
  const ends = Buffer.allocUnsafe(TAG_HEADER_SIZE + TRAILER_SIZE);
  ends[0] = tag.type;
  ends.writeUIntBE(size, 1, 3);
  ends.writeUIntBE(tag.timestamp & 0xff_ff_ff, 4, 3);
  ends[7] = (tag.timestamp >>> 24) & 0xff;
  ends.writeUIntBE(0, 8, 3);
  ends.writeUInt32BE(TAG_HEADER_SIZE + size, TAG_HEADER_SIZE);
  return [ends.subarray(0, TAG_HEADER_SIZE), tag.data, ends.subarray(TAG_HEADER_SIZE)];
}

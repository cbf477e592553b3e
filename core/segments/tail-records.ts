/** The form of what a tail keeps: a record a part, each with a checksum, so that a torn end shows. */
import { crc32 } from 'node:zlib';
import type { Part, Segment } from './ring.ts';

/** What is known of a segment from its first part on. */
export type SegmentStart = Pick<Segment, 'sequence' | 'start' | 'programDateTime' | 'discontinuity' | 'init'>;

export interface TailRecord {
  rendition: string;
  segment: SegmentStart;
  part: Part;
}

/** Length of the description, length of the part, checksum of both: 4 bytes each, big-endian. */
const HEAD_BYTES = 12;

/** The record in two pieces, of which the second is the part's own memory. */
export function encodeRecord({ rendition, segment, part }: TailRecord): [Buffer, Buffer] {
  const { sequence, start, programDateTime, discontinuity, init } = segment;
  const { duration, independent, bytes } = part;
  const known = { rendition, sequence, start, programDateTime, discontinuity, init, duration, independent };
  const description = Buffer.from(JSON.stringify(known));
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(description.length, 0);
  head.writeUInt32BE(bytes.length, 4);
  head.writeUInt32BE(crc32(bytes, crc32(description)), 8);
  return [Buffer.concat([head, description]), bytes];
}

/** The records that a file begins with, up to the first that is not whole; `end` is the offset behind each. */
export function* decodeRecords(file: Buffer): Generator<TailRecord & { end: number }> {
  for (let at = 0; at + HEAD_BYTES <= file.length; ) {
    const from = at + HEAD_BYTES;
    const middle = from + file.readUInt32BE(at);
    const end = middle + file.readUInt32BE(at + 4);
    if (end > file.length || crc32(file.subarray(from, end)) !== file.readUInt32BE(at + 8)) return;
    const { rendition, duration, independent, ...segment } = JSON.parse(file.toString('utf8', from, middle)) as {
      rendition: string;
    } & SegmentStart &
      Omit<Part, 'bytes'>;
    yield { rendition, segment, part: { duration, independent, bytes: file.subarray(middle, end) }, end };
    at = end;
  }
}

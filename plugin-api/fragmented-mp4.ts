/**
 * Fragmented MP4 of one track each, as sessions and assets keep it, put together as one file (ISO/IEC 14496-12).
 * Fragments are placed, not written anew: what is put together has the size of its pieces.
 */

import { boxes, children, find, view, wrap } from './mp4-boxes.ts';

/** One initialization section for several tracks, which are numbered from 1 in the order given, of one for each. */
export function joinInits(inits: readonly Uint8Array[]): Buffer {
  const tracks: Buffer[] = [];
  const defaults: Buffer[] = [];
  for (const [index, given] of inits.entries()) {
    // A copy: numbers are written into it.
    const init = Buffer.from(given);
    const header = find(init, 'moov', 'trak', 'tkhd');
    init.writeUInt32BE(index + 1, header.body + (init[header.body] === 0 ? 12 : 20));
    const extends_ = find(init, 'moov', 'mvex', 'trex');
    init.writeUInt32BE(index + 1, extends_.body + 4);
    const track = find(init, 'moov', 'trak');
    tracks.push(init.subarray(track.start, track.end));
    defaults.push(init.subarray(extends_.start, extends_.end));
  }
  const first = Buffer.from(inits[0]!);
  const type = find(first, 'ftyp');
  const movie = find(first, 'moov', 'mvhd');
  // Its last field is the number that the next track would have.
  first.writeUInt32BE(inits.length + 1, movie.end - 4);
  const head = first.subarray(movie.start, movie.end);
  return Buffer.concat([
    first.subarray(type.start, type.end),
    wrap('moov', head, ...tracks, wrap('mvex', ...defaults)),
  ]);
}

/** Ticks a second of the track in an initialization section. */
export function timescale(init: Uint8Array): number {
  const bytes = view(init);
  const { body } = find(bytes, 'moov', 'trak', 'mdia', 'mdhd');
  return bytes.readUInt32BE(body + (bytes[body] === 0 ? 12 : 20));
}

/** Ticks at which the first fragment of a segment is decoded. */
export function decodeTime(segment: Uint8Array): number {
  const bytes = view(segment);
  const { body } = find(bytes, 'moof', 'traf', 'tfdt');
  return bytes[body] === 0 ? bytes.readUInt32BE(body + 4) : Number(bytes.readBigUInt64BE(body + 4));
}

/**
 * The fragments of a segment as those of track `track`, decoded `earlier` ticks earlier, but not before 0, with fragment numbers
 * from `sequence` on. The numbers are written into the segment that is given, and what is answered is a view of it as far as can be: this
 * runs for every segment that is recorded.
 * What stands beside them in the segment (`styp`, `sidx`) is left out.
 */
export function placeSegment(
  segment: Uint8Array,
  { track, sequence, earlier }: { track: number; sequence: number; earlier: number },
): { bytes: Buffer; fragments: number } {
  const bytes = view(segment);
  const kept = boxes(bytes).filter(({ type }) => type === 'moof' || type === 'mdat');
  let fragments = 0;
  for (const moof of kept) {
    if (moof.type !== 'moof') continue;
    bytes.writeUInt32BE(sequence + fragments++, children(bytes, moof, 'mfhd')[0]!.body + 4);
    for (const traf of children(bytes, moof, 'traf')) {
      bytes.writeUInt32BE(track, children(bytes, traf, 'tfhd')[0]!.body + 4);
      const { body } = children(bytes, traf, 'tfdt')[0]!;
      if (bytes[body] === 0) {
        bytes.writeUInt32BE(Math.max(0, bytes.readUInt32BE(body + 4) - earlier), body + 4);
      } else {
        const time = Math.max(0, Number(bytes.readBigUInt64BE(body + 4)) - earlier);
        bytes.writeBigUInt64BE(BigInt(time), body + 4);
      }
    }
  }
  const whole = kept.reduce((size, { start, end }) => size + end - start, 0) === bytes.length;
  return { bytes: whole ? bytes : Buffer.concat(kept.map(({ start, end }) => bytes.subarray(start, end))), fragments };
}

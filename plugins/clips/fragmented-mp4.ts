/** The little of fragmented MP4 that is needed to take ffmpeg's output apart (ISO/IEC 14496-12, 4.2; 14496-15, 5.3.3). */

/** Splits a file into its initialization section and the fragments behind it. Throws where it holds no `moov`. */
export function splitInit(file: Buffer): { init: Buffer; media: Buffer } {
  for (let at = 0; at + 8 <= file.length; ) {
    const size = file.readUInt32BE(at);
    if (size < 8) break;
    if (file.toString('latin1', at + 4, at + 8) === 'moov') {
      return { init: file.subarray(0, at + size), media: file.subarray(at + size) };
    }
    at += size;
  }
  throw new Error('what ffmpeg wrote has no moov');
}

/** RFC 6381's name of the H.264 in an initialization section, `avc1.64001f`; null where it holds none. */
export function avcCodec(init: Buffer): string | null {
  const box = init.indexOf('avcC', 0, 'latin1');
  // Behind the box's name: its version, then profile, compatibility and level.
  return box === -1 ? null : `avc1.${init.toString('hex', box + 5, box + 8)}`;
}

/** Seconds at which a segment begins on the media's own clock: its first `tfdt` in the timescale of its initialization section. */
export function mediaStart(init: Uint8Array, segment: Uint8Array): number {
  const timescale = field(Buffer.from(init), 'mdhd', 12, 20);
  return field(Buffer.from(segment), 'tfdt', 4, 4, 8) / timescale;
}

/** A number of a full box: at one place in version 0, at another in version 1, where it may be wider. */
function field(bytes: Buffer, name: string, inVersion0: number, inVersion1: number, width1: 4 | 8 = 4): number {
  const box = bytes.indexOf(name, 0, 'latin1') + 4;
  if (box < 4) throw new Error(`the media has no ${name}`);
  if (bytes[box] === 0) return bytes.readUInt32BE(box + inVersion0);
  return width1 === 8 ? Number(bytes.readBigUInt64BE(box + inVersion1)) : bytes.readUInt32BE(box + inVersion1);
}

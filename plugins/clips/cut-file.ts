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

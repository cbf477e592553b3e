/** HEVC's sequence parameter set: the size of the picture and the frame rate (ITU-T H.265, 7.3.2.2 and annex E). */
import { BitReader, CodecConfigError, withoutEmulationPrevention } from './bit-reader.ts';
import { assertDimensions, plausibleFrameRate } from './picture.ts';

const EXTENDED_SAMPLE_ASPECT_RATIO = 255;
/** 7.4.3.2.1. */
const MAX_REFERENCE_SETS = 64;
const MAX_LONG_TERM_PICTURES = 32;
const MAX_REFERENCES = 16;

/**
 * Size after the conformance window, and the frame rate of the VUI.
 * @param nal With its header of two bytes.
 * @throws {CodecConfigError} where it is malformed.
 */
export function parseHevcSps(nal: Buffer): { width: number; height: number; frameRate: number | null } {
  const reader = new BitReader(withoutEmulationPrevention(nal.subarray(2)));
  reader.skip(4); // video parameter set
  const subLayers = reader.bits(3);
  reader.skip(1); // temporal nesting
  skipProfileTierLevel(reader, subLayers);
  reader.unsigned(); // id
  const chromaFormat = reader.unsigned();
  if (chromaFormat > 3) throw new CodecConfigError('its chroma format is not known');
  const separatePlanes = chromaFormat === 3 && reader.flag();
  let width = reader.unsigned();
  let height = reader.unsigned();
  if (reader.flag()) {
    const unitX = !separatePlanes && (chromaFormat === 1 || chromaFormat === 2) ? 2 : 1;
    const unitY = !separatePlanes && chromaFormat === 1 ? 2 : 1;
    width -= (reader.unsigned() + reader.unsigned()) * unitX;
    height -= (reader.unsigned() + reader.unsigned()) * unitY;
  }
  assertDimensions(width, height);
  skipToVui(reader, subLayers);
  return { width, height, frameRate: reader.flag() ? vuiFrameRate(reader) : null };
}

/** 7.3.3, with the general profile present. */
function skipProfileTierLevel(reader: BitReader, subLayers: number): void {
  const PROFILE_BITS = 88;
  const LEVEL_BITS = 8;
  reader.skip(PROFILE_BITS + LEVEL_BITS);
  const present: [profile: boolean, level: boolean][] = [];
  for (let i = 0; i < subLayers; i++) present.push([reader.flag(), reader.flag()]);
  if (subLayers > 0) reader.skip(2 * (8 - subLayers));
  for (const [profile, level] of present) {
    if (profile) reader.skip(PROFILE_BITS);
    if (level) reader.skip(LEVEL_BITS);
  }
}

function skipToVui(reader: BitReader, subLayers: number): void {
  skipNumbers(reader, 2); // bit depths
  const pictureOrderBits = reader.unsigned() + 4;
  if (pictureOrderBits > 16) throw new CodecConfigError('its picture order count is too long');
  skipNumbers(reader, 3 * (reader.flag() ? subLayers + 1 : 1)); // buffering of each sub-layer
  skipNumbers(reader, 6); // sizes of blocks, depths of transforms
  if (reader.flag() && reader.flag()) skipScalingLists(reader);
  reader.skip(2); // asymmetric partitions, sample adaptive offset
  if (reader.flag()) {
    reader.skip(8); // PCM bit depths
    skipNumbers(reader, 2);
    reader.skip(1);
  }
  skipReferenceSets(reader);
  if (reader.flag()) {
    const pictures = reader.unsigned();
    if (pictures > MAX_LONG_TERM_PICTURES) throw new CodecConfigError('it has too many long-term references');
    reader.skip(pictures * (pictureOrderBits + 1));
  }
  reader.skip(2); // temporal motion vectors, intra smoothing
}

function skipNumbers(reader: BitReader, count: number): void {
  for (let i = 0; i < count; i++) reader.unsigned();
}

/** 7.3.4. */
function skipScalingLists(reader: BitReader): void {
  for (let size = 0; size < 4; size++) {
    for (let matrix = 0; matrix < 6; matrix += size === 3 ? 3 : 1) {
      if (!reader.flag()) {
        reader.unsigned(); // like another matrix
        continue;
      }
      const coefficients = Math.min(64, 1 << (4 + 2 * size));
      skipNumbers(reader, coefficients + (size > 1 ? 1 : 0));
    }
  }
}

/** 7.3.7 for each set: one that is predicted has as many entries as it takes over from the set before. */
function skipReferenceSets(reader: BitReader): void {
  const sets = reader.unsigned();
  if (sets > MAX_REFERENCE_SETS) throw new CodecConfigError('it has too many reference picture sets');
  let entries = 0;
  for (let set = 0; set < sets; set++) {
    if (set > 0 && reader.flag()) {
      reader.skip(1); // sign
      reader.unsigned(); // distance
      let taken = 0;
      for (let i = 0; i <= entries; i++) {
        const used = reader.flag();
        if (used || reader.flag()) taken++;
      }
      entries = taken;
    } else {
      entries = reader.unsigned() + reader.unsigned();
      if (entries > MAX_REFERENCES) throw new CodecConfigError('it has too many references');
      for (let i = 0; i < entries; i++) {
        reader.unsigned();
        reader.skip(1);
      }
    }
  }
}

/** E.2.1, as far as its timing. */
function vuiFrameRate(reader: BitReader): number | null {
  if (reader.flag() && reader.bits(8) === EXTENDED_SAMPLE_ASPECT_RATIO) reader.skip(32);
  if (reader.flag()) reader.skip(1); // overscan
  if (reader.flag()) {
    reader.skip(4); // video format, full range
    if (reader.flag()) reader.skip(24); // primaries, transfer, matrix
  }
  if (reader.flag()) skipNumbers(reader, 2); // chroma location
  reader.skip(1); // neutral chroma
  const fields = reader.flag();
  reader.skip(1); // frame or field information
  if (reader.flag()) skipNumbers(reader, 4); // default display window
  if (!reader.flag()) return null;
  const unitsInTick = reader.bits(32);
  const timescale = reader.bits(32);
  // A tick is a picture; where pictures are fields, two make a frame.
  return plausibleFrameRate(timescale, unitsInTick * (fields ? 2 : 1));
}

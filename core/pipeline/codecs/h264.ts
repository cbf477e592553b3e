/** H.264: what its decoder configuration record and sequence parameter set say (ISO/IEC 14496-15, 5.3.3; ITU-T H.264, 7.3.2.1). */
import type { VideoConfig } from '../track.ts';
import { BitReader, CodecConfigError, withoutEmulationPrevention } from './bit-reader.ts';
import { assertDimensions, plausibleFrameRate } from './picture.ts';

/** Profiles whose sequence parameter sets say their chroma format (7.3.2.1.1). */
const PROFILES_WITH_CHROMA = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);
const EXTENDED_SAMPLE_ASPECT_RATIO = 255;

/**
 * @param avcC AVCDecoderConfigurationRecord: the payload of `avcC`, and of an AVC sequence header in FLV.
 * @throws {CodecConfigError} where it is malformed.
 */
export function h264Config(avcC: Buffer): VideoConfig {
  if (avcC.length < 8) throw new CodecConfigError('its avcC is too short');
  if (avcC[0] !== 1) throw new CodecConfigError(`its avcC has the unknown version ${avcC[0]}`);
  const parameterSets = avcC[5]! & 0x1f;
  if (parameterSets === 0) throw new CodecConfigError('its avcC has no sequence parameter set');
  const length = avcC.readUInt16BE(6);
  if (length < 4 || 8 + length > avcC.length) throw new CodecConfigError('its sequence parameter set ends too early');
  const sps = parseSps(avcC.subarray(8, 8 + length));
  return {
    kind: 'video',
    codec: 'h264',
    codecString: `avc1.${avcC.toString('hex', 1, 4)}`,
    ...sps,
    description: avcC,
  };
}

/** Size after cropping, and the frame rate of the VUI. `nal` with its header byte. */
function parseSps(nal: Buffer): { width: number; height: number; frameRate: number | null } {
  if ((nal[0]! & 0x1f) !== 7) throw new CodecConfigError('its avcC holds something else than a sequence parameter set');
  const reader = new BitReader(withoutEmulationPrevention(nal.subarray(1)));
  const profile = reader.bits(8);
  reader.skip(16); // constraint flags, level
  reader.unsigned(); // id
  let chromaFormat = 1;
  let separatePlanes = false;
  if (PROFILES_WITH_CHROMA.has(profile)) {
    chromaFormat = reader.unsigned();
    if (chromaFormat > 3) throw new CodecConfigError('its chroma format is not known');
    if (chromaFormat === 3) separatePlanes = reader.flag();
    reader.unsigned(); // bit depths
    reader.unsigned();
    reader.skip(1);
    if (reader.flag()) skipScalingLists(reader, chromaFormat === 3 ? 12 : 8);
  }
  reader.unsigned(); // log2_max_frame_num_minus4
  skipPictureOrderCount(reader);
  reader.unsigned(); // reference frames
  reader.skip(1); // gaps allowed
  const widthInBlocks = reader.unsigned() + 1;
  const heightInMapUnits = reader.unsigned() + 1;
  const fieldsPerMapUnit = reader.flag() ? 1 : 2;
  if (fieldsPerMapUnit === 2) reader.skip(1); // adaptive frame and field
  reader.skip(1); // direct 8x8 inference
  let cropX = 0;
  let cropY = 0;
  if (reader.flag()) {
    const planar = chromaFormat === 0 || separatePlanes;
    const unitX = planar || chromaFormat === 3 ? 1 : 2;
    const unitY = (planar || chromaFormat !== 1 ? 1 : 2) * fieldsPerMapUnit;
    cropX = (reader.unsigned() + reader.unsigned()) * unitX;
    cropY = (reader.unsigned() + reader.unsigned()) * unitY;
  }
  const width = widthInBlocks * 16 - cropX;
  const height = heightInMapUnits * 16 * fieldsPerMapUnit - cropY;
  assertDimensions(width, height);
  return { width, height, frameRate: reader.flag() ? vuiFrameRate(reader) : null };
}

function skipScalingLists(reader: BitReader, count: number): void {
  for (let list = 0; list < count; list++) {
    if (!reader.flag()) continue;
    let last = 8;
    let next = 8;
    for (let i = 0; i < (list < 6 ? 16 : 64); i++) {
      if (next !== 0) next = (last + reader.signed() + 256) & 0xff;
      if (next !== 0) last = next;
    }
  }
}

function skipPictureOrderCount(reader: BitReader): void {
  const type = reader.unsigned();
  if (type === 0) {
    reader.unsigned();
  } else if (type === 1) {
    reader.skip(1);
    reader.signed();
    reader.signed();
    const cycle = reader.unsigned();
    for (let i = 0; i < cycle; i++) reader.signed();
  }
}

/** E.1.1, as far as its timing. */
function vuiFrameRate(reader: BitReader): number | null {
  if (reader.flag() && reader.bits(8) === EXTENDED_SAMPLE_ASPECT_RATIO) reader.skip(32);
  if (reader.flag()) reader.skip(1); // overscan
  if (reader.flag()) {
    reader.skip(4); // video format, full range
    if (reader.flag()) reader.skip(24); // primaries, transfer, matrix
  }
  if (reader.flag()) {
    reader.unsigned(); // chroma location
    reader.unsigned();
  }
  if (!reader.flag()) return null;
  const unitsInTick = reader.bits(32);
  const timescale = reader.bits(32);
  // A tick is a field: two make a frame.
  return plausibleFrameRate(timescale, 2 * unitsInTick);
}

/** AV1: what its configuration record and sequence header say (AV1 Codec ISO Media File Format Binding, 2.3; AV1 specification, 5.5). */
import type { VideoConfig } from '../track.ts';
import { BitReader, CodecConfigError } from './bit-reader.ts';
import { assertDimensions, plausibleFrameRate } from './picture.ts';

const FIXED_SIZE = 4;
const MARKER_AND_VERSION = 0x81;
const OBU_SEQUENCE_HEADER = 1;

/**
 * @param av1C AV1CodecConfigurationRecord: the payload of `av1C`, and of an AV1 sequence start in Enhanced RTMP.
 * @throws {CodecConfigError} where it is malformed, or has no sequence header.
 */
export function av1Config(av1C: Buffer): VideoConfig {
  if (av1C.length < FIXED_SIZE) throw new CodecConfigError('its av1C is too short');
  if (av1C[0] !== MARKER_AND_VERSION) throw new CodecConfigError('its av1C has an unknown version');
  return {
    kind: 'video',
    codec: 'av1',
    codecString: codecString(av1C),
    ...parseSequenceHeader(findSequenceHeader(av1C.subarray(FIXED_SIZE))),
    description: av1C,
  };
}

/** Section 5 of the binding: `av01.0.04M.08`. */
function codecString(av1C: Buffer): string {
  const profile = av1C[1]! >> 5;
  const level = (av1C[1]! & 0x1f).toString().padStart(2, '0');
  const flags = av1C[2]!;
  const tier = (flags & 0x80) === 0 ? 'M' : 'H';
  const highBitDepth = (flags & 0x40) !== 0;
  const twelveBit = (flags & 0x20) !== 0;
  const depth = highBitDepth ? (twelveBit ? '12' : '10') : '08';
  return `av01.${profile}.${level}${tier}.${depth}`;
}

/** The payload of the first sequence header among the record's OBUs (5.3). */
function findSequenceHeader(obus: Buffer): Buffer {
  let at = 0;
  while (at < obus.length) {
    const header = obus[at]!;
    const type = (header >> 3) & 15;
    const extension = (header & 4) !== 0;
    const hasSize = (header & 2) !== 0;
    at += extension ? 2 : 1;
    let size = obus.length - at;
    if (hasSize) ({ size, at } = readLeb128(obus, at));
    if (size < 0 || at + size > obus.length) break;
    if (type === OBU_SEQUENCE_HEADER) return obus.subarray(at, at + size);
    at += size;
  }
  throw new CodecConfigError('its av1C has no sequence header');
}

/** 4.10.5. A size of more than 28 bits is longer than any tag. */
function readLeb128(bytes: Buffer, start: number): { size: number; at: number } {
  let size = 0;
  for (let i = 0; i < 4; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) break;
    size |= (byte & 0x7f) << (7 * i);
    if ((byte & 0x80) === 0) return { size, at: start + i + 1 };
  }
  throw new CodecConfigError('an OBU of its av1C has no readable size');
}

/** 5.5.1, as far as the size of the picture. */
function parseSequenceHeader(payload: Buffer): { width: number; height: number; frameRate: number | null } {
  const reader = new BitReader(payload);
  reader.skip(3 + 1); // profile, still picture
  const reduced = reader.flag();
  let frameRate: number | null = null;
  if (reduced) {
    reader.skip(5); // level
  } else {
    let decoderModelDelayBits: number | null = null;
    if (reader.flag()) {
      frameRate = timingInfo(reader);
      if (reader.flag()) {
        decoderModelDelayBits = reader.bits(5) + 1;
        reader.skip(32 + 5 + 5); // decoding tick, lengths
      }
    }
    operatingPoints(reader, decoderModelDelayBits);
  }
  const widthBits = reader.bits(4) + 1;
  const heightBits = reader.bits(4) + 1;
  const width = reader.bits(widthBits) + 1;
  const height = reader.bits(heightBits) + 1;
  assertDimensions(width, height);
  return { width, height, frameRate };
}

/** 5.5.3. A rate only where all pictures last equally long. */
function timingInfo(reader: BitReader): number | null {
  const unitsInTick = reader.bits(32);
  const timescale = reader.bits(32);
  if (!reader.flag()) return null;
  const ticksPerPicture = reader.unsigned() + 1; // uvlc(), 4.10.3, is ue(v)
  return plausibleFrameRate(timescale, unitsInTick * ticksPerPicture);
}

function operatingPoints(reader: BitReader, decoderModelDelayBits: number | null): void {
  const displayDelayPresent = reader.flag();
  const count = reader.bits(5) + 1;
  for (let i = 0; i < count; i++) {
    reader.skip(12); // operating point
    const level = reader.bits(5);
    if (level > 7) reader.skip(1); // tier
    if (decoderModelDelayBits !== null && reader.flag()) reader.skip(2 * decoderModelDelayBits + 1);
    if (displayDelayPresent && reader.flag()) reader.skip(4);
  }
}

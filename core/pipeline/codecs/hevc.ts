/** HEVC: what its decoder configuration record says (ISO/IEC 14496-15, 8.3.3). */
import type { VideoConfig } from '../track.ts';
import { CodecConfigError } from './bit-reader.ts';
import { parseHevcSps } from './hevc-sps.ts';
import { plausibleFrameRate } from './picture.ts';

const FIXED_SIZE = 23;
const SPS = 33;
const PROFILE_SPACES = ['', 'A', 'B', 'C'];

/**
 * @param hvcC HEVCDecoderConfigurationRecord: the payload of `hvcC`, and of an HEVC sequence start in Enhanced RTMP.
 * @throws {CodecConfigError} where it is malformed.
 */
export function hevcConfig(hvcC: Buffer): VideoConfig {
  if (hvcC.length < FIXED_SIZE) throw new CodecConfigError('its hvcC is too short');
  // Version 0 was written by encoders before the standard was final; the layout is the same.
  if (hvcC[0]! > 1) throw new CodecConfigError(`its hvcC has the unknown version ${hvcC[0]}`);
  const sps = findSps(hvcC);
  if (sps === null) throw new CodecConfigError('its hvcC has no sequence parameter set');
  const { width, height, frameRate } = parseHevcSps(sps);
  const averageFrameRate = plausibleFrameRate(hvcC.readUInt16BE(19), 256);
  return {
    kind: 'video',
    codec: 'hevc',
    codecString: codecString(hvcC),
    width,
    height,
    frameRate: frameRate ?? averageFrameRate,
    description: hvcC,
  };
}

/** ISO/IEC 14496-15, annex E.3: `hvc1.1.6.L93.B0`. */
function codecString(hvcC: Buffer): string {
  const profile = hvcC[1]!;
  const space = PROFILE_SPACES[profile >> 6]!;
  const tier = (profile & 0x20) === 0 ? 'L' : 'H';
  const constraints = [...hvcC.subarray(6, 12)];
  while (constraints.at(-1) === 0) constraints.pop();
  return [
    'hvc1',
    `${space}${profile & 0x1f}`,
    reverseBits(hvcC.readUInt32BE(2)).toString(16).toUpperCase(),
    `${tier}${hvcC[12]}`,
    ...constraints.map((byte) => byte.toString(16).toUpperCase()),
  ].join('.');
}

function reverseBits(value: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 32; bit++) reversed = (reversed << 1) | ((value >>> bit) & 1);
  return reversed >>> 0;
}

/** The first sequence parameter set of the record's arrays. */
function findSps(hvcC: Buffer): Buffer | null {
  let at = FIXED_SIZE;
  for (let arrays = hvcC[FIXED_SIZE - 1]!; arrays > 0; arrays--) {
    if (at + 3 > hvcC.length) return null;
    const type = hvcC[at]! & 0x3f;
    let units = hvcC.readUInt16BE(at + 1);
    at += 3;
    for (; units > 0; units--) {
      if (at + 2 > hvcC.length) return null;
      const length = hvcC.readUInt16BE(at);
      at += 2;
      if (at + length > hvcC.length) return null;
      if (type === SPS) return hvcC.subarray(at, at + length);
      at += length;
    }
  }
  return null;
}

/** AAC: what its AudioSpecificConfig says (ISO/IEC 14496-3, 1.6.2.1). */
import type { AudioConfig } from '../track.ts';
import { BitReader, CodecConfigError } from './bit-reader.ts';

const SAMPLE_RATES = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];
const EXPLICIT_RATE = 15;
/** By channelConfiguration; 0 says that a program config element follows. */
const CHANNELS = [null, 1, 2, 3, 4, 5, 6, 8, null, null, null, 7, 8, 24, 8];
const AAC_LC = 2;
const SBR = 5;
const PS = 29;
/** Announces SBR behind a configuration that decoders without SBR can read too. */
const SBR_EXTENSION = 0x2b7;
const PS_EXTENSION = 0x548;

/**
 * @param description AudioSpecificConfig: of `esds`, and the body of an AAC sequence header in FLV.
 * @throws {CodecConfigError} where it is malformed, or of an object type other than AAC-LC, HE-AAC and HE-AAC v2.
 */
export function aacConfig(description: Buffer): AudioConfig {
  const reader = new BitReader(description);
  const outerType = objectType(reader);
  const coreRate = sampleRate(reader);
  const channelConfiguration = reader.bits(4);
  let type = outerType;
  let rate = coreRate;
  let spectralBandReplication = outerType === SBR || outerType === PS;
  let parametricStereo = outerType === PS;
  if (spectralBandReplication) {
    rate = sampleRate(reader);
    type = objectType(reader);
  }
  if (type !== AAC_LC) throw new CodecConfigError(`its object type ${type} is not AAC-LC or HE-AAC`);

  const shortFrames = reader.flag();
  if (reader.flag()) reader.skip(14); // delay of a core coder
  reader.skip(1); // extension flag: nothing follows it with AAC-LC
  let channels = channelConfiguration === 0 ? programConfigChannels(reader) : CHANNELS[channelConfiguration];
  if (!channels) throw new CodecConfigError(`its channel configuration ${channelConfiguration} is not known`);

  if (
    !spectralBandReplication &&
    reader.left >= 16 &&
    reader.bits(11) === SBR_EXTENSION &&
    objectType(reader) === SBR
  ) {
    spectralBandReplication = reader.flag();
    if (spectralBandReplication) {
      rate = sampleRate(reader);
      parametricStereo = reader.left >= 12 && reader.bits(11) === PS_EXTENSION && reader.flag();
    }
  }
  if (parametricStereo && channels === 1) channels = 2;
  // With SBR a decoder gives twice the samples, at the outer rate, if that is twice the core's.
  const samplesPerFrame = ((shortFrames ? 960 : 1024) * rate) / coreRate;
  if (!Number.isInteger(samplesPerFrame)) throw new CodecConfigError('its two sample rates do not fit together');
  const named = parametricStereo ? PS : spectralBandReplication ? SBR : AAC_LC;
  return {
    kind: 'audio',
    codec: 'aac',
    codecString: `mp4a.40.${named}`,
    sampleRate: rate,
    channels,
    samplesPerFrame,
    description,
  };
}

function objectType(reader: BitReader): number {
  const type = reader.bits(5);
  return type === 31 ? 32 + reader.bits(6) : type;
}

function sampleRate(reader: BitReader): number {
  const index = reader.bits(4);
  const rate = index === EXPLICIT_RATE ? reader.bits(24) : SAMPLE_RATES[index];
  if (!rate || rate < 1000 || rate > 192_000) throw new CodecConfigError('its sample rate is not known');
  return rate;
}

/** Channels of a program config element (4.4.1.1), which is read to its end. */
function programConfigChannels(reader: BitReader): number {
  reader.skip(10); // instance, object type, rate
  const front = reader.bits(4);
  const side = reader.bits(4);
  const back = reader.bits(4);
  const lowFrequency = reader.bits(2);
  const associatedData = reader.bits(3);
  const coupling = reader.bits(4);
  if (reader.flag()) reader.skip(4); // mono mixdown
  if (reader.flag()) reader.skip(4); // stereo mixdown
  if (reader.flag()) reader.skip(3); // matrix mixdown
  let channels = lowFrequency;
  for (let i = 0; i < front + side + back; i++) {
    channels += reader.flag() ? 2 : 1; // a pair or a single
    reader.skip(4);
  }
  reader.skip(4 * lowFrequency + 4 * associatedData + 5 * coupling);
  reader.align();
  reader.skip(8 * reader.bits(8)); // comment
  return channels;
}

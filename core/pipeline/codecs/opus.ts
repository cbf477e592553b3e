/** Opus: from its identification header to the configuration of MP4 (RFC 7845, 5.1; "Encapsulation of Opus in ISOBMFF", 4.3.2). */
import type { AudioConfig } from '../track.ts';
import { CodecConfigError } from './bit-reader.ts';

/** Every Opus stream is decoded at, and counted in, this rate. */
const SAMPLE_RATE = 48_000;
const USUAL_FRAME = 960;
const HEADER_SIZE = 19;
const MAX_PACKET_SAMPLES = 5760;
/** PCM frames of one Opus frame, by the configuration number of its first byte (RFC 6716, 3.1). */
const SILK_FRAMES = [480, 960, 1920, 2880];
const HYBRID_FRAMES = [480, 960];
const CELT_FRAMES = [120, 240, 480, 960];

/**
 * @param header Identification header, with its magic `OpusHead`: the body of an Opus sequence start in FLV.
 * @returns `samplesPerFrame` is the usual 960 until a packet says otherwise: {@link opusPacketSamples}.
 * @throws {CodecConfigError} where it is malformed.
 */
export function opusConfig(header: Buffer): AudioConfig {
  if (header.length < HEADER_SIZE || header.toString('latin1', 0, 8) !== 'OpusHead') {
    throw new CodecConfigError('it does not start with an OpusHead');
  }
  if (header[8]! >> 4 !== 0) throw new CodecConfigError(`its OpusHead has the unknown version ${header[8]}`);
  const channels = header[9]!;
  if (channels === 0) throw new CodecConfigError('it has no channels');
  const family = header[18]!;
  if (family === 0 && channels > 2) throw new CodecConfigError(`its ${channels} channels have no mapping`);
  const mappingSize = family === 0 ? 0 : 2 + channels;
  if (header.length < HEADER_SIZE + mappingSize) throw new CodecConfigError('its channel mapping ends too early');

  // The same fields, big-endian, with version 0 and without the magic.
  const description = Buffer.alloc(11 + mappingSize);
  description[1] = channels;
  description.writeUInt16BE(header.readUInt16LE(10), 2); // pre-skip
  description.writeUInt32BE(header.readUInt32LE(12), 4); // rate of the input
  description.writeInt16BE(header.readInt16LE(16), 8); // gain
  description[10] = family;
  header.copy(description, 11, HEADER_SIZE, HEADER_SIZE + mappingSize);
  return {
    kind: 'audio',
    codec: 'opus',
    codecString: 'opus',
    sampleRate: SAMPLE_RATE,
    channels,
    samplesPerFrame: USUAL_FRAME,
    description,
  };
}

/** PCM frames at 48 kHz in one packet (RFC 6716, 3.1 and 3.2); the usual number for one that cannot be. */
export function opusPacketSamples(packet: Buffer): number {
  const contents = packet[0] ?? 0;
  const configuration = contents >> 3;
  let frame: number;
  if (configuration < 12) frame = SILK_FRAMES[configuration & 3]!;
  else if (configuration < 16) frame = HYBRID_FRAMES[configuration & 1]!;
  else frame = CELT_FRAMES[configuration & 3]!;
  const code = contents & 3;
  let count = 2;
  if (code === 0) count = 1;
  if (code === 3) count = (packet[1] ?? 0) & 0x3f;
  const samples = frame * count;
  return samples > 0 && samples <= MAX_PACKET_SAMPLES ? samples : USUAL_FRAME;
}

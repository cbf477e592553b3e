/** The bodies of FLV's audio and video tags: the legacy headers and those of Enhanced RTMP v2, read to one form. */
import type { AudioCodec, VideoCodec } from '#plugin-api';
import { FlvError } from './flv.ts';

/** What a tag says of one track. */
export interface Packet<Codec> {
  /** Null for a codec that this server does not take. */
  codec: Codec | null;
  /** The codec as people call it: `VP6`, `H.264`. */
  codecName: string;
  /** 0 outside of multitrack tags. */
  track: number;
  type: 'configuration' | 'frame' | 'other';
  keyframe: boolean;
  /** Composition offset, milliseconds. */
  cts: number;
  body: Buffer;
}

type Names<Codec> = Record<string, [codec: Codec | null, name: string]>;

const LEGACY_VIDEO: Names<VideoCodec> = {
  2: [null, 'Sorenson H.263'],
  3: [null, 'Screen Video'],
  4: [null, 'VP6'],
  5: [null, 'VP6 with alpha'],
  6: [null, 'Screen Video 2'],
  7: ['h264', 'H.264'],
  12: [null, 'HEVC with the unofficial codec id 12'],
};
const LEGACY_AUDIO: Names<AudioCodec> = {
  0: [null, 'PCM'],
  1: [null, 'ADPCM'],
  2: [null, 'MP3'],
  3: [null, 'PCM'],
  4: [null, 'Nellymoser'],
  5: [null, 'Nellymoser'],
  6: [null, 'Nellymoser'],
  7: [null, 'G.711 A-law'],
  8: [null, 'G.711 mu-law'],
  10: ['aac', 'AAC'],
  11: [null, 'Speex'],
  14: [null, 'MP3'],
};
const ENHANCED_VIDEO: Names<VideoCodec> = {
  avc1: ['h264', 'H.264'],
  hvc1: ['hevc', 'HEVC'],
  av01: ['av1', 'AV1'],
  vvc1: [null, 'VVC'],
  vp08: [null, 'VP8'],
  vp09: [null, 'VP9'],
};
const ENHANCED_AUDIO: Names<AudioCodec> = {
  mp4a: ['aac', 'AAC'],
  Opus: ['opus', 'Opus'],
  '.mp3': [null, 'MP3'],
  'ac-3': [null, 'AC-3'],
  'ec-3': [null, 'E-AC-3'],
  fLaC: [null, 'FLAC'],
};

const FRAME_TYPE_KEY = 1;
const FRAME_TYPE_GENERATED_KEY = 4;
const FRAME_TYPE_COMMAND = 5;
const SOUND_FORMAT_ENHANCED = 9;
/** Packet types of Enhanced RTMP that audio and video share. */
const SEQUENCE_START = 0;
const CODED_FRAMES = 1;
const CODED_FRAMES_X = 3;
const VIDEO_MULTITRACK = 6;
const AUDIO_MULTITRACK = 5;
const MODIFIER = 7;
const ONE_TRACK = 0;
const MANY_TRACKS_MANY_CODECS = 2;
/** AVCPacketType and AACPacketType. */
const LEGACY_CONFIGURATION = 0;
const LEGACY_FRAME = 1;

/**
 * What a video tag holds: one packet a track. Nothing for an empty tag and for a command to the player.
 * @throws {FlvError} where the tag ends inside a header.
 */
export function readVideoTag(data: Buffer): Packet<VideoCodec>[] {
  if (data.length === 0) return [];
  const cursor = new Cursor(data);
  const first = cursor.u8();
  const frameType = (first >> 4) & 7;
  if (frameType === FRAME_TYPE_COMMAND) return [];
  const keyframe = frameType === FRAME_TYPE_KEY || frameType === FRAME_TYPE_GENERATED_KEY;
  if ((first & 0x80) !== 0) {
    return readEnhanced(cursor, first & 15, VIDEO_MULTITRACK, ENHANCED_VIDEO, (packet, packetType) => {
      if (packetType === CODED_FRAMES) {
        const body = new Cursor(packet.body);
        const cts = packet.codec === 'h264' || packet.codec === 'hevc' ? body.s24() : 0;
        return { ...packet, type: 'frame', keyframe, cts, body: body.rest() };
      }
      return packetType === CODED_FRAMES_X ? { ...packet, type: 'frame', keyframe } : packet;
    });
  }
  const [codec, codecName] = LEGACY_VIDEO[first & 15] ?? [null, `video codec id ${first & 15}`];
  if (codec === null) return [{ codec, codecName, track: 0, type: 'other', keyframe, cts: 0, body: cursor.rest() }];
  const packetType = cursor.u8();
  const type = legacyType(packetType);
  // The end of a sequence may come without its composition offset.
  const cts = type === 'other' ? 0 : cursor.s24();
  return [{ codec, codecName, track: 0, type, keyframe, cts, body: cursor.rest() }];
}

/**
 * What an audio tag holds: one packet a track. Nothing for an empty tag.
 * @throws {FlvError} where the tag ends inside a header.
 */
export function readAudioTag(data: Buffer): Packet<AudioCodec>[] {
  if (data.length === 0) return [];
  const cursor = new Cursor(data);
  const first = cursor.u8();
  const format = first >> 4;
  if (format === SOUND_FORMAT_ENHANCED) {
    return readEnhanced(cursor, first & 15, AUDIO_MULTITRACK, ENHANCED_AUDIO, (packet, packetType) =>
      packetType === CODED_FRAMES ? { ...packet, type: 'frame', keyframe: true } : packet,
    );
  }
  const [codec, codecName] = LEGACY_AUDIO[format] ?? [null, `sound format ${format}`];
  if (codec === null)
    return [{ codec, codecName, track: 0, type: 'other', keyframe: true, cts: 0, body: cursor.rest() }];
  const type = legacyType(cursor.u8());
  return [{ codec, codecName, track: 0, type, keyframe: true, cts: 0, body: cursor.rest() }];
}

function legacyType(packetType: number): Packet<never>['type'] {
  if (packetType === LEGACY_CONFIGURATION) return 'configuration';
  return packetType === LEGACY_FRAME ? 'frame' : 'other';
}

/** The part of ExVideoTagHeader and ExAudioTagHeader that is the same: modifiers, tracks, FourCC (Enhanced RTMP v2). */
function readEnhanced<Codec>(
  cursor: Cursor,
  firstPacketType: number,
  multitrackType: number,
  names: Names<Codec>,
  refine: (packet: Packet<Codec>, packetType: number) => Packet<Codec>,
): Packet<Codec>[] {
  let packetType = firstPacketType;
  while (packetType === MODIFIER) {
    // Only one modifier is defined: nanoseconds to add to the time, finer than anything here.
    let size = cursor.u8() + 1;
    if (size === 256) size = cursor.u16() + 1;
    cursor.take(size);
    packetType = cursor.u8() & 15;
  }
  const packet = (fourCc: string, track: number, body: Buffer): Packet<Codec> => {
    const [codec, codecName] = names[fourCc] ?? [null, printable(fourCc)];
    const type = packetType === SEQUENCE_START ? 'configuration' : 'other';
    return refine({ codec, codecName, track, type, keyframe: false, cts: 0, body }, packetType);
  };
  if (packetType !== multitrackType) return [packet(cursor.fourCc(), 0, cursor.rest())];

  const kind = cursor.u8();
  packetType = kind & 15;
  const layout = kind >> 4;
  const commonFourCc = layout === MANY_TRACKS_MANY_CODECS ? null : cursor.fourCc();
  if (layout === ONE_TRACK) return [packet(commonFourCc!, cursor.u8(), cursor.rest())];
  const packets: Packet<Codec>[] = [];
  while (cursor.left > 0) {
    const fourCc = commonFourCc ?? cursor.fourCc();
    const track = cursor.u8();
    packets.push(packet(fourCc, track, cursor.take(cursor.u24())));
  }
  return packets;
}

/** A FourCC as it may be shown: a stranger wrote it. */
function printable(fourCc: string): string {
  return /^[\w.\- ]{4}$/.test(fourCc) ? `codec ${fourCc}` : 'an unknown codec';
}

/** Reads a tag's body from its start; beyond the end is an {@link FlvError}. */
class Cursor {
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  get left(): number {
    return this.#data.length - this.#at;
  }

  take(length: number): Buffer {
    if (length > this.left) throw new FlvError('A tag ends inside its header.');
    this.#at += length;
    return this.#data.subarray(this.#at - length, this.#at);
  }

  rest(): Buffer {
    return this.take(this.left);
  }

  u8(): number {
    return this.take(1)[0]!;
  }

  u16(): number {
    return this.take(2).readUInt16BE();
  }

  u24(): number {
    return this.take(3).readUIntBE(0, 3);
  }

  s24(): number {
    return this.take(3).readIntBE(0, 3);
  }

  fourCc(): string {
    return this.take(4).toString('latin1');
  }
}

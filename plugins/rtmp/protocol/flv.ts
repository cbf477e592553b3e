/** FLV tags around RTMP's audio, video and data messages, whose bodies are the same (FLV 10.1 annex E, Enhanced RTMP v2). */
import type { ReadMessage } from './chunk-reader.ts';

/** Bytes before and after a tag's data: header, and the size that trails it. */
export const TAG_ROOM = { headroom: 11, tailroom: 4 } as const;

/** File header with both tracks announced (which come is not known yet), and the first trailing size. */
export const FLV_HEADER = Buffer.from('FLV\x01\x05\0\0\0\x09\0\0\0\0', 'latin1');

export type TagType = 8 | 9 | 18;

/** One FLV tag, whole. */
export interface Tag {
  type: TagType;
  /** Milliseconds, 32 bits, as sent. */
  timestamp: number;
  /** Header, data and trailing size. */
  bytes: Buffer;
}

function frameTag(type: TagType, timestamp: number, bytes: Buffer): Tag {
  const size = bytes.length - TAG_ROOM.headroom - TAG_ROOM.tailroom;
  bytes[0] = type;
  bytes.writeUIntBE(size, 1, 3);
  bytes.writeUIntBE(timestamp & 0xffffff, 4, 3);
  bytes[7] = timestamp >>> 24;
  bytes.writeUIntBE(0, 8, 3);
  bytes.writeUInt32BE(TAG_ROOM.headroom + size, TAG_ROOM.headroom + size);
  return { type, timestamp, bytes };
}

/** Turns a message that was read with `TAG_ROOM` into a tag, in place. */
export function tagOfMessage(type: TagType, message: ReadMessage): Tag {
  return frameTag(type, message.timestamp, message.frame);
}

/** A tag around a copy of `data`. */
export function tagOfData(type: TagType, timestamp: number, data: Buffer): Tag {
  const bytes = Buffer.allocUnsafe(TAG_ROOM.headroom + data.length + TAG_ROOM.tailroom);
  data.copy(bytes, TAG_ROOM.headroom);
  return frameTag(type, timestamp, bytes);
}

/** The tag's data, without a copy. */
export function tagData(tag: Tag): Buffer {
  return tag.bytes.subarray(TAG_ROOM.headroom, tag.bytes.length - TAG_ROOM.tailroom);
}

export type TagRole = 'config' | 'keyframe' | 'frame' | 'metadata';

/** The name `onMetaData` in AMF0. */
const ON_METADATA = Buffer.from('\x02\0\x0aonMetaData', 'latin1');
/** Legacy codec ids of AVC, and of HEVC and AV1 as some encoders send them: a packet type follows. */
const WITH_PACKET_TYPE = new Set([7, 12, 13]);
const LEGACY_AAC = 10;
const ENHANCED_AUDIO = 9;
const MULTITRACK = { audio: 5, video: 6 } as const;
const MODIFIER = 7;

/** Packet type of an enhanced tag, past its modifiers and the multitrack header. */
function enhancedPacketType(data: Buffer, multitrack: number): number {
  let type = data[0]! & 0x0f;
  let at = 1;
  while (type === MODIFIER && at < data.length) {
    let size = data[at]! + 1;
    at++;
    if (size === 256 && at + 2 <= data.length) {
      size = data.readUInt16BE(at) + 1;
      at += 2;
    }
    at += size;
    type = (data[at] ?? 0) & 0x0f;
    at++;
  }
  return type === multitrack ? (data[at] ?? 0) & 0x0f : type;
}

/** What a tag is to a reader that joins: `config` it must have, `keyframe` it can start with. */
export function tagRole(tag: Tag): TagRole {
  const data = tagData(tag);
  if (tag.type === 18) return data.subarray(0, ON_METADATA.length).equals(ON_METADATA) ? 'metadata' : 'frame';
  if (data.length < 2) return 'frame';
  const first = data[0]!;
  if (tag.type === 8) {
    const format = first >> 4;
    if (format === LEGACY_AAC) return data[1] === 0 ? 'config' : 'frame';
    if (format === ENHANCED_AUDIO) return enhancedPacketType(data, MULTITRACK.audio) === 0 ? 'config' : 'frame';
    return 'frame';
  }
  const startsGroup = ((first >> 4) & 0x07) === 1;
  if ((first & 0x80) !== 0) {
    const packet = enhancedPacketType(data, MULTITRACK.video);
    if (packet === 0) return 'config';
    return startsGroup && (packet === 1 || packet === 3) ? 'keyframe' : 'frame';
  }
  if (WITH_PACKET_TYPE.has(first & 0x0f) && data[1] !== 1) return data[1] === 0 ? 'config' : 'frame';
  return startsGroup ? 'keyframe' : 'frame';
}

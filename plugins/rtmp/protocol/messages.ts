/** RTMP's messages: their types, and the control messages that both ends send (RTMP 1.0 §5.4, §7.1). */

export const MessageType = {
  setChunkSize: 1,
  abort: 2,
  acknowledgement: 3,
  userControl: 4,
  windowAcknowledgementSize: 5,
  setPeerBandwidth: 6,
  audio: 8,
  video: 9,
  dataAmf3: 15,
  commandAmf3: 17,
  data: 18,
  command: 20,
  aggregate: 22,
} as const;

/** Types of user control messages. */
export const ControlEvent = { streamBegin: 0, pingRequest: 6, pingResponse: 7 } as const;

/** Chunk streams that we send on; any from 3 would do for all but control (RTMP 1.0 §5.4 wants 2). */
export const ChunkStream = { control: 2, command: 3, audio: 4, status: 5, video: 6 } as const;

export interface Message {
  /** One of `MessageType`, or one that we do not know. */
  type: number;
  /** Message stream id: 0 for the connection. */
  streamId: number;
  /** Milliseconds, 32 bits, as sent. */
  timestamp: number;
  body: Buffer;
}

/** A control message of 32-bit numbers. */
export function controlMessage(type: number, ...numbers: number[]): Message {
  const body = Buffer.alloc(numbers.length * 4);
  for (const [index, number] of numbers.entries()) body.writeUInt32BE(number >>> 0, index * 4);
  return { type, streamId: 0, timestamp: 0, body };
}

/** Set Peer Bandwidth with limit type 2, dynamic. */
export function setPeerBandwidth(bytes: number): Message {
  const body = Buffer.alloc(5, 2);
  body.writeUInt32BE(bytes, 0);
  return { type: MessageType.setPeerBandwidth, streamId: 0, timestamp: 0, body };
}

/** A user control message with one number. */
export function userControl(event: number, value: number): Message {
  const body = Buffer.alloc(6);
  body.writeUInt16BE(event, 0);
  body.writeUInt32BE(value >>> 0, 2);
  return { type: MessageType.userControl, streamId: 0, timestamp: 0, body };
}

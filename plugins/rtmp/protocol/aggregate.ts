/** Aggregate messages: several tags in one message, as Flash Media Live Encoder and some relays send them (RTMP 1.0 §7.1.6). */
import { ProtocolError } from './errors.ts';
import { TAG_ROOM, type Tag, tagOfData } from './flv.ts';
import type { Message } from './messages.ts';

/** The tags inside, on the message's clock: only distances between their own timestamps count. */
export function* eachOfAggregate(message: Message): Generator<Tag> {
  const { body } = message;
  let first: number | null = null;
  let at = 0;
  while (at + TAG_ROOM.headroom <= body.length) {
    const type = body[at]!;
    const size = body.readUIntBE(at + 1, 3);
    const time = body.readUIntBE(at + 4, 3) + body[at + 7]! * 0x1000000;
    first ??= time;
    const start = at + TAG_ROOM.headroom;
    if (start + size > body.length) throw new ProtocolError('An aggregate message is cut short.');
    const timestamp = (message.timestamp + time - first) >>> 0;
    if ((type === 8 || type === 9 || type === 18) && size > 0)
      yield tagOfData(type, timestamp, body.subarray(start, start + size));
    at = start + size + TAG_ROOM.tailroom;
  }
}

/** The handshake, against a client written here from the description of the digests. */

import { createHmac, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { ProtocolError } from './errors.ts';
import { HANDSHAKE_SIZE, ServerHandshake } from './handshake.ts';

const PLAYER_KEY = Buffer.from('Genuine Adobe Flash Player 001');
const SERVER_KEY = Buffer.from('Genuine Adobe Flash Media Server 001');
const SERVER_SECRET = Buffer.concat([
  SERVER_KEY,
  Buffer.from('f0eec24a8068bee82e00d0d1029e7e576eec5d2d29806fab93b8e636cfeb31ae', 'hex'),
]);

/** In scheme 0 the digest's place is said by bytes 772 to 775, in scheme 1 by bytes 8 to 11. */
function placeOfDigest(packet: Buffer, scheme: 0 | 1): number {
  const at = scheme === 0 ? 772 : 8;
  return ((packet[at]! + packet[at + 1]! + packet[at + 2]! + packet[at + 3]!) % 728) + at + 4;
}

function digestOf(packet: Buffer, place: number, key: Buffer): Buffer {
  const others = Buffer.concat([packet.subarray(0, place), packet.subarray(place + 32)]);
  return createHmac('sha256', key).update(others).digest();
}

function answerTo(c1: Buffer): { s1: Buffer; s2: Buffer } {
  let reply = Buffer.alloc(0);
  const handshake = new ServerHandshake((bytes) => {
    reply = Buffer.concat([reply, bytes]);
  });
  // Byte by byte over the version, then the rest in two pieces: no boundary matters.
  expect(handshake.push(Buffer.from([3])).length).to.equal(0);
  handshake.push(c1.subarray(0, 700));
  expect(reply.length).to.equal(0);
  handshake.push(c1.subarray(700));
  expect(reply.length).to.equal(1 + 2 * HANDSHAKE_SIZE);
  const rest = handshake.push(Buffer.concat([reply.subarray(1, 1 + HANDSHAKE_SIZE), Buffer.from('next')]));
  expect(handshake.done).to.equal(true);
  expect(rest.toString()).to.equal('next');
  return { s1: reply.subarray(1, 1 + HANDSHAKE_SIZE), s2: reply.subarray(1 + HANDSHAKE_SIZE) };
}

describe('rtmp: handshake', () => {
  it('echoes C1 to a simple client', () => {
    const c1 = randomBytes(HANDSHAKE_SIZE);
    c1.writeUInt32BE(0, 4);
    expect(answerTo(c1).s2.equals(c1)).to.equal(true);
  });

  for (const scheme of [0, 1] as const)
    it(`answers with digests in scheme ${scheme}`, () => {
      const c1 = randomBytes(HANDSHAKE_SIZE);
      c1.writeUInt32BE(0x80000702, 4);
      const offset = placeOfDigest(c1, scheme);
      digestOf(c1, offset, PLAYER_KEY).copy(c1, offset);
      const digest = c1.subarray(offset, offset + 32);

      const { s1, s2 } = answerTo(c1);
      const place = placeOfDigest(s1, scheme);
      expect(s1.subarray(place, place + 32).equals(digestOf(s1, place, SERVER_KEY))).to.equal(true);
      const key = createHmac('sha256', SERVER_SECRET).update(digest).digest();
      const signed = createHmac('sha256', key).update(s2.subarray(0, -32)).digest();
      expect(s2.subarray(-32).equals(signed)).to.equal(true);
    });

  it('takes a wrong digest for a simple client', () => {
    const c1 = randomBytes(HANDSHAKE_SIZE);
    c1.writeUInt32BE(0x80000702, 4);
    expect(answerTo(c1).s2.equals(c1)).to.equal(true);
  });

  it('refuses another version with the first byte', () => {
    const handshake = new ServerHandshake(() => {});
    expect(() => handshake.push(Buffer.from('GET / HTTP/1.1'))).to.throw(ProtocolError);
    expect(() => new ServerHandshake(() => {}).push(Buffer.from([6]))).to.throw(ProtocolError);
  });
});

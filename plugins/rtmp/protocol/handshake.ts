/** RTMP's handshake as a server: the simple one (RTMP 1.0 §5.2) and the one with HMAC digests that Flash and some encoders use. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { ProtocolError } from './errors.ts';

/** Length of C1, S1, C2 and S2. */
export const HANDSHAKE_SIZE = 1536;
const VERSION = 3;
const DIGEST_SIZE = 32;

const SECRET_TAIL = Buffer.from('f0eec24a8068bee82e00d0d1029e7e576eec5d2d29806fab93b8e636cfeb31ae', 'hex');
const CLIENT_KEY = Buffer.from('Genuine Adobe Flash Player 001');
const SERVER_KEY = Buffer.from('Genuine Adobe Flash Media Server 001');
const SERVER_SECRET = Buffer.concat([SERVER_KEY, SECRET_TAIL]);

/** Where the four bytes stand whose sum places the digest: scheme 0 keeps it in the second half of C1, scheme 1 in the first. */
const SCHEMES = [772, 8] as const;

function hmac(key: Buffer, ...parts: Buffer[]): Buffer {
  const hash = createHmac('sha256', key);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Where the digest of a C1 or S1 lies in a scheme. */
function digestOffset(packet: Buffer, scheme: 0 | 1): number {
  const base = SCHEMES[scheme];
  const sum = packet[base]! + packet[base + 1]! + packet[base + 2]! + packet[base + 3]!;
  return base + 4 + (sum % 728);
}

/** The digest over all of a packet but the 32 bytes that hold it. */
function packetDigest(packet: Buffer, offset: number, key: Buffer): Buffer {
  return hmac(key, packet.subarray(0, offset), packet.subarray(offset + DIGEST_SIZE));
}

/** The digest of a C1, where it is right in one of the schemes. */
function clientDigest(c1: Buffer): { scheme: 0 | 1; digest: Buffer } | null {
  for (const scheme of [0, 1] as const) {
    const offset = digestOffset(c1, scheme);
    const digest = c1.subarray(offset, offset + DIGEST_SIZE);
    if (timingSafeEqual(digest, packetDigest(c1, offset, CLIENT_KEY))) return { scheme, digest };
  }
  return null;
}

/** S0, S1 and S2 for a client's C1: with digests where the client's was right, else the simple answer. */
function serverReply(c1: Buffer): Buffer {
  const reply = Buffer.alloc(1 + 2 * HANDSHAKE_SIZE);
  reply[0] = VERSION;
  const s1 = reply.subarray(1, 1 + HANDSHAKE_SIZE);
  const s2 = reply.subarray(1 + HANDSHAKE_SIZE);
  randomBytes(HANDSHAKE_SIZE - 8).copy(s1, 8);
  // Bytes 4 to 8 of C1 are zero with the simple handshake, a version with the other.
  const client = c1.readUInt32BE(4) === 0 ? null : clientDigest(c1);
  if (client === null) {
    c1.copy(s2);
    return reply;
  }
  s1.writeUInt32BE(0x04050001, 4);
  const offset = digestOffset(s1, client.scheme);
  packetDigest(s1, offset, SERVER_KEY).copy(s1, offset);
  randomBytes(HANDSHAKE_SIZE - DIGEST_SIZE).copy(s2);
  const body = s2.subarray(0, HANDSHAKE_SIZE - DIGEST_SIZE);
  hmac(hmac(SERVER_SECRET, client.digest), body).copy(s2, HANDSHAKE_SIZE - DIGEST_SIZE);
  return reply;
}

/** Takes the client's bytes of the handshake, and answers each step. */
export class ServerHandshake {
  private readonly send: (bytes: Buffer) => void;
  private readonly held = Buffer.allocUnsafe(1 + HANDSHAKE_SIZE);
  private filled = 0;
  private answered = false;
  done = false;

  constructor(send: (bytes: Buffer) => void) {
    this.send = send;
  }

  /**
   * Answers what follows the handshake in `bytes`: empty until it is done.
   * @throws ProtocolError where the first byte is not version 3 (6 is RTMPE).
   */
  push(bytes: Buffer): Buffer {
    let rest = bytes;
    while (rest.length > 0 && !this.done) {
      const wanted = this.answered ? HANDSHAKE_SIZE : 1 + HANDSHAKE_SIZE;
      const taken = rest.copy(this.held, this.filled, 0, wanted - this.filled);
      this.filled += taken;
      rest = rest.subarray(taken);
      if (!this.answered && this.held[0] !== VERSION)
        throw new ProtocolError('The client does not speak RTMP version 3.');
      if (this.filled < wanted) break;
      this.filled = 0;
      if (this.answered) {
        // C2 should echo S1; encoders are known that do not, and nothing rests on it.
        this.done = true;
      } else {
        this.answered = true;
        this.send(serverReply(this.held.subarray(1)));
      }
    }
    return rest;
  }
}

/** Ids: a type prefix and a UUIDv7 (RFC 9562, 5.7) without hyphens, so that they sort by time and are one word. */
import { randomBytes } from 'node:crypto';

export type IdPrefix =
  | 'apk'
  | 'ast'
  | 'evt'
  | 'inv'
  | 'job'
  | 'key'
  | 'org'
  | 'pub'
  | 'req'
  | 'ses'
  | 'str'
  | 'tok'
  | 'usr'
  | 'whk';

export function newId(prefix: IdPrefix): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  return `${prefix}_${bytes.toString('hex')}`;
}

export function isId(prefix: IdPrefix, value: string): boolean {
  return (
    value.length === prefix.length + 33 && value.startsWith(`${prefix}_`) && /^[0-9a-f]{32}$/.test(value.slice(-32))
  );
}

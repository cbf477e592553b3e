/** By whom tries are counted: an account, or an address as far as one party holds it. */
import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';

/**
 * The party behind an address: IPv4 as it is, IPv6 by its first 64 bits, since whoever has one such address has the 2^64 beside it
 * (RFC 6177). What is no address stays as it is.
 */
export function addressSubject(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array<string>(Math.max(zeros, 0)).fill('0'), ...after];
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}

/** A key of one length, whatever the subject: what clients send must not fill the store, nor stand in it to be read. */
export function subjectKey(subject: string): string {
  return createHash('sha256').update(subject).digest('base64url').slice(0, 22);
}

/** Who really calls: the client's address behind proxies that are named, and only behind those. */
import { BlockList, isIP } from 'node:net';

/** Whether the text is an IP address, or a network like `10.0.0.0/8`. */
export function isAddressRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
}

/**
 * Answers a function from a connection's address and its `X-Forwarded-For` to the client's address: the header is read from
 * its end for as long as each hop is a trusted proxy, so that nothing a client puts in front of it counts.
 */
export function clientAddress(trustedProxies: string[]): (peer: string, forwardedFor: string | undefined) => string {
  const trusted = new BlockList();
  for (const range of trustedProxies) {
    const [address = '', prefix] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(prefix), family);
  }
  return (peer, forwardedFor) => {
    let address = plainAddress(peer);
    const hops = forwardedFor?.split(',') ?? [];
    while (hops.length > 0 && trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')) {
      const hop = plainAddress(hops.pop()!.trim());
      if (isIP(hop) === 0) break;
      address = hop;
    }
    return address;
  };
}

/** IPv4 that arrives on an IPv6 socket is written as IPv4 (RFC 4291, 2.5.5.2). */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

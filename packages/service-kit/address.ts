import { BlockList, isIP } from 'node:net';

/** The networks whose X-Forwarded-For counts (ALT_TRUSTED_PROXIES: CIDRs or addresses, comma-separated). */
export function parseTrustedProxies(value: string): BlockList {
  const list = new BlockList();
  for (const part of value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)) {
    const [address = '', prefix] = part.split('/');
    const version = isIP(address);
    const bits = prefix === undefined ? (version === 6 ? 128 : 32) : Number(prefix);
    if (version === 0 || !Number.isInteger(bits) || bits < 0 || bits > (version === 6 ? 128 : 32)) {
      throw new Error(`ALT_TRUSTED_PROXIES: "${part}" is not an address or a network such as 10.0.0.0/8.`);
    }
    list.addSubnet(address, bits, version === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

/**
 * The client's address: the socket's, or, as long as the hop before is trusted, the next one to the left in
 * X-Forwarded-For. `isPeer` says that the request came from one of our own services, which is trusted as a hop.
 */
export function clientAddress(
  socketAddress: string,
  forwardedFor: string | null,
  trusted: BlockList,
  isPeer: boolean,
): string {
  const hops = (forwardedFor ?? '')
    .split(',')
    .map((hop) => plainAddress(hop.trim()))
    .filter((hop) => isIP(hop) !== 0);
  let current = plainAddress(socketAddress);
  let isTrusted = isPeer || isInList(trusted, current);
  while (isTrusted && hops.length > 0) {
    current = hops.pop() ?? current;
    isTrusted = isInList(trusted, current);
  }
  return current;
}

function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/^\[(.*)\]$/, '$1');
}

function isInList(list: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

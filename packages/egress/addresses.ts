import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** What an IP address is for. Only `public` ones are ever fetched unless the operator opened them. */
export type AddressKind =
  | 'public'
  | 'loopback'
  | 'private'
  | 'link-local'
  | 'metadata'
  | 'multicast'
  | 'unspecified'
  | 'reserved'
  | 'invalid';

/**
 * Says what an IP address in text form is for. IPv4 is refused by list, IPv6 by default: outside 2000::/3 nothing is
 * public. An IPv6 address that carries an IPv4 one is as public as that one.
 * Sources: IANA IPv4 and IPv6 Special-Purpose Address Registries, RFC 6890, 6052 (NAT64), 4291, 5214 (ISATAP).
 */
export function classifyAddress(address: string): AddressKind {
  if (isIP(address) === 0 || address.includes('%')) return 'invalid';
  const parsed = ipaddr.parse(address);
  return parsed.kind() === 'ipv4' ? classifyIpv4(parsed as ipaddr.IPv4) : classifyIpv6(parsed as ipaddr.IPv6);
}

function classifyIpv4(address: ipaddr.IPv4): AddressKind {
  for (const [range, kind] of REFUSED_IPV4) {
    if (address.match(range)) return kind;
  }
  return 'public';
}

function classifyIpv6(address: ipaddr.IPv6): AddressKind {
  const bytes = address.toByteArray();
  if (address.match(MAPPED) || address.match(NAT64)) return classifyIpv4(embeddedIpv4(bytes));
  for (const [range, kind] of REFUSED_IPV6) {
    if (address.match(range)) return kind;
  }
  // ISATAP hides an IPv4 address behind any prefix: …:0000:5efe:a.b.c.d or …:0200:5efe:a.b.c.d.
  const isIsatap = (bytes[8] === 0 || bytes[8] === 2) && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe;
  if (isIsatap) return classifyIpv4(embeddedIpv4(bytes));
  return address.match(GLOBAL_UNICAST) ? 'public' : 'reserved';
}

function embeddedIpv4(bytes: number[]): ipaddr.IPv4 {
  return new ipaddr.IPv4(bytes.slice(12));
}

type Range<Address> = [Address, number];

const GLOBAL_UNICAST = ipv6Range('2000::/3');
const MAPPED = ipv6Range('::ffff:0:0/96');
const NAT64 = ipv6Range('64:ff9b::/96');

const REFUSED_IPV4: [Range<ipaddr.IPv4>, AddressKind][] = [
  [ipv4Range('0.0.0.0/32'), 'unspecified'],
  [ipv4Range('0.0.0.0/8'), 'reserved'],
  [ipv4Range('10.0.0.0/8'), 'private'],
  [ipv4Range('100.100.100.200/32'), 'metadata'], // Alibaba Cloud
  [ipv4Range('100.64.0.0/10'), 'private'], // carrier-grade NAT
  [ipv4Range('127.0.0.0/8'), 'loopback'],
  [ipv4Range('168.63.129.16/32'), 'metadata'], // Azure's host agent, although in public space
  [ipv4Range('169.254.169.254/32'), 'metadata'],
  [ipv4Range('169.254.0.0/16'), 'link-local'],
  [ipv4Range('172.16.0.0/12'), 'private'],
  [ipv4Range('192.0.0.192/32'), 'metadata'], // Oracle Cloud
  [ipv4Range('192.0.0.0/24'), 'reserved'],
  [ipv4Range('192.0.2.0/24'), 'reserved'], // documentation
  [ipv4Range('192.88.99.0/24'), 'reserved'], // 6to4 relays
  [ipv4Range('192.168.0.0/16'), 'private'],
  [ipv4Range('198.18.0.0/15'), 'reserved'], // benchmarks
  [ipv4Range('198.51.100.0/24'), 'reserved'], // documentation
  [ipv4Range('203.0.113.0/24'), 'reserved'], // documentation
  [ipv4Range('224.0.0.0/4'), 'multicast'],
  [ipv4Range('240.0.0.0/4'), 'reserved'],
];

const REFUSED_IPV6: [Range<ipaddr.IPv6>, AddressKind][] = [
  [ipv6Range('::/128'), 'unspecified'],
  [ipv6Range('::1/128'), 'loopback'],
  [ipv6Range('fd00:ec2::254/128'), 'metadata'], // Amazon
  [ipv6Range('fd20:ce::254/128'), 'metadata'], // Google
  [ipv6Range('fc00::/7'), 'private'],
  [ipv6Range('fe80::/10'), 'link-local'],
  [ipv6Range('fec0::/10'), 'private'], // site-local, deprecated
  [ipv6Range('ff00::/8'), 'multicast'],
  // Inside 2000::/3. Teredo and 6to4 are dead as ways to a web site, and both can carry a private IPv4 address.
  [ipv6Range('2001::/23'), 'reserved'],
  [ipv6Range('2001:db8::/32'), 'reserved'], // documentation
  [ipv6Range('2002::/16'), 'reserved'], // 6to4
  [ipv6Range('3fff::/20'), 'reserved'], // documentation
];

function ipv4Range(cidr: string): Range<ipaddr.IPv4> {
  return ipaddr.IPv4.parseCIDR(cidr) as Range<ipaddr.IPv4>;
}

function ipv6Range(cidr: string): Range<ipaddr.IPv6> {
  return ipaddr.IPv6.parseCIDR(cidr) as Range<ipaddr.IPv6>;
}

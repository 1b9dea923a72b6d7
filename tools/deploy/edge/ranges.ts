/**
 * Addresses that are no one's to fetch: this machine, private networks, link-local with the clouds' metadata, carrier-grade
 * NAT, documentation, benchmarks, multicast, reserved. The egress guard (packages/egress) refuses the same for a machine
 * of its own; a test holds the two together. Sources: IANA's IPv4 and IPv6 Special-Purpose Address Registries.
 */
// biome-ignore format: a table is read in rows
export const refusedIpv4 = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '168.63.129.16/32', '169.254.0.0/16', '172.16.0.0/12',
  '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24',
  '224.0.0.0/4', '240.0.0.0/4',
] as const;

/** Of IPv6 only this is public at all; all else, mapped IPv4 and NAT64 included, is refused by not being in it. */
export const publicIpv6 = '2000::/3';

/** Inside it: Teredo and other protocol assignments, documentation, 6to4. */
export const refusedIpv6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'] as const;

/** Everything of IPv6 outside `publicIpv6`, as ranges. */
export const notPublicIpv6 = ['::/3', '4000::/2', '8000::/1'] as const;

/** Where the tunnel connects to. Source: https://www.cloudflare.com/ips/ */
// biome-ignore format: a table is read in rows
export const cloudflareRanges = [
  '173.245.48.0/20', '103.21.244.0/22', '103.22.200.0/22', '103.31.4.0/22', '141.101.64.0/18', '108.162.192.0/18',
  '190.93.240.0/20', '188.114.96.0/20', '197.234.240.0/22', '198.41.128.0/17', '162.158.0.0/15', '104.16.0.0/13',
  '104.24.0.0/14', '172.64.0.0/13', '131.0.72.0/22',
  '2400:cb00::/32', '2606:4700::/32', '2803:f800::/32', '2405:b500::/32', '2405:8100::/32', '2a06:98c0::/29', '2c0f:f248::/32',
] as const;

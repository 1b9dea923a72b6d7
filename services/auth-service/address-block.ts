import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';

/** One household or host: an IPv4 address, or the /64 of an IPv6 address. */
export function addressBlock(address: string): string {
  return isIPv6(address) ? groupsOf(address).slice(0, 4).join(':') : address;
}

/** What one operator hands out: the /16 of an IPv4 address, the /32 of an IPv6 address. */
export function addressRegion(address: string): string {
  return isIPv6(address) ? groupsOf(address).slice(0, 2).join(':') : address.split('.').slice(0, 2).join('.');
}

/** A hash for a key in the database, so that no list of e-mails or addresses lies about. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** The eight groups of an IPv6 address without leading zeros (RFC 4291, 2.2). */
function groupsOf(address: string): string[] {
  const [head = '', tail] = address.toLowerCase().split('%')[0]?.split('::') ?? [];
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0');
  return [...front, ...zeros, ...back].map((group) => Number.parseInt(group, 16).toString(16));
}

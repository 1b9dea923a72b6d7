import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The operator's exceptions, ready to be asked. A null port in an entry opens every port. */
export interface AllowList {
  opensHost(host: string, port: number): boolean;
  opensAddress(address: string, port: number): boolean;
  /** True if an address entry covers this port, so that only the look-up of the name can tell whether it is open. */
  mayOpenPort(port: number): boolean;
}

/**
 * Splits ALT_EGRESS_ALLOW at its commas. An entry is a host name, an IP address or a CIDR range, with or without a port:
 * `nas.lan`, `nas.lan:5000`, `10.0.0.7`, `192.168.0.0/16:8080`, `[fd00::1]:8080`, `fd00::/8`.
 * Throws an Error with a sentence that names the first entry that is none of these.
 */
export function parseAllowList(value: string): string[] {
  const entries = value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  for (const entry of entries) parseEntry(entry);
  return entries;
}

/** Compiles entries as `parseAllowList` returns them; throws the same sentences. */
export function compileAllowList(entries: string[]): AllowList {
  const parsed = entries.map(parseEntry);
  const names = parsed.filter((entry) => entry.name !== undefined);
  const ranges = parsed.filter((entry) => entry.range !== undefined);
  return {
    opensHost: (host, port) => names.some((entry) => entry.name === host && opensPort(entry, port)),
    opensAddress: (address, port) => {
      if (ranges.length === 0 || isIP(address) === 0) return false;
      const wanted = ipaddr.process(address);
      return ranges.some(
        (entry) => entry.range !== undefined && contains(entry.range, wanted) && opensPort(entry, port),
      );
    },
    mayOpenPort: (port) => ranges.some((entry) => opensPort(entry, port)),
  };
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;
interface Entry {
  name?: string;
  range?: [Address, number];
  port: number | null;
}

function parseEntry(entry: string): Entry {
  const { subject, port } = splitPort(entry);
  const bare = subject.replace(/[[\]]/g, '');
  const [address = '', prefix, ...rest] = bare.split('/');
  if (isIP(address) !== 0 && rest.length === 0 && !address.includes('%')) {
    return { range: [ipaddr.process(address), prefixLength(entry, address, prefix)], port };
  }
  const name = URL.parse(`http://${subject}/`)?.hostname.replace(/\.$/, '');
  // The comparison with the pattern keeps out wildcards, paths and userinfo, which the URL parser would swallow.
  if (name === undefined || !/^[^/@*?#:\s]+$/.test(subject) || isIP(name) !== 0) throw badEntry(entry);
  return { name, port };
}

function splitPort(entry: string): { subject: string; port: number | null } {
  if (isIP(entry.split('/')[0] ?? '') === 6) return { subject: entry, port: null };
  const match = /^(.*):(\d{1,5})$/.exec(entry);
  if (!match) return { subject: entry, port: null };
  const port = Number(match[2]);
  if (port < 1 || port > 65_535) throw badEntry(entry);
  return { subject: match[1] ?? '', port };
}

function prefixLength(entry: string, address: string, prefix: string | undefined): number {
  const isMapped = isIP(address) === 6 && ipaddr.process(address).kind() === 'ipv4';
  const bits = isIP(address) === 4 || isMapped ? 32 : 128;
  if (prefix === undefined) return bits;
  const length = Number(prefix);
  if (isMapped || !/^\d{1,3}$/.test(prefix) || length > bits) throw badEntry(entry);
  return length;
}

function contains([base, length]: [Address, number], address: Address): boolean {
  if (base.kind() !== address.kind()) return false;
  return base.kind() === 'ipv4'
    ? (address as ipaddr.IPv4).match(base as ipaddr.IPv4, length)
    : (address as ipaddr.IPv6).match(base as ipaddr.IPv6, length);
}

function opensPort(entry: Entry, port: number): boolean {
  return entry.port === null || entry.port === port;
}

function badEntry(entry: string): Error {
  return new Error(
    `ALT_EGRESS_ALLOW has the entry "${entry}", which is not a host name, an IP address or a CIDR range, with or without a port (examples: nas.lan, 10.0.0.7:8080, 192.168.0.0/16, [fd00::1]:8080).`,
  );
}

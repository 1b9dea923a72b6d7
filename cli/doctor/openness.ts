import { classifyAddress, parseAllowList } from '@alt/egress';
import { parseTrustedProxies } from '@alt/service-kit';
import type { Settings } from '../settings.ts';
import { type Finding, fault, remark, well } from './finding.ts';

/** Whether links, cookies and callbacks will fit the address under which people open this Alt. */
export function checkPublicUrl({ ALT_PUBLIC_URL, HOST, PORT, publicUrl }: Settings): Finding[] {
  if (ALT_PUBLIC_URL === undefined) {
    if (isLoopback(HOST)) return [well(`Only this machine can open Alt, at ${publicUrl.origin}.`)];
    return [
      remark(
        `HOST=${HOST} opens Alt to the network, but its links and cookies are made for ${publicUrl.origin}. ` +
          `Set ALT_PUBLIC_URL to the address that people open.`,
      ),
    ];
  }
  if (publicUrl.pathname !== '/' || publicUrl.search || publicUrl.hash) {
    return [
      fault(`ALT_PUBLIC_URL is ${ALT_PUBLIC_URL}, but Alt needs a host of its own: leave out everything after it.`),
    ];
  }
  const port = Number(publicUrl.port || (publicUrl.protocol === 'https:' ? 443 : 80));
  if (isLoopback(publicUrl.hostname)) {
    if (port === PORT || PORT === 0) return [well(`Only this machine can open Alt, at ${publicUrl.origin}.`)];
    return [
      remark(
        `ALT_PUBLIC_URL says port ${port}, but Alt listens on ${PORT}. Set one to the other, unless a proxy stands between.`,
      ),
    ];
  }
  if (publicUrl.protocol === 'http:') {
    return [
      remark(`${publicUrl.origin} is not encrypted: passwords and cookies can be read on the way. Put https in front.`),
    ];
  }
  return [well(`People open Alt at ${publicUrl.origin}.`)];
}

/** Whether the addresses of clients can be known, and cannot be made up. */
export function checkTrustedProxies({ ALT_TRUSTED_PROXIES, ALT_PUBLIC_URL, publicUrl, PORT }: Settings): Finding[] {
  try {
    parseTrustedProxies(ALT_TRUSTED_PROXIES);
  } catch (error) {
    return [fault(error instanceof Error ? error.message : String(error))];
  }
  const everybody = entriesOf(ALT_TRUSTED_PROXIES).filter((entry) => /\/0+$/.test(entry));
  if (everybody.length > 0) {
    return [
      fault(
        `ALT_TRUSTED_PROXIES has ${everybody[0]}: anybody may make up an address. Name the proxy alone, such as 127.0.0.1.`,
      ),
    ];
  }
  const port = Number(publicUrl.port || (publicUrl.protocol === 'https:' ? 443 : 80));
  const hasProxy = ALT_PUBLIC_URL !== undefined && (publicUrl.protocol === 'https:' || port !== PORT);
  if (!hasProxy || ALT_TRUSTED_PROXIES !== '') return [];
  return [
    remark(
      'A proxy seems to stand before Alt (ALT_PUBLIC_URL is not where it listens), and no ALT_TRUSTED_PROXIES names it: ' +
        "all clients share the proxy's address in limits and logs. Set it to the proxy's address, such as 127.0.0.1.",
    ),
  ];
}

const WIDE_BITS = { 4: 16, 6: 48 };

/** Entries that mean what they say, but open more than anybody needs. */
export function checkEgressAllowList({ ALT_EGRESS_ALLOW }: Settings): Finding[] {
  let entries: string[];
  try {
    entries = parseAllowList(ALT_EGRESS_ALLOW);
  } catch (error) {
    return [fault(error instanceof Error ? error.message : String(error))];
  }
  if (entries.length === 0) return [well('Feeds are fetched from public addresses only.')];
  const findings = entries.flatMap(judgeEntry);
  return findings.length > 0 ? findings : [well(`ALT_EGRESS_ALLOW opens ${entries.join(', ')}.`)];
}

function judgeEntry(entry: string): Finding[] {
  const network = /^\[?([0-9a-f.:]+?)\]?(?:\/(\d+))?(?::\d+)?$/i.exec(entry);
  const [, address = '', prefix] = network ?? [];
  const family = address.includes(':') ? 6 : 4;
  if (prefix !== undefined && Number(prefix) === 0) {
    return [
      fault(
        `ALT_EGRESS_ALLOW has ${entry}, which lets every reader reach everything that this machine can. Take it out.`,
      ),
    ];
  }
  if (prefix !== undefined && Number(prefix) < WIDE_BITS[family]) {
    return [remark(`ALT_EGRESS_ALLOW has ${entry}, a very large network. Name the hosts that have feeds instead.`)];
  }
  if (/^169\.254\.|^fd00:ec2:/i.test(address)) {
    return [fault(`ALT_EGRESS_ALLOW has ${entry}, where clouds keep the keys of a machine. Take it out.`)];
  }
  const opensMachine = address !== '' && classifyAddress(address) === 'loopback' && !hasPort(entry, address);
  if (opensMachine || entry === 'localhost') {
    return [
      remark(
        `ALT_EGRESS_ALLOW has ${entry} without a port, which opens every program of this machine to readers. Add the port.`,
      ),
    ];
  }
  return [];
}

function hasPort(entry: string, address: string): boolean {
  return address.includes(':') ? /\]:\d+$/.test(entry) : /:\d+$/.test(entry);
}

export function isLoopback(host: string): boolean {
  return /^(127\.|localhost$|\[?::1\]?$)/.test(host);
}

function entriesOf(list: string): string[] {
  return list
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
}

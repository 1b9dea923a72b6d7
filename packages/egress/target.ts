import { isIP } from 'node:net';
import { EgressError } from './errors.ts';

/** A web address after the checks that need no look-up. `url` carries neither userinfo nor fragment. */
export interface Target {
  url: URL;
  /** Host name or IP literal, lower case, without brackets and trailing dot. */
  host: string;
  /** As the socket layer is given it: like `host`, but a trailing dot stays. */
  hostname: string;
  port: number;
  isLiteral: boolean;
  /** Basic credentials from the userinfo, for this origin only. */
  authorization?: string;
}

/** The ports that strangers may make Alt connect to. */
export const OPEN_PORTS: ReadonlySet<number> = new Set([80, 443, 8080, 8443]);

const MAX_URL_LENGTH = 8_192;
const DEFAULT_PORTS: Partial<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/**
 * Parses a web address (WHATWG URL, which also brings decimal, octal, hexadecimal, short and full-width spellings of
 * IPv4 to one form). Throws EgressError `egress-invalid-url` or `egress-refused-scheme`.
 */
export function parseTarget(address: string, base?: URL): Target {
  const url = address.length <= MAX_URL_LENGTH ? URL.parse(address, base?.href) : null;
  if (!url) throw new EgressError('egress-invalid-url', '');
  const port = Number(url.port) || DEFAULT_PORTS[url.protocol];
  if (port === undefined) throw new EgressError('egress-refused-scheme', url.hostname);
  const hostname = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
  const host = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
  const isLiteral = isIP(hostname) !== 0;
  if (!isLiteral && !isHostName(host)) throw new EgressError('egress-invalid-url', host);
  const authorization = url.username || url.password ? basicAuthorization(url) : undefined;
  url.username = '';
  url.password = '';
  url.hash = '';
  return { url, host, hostname, port, isLiteral, ...(authorization === undefined ? {} : { authorization }) };
}

/** Length rules of RFC 1035; the characters were the URL parser's business, and underscores do occur in the wild. */
function isHostName(host: string): boolean {
  return (
    host.length > 0 && host.length <= 253 && host.split('.').every((label) => label.length > 0 && label.length <= 63)
  );
}

function basicAuthorization(url: URL): string {
  const credentials = `${decodePercent(url.username)}:${decodePercent(url.password)}`;
  return `Basic ${Buffer.from(credentials, 'utf8').toString('base64')}`;
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

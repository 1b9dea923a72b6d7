const MAX_ADDRESS_LENGTH = 8_192;
const PLAIN_HTTP = /^https?:\/\/[a-z0-9][a-z0-9.-]*(?::[0-9]{1,5})?\/[\w\-.~/?#@!$&'()*+,;=:%]*$/;
const PLAIN_PATH = /^\/[\w\-.~?#@!$&'()*+,;=:%][\w\-.~/?#@!$&'()*+,;=:%]*$/;

/**
 * An absolute http(s) address, or null when there is none to be had. Blanks and line breaks inside are the publisher's
 * typing errors and are removed; credentials stay.
 */
export function resolveUrl(address: string | null, baseUrl: string | null): string | null {
  const url = resolveAnyUrl(address, baseUrl);
  return url !== null && /^https?:/.test(url) ? url : null;
}

/** Like `resolveUrl`, for any scheme; the caller decides by list which it accepts. */
export function resolveAnyUrl(address: string | null, baseUrl: string | null): string | null {
  if (address === null || address.length > MAX_ADDRESS_LENGTH) return null;
  // The shape of nearly every address; it is its own normal form as far as anything compares it.
  if (PLAIN_HTTP.test(address) && !address.includes('/.')) return address;
  const joined = joinPlainPath(address, baseUrl);
  if (joined !== null) return joined;
  const cleaned = address.trim().replace(/[\t\n\r]/g, '');
  if (cleaned === '') return null;
  const parsed = URL.parse(cleaned, baseUrl ?? undefined);
  return parsed === null || parsed.href.length > MAX_ADDRESS_LENGTH ? null : parsed.href.toWellFormed();
}

/** `/path` on a plain base, put together without a URL parser (it takes 3 µs, and articles have many links). */
function joinPlainPath(address: string, baseUrl: string | null): string | null {
  if (address.charCodeAt(0) !== 0x2f || baseUrl === null || !PLAIN_PATH.test(address) || address.includes('/.'))
    return null;
  if (!PLAIN_HTTP.test(baseUrl)) return null;
  const pathStart = baseUrl.indexOf('/', baseUrl.indexOf('//') + 2);
  return baseUrl.slice(0, pathStart) + address;
}

/** Resolves `xml:base` values from the outermost to the innermost; a base nobody can resolve is skipped. */
export function resolveBases(bases: readonly string[], documentUrl: string | null): string | null {
  let baseUrl = documentUrl;
  for (const base of bases) baseUrl = resolveUrl(base.trim(), baseUrl) ?? baseUrl;
  return baseUrl;
}

export type FeedAddressCode =
  | 'empty-address'
  | 'address-too-long'
  | 'not-an-address'
  | 'unsupported-scheme'
  | 'no-host';

/** Thrown for what can never be a feed's address; the message is a sentence a reader understands. */
export class FeedAddressError extends Error {
  readonly code: FeedAddressCode;

  constructor(code: FeedAddressCode, message: string) {
    super(message);
    this.name = 'FeedAddressError';
    this.code = code;
  }
}

const MAX_FEED_ADDRESS_LENGTH = 2_048;
const FEED_SCHEMES = /^(?:feed|itpc|pcast|podcast|rss)s?:(?:\/\/)?/i;

/**
 * The one spelling of a feed's address: http(s), host in lower-case ASCII (IDNA), no default port, no fragment, no trailing
 * dot of the host. `feed:`, `itpc:` and the like become http(s); an address without scheme becomes https. Query and
 * credentials stay as they are. Throws a `FeedAddressError`.
 */
export function canonicalFeedUrl(address: string): string {
  const typed = address.trim().replace(/[\t\n\r]/g, '');
  if (typed === '') throw new FeedAddressError('empty-address', 'The address is empty.');
  if (typed.length > MAX_FEED_ADDRESS_LENGTH) {
    throw new FeedAddressError('address-too-long', `The address is longer than ${MAX_FEED_ADDRESS_LENGTH} characters.`);
  }
  const url = URL.parse(withScheme(typed));
  if (url === null) throw new FeedAddressError('not-an-address', `“${shorten(typed)}” is not a web address.`);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new FeedAddressError('unsupported-scheme', `Feeds are read over http and https, not “${url.protocol}”.`);
  }
  url.hostname = url.hostname.replace(/\.$/, '');
  if (url.hostname === '' || !isPossibleHost(url.hostname)) {
    throw new FeedAddressError('no-host', `“${shorten(typed)}” names no server.`);
  }
  url.hash = '';
  return url.href;
}

function withScheme(typed: string): string {
  const withoutFeedScheme = typed.replace(FEED_SCHEMES, '');
  if (withoutFeedScheme !== typed) {
    return /^https?:/i.test(withoutFeedScheme) ? withoutFeedScheme : `http://${withoutFeedScheme}`;
  }
  if (typed.startsWith('//')) return `https:${typed}`;
  // `example.org:8080/feed` looks like a scheme to a URL parser; a dot or digits behind the colon say that it is a host.
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(typed)) return typed;
  if (/^[^/?#@:]+(?::\d{1,5})?(?:[/?#]|$)/.test(typed) || /^\[[0-9a-f:.]+\]/i.test(typed)) return `https://${typed}`;
  return typed;
}

/** A single word is a host only when it is `localhost`; `hello` typed into the box is no address. */
function isPossibleHost(hostname: string): boolean {
  return hostname.includes('.') || hostname.startsWith('[') || hostname === 'localhost';
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…`.toWellFormed() : text;
}

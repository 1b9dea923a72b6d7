import { redirectMethod } from './redirects.ts';
import type { Target } from './target.ts';

/** One request of a journey: the first, or one after a redirect. */
export interface Hop {
  target: Target;
  method: 'GET' | 'HEAD' | 'POST';
  body: string | Uint8Array | undefined;
  /** The caller's, names in lower case. */
  headers: Map<string, string>;
}

/** The request that follows a redirect, without what the next host must not see. */
export function nextHop(hop: Hop, status: number, target: Target): Hop {
  const method = redirectMethod(status, hop.method);
  const headers = new Map(hop.headers);
  const isSameOrigin = target.url.origin === hop.target.url.origin;
  if (!isSameOrigin) for (const name of CREDENTIAL_HEADERS) headers.delete(name);
  if (method !== hop.method) for (const name of BODY_HEADERS) headers.delete(name);
  // Credentials in the address of this hop hold for its whole origin, as in a browser.
  const authorization = target.authorization ?? (isSameOrigin ? hop.target.authorization : undefined);
  return {
    target: authorization === undefined ? target : { ...target, authorization },
    method,
    body: method === hop.method ? hop.body : undefined,
    headers,
  };
}

/** The headers that a caller may set, names in lower case. */
export function callerHeaders(headers: Record<string, string> | undefined): Map<string, string> {
  const kept = new Map<string, string>();
  for (const [name, value] of Object.entries(headers ?? {})) {
    const lowerCased = name.toLowerCase();
    if (!CONNECTION_HEADERS.has(lowerCased)) kept.set(lowerCased, value);
  }
  return kept;
}

/** All headers of a hop as undici takes them: names and values in turn. */
export function requestHeaders(hop: Hop, userAgent: string): string[] {
  const { headers } = hop;
  const list = ['user-agent', headers.get('user-agent') ?? userAgent, 'accept-encoding', 'gzip, br, zstd, deflate'];
  if (!headers.has('accept')) list.push('accept', '*/*');
  if (hop.target.authorization !== undefined && !headers.has('authorization')) {
    list.push('authorization', hop.target.authorization);
  }
  for (const [name, value] of headers) if (name !== 'user-agent') list.push(name, value);
  return list;
}

const CREDENTIAL_HEADERS = ['authorization', 'cookie', 'proxy-authorization'];
const BODY_HEADERS = ['content-type', 'content-encoding', 'content-language', 'content-location'];
/** What belongs to the connection, not to the caller. */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'keep-alive',
  'upgrade',
  'te',
  'transfer-encoding',
  'content-length',
  'expect',
  'accept-encoding',
]);

/** What went wrong with a poll: a stable code and a sentence for the reader. docs/polling.md lists them. */
export interface PollError {
  code: string;
  message: string;
  /** The site says that the feed will not come back. */
  isGone?: boolean;
  /** The host asks for fewer requests, for so many seconds; 0 where it names no time. */
  penaltySeconds?: number;
}

const SENTENCES: Partial<Record<number, { code: string; sentence: (host: string) => string }>> = {
  204: { code: 'http-no-content', sentence: (host) => `${host} has nothing to send at this address.` },
  304: {
    code: 'http-not-modified',
    sentence: (host) => `${host} says that nothing has changed since a copy that Alt does not have.`,
  },
  401: { code: 'http-unauthorised', sentence: (host) => `${host} asks for a name and a password.` },
  402: { code: 'http-payment-required', sentence: (host) => `${host} shows this feed to paying readers only.` },
  403: { code: 'http-forbidden', sentence: (host) => `${host} does not let Alt read this feed.` },
  404: { code: 'http-not-found', sentence: (host) => `${host} has nothing at this address.` },
  410: { code: 'http-gone', sentence: (host) => `${host} says that this feed is gone for good.` },
  429: { code: 'http-too-many-requests', sentence: (host) => `${host} asks Alt to come back later.` },
  451: { code: 'http-legal-reasons', sentence: (host) => `${host} may not show this feed for legal reasons.` },
  503: { code: 'http-unavailable', sentence: (host) => `${host} is not available just now.` },
};

/** The error behind an HTTP status that is neither a document nor "not modified". */
export function httpError(status: number, host: string, retryAfter: string | null, now: number): PollError {
  const known = SENTENCES[status];
  const error = known
    ? { code: known.code, message: known.sentence(host) }
    : { code: familyOf(status), message: `${host} answered with the ${familyName(status)} ${status}.` };
  if (status === 410) return { ...error, isGone: true };
  if (status === 429 || status === 503) return { ...error, penaltySeconds: retryAfterSeconds(retryAfter, now) ?? 0 };
  return error;
}

/** Seconds that a Retry-After header names, as a number or as a date (RFC 9110, 10.2.3); null if it names none. */
export function retryAfterSeconds(header: string | null, now: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  if (/^\d{1,12}$/.test(text)) return Number(text);
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : Math.max(0, Math.ceil((time - now) / 1_000));
}

/** Seconds for which an answer says it stays fresh (RFC 9111, 5.2.2.1); 0 if it does not. */
export function maxAgeSeconds(cacheControl: string | null): number {
  const match = /(?:^|[,\s])max-age\s*=\s*"?(\d{1,10})/i.exec(cacheControl ?? '');
  return match ? Number(match[1]) : 0;
}

function familyOf(status: number): string {
  if (status >= 600) return 'http-unexpected';
  if (status >= 500) return 'http-server-error';
  return status >= 400 ? 'http-client-error' : 'http-unexpected';
}

function familyName(status: number): string {
  if (status >= 600) return 'unknown status';
  if (status >= 500) return 'server error';
  return status >= 400 ? 'error' : 'unexpected status';
}

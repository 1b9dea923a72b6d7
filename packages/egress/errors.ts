import { domainToUnicode } from 'node:url';

/** Every way in which a request to the outside can end without an answer. Stable: stored with feeds and shown by clients. */
export type EgressErrorCode =
  | 'egress-refused-address'
  | 'egress-refused-scheme'
  | 'egress-refused-port'
  | 'egress-invalid-url'
  | 'dns-not-found'
  | 'dns-failed'
  | 'connect-refused'
  | 'connect-failed'
  | 'tls-failed'
  | 'timeout-first-byte'
  | 'timeout'
  | 'body-too-large'
  | 'headers-too-large'
  | 'too-many-redirects'
  | 'redirect-invalid'
  | 'bad-encoding'
  | 'connection-lost'
  | 'aborted'
  | 'proxy-failed';

/** The one error of this package. `message` is a sentence for the reader, `code` is for programs, `cause` for the log. */
export class EgressError extends Error {
  override readonly name = 'EgressError';
  readonly code: EgressErrorCode;
  readonly host: string;
  readonly retryAfterMs?: number;

  constructor(
    code: EgressErrorCode,
    host: string,
    details: { message?: string | undefined; cause?: unknown; retryAfterMs?: number | undefined } = {},
  ) {
    super(details.message ?? sentence(code, host), details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.host = host;
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs;
  }
}

/** True for a code of this package, wherever it was read (a problem document of the proxy, a database row). */
export function isEgressErrorCode(value: unknown): value is EgressErrorCode {
  return typeof value === 'string' && Object.hasOwn(SENTENCES, value);
}

/** Turns what undici, Node's sockets, TLS or zlib threw into an EgressError; one that already is comes back unchanged. */
export function toEgressError(error: unknown, host: string): EgressError {
  if (error instanceof EgressError) return error;
  return new EgressError(codeOf(error), host, { cause: error });
}

const SENTENCES: Record<EgressErrorCode, (host: string) => string> = {
  'egress-refused-address': (host) =>
    `${host} is not a public address. Alt only fetches public addresses; the operator can open it with ALT_EGRESS_ALLOW.`,
  'egress-refused-scheme': () => 'Only addresses that begin with http:// or https:// can be fetched.',
  'egress-refused-port': (host) =>
    `Alt only connects to the ports 80, 443, 8080 and 8443, and ${host} was asked for on another one; the operator can open it with ALT_EGRESS_ALLOW.`,
  'egress-invalid-url': () => 'This is not a valid web address.',
  'dns-not-found': (host) => `There is no site named ${host}. The name may be misspelt, or the site may be gone.`,
  'dns-failed': (host) => `The address of ${host} could not be looked up just now.`,
  'connect-refused': (host) => `${host} refuses connections. The site may be down.`,
  'connect-failed': (host) => `${host} could not be reached.`,
  'tls-failed': (host) =>
    `No secure connection to ${host} was possible; its certificate or encryption is not in order.`,
  'timeout-first-byte': (host) => `${host} accepted the request but did not begin to answer in time.`,
  timeout: (host) => `${host} took too long to answer.`,
  'body-too-large': (host) => `${host} sent more than Alt accepts for one document.`,
  'headers-too-large': (host) => `${host} sent more header data than Alt accepts.`,
  'too-many-redirects': (host) => `${host} redirects too often or in a circle.`,
  'redirect-invalid': (host) => `${host} redirects to something that is not a web address.`,
  'bad-encoding': (host) => `${host} sent compressed data that is damaged or of an unknown kind.`,
  'connection-lost': (host) => `The connection to ${host} broke before the answer was complete.`,
  aborted: (host) => `The request to ${host} was cancelled.`,
  'proxy-failed': () => 'The proxy that Alt uses to reach the internet could not be used.',
};

function sentence(code: EgressErrorCode, host: string): string {
  return SENTENCES[code](readableHost(host));
}

/** The name as its readers write it: блог.рф rather than xn--90aqfl.xn--p1ai. */
export function readableHost(host: string): string {
  return host.includes('xn--') ? domainToUnicode(host) || host : host;
}

function codeOf(error: unknown): EgressErrorCode {
  const code = systemCode(error);
  const known = CODES[code];
  if (known) return known;
  if (/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|EPROTO|HOSTNAME_MISMATCH|INVALID_CA)/.test(code)) {
    return 'tls-failed';
  }
  return 'connection-lost';
}

const CODES: Partial<Record<string, EgressErrorCode>> = {
  ECONNREFUSED: 'connect-refused',
  EHOSTUNREACH: 'connect-failed',
  ENETUNREACH: 'connect-failed',
  EADDRNOTAVAIL: 'connect-failed',
  ETIMEDOUT: 'connect-failed',
  EACCES: 'connect-failed',
  EPERM: 'connect-failed',
  ENETDOWN: 'connect-failed',
  UND_ERR_HEADERS_OVERFLOW: 'headers-too-large',
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  UND_ERR_INVALID_ARG: 'egress-invalid-url',
  UND_ERR_DESTROYED: 'aborted',
  UND_ERR_CLOSED: 'aborted',
};

/** Happy eyeballs reports one AggregateError for all addresses tried; the first of them says why. */
function systemCode(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return systemCode(error.errors[0]);
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

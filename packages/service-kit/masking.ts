/** What stands where something was masked. */
const MASK = '[masked]';

/** Names of fields whose value is a secret whatever it looks like; a part of the name is enough. */
const SECRET_NAME =
  /passw|secret|token|authoriz|cookie|csrf|credential|api[-_]?key|private[-_]?key|^key$|session[-_]?id/i;

/** Whether a text may have anything to mask at all; most have not. */
const SUSPECT = /@|:\/\/|\d\.\d|[\da-f]:[\da-f:]|bearer|basic|cookie|authoriz|passw|secret|token|api[-_]?key|alt_|eyJ/i;

const EMAIL = /[\p{L}\d._%+-]+@[\p{L}\d-]+(?:\.[\p{L}\d-]+)+/gu;
/** `user:password@` of an address. */
const USER_INFO = /(\b[a-z][a-z\d+.-]*:\/\/)[^\s/?#@]+@/gi;
/** `Authorization: Bearer …`, `Cookie: a=b; c=d` as they stand in dumped headers. */
const HEADER =
  /\b(authorization|proxy-authorization|cookie|set-cookie|x-api-key|x-csrf-token)(["']?\s*[:=]\s*)("[^"]*"|'[^']*'|[^\r\n"',}]+)/gi;
const SCHEME = /\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi;
/** `password=…`, `"token":"…"`, `?access_token=…`: of addresses, forms and JSON alike. */
const PAIR =
  /([\w-]*(?:passw(?:or)?d|secret|token|api[-_]?key|signature|credential)[\w-]*|\b(?:key|sig|auth|code|session)(?==))(["']?\s*[=:]\s*["']?)([^\s"'&;,})]+)/gi;
/** JSON Web Tokens, and the keys that auth-service hands out. */
const KNOWN = /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?|\balt_[\da-z]{16,}/g;
const IPV4 = /(?<![\d.])(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.\d{1,3}(?![\d.]*\d)/g;
const IPV6 =
  /(?<![\w:])((?:[\da-f]{1,4}:){2,7}(?:[\da-f]{1,4})?|(?:[\da-f]{1,4}:)*:(?::?[\da-f]{1,4}){1,7})(?![\w:])/gi;

/**
 * A text without secrets and personal data: e-mail addresses, tokens and passwords in addresses, headers and pairs are replaced,
 * addresses of machines lose their last part (IPv4 /24, IPv6 /48). Loopback stays: it is nobody's.
 */
export function maskText(text: string): string {
  if (!SUSPECT.test(text)) return text;
  return text
    .replace(USER_INFO, `$1${MASK}@`)
    .replace(EMAIL, MASK)
    .replace(HEADER, `$1$2${MASK}`)
    .replace(SCHEME, `$1 ${MASK}`)
    .replace(PAIR, (whole, name: string, between: string, value: string) =>
      value === MASK || /^(?:null|true|false|undefined|\d{1,3})$/.test(value) ? whole : `${name}${between}${MASK}`,
    )
    .replace(KNOWN, MASK)
    .replace(IPV4, (whole, a: string, b: string, c: string) =>
      a === '127' || whole === '0.0.0.0' || [a, b, c].some((part) => Number(part) > 255) ? whole : `${a}.${b}.${c}.0`,
    )
    .replace(IPV6, shortenIpv6);
}

/** The value of a field, masked as a whole where its name says that it is a secret. */
export function maskField(name: string, value: string): string {
  if (SECRET_NAME.test(name) && value !== '' && !/^(?:null|true|false|\d{1,3})$/.test(value)) return MASK;
  return maskText(value);
}

/** The first 48 bits: what a site is given. Times such as `12:30:15` have no `::`, fewer parts and stay. */
function shortenIpv6(whole: string): string {
  const parts = whole.split(':');
  const isAddress = whole.includes('::') || parts.length === 8;
  if (!isAddress || whole === '::' || whole === '::1') return whole;
  const [head = ''] = whole.split('::');
  const first = [...head.split(':').filter(Boolean), '0', '0', '0'].slice(0, 3);
  return `${first.join(':')}::`;
}

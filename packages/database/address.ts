import { readFileSync } from 'node:fs';
import type { Connection } from './embedded.ts';
import { DatabaseStartError } from './errors.ts';

/** https://www.postgresql.org/docs/18/libpq-ssl.html#LIBPQ-SSL-SSLMODE-STATEMENTS; `allow` would send everything in clear. */
const sslModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
type SslMode = (typeof sslModes)[number];

/**
 * The parts of a `postgres://` address. `?host=/folder` is a Unix socket. `sslmode` asks for TLS: `require` (and
 * `prefer`, which never falls back here) whoever answers, `verify-ca` with a certificate of `sslrootcert`, `verify-full`
 * also in that host's name. `sslrootcert` is a file; without it, or as `system`, Node's own authorities count.
 * Throws DatabaseStartError with a sentence.
 */
export function connectionFromUrl(address: string): Connection {
  // With `?host=` libpq takes an address without a host, which is no URL of the WHATWG.
  const url = URL.parse(address.replace(/^(\w+:\/\/[^/]*@)\/(.*[?&]host=)/, '$1localhost/$2'));
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new DatabaseStartError('The database URL must look like postgres://user:password@host:5432/name.');
  }
  const { searchParams } = url;
  const ssl = sslOf(searchParams);
  return {
    host: searchParams.get('host') ?? decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, '$1'),
    port: Number(searchParams.get('port') ?? (url.port || 5432)),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)) || 'postgres',
    ...(ssl ? { ssl } : {}),
  };
}

function sslOf(parameters: URLSearchParams): Connection['ssl'] {
  const unknown = [...parameters.keys()].find((name) => /^ssl/.test(name) && !/^ssl(mode|rootcert)$/.test(name));
  if (unknown) throw new DatabaseStartError(`The database URL has ${unknown}, which Alt does not know. Leave it out.`);
  const mode = (parameters.get('sslmode') ?? 'disable') as SslMode;
  if (!sslModes.includes(mode)) {
    throw new DatabaseStartError(`sslmode of the database URL must be one of ${sslModes.join(', ')}; it is ${mode}.`);
  }
  const file = parameters.get('sslrootcert');
  if (mode === 'disable') {
    if (file === null) return undefined;
    throw new DatabaseStartError('The database URL has sslrootcert but no TLS. Add sslmode=verify-full.');
  }
  const ca = file === null || file === 'system' ? {} : { ca: readAuthority(file) };
  if (mode === 'verify-full') return { rejectUnauthorized: true, ...ca };
  if (mode === 'verify-ca') return { rejectUnauthorized: true, ...ca, checkServerIdentity: () => undefined };
  // As libpq does it: whoever names an authority wants it to be asked.
  return 'ca' in ca
    ? { rejectUnauthorized: true, ...ca, checkServerIdentity: () => undefined }
    : { rejectUnauthorized: false };
}

function readAuthority(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DatabaseStartError(`The certificate authority of the database cannot be read: ${reason}`, { cause });
  }
}

import { EgressError } from './errors.ts';
import { parseTarget, type Target } from './target.ts';

export interface Redirect {
  status: number;
  from: string;
  to: string;
}

const REDIRECT_STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export function isRedirect(status: number): boolean {
  return REDIRECT_STATUSES.has(status);
}

/** Where a redirect leads. Throws EgressError `redirect-invalid`, or `egress-refused-scheme` for what is not the web. */
export function redirectTarget(from: Target, headers: Headers): Target {
  // Two Location headers arrive joined; the first is meant.
  const location = headers.get('location')?.split(', ')[0]?.trim();
  if (!location) throw new EgressError('redirect-invalid', from.host);
  try {
    return parseTarget(fromHeaderBytes(location), from.url);
  } catch (error) {
    if (error instanceof EgressError && error.code === 'egress-refused-scheme') throw error;
    throw new EgressError('redirect-invalid', from.host, { cause: error });
  }
}

/** The method after a redirect, as browsers do it (Fetch standard, 4.4): only 307 and 308 keep a POST. */
export function redirectMethod(status: number, method: 'GET' | 'HEAD' | 'POST'): 'GET' | 'HEAD' | 'POST' {
  return method === 'POST' && status !== 307 && status !== 308 ? 'GET' : method;
}

/** Some servers put raw UTF-8 in Location; header values are read as Latin-1. */
function fromHeaderBytes(value: string): string {
  const bytes = Buffer.from(value, 'latin1');
  const decoded = bytes.toString('utf8');
  return decoded.includes('\ufffd') ? value : decoded;
}

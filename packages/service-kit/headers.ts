import type { Host } from './service.ts';

/**
 * What every answer of an API carries unless the handler said otherwise: it is no page, stands in no frame, is not guessed
 * to be something else, and tells nobody where one came from. OWASP REST Security Cheat Sheet.
 */
const API_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** A year; the same as the gateway says for pages. */
const HSTS = 'max-age=31536000';

/** Adds the security headers to an answer; over https alone also that it shall stay there. */
export function createSecurityHeaders({ publicUrl }: Partial<Pick<Host, 'publicUrl'>>): (response: Response) => void {
  const isSecure = publicUrl?.protocol === 'https:';
  return ({ headers }) => {
    for (const [name, value] of Object.entries(API_HEADERS)) {
      if (!headers.has(name)) headers.set(name, value);
    }
    if (isSecure && !headers.has('strict-transport-security')) headers.set('strict-transport-security', HSTS);
  };
}

import { playerHosts } from './app/reader/player-hosts.ts';

/**
 * What every answer of the web app carries. Scripts, styles and connections come from our own origin alone; images too,
 * because Alt fetches them for the reader. Audio and video of an article come straight from where they lie, and players
 * from the hosts of `playerHosts`, both only after a press on play.
 */
export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "media-src 'self' https: http:",
    `frame-src ${playerHosts.map((host) => `https://${host}`).join(' ')}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    // DOMPurify's, and that of the worker which does proofs of work.
    'trusted-types dompurify alt-challenge',
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    'accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), ' +
    'magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

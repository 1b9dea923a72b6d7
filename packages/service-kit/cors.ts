import { ConfigError } from './config.ts';
import type { Host } from './service.ts';

const METHODS = 'GET, POST, PUT, PATCH, DELETE';
const REQUEST_HEADERS = 'authorization, content-type, if-match, if-none-match, x-challenge, x-csrf-token, x-request-id';
const EXPOSED_HEADERS = 'etag, location, retry-after, x-request-id';
/** How long a browser need not ask again; Chromium's own maximum. */
const PREFLIGHT_SECONDS = 7_200;

/** The answer to a preflight of a page of a listed origin, and what its answers carry (WHATWG Fetch, CORS protocol). */
export interface Cors {
  /** Null for what is no preflight, or one of an origin that is not listed. */
  preflight(request: Request): Response | null;
  decorate(request: Request, response: Response): void;
}

/**
 * Pages of other origins may use the API where `ALT_CORS_ORIGINS` lists them, and nowhere else. A listed origin may send
 * the reader's cookie: it is trusted with everything that the reader may do.
 */
export function createCors({ environment }: Partial<Pick<Host, 'environment'>>): Cors {
  const origins = parseOrigins(environment?.ALT_CORS_ORIGINS ?? '');
  const listed = (request: Request) => {
    const origin = request.headers.get('origin');
    return origin !== null && origins.has(origin) ? origin : null;
  };
  return {
    preflight(request) {
      const origin = listed(request);
      const isPreflight = request.method === 'OPTIONS' && request.headers.has('access-control-request-method');
      if (!isPreflight || origin === null) return null;
      const headers = new Headers({
        'access-control-allow-methods': METHODS,
        'access-control-allow-headers': REQUEST_HEADERS,
        'access-control-max-age': String(PREFLIGHT_SECONDS),
        'cache-control': 'no-store',
      });
      return new Response(null, { status: 204, headers });
    },
    decorate(request, response) {
      if (origins.size === 0) return;
      response.headers.append('vary', 'Origin'); // a cache must not give one origin's answer to another
      const origin = listed(request);
      if (origin === null) return;
      response.headers.set('access-control-allow-origin', origin);
      response.headers.set('access-control-allow-credentials', 'true');
      response.headers.set('access-control-expose-headers', EXPOSED_HEADERS);
      response.headers.set('cross-origin-resource-policy', 'cross-origin');
    },
  };
}

/** Exact origins, comma-separated. No wildcards, no paths: whoever is listed acts for the reader. */
function parseOrigins(text: string): Set<string> {
  const parts = text.split(',').map((part) => part.trim());
  return new Set(parts.filter((part) => part !== '').map(checkedOrigin));
}

function checkedOrigin(text: string): string {
  const url = URL.parse(text);
  if (url && !text.includes('*') && (url.protocol === 'https:' || url.protocol === 'http:') && url.origin === text)
    return text;
  throw new ConfigError(
    `ALT_CORS_ORIGINS: "${text}" is not an origin such as https://reader.example.org, without a path and exactly as browsers send it.`,
  );
}

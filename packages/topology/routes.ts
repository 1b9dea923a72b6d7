import type { Shape } from './flows.ts';
import type { PeerOf } from './peers.ts';
import type { ClusterServerName, ServerName } from './services.ts';

type PublicRoute = {
  /** A path and everything below it: `/v1/auth` covers `/v1/auth` and `/v1/auth/login`, not `/v1/author`. */
  prefix: string;
  to: ClusterServerName | 'hasura';
  shape: Shape | 'both';
  /** On a cluster the request passes the token check of Oathkeeper on its way. */
  isGuarded?: boolean;
};

/** The single public origin, for the gateway and for nginx-external. The first row that covers a path wins. */
// biome-ignore format: a table is read in rows
export const publicRoutes = [
  { prefix: '/v1/auth', to: 'auth-service', shape: 'both' },
  { prefix: '/v1/user', to: 'auth-service', shape: 'both' },
  { prefix: '/v1/tenants', to: 'tenant-service', shape: 'both', isGuarded: true },
  { prefix: '/v1/invitations', to: 'tenant-service', shape: 'both', isGuarded: true },
  { prefix: '/v1/projects', to: 'arch-repo-service', shape: 'both', isGuarded: true },
  { prefix: '/v1/graphql', to: 'hasura', shape: 'cluster', isGuarded: true },
  { prefix: '/v1', to: 'alt-backend', shape: 'both' },
  { prefix: '/accounts/ClientLogin', to: 'alt-backend', shape: 'both' },
  { prefix: '/reader', to: 'alt-backend', shape: 'both' },
  { prefix: '/fever', to: 'alt-backend', shape: 'both' },
  { prefix: '/', to: 'alt-frontend', shape: 'both' },
] as const satisfies readonly PublicRoute[];

/** Every service answers the first, and some answer below the second to each other; the public origin does not. */
export const privatePaths = ['/metrics', '/internal'] as const;

/** Answers that are written as things happen, without an end: passed on at once, without a limit on their time. */
export const streamedPaths = [{ path: '/v1/events', service: 'alt-backend' }] as const satisfies readonly {
  path: string;
  service: ServerName;
}[];

/** What only our own services may say to each other: dropped from requests that come from outside, and from answers. */
export const internalHeaders = ['x-alt-service-token', 'x-alt-user-token', 'x-alt-route'] as const;

/** What the public origin does to every request and answer, on one machine and on a cluster. */
export const publicOrigin = {
  /** Adding a site may fetch several addresses, each with the time-outs of egress. */
  answerTimeoutMs: 65_000,
  /** All headers of a request together: what Node's own parser takes. Bodies are limited by the service that reads them. */
  headerMaximumBytes: 16 * 1024,
  strictTransportSecurity: 'max-age=31536000',
  compression: {
    /** Below this an answer fits into one packet either way. */
    minimumBytes: 1_024,
    /** A list of 50 entries (33 kB): level 3 leaves a seventh in 0.16 ms of work, level 6 an eighth in 0.36 ms. */
    level: 3,
  },
} as const;

/**
 * The service that answers a path at the public origin of one machine; null for a private path.
 * `pathname` is that of a parsed URL, so that dot segments are already resolved.
 */
export function publicServiceOf(pathname: string): PeerOf<'gateway'> | null {
  if (privatePaths.some((path) => isBelow(path, pathname))) return null;
  const route = publicRoutes.find(({ prefix, shape }) => shape === 'both' && isBelow(prefix, pathname));
  return route && route.to !== 'hasura' ? route.to : null;
}

function isBelow(prefix: string, pathname: string): boolean {
  return prefix === '/' || pathname === prefix || pathname.startsWith(`${prefix}/`);
}

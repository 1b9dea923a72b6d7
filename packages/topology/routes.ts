import type { Shape } from './flows.ts';
import type { PeerOf } from './peers.ts';
import type { ClusterServerName } from './services.ts';

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

/** Every service answers these; the public origin does not. */
export const privatePaths = ['/metrics'] as const;

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

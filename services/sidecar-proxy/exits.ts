import type { Socket } from 'node:net';
import {
  createGuard,
  createLookup,
  dialAddresses,
  type HostClass,
  type Lookup,
  openTunnel,
  type Target,
} from '@alt/egress';

/** A connection to the outside that passed the guard. */
export interface Exit {
  socket: Socket;
  hostClass: HostClass;
}

export interface ExitOptions {
  /** Entries of ALT_EGRESS_ALLOW. */
  allow: string[];
  /** The next proxy: connections then go through it by name, and its own check of the addresses counts. */
  upstreamProxyUrl?: string | undefined;
  timeoutScale?: number | undefined;
  lookup?: Lookup | undefined;
}

const CONNECT_TIMEOUT_MS = 10_000;
const DNS_CACHE_MS = 30_000;

/** Opens connections to admitted targets only; rejects with EgressError. */
export function createExits(options: ExitOptions): (target: Target, trace?: string | null) => Promise<Exit> {
  const timeoutScale = options.timeoutScale ?? 1;
  const timeoutMs = CONNECT_TIMEOUT_MS * timeoutScale;
  const proxyUrl = options.upstreamProxyUrl;
  const guard = createGuard({
    allow: options.allow,
    lookup: options.lookup ?? createLookup({ timeoutScale }),
    resolves: proxyUrl === undefined,
    dnsCacheMs: DNS_CACHE_MS,
  });
  return async (target, trace = null) => {
    const { addresses, isOpened } = await guard.admit(target);
    const { hostname, port } = target;
    const socket = await (proxyUrl === undefined
      ? dialAddresses({ hostname, port, addresses, timeoutMs })
      : openTunnel({ proxyUrl, host: hostname, port, timeoutMs, trace }));
    return { socket, hostClass: isOpened ? 'opened' : 'public' };
  };
}

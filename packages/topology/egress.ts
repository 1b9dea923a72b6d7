import { flows, type Shape } from './flows.ts';
import { addressOf } from './peers.ts';
import type { ServiceName } from './services.ts';

type Listener = { proxy: 'envoy-proxy' | 'sidecar-proxy'; port: number; shape: Shape | 'both'; reach: string };

/** The doors that lead out, and what may be reached through each. Who uses which stands in the flow table. */
// biome-ignore format: a table is read in rows
export const egressListeners = [
  { proxy: 'sidecar-proxy', port: 8085, shape: 'both', reach: 'any public host on 80, 443, 8080, 8443; checked after resolution, at every redirect' },
  { proxy: 'envoy-proxy', port: 8080, shape: 'cluster', reach: 'any public host; OIDC issuers and the mail relay that are configured' },
  { proxy: 'envoy-proxy', port: 8081, shape: 'cluster', reach: 'OAuth2 and Inoreader hosts' },
  { proxy: 'envoy-proxy', port: 8082, shape: 'cluster', reach: 'the configured model servers, over HTTPS' },
  { proxy: 'envoy-proxy', port: 8085, shape: 'cluster', reach: 'feeds and pages: any public host on 80, 443, 8080, 8443' },
] as const satisfies readonly Listener[];

export type EgressListener = (typeof egressListeners)[number];

/** The listener through which a service reaches the internet; null where it may not. sidecar-proxy itself dials directly on one machine. */
export function egressListenerOf(service: ServiceName, shape: Shape): EgressListener | null {
  const flow = flows.find(
    ({ from, protocol, shape: where }) =>
      from === service && protocol === 'connect' && (where === shape || where === 'both'),
  );
  if (!flow) return null;
  const listener = egressListeners.find(({ proxy, port }) => proxy === flow.to && flow.ports.some((at) => at === port));
  return listener ?? null;
}

/** The URL of that listener, the value of `EGRESS_PROXY_URL`. */
export function egressProxyUrl({ proxy, port }: EgressListener, shape: Shape): string {
  return addressOf(proxy, port, shape);
}

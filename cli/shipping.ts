import { createPeer, createShipping, type Host, type Shipping } from '@alt/service-kit';
import type { ServiceName } from '@alt/topology';
import { peerAddress } from './own-host.ts';
import type { LoadedName } from './registry.ts';
import type { Environment } from './settings.ts';

/** Lines that were not sent yet get so long at the end. */
export const LAST_LINES_MS = 3_000;

/** Where an aggregator is named, lines go there too. Its own do not: each batch would bring the next. */
export function shippingOf(name: LoadedName, environment: Environment): Shipping | null {
  if (name === 'rask-log-aggregator' || !environment.RASK_LOG_AGGREGATOR_URL) return null;
  return createShipping({ service: name });
}

/** Begins to send: by HTTP, with the service's own token. */
export function startShipping(shipping: Shipping, host: Host<ServiceName>, environment: Environment): void {
  const peer = 'rask-log-aggregator';
  const baseUrl = peerAddress(host.name as LoadedName, peer, environment);
  shipping.addMetrics(host.metrics);
  shipping.start(createPeer(peer, { keys: host.keys, baseUrl, dispatch: (request) => fetch(request) }));
}

import { Counter, Histogram, type Registry } from 'prom-client';
import type { ProxyServerOptions } from './proxy.ts';

/** Counts what the proxy lets out and refuses, by class of host and verdict. */
export function createProxyMetrics(
  registry: Registry,
): Required<Pick<ProxyServerOptions, 'onVerdict' | 'onTunnelClosed'>> {
  const registers = [registry];
  const seconds = new Histogram({
    name: 'alt_egress_seconds',
    help: 'Time until a connection was let out or refused',
    labelNames: ['host_class', 'verdict'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 20],
    registers,
  });
  const bytes = new Counter({
    name: 'alt_egress_tunnel_bytes_total',
    help: 'Bytes through closed tunnels',
    labelNames: ['host_class', 'direction'],
    registers,
  });
  return {
    onVerdict: ({ hostClass, verdict, durationMs }) =>
      seconds.observe({ host_class: hostClass, verdict }, durationMs / 1_000),
    onTunnelClosed: ({ hostClass, bytesSent, bytesReceived }) => {
      bytes.inc({ host_class: hostClass, direction: 'sent' }, bytesSent);
      bytes.inc({ host_class: hostClass, direction: 'received' }, bytesReceived);
    },
  };
}

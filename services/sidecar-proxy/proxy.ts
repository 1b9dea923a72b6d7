import http, { type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type EgressError, type EgressVerdict, type HostClass, type Target, toEgressError } from '@alt/egress';
import type { Tracer } from '@alt/service-kit';
import { type Connections, createConnections } from './connections.ts';
import { createExits, type Exit, type ExitOptions } from './exits.ts';
import { forward } from './forwarding.ts';
import { hostClassOf } from './refusals.ts';
import { openClientTunnel } from './tunnels.ts';

export interface ProxyServerOptions extends ExitOptions {
  port: number;
  /** Default 127.0.0.1. */
  host?: string;
  log: { info(fields: object, message: string): void };
  onVerdict?: (event: { hostClass: HostClass; verdict: EgressVerdict; durationMs: number }) => void;
  onTunnelClosed?: (event: TunnelClosed) => void;
  tracer?: Tracer | null;
  /** Answers requests to the proxy itself (health, metrics); without it they get 404. */
  onRequest?: RequestListener;
  /** Connections through the proxy at once; more are answered with 503. Default 512. */
  maxConnections?: number;
  /** A tunnel in which nothing moves for so long is closed. Default 60,000. */
  idleTimeoutMs?: number;
  /** How long `stop` lets running connections finish. Default 5,000. */
  graceMs?: number;
}

export interface TunnelClosed {
  hostClass: HostClass;
  bytesSent: number;
  bytesReceived: number;
  durationMs: number;
}

export interface ProxyServer {
  port: number;
  /** Connections through the proxy right now. */
  active(): number;
  /** Takes no more, waits for what runs, then cuts it. */
  stop(): Promise<void>;
}

/** What the handlers of CONNECT and of absolute-form requests share. */
export interface ProxyContext {
  open(target: Target, trace?: string | null): Promise<Exit>;
  tracer: Tracer | null;
  /** Counts a connection in and returns the way to count it out; undefined when there are too many. */
  begin(connection: Duplex): (() => void) | undefined;
  /** Logs and counts a request that was not let out. */
  report(error: unknown, startedAt: number): EgressError;
  onVerdict: ProxyServerOptions['onVerdict'];
  onTunnelClosed: ProxyServerOptions['onTunnelClosed'];
  idleTimeoutMs: number;
}

/**
 * An HTTP proxy that lets nothing out but what the egress guard admits: CONNECT for any protocol, absolute-form for
 * plain http. Refusals are problem documents with the code of the EgressError.
 */
export async function startProxyServer(options: ProxyServerOptions): Promise<ProxyServer> {
  const connections = createConnections(options.maxConnections ?? 512);
  const context = createContext(options, connections);
  const server = http.createServer((request, response) => {
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(request.url ?? '')) void forward(context, request, response);
    else if (options.onRequest) options.onRequest(request, response);
    else response.writeHead(404).end();
  });
  server.on('connect', (request, client, head) => void openClientTunnel(context, request, client, head));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host ?? '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    active: () => connections.size,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      await connections.drain(options.graceMs ?? 5_000);
      server.closeAllConnections();
      await closed;
    },
  };
}

function createContext(options: ProxyServerOptions, connections: Connections): ProxyContext {
  return {
    open: createExits(options),
    tracer: options.tracer ?? null,
    begin: connections.begin,
    report: (error, startedAt) => {
      const failure = toEgressError(error, '');
      const durationMs = performance.now() - startedAt;
      options.onVerdict?.({ hostClass: hostClassOf(failure), verdict: failure.code, durationMs });
      options.log.info({ verdict: failure.code, host: failure.host, durationMs }, 'egress refused');
      return failure;
    },
    onVerdict: options.onVerdict,
    onTunnelClosed: options.onTunnelClosed,
    idleTimeoutMs: options.idleTimeoutMs ?? 60_000,
  };
}

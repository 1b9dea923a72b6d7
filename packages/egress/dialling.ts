import net from 'node:net';
import tls from 'node:tls';
import type { Tracer } from '@alt/tracing';
import { Agent, type buildConnector } from 'undici';
import { EgressError, toEgressError } from './errors.ts';
import type { Guard } from './guard.ts';
import type { ResolvedAddress } from './names.ts';
import { openTunnel } from './tunnel.ts';

export interface DialOptions {
  guard: Guard;
  proxyUrl?: string | undefined;
  tracer?: Tracer | null | undefined;
  certificateAuthorities?: string[] | undefined;
  connectTimeoutMs: number;
}

// Polls come many minutes apart, so a socket kept for long is only memory; a short while serves redirects, several
// feeds of one host and pages of one site.
const IDLE_SOCKET_MS = 4_000;
const MAX_IDLE_SOCKET_MS = 10_000;
// One in constant use goes too: a proxy that stops waits for the tunnels through it, and must not have to cut a busy one.
// With the longest request, 20 s, this is less than it waits.
const MAX_SOCKET_AGE_MS = 10_000;
const MAX_SOCKETS_PER_ORIGIN = 32;
// Content-Security-Policy and cookies together pass Node's default of 16 KiB on real sites.
const MAX_HEADER_BYTES = 65_536;

/**
 * The connection pools: one per origin, closed when their last socket closes. A socket goes to an address that the
 * guard admitted for this very host and port, or through the proxy.
 */
export function createDialler(options: DialOptions): Agent {
  return new Agent({
    connect: createConnector(options),
    allowH2: true,
    connections: MAX_SOCKETS_PER_ORIGIN,
    keepAliveTimeout: IDLE_SOCKET_MS,
    keepAliveMaxTimeout: MAX_IDLE_SOCKET_MS,
    clientTtl: MAX_SOCKET_AGE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    // The exchange has timers of its own, exact and scaled; undici's would only run beside them.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/** Connects to one of the addresses given and to no other, both families in turn (RFC 8305). */
export function dialAddresses(options: {
  hostname: string;
  port: number;
  addresses: ResolvedAddress[] | null;
  timeoutMs: number;
}): Promise<net.Socket> {
  const { hostname, port, addresses } = options;
  const socket = net.connect({
    host: hostname,
    port,
    autoSelectFamily: true,
    // Not asked for IP literals, which the guard admitted as they stand.
    lookup: (_hostname, lookupOptions, callback) => {
      const [first] = addresses ?? [];
      if (!first) return callback(new EgressError('egress-refused-address', hostname), '', 4);
      if (lookupOptions.all) return callback(null, addresses ?? []);
      return callback(null, first.address, first.family);
    },
  });
  return untilReady(socket, 'connect', options.timeoutMs, hostname);
}

function createConnector(options: DialOptions): buildConnector.connector {
  return (request, callback) => {
    connect(options, request).then(
      (socket) => callback(null, socket),
      (error: unknown) => callback(toEgressError(error, request.hostname), null),
    );
  };
}

async function connect(options: DialOptions, request: buildConnector.Options): Promise<net.Socket> {
  const { hostname, protocol } = request;
  const port = Number(request.port) || (protocol === 'https:' ? 443 : 80);
  const admission = options.guard.admitted(hostname, port);
  if (!admission) throw new EgressError('egress-refused-address', hostname);
  const timeoutMs = options.connectTimeoutMs;
  const socket = options.proxyUrl
    ? await openTunnel({
        proxyUrl: options.proxyUrl,
        host: hostname,
        port,
        timeoutMs,
        trace: options.tracer?.current(),
      })
    : await dialAddresses({ hostname, port, addresses: admission.addresses, timeoutMs });
  socket.setNoDelay(true);
  const ready = protocol === 'https:' ? await secure(socket, hostname, options) : socket;
  admission.connectedAt = performance.now();
  return ready;
}

function secure(socket: net.Socket, hostname: string, options: DialOptions): Promise<net.Socket> {
  const name = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
  const secured = tls.connect({
    socket,
    host: name,
    // SNI carries names only (RFC 6066); the certificate of a literal is still checked against `host`.
    servername: net.isIP(name) === 0 ? name : '',
    ALPNProtocols: ['h2', 'http/1.1'],
    ...(options.certificateAuthorities ? { ca: [...tls.rootCertificates, ...options.certificateAuthorities] } : {}),
  });
  return untilReady(secured, 'secureConnect', options.connectTimeoutMs, name).catch((error: EgressError) => {
    const isTls = error.code === 'connection-lost';
    throw isTls ? new EgressError('tls-failed', name, { cause: error.cause }) : error;
  }) as Promise<net.Socket>;
}

function untilReady(
  socket: net.Socket,
  event: 'connect' | 'secureConnect',
  timeoutMs: number,
  host: string,
): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(toEgressError(error, host));
    };
    const timer = setTimeout(() => fail(new EgressError('connect-failed', host)), timeoutMs);
    socket.once('error', fail);
    socket.once('close', fail);
    socket.once(event, () => {
      clearTimeout(timer);
      socket.off('error', fail);
      socket.off('close', fail);
      // Undici takes over in the same turn for direct use; a socket on its way into TLS or undici must not throw.
      socket.on('error', ignoreUntilOwned);
      resolve(socket);
    });
  });
}

/** Between two owners a socket may fail; the next owner sees it destroyed. */
function ignoreUntilOwned(): void {}

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { EgressError, parseTarget, type Target } from '@alt/egress';
import type { ProxyContext } from './proxy.ts';
import { busy, toRefusal, toResponseBytes } from './refusals.ts';

/** CONNECT: checks, connects, and then copies bytes both ways until either side closes or both are silent too long. */
export async function openClientTunnel(
  context: ProxyContext,
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
): Promise<void> {
  const startedAt = performance.now();
  client.on('error', () => client.destroy());
  const settle = context.begin(client);
  if (!settle) return refuse(client, busy(''));
  try {
    const target = parseAuthority(request.url ?? '');
    const { socket, hostClass } = await openTraced(context, target, request);
    context.onVerdict?.({ hostClass, verdict: 'ok', durationMs: performance.now() - startedAt });
    if (client.destroyed) return void socket.destroy();
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    socket.unshift(head);
    const bytes = await copyBothWays(client, socket, context.idleTimeoutMs);
    context.onTunnelClosed?.({ ...bytes, hostClass, durationMs: performance.now() - startedAt });
  } catch (error) {
    refuse(client, context.report(error, startedAt));
  } finally {
    settle();
  }
}

/** The way out as a span of the caller's trace, which goes on to the next proxy and no farther. */
function openTraced({ tracer, open }: ProxyContext, target: Target, request: IncomingMessage) {
  if (!tracer) return open(target);
  const parent = String(request.headers.traceparent ?? '');
  const attributes = { 'server.address': target.hostname, 'server.port': target.port };
  return tracer.span('CONNECT', { kind: 'server', parent, attributes }, () => open(target, tracer.current()));
}

/** The authority-form of RFC 9112, 3.2.3: host and port, nothing else. */
function parseAuthority(authority: string): Target {
  if (!/^(\[[^\]]+\]|[^:/@?#\\\s]+):\d{1,5}$/.test(authority)) throw new EgressError('egress-invalid-url', '');
  return parseTarget(`http://${authority}/`);
}

function refuse(client: Duplex, error: EgressError): void {
  client.end(toResponseBytes(toRefusal(error)));
}

function copyBothWays(
  client: Duplex,
  outside: import('node:net').Socket,
  idleTimeoutMs: number,
): Promise<{ bytesSent: number; bytesReceived: number }> {
  return new Promise((resolve) => {
    const close = (): void => {
      client.destroy();
      outside.destroy();
    };
    // Bytes in either direction pass the outside socket, so its timer sees all that happens.
    outside.setTimeout(idleTimeoutMs, close);
    outside.on('error', close);
    client.on('error', close);
    client.on('close', close);
    outside.on('close', () => {
      client.end();
      resolve({ bytesSent: outside.bytesWritten, bytesReceived: outside.bytesRead });
    });
    client.pipe(outside);
    outside.pipe(client);
  });
}

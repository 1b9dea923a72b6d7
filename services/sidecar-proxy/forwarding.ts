import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { EgressError, parseTarget, type Target, toEgressError } from '@alt/egress';
import type { ProxyContext } from './proxy.ts';
import { busy, toRefusal } from './refusals.ts';

/** Absolute-form (`GET http://host/path`): one request, one connection, bodies streamed both ways. */
export async function forward(
  context: ProxyContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const startedAt = performance.now();
  const settle = context.begin(request.socket);
  if (!settle) return refuse(response, busy(''));
  try {
    const target = parseTarget(request.url ?? '');
    // A secure site is reached by CONNECT; here the proxy would have to see what is meant to be hidden.
    if (target.url.protocol !== 'http:') throw new EgressError('egress-refused-scheme', target.host);
    const { socket, hostClass } = await context.open(target);
    socket.setTimeout(context.idleTimeoutMs, () => socket.destroy());
    context.onVerdict?.({ hostClass, verdict: 'ok', durationMs: performance.now() - startedAt });
    await relay(request, response, target, socket);
  } catch (error) {
    refuse(response, context.report(error, startedAt));
  } finally {
    settle();
  }
}

async function relay(
  request: IncomingMessage,
  response: ServerResponse,
  target: Target,
  socket: Socket,
): Promise<void> {
  const outgoing = http.request({
    createConnection: () => socket,
    method: request.method,
    path: `${target.url.pathname}${target.url.search}`,
    setHost: false,
    headers: { ...endToEnd(request.headers), host: target.url.host, via: '1.1 alt', connection: 'close' },
  });
  response.on('close', () => socket.destroy());
  try {
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.on('response', resolve);
      outgoing.on('error', reject);
    });
    const [answer] = await Promise.all([answered, pipeline(request, outgoing)]);
    response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
    await pipeline(answer, response);
  } catch (error) {
    throw toEgressError(error, target.host);
  } finally {
    socket.destroy();
  }
}

/** Without what concerns one connection only (RFC 9110, 7.6.1), including what `Connection` itself names. */
function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = (headers.connection ?? '').toLowerCase().split(/\s*,\s*/);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && !named.includes(name)));
}

const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

function refuse(response: ServerResponse, error: EgressError): void {
  if (response.headersSent) return void response.destroy();
  const { status, headers, body } = toRefusal(error);
  response.writeHead(status, headers).end(body);
}

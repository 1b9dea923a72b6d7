import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';

const HEADERS_TIMEOUT_MS = 15_000;
const CLOSE_GRACE_MS = 3_000;

const socketAddresses = new WeakMap<object, string>();

/** The address at the other end of the connection that brought this request; empty for one made in this process. */
export function socketAddressOf(request: object): string {
  return socketAddresses.get(request) ?? '';
}

export interface ListeningServer {
  port: number;
  /** No new connections; idle ones end now, busy ones after a grace of 3 s. */
  stop(): Promise<void>;
}

/** Serves a fetch handler over HTTP/1.1. Port 0 takes a free one. */
export async function listen(
  fetch: (request: Request) => Promise<Response>,
  options: { port: number; hostname: string },
): Promise<ListeningServer> {
  const server = createServer(
    { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: 60_000, keepAliveTimeout: 5_000, noDelay: true },
    getRequestListener(
      async (request, environment) => {
        const incoming = (environment as { incoming: { socket: { remoteAddress?: string } } }).incoming;
        socketAddresses.set(request, incoming.socket.remoteAddress ?? '');
        return endingQuietly(await fetch(request), request);
      },
      { overrideGlobalObjects: false },
    ),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.hostname, () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS).unref();
      }),
  };
}

/**
 * A body that breaks because its reader hung up (a body from `fetch` does, when it was given the signal of the request) just
 * ends: @hono/node-server would print "Error: aborted". One that breaks by itself stays an error and is printed.
 */
function endingQuietly(response: Response, request: Request): Response {
  if (!response.body) return response;
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          if (!request.signal.aborted) throw error;
          controller.close();
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return new Response(body, response);
}

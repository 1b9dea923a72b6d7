import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';

const HEADERS_TIMEOUT_MS = 15_000;
const FINISH_MS = 3_000;

const socketAddresses = new WeakMap<object, string>();

/** The address at the other end of the connection that brought this request; empty for one made in this process. */
export function socketAddressOf(request: object): string {
  return socketAddresses.get(request) ?? '';
}

export interface ListeningServer {
  port: number;
  /** No new connections; idle ones end now, others with the answer that is under way, or when the time for that is over. */
  stop(): Promise<void>;
}

export interface ListenOptions {
  port: number;
  hostname: string;
  /** Whether connections are to end with their next answer, so that who kept one goes elsewhere before `stop`. */
  isDraining?: () => boolean;
  /** How long `stop` lets answers take that are under way; 3 s unless given. */
  finishMs?: number;
}

/** Serves a fetch handler over HTTP/1.1. Port 0 takes a free one. */
export async function listen(
  fetch: (request: Request) => Promise<Response>,
  { port: wantedPort, hostname, isDraining = () => false, finishMs = FINISH_MS }: ListenOptions,
): Promise<ListeningServer> {
  let isStopping = false;
  const server = createServer(
    { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: 60_000, keepAliveTimeout: 5_000, noDelay: true },
    getRequestListener(
      async (request, environment) => {
        const { incoming, outgoing } = environment as { incoming: IncomingMessage; outgoing: ServerResponse };
        socketAddresses.set(request, incoming.socket.remoteAddress ?? '');
        // Where the head went out before anybody spoke of an end, the client would send its next request here.
        outgoing.once('finish', () => isStopping && incoming.socket.destroySoon());
        const response = endingQuietly(await fetch(request), request);
        // A stream of events ends when this process does, if not before: then its connection must not look free for a moment.
        if (isStopping || isDraining() || isEventStream(response)) outgoing.setHeader('connection', 'close');
        return response;
      },
      { overrideGlobalObjects: false },
    ),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(wantedPort, hostname, () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    stop: () =>
      new Promise((resolve) => {
        isStopping = true;
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), finishMs).unref();
      }),
  };
}

function isEventStream(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
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

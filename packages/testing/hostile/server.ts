import net from 'node:net';
import type { Answer, Behaviour, Exchange } from './behaviour.ts';
import { ANSWERS } from './behaviours/answers.ts';
import { CONTENTS } from './behaviours/contents.ts';
import { ENCODINGS } from './behaviours/encodings.ts';
import { REDIRECTS } from './behaviours/redirects.ts';
import { TRANSPORT } from './behaviours/transport.ts';
import { type HostileRequest, readRequests } from './requests.ts';

/** Everything that the server can do, in the order of its families. */
export const BEHAVIOURS: readonly Behaviour[] = [...TRANSPORT, ...ENCODINGS, ...REDIRECTS, ...ANSWERS, ...CONTENTS];

export interface HostileServer {
  origin: string;
  port: number;
  /** The address of a behaviour. Each set of parameters counts its own requests, so that many feeds can share one. */
  url(behaviour: string, parameters?: Record<string, string | number>): string;
  /** What was asked of a behaviour, oldest first, whatever the parameters. */
  requests(behaviour: string): HostileRequest[];
  /** Forgets all requests and counts. */
  reset(): void;
  stop(): Promise<void>;
}

/** Serves all behaviours at `/<name>` on a free port of `host` (127.0.0.1), by hand on raw sockets. */
export async function startHostileServer(options: { host?: string; port?: number } = {}): Promise<HostileServer> {
  const host = options.host ?? '127.0.0.1';
  const log = new Map<string, HostileRequest[]>();
  const counts = new Map<string, number>();
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // Clients that hang up are part of the game.
    socket.on('error', () => socket.destroy());
    readRequests(socket, (request) => handle(socket, request, log, counts));
  });
  const port = await listen(server, host, options.port ?? 0);
  const origin = `http://${host}:${port}`;
  return {
    origin,
    port,
    url: (behaviour, parameters) => behaviourUrl(origin, behaviour, parameters),
    requests: (behaviour) => log.get(behaviour) ?? [],
    reset: () => {
      log.clear();
      counts.clear();
    },
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Listens and resolves to the port. */
export function listen(server: net.Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve((server.address() as net.AddressInfo).port));
  });
}

function handle(
  socket: net.Socket,
  request: HostileRequest,
  log: Map<string, HostileRequest[]>,
  counts: Map<string, number>,
): void {
  const name = request.path.slice(1);
  const behaviour = BEHAVIOURS.find((candidate) => candidate.name === name);
  const key = `${name}?${request.query}`;
  const count = (counts.get(key) ?? 0) + 1;
  counts.set(key, count);
  log.set(name, [...(log.get(name) ?? []), request]);
  const exchange = createExchange(socket, request, count);
  if (behaviour) behaviour.respond(exchange);
  else exchange.reply({ status: 404, headers: { 'content-type': 'text/plain' }, body: `no behaviour ${name}` });
}

function createExchange(socket: net.Socket, request: HostileRequest, count: number): Exchange {
  const raw = (bytes: string | Uint8Array): void => {
    if (!socket.destroyed) socket.write(bytes);
  };
  return {
    request,
    count,
    socket,
    raw,
    url: (behaviour, parameters) => behaviourUrl(`http://${request.headers.host ?? ''}`, behaviour, parameters),
    number: (name, fallback) => Number(request.query.get(name) ?? fallback),
    reply: (answer) => raw(answerBytes(answer, request.method)),
    every: (intervalMs, act) => {
      let turn = 0;
      const timer = setInterval(() => act(turn++), intervalMs);
      socket.on('close', () => clearInterval(timer));
    },
  };
}

function answerBytes(answer: Answer, method: string): Uint8Array {
  const status = answer.status ?? 200;
  const body = Buffer.from(answer.body ?? '');
  const headers: NonNullable<Answer['headers']> = {
    'content-type': 'application/rss+xml; charset=utf-8',
    ...(status === 204 || status === 304 ? {} : { 'content-length': String(body.length) }),
    ...answer.headers,
  };
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === null ? [] : [value].flat().map((single) => `${name}: ${single}`),
  );
  // Latin-1, so that behaviours can put any byte into a header.
  const head = Buffer.from(`HTTP/1.1 ${status} Whatever\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  return method === 'HEAD' ? head : Buffer.concat([head, body]);
}

function behaviourUrl(origin: string, behaviour: string, parameters: Record<string, string | number> = {}): string {
  const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
  return `${origin}/${behaviour}${query.size > 0 ? `?${query}` : ''}`;
}

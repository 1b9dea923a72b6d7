import type { Socket } from 'node:net';

export interface HostileRequest {
  /** Milliseconds since the epoch. */
  time: number;
  method: string;
  path: string;
  query: URLSearchParams;
  /** Names in lower case. */
  headers: Record<string, string>;
}

/** Calls back for each request on a raw socket, pipelined ones too. Bodies are skipped by their Content-Length. */
export function readRequests(socket: Socket, onRequest: (request: HostileRequest) => void): void {
  let pending = '';
  let skip = 0;
  socket.on('data', (chunk) => {
    pending += chunk.toString('latin1');
    for (;;) {
      const skipped = Math.min(skip, pending.length);
      pending = pending.slice(skipped);
      skip -= skipped;
      const end = pending.indexOf('\r\n\r\n');
      if (end < 0) return;
      const request = parseHead(pending.slice(0, end));
      pending = pending.slice(end + 4);
      skip = Number(request.headers['content-length'] ?? 0) || 0;
      onRequest(request);
    }
  });
}

function parseHead(head: string): HostileRequest {
  const [requestLine = '', ...lines] = head.split('\r\n');
  const [method = '', target = '/'] = requestLine.split(' ');
  const url = new URL(target, 'http://localhost');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { time: Date.now(), method, path: url.pathname, query: url.searchParams, headers };
}

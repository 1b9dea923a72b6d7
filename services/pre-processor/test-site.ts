import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SiteRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** Milliseconds since the epoch: begin, and end of the answer. */
  startedAt: number;
  endedAt: number;
}

export interface SiteAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  afterMs?: number;
}

/** A web site for one test: answers by path; what it does not have is 404. */
export interface TestSite {
  origin: string;
  pages: Record<string, SiteAnswer | ((request: SiteRequest) => SiteAnswer)>;
  requests: SiteRequest[];
  stop(): Promise<void>;
}

export async function startSite(pages: TestSite['pages'] = {}, host = '127.0.0.1'): Promise<TestSite> {
  const requests: SiteRequest[] = [];
  const server = createServer(async (incoming, outgoing) => {
    let body = '';
    for await (const chunk of incoming) body += chunk;
    const { method = '', url: path = '', headers } = incoming;
    const request = { method, path, headers, body, startedAt: Date.now(), endedAt: 0 };
    requests.push(request);
    const page = pages[path] ?? pages[path.split('?')[0] ?? ''] ?? { status: 404, body: 'nothing here' };
    const answer = typeof page === 'function' ? page(request) : page;
    if (answer.afterMs) await new Promise((resolve) => setTimeout(resolve, answer.afterMs));
    outgoing.on('finish', () => {
      request.endedAt = Date.now();
    });
    outgoing.writeHead(answer.status ?? 200, { 'content-type': typeOf(answer.body ?? ''), ...answer.headers });
    outgoing.end(answer.body ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    origin: `http://${host}:${(server.address() as AddressInfo).port}`,
    pages,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function typeOf(body: string): string {
  return /<html/i.test(body) ? 'text/html; charset=utf-8' : 'application/xml';
}

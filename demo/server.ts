import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { ListedFeed } from './opml.ts';
import { notice, sendReply } from './reply.ts';
import { type Site, sites } from './sites.ts';
import { answer, listFeeds, readSites, type Web } from './web.ts';

export interface DemoWebOptions {
  /** On 127.0.0.1; 0 or absent takes a free one. */
  port?: number;
  log?: (sentence: string) => void;
  /** How long the slow feed takes. 5,000 if absent. */
  slowDelayMs?: number;
  now?: () => Date;
  /**
   * Gives each site an address of its own, 127.0.1.1 and so on, on the same port, so that one site's bad manners are not laid to
   * all of them. Where such addresses cannot be opened (macOS has only 127.0.0.1), a site stays on the common one.
   */
  hasOwnAddresses?: boolean;
}

export interface DemoWeb {
  origin: string;
  /** In the order of the sites; what `/subscriptions.opml` lists. */
  feeds: ListedFeed[];
  /** Every `host:port` that serves the demo; all of them are loopback. */
  hosts: string[];
  /** Cuts off what is being answered. May be called again. */
  stop: () => Promise<void>;
}

/** Serves the little web of blogs on loopback until `stop()`. Fails if the port is taken. */
export async function startDemoWeb(options: DemoWebOptions = {}): Promise<DemoWeb> {
  const now = options.now ?? (() => new Date());
  const stopping = new AbortController();
  const origins = new Map<string, string>();
  const web: Web = {
    articles: await readSites(now()),
    styleSheet: await readFile(path.join(import.meta.dirname, 'style.css'), 'utf8'),
    now,
    originOf: (site) => origins.get(site.key) ?? origin,
    slowDelayMs: options.slowDelayMs ?? 5_000,
    signal: stopping.signal,
    answersByPath: new Map(),
    madeFiles: new Map(),
  };
  const listener = answerRequests(web, options.log);
  const server = await listen(listener, '127.0.0.1', options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const ownServers = options.hasOwnAddresses ? await listenForSites(listener, port, origins) : [];
  options.log?.(`The demo web is at ${origin}/`);
  return {
    origin,
    feeds: listFeeds(web),
    hosts: [origin, ...origins.values()].map((address) => new URL(address).host),
    stop: async () => {
      stopping.abort();
      await Promise.all([server, ...ownServers].map(close));
    },
  };
}

function answerRequests(web: Web, log: DemoWebOptions['log']): RequestListener {
  return (request, response) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const [pathname = '/'] = (request.url ?? '/').split('?');
    const reply = isRead
      ? answer(web, pathname)
      : Promise.resolve(notice(405, 'This web is only for reading.', { allow: 'GET, HEAD' }));
    reply.then(
      (ready) => sendReply(request, response, ready),
      (error: unknown) => {
        if (!web.signal.aborted) log?.(`The demo web failed at ${pathname}: ${String(error)}`);
        sendReply(request, response, notice(500, 'The demo web has failed; its log says why.'));
      },
    );
  };
}

async function listenForSites(
  listener: RequestListener,
  port: number,
  origins: Map<string, string>,
): Promise<Server[]> {
  const attempts = sites.map(async (site: Site, index) => {
    const address = `127.0.1.${index + 1}`;
    const server = await listen(listener, address, port).catch(() => null);
    if (server !== null) origins.set(site.key, `http://${address}:${port}`);
    return server;
  });
  return (await Promise.all(attempts)).filter((server) => server !== null);
}

async function listen(listener: RequestListener, address: string, port: number): Promise<Server> {
  const server = createServer(listener);
  server.listen(port, address);
  await once(server, 'listening');
  return server;
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

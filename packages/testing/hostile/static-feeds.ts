import { readFile, stat } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { post, rss } from './documents.ts';
import { readRequests } from './requests.ts';
import { listen } from './server.ts';

export interface StaticFeeds {
  /** Of the first host. */
  origin: string;
  port: number;
  /** The addresses of all feeds, or of a file of the folder. */
  urls: string[];
  url(indexOrFile: number | string): string;
  /** Requests answered so far, by status. */
  served(): { ok: number; notModified: number; missing: number };
  /** The given feeds, or all, get `items` new articles on top and new validators. */
  publish(items: number, indexes?: number[]): void;
  stop(): Promise<void>;
}

export interface GeneratedFeeds {
  /** How many feeds. */
  feeds: number;
  /** How many articles a document holds. */
  items: number;
  /** Spreads the feeds over so many loopback addresses 127.1.x.y (Linux), all on one port. Default: 127.0.0.1 alone. */
  hosts?: number;
  /** Characters of text an article. Default 1,000. */
  textLength?: number;
  /** Time that a document takes to come, as from far away. Default 0. */
  latencyMs?: number;
}

/**
 * A fast, well-behaved server with ETag and Last-Modified. Generated feeds are at `/feeds/<index>.xml`, made when first
 * asked for and kept as the bytes of their whole response; a folder is served file by file, read once.
 */
export async function startStaticFeeds(source: GeneratedFeeds | { folder: string }): Promise<StaticFeeds> {
  const counters = { ok: 0, notModified: 0, missing: 0 };
  const library = 'folder' in source ? openFolder(source.folder) : generate(source);
  const latencyMs = 'folder' in source ? 0 : (source.latencyMs ?? 0);
  const sockets = new Set<net.Socket>();
  const serve = (socket: net.Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    serveSocket(socket, library, counters, latencyMs);
  };
  const hosts = 'folder' in source ? ['127.0.0.1'] : loopbackHosts(source.hosts ?? 1);
  const servers = hosts.map(() => net.createServer(serve));
  const port = await listenOnAll(servers, hosts);
  const count = 'folder' in source ? 0 : source.feeds;
  const url = (which: number | string): string =>
    typeof which === 'number'
      ? `http://${hosts[which % hosts.length]}:${port}/feeds/${which}.xml`
      : `http://${hosts[0]}:${port}/${which.split('/').map(encodeURIComponent).join('/')}`;
  return {
    origin: `http://${hosts[0]}:${port}`,
    port,
    urls: Array.from({ length: count }, (_, index) => url(index)),
    url,
    served: () => ({ ...counters }),
    publish: (items, indexes) => library.publish(items, indexes),
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

/** A document ready to be sent. */
interface Page {
  etag: string;
  lastModified: string;
  ok: Uint8Array;
  notModified: Uint8Array;
}

interface Library {
  page(pathname: string): Page | null | Promise<Page | null>;
  publish(items: number, indexes?: number[]): void;
}

function serveSocket(
  socket: net.Socket,
  library: Library,
  counters: { ok: number; notModified: number; missing: number },
  latencyMs: number,
) {
  readRequests(socket, (request) => {
    const send = (page: Page | null): void => {
      if (!page) {
        counters.missing++;
        socket.write('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
      } else if (isCurrent(page, request.headers)) {
        counters.notModified++;
        socket.write(page.notModified);
      } else {
        counters.ok++;
        socket.write(page.ok);
      }
    };
    const page = library.page(request.path);
    if (page instanceof Promise) page.then(send, () => send(null));
    else if (latencyMs > 0) setTimeout(send, latencyMs, page);
    else send(page);
  });
}

/** If-None-Match goes before If-Modified-Since (RFC 9110, 13.2.2). */
function isCurrent(page: Page, headers: Record<string, string>): boolean {
  const etag = headers['if-none-match'];
  return etag === undefined ? headers['if-modified-since'] === page.lastModified : etag === page.etag;
}

function generate(options: GeneratedFeeds): Library {
  const editions = new Map<number, { edition: number; last: number }>();
  const pages = new Map<number, Page>();
  const text = 'An article has a few sentences of text. '.repeat(Math.ceil((options.textLength ?? 1_000) / 40));
  const makePage = (index: number): Page => {
    const { edition, last } = editions.get(index) ?? { edition: 0, last: options.items };
    const items = Array.from({ length: options.items }, (_, offset) => generatedPost(index, last - offset, text));
    return toPage(Buffer.from(rss(items, { title: `Generated feed ${index}` })), 'application/rss+xml', {
      etag: `"${index}-${edition}"`,
      modifiedAt: Date.UTC(2026, 2, 1) + edition * 60_000,
    });
  };
  return {
    page: (pathname) => {
      const index = Number(/^\/feeds\/(\d+)\.xml$/.exec(pathname)?.[1] ?? -1);
      if (index < 0 || index >= options.feeds) return null;
      const page = pages.get(index) ?? makePage(index);
      pages.set(index, page);
      return page;
    },
    publish: (items, indexes) => {
      for (const index of indexes ?? Array.from({ length: options.feeds }, (_, each) => each)) {
        const { edition, last } = editions.get(index) ?? { edition: 0, last: options.items };
        editions.set(index, { edition: edition + 1, last: last + items });
        pages.delete(index);
      }
    },
  };
}

function generatedPost(feed: number, n: number, text: string) {
  return post(n, {
    id: `urn:generated:${feed}:${n}`,
    title: `Feed ${feed}, post ${n}`,
    link: `https://generated.example/${feed}/${n}`,
    description: `<p>Post ${n} of feed ${feed}. ${text}</p>`,
  });
}

function openFolder(folder: string): Library {
  const root = path.resolve(folder);
  const pages = new Map<string, Promise<Page | null>>();
  return {
    page: (pathname) => {
      const file = path.join(root, decodeURIComponent(pathname));
      if (!file.startsWith(root + path.sep)) return null;
      const page = pages.get(file) ?? readPage(file);
      pages.set(file, page);
      return page;
    },
    publish: () => {
      throw new Error('the files of a folder do not change by themselves');
    },
  };
}

async function readPage(file: string): Promise<Page | null> {
  try {
    const [bytes, { mtimeMs }] = await Promise.all([readFile(file), stat(file)]);
    const etag = `"${bytes.length.toString(16)}-${Math.floor(mtimeMs).toString(16)}"`;
    return toPage(bytes, CONTENT_TYPES[path.extname(file)] ?? 'application/octet-stream', {
      etag,
      modifiedAt: mtimeMs,
    });
  } catch {
    return null;
  }
}

const CONTENT_TYPES: Record<string, string> = {
  '.xml': 'text/xml',
  '.rss': 'application/rss+xml',
  '.atom': 'application/atom+xml',
  '.rdf': 'application/rdf+xml',
  '.json': 'application/json',
  '.html': 'text/html',
};

function toPage(body: Uint8Array, contentType: string, version: { etag: string; modifiedAt: number }): Page {
  const lastModified = new Date(version.modifiedAt).toUTCString();
  const validators = `ETag: ${version.etag}\r\nLast-Modified: ${lastModified}\r\n`;
  const head = `HTTP/1.1 200 OK\r\nContent-Type: ${contentType}\r\nContent-Length: ${body.length}\r\n${validators}\r\n`;
  return {
    etag: version.etag,
    lastModified,
    ok: Buffer.concat([Buffer.from(head, 'latin1'), body]),
    notModified: Buffer.from(`HTTP/1.1 304 Not Modified\r\n${validators}\r\n`, 'latin1'),
  };
}

/** 127.0.0.1 for one; for more, addresses of 127.1.0.0/16, which Linux answers without any set-up. */
function loopbackHosts(count: number): string[] {
  if (count <= 1) return ['127.0.0.1'];
  return Array.from({ length: count }, (_, index) => `127.1.${(index + 1) >> 8}.${(index + 1) & 255}`);
}

async function listenOnAll(servers: net.Server[], hosts: string[]): Promise<number> {
  let port = 0;
  for (const [index, server] of servers.entries()) port = await listen(server, hosts[index] ?? '127.0.0.1', port);
  return port;
}

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { stampFile } from './build.ts';
import { securityHeaders } from './security-headers.ts';

type Encoding = 'br' | 'gzip' | 'identity';
type Bytes = Uint8Array<ArrayBuffer>;

interface StoredFile {
  type: string;
  cacheControl: string;
  /** By encoding; `identity` is always there. */
  variants: Partial<Record<Encoding, { body: Bytes; etag: string }>> & { identity: { body: Bytes; etag: string } };
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

const suffixes: ReadonlyArray<readonly [suffix: string, encoding: Encoding]> = [
  ['.br', 'br'],
  ['.gz', 'gzip'],
];

/**
 * Serves the built web app out of memory (under 2 MB). Files whose name holds their hash may be kept for ever, others are
 * asked for again by their ETag. An address that is no file is a page of the app if a page is asked for, else 404.
 */
export async function createFileServer(folder: string): Promise<(request: Request) => Response> {
  const files = await loadFiles(folder);
  const page = files.get('/index.html');
  if (!page) throw new Error(`The web app has not been built: ${join(folder, 'index.html')} is missing.`);
  return (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return plainAnswer(405, { allow: 'GET, HEAD' });
    const { pathname } = new URL(request.url);
    const file = pathname === '/' ? page : files.get(decode(pathname));
    if (file) return fileAnswer(request, file);
    return asksForPage(request, pathname) ? fileAnswer(request, page) : plainAnswer(404);
  };
}

async function loadFiles(folder: string): Promise<Map<string, StoredFile>> {
  const files = new Map<string, StoredFile>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === stampFile || suffixes.some(([suffix]) => entry.name.endsWith(suffix)))
      continue;
    const path = join(entry.parentPath, entry.name);
    const name = `/${relative(folder, path).split(sep).join('/')}`;
    files.set(name, {
      type: types[extname(name)] ?? 'application/octet-stream',
      cacheControl: name.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      variants: await loadVariants(path),
    });
  }
  return files;
}

async function loadVariants(path: string): Promise<StoredFile['variants']> {
  const identity = Uint8Array.from(await readFile(path));
  const variants: StoredFile['variants'] = { identity: { body: identity, etag: etagOf(identity) } };
  for (const [suffix, encoding] of suffixes) {
    const bytes = await readFile(path + suffix).catch(() => null);
    // Each encoding is a representation of its own and so has an ETag of its own (RFC 9110 §8.8.3.3).
    if (bytes) variants[encoding] = { body: Uint8Array.from(bytes), etag: etagOf(bytes) };
  }
  return variants;
}

function etagOf(bytes: Uint8Array): string {
  return `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
}

function fileAnswer(request: Request, file: StoredFile): Response {
  const encoding = chooseEncoding(request.headers.get('accept-encoding') ?? '', file);
  const { body, etag } = file.variants[encoding] ?? file.variants.identity;
  const headers = new Headers({
    ...securityHeaders,
    'content-type': file.type,
    'cache-control': file.cacheControl,
    etag,
    vary: 'accept-encoding',
  });
  if (encoding !== 'identity') headers.set('content-encoding', encoding);
  if (isUnchanged(request.headers.get('if-none-match'), file)) return new Response(null, { status: 304, headers });
  headers.set('content-length', String(body.length));
  return new Response(request.method === 'HEAD' ? null : body, { headers });
}

/** The first of br, gzip that the client takes and the file has. RFC 9110 §12.5.3, without weights: we prefer br. */
function chooseEncoding(accepted: string, file: StoredFile): Encoding {
  const refused = /;\s*q=0(?:\.0*)?\s*$/;
  const wanted = accepted
    .split(',')
    .filter((part) => !refused.test(part))
    .map((part) => part.split(';')[0]?.trim().toLowerCase());
  return (
    (['br', 'gzip'] as const).find((encoding) => wanted.includes(encoding) && file.variants[encoding]) ?? 'identity'
  );
}

function isUnchanged(condition: string | null, file: StoredFile): boolean {
  if (condition === null) return false;
  const etags = Object.values(file.variants).map((variant) => variant.etag);
  return condition.split(',').some((tag) => tag.trim() === '*' || etags.includes(tag.trim().replace(/^W\//, '')));
}

/**
 * Somebody who asks for HTML, as every navigation does, at an address that does not look like a file. Not by
 * Sec-Fetch-Mode: a request that came through the gateway over HTTP was made by `fetch`, which sets its own.
 */
function asksForPage(request: Request, pathname: string): boolean {
  if (/\.[a-z\d]{1,8}$/i.test(pathname) || pathname.startsWith('/assets/')) return false;
  return (request.headers.get('accept') ?? '').includes('text/html');
}

function plainAnswer(status: 404 | 405, headers: Record<string, string> = {}): Response {
  const [code, title] =
    status === 404 ? ['not-found', 'Not found'] : ['method-not-allowed', 'The method is not allowed here'];
  const detail = status === 404 ? 'There is nothing at this address.' : 'Here only GET and HEAD can be used.';
  return new Response(JSON.stringify({ type: `urn:alt:problem:${code}`, title, status, code, detail }), {
    status,
    headers: {
      ...securityHeaders,
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...headers,
    },
  });
}

function decode(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}

import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Problem, readImage } from '@alt/contracts';
import { EgressError } from '@alt/egress';
import type { ImageAddresses } from '@alt/feeds/html/image-address.ts';
import { type Host, type Route, route } from '@alt/service-kit';

const IMAGE_MAXIMUM_BYTES = 10 * 1024 * 1024;
const REFUSED_MS = 10 * 60_000;
const REFUSED_MAXIMUM = 5_000;
const MEGABYTE = 1024 * 1024;

/** Images of articles, fetched by Alt so that publishers do not see who reads; kept in a folder of bounded size. */
export function imageRoute(options: {
  host: Host;
  addresses: ImageAddresses;
  cacheDirectory: string;
  cacheMaximumMegabytes: number;
}): Route {
  const { host, addresses } = options;
  const cache = createImageCache(options.cacheDirectory, options.cacheMaximumMegabytes * MEGABYTE);
  const refused = new Map<string, { problem: Problem; until: number }>();
  const loading = new Map<string, Promise<Uint8Array>>();

  const load = async (url: string): Promise<Uint8Array> => {
    const kept = await cache.read(url);
    if (kept) return kept;
    const past = refused.get(url);
    if (past && Date.now() < past.until) throw past.problem;
    try {
      const bytes = await fetchImage(host, url);
      await cache.write(url, bytes);
      return bytes;
    } catch (error) {
      const problem = toProblem(error);
      if (refused.size >= REFUSED_MAXIMUM) refused.clear();
      refused.set(url, { problem, until: Date.now() + REFUSED_MS });
      throw problem;
    }
  };

  return route(readImage, async ({ params, request }) => {
    const url = addresses.verify(params.signature, params.url);
    if (url === null) throw new Problem('not-found', 'There is no such image.');
    const etag = `"${createHash('sha256').update(url).digest('base64url').slice(0, 22)}"`;
    const headers = {
      etag,
      'cache-control': 'private, max-age=2592000, immutable',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'same-origin',
    };
    if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers });
    const present = loading.get(url) ?? load(url).finally(() => loading.delete(url));
    loading.set(url, present);
    const bytes = await present;
    return new Response(new Uint8Array(bytes), { headers: { ...headers, 'content-type': imageType(bytes) ?? '' } });
  });
}

async function fetchImage(host: Host, url: string): Promise<Uint8Array> {
  const response = await host.egress(url, {
    headers: { accept: 'image/avif,image/webp,image/png,image/jpeg,image/gif,image/*;q=0.8' },
    maxBytes: IMAGE_MAXIMUM_BYTES,
  });
  if (response.status !== 200) {
    throw new Problem('image-refused', `The image's server answered ${response.status}.`);
  }
  if (imageType(response.bytes) === null) {
    throw new Problem('image-refused', 'What the server sent is not an image of a kind that Alt shows.');
  }
  return response.bytes;
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof EgressError) return new Problem('image-refused', error.message, { cause: error });
  throw error;
}

/** The media type by the first bytes, whatever the server said; null for what is no raster image. No SVG: it is code. */
export function imageType(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 16)).toString('latin1');
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (/^GIF8[79]a/.test(head)) return 'image/gif';
  if (/^RIFF....WEBP/s.test(head)) return 'image/webp';
  if (/^....ftypavi[fs]/s.test(head)) return 'image/avif';
  if (head.startsWith('BM')) return 'image/bmp';
  if (head.startsWith('\x00\x00\x01\x00')) return 'image/x-icon';
  return null;
}

function createImageCache(directory: string, maximumBytes: number) {
  let size: Promise<number> | null = null;
  const fileOf = (url: string) => path.join(directory, createHash('sha256').update(url).digest('hex'));

  return {
    async read(url: string): Promise<Uint8Array | null> {
      const file = fileOf(url);
      const bytes = await readFile(file).catch(() => null);
      if (bytes) await utimes(file, new Date(), new Date()).catch(() => undefined);
      return bytes;
    },
    async write(url: string, bytes: Uint8Array): Promise<void> {
      if (bytes.byteLength > maximumBytes) return;
      await mkdir(directory, { recursive: true });
      // Written beside and moved, so that a crash leaves no half image.
      const beside = path.join(directory, `.${randomUUID()}`);
      await writeFile(beside, bytes);
      await rename(beside, fileOf(url));
      size = (size ?? sizeOf(directory)).then((total) => total + bytes.byteLength);
      if ((await size) > maximumBytes) size = trim(directory, maximumBytes * 0.8);
    },
  };
}

async function sizeOf(directory: string): Promise<number> {
  return (await filesOf(directory)).reduce((sum, file) => sum + file.size, 0);
}

/** Removes the images that were looked at least recently until the rest fits. */
async function trim(directory: string, wantedBytes: number): Promise<number> {
  const files = (await filesOf(directory)).toSorted((a, b) => b.usedAt - a.usedAt);
  let total = 0;
  for (const { file, size } of files) {
    if (total + size <= wantedBytes) total += size;
    else await rm(file, { force: true });
  }
  return total;
}

async function filesOf(directory: string) {
  const names = await readdir(directory).catch(() => []);
  const files = await Promise.all(
    names.map(async (name) => {
      const file = path.join(directory, name);
      const { size, mtimeMs } = await stat(file).catch(() => ({ size: 0, mtimeMs: 0 }));
      return { file, size, usedAt: mtimeMs };
    }),
  );
  return files;
}

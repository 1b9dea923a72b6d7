import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { buildFrontend, distFolder } from './build.ts';
import { createFileServer } from './server.ts';

let serve: Awaited<ReturnType<typeof createFileServer>>;
beforeAll(async () => {
  await buildFrontend();
  serve = await createFileServer(distFolder);
});

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  serve(new Request(new URL(path, 'http://alt.example'), { method, headers }));
const page = { accept: 'text/html', 'sec-fetch-mode': 'navigate' };

test('a build that is up to date is not built again', async () => {
  expect(await buildFrontend()).toEqual({ built: false });
});

test('the page is served at every address that a browser navigates to', async () => {
  for (const path of ['/', '/starred', '/feeds/12?entry=3', '/%zz']) {
    const response = get(path, page);
    expect([path, response.status, response.headers.get('cache-control')]).toEqual([path, 200, 'no-cache']);
    expect(await response.text()).toContain('<div id="root">');
  }
});

test('a missing file is 404 and never the page', async () => {
  for (const path of ['/assets/index-missing.js', '/robots.txt', '/favicon.ico']) {
    expect([path, get(path, page).status]).toEqual([path, 404]);
  }
  expect(get('/starred', { accept: '*/*', 'sec-fetch-mode': 'cors' }).status).toBe(404);
  expect(await get('/nothing').json()).toMatchObject({ code: 'not-found', status: 404 });
});

test('files whose name holds their hash may be kept for ever, in the encoding that the browser takes', async () => {
  const name = (await readdir(join(distFolder, 'assets'))).find((file) => /^index-.*\.js$/.test(file)) ?? '';
  const plain = get(`/assets/${name}`);
  expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(plain.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  const text = await plain.text();
  const brotli = get(`/assets/${name}`, { 'accept-encoding': 'gzip, deflate, br, zstd' });
  expect(brotli.headers.get('content-encoding')).toBe('br');
  expect(brotli.headers.get('vary')).toBe('accept-encoding');
  expect(brotliDecompressSync(await brotli.bytes()).toString()).toBe(text);
  const gzipped = get(`/assets/${name}`, { 'accept-encoding': 'br;q=0, gzip' });
  expect(gzipped.headers.get('content-encoding')).toBe('gzip');
  expect(gunzipSync(await gzipped.bytes()).toString()).toBe(text);
  expect(get(`/assets/${name}`, { 'accept-encoding': 'identity' }).headers.get('content-encoding')).toBeNull();
});

test('what has not changed is not sent again; HEAD sends no body; other methods are refused', async () => {
  const first = get('/', page);
  const etag = first.headers.get('etag') ?? '';
  const second = get('/', { ...page, 'if-none-match': `W/"other", ${etag}` });
  expect([second.status, await second.text(), second.headers.get('etag')]).toEqual([304, '', etag]);
  const head = get('/', page, 'HEAD');
  expect([head.status, await head.text()]).toEqual([200, '']);
  expect(Number(head.headers.get('content-length'))).toBe((await first.bytes()).length);
  expect(get('/', page, 'POST').status).toBe(405);
});

test('paths cannot lead out of the folder', () => {
  for (const path of ['/..%2f..%2fpackage.json', '/assets/..%2f..%2fservice.ts', '/sources.sha256', '/index.html.br']) {
    expect([path, get(path).status]).toEqual([path, 404]);
  }
});

test('every answer carries the security headers; the policy allows no inline script or style and no other origin', () => {
  for (const response of [get('/', page), get('/missing.js'), get('/', page, 'POST')]) {
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain(
      "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:;",
    );
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin');
  }
});

test('the first load has at most 150 kB of script, compressed', async () => {
  const html = await get('/', page).text();
  const atOnce = [...html.matchAll(/(?:src|href)="(\/[^"]+\.js)"/g)].map((match) => match[1] ?? '');
  const languages = (await readdir(join(distFolder, 'assets'))).filter((file) => /^(?:en|ja|ru)-.*\.js$/.test(file));
  const size = async (path: string) => (await get(path, { 'accept-encoding': 'gzip' }).bytes()).length;
  const sizes = await Promise.all(atOnce.map(size));
  const largestLanguage = Math.max(...(await Promise.all(languages.map((file) => size(`/assets/${file}`)))));
  const total = sizes.reduce((sum, bytes) => sum + bytes, largestLanguage);
  expect(atOnce.length).toBeGreaterThan(1);
  expect(total).toBeLessThan(150_000);
});

test('the page names no other origin and has no inline script or style', async () => {
  const html = await get('/', page).text();
  expect(html).not.toMatch(/https?:\/\//);
  expect(html).not.toMatch(/<style|style=|<script(?![^>]*\bsrc=)/);
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startStaticFeeds } from './static-feeds.ts';

test('serves generated feeds with validators, and publishes new articles', async () => {
  const feeds = await startStaticFeeds({ feeds: 3, items: 5 });
  onTestFinished(feeds.stop);
  const first = await fetch(feeds.url(1));
  const etag = first.headers.get('etag') ?? '';
  const modified = first.headers.get('last-modified') ?? '';
  expect((await first.text()).match(/<item>/g)).toHaveLength(5);
  expect((await fetch(feeds.url(1), { headers: { 'if-none-match': etag } })).status).toBe(304);
  expect((await fetch(feeds.url(1), { headers: { 'if-modified-since': modified } })).status).toBe(304);
  feeds.publish(2, [1]);
  const second = await fetch(feeds.url(1), { headers: { 'if-none-match': etag } });
  expect(second.status).toBe(200);
  expect(await second.text()).toContain('urn:generated:1:7');
  expect((await fetch(feeds.url(2), { headers: { 'if-none-match': '"2-0"' } })).status).toBe(304);
  expect((await fetch(`${feeds.origin}/feeds/3.xml`)).status).toBe(404);
  expect(feeds.served()).toEqual({ ok: 2, notModified: 3, missing: 1 });
});

test.runIf(process.platform === 'linux')('spreads feeds over loopback hosts', async () => {
  const feeds = await startStaticFeeds({ feeds: 300, items: 1, hosts: 300 });
  onTestFinished(feeds.stop);
  expect(new Set(feeds.urls.map((url) => new URL(url).hostname)).size).toBe(300);
  expect((await fetch(feeds.url(299))).status).toBe(200);
});

test('serves the files of a folder and nothing outside it', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'static-feeds-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(path.join(folder, 'a b.atom'), '<feed/>');
  const feeds = await startStaticFeeds({ folder });
  onTestFinished(feeds.stop);
  const response = await fetch(feeds.url('a b.atom'));
  expect(response.headers.get('content-type')).toBe('application/atom+xml');
  expect(await response.text()).toBe('<feed/>');
  expect((await fetch(`${feeds.origin}/..%2f..%2fetc%2fpasswd`)).status).toBe(404);
  expect((await fetch(`${feeds.origin}/none.xml`)).status).toBe(404);
});

import { createHmac } from 'node:crypto';
import { statement } from '@alt/database';
import { post, posts, rss } from '@alt/testing/hostile/index.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSite, type TestSite } from './test-site.ts';
import { startTestPreProcessor, type TestPreProcessor, until } from './testing.ts';
import { isSigned } from './websub.ts';

let alt: TestPreProcessor;
let site: TestSite;
let feedId: number;
let hub: { id: string; secret: string };

beforeEach(async () => {
  alt = await startTestPreProcessor({ environment: { ALT_PUBLIC_URL: 'https://alt.example' } });
  site = await startSite({ '/hub': { status: 202 } });
  const channel = `<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="hub" href="${site.origin}/hub"/><atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="self" href="${site.origin}/topic"/>`;
  site.pages['/feed'] = { body: rss(posts(3), { channel }) };
  [feedId = 0] = await alt.follow([`${site.origin}/feed`]);
  await until(async () => (await hubs()).length === 1);
  const stop = await alt.another(); // its upkeep looks for hubs at once
  await until(() => site.requests.some(({ path }) => path === '/hub'));
  await stop();
  [hub = { id: '', secret: '' }] = await hubs();
});
afterEach(async () => {
  await alt.stop();
  await site.stop();
});

function hubs() {
  return alt.rows.all<{ id: string; secret: string; state: string; lease_until: Date; next_attempt_at: Date }>(
    statement('test-hubs', 'select * from websub_subscriptions'),
  );
}

function verify(changes: Record<string, string> = {}) {
  const query = new URLSearchParams({
    'hub.mode': 'subscribe',
    'hub.topic': `${site.origin}/topic`,
    'hub.challenge': 'nonce-1',
    'hub.lease_seconds': '864000',
    ...changes,
  });
  return alt.peer(`/internal/websub/${hub.id}?${query}`);
}

function push(body: string, secret = hub.secret) {
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  return alt.peer(`/internal/websub/${hub.id}`, { method: 'POST', body, headers: { 'x-hub-signature': signature } });
}

test('a hub is asked with our callback, and its question is answered only for what was asked', async () => {
  const asked = new URLSearchParams(site.requests.find(({ path }) => path === '/hub')?.body);
  expect(Object.fromEntries(asked)).toMatchObject({
    'hub.mode': 'subscribe',
    'hub.topic': `${site.origin}/topic`,
    'hub.callback': `https://alt.example/v1/websub/${hub.id}`,
    'hub.secret': hub.secret,
  });
  expect((await verify({ 'hub.topic': 'https://elsewhere.example/' })).status).toBe(404);
  const answer = await verify();
  expect([answer.status, await answer.text()]).toEqual([200, 'nonce-1']);
  const [active] = await hubs();
  expect(active?.state).toBe('active');
  // Renewed before the lease ends.
  expect(active?.next_attempt_at.getTime()).toBeLessThan(active?.lease_until.getTime() ?? 0);
});

test('what a hub brings is stored like a poll, and polls become rare', async () => {
  await verify();
  expect((await push(rss([post(4)]))).status).toBe(202);
  expect((await alt.articles(feedId)).map(({ title }) => title)).toContain('Post number 4');
  expect(await alt.articles(feedId)).toHaveLength(4);
  await alt.poll([feedId]);
  expect(await alt.articles(feedId)).toHaveLength(4);
  expect((await alt.feed(feedId)).next_poll_at.getTime()).toBeGreaterThan(Date.now() + 21 * 3_600_000);
});

test('a forged delivery is answered alike and changes nothing', async () => {
  await verify();
  expect((await push(rss([post(5)]), 'guessed')).status).toBe(202);
  const unsigned = await alt.peer(`/internal/websub/${hub.id}`, { method: 'POST', body: rss([post(5)]) });
  expect(unsigned.status).toBe(202);
  expect(await alt.articles(feedId)).toHaveLength(3);
});

test('a hub that refuses is not asked again soon', async () => {
  await verify({ 'hub.mode': 'denied', 'hub.reason': 'no' });
  expect((await hubs())[0]).toMatchObject({ state: 'refused', error: 'no' });
  expect((await push(rss([post(5)]))).status).toBe(404);
});

test('signatures of every allowed kind are checked', () => {
  const body = Buffer.from('news');
  for (const algorithm of ['sha1', 'sha256', 'sha384', 'sha512']) {
    const signature = createHmac(algorithm, 's').update(body).digest('hex');
    expect(isSigned(body, `${algorithm}=${signature}`, 's')).toBe(true);
    expect(isSigned(body, `${algorithm}=${signature.slice(2)}`, 's')).toBe(false);
  }
  const md5 = createHmac('md5', 's').update(body).digest('hex');
  for (const header of [null, '', 'sha256', 'sha256=', `md5=${md5}`]) expect(isSigned(body, header, 's')).toBe(false);
});

import { startStaticFeeds } from '@alt/testing/hostile/index.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestPreProcessor, type TestPreProcessor } from './testing.ts';

let alt: TestPreProcessor;
beforeAll(async () => {
  alt = await startTestPreProcessor();
});
afterAll(() => alt.stop());

describe('a feed that a reader follows', () => {
  test('is polled, stored and delivered, and polled again conditionally', async () => {
    const site = await startStaticFeeds({ feeds: 3, items: 20 });
    const ids = await alt.follow(site.urls);
    await alt.settled();
    for (const id of ids) {
      expect(await alt.articles(id)).toHaveLength(20);
      const feed = await alt.feed(id);
      expect(feed).toMatchObject({ state: 'ok', error_code: null, claimed_by: null, last_status: 200 });
    }
    await alt.poll(ids);
    expect(site.served()).toMatchObject({ ok: 3, notModified: 3 });
    await site.stop();
  });
});

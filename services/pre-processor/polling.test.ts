import { statement } from '@alt/database';
import { post, posts, rss, startStaticFeeds } from '@alt/testing/hostile/index.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startSite } from './test-site.ts';
import { READER, startTestPreProcessor, type TestPreProcessor, until } from './testing.ts';

let alt: TestPreProcessor;
beforeEach(async () => {
  alt = await startTestPreProcessor();
});
afterEach(() => alt.stop());

describe('feeds that readers follow', () => {
  test('are polled, stored and delivered, and polled again conditionally', async () => {
    const site = await startStaticFeeds({ feeds: 30, items: 20 });
    const ids = await alt.follow(site.urls);
    await alt.settled();
    for (const id of ids) {
      expect(await alt.articles(id)).toHaveLength(20);
      expect(await alt.feed(id)).toMatchObject({ state: 'ok', error_code: null, claimed_by: null, last_status: 200 });
    }
    await alt.poll(ids);
    expect(site.served()).toMatchObject({ ok: 30, notModified: 30 });
    site.publish(2, [0]);
    await alt.poll(ids);
    expect(site.served()).toMatchObject({ ok: 31, notModified: 59 });
    expect(await alt.articles(ids[0] ?? 0)).toHaveLength(22);
    expect(await entryCount()).toBe(602);
    await site.stop();
  });

  test('are polled once however many processes there are, and again where a process died', async () => {
    const site = await startStaticFeeds({ feeds: 40, items: 5 });
    const stops = await Promise.all([alt.another(), alt.another()]);
    const ids = await alt.follow(site.urls);
    await alt.settled();
    expect(site.served().ok).toBe(40);
    expect(await entryCount()).toBe(200);
    await Promise.all(stops.map((stop) => stop()));
    await alt.rows.script(
      `update feeds set next_poll_at = now(), claimed_by = 'dead', claimed_until = now() + interval '1 hour'`,
    );
    await alt.rows.script('notify alt_polls');
    await alt.rows.script(`update feeds set claimed_until = now() - interval '1 second'`);
    await alt.poll(ids);
    expect(await entryCount()).toBe(200);
    await site.stop();
  });

  test('are asked under our name, with the number of their readers and the validators as they came', async () => {
    const headers = { etag: 'W/"odd, \'quoted\'"', 'last-modified': 'yesterday, more or less' };
    const site = await startSite({ '/feed': { body: rss(posts(1)), headers } });
    const [id = 0] = await alt.follow([`${site.origin}/feed`]);
    await alt.follow([`${site.origin}/feed`], { ...READER, userId: READER.tenantId });
    await alt.settled();
    await alt.poll([id]);
    const last = site.requests.at(-1);
    expect(last?.headers['user-agent']).toMatch(
      /^Alt\/\d+\.\d+\.\d+ \((\+https?:\/\/.+|self-hosted feed reader); 2 subscribers\)$/,
    );
    expect(last?.headers).toMatchObject({
      'if-none-match': headers.etag,
      'if-modified-since': headers['last-modified'],
    });
    expect(last?.headers).not.toHaveProperty('cookie');
    await site.stop();
  });

  test('reach more readers than one transaction serves', async () => {
    const site = await startSite({ '/feed': { body: rss(posts(2)) } });
    const [id = 0] = await alt.follow([`${site.origin}/feed`]);
    await alt.settled();
    await alt.rows.script(`
      insert into readers (user_id, tenant_id) select uuidv7(), '${READER.tenantId}' from generate_series(1, 450);
      insert into subscriptions (reader_id, feed_id) select id, ${id} from readers where id > 1;
      insert into counters (reader_id, feed_id) select id, ${id} from readers where id > 1;
      update feeds set subscriber_count = 451;`);
    site.pages['/feed'] = { body: rss([post(3), ...posts(2)]) };
    await alt.poll([id]);
    expect(await entryCount()).toBe(2 + 200);
    const stop = await alt.another(); // its upkeep looks at once
    await until(async () => (await entryCount()) === 2 + 451);
    await stop();
    expect(await alt.rows.all(statement('test-miscounted', 'select * from miscounted()'))).toEqual([]);
    await site.stop();
  });
});

test('health tells of database and scheduler, metrics of polls', async () => {
  const site = await startStaticFeeds({ feeds: 1, items: 3 });
  await alt.follow(site.urls);
  await alt.settled();
  const health = await (await alt.peer('/v1/health')).json();
  expect(health).toMatchObject({ status: 'ok', dependencies: { database: 'ok', scheduler: 'ok' } });
  await until(async () => (await (await alt.peer('/metrics')).text()).includes('alt_polls_total{result="stored"} 1'));
  const metrics = await (await alt.peer('/metrics')).text();
  expect(metrics).toMatch(/alt_articles_stored_total\{kind="new"\} 3/);
  expect(metrics).toMatch(/alt_feeds_due 0/);
  await site.stop();
});

async function entryCount(): Promise<number> {
  const row = await alt.rows.one<{ count: number }>(
    statement('test-entry-count', 'select count(*) as count from entries'),
  );
  return row?.count ?? 0;
}

import { hash } from 'node:crypto';
import { Problem, type Recap, type RecapCluster } from '@alt/contracts';
import { statement } from '@alt/database';
import { parseFeed } from '@alt/feeds';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { creatorStream, makeReader, openBackend, standIn, type TestBackend, type TestClient } from '../testing.ts';
import { foldInto, liveIn, NOW, openRecaps, recapCreator } from './testing.ts';

const ADA = makeReader(1);
const EVE = makeReader(2);
const yesterday = (time: string) => new Date(`2026-11-20T${time}:00Z`);

let backend: TestBackend;
beforeEach(async () => {
  backend = await openBackend();
});
afterEach(() => backend.drop());

test('a recap has the stories of the day, each once, with how many tell it and why it is in it', async () => {
  const one = await backend.makeFeed('one', ADA);
  const two = await backend.makeFeed('two', ADA);
  const head = await backend.makeArticle(one, {
    title: 'Bridge opens',
    text: 'The bridge opened.',
    at: yesterday('08:00'),
  });
  const other = await backend.makeArticle(two, { title: 'New bridge', text: 'A bridge.', at: yesterday('09:00') });
  await foldInto(backend, head, other);
  await backend.makeArticle(one, { title: 'Rain', text: 'It rains.', summary: 'Rain fell.', at: yesterday('23:59') });
  await backend.makeArticle(one, { title: 'Today', at: new Date('2026-11-21T00:00:00Z') });
  await backend.makeArticle(one, { title: 'Before', at: new Date('2026-11-19T23:59:59Z') });
  const { client } = openRecaps(backend, recapCreator());
  const { items, unavailable } = await list(client, '?period=daily');
  expect(unavailable).toBeNull();
  expect(items).toHaveLength(1);
  expect(items[0]).toMatchObject({
    period: 'daily',
    date: '2026-11-20',
    timeZone: 'UTC',
    from: '2026-11-20T00:00:00.000Z',
    to: '2026-11-21T00:00:00.000Z',
    isFinal: true,
    articleCount: 3,
    storyCount: 2,
    engine: 'extractive',
  });
  const stories = storiesOf(items[0]);
  expect(stories.map(({ title }) => title)).toEqual(['Bridge opens', 'Rain']);
  expect(stories[0]).toMatchObject({
    id: String(head),
    summary: 'The bridge opened.',
    articleCount: 2,
    feedCount: 2,
    feed: { title: 'one' },
    reasons: [{ code: 'many-feeds', count: 2 }],
    articles: [{ id: String(other), title: 'New bridge', feed: { title: 'two' } }],
  });
  expect(stories[1]?.summary).toBe('Rain fell.');
});

test('the day is that of the reader’s time zone', async () => {
  const feed = await backend.makeFeed('one', ADA, EVE);
  await liveIn(backend, ADA, 'Asia/Tokyo');
  await liveIn(backend, EVE, 'America/New_York');
  await backend.makeArticle(feed, { title: 'Late', at: yesterday('15:30') });
  const { client } = openRecaps(backend, recapCreator());
  const titles = async (as: typeof ADA, date: string) =>
    storiesOf((await list(client, `?date=${date}`, as)).items[0]).map(({ title }) => title);
  expect(await titles(ADA, '2026-11-20')).toEqual([]);
  expect(await titles(ADA, '2026-11-21')).toEqual(['Late']);
  expect(await titles(EVE, '2026-11-20')).toEqual(['Late']);
});

test('what arrives a little late is news of when it came; the back numbers of a new feed are not', async () => {
  const feed = await backend.makeFeed('one', ADA);
  await backend.makeArticle(feed, {
    title: 'Polled late',
    at: new Date('2026-11-19T22:00:00Z'),
    receivedAt: yesterday('01:00'),
  });
  await backend.makeArticle(feed, {
    title: 'Old',
    at: new Date('2026-11-10T22:00:00Z'),
    receivedAt: yesterday('01:00'),
  });
  const { client } = openRecaps(backend, recapCreator());
  expect(storiesOf((await list(client, '?date=2026-11-20')).items[0]).map(({ title }) => title)).toEqual([
    'Polled late',
  ]);
  expect(storiesOf((await list(client, '?date=2026-11-19')).items[0])).toEqual([]);
  expect(storiesOf((await list(client, '?date=2026-11-10')).items[0]).map(({ title }) => title)).toEqual(['Old']);
});

test('a recap is built once and stays as it was; one whose time is not over is built again later', async () => {
  const feed = await backend.makeFeed('one', ADA);
  await backend.makeArticle(feed, { title: 'First', at: yesterday('10:00') });
  const creator = recapCreator();
  const { client, clock } = openRecaps(backend, creator);
  const [first, again] = [await list(client, '?date=2026-11-20'), await list(client, '?date=2026-11-20')];
  expect(again).toEqual(first);
  expect(creator.asked).toHaveLength(1);
  const running = await list(client, '?date=2026-11-21');
  expect(running.items[0]).toMatchObject({ isFinal: false, storyCount: 0, engine: null });
  await backend.makeArticle(feed, { title: 'Second', at: NOW });
  clock.now = new Date(NOW.getTime() + 3_600_000);
  const later = await list(client, '?date=2026-11-21');
  expect(storiesOf(later.items[0]).map(({ title }) => title)).toEqual(['Second']);
  expect(later.items[0]?.id).toBe(running.items[0]?.id);
});

test('of two who ask at once one builds', async () => {
  const feed = await backend.makeFeed('one', ADA);
  await backend.makeArticle(feed, { title: 'First', at: yesterday('10:00') });
  const creator = recapCreator();
  const { client } = openRecaps(backend, creator);
  const both = await Promise.all([list(client, '?date=2026-11-20'), list(client, '?date=2026-11-20')]);
  expect(both[0]).toEqual(both[1]);
  expect(creator.asked).toHaveLength(1);
});

test('of one reader two are built at once at most, and the next is told to wait; others build theirs', async () => {
  const feed = await backend.makeFeed('one', ADA, EVE);
  for (const day of [16, 17, 18]) {
    await backend.makeArticle(feed, { title: `Day ${day}`, at: new Date(`2026-11-${day}T09:00:00Z`) });
  }
  const gate = Promise.withResolvers<void>();
  const creator = recapCreator();
  const slow: typeof creator = Object.assign(
    async (...asked: Parameters<typeof creator>) => {
      const answer = creator(...asked);
      await gate.promise;
      return answer;
    },
    { asked: creator.asked },
  );
  const { client, keeping } = openRecaps(backend, slow);
  const ask = (day: number, as = ADA) => client('GET', `/v1/recaps?date=2026-11-${day}`, { as });
  const running = [ask(16), ask(17)];
  await expect.poll(() => creator.asked.length).toBe(2);
  const refused = await ask(18);
  expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([429, 30]);
  running.push(ask(16), ask(18, EVE)); // the same again is no other
  await expect.poll(() => creator.asked.length).toBe(3);
  gate.resolve();
  expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect((await ask(18)).status).toBe(200);
  await keeping.stop();
});

test('a recap is told from the summaries that the reader sees: of their language, none where they want none', async () => {
  const one = await backend.makeFeed('one', ADA);
  const two = await backend.makeFeed('two', ADA);
  const seen = await backend.makeArticle(one, {
    title: 'Seen',
    text: 'Long.',
    summary: 'In English.',
    at: yesterday('08:00'),
  });
  await backend.makeArticle(two, { title: 'Off', text: 'The text.', summary: 'Unwanted.', at: yesterday('09:00') });
  await backend.superuser.script(`update readers set settings = '{"language": "ru"}';
    update subscriptions set wants_summary = false where feed_id = ${two};
    insert into article_summaries (article_id, language, engine, content_hash, summary)
      values (${seen}, 'ru', 'extractive', '', 'По-русски.');
    update article_summaries set created_at = now() + interval '1 hour' where language = 'en'`);
  const creator = recapCreator();
  const { client } = openRecaps(backend, creator);
  await list(client, '?period=daily');
  const [{ body }] = creator.asked as unknown as [{ body: { clusters: RecapCluster[] } }];
  const told = body.clusters.flatMap(({ articles }) =>
    articles.map(({ title, text, language }) => [title, text, language]),
  );
  expect(told.toSorted()).toEqual([
    ['Off', 'The text.', 'en'],
    ['Seen', 'По-русски.', 'ru'],
  ]);
});

test('somebody who began today sees today, and everybody a daily and a weekly one', async () => {
  const feed = await backend.makeFeed('one', ADA);
  await backend.makeArticle(feed, { title: 'Today', at: NOW });
  const { client } = openRecaps(backend, recapCreator());
  const { items } = await list(client);
  expect(items.map(({ period, date, isFinal }) => [period, date, isFinal])).toEqual([
    ['daily', '2026-11-21', false],
    ['weekly', '2026-11-16', false],
  ]);
});

test('stars, reads and the reader’s tags go into it', async () => {
  const feed = await backend.makeFeed('one', ADA);
  const ids: number[] = [];
  for (const title of ['a', 'b', 'c']) ids.push(await backend.makeArticle(feed, { title, at: yesterday('10:00') }));
  await backend.superuser.script(`
    update entries set is_starred = true where article_id = ${ids[0]};
    update entries set read_at = now(), is_read = true where article_id = ${ids[1]};
    insert into tags (tenant_id, name, normalised) values ('${ADA.tenantId}', 'science', 'science')`);
  await backend.superuser.script(`insert into article_tags (tenant_id, tag_id, article_id, sort_at, score)
    select tenant_id, t.id, a.id, a.sort_at, 1 from tags t, articles a where a.id in (${ids[0]}, ${ids[1]})`);
  const creator = recapCreator();
  const { client } = openRecaps(backend, creator);
  const { items } = await list(client, '?date=2026-11-20');
  expect(items[0]?.topics.map(({ name }) => name).toSorted()).toEqual(['News', 'science']);
  const [{ body }] = creator.asked as unknown as [
    { body: { interests: string[]; clusters: { id: string; starredCount: number; readCount: number }[] } },
  ];
  expect(body.interests).toEqual(['science']);
  const clusterOf = (id: number | undefined) => body.clusters.find((cluster) => cluster.id === String(id));
  expect(clusterOf(ids[0])).toMatchObject({ starredCount: 1, readCount: 0 });
  expect(clusterOf(ids[1])).toMatchObject({ starredCount: 0, readCount: 1 });
});

test('news-creator puts nothing into a recap that it was not given', async () => {
  const feed = await backend.makeFeed('one', ADA);
  const id = await backend.makeArticle(feed, { title: 'Real', at: yesterday('10:00') });
  const story = (clusterId: string, articleId: string) => ({
    clusterId,
    articleId,
    title: 'Invented',
    summary: 's',
    sentences: [],
    score: 1,
    reasons: [],
  });
  const creator = standIn(() =>
    creatorStream({
      type: 'result',
      result: {
        topics: [
          { name: 'A', stories: [story(String(id), '42'), story('42', '42'), story(String(id), String(id))] },
          { name: 'B', stories: [story('43', '43')] },
        ],
        leftOut: [],
        engine: 'ollama/test',
      },
    }),
  );
  const { client } = openRecaps(backend, creator);
  const { items } = await list(client, '?date=2026-11-20');
  expect(items[0]?.topics).toMatchObject([{ name: 'A', stories: [{ id: String(id), title: 'Real' }] }]);
});

test('pages lead to the end, the latest first, without empty ones', async () => {
  const feed = await backend.makeFeed('one', ADA);
  for (const day of ['2026-11-10', '2026-11-11', '2026-11-12']) {
    await backend.makeArticle(feed, { title: day, at: new Date(`${day}T10:00:00Z`) });
  }
  const { client } = openRecaps(backend, recapCreator());
  for (const day of ['2026-11-10', '2026-11-11', '2026-11-12', '2026-11-13']) await list(client, `?date=${day}`);
  const dates: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page = await list(client, `?period=daily&limit=2${cursor && `&cursor=${cursor}`}`);
    dates.push(...page.items.map(({ date }) => date));
    cursor = page.nextCursor;
  }
  expect(dates).toEqual(['2026-11-12', '2026-11-11', '2026-11-10']);
});

describe('an outage of news-creator', () => {
  const down = async () => {
    throw new Problem('unavailable', 'news-creator is not available just now. Try again in a moment.');
  };

  test('is said, stores nothing, and is over when it is over', async () => {
    const feed = await backend.makeFeed('one', ADA);
    await backend.makeArticle(feed, { title: 'First', at: yesterday('10:00') });
    const broken = openRecaps(backend, down);
    for (const query of ['?date=2026-11-20', '?period=daily', '']) {
      const response = await broken.client('GET', `/v1/recaps${query}`, { as: ADA });
      expect(response.status).toBe(503);
      const code = query.startsWith('?date') ? {} : { unavailableCode: 'outage' };
      expect(await response.json()).toMatchObject({ code: 'unavailable', ...code });
    }
    expect((await list(openRecaps(backend, recapCreator()).client, '?date=2026-11-20')).items[0]?.storyCount).toBe(1);
  });

  test('leaves the recaps that are there, and says why there is no newer one', async () => {
    const feed = await backend.makeFeed('one', ADA);
    await backend.makeArticle(feed, { title: 'First', at: new Date('2026-11-18T10:00:00Z') });
    await backend.makeArticle(feed, { title: 'Second', at: yesterday('10:00') });
    await list(openRecaps(backend, recapCreator()).client, '?date=2026-11-18');
    const { items, unavailable, unavailableCode } = await list(openRecaps(backend, down).client, '?period=daily');
    expect(items.map(({ date }) => date)).toEqual(['2026-11-18']);
    expect(unavailable).toMatch(/news-creator is not available/);
    expect(unavailableCode).toBe('outage');
  });
});

describe('one recap', () => {
  const nasty = '<script>alert(1)</script> & "quotes" [x](javascript:alert(1)) *star*';

  test('comes as JSON, as a page and as Markdown, with nothing of the articles’ markup alive', async () => {
    const feed = await backend.makeFeed('one', ADA);
    await backend.makeArticle(feed, { title: nasty, text: nasty, url: 'javascript:alert(2)', at: yesterday('10:00') });
    await backend.makeArticle(feed, { title: 'Good', url: 'https://one.example/a?b=1&c="2"', at: yesterday('11:00') });
    const { client } = openRecaps(backend, recapCreator());
    const [recap] = (await list(client, '?date=2026-11-20')).items;
    const get = (format: string) => client('GET', `/v1/recaps/${recap?.id}?format=${format}`, { as: ADA });
    expect(await (await get('json')).json()).toEqual(recap);
    const html = await get('html');
    expect(html.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const page = await html.text();
    const style = hash('sha256', /<style>(.*)<\/style>/.exec(page)?.[1] ?? '', 'base64');
    const policy = html.headers.get('content-security-policy') ?? '';
    expect(policy.split('; ').slice(0, 2)).toEqual(["default-src 'none'", `style-src 'sha256-${style}'`]);
    expect(page).not.toMatch(/<script|href="javascript/i);
    expect(page).toContain('Recap of November 20, 2026');
    expect(page).toContain('href="https://one.example/a?b=1&#38;c=&#34;2&#34;"');
    const markdown = await (await get('markdown')).text();
    expect(markdown).toContain('# Recap of November 20, 2026');
    expect(markdown).toContain('](<https://one.example/a?b=1&c="2">)');
    expect(markdown).toContain('\\<script\\>');
    expect(markdown).not.toContain('](javascript');
    expect((await get('pdf')).status).toBe(400);
  });

  test('of another reader is not there', async () => {
    const feed = await backend.makeFeed('one', ADA, EVE);
    await backend.makeArticle(feed, { title: 'First', at: yesterday('10:00') });
    const { client } = openRecaps(backend, recapCreator());
    const [recap] = (await list(client, '?date=2026-11-20')).items;
    for (const format of ['json', 'html', 'markdown']) {
      const response = await client('GET', `/v1/recaps/${recap?.id}?format=${format}`, { as: EVE });
      expect(response.status).toBe(404);
    }
    for (const id of ['1', 'x', '018f0000-0000-7000-8000-000000000001']) {
      expect((await client('GET', `/v1/recaps/${id}`, { as: ADA })).status).toBe(404);
    }
    expect((await client('GET', `/v1/recaps/${recap?.id}`)).status).toBe(401);
  });
});

describe('the private feed', () => {
  test('is RSS that a feed reader reads, has the recaps, and knows what it said before', async () => {
    const { client, url } = await makeFeed();
    const response = await client('GET', url);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('application/rss+xml');
    const outcome = parseFeed(new Uint8Array(await response.arrayBuffer()), { url: `https://alt.example${url}` });
    expect(outcome).toMatchObject({ feed: { items: [{ title: 'Recap of November 20, 2026' }] } });
    expect(JSON.stringify(outcome)).toContain('First &lt; &amp; last');
    const etag = response.headers.get('etag') ?? '';
    expect((await client('GET', url, { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  test('ends with its secret: a new address ends the old one, and deleting ends both', async () => {
    const { client, url } = await makeFeed();
    const next = await feedAddress(client);
    expect((await client('GET', url)).status).toBe(404);
    expect((await client('GET', next)).status).toBe(200);
    expect(await (await client('GET', '/v1/recaps/delivery', { as: ADA })).json()).toMatchObject({
      feed: { isEnabled: true },
    });
    expect((await client('DELETE', '/v1/recaps/feed', { as: ADA })).status).toBe(204);
    expect((await client('GET', next)).status).toBe(404);
    for (const secret of ['x', '%00', 'null', ' ']) {
      expect((await client('GET', `/v1/recaps/feed/${encodeURIComponent(secret)}`)).status).toBe(404);
    }
  });

  test('is empty before the first recap, and not there for who left or is suspended', async () => {
    await backend.makeFeed('one', ADA);
    const { client } = openRecaps(backend, recapCreator());
    const url = await feedAddress(client);
    expect((await client('GET', url)).status).toBe(200);
    await backend.superuser.script('update tenants set suspended_at = now()');
    expect((await client('GET', url)).status).toBe(404);
    await backend.superuser.script('update tenants set suspended_at = null; update readers set purge_after = now()');
    expect((await client('GET', url)).status).toBe(404);
  });

  async function makeFeed() {
    const feed = await backend.makeFeed('one', ADA);
    await backend.makeArticle(feed, { title: 'First < & last', at: yesterday('10:00') });
    const { client } = openRecaps(backend, recapCreator());
    await list(client, '?date=2026-11-20');
    return { client, url: await feedAddress(client) };
  }

  async function feedAddress(client: TestClient): Promise<string> {
    const response = await client('POST', '/v1/recaps/feed', { as: ADA });
    expect(response.status).toBe(201);
    const { url } = (await response.json()) as { url: string };
    expect(url).toMatch(/^https:\/\/alt\.example\/v1\/recaps\/feed\/[\w-]{43}$/);
    return new URL(url).pathname;
  }
});

test('the database alone, as the service’s own role, shows another reader nothing', async () => {
  const feed = await backend.makeFeed('one', ADA);
  await backend.makeArticle(feed, { title: 'First', at: yesterday('10:00') });
  const { client } = openRecaps(backend, recapCreator());
  await list(client, '?date=2026-11-20');
  await client('POST', '/v1/recaps/feed', { as: ADA });
  const count = statement<{ recaps: number; outlets: number }>(
    'recap_test_seen',
    'select (select count(*) from recaps)::int as recaps, (select count(*) from recap_outlets)::int as outlets',
  );
  expect(await backend.asReader(ADA, (tx) => tx.one(count))).toEqual({ recaps: 1, outlets: 1 });
  expect(await backend.asReader(EVE, (tx) => tx.one(count))).toEqual({ recaps: 0, outlets: 0 });
  await expect(backend.database.one(count)).rejects.toThrow(/alt\.(user|tenant)_id|invalid input syntax/);
  const claim = statement('recap_test_steal', `select * from recap_feed('\\x00', 10)`);
  expect(await backend.database.all(claim)).toEqual([]);
});

test.each([
  '?period=monthly',
  '?date=yesterday',
  '?date=2026-02-30',
  '?date=2026-12-24',
  '?date=2019-01-01',
  '?date=0000-00-00',
  '?limit=0',
  '?cursor=x',
])('a bad question is refused: %s', async (query) => {
  await backend.makeFeed('one', ADA);
  const { client } = openRecaps(backend, recapCreator());
  expect((await client('GET', `/v1/recaps${query}`, { as: ADA })).status).toBe(400);
});

test('with the reader’s data their recaps and the secret of the feed go', async () => {
  const feed = await backend.makeFeed('one', ADA);
  await backend.makeArticle(feed, { title: 'First', at: yesterday('10:00') });
  const { client } = openRecaps(backend, recapCreator());
  await list(client, '?date=2026-11-20');
  await client('POST', '/v1/recaps/feed', { as: ADA });
  await backend.superuser.script(
    `update readers set purge_after = now() - interval '1 day'; select purge_leavers(1000)`,
  );
  const count = statement<{ n: number }>(
    'recap_test_left',
    'select (select count(*) from recaps)::int + (select count(*) from recap_outlets)::int as n',
  );
  expect(await backend.superuser.one(count)).toEqual({ n: 0 });
});

// ------------------------------------------------------------------ asking

interface Listed {
  items: Recap[];
  nextCursor: string | null;
  unavailable: string | null;
  unavailableCode: string | null;
}

async function list(client: TestClient, query = '', as = ADA): Promise<Listed> {
  const response = await client('GET', `/v1/recaps${query}`, { as });
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as Listed;
}

function storiesOf(recap: Recap | undefined) {
  return recap?.topics.flatMap(({ stories }) => stories) ?? [];
}

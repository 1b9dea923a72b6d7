import { type Database, statement } from '@alt/database';
import { countInbound, type InboundItem, settledInbound, writeInbound } from '@alt/pipeline';
import { type HostileItem, post, posts, rss } from '@alt/testing/hostile/index.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readDocument } from '../document.ts';
import { loadFeed } from '../store/feeds.ts';
import { storeDocuments } from '../storing.ts';
import { READER, startTestPreProcessor, type TestPreProcessor, until } from '../testing.ts';

const FEED = 'http://192.0.2.1/feed';
const COLLEAGUE = { ...READER, userId: '00000000-0000-7000-8000-000000000002' };
const STRANGER = {
  userId: '00000000-0000-7000-8000-000000000003',
  tenantId: '00000000-0000-7000-8000-0000000000a3',
};

let alt: TestPreProcessor;
let role: Database;
let backend: Database;
let feedId: number;

beforeEach(async () => {
  alt = await startTestPreProcessor();
  role = alt.database.connectAs('pre_processor');
  backend = alt.database.connectAs('alt_backend');
  [feedId = 0] = await alt.follow([FEED]);
  await alt.settled();
  // An address that nothing polls: these tests store by hand.
  await alt.rows.script(`update feeds set next_poll_at = 'infinity', last_success_at = null, error_count = 0`);
});
afterEach(() => alt.stop());

describe('an item from elsewhere', () => {
  test('becomes an article with its text, its place by its date, and its state', async () => {
    await bring([
      item(1),
      item(2, { isRead: true }),
      item(3, { isStarred: true, labels: ['To  do', 'Ünï'], publishedAt: '2011-05-05T10:00:00Z' }),
    ]);
    expect(await entries()).toEqual([
      { title: 'Post number 2', is_read: true, is_starred: false, labels: [], year: 2026 },
      { title: 'Post number 1', is_read: false, is_starred: false, labels: [], year: 2026 },
      { title: 'Post number 3', is_read: false, is_starred: true, labels: ['To do', 'Ünï'], year: 2011 },
    ]);
    const articles = await alt.articles(feedId);
    expect(articles.at(-1)?.content_html).toContain('The text of post 3');
    expect(await stagesOf(articles[0]?.id)).toContain('index');
    expect(await miscounted()).toEqual([]);
    const results = await asReader((tx) => settledInbound(tx, 'elsewhere', 10));
    expect(results.map(({ itemId, state }) => [itemId, state])).toEqual([
      ['1', 'done'],
      ['2', 'done'],
      ['3', 'done'],
    ]);
    expect(results.map(({ articleId }) => articleId).toSorted()).toEqual(articles.map(({ id }) => id).toSorted());
  });

  test('is taken once, however often and by however many it is written', async () => {
    const other = await alt.another();
    try {
      await Promise.all([bring(many(120)), bring(many(120)), bring(many(120), READER, 'again')]);
      expect(await alt.articles(feedId)).toHaveLength(120);
      expect(await entries()).toHaveLength(120);
      expect(await miscounted()).toEqual([]);
    } finally {
      await other();
    }
  });

  test('is cleaned as what a poll brings', async () => {
    const contentHtml = `<p onclick="x()">Text</p><script>alert(1)</script><a href="javascript:x()">a</a><img src="/a.png">`;
    await bring([item(1, { contentHtml, title: 'Salt &amp; <b>pepper</b>\0\ud800', labels: ['\0'] })]);
    const [article] = await alt.articles(feedId);
    expect(article?.content_html).not.toMatch(/script|onclick/);
    expect(article?.content_html).toContain('https://hostile.example/a.png');
    expect(article?.title).toBe('Salt & <b>pepper</b>\ufffd');
  });

  test('that has nothing to show, or is of no feed of theirs, is told so', async () => {
    const [unfollowed = 0] = await alt.addFeeds(['http://192.0.2.2/feed']);
    await bring([
      item(1, { title: null, contentHtml: null }),
      item(2, { feedId: unfollowed }),
      item(3, { feedId: unfollowed, isStarred: true }),
    ]);
    expect(await asReader((tx) => settledInbound(tx, 'elsewhere', 10))).toMatchObject([
      { itemId: '1', state: 'failed', reason: 'empty' },
      { itemId: '2', state: 'skipped', reason: 'not-followed' },
      { itemId: '3', state: 'done' },
    ]);
    const [privateFeed = 0] = await alt.addFeeds(['http://192.0.2.3/feed'], READER.tenantId);
    expect(await asReader((tx) => writeInbound(tx, 'elsewhere', [item(4, { feedId: privateFeed })]), STRANGER)).toBe(0);
  });

  test('that was removed comes again only if it is kept', async () => {
    await bring([item(1), item(2, { isStarred: true })]);
    await alt.rows.script(`
      insert into tombstones (feed_id, identity) select feed_id, identity from articles;
      delete from entries; delete from articles`);
    await bring([item(1), item(2, { isStarred: true })], READER, 'again');
    expect((await entries()).map(({ title }) => title)).toEqual(['Post number 2']);
    expect(await asReader((tx) => settledInbound(tx, 'again', 10))).toMatchObject([
      { state: 'skipped', reason: 'removed' },
      { state: 'done' },
    ]);
  });
});

describe('an item from elsewhere and the same item of a poll are one article with one entry', () => {
  test.for([
    ['the same address', {}],
    ['an address with a tracker', { url: 'http://www.hostile.example/posts/1/?utm_source=elsewhere' }],
    ['the guid that the source tells', { url: 'https://other.example/x', guid: 'urn:hostile:post:1' }],
    ['title and text alone', { url: 'https://redirector.example/x/1' }],
  ] as const)('by %s, whichever comes first', async ([, changes]) => {
    const long = `<p>${'A text that is long enough to tell it from others. '.repeat(3)}</p>`;
    const same = { title: 'Post number 1', contentHtml: long, ...changes };
    await bring([item(1, { ...same, isStarred: true })]);
    const [before] = await alt.articles(feedId);
    await store([post(1, { description: long }), post(2)]);
    expect(await alt.articles(feedId)).toHaveLength(2);
    expect((await alt.articles(feedId)).find(({ id }) => id === before?.id)?.title).toBe('Post number 1');
    expect(await entries()).toMatchObject([
      { title: 'Post number 2', is_starred: false },
      { title: 'Post number 1', is_starred: true },
    ]);
    // Again, now that the poll's is here.
    await bring([item(1, { ...same, isRead: true })], READER, 'again');
    await store([post(1, { description: long }), post(2)]);
    expect(await entries()).toMatchObject([
      { title: 'Post number 2', is_read: false },
      { title: 'Post number 1', is_starred: true, is_read: true },
    ]);
    expect(await miscounted()).toEqual([]);
  });

  test('the text of the feed goes before the copy, and everybody else gets the article only from the feed', async () => {
    await alt.follow([FEED], STRANGER);
    await bring([item(1, { contentHtml: '<p>A forged text.</p>', isRead: true })]);
    expect(await entries(STRANGER)).toEqual([]);
    await store(posts(1));
    const [article] = await alt.articles(feedId);
    expect(article?.content_html).toContain('The text of post 1');
    expect(await entries(STRANGER)).toMatchObject([{ title: 'Post number 1', is_read: false }]);
    expect(await entries()).toMatchObject([{ title: 'Post number 1', is_read: true }]);
  });

  test('an address that several items share tells none of them', async () => {
    const link = 'https://hostile.example/changelog';
    await bring([item(1, { url: link, title: 'Brought' })]);
    await store([post(2, { link }), post(3, { link })]);
    expect((await entries()).map(({ title }) => title)).toEqual(['Post number 3', 'Post number 2', 'Brought']);
    await bring([item(4, { url: link, title: 'Brought later' })], READER, 'again');
    expect(await alt.articles(feedId)).toHaveLength(3);
  });

  test.each([
    ['together', 3],
    ['one by one', 1],
  ])('two items of one address that are called differently are two articles, brought %s', async (_how, batch) => {
    const url = 'https://hostile.example/changelog';
    const long = (word: string) =>
      `<p>${`A text about ${word} that is long enough to tell it from others. `.repeat(3)}</p>`;
    const items = [
      item(1, { url, title: 'Release 1', contentHtml: long('one'), isRead: true }),
      item(2, { url, title: 'Release 2', contentHtml: long('two'), isStarred: true }),
      item(3, { url, title: 'Release 3', contentHtml: long('three') }),
    ];
    const expected = [
      { title: 'Release 3', is_read: false, is_starred: false },
      { title: 'Release 2', is_read: false, is_starred: true },
      { title: 'Release 1', is_read: true, is_starred: false },
    ];
    for (let from = 0; from < items.length; from += batch) await bring(items.slice(from, from + batch));
    expect(await entries()).toMatchObject(expected);
    // The same again, also under ids that say when they were asked for, and by somebody else.
    await bring(items.map((one) => ({ ...one, itemId: `${one.itemId}/7` })));
    await bring(items, READER, 'again');
    expect(await entries()).toMatchObject(expected);
    // Polls know them by their texts.
    await store([
      post(1, { link: url, title: 'Release 1', description: long('one') }),
      post(2, { link: url, title: 'Release 2', description: long('two') }),
      post(3, { link: url, title: 'Release 3', description: long('three') }),
    ]);
    expect(await entries()).toMatchObject(expected);
    expect(await alt.articles(feedId)).toHaveLength(3);
    expect(await miscounted()).toEqual([]);
  });

  test('what two tenants brought is apart until the feed shows it, and one from then on', async () => {
    await alt.follow([FEED], COLLEAGUE);
    await alt.follow([FEED], STRANGER);
    await bring([item(1, { contentHtml: '<p>One text.</p>', isStarred: true })]);
    await bring([item(1, { contentHtml: '<p>Another text.</p>', labels: ['Mine'] })], STRANGER);
    await bring([item(1, { contentHtml: '<p>A third text.</p>', isRead: true })], COLLEAGUE);
    expect((await alt.articles(feedId)).map(({ text }) => text).toSorted()).toEqual(['Another text.', 'One text.']);
    await store(posts(2));
    await store(posts(2));
    expect(await alt.articles(feedId)).toHaveLength(2);
    expect(await entries()).toMatchObject([{}, { title: 'Post number 1', is_starred: true, is_read: false }]);
    expect(await entries(STRANGER)).toMatchObject([{}, { title: 'Post number 1', labels: ['Mine'] }]);
    expect(await entries(COLLEAGUE)).toMatchObject([{}, { title: 'Post number 1', is_read: true, labels: [] }]);
    expect(await miscounted()).toEqual([]);
  });
});

test('what the reader did here since is not undone, and what polls and rules did does not hinder', async () => {
  await store(posts(3));
  // Held back until the reader has acted.
  await alt.rows.script(`
    create function hold() returns trigger language plpgsql as 'begin new.next_attempt_at := now() + interval ''1 hour''; return new; end';
    create trigger hold before insert on inbound_items for each row execute function hold()`);
  await asReader((tx) =>
    writeInbound(
      tx,
      'elsewhere',
      [1, 2, 3].map((n) => item(n, { isRead: true, isStarred: true })),
    ),
  );
  await alt.rows.script(`
    update readers set revision = revision + 1;
    update entries e set is_read = false, revision = (select max(revision) from readers)
      where article_id = (select id from articles where title = 'Post number 2');
    drop trigger hold on inbound_items; update inbound_items set next_attempt_at = now(); notify alt_inbound`);
  await settled('elsewhere');
  expect(await entries()).toMatchObject([
    { title: 'Post number 3', is_read: true, is_starred: true },
    { title: 'Post number 2', is_read: false, is_starred: false },
    { title: 'Post number 1', is_read: true, is_starred: true },
  ]);
});

test('rules judge news when it comes, once, and for those who get it; an archive they leave alone', async () => {
  const recent = { publishedAt: new Date(Date.now() - 3_600_000).toISOString() };
  await alt.follow([FEED], COLLEAGUE);
  await alt.rows.script(`
    insert into rules (tenant_id, owner_id, name, query, actions)
    select tenant_id, id, 'Star', 'post', '{"star": true}' from readers`);
  await bring([item(1, recent), item(2), item(3, { ...recent, title: 'Another', contentHtml: '<p>Words.</p>' })]);
  expect(await starred()).toEqual(['Post number 1']);
  expect(await entries(COLLEAGUE)).toEqual([]);
  // What the reader changes back stays so, also when the poll shows the article; the colleague gets it then, and is judged then.
  await alt.rows.script('update readers set revision = revision + 1; update entries set is_starred = false');
  await bring([item(1, recent)], READER, 'again');
  await store(posts(1));
  expect(await starred()).toEqual([]);
  expect(await starred(COLLEAGUE)).toEqual(['Post number 1']);
  expect(await miscounted()).toEqual([]);
});

async function starred(reader = READER): Promise<string[]> {
  return (await entries(reader)).filter(({ is_starred }) => is_starred).map(({ title }) => title);
}

test('a feed that becomes another one takes its waiting items along', async () => {
  const [other = 0] = await alt.follow(['http://192.0.2.9/feed']);
  await alt.rows.script(`update feeds set next_poll_at = 'infinity'`);
  await bring([item(1)]);
  await alt.rows.run(statement('test-merge', 'select merge_feeds($1, $2)'), [feedId, other]);
  expect(await entries()).toMatchObject([{ title: 'Post number 1' }]);
  feedId = other;
  await store(posts(1));
  expect(await alt.articles(other)).toHaveLength(1);
});

function item(n: number, changes: Partial<InboundItem> = {}): InboundItem {
  const { title, link, date, description } = post(n);
  return {
    feedId,
    itemId: String(n),
    url: link,
    title,
    publishedAt: date === null ? null : new Date(date).toISOString(),
    contentHtml: description,
    isRead: false,
    isStarred: false,
    labels: [],
    ...changes,
  };
}

function many(count: number): InboundItem[] {
  return Array.from({ length: count }, (_, index) => item(index + 1));
}

function asReader<T>(work: Parameters<typeof backend.asReader<T>>[1], reader = READER): Promise<T> {
  return backend.asReader(reader, work);
}

/** Writes items into the inbox and waits until they are settled. */
async function bring(items: InboundItem[], reader = READER, source = 'elsewhere'): Promise<void> {
  await asReader((tx) => writeInbound(tx, source, items), reader);
  await settled(source, reader);
}

function settled(source: string, reader = READER): Promise<void> {
  return until(async () =>
    (await asReader((tx) => countInbound(tx, source), reader)).every(({ state }) => state !== 'waiting'),
  );
}

async function store(items: HostileItem[]): Promise<void> {
  const bytes = Buffer.from(rss(items));
  const document = readDocument({ bytes, url: FEED, contentType: null, knownHash: null, isFirst: false });
  const feed = await loadFeed(role, feedId);
  if (document.kind !== 'feed' || !feed) throw new Error('the test document is no feed');
  const answer = { status: 200, etag: null, lastModified: null, maxAgeSeconds: 0, permanentUrl: null };
  await storeDocuments(role, [{ feed, answer, document }], null);
  await alt.rows.script(`update feeds set next_poll_at = 'infinity'`);
}

interface Entry {
  title: string;
  is_read: boolean;
  is_starred: boolean;
  labels: string[];
  year: number;
}

/** A reader's list, the newest first. */
function entries(reader = READER): Promise<Entry[]> {
  return alt.rows.all(
    statement(
      'test-entries',
      `select a.title, e.is_read, e.is_starred, extract(year from e.sort_at)::int as year, array(
         select l.name from entry_labels x join labels l on l.id = x.label_id
         where x.article_id = e.article_id and x.reader_id = e.reader_id order by l.name) as labels
       from entries e join articles a on a.id = e.article_id join readers r on r.id = e.reader_id
       where r.user_id = $1 and e.is_listed order by e.sort_at desc`,
    ),
    [reader.userId],
  );
}

async function stagesOf(articleId: number | undefined): Promise<string[]> {
  const rows = await alt.rows.all<{ stage: string }>(
    statement('test-stages', 'select stage from article_stages where article_id = $1'),
    [articleId],
  );
  return rows.map(({ stage }) => stage);
}

function miscounted() {
  return alt.rows.all(statement('test-miscounted', 'select * from miscounted()'));
}

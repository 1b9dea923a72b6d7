import { type Database, type Queryable, statement } from '@alt/database';
import { type HostileItem, post, posts, rss } from '@alt/testing/hostile/index.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FeedDocument, readDocument } from './document.ts';
import { loadFeed } from './store/feeds.ts';
import { storeDocuments } from './storing.ts';
import { READER, startTestPreProcessor, type TestPreProcessor } from './testing.ts';

let alt: TestPreProcessor;
let role: Database;
let feedId: number;

beforeEach(async () => {
  alt = await startTestPreProcessor();
  role = alt.database.connectAs('pre_processor');
  // An address that nothing polls: these tests store by hand.
  [feedId = 0] = await alt.follow(['http://192.0.2.1/feed']);
  await alt.settled();
  await alt.rows.script(`update feeds set next_poll_at = 'infinity', last_success_at = null, error_count = 0`);
});
afterEach(() => alt.stop());

describe('storing a document', () => {
  test('takes at most six statements, however many items it has', async () => {
    expect(await statementsOf(() => store(posts(900)))).toBeLessThanOrEqual(6);
    const changed = posts(900, 910).map((item) => ({ ...item, title: `${item.title}, corrected` }));
    expect(await statementsOf(() => store(changed))).toBeLessThanOrEqual(6);
    expect(await alt.articles(feedId)).toHaveLength(910);
  });

  test('leaves nothing half done, whichever statement fails', async () => {
    await store(posts(3));
    const next = [post(5), ...posts(3).map((item) => ({ ...item, title: `${item.title}, corrected` }))];
    const before = await everything();
    for (let failing = 1; failing <= 6; failing += 1) {
      await expect(store(next, { failAt: failing })).rejects.toThrow('the test says no');
      expect(await everything()).toEqual(before);
    }
    await store(next);
    expect(await alt.articles(feedId)).toHaveLength(4);
    expect(await miscounted()).toEqual([]);
  });

  test('edits in place: same id and place, and the reader learns it', async () => {
    await store(posts(3));
    const before = await alt.articles(feedId);
    const revision = await revisionOfReader();
    await store([post(3, { title: 'A better title', date: new Date().toUTCString() }), ...posts(2)]);
    const after = await alt.articles(feedId);
    expect(after.map(({ id, sort_at }) => ({ id, sort_at }))).toEqual(
      before.map(({ id, sort_at }) => ({ id, sort_at })),
    );
    expect(after[0]?.title).toBe('A better title');
    expect(await revisionOfReader()).toBeGreaterThan(revision);
  });

  test('changes nothing where nothing changed', async () => {
    await store(posts(3));
    const revision = await revisionOfReader();
    const result = await store([...posts(3)].reverse());
    expect(result).toMatchObject({ newCount: 0, changedCount: 0 });
    expect(await revisionOfReader()).toBe(revision);
  });

  test('keeps what the feed says of comments, places and episodes', async () => {
    const inside = `<comments>https://h.example/1#c</comments><slash:comments>4</slash:comments>
      <wfw:commentRss>https://h.example/1.xml</wfw:commentRss><georss:point>59.9 10.7</georss:point>
      <georss:featurename>Aker\ud800 Brygge</georss:featurename><itunes:season>2</itunes:season>
      <podcast:transcript url="https://h.example/1.vtt" type="text/vtt"/>`;
    await store(`<item><guid>1</guid>${inside}</item><item><guid>2</guid><title>Plain</title></item>`);
    expect(await details()).toMatchObject([
      {
        title: 'Untitled',
        comment_count: 4,
        details: {
          commentsFeedUrl: 'https://h.example/1.xml',
          location: { latitude: 59.9, longitude: 10.7, name: 'Aker\ufffd Brygge' },
          podcast: {
            transcripts: [{ url: 'https://h.example/1.vtt', type: 'text/vtt' }],
            season: 2,
            persons: [],
            isExplicit: false,
          },
        },
      },
      { title: 'Plain', comment_count: null, details: null },
    ]);
    const revision = await revisionOfReader();
    await store(
      `<item><guid>1</guid>${inside.replace('59.9', '60')}</item><item><guid>2</guid><title>Plain</title></item>`,
    );
    expect((await details())[0]).toMatchObject({ details: { location: { latitude: 60 } } });
    expect(await revisionOfReader()).toBeGreaterThan(revision);
  });

  test('counts comments anew without telling anybody, and without touching the text', async () => {
    const item = (n: number, count: number | null) =>
      `<item><guid>${n}</guid><title>Number ${n}</title><description>Text ${n}</description>${count === null ? '' : `<slash:comments>${count}</slash:comments>`}</item>`;
    await store(item(1, 1) + item(2, null) + item(3, 3));
    const revision = await revisionOfReader();
    const places = await contentPlaces();
    expect(await statementsOf(() => store(item(1, 8) + item(2, 9) + item(3, null)))).toBeLessThanOrEqual(6);
    expect(await details()).toMatchObject([
      { title: 'Number 1', comment_count: 8 },
      { title: 'Number 2', comment_count: 9 },
      { title: 'Number 3', comment_count: null },
    ]);
    expect(await store(item(1, 8) + item(2, 10) + item(3, null))).toMatchObject({ newCount: 0, changedCount: 0 });
    expect((await details())[1]).toMatchObject({ title: 'Number 2', comment_count: 10 });
    expect(await revisionOfReader()).toBe(revision);
    expect(await contentPlaces()).toEqual(places);
    await store(item(3, null) + item(2, 10).replace('Text', 'Other text') + item(1, 9));
    expect(await details()).toMatchObject([
      { title: 'Number 1', comment_count: 9 },
      { title: 'Number 2', comment_count: 10 },
      { title: 'Number 3', comment_count: null },
    ]);
  });

  test('takes a flood of new guids with known links for a rewrite, once and for ever', async () => {
    await store(posts(6));
    const ids = (await alt.articles(feedId)).map(({ id }) => id);
    const rewritten = posts(6).map((item, index) => ({ ...item, id: `new-${index}`, title: `${item.title} (moved)` }));
    await store(rewritten);
    expect((await alt.articles(feedId)).map(({ id }) => id)).toEqual(ids);
    await store(rewritten.map((item) => ({ ...item, link: `${item.link}?again` })));
    expect((await alt.articles(feedId)).map(({ id }) => id)).toEqual(ids);
  });

  test('takes one item with a new guid for a new article, unless nothing else about it changed', async () => {
    await store(posts(3));
    await store([post(3, { id: 'another', title: 'The same address, a new story' }), ...posts(2)]);
    expect(await alt.articles(feedId)).toHaveLength(4);
    await store([
      post(3, { id: 'another', title: 'The same address, a new story' }),
      post(2, { id: 'just renamed' }),
      post(1),
    ]);
    expect(await alt.articles(feedId)).toHaveLength(4);
  });

  test('takes items that all link to one page for what they are', async () => {
    const home = { link: 'https://hostile.example/' };
    await store(posts(4).map((item) => ({ ...item, ...home })));
    await store(posts(4, 8).map((item) => ({ ...item, ...home })));
    expect(await alt.articles(feedId)).toHaveLength(8);
  });

  test('keeps articles apart that share a guid, while their namesakes come and go', async () => {
    const same = (n: number) => post(n, { id: 'shared' });
    await store([same(1)]);
    await store([same(2), same(1)]);
    await store([same(3), same(2), same(1)]);
    await store([same(3)]);
    const titles = (await alt.articles(feedId)).map(({ title }) => title).sort();
    expect(titles).toEqual(['Post number 1', 'Post number 2', 'Post number 3']);
  });

  test('never brings back what was purged', async () => {
    await store(posts(3));
    const purge = `
      insert into tombstones (feed_id, identity) select feed_id, identity from articles where title = 'Post number 2';
      delete from entries where article_id in (select id from articles where title = 'Post number 2');
      delete from articles where title = 'Post number 2';`;
    // May meet those who work on the article, and is then the one who tries again.
    await alt.rows.script(purge);
    await store(posts(4));
    expect((await alt.articles(feedId)).map(({ title }) => title)).not.toContain('Post number 2');
    expect(await alt.articles(feedId)).toHaveLength(3);
  });

  test('sorts what comes late no earlier than a week before the last poll, and the first document as it is', async () => {
    const old = { date: 'Mon, 01 Jan 2001 00:00:00 GMT' };
    await store([post(1, old)]);
    await store([post(2, old), post(1, old)]);
    const [late, first] = await alt.articles(feedId);
    expect(first?.sort_at).toEqual(new Date('2001-01-01'));
    expect(late?.title).toBe('Post number 2');
    expect(late?.sort_at.getTime()).toBeGreaterThan(Date.now() - 7.01 * 86_400_000);
  });

  test('keeps the order of the document where there are no dates', async () => {
    const items = posts(5).map((item) => ({ ...item, date: null }));
    await store(items);
    expect((await alt.articles(feedId)).map(({ title }) => title)).toEqual(items.map(({ title }) => title));
  });

  test('does nothing for a feed that another worker has taken meanwhile', async () => {
    await alt.rows.script(`update feeds set claimed_by = 'somebody else', claimed_until = now() + interval '1 minute'`);
    expect(await store(posts(3), { worker: 'us' })).toBeNull();
    expect(await alt.articles(feedId)).toEqual([]);
  });

  test('stores several feeds at once, each for its own readers', async () => {
    const [second = 0] = await alt.follow(['http://192.0.2.1/second'], { ...READER, userId: READER.tenantId });
    const feeds = await Promise.all([loadFeed(role, feedId), loadFeed(role, second)]);
    const tasks = feeds.flatMap((feed, index) =>
      feed ? [{ feed, answer: ANSWER, document: documentOf(posts(index + 2)) }] : [],
    );
    await storeDocuments(role, tasks, null);
    expect(await alt.articles(feedId)).toHaveLength(2);
    expect(await alt.articles(second)).toHaveLength(3);
    const entries = await alt.rows.all(
      statement('test-entries', 'select reader_id, feed_id, count(*)::integer from entries group by 1, 2 order by 2'),
    );
    expect(entries).toMatchObject([
      { feed_id: feedId, count: 2 },
      { feed_id: second, count: 3 },
    ]);
    expect(await miscounted()).toEqual([]);
  });
});

const ANSWER = { status: 200, etag: '"1"', lastModified: null, maxAgeSeconds: 0, permanentUrl: null };

function documentOf(items: HostileItem[] | string, isFirst = false): FeedDocument {
  const bytes = Buffer.from(typeof items === 'string' ? `<rss><channel>${items}</channel></rss>` : rss(items));
  const document = readDocument({ bytes, url: 'http://192.0.2.1/feed', contentType: null, knownHash: null, isFirst });
  if (document.kind !== 'feed') throw new Error('the test document is no feed');
  return document;
}

async function store(items: HostileItem[] | string, options: { failAt?: number; worker?: string } = {}) {
  const feed = await loadFeed(role, feedId);
  if (!feed) throw new Error('there is no feed');
  const database = watched(options.failAt ?? Number.POSITIVE_INFINITY);
  const [result] = await storeDocuments(
    database,
    [{ feed, answer: ANSWER, document: documentOf(items) }],
    options.worker ?? null,
  );
  return result;
}

/** What is kept of the namespaces of each article, in document order. */
function details() {
  return alt.rows.all(
    statement(
      'test-details',
      `select title, comment_count, x.details from articles join article_contents x on x.article_id = id order by id desc`,
    ),
  );
}

/** Where the texts lie on disk: a row that is written anew lies elsewhere. */
function contentPlaces() {
  return alt.rows.all(statement('test-places', 'select article_id, ctid::text from article_contents order by 1'));
}

let statements = 0;

async function statementsOf(work: () => Promise<unknown>): Promise<number> {
  statements = 0;
  await work();
  return statements;
}

/** The role's database, which counts statements inside transactions and fails at the nth of each. */
function watched(failAt: number): Database {
  return {
    ...role,
    transaction: (work, options) =>
      role.transaction((tx) => {
        let count = 0;
        const watch = async <Result>(run: () => Promise<Result>): Promise<Result> => {
          count += 1;
          statements += 1;
          const result = await run();
          if (count === failAt) throw new Error('the test says no');
          return result;
        };
        const watchedTx: Queryable = {
          all: (sql, values) => watch(() => tx.all(sql, values)),
          one: (sql, values) => watch(() => tx.one(sql, values)),
          run: (sql, values) => watch(() => tx.run(sql, values)),
          script: (sql) => watch(() => tx.script(sql)),
        };
        return work(watchedTx);
      }, options),
  };
}

async function everything(): Promise<unknown> {
  return alt.rows.all(
    statement(
      'test-everything',
      `select (select jsonb_agg(a order by id) from articles a) as articles, (select jsonb_agg(e order by article_id) from entries e) as entries,
         (select jsonb_agg(c) from counters c) as counters, (select jsonb_agg(f order by id) from feeds f) as feeds,
         (select jsonb_agg(d) from feed_documents d) as documents, (select jsonb_agg(r order by id) from readers r) as readers`,
    ),
  );
}

function miscounted() {
  return alt.rows.all(statement('test-miscounted', 'select * from miscounted()'));
}

async function revisionOfReader(): Promise<number> {
  const row = await alt.rows.one<{ revision: number }>(
    statement('test-revision', 'select max(revision) as revision from readers'),
  );
  return row?.revision ?? 0;
}

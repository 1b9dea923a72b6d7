import { type Database, statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { deliverNext } from '../delivering.ts';
import { readDocument } from '../document.ts';
import { loadFeed } from '../store/feeds.ts';
import { storeDocuments } from '../storing.ts';
import { actOnWaiting } from './waiting.ts';

const TENANT = '018f0000-0000-7000-8000-0000000000a1';
const OTHER_TENANT = '018f0000-0000-7000-8000-0000000000b1';
const userOf = (n: number) => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;

let database: TestDatabase;
let rows: Database;
let role: Database;
/** Readers 1 and 2 are of one tenant, 3 of another. */
let feedId: number;

beforeAll(async () => {
  database = await createTestDatabase();
  rows = database.superuser('alt');
  role = database.connectAs('pre_processor');
});
afterAll(() => database.drop());

beforeEach(async () => {
  await rows.script(`
    truncate tenants, feeds, hosts, articles, rule_waits, deliveries restart identity cascade;
    insert into tenants (id) values ('${TENANT}'), ('${OTHER_TENANT}');
    insert into readers (user_id, tenant_id) values ('${userOf(1)}', '${TENANT}'), ('${userOf(2)}', '${TENANT}'), ('${userOf(3)}', '${OTHER_TENANT}');
    insert into hosts (host) values ('a.example');
    insert into feeds (url, host, title) values ('https://a.example/feed', 'a.example', 'Tides');`);
  feedId = 1;
  await follow(1);
  await follow(2);
  await follow(3);
});

describe('a rule at arrival', () => {
  test('marks read, stars, labels and hides, for its reader alone, and the counters know', async () => {
    const label = await makeLabel(1, 'Sea');
    await makeRule(1, 'ebb', { markRead: true });
    await makeRule(1, 'flood', { star: true, labelIds: [label] });
    await makeRule(1, 'sponsored', { hide: true });
    await store([item('Ebb'), item('Flood'), item('Sponsored'), item('Calm')]);
    expect(await entries(1)).toEqual([
      { title: 'Calm', isRead: false, isStarred: false, hiddenReason: null, labels: [] },
      { title: 'Ebb', isRead: true, isStarred: false, hiddenReason: null, labels: [] },
      { title: 'Flood', isRead: false, isStarred: true, hiddenReason: null, labels: ['Sea'] },
      { title: 'Sponsored', isRead: false, isStarred: false, hiddenReason: 'rule', labels: [] },
    ]);
    expect(await unread()).toEqual([2, 4, 4]);
    expect(
      (await entries(2)).every(({ isRead, isStarred, hiddenReason }) => !isRead && !isStarred && !hiddenReason),
    ).toBe(true);
    expect(await hits()).toEqual(['1: Ebb', '1: Flood', '1: Sponsored']);
    const untold = statement(
      'test-untold',
      `select from rule_hits h join entries e on e.article_id = h.article_id and e.reader_id = h.reader_id
       join readers r on r.id = h.reader_id where e.revision <> r.revision`,
    );
    expect(await rows.all(untold)).toEqual([]);
    await counted();
  });

  test('asks for what the reader calls the feed, where they put it, its address, author and language', async () => {
    await rows.script(`
      update subscriptions set title = 'My sea' where reader_id = 1;
      insert into folders (tenant_id, owner_id, name) values ('${TENANT}', 1, 'Outer');
      insert into folders (tenant_id, owner_id, parent_id, name) values ('${TENANT}', 1, 1, 'Inner');
      insert into subscription_folders (reader_id, subscription_id, folder_id) values (1, 1, 2);`);
    const found = [
      'feed:"my sea"',
      'folder:outer ebb',
      'folder:inner',
      'feed:a.example',
      'author:ada',
      'inurl:ebb-1',
      'lang:en',
      '"slow ebb" -has:audio',
      'tide* OR nothing',
    ];
    const missed = ['feed:tides', 'folder:other', 'author:bo', 'intitle:harbour', 'lang:ja', 'has:audio', '-ebb'];
    for (const query of [...found, ...missed]) await makeRule(1, query, { star: true }, { name: query });
    await store([{ ...item('Ebb'), link: 'https://a.example/ebb-1', ...LONG, author: 'Ada Lovelace' }]);
    const names = await rows.all<{ name: string }>(
      statement('test-hit-names', 'select u.name from rule_hits h join rules u on u.id = h.rule_id order by 1'),
    );
    expect(names.map(({ name }) => name)).toEqual(found.toSorted());
  });

  test('that is off, that another tenant shares, or that came later does nothing', async () => {
    await makeRule(1, 'ebb', { markRead: true }, { isEnabled: false });
    await makeRule(null, 'ebb', { markRead: true }, { tenant: OTHER_TENANT });
    await store([item('Ebb')]);
    await makeRule(1, 'ebb', { markRead: true });
    await store([item('Ebb')]);
    expect((await entries(1))[0]).toMatchObject({ isRead: false });
    expect((await entries(2))[0]).toMatchObject({ isRead: false });
    expect((await entries(3))[0]).toMatchObject({ isRead: true });
  });

  test('that a tenant shares acts for each of its readers but who switched it off, and its label comes to all', async () => {
    const label = await makeLabel(null, 'Ours');
    const rule = await makeRule(null, 'ebb', { markRead: true, labelIds: [label] });
    await rows.script(`insert into rule_switches (rule_id, reader_id) values (${rule}, 2)`);
    await store([item('Ebb')]);
    expect(await entries(1)).toMatchObject([{ isRead: true, labels: ['Ours'] }]);
    expect(await entries(2)).toMatchObject([{ isRead: false, labels: ['Ours'] }]);
    expect(await entries(3)).toMatchObject([{ isRead: false, labels: [] }]);
    const kept = await rows.all(statement('test-shared-labels', 'select label_id, added_by from article_labels'));
    expect(kept).toEqual([{ label_id: label, added_by: null }]);
    await counted();
  });

  test('takes no label that is not its reader’s, or gone', async () => {
    const foreign = await makeLabel(2, 'Foreign');
    const gone = await makeLabel(1, 'Gone');
    await makeRule(1, 'ebb', { star: true, labelIds: [foreign, gone] });
    await rows.script(`delete from labels where id = ${gone}`);
    await store([item('Ebb')]);
    expect(await entries(1)).toMatchObject([{ isStarred: true, labels: [] }]);
  });

  test('acts once: what its reader changes afterwards stays, also when the article is edited', async () => {
    await makeRule(1, 'ebb', { markRead: true, star: true });
    await store([item('Ebb')]);
    await rows.script(
      `update entries set is_read = false, is_starred = false, revision = revision + 1 where reader_id = 1`,
    );
    await store([{ ...item('Ebb'), description: 'The ebb, corrected.' }]);
    expect(await entries(1)).toMatchObject([{ isRead: false, isStarred: false }]);
    await counted();
  });

  test('leaves nothing half done: articles, entries and what rules did come together or not at all', async () => {
    await makeRule(1, 'ebb', { markRead: true });
    for (let failing = 1; failing <= 8; failing += 1) {
      await expect(store([item('Ebb')], failing)).rejects.toThrow('the test says no');
      expect(await entries(1)).toEqual([]);
    }
    await store([item('Ebb')]);
    expect(await entries(1)).toMatchObject([{ isRead: true }]);
    await counted();
  });

  test('that changes while its articles are stored acts as it stood before or after, and its label may go', async () => {
    const label = await makeLabel(1, 'Sea');
    const rule = await makeRule(1, 'ebb', { star: true, labelIds: [label] });
    await store([item('Ebb')], Number.POSITIVE_INFINITY, async (name) => {
      if (name !== 'deliver-all') return;
      await rows.script(`delete from labels where id = ${label}; update rules set query = 'flood' where id = ${rule}`);
    });
    expect(await entries(1)).toMatchObject([{ isStarred: true, labels: [] }]);
    await store([item('Flood')], Number.POSITIVE_INFINITY, async (name) => {
      if (name === 'deliver-all') await rows.script(`delete from rules where id = ${rule}`);
    });
    expect(await entries(1)).toMatchObject([{ isStarred: true }, { title: 'Flood', isStarred: false }]);
  });

  test('reaches very many readers in batches, each once', async () => {
    await rows.script(`
      insert into readers (user_id, tenant_id) select gen_random_uuid(), '${TENANT}' from generate_series(1, 447);
      insert into subscriptions (reader_id, feed_id) select id, 1 from readers where id > 3;`);
    await makeRule(null, 'ebb', { markRead: true });
    await makeRule(450, 'ebb', { star: true });
    await store([item('Ebb'), item('Calm')]);
    while (await deliverNext(role, 100));
    const state = await rows.all(
      statement('test-many', 'select is_read, is_starred, count(*)::int from entries group by 1, 2 order by 1, 2'),
    );
    expect(state).toEqual([
      { is_read: false, is_starred: false, count: 451 },
      { is_read: true, is_starred: false, count: 448 },
      { is_read: true, is_starred: true, count: 1 },
    ]);
    await counted();
  });

  test('costs no statement where there is no rule, and three where there is one', async () => {
    const names: string[] = [];
    const note = async (name: string) => void names.push(name);
    await store([item('Ebb')], Number.POSITIVE_INFINITY, note);
    expect(names).toHaveLength(5);
    await makeRule(1, 'flood', { markRead: true });
    names.length = 0;
    await store([item('Flood')], Number.POSITIVE_INFINITY, note);
    expect(names).toHaveLength(8);
  });
});

describe('a rule that asks for tags or summaries', () => {
  test('acts when they are there, also where it asks that there be none', async () => {
    await makeRule(1, 'tag:sea', { star: true });
    await makeRule(1, '-tag:sport', { markRead: true });
    await makeRule(2, 'tag:sea has:summary', { hide: true });
    await store([item('Ebb')]);
    expect(await entries(1)).toMatchObject([{ isRead: false, isStarred: false }]);
    await tagged('Ebb', 'Sea');
    expect(await work()).toBe(1);
    expect(await entries(1)).toMatchObject([{ isRead: true, isStarred: true }]);
    expect(await entries(2)).toMatchObject([{ hiddenReason: null }]);
    await summarised('Ebb');
    await work();
    expect(await entries(2)).toMatchObject([{ hiddenReason: 'rule' }]);
    expect(await unread()).toEqual([0, 0, 1]);
    await counted();
  });

  test('acts once, and not on what arrived before it', async () => {
    await store([item('Old')]);
    await makeRule(1, 'tag:sea', { star: true, markRead: true });
    await store([item('New')]);
    await rows.script(`update articles set received_at = received_at - interval '1 minute' where title = 'Old';
      update entries e set received_at = a.received_at from articles a where a.id = e.article_id`);
    await tagged('Old', 'Sea');
    await tagged('New', 'Sea');
    await work();
    expect((await entries(1)).map(({ isStarred }) => isStarred)).toEqual([true, false]);
    await rows.script('update entries set is_starred = false, revision = revision + 1');
    await rows.script(`update article_stages set state = 'waiting' where stage = 'tag'`);
    await rows.script(`update article_stages set state = 'done' where stage = 'tag'`);
    await work();
    expect((await entries(1)).map(({ isStarred }) => isStarred)).toEqual([false, false]);
    await counted();
  });

  test('waits until its tenant has tagged the article, however long ago the text was read for tags', async () => {
    await makeRule(1, 'tag:sea', { star: true });
    await makeRule(1, '-tag:sea', { hide: true });
    await store([item('Ebb')]);
    await rows.script(`insert into tag_requests (tenant_id, article_ids) select '${TENANT}', array[id] from articles;
      ${finished('Ebb', 'tag')}`);
    await work();
    expect(await entries(1)).toMatchObject([{ isStarred: false, hiddenReason: null }]);
    await tagged('Ebb', 'Sea');
    await work();
    expect(await entries(1)).toMatchObject([{ isStarred: false, hiddenReason: null }]);
    await rows.script('delete from tag_requests');
    await work();
    expect(await entries(1)).toMatchObject([{ isStarred: true, hiddenReason: null }]);
  });

  test('knows no tag that its reader vetoed or the tenant hides, and knows tags by their former names', async () => {
    await makeRule(1, 'tag:sea', { star: true });
    await makeRule(2, 'tag:ocean', { star: true });
    await rows.script(`insert into tag_vetoes (reader_id, normalised, name) values (1, 'sea', 'Sea')`);
    await store([item('Ebb')]);
    await tagged('Ebb', 'Sea');
    await rows.script(
      `insert into tag_aliases (tenant_id, normalised, tag_id) select tenant_id, 'ocean', id from tags`,
    );
    await work();
    expect(await entries(1)).toMatchObject([{ isStarred: false }]);
    expect(await entries(2)).toMatchObject([{ isStarred: true }]);
  });

  test('is not lost where the process dies in the middle, and is done once where two work at the same time', async () => {
    await makeRule(null, 'tag:sea', { star: true });
    await store([item('Ebb'), item('Flood')]);
    await tagged('Ebb', 'Sea');
    await tagged('Flood', 'Sea');
    const dying = failing(role, (name) => name === 'act-by-rules');
    await expect(actOnWaiting(dying)).rejects.toThrow('the test says no');
    expect((await entries(1)).some(({ isStarred }) => isStarred)).toBe(false);
    await Promise.all([work(), work()]);
    for (const reader of [1, 2])
      expect(await entries(reader)).toMatchObject([{ isStarred: true }, { isStarred: true }]);
    expect(await hits()).toHaveLength(4);
    await counted();
  });

  test('waits for nobody where no rule asks', async () => {
    await makeRule(1, 'ebb', { star: true });
    await store([item('Ebb')]);
    await tagged('Ebb', 'Sea');
    expect(await work()).toBe(0);
  });
});

test('who follows a feed anew has their rules look at what its last document holds', async () => {
  await rows.script(`
    insert into readers (user_id, tenant_id) values ('${userOf(4)}', '${TENANT}');`);
  await makeRule(4, 'ebb', { markRead: true });
  await makeRule(4, 'tag:sea', { star: true });
  await store([item('Ebb'), item('Calm')]);
  await tagged('Calm', 'Sea');
  await work();
  await rows.script(`select subscribe_reader(4, array[${feedId}], null, false)`);
  await work();
  expect(await entries(4)).toMatchObject([
    { title: 'Calm', isRead: false, isStarred: true },
    { title: 'Ebb', isRead: true, isStarred: false },
  ]);
  await counted();
});

// ------------------------------------------------------------------------------------------------ what the tests do

const LONG = {
  description: 'It was the slow ebb of the tides that we had all been waiting for since the early morning.',
};

interface Item {
  title: string;
  link: string;
  description: string;
  author?: string;
}

function item(title: string): Item {
  return { title, link: `https://a.example/${title}`, description: `Of the ${title}.` };
}

function rss(items: Item[]): string {
  const shown = items.map(
    ({ title, link, description, author }) =>
      `<item><guid isPermaLink="false">${title}</guid><title>${title}</title><link>${link}</link>
       <description>${description}</description>${author ? `<dc:creator>${author}</dc:creator>` : ''}</item>`,
  );
  return `<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Tides</title>${shown.join('')}</channel></rss>`;
}

async function follow(reader: number): Promise<void> {
  await rows.script(`select subscribe_reader(${reader}, array[1], null, false)`);
}

async function makeRule(
  reader: number | null,
  query: string,
  actions: object,
  { name = 'r', tenant = TENANT, isEnabled = true }: { name?: string; tenant?: string; isEnabled?: boolean } = {},
): Promise<number> {
  const stages = [/has:summary/.test(query) && 'summarise', /tag:/.test(query) && 'tag'].filter(Boolean).join(',');
  const row = await rows.one<{ id: number }>(
    statement(
      'test-make-rule',
      `insert into rules (tenant_id, owner_id, name, query, actions, needs_stage, is_enabled)
         values ($1, $2, $3, $4, $5, nullif($6, ''), $7) returning id`,
    ),
    [tenant, reader, name, query, JSON.stringify(actions), stages, isEnabled],
  );
  return row?.id ?? 0;
}

async function makeLabel(reader: number | null, name: string): Promise<number> {
  const row = await rows.one<{ id: number }>(
    statement('test-make-label', 'insert into labels (tenant_id, owner_id, name) values ($1, $2, $3) returning id'),
    [TENANT, reader, name],
  );
  return row?.id ?? 0;
}

async function store(items: Item[], failAt = Number.POSITIVE_INFINITY, before?: (name: string) => Promise<void>) {
  const feed = await loadFeed(role, feedId);
  if (!feed) throw new Error('there is no feed');
  const bytes = Buffer.from(rss(items));
  const document = readDocument({ bytes, url: feed.url, contentType: null, knownHash: null, isFirst: false });
  if (document.kind !== 'feed') throw new Error('the test document is no feed');
  const answer = { status: 200, etag: null, lastModified: null, maxAgeSeconds: 0, permanentUrl: null };
  let count = 0;
  const watched = failing(
    role,
    () => {
      count += 1;
      return count === failAt;
    },
    before,
  );
  await storeDocuments(watched, [{ feed, answer, document }], null);
}

/** A database whose transactions fail after the statements that a test names. */
function failing(
  db: Database,
  isFailing: (name: string) => boolean,
  before?: (name: string) => Promise<void>,
): Database {
  return {
    ...db,
    transaction: (work, options) =>
      db.transaction((tx) => {
        const watch = async <Result>(name: string, run: () => Promise<Result>): Promise<Result> => {
          await before?.(name);
          const result = await run();
          if (isFailing(name)) throw new Error('the test says no');
          return result;
        };
        return work({
          ...tx,
          all: (sql, values) => watch(sql.name, () => tx.all(sql, values)),
          one: (sql, values) => watch(sql.name, () => tx.one(sql, values)),
          run: (sql, values) => watch(sql.name, () => tx.run(sql, values)),
        });
      }, options),
  };
}

/** The article's tags are there, as tag-generator leaves them; answers nothing. */
async function tagged(title: string, tag: string): Promise<void> {
  await rows.script(`
    insert into tags (tenant_id, name, normalised) values ('${TENANT}', '${tag}', lower('${tag}')) on conflict do nothing;
    insert into article_tags (tenant_id, tag_id, article_id, sort_at, score)
      select t.tenant_id, t.id, a.id, a.sort_at, 1 from tags t, articles a where a.title = '${title}' and t.name = '${tag}';
    ${finished(title, 'tag')}`);
}

async function summarised(title: string): Promise<void> {
  await rows.script(`
    insert into article_summaries (article_id, language, engine, content_hash, summary)
      select id, 'en', 'extractive', '\\x01', 'Short.' from articles where title = '${title}';
    ${finished(title, 'summarise')}`);
}

/** Of a text that is cut short the stages would come only after its page was read. */
function finished(title: string, stage: string): string {
  return `insert into article_stages (article_id, stage, content_hash) select id, '${stage}', '' from articles where title = '${title}' on conflict do nothing;
    update article_stages s set state = 'done' from articles a where a.id = s.article_id and a.title = '${title}' and s.stage = '${stage}';`;
}

/** Works all that waits; answers how many batches that were. */
async function work(): Promise<number> {
  let count = 0;
  while (await actOnWaiting(role)) count += 1;
  return count;
}

interface EntryRow {
  title: string;
  isRead: boolean;
  isStarred: boolean;
  hiddenReason: string | null;
  labels: string[];
}

function entries(reader: number): Promise<EntryRow[]> {
  return rows.all<EntryRow>(
    statement(
      'test-rule-entries',
      `select a.title, e.is_read as "isRead", e.is_starred as "isStarred", e.hidden_reason as "hiddenReason",
         array(select l.name from entry_labels n join labels l on l.id = n.label_id
           where n.reader_id = e.reader_id and n.article_id = e.article_id order by 1) as labels
       from entries e join articles a on a.id = e.article_id where e.reader_id = $1 order by 1`,
    ),
    [reader],
  );
}

async function hits(): Promise<string[]> {
  const found = await rows.all<{ hit: string }>(
    statement(
      'test-hits',
      `select h.reader_id || ': ' || a.title as hit from rule_hits h join articles a on a.id = h.article_id order by 1`,
    ),
  );
  return found.map(({ hit }) => hit);
}

async function unread(): Promise<number[]> {
  const found = await rows.all<{ unread: number }>(
    statement('test-unread', 'select unread from counters order by reader_id'),
  );
  return found.map((row) => row.unread);
}

/** The kept counters are what counting finds. */
async function counted(): Promise<void> {
  expect(await rows.all(statement('test-counted', 'select * from miscounted()'))).toEqual([]);
}

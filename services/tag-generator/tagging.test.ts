import { statement } from '@alt/database';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestTagGenerator, type TestTagGenerator, tenant } from './testing.ts';

const VOLCANO = {
  title: 'Volcano erupts on Iceland',
  text: 'The volcano near Grindavik erupted on Monday. Lava from the volcano reached the road to Grindavik. The Icelandic Met Office said the volcano may stay active for weeks.',
};
const VOLCANOES = {
  title: 'How volcanoes work',
  text: 'Volcanoes form where plates meet. Most volcanoes are quiet. Magma rises under volcanoes until the pressure breaks the rock.',
};
const JAPANESE = {
  title: '東京都が人工知能の研究拠点を新設へ',
  text: '東京都は人工知能の研究拠点を来年度に新設すると発表した。研究拠点では大学や企業と協力し、人工知能を使った防災システムの開発を進める。',
  language: 'ja',
};

let alt: TestTagGenerator;
beforeEach(async () => {
  alt = await startTestTagGenerator();
});
afterEach(() => alt.stop());

const first = <T>(items: T[]): T => {
  const [item] = items;
  if (item === undefined) throw new Error('There is none.');
  return item;
};
const count = async (sql: string): Promise<number> =>
  (await alt.rows.one<{ n: number }>(statement(`count_${sql.length}`, `select count(*)::int as n from ${sql}`)))?.n ??
  -1;

test('an article that arrives gets keyphrases and, for every tenant that follows its feed, tags', async () => {
  const feed = await alt.makeFeed('news', { tenants: [tenant(1), tenant(2)] });
  const [volcano = 0, japanese = 0] = await alt.arrive(feed, [VOLCANO, JAPANESE]);
  await alt.settled();
  for (const own of [tenant(1), tenant(2)]) {
    expect(await alt.tagsOf(volcano, own)).toEqual(expect.arrayContaining(['volcano', 'Grindavik']));
    expect(await alt.tagsOf(japanese, own)).toEqual(expect.arrayContaining(['人工知能', '研究拠点']));
  }
  expect((await alt.tagsOf(volcano, tenant(1))).length).toBeLessThanOrEqual(8);
  expect(await count(`article_stages where stage = 'index' and state = 'waiting'`)).toBe(2);
});

test('singular and plural, case and width are one tag', async () => {
  const feed = await alt.makeFeed('news', { tenants: [tenant(1)] });
  const wide = {
    title: 'ＶＯＬＣＡＮＯ news',
    text: 'A VOLCANO again. The volcano was loud. GRINDAVIK is safe, and GRINDAVIK is glad.',
  };
  const [one = 0, many = 0, shouted = 0] = await alt.arrive(feed, [VOLCANO, VOLCANOES, wide]);
  await alt.settled();
  const names = await Promise.all([one, many, shouted].map((id) => alt.tagsOf(id, tenant(1))));
  expect(names.map((tags) => tags.filter((name) => /volcano/i.test(name)))).toEqual([
    ['volcano'],
    ['volcano'],
    ['volcano'],
  ]);
  expect(names[2]).toContain('Grindavik');
});

test('a private feed reaches the vocabulary of its own tenant alone', async () => {
  const feed = await alt.makeFeed('secret', { tenants: [tenant(1)], privateTo: tenant(1) });
  await alt.makeFeed('other', { tenants: [tenant(2)] });
  const article = first(await alt.arrive(feed, [VOLCANO]));
  await alt.settled();
  expect(await alt.tagsOf(article, tenant(1))).toContain('Grindavik');
  expect(await alt.vocabulary(tenant(2))).toEqual([]);

  // Not even a request that should not be there lets it out.
  await alt.rows.run(statement('smuggle', 'insert into tag_requests (tenant_id, article_ids) values ($1, $2)'), [
    tenant(2),
    [article],
  ]);
  await alt.rows.script('notify alt_tags');
  await alt.settled();
  expect(await alt.vocabulary(tenant(2))).toEqual([]);
});

test('who begins to follow a feed later gets the tags of the articles that they receive', async () => {
  const feed = await alt.makeFeed('news', { tenants: [tenant(1)] });
  const article = first(await alt.arrive(feed, [VOLCANO]));
  await alt.settled();
  await alt.follow(feed, tenant(2));
  await alt.settled();
  expect(await alt.tagsOf(article, tenant(2))).toContain('Grindavik');
});

test('an article whose text changed loses tags that it does not earn any more, and only then', async () => {
  const feed = await alt.makeFeed('news', { tenants: [tenant(1)] });
  const article = first(await alt.arrive(feed, [VOLCANO]));
  await alt.settled();
  const before = await alt.tagsOf(article, tenant(1));
  await alt.rows.script(`delete from article_stages where stage = 'index';
    update article_stages set state = 'waiting' where stage = 'tag'; notify alt_stages`);
  await alt.settled();
  expect(await alt.tagsOf(article, tenant(1))).toEqual(before);
  expect(await count(`article_stages where stage = 'index'`)).toBe(0);

  await alt.rows.script(`update article_contents set text = 'Salmon fishing in Norway. Norway sells salmon. Salmon is dear.';
    update articles set title = 'Salmon', content_hash = '\\x02';
    update article_stages set state = 'waiting', content_hash = '\\x02' where stage = 'tag'; notify alt_stages`);
  await alt.settled();
  const after = await alt.tagsOf(article, tenant(1));
  expect(after).toEqual(expect.arrayContaining(['Salmon', 'Norway']));
  expect(after).not.toContain('Grindavik');
  expect(await count(`article_stages where stage = 'index'`)).toBe(1);
});

test('an article without words has no tags and holds up no other', async () => {
  const feed = await alt.makeFeed('news', { tenants: [tenant(1)] });
  const [empty = 0, article = 0] = await alt.arrive(feed, [
    { title: '', text: '⚡️ 123 — !!!', language: null },
    VOLCANO,
  ]);
  await alt.settled();
  expect(await alt.tagsOf(empty, tenant(1))).toEqual([]);
  expect(await alt.tagsOf(article, tenant(1))).toContain('Grindavik');
});

test('what is under way when a process ends is finished by the next one, once', async () => {
  const feed = await alt.makeFeed('news', { tenants: [tenant(1)] });
  const articles = Array.from({ length: 60 }, (_, n) => ({ ...VOLCANO, title: `${VOLCANO.title} ${n}` }));
  const ids = await alt.arrive(feed, articles);
  await alt.rows.script('notify alt_stages');
  await alt.restart();
  await alt.settled();
  for (const id of ids) expect(await alt.tagsOf(id, tenant(1))).toContain('Grindavik');
  expect(await count('article_stages where attempts > 0')).toBe(0);
  await alt.restart(); // writes down what was learned
  expect(await count(`term_counts where language = 'en' and term = 'volcano' and document_count = 60`)).toBe(1);
});

test('a request that cannot be done waits with its reason, and the others go on', async () => {
  const feed = await alt.makeFeed('news', { tenants: [tenant(1), tenant(2)] });
  await alt.rows.script(`create function refuse() returns trigger language plpgsql as
      $$ begin if new.tenant_id = '${tenant(1)}' then raise 'refused'; end if; return new; end $$;
    create trigger refuse before insert on article_tags for each row execute function refuse()`);
  const article = first(await alt.arrive(feed, [VOLCANO]));
  await expect.poll(() => count(`tag_requests where tenant_id = '${tenant(1)}' and error like '%refused%'`)).toBe(1);
  await expect.poll(() => alt.tagsOf(article, tenant(2))).toContain('Grindavik');
});

test('tags that another process asked for know singular and plural too', async () => {
  const feed = await alt.makeFeed('news', { tenants: [tenant(1)] });
  const [one = 0, many = 0] = await alt.arrive(feed, [VOLCANO, VOLCANOES]);
  await alt.settled();
  const before = await Promise.all([one, many].map((id) => alt.tagsOf(id, tenant(1))));
  await alt.restart();
  await alt.rows.script(`
    delete from article_tags;
    insert into tag_requests (tenant_id, article_ids) values ('${tenant(1)}', array[${one}, ${many}]);
    notify alt_tags`);
  await alt.settled();
  expect(await Promise.all([one, many].map((id) => alt.tagsOf(id, tenant(1))))).toEqual(before);
  expect(before.flat().filter((name) => /volcano/i.test(name))).toEqual(['volcano', 'volcano']);
});

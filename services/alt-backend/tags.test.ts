import { statement } from '@alt/database';
import type { Reader } from '@alt/service-kit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readRevisions } from './store/changes.ts';
import { entryDetails } from './store/entries.ts';
import { findTag, findTags, tagIds } from './store/tags.ts';
import { tagRoutes } from './tags.ts';
import { makeReader, openBackend, standIn, type TestBackend, type TestClient } from './testing.ts';

const ADA = makeReader(1);
/** Of Ada's tenant. */
const BEN: Reader = { ...makeReader(2), tenantId: ADA.tenantId, role: 'member' };
const EVE = makeReader(3);

let alt: TestBackend;
let call: TestClient;
let article: number;
const tagGenerator = standIn(() => ({}));
beforeEach(async () => {
  alt = await openBackend();
  call = alt.serve(tagRoutes(alt.asReader, tagGenerator));
  tagGenerator.asked.length = 0;
  article = await alt.makeArticle(await alt.makeFeed('news', ADA, BEN, EVE), { title: 'Volcano' });
  for (const { tenantId } of [ADA, EVE]) await giveTags(tenantId, 'Volcano', 'Iceland');
});
afterEach(() => alt.drop());

async function giveTags(tenantId: string, ...names: string[]): Promise<void> {
  await alt.superuser.run(
    statement(
      'test_give_tags',
      `with made as (
         insert into tags (tenant_id, name, normalised) select $1, n, lower(n) from unnest($2::text[]) n returning id, normalised
       ), named as (
         insert into tag_aliases (tenant_id, normalised, tag_id)
           select $1, x, id from made, unnest(array[normalised, 'en:' || normalised]) x
       )
       insert into article_tags (tenant_id, tag_id, article_id, sort_at, score) select $1, id, $3, now(), 1 from made`,
    ),
    [tenantId, names, article],
  );
}

const tagsFor = (reader: Reader) =>
  alt.asReader(reader, async (tx, readerId) => (await entryDetails(tx, [article])).get(article)?.tags.toSorted());

test('a veto is one reader’s: others of the tenant see the tag as before', async () => {
  expect((await call('POST', '/v1/tags/vetoes', { as: ADA, body: { name: 'volcano' } })).status).toBe(201);
  expect(await tagsFor(ADA)).toEqual(['Iceland']);
  for (const reader of [BEN, EVE]) expect(await tagsFor(reader)).toEqual(['Iceland', 'Volcano']);
  expect(await alt.asReader(ADA, (tx) => tagIds(tx, ['Volcano']))).toEqual([]);
  expect(await alt.asReader(BEN, (tx) => tagIds(tx, ['Volcano']))).toHaveLength(1);
  const { items } = (await (await call('GET', '/v1/tags/vetoes', { as: BEN })).json()) as { items: unknown[] };
  expect(items).toEqual([]);
});

test('other pages of a reader hear of a veto and of its end; others hear nothing', async () => {
  const told = async (reader: Reader) => {
    const { revision, tagsRevision } = await alt.asReader(reader, readRevisions);
    return tagsRevision > 0 && tagsRevision === revision;
  };
  expect(await told(ADA)).toBe(false);
  await call('POST', '/v1/tags/vetoes', { as: ADA, body: { name: 'Volcano' } });
  expect(await told(ADA)).toBe(true);
  await alt.superuser.script('update readers set tags_revision = 0');
  await call('DELETE', '/v1/tags/vetoes/Volcano', { as: ADA });
  expect([await told(ADA), await told(BEN), await told(EVE)]).toEqual([true, false, false]);
});

test('a veto outlives the tag: made again under a name of its own or in the plural, it does not return', async () => {
  await call('POST', '/v1/tags/vetoes', { as: ADA, body: { name: 'Volcano' } });
  await alt.superuser.script(`delete from tags where name = 'Volcano';
    with made as (insert into tags (tenant_id, name, normalised) values ('${ADA.tenantId}', 'Volcanoes', 'volcanoes') returning id)
    insert into tag_aliases (tenant_id, normalised, tag_id) select '${ADA.tenantId}', x, id from made, unnest(array['volcanoes', 'en:volcano']) x;
    insert into article_tags (tenant_id, tag_id, article_id, sort_at, score)
      select tenant_id, id, ${article}, now(), 1 from tags where name = 'Volcanoes'`);
  expect(await tagsFor(ADA)).toEqual(['Iceland']);
  expect(await tagsFor(BEN)).toEqual(['Iceland', 'Volcanoes']);
});

test('who may only read changes no tag of the tenant, and may veto one', async () => {
  const reader: Reader = { ...BEN, role: 'reader' };
  const attempts = [
    call('PATCH', '/v1/tags/Volcano', { as: reader, body: { name: 'Mountain' } }),
    call('POST', '/v1/tags/merge', { as: reader, body: { from: ['Volcano'], into: 'Iceland' } }),
    call('POST', '/v1/tags/proposals/dismiss', { as: reader, body: { names: ['Volcano', 'Iceland'] } }),
  ];
  for (const answer of await Promise.all(attempts)) expect(answer.status).toBe(403);
  expect(tagGenerator.asked).toEqual([]);
  expect((await call('POST', '/v1/tags/vetoes', { as: reader, body: { name: 'Volcano' } })).status).toBe(201);
});

test('tag-generator is asked in the name of the reader’s own tenant, with its own tags', async () => {
  const own = await alt.asReader(EVE, (tx) => findTag(tx, 'Volcano'));
  await call('PATCH', '/v1/tags/Volcano', { as: EVE, body: { hidden: true } });
  const body = { tenantId: EVE.tenantId, tagId: own?.id, name: null, isHidden: true, isPromoted: null };
  expect(tagGenerator.asked).toEqual([{ path: '/internal/tags/change', body }]);
});

test('a merge names several tags, each by any name that it has; one that nobody has stops it', async () => {
  const named = await alt.asReader(ADA, (tx) => findTags(tx, ['iceland', 'nobody', 'VOLCANO']));
  expect(named.map((tag) => tag?.name ?? null)).toEqual(['Iceland', null, 'Volcano']);
  const body = { from: ['Iceland', 'nobody'], into: 'Volcano' };
  expect(await (await call('POST', '/v1/tags/merge', { as: ADA, body })).json()).toMatchObject({
    code: 'not-found',
    detail: expect.stringContaining('nobody'),
  });
  expect(tagGenerator.asked).toEqual([]);
});

test('alt-backend itself can change no tag', async () => {
  const update = statement('test_hide', 'update tags set is_hidden = true');
  await expect(alt.asReader(ADA, (tx) => tx.run(update))).rejects.toThrow(/permission denied/);
});

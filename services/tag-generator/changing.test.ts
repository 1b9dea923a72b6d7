import { statement } from '@alt/database';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTestTagGenerator, type TestTagGenerator, tenant } from './testing.ts';

const ME = tenant(1);
const OTHER = tenant(2);
const ABOUT = (name: string) => ({
  title: `${name} in the news`,
  text: `${name} is what everybody speaks of. People saw ${name} yesterday. There is no end of ${name}.`,
});

let alt: TestTagGenerator;
let feed: number;
beforeEach(async () => {
  alt = await startTestTagGenerator();
  feed = await alt.makeFeed('news', { tenants: [ME, OTHER] });
});
afterEach(() => alt.stop());

const idOf = async (name: string, tenantId = ME): Promise<number> =>
  (
    await alt.rows.one<{ id: number }>(
      statement('test_tag_id', 'select id from tags where name = $1 and tenant_id = $2'),
      [name, tenantId],
    )
  )?.id ?? 0;
const arrive = async (...names: string[]): Promise<number[]> => {
  const ids = await alt.arrive(feed, names.map(ABOUT));
  await alt.rows.script('notify alt_stages');
  await alt.settled();
  return ids;
};
const indexed = async (): Promise<number[]> =>
  (
    await alt.rows.all<{ id: number }>(
      statement('test_indexed', `select article_id as id from article_stages where stage = 'index' order by 1`),
    )
  ).map(({ id }) => id);
const forgetIndex = () => alt.rows.script(`delete from article_stages where stage = 'index'`);

test('a renamed tag keeps its articles, and what is called by the old name becomes it', async () => {
  const before = await arrive('Grindavik');
  await forgetIndex();
  const tagId = await idOf('Grindavik');
  expect(await alt.post('/internal/tags/change', { tenantId: ME, tagId, name: 'Iceland’s volcano' })).toMatchObject({
    status: 200,
  });
  await alt.settled();
  expect(await indexed()).toEqual(before);
  const [after = 0] = await arrive('GRINDAVIK');
  expect(await alt.tagsOf(after, ME)).toContain('Iceland’s volcano');
  expect(await alt.tagsOf(after, OTHER)).toContain('Grindavik');
});

test('a name that another tag has or had is refused, and so is one without a letter', async () => {
  await arrive('Grindavik', 'Reykjavik');
  const [grindavik, reykjavik] = [await idOf('Grindavik'), await idOf('Reykjavik')];
  const rename = (tagId: number, name: string) => alt.post('/internal/tags/change', { tenantId: ME, tagId, name });
  expect(await rename(grindavik, ' reykjavík ')).toMatchObject({ status: 409, json: { code: 'name-taken' } });
  expect((await rename(reykjavik, 'Capital')).status).toBe(200);
  expect((await rename(grindavik, 'Reykjavik')).status).toBe(409);
  expect(await rename(grindavik, '—?')).toMatchObject({ json: { code: 'invalid-request' } });
  expect((await rename(reykjavik, 'Reykjavik')).status).toBe(200);
});

test('merged tags are one: articles, names, and what comes later', async () => {
  const [first = 0, second = 0] = await arrive('Grindavik', 'Blue Lagoon');
  await forgetIndex();
  const [into, from] = [await idOf('Blue Lagoon'), await idOf('Grindavik')];
  const merged = await alt.post('/internal/tags/merge', { tenantId: ME, intoId: into, fromIds: [from, from, into] });
  expect(merged).toEqual({ status: 200, json: { merged: 1 } });
  await alt.settled();
  expect(await indexed()).toEqual([first, second]);
  const [third = 0] = await arrive('Grindavik');
  for (const id of [first, second, third]) expect(await alt.tagsOf(id, ME)).toContain('Blue Lagoon');
  expect(await alt.vocabulary(ME)).not.toContain('Grindavik');
  expect(await alt.vocabulary(OTHER)).toContain('Grindavik');
});

test('a hidden tag stays hidden however often its phrase comes, and its state can be taken back', async () => {
  await arrive('Grindavik');
  const tagId = await idOf('Grindavik');
  await alt.post('/internal/tags/change', { tenantId: ME, tagId, isHidden: true });
  await arrive('Grindavik', 'grindavik');
  const hidden = statement<{ name: string }>('test_hidden', 'select name from tags where is_hidden');
  expect(await alt.rows.all(hidden)).toEqual([{ name: 'Grindavik' }]);
  expect((await alt.vocabulary(ME)).filter((name) => /grindavik/i.test(name))).toEqual(['Grindavik']);
  await alt.post('/internal/tags/change', { tenantId: ME, tagId, isHidden: false });
  expect(await alt.rows.all(hidden)).toEqual([]);
});

test('a change of a tag is told to the pages of its tenant, and to no others', async () => {
  await arrive('Grindavik', 'Reykjavik');
  const told = async () => {
    const rows = await alt.rows.all<{ tenantId: string; isTold: boolean }>(
      statement(
        'test_told',
        `update readers r set tags_revision = 0 from readers o where o.id = r.id
         returning r.tenant_id as "tenantId", o.tags_revision = o.revision and o.tags_revision > 0 as "isTold"`,
      ),
    );
    return rows.filter(({ isTold }) => isTold).map(({ tenantId }) => tenantId);
  };
  const [grindavik, reykjavik] = [await idOf('Grindavik'), await idOf('Reykjavik')];
  await told();
  for (const change of [{ name: 'Volcano' }, { isHidden: true }, { isPromoted: true }]) {
    await alt.post('/internal/tags/change', { tenantId: ME, tagId: grindavik, ...change });
    expect(await told()).toEqual([ME]);
  }
  await alt.post('/internal/tags/merge', { tenantId: ME, intoId: grindavik, fromIds: [reykjavik] });
  expect(await told()).toEqual([ME]);
});

describe('tags of another tenant', () => {
  test('cannot be changed, merged or told apart', async () => {
    await arrive('Grindavik', 'Reykjavik');
    const [own, foreign] = [await idOf('Grindavik'), await idOf('Reykjavik', OTHER)];
    const before = [await alt.vocabulary(ME), await alt.vocabulary(OTHER)];
    const attempts = [
      alt.post('/internal/tags/change', { tenantId: ME, tagId: foreign, name: 'Mine' }),
      alt.post('/internal/tags/merge', { tenantId: ME, intoId: own, fromIds: [foreign] }),
      alt.post('/internal/tags/merge', { tenantId: ME, intoId: foreign, fromIds: [own] }),
      alt.post('/internal/tags/distinguish', { tenantId: ME, tagIds: [own, foreign] }),
    ];
    for (const answer of await Promise.all(attempts))
      expect(answer).toMatchObject({ status: 409, json: { code: 'conflict' } });
    expect([await alt.vocabulary(ME), await alt.vocabulary(OTHER)]).toEqual(before);
  });

  test('are for alt-backend alone to ask for', async () => {
    const body = { tenantId: ME, limit: 10 };
    expect((await alt.post('/internal/tags/proposals', body, null)).status).toBe(404);
    expect((await alt.post('/internal/tags/proposals', body, 'pre-processor')).status).toBe(404);
    expect((await alt.post('/internal/tags/proposals', body)).status).toBe(200);
  });
});

test('tags that look alike are proposed for merging, once, and never again when somebody said no', async () => {
  await arrive('Open Telemetry', 'OpenTelemetry', 'Falcon 9', 'Falcon 8', 'Telemetry Open', 'Grindavik');
  type Item = { names: string[]; reason: string; tagIds: [number, number] };
  const proposals = async () => {
    const { json } = await alt.post('/internal/tags/proposals', { tenantId: ME, limit: 50 });
    return (json as { items: Item[] }).items;
  };
  const items = await proposals();
  const found = items.map(({ names, reason }) => `${names.toSorted().join(' = ')}: ${reason}`);
  expect(found).toEqual(
    expect.arrayContaining(['Open Telemetry = OpenTelemetry: letters', 'Open Telemetry = Telemetry Open: word-order']),
  );
  expect(found.join()).not.toContain('Falcon 9 = ');
  const [item] = items;
  expect((await alt.post('/internal/tags/distinguish', { tenantId: ME, tagIds: item?.tagIds })).status).toBe(200);
  expect(await proposals()).toEqual(items.slice(1));
});

import { statement } from '@alt/database';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePerson, openRepo, type TestRepo } from './testing.ts';

const ada = makePerson(1);
const ben = makePerson(2);
const cleo = makePerson(3);
const stranger = makePerson(6, { tenant: 2, role: 'owner' });

let repo: TestRepo;
let feed: number;
beforeAll(async () => {
  repo = await openRepo();
  for (const as of [ada, ben, cleo, stranger]) await repo.call('GET', '/v1/projects', { as });
  feed = await repo.makeFeed('shared', ada, stranger);
});
afterAll(() => repo.drop());

/** A project that Ada leads, Ben edits and Cleo looks at. */
async function project(): Promise<string> {
  const { json } = await repo.call('POST', '/v1/projects', { as: ada, body: { title: 'Batteries' } });
  for (const [who, role] of [
    [ben, 'editor'],
    [cleo, 'viewer'],
  ] as const) {
    await repo.call('PUT', `/v1/projects/${json.id}/members/${who.userId}`, { as: ada, body: { role } });
  }
  return `/v1/projects/${json.id}`;
}

const post = async (path: string, body: unknown, as = ada) => (await repo.call('POST', path, { as, body })).json;
const get = async (path: string, as = ada) => (await repo.call('GET', path, { as })).json;
const titles = ({ items }: { items: { title: string }[] }) => items.map(({ title }) => title);

async function articles(count: number, name = 'Article'): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 1; n <= count; n += 1)
    ids.push(await repo.makeArticle(feed, { title: `${name} ${n}`, text: `Text ${n}.` }));
  return ids;
}

describe('sections', () => {
  test('have an order that people make', async () => {
    const path = await project();
    const [a, b, c] = [
      await post(`${path}/sections`, { title: 'A' }),
      await post(`${path}/sections`, { title: 'B' }),
      await post(`${path}/sections`, { title: 'C', afterId: null }),
    ];
    expect(titles(await get(`${path}/sections`))).toEqual(['C', 'A', 'B']);
    const move = (id: string, body: object) =>
      repo.call('PATCH', `${path}/sections/${id}`, { as: ben, body, headers: { 'if-match': '*' } });
    expect((await move(c.id, { afterId: a.id })).json).toMatchObject({ title: 'C', version: 2 });
    expect(titles(await get(`${path}/sections`))).toEqual(['A', 'C', 'B']);
    await move(b.id, { afterId: null, title: 'First' });
    expect(titles(await get(`${path}/sections`))).toEqual(['First', 'A', 'C']);
    expect((await move(b.id, { afterId: b.id })).status).toBe(404);
  });

  test('that go leave their articles in the project', async () => {
    const path = await project();
    const section = await post(`${path}/sections`, { title: 'A' });
    await post(`${path}/articles`, { articleIds: await articles(1), sectionId: section.id });
    expect((await get(`${path}/sections`)).items).toMatchObject([{ articleCount: 1 }]);
    const remove = (headers: Record<string, string>) =>
      repo.call('DELETE', `${path}/sections/${section.id}`, { as: ben, headers });
    expect((await remove({})).status).toBe(428);
    expect((await remove({ 'if-match': '"v7"' })).status).toBe(412);
    expect((await remove({ 'if-match': '"v1"' })).status).toBe(204);
    expect((await get(`${path}/articles?section=none`)).items).toMatchObject([{ title: 'Article 1', sectionId: null }]);
  });
});

describe('articles', () => {
  test('are pinned by who has them, and read by everybody in the project', async () => {
    const path = await project();
    const [own] = await articles(1, 'Own');
    const foreignFeed = await repo.makeFeed('foreign', stranger);
    const foreign = await repo.makeArticle(foreignFeed, { title: 'Foreign', text: 'Not theirs.' });
    // Ben follows nothing, so he can pin nothing; Ada pins what she has and nothing else.
    expect(await post(`${path}/articles`, { articleIds: [own] }, ben)).toEqual({ pinned: 0 });
    expect(await post(`${path}/articles`, { articleIds: [own, foreign, '77', own] })).toEqual({ pinned: 1 });
    expect(await post(`${path}/articles`, { articleIds: [own] })).toEqual({ pinned: 0 });
    const list = await get(`${path}/articles`, cleo);
    expect(list.items).toMatchObject([
      { articleId: own, title: 'Own 1', feedTitle: 'shared', origin: 'person', pinnedBy: { name: 'Person 1' } },
    ]);
    const read = await get(`${path}/articles/${list.items[0].id}`, cleo);
    expect(read.contentHtml).toBe('<p>Text 1.</p>');
    expect((await repo.call('GET', `${path}/articles/${list.items[0].id}`, { as: stranger })).status).toBe(404);
  });

  test('show their images at the addresses of Alt, never at the publisher’s', async () => {
    const path = await project();
    const html = '<p><img src="https://paper.example/a.png" alt="A"></p>';
    const pictured = await repo.makeArticle(await repo.makeFeed('pictures', ada), { title: 'Pictured', html });
    await post(`${path}/articles`, { articleIds: [pictured] });
    const [pin] = (await get(`${path}/articles`)).items;
    const read = await get(`${path}/articles/${pin.id}`, cleo);
    expect(read.contentHtml).toMatch(/<img src="\/v1\/images\/[\w-]+\/[\w-]+" alt="A">/);
  });

  test('are put in order, in bulk; ids of another project are skipped and not counted', async () => {
    const path = await project();
    const section = await post(`${path}/sections`, { title: 'A' });
    await post(`${path}/articles`, { articleIds: await articles(5) });
    const pins = (await get(`${path}/articles?section=none`)).items as { id: string; title: string }[];
    expect(pins.map(({ title }) => title)).toEqual([1, 2, 3, 4, 5].map((n) => `Article ${n}`));
    const other = await project();
    await post(`${other}/articles`, { articleIds: await articles(1) });
    const [foreign] = (await get(`${other}/articles`)).items;
    const [p1, p2, p3, p4, p5] = pins.map(({ id }) => id);
    const move = async (body: object) => (await repo.call('PATCH', `${path}/articles`, { as: ben, body })).json;
    const order = async () =>
      titles(await get(`${path}/articles?section=${section.id}`))
        .map((title) => title.slice(-1))
        .join('');
    expect(await move({ ids: [p1, p2, p3, foreign.id], sectionId: section.id })).toEqual({ updated: 3 });
    expect(await order()).toBe('123');
    await move({ ids: [p5, p4], sectionId: section.id, afterId: p1 });
    expect(await order()).toBe('15423');
    await move({ ids: [p3], sectionId: section.id, afterId: null });
    expect(await order()).toBe('31542');
    // Between the same two again and again, until there is no room left and all are numbered anew.
    for (let n = 0; n < 40; n += 1) await move({ ids: [n % 2 ? p2 : p4], sectionId: section.id, afterId: p3 });
    expect(await order()).toBe('32415');
    expect((await move({ ids: [p1], sectionId: section.id, afterId: foreign.id })).code).toBe('not-found');
    expect(await get(`${other}/articles`)).toMatchObject({ items: [{ id: foreign.id, sectionId: null }] });
    const gone = await post(`${path}/articles/unpin`, { ids: [p1, p2, foreign.id] }, ben);
    expect(gone).toEqual({ updated: 2 });
    expect(await order()).toBe('345');
  });

  test('that are pinned stay when nobody holds them any more, and follow when feeds are merged', async () => {
    const path = await project();
    const [kept] = await articles(1, 'Kept');
    await post(`${path}/articles`, { articleIds: [kept] });
    await repo.superuser.script(`delete from entries where article_id = ${kept};
      update articles set received_at = now() - interval '3 days' where id = ${kept}`);
    const collect = statement('test_collect', 'select collect_garbage($1, 1)');
    await repo.superuser.all(collect, [Number(kept) - 1]);
    const [pin] = (await get(`${path}/articles`)).items;
    expect(pin.articleId).toBe(kept);
    await repo.superuser.script(
      `select carry_pins(array[${kept}]::bigint[], array[${(await articles(1, 'Twin'))[0]}]::bigint[])`,
    );
    expect((await get(`${path}/articles`)).items[0].articleId).not.toBe(kept);
    await post(`${path}/articles/unpin`, { ids: [pin.id] });
    await repo.superuser.all(collect, [Number(kept) - 1]);
    const left = statement('test_article_left', 'select id from articles where id = $1');
    expect(await repo.superuser.all(left, [Number(kept)])).toEqual([]);
  });
});

describe('notes', () => {
  test('stand on the project, an article or a highlight, and tell whom they mention', async () => {
    const path = await project();
    await post(`${path}/articles`, { articleIds: await articles(1) });
    const [pin] = (await get(`${path}/articles`)).items;
    const highlight = await post(`${path}/highlights`, { pinId: pin.id, quote: 'Text 1', suffix: '.' }, ben);
    expect(highlight).toMatchObject({ pinId: pin.id, quote: 'Text 1', createdBy: { name: 'Person 2' } });
    const mentions = [cleo.userId, stranger.userId, makePerson(99).userId];
    const note = await post(`${path}/notes`, { body: '@Cleo, see this', highlightId: highlight.id, mentions }, ben);
    expect(note).toMatchObject({
      pinId: pin.id,
      highlightId: highlight.id,
      version: 1,
      mentions: [{ name: 'Person 3' }],
    });
    const told = await get('/v1/projects/mentions', cleo);
    expect(told.items).toMatchObject([{ noteId: note.id, body: '@Cleo, see this', by: { name: 'Person 2' } }]);
    expect((await get('/v1/projects/mentions', stranger)).items).toEqual([]);
    expect(await post('/v1/projects/mentions/read', { noteIds: [note.id] }, ben)).toEqual({ updated: 0 });
    expect(await post('/v1/projects/mentions/read', { noteIds: [note.id] }, cleo)).toEqual({ updated: 1 });
    expect((await get('/v1/projects/mentions', cleo)).items).toEqual([]);
    // The highlight goes, the note stays.
    expect((await repo.call('DELETE', `${path}/highlights/${highlight.id}`, { as: ada })).status).toBe(204);
    expect((await get(`${path}/notes`)).items).toMatchObject([{ id: note.id, highlightId: null, pinId: pin.id }]);
  });

  test('are changed by their author or a lead, at the version that was read', async () => {
    const path = await project();
    const note = await post(`${path}/notes`, { body: 'Mine' }, ada);
    const patch = (as: typeof ada, tag: string) =>
      repo.call('PATCH', `${path}/notes/${note.id}`, { as, body: { body: 'Changed' }, headers: { 'if-match': tag } });
    expect((await patch(ben, '"v1"')).json.code).toBe('forbidden');
    const changed = await patch(ada, '"v1"');
    expect([changed.status, changed.headers.get('etag'), changed.json.body]).toEqual([200, '"v2"', 'Changed']);
    expect((await patch(ada, '"v1"')).status).toBe(412);
    const bens = await post(`${path}/notes`, { body: 'Ben’s' }, ben);
    const remove = (as: typeof ada) =>
      repo.call('DELETE', `${path}/notes/${bens.id}`, { as, headers: { 'if-match': '"v1"' } });
    expect((await remove(cleo)).status).toBe(403);
    expect((await remove(ada)).status).toBe(204);
  });
});

test('decisions are numbered in their project, and one supersedes another', async () => {
  const path = await project();
  const made = await Promise.all(
    Array.from({ length: 10 }, (_, n) => post(`${path}/decisions`, { title: `Decision ${n}` }, ben)),
  );
  expect(made.map(({ number }) => number).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const [first, second] = made;
  const patch = (body: object, tag = '*') =>
    repo.call('PATCH', `${path}/decisions/${first.id}`, { as: ben, body, headers: { 'if-match': tag } });
  expect((await patch({ status: 'superseded' })).json.code).toBe('invalid-request');
  expect((await patch({ supersededBy: first.id })).json.code).toBe('invalid-request');
  const superseded = await patch({ supersededBy: second.id }, '"v1"');
  expect(superseded.json).toMatchObject({
    status: 'superseded',
    supersededBy: second.id,
    title: first.title,
    version: 2,
  });
  expect((await patch({ title: 'Late' }, '"v1"')).status).toBe(412);
  const taken = await patch({ status: 'accepted', alternatives: [{ title: 'Wait', reason: 'Cheaper' }] });
  expect(taken.json).toMatchObject({ status: 'accepted', supersededBy: null, alternatives: [{ title: 'Wait' }] });
  expect((await get(`${path}/decisions?status=accepted`)).items).toHaveLength(1);
  const page = await get(`${path}/decisions?limit=4`);
  const next = await get(`${path}/decisions?limit=200&cursor=${page.nextCursor}`);
  expect([...page.items, ...next.items].map(({ number }) => number)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
});

test('everything that changed stands in the activity, by whom and when, the newest first', async () => {
  const path = await project();
  await post(`${path}/sections`, { title: 'A' }, ben);
  await post(`${path}/articles`, { articleIds: await articles(2) });
  await post(`${path}/notes`, { body: 'Secret words' }, ben);
  const { items } = await get(`${path}/activity`, cleo);
  expect(items.map(({ kind, actor }: { kind: string; actor: { name: string } }) => [kind, actor.name])).toEqual([
    ['note-created', 'Person 2'],
    ['articles-pinned', 'Person 1'],
    ['section-created', 'Person 2'],
    ['member-added', 'Person 1'],
    ['member-added', 'Person 1'],
    ['project-created', 'Person 1'],
  ]);
  expect(JSON.stringify(items)).not.toContain('Secret words');
  const page = await get(`${path}/activity?limit=4`);
  expect((await get(`${path}/activity?limit=4&cursor=${page.nextCursor}`)).items).toHaveLength(2);
});

import { type findRelated, Problem, type ResponseOf } from '@alt/contracts';
import { createLogger, type PeerFetch } from '@alt/service-kit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFindRelated } from './related.ts';
import { makeReader, openBackend, standIn, type TestBackend } from './testing.ts';

const ADA = makeReader(1);
const EVE = makeReader(2);

let backend: TestBackend;
beforeEach(async () => {
  backend = await openBackend();
});
afterEach(() => backend.drop());

test('related is what shares rare phrases, nearest first as news-creator says, at most five', async () => {
  const feed = await backend.makeFeed('one', ADA);
  const subject = await backend.makeArticle(feed, { title: 'Subject', phrases: ['tidal power', 'news'] });
  const near: number[] = [];
  for (let n = 0; n < 7; n += 1)
    near.push(await backend.makeArticle(feed, { title: `Near ${n}`, phrases: ['tidal power'] }));
  await backend.makeArticle(feed, { title: 'Far', phrases: ['opera'] });
  const creator = relating();
  const { related, relatedState } = await find(creator, subject);
  expect(relatedState).toBe('ready');
  expect(related.map(({ id }) => Number(id))).toEqual(near.slice(0, 5));
  expect(related[0]).toEqual({
    id: String(near[0]),
    title: 'Near 0',
    url: null,
    feed: { id: String(feed), title: 'one' },
    terms: ['tidal power'],
  });
  const [{ body }] = creator.asked as unknown as [{ body: { candidates: { title: string }[] } }];
  expect(body.candidates.map(({ title }) => title)).not.toContain('Far');
});

test('what shares a rare phrase comes before what shares one that is everywhere', async () => {
  const feed = await backend.makeFeed('one', ADA);
  for (let n = 0; n < 60; n += 1) await backend.makeArticle(feed, { title: `Common ${n}`, phrases: ['news'] });
  const rare = await backend.makeArticle(feed, { title: 'Rare', phrases: ['tidal power'] });
  const subject = await backend.makeArticle(feed, { title: 'Subject', phrases: ['news', 'tidal power'] });
  const { related } = await find(relating(), subject);
  expect(Number(related[0]?.id)).toBe(rare);
});

test('tags of the tenant count like phrases, those of others do not', async () => {
  const feed = await backend.makeFeed('one', ADA, EVE);
  const subject = await backend.makeArticle(feed, { title: 'Subject' });
  const other = await backend.makeArticle(feed, { title: 'Other' });
  await backend.superuser.script(`
    insert into tags (tenant_id, name, normalised) values ('${ADA.tenantId}', 'harbours', 'harbours');
    insert into article_tags (tenant_id, tag_id, article_id, sort_at, score)
      select t.tenant_id, t.id, a.id, a.sort_at, 1 from tags t, articles a`);
  expect((await find(relating(), subject)).related.map(({ id }) => Number(id))).toEqual([other]);
  expect(await find(relating(), subject, EVE)).toEqual({ related: [], relatedState: 'ready' });
});

test('texts are compared by the summaries that the reader sees', async () => {
  const feed = await backend.makeFeed('one', ADA);
  const article = { text: 'The text.', summary: 'Unwanted.', phrases: ['tidal power'] };
  const subject = await backend.makeArticle(feed, { title: 'Subject', ...article });
  await backend.makeArticle(feed, { title: 'Other', ...article });
  await backend.superuser.script('update subscriptions set wants_summary = false');
  const creator = relating();
  await find(creator, subject);
  const [{ body }] = creator.asked as unknown as [
    { body: { subject: { text: string }; candidates: { text: string }[] } },
  ];
  expect([body.subject, ...body.candidates].map(({ text }) => text)).toEqual(['The text.', 'The text.']);
});

test('nothing that the reader does not have, has hidden, or has folded away is related', async () => {
  const own = await backend.makeFeed('own', ADA);
  const eves = await backend.makeFeed('eves', EVE);
  const phrases = ['tidal power'];
  const subject = await backend.makeArticle(own, { title: 'Subject', phrases });
  await backend.makeArticle(eves, { title: 'Of Eve', phrases });
  const hidden = await backend.makeArticle(own, { title: 'Hidden', phrases });
  const head = await backend.makeArticle(own, { title: 'Head', phrases });
  const folded = await backend.makeArticle(own, { title: 'Folded', phrases });
  await backend.superuser.script(`
    update entries set hidden_reason = 'a rule' where article_id = ${hidden};
    update entries set folded_into = ${head} where article_id = ${folded}`);
  expect((await find(relating(), subject)).related.map(({ title }) => title)).toEqual(['Head']);
  expect(await find(relating(), subject, EVE)).toEqual({ related: [], relatedState: 'ready' });
});

test('an article’s own story is never related to it, from whichever of its articles one looks', async () => {
  const feed = await backend.makeFeed('one', ADA);
  const phrases = ['tidal power'];
  const [head, folded, kept, other] = [
    await backend.makeArticle(feed, { title: 'Head', phrases }),
    await backend.makeArticle(feed, { title: 'Folded', phrases }),
    await backend.makeArticle(feed, { title: 'Kept', phrases }),
    await backend.makeArticle(feed, { title: 'Other', phrases }),
  ];
  await backend.superuser.script(`
    insert into clusters (first_at) values (now());
    insert into cluster_members (article_id, cluster_id, reason)
      select a, c.id, 'text' from clusters c, unnest(array[${head}, ${folded}, ${kept}]) a;
    update entries set folded_into = ${head} where article_id = ${folded}`);
  for (const id of [head, folded, kept]) {
    expect((await find(relating(), id)).related.map(({ id: found }) => Number(found))).toEqual([other]);
  }
});

test('news-creator is not asked where nothing is shared, and names nothing that it was not given', async () => {
  const feed = await backend.makeFeed('one', ADA);
  const subject = await backend.makeArticle(feed, { title: 'Subject', phrases: ['tidal power'] });
  const creator = standIn((): Related => ({ items: [{ id: '42', score: 1, terms: [] }], engine: 'extractive' }));
  expect((await find(creator, subject)).related).toEqual([]);
  expect(creator.asked).toEqual([]);
  await backend.makeArticle(feed, { title: 'Other', phrases: ['tidal power'] });
  expect((await find(creator, subject)).related).toEqual([]);
  expect(creator.asked).toHaveLength(1);
});

describe('an outage', () => {
  const outages: [string, PeerFetch][] = [
    ['down', async () => Promise.reject(new Problem('unavailable', 'news-creator is not available just now.'))],
    ['junk', async () => new Response('<html>')],
    ['an error', async () => Response.json({ code: 'internal', detail: 'x' }, { status: 500 })],
  ];
  test.each(outages)('is said, and the article opens all the same: %s', async (_name, creator) => {
    const feed = await backend.makeFeed('one', ADA);
    const subject = await backend.makeArticle(feed, { title: 'Subject', phrases: ['tidal power'] });
    await backend.makeArticle(feed, { title: 'Other', phrases: ['tidal power'] });
    expect(await find(creator, subject)).toEqual({ related: [], relatedState: 'unavailable' });
  });
});

test('an article opens at once where news-creator is slow; who asks again gets what was found', async () => {
  const feed = await backend.makeFeed('one', ADA);
  const phrases = ['tidal power'];
  const subject = await backend.makeArticle(feed, { title: 'Subject', phrases });
  const other = await backend.makeArticle(feed, { title: 'Other', phrases });
  const held = Promise.withResolvers<void>();
  const quick = relating();
  const creator = standIn(async (path, body) => {
    await held.promise;
    return quick(path, { body: JSON.stringify(body) });
  });
  const findRelated = createFindRelated({ asReader: backend.asReader, creator, log: createLogger('silent') });
  const ask = () => findRelated(ADA, subject, 'request-1');
  expect(await ask()).toEqual({ related: [], relatedState: 'pending' });
  expect(await ask()).toEqual({ related: [], relatedState: 'pending' });
  held.resolve();
  let answer = await ask();
  while (answer.relatedState === 'pending') answer = await ask();
  expect(answer.related.map(({ id }) => Number(id))).toEqual([other]);
  expect(creator.asked).toHaveLength(1);
  expect(await findRelated(EVE, subject, 'request-2')).toMatchObject({ related: [] });
});

// ------------------------------------------------------------------ asking

type Related = ResponseOf<typeof findRelated>;

/** news-creator, as far as its contract goes: all candidates, in their order. */
function relating() {
  return standIn(
    (_path, { candidates, limit }: { candidates: { id: string; tags: string[] }[]; limit: number }): Related => ({
      items: candidates.slice(0, limit).map(({ id, tags }) => ({ id, score: 1, terms: tags })),
      engine: 'extractive',
    }),
  );
}

async function find(creator: PeerFetch, articleId: number, reader = ADA) {
  const findRelated = createFindRelated({ asReader: backend.asReader, creator, log: createLogger('silent') });
  let answer = await findRelated(reader, articleId, 'request-1');
  while (answer.relatedState === 'pending') answer = await findRelated(reader, articleId, 'request-1');
  return answer;
}

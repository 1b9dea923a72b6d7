import { type FullEntry, readEntry } from '@alt/contracts';
import { type Database, statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { createImageAddresses } from '@alt/feeds/html/image-address.ts';
import type { Reader, RouteContext } from '@alt/service-kit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { entryRoutes } from './entries.ts';
import type { FindRelated } from './related.ts';
import { type AsReader, createAsReader } from './store/readers.ts';
import { subscribe } from './store/subscriptions.ts';
import { tagProgress } from './store/tags.ts';

let database: TestDatabase;
let superuser: Database;
let asReader: AsReader;
beforeEach(async () => {
  database = await createTestDatabase();
  superuser = database.superuser('alt');
  asReader = createAsReader(database.connectAs('alt_backend'));
});
afterEach(() => database.drop());

const reader: Reader = {
  userId: '018f0000-0000-7000-8000-000000000001',
  tenantId: '018f0000-0000-7000-8000-000000000001',
  role: 'owner',
  email: '',
  name: '',
  sessionId: null,
  keyId: null,
  csrfToken: null,
  provedAt: null,
  isSuspended: false,
  ownsInstance: false,
  scope: 'full',
};

const images = createImageAddresses('a key');
const findRelated: FindRelated = async () => ({ related: [], relatedState: 'ready' });
const PORTRAIT = 'https://ada.example/me.jpg';

/** The entry of an article with these comments and details, as `GET /v1/entries/:id` answers it. */
async function entryWith(
  commentsUrl: string | null,
  commentCount: number | null,
  details: unknown,
): Promise<FullEntry> {
  await superuser.script(`select ensure_feed('https://one.example/feed', 'one.example', null, null)`);
  await superuser.run(
    statement(
      'details_article',
      `with made as (
         insert into articles (id, feed_id, identity, title, excerpt, received_at, sort_at, content_hash, comments_url, comment_count)
         select 1700000000000000, id, '\\x01', 'Title', '', now(), now(), '\\x01', $1::text, $2::integer from feeds
       ), listed as (
         insert into feed_documents (feed_id, article_ids) select id, '{1700000000000000}' from feeds
       ) insert into article_contents (article_id, content_html, text, details) values (1700000000000000, '', '', $3::jsonb)`,
    ),
    [commentsUrl, commentCount, details === null ? null : JSON.stringify(details)],
  );
  await asReader(reader, (tx) => subscribe(tx, [1], [null]));
  return readAgain();
}

async function readAgain(): Promise<FullEntry> {
  const tools = {
    asReader,
    database: database.connectAs('alt_backend'),
    images,
    findRelated,
    findListed: () => Promise.reject(new Error('nothing is sought')),
    onMarked: () => {},
  };
  const route = entryRoutes(tools).find(({ endpoint }) => endpoint.name === 'readEntry');
  return (await route?.handle({ params: { id: '1700000000000000' }, reader } as RouteContext)) as FullEntry;
}

test('an entry says what its feed says of comments, place and episode, with portraits through Alt', async () => {
  const podcast = {
    transcripts: [{ url: 'https://cdn.example/t.vtt', type: 'text/vtt', language: null }],
    chapters: null,
    season: 2,
    episode: 5.5,
    persons: [
      { name: 'Ada', role: 'host', url: null, imageUrl: PORTRAIT },
      { name: 'Ben', role: null, url: null, imageUrl: null },
    ],
    isExplicit: false,
  };
  const location = { latitude: 59.9, longitude: 10.7, name: null };
  const inReplyTo = { guid: 'tag:1', url: 'https://other.example/1' };
  const found = await entryWith('https://one.example/1#c', 12, {
    commentsFeedUrl: 'https://one.example/1.xml',
    inReplyTo,
    location,
    podcast,
  });
  const [ada, ben] = podcast.persons;
  expect(readEntry.response?.parse(found)).toMatchObject({
    comments: { url: 'https://one.example/1#c', feedUrl: 'https://one.example/1.xml', count: 12 },
    inReplyToUrl: 'https://other.example/1',
    location,
    podcast: { ...podcast, persons: [{ ...ada, imageUrl: images.address(PORTRAIT) }, ben] },
  });
});

test('where the feed says nothing there is nothing', async () => {
  const found = await entryWith(null, null, null);
  expect(readEntry.response?.parse(found)).toMatchObject({
    comments: null,
    inReplyToUrl: null,
    location: null,
    podcast: null,
  });
});

describe('the tags of an article', () => {
  const ID = 1700000000000000;
  const stage = (name: string, state: string) =>
    superuser.script(`insert into article_stages (article_id, stage, content_hash, state, error)
      values (${ID}, '${name}', '\\x01', '${state}', 'the inside of the machine')
      on conflict (article_id, stage) do update set state = excluded.state`);
  const tagging = async () => (await readAgain()).tagging;

  test('are pending while anything of them is being made, and then there or not, with a code', async () => {
    expect((await entryWith(null, null, null)).tagging).toMatchObject({ state: 'none', code: 'no-tags' });
    const pending = { state: 'pending', code: null, reason: null };
    await stage('extract', 'claimed');
    expect(await tagging()).toEqual(pending);
    await stage('extract', 'done');
    for (const state of ['waiting', 'claimed']) {
      await stage('tag', state);
      expect(await tagging()).toEqual(pending);
    }
    await stage('tag', 'done');
    await superuser.script(`insert into tag_requests (tenant_id, article_ids) select id, '{5,${ID}}' from tenants`);
    expect(await tagging()).toEqual(pending);
    await superuser.script('delete from tag_requests');
    await stage('refine', 'waiting');
    expect(await tagging()).toEqual(pending);
    await stage('refine', 'parked');
    expect(await tagging()).toMatchObject({ state: 'none', code: 'no-tags' });
    await superuser.script(`with made as (
        insert into tags (tenant_id, name, normalised) select id, 'Tides', 'tides' from tenants returning id, tenant_id
      ) insert into article_tags (tenant_id, article_id, tag_id, score, sort_at)
        select tenant_id, ${ID}, id, 1, now() from made`);
    expect(await tagging()).toEqual({ state: 'ready', code: null, reason: null });
  });

  test('that could not be made are told without the machine’s own words', async () => {
    await entryWith(null, null, null);
    await stage('tag', 'parked');
    expect(await tagging()).toEqual({ state: 'failed', code: 'failed', reason: expect.stringMatching(/^Tags/) });
  });

  test('of somebody else’s article say nothing', async () => {
    await entryWith(null, null, null);
    await stage('tag', 'waiting');
    const other = { ...reader, userId: reader.userId.replace(/1$/, '2'), tenantId: reader.tenantId.replace(/1$/, '2') };
    expect(await asReader(other, (tx) => tagProgress(tx, ID))).toEqual({ state: null, isPending: false });
  });
});

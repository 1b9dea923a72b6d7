import { type FullEntry, readEntry } from '@alt/contracts';
import { type Database, statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import type { Reader, RouteContext } from '@alt/service-kit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { entryRoutes } from './entries.ts';
import { createImageAddresses } from './image-address.ts';
import type { FindRelated } from './related.ts';
import { type AsReader, createAsReader } from './store/readers.ts';
import { subscribe } from './store/subscriptions.ts';

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

import type { Role } from '@alt/contracts';
import { type Database, statement } from '@alt/database';
import { createTestDatabase } from '@alt/database/testing.ts';
import { createImageAddresses } from '@alt/feeds/html/image-address.ts';
import {
  createApp,
  createCourtesy,
  createLogger,
  type Host,
  type PeerFetch,
  type Reader,
  type Route,
} from '@alt/service-kit';
import { Registry } from 'prom-client';
import { createMeetColleagues } from './colleagues.ts';
import { type AsPerson, createAsPerson } from './people.ts';
import { routesOf } from './routes.ts';

/** The HTTP side of arch-repo-service over a database of a test's own. */
export interface TestRepo {
  superuser: Database;
  /** With the rights of the service. */
  database: Database;
  asPerson: AsPerson;
  call: TestClient;
  /** Serves other routes than the usual ones. */
  serve(routes: Route[]): TestClient;
  /** A feed that these people follow; they have been here then. */
  makeFeed(name: string, ...people: Reader[]): Promise<number>;
  /** An article of a feed, in the lists of who follows it; answers its id. */
  makeArticle(feedId: number, article: TestArticle): Promise<string>;
  drop(): Promise<void>;
}

export interface TestArticle {
  title: string;
  text?: string;
  html?: string;
  url?: string;
  language?: string;
}

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at any answer
  json: any;
  text: string;
  bytes: Uint8Array;
  headers: Headers;
}

export type TestClient = (
  method: string,
  path: string,
  options?: { as?: Reader; body?: unknown; text?: string; headers?: Record<string, string> },
) => Promise<Answer>;

/** Somebody of a tenant; the same digits are the same person or tenant. */
export function makePerson(digit: number, { tenant = 1, role = 'member' as Role } = {}): Reader {
  return {
    userId: `018f0000-0000-7000-8000-${String(digit).padStart(12, '0')}`,
    tenantId: `018f0000-0000-7000-9000-${String(tenant).padStart(12, '0')}`,
    role,
    email: `person-${digit}@example.org`,
    name: `Person ${digit}`,
    sessionId: null,
    keyId: `key-${digit}`,
    csrfToken: null,
    provedAt: null,
    isSuspended: false,
    ownsInstance: false,
    scope: 'full',
  };
}

const ensureFeed = statement<{ id: number }>('test_feed', `select ensure_feed($1, $2, null, null) as id`);
const nameFeed = statement('test_feed_title', 'update feeds set title = $2, subscriber_count = 1 where id = $1');
const follow = statement(
  'test_follow',
  `insert into subscriptions (reader_id, feed_id) select id, $1 from readers where user_id = $2 and tenant_id = $3
   on conflict do nothing`,
);
const insertArticle = statement<{ id: number }>(
  'test_article',
  `with made as (
     insert into articles (id, feed_id, identity, url, title, language, excerpt, published_at, received_at, sort_at, content_hash)
       values (allocate_article_ids(1), $1, uuid_send(uuidv7()), $2, $3, $4, left($5, 200), now(), now(), now(), uuid_send(uuidv7()))
       returning id, feed_id, sort_at, received_at
   ), content as (
     insert into article_contents (article_id, content_html, text) select id, $6, $5 from made
   ), listed as (
     insert into entries (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision)
       select m.id, s.reader_id, m.feed_id, m.sort_at, m.received_at, r.revision + 1, r.revision + 1
       from made m join subscriptions s on s.feed_id = m.feed_id join readers r on r.id = s.reader_id
   ), raised as (
     update readers set revision = revision + 1
       where id in (select reader_id from subscriptions where feed_id = $1)
   )
   select id from made`,
);

/** What stands in for search-indexer where a test searches, and for auth-service where it names people. */
export async function openRepo(searchIndexer: PeerFetch = nobody, authService: PeerFetch = nobody): Promise<TestRepo> {
  const testDatabase = await createTestDatabase();
  const superuser = testDatabase.superuser('alt');
  const database = testDatabase.connectAs('arch_repo_service');
  const asPerson = createAsPerson(database);
  const meetColleagues = createMeetColleagues(database, authService, createLogger('silent'));
  const publicUrl = new URL('https://alt.example');
  const images = createImageAddresses('a key of tests, for images alone');
  return {
    superuser,
    database,
    asPerson,
    call: serve(routesOf({ asPerson, meetColleagues, database, searchIndexer, publicUrl, images })),
    serve,
    async makeFeed(name, ...people) {
      const id = (await superuser.one(ensureFeed, [`https://${name}.example/feed`, `${name}.example`]))?.id ?? 0;
      await superuser.run(nameFeed, [id, name]);
      for (const person of people) {
        await asPerson(person, async () => {});
        await superuser.run(follow, [id, person.userId, person.tenantId]);
      }
      return id;
    },
    async makeArticle(feedId, { title, text = '', html, url, language = 'en' }) {
      const values = [feedId, url ?? null, title, language, text, html ?? `<p>${text}</p>`];
      return String((await superuser.one(insertArticle, values))?.id ?? 0);
    },
    drop: () => testDatabase.drop(),
  };
}

const nobody: PeerFetch = () => Promise.reject(new Error('nobody is there'));

/** Requests are made as whom the test says; nobody signs in. */
function serve(routes: Route[]): TestClient {
  const people = new Map<string, Reader>();
  const host = {
    name: 'arch-repo-service',
    log: createLogger(process.env.ALT_TEST_LOG ? 'info' : 'silent'),
    signal: new AbortController().signal,
    metrics: new Registry(),
    courtesy: createCourtesy(),
    keys: { serviceToken: async () => '', callerOf: async () => null },
    address: () => '192.0.2.1',
  } as unknown as Host;
  const app = createApp({
    host,
    routes,
    flood: { ratePerSecond: 10_000, burst: 10_000, concurrency: 1_000 },
    identify: async (request) => people.get(request.headers.get('x-test-user') ?? '') ?? null,
  });
  return async (method, path, { as, body, text: given, headers = {} } = {}) => {
    const sent = given ?? (body === undefined ? undefined : JSON.stringify(body));
    const key = as ? `${as.userId}/${as.tenantId}/${as.role}` : '';
    if (as) people.set(key, as);
    const response = await app.fetch(
      new Request(`http://alt.example${path}`, {
        method,
        headers: {
          ...(as ? { 'x-test-user': key } : {}),
          ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(sent === undefined ? {} : { body: sent }),
      }),
    );
    const bytes = new Uint8Array(await response.arrayBuffer());
    const text = new TextDecoder().decode(bytes);
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      json: isJson && text ? JSON.parse(text) : null,
      text,
      bytes,
      headers: response.headers,
    };
  };
}

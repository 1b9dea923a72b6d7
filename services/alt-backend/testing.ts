import type { CreatorEvent } from '@alt/contracts';
import { type Database, statement } from '@alt/database';
import { createTestDatabase } from '@alt/database/testing.ts';
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
import { type AsReader, createAsReader } from './store/readers.ts';
import { subscribe } from './store/subscriptions.ts';

/** The HTTP side of alt-backend over a database of a test's own, for routes whose peers the test brings. */
export interface TestBackend {
  superuser: Database;
  database: Database;
  asReader: AsReader;
  /** Serves routes; made once, when all that they need is there. */
  serve(routes: Route[]): TestClient;
  /** A feed that these readers follow. */
  makeFeed(name: string, ...readers: Reader[]): Promise<number>;
  /** An article of a feed, in the lists of who follows it; answers its id. */
  makeArticle(feedId: number, article: TestArticle): Promise<number>;
  drop(): Promise<void>;
}

export interface TestArticle {
  title: string;
  text?: string;
  url?: string;
  language?: string;
  /** When it was published and received, unless `receivedAt` says otherwise. */
  at?: Date;
  receivedAt?: Date;
  /** Keyphrases, the weightiest first. */
  phrases?: string[];
  summary?: string;
}

export type TestClient = (
  method: string,
  path: string,
  options?: { as?: Reader; body?: unknown; headers?: Record<string, string>; signal?: AbortSignal },
) => Promise<Response>;

/** A reader with a tenant of their own. */
export function makeReader(digit: number, email = `reader-${digit}@example.org`): Reader {
  const id = `018f0000-0000-7000-8000-00000000000${digit}`;
  return {
    userId: id,
    tenantId: id,
    role: 'owner',
    email,
    name: '',
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
const nameFeed = statement('test_feed_title', 'update feeds set title = $2 where id = $1');
const insertArticle = statement<{ id: number }>(
  'test_article',
  `with made as (
     insert into articles (id, feed_id, identity, url, title, language, excerpt, published_at, received_at, sort_at, content_hash)
       values (allocate_article_ids(1), $1, uuid_send(uuidv7()), $2, $3, $4, left($5, 200), $6::timestamptz, $7::timestamptz, least($6::timestamptz, $7::timestamptz), '\\x01')
       returning id, feed_id, sort_at, received_at
   ), content as (
     insert into article_contents (article_id, content_html, text) select id, '', $5 from made
   ), listed as (
     insert into entries (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision)
       select m.id, s.reader_id, m.feed_id, m.sort_at, m.received_at, 1, 1
       from made m join subscriptions s on s.feed_id = m.feed_id
   ), phrased as (
     insert into article_keyphrases (article_id, phrase, normalised, score)
       select m.id, p.phrase, lower(p.phrase), 1.0 / p.place
       from made m, unnest($8::text[]) with ordinality as p (phrase, place)
   ), summarised as (
     insert into article_summaries (article_id, language, engine, content_hash, summary)
       select id, 'en', 'extractive', '\\x01', $9 from made where $9::text is not null
   )
   select id from made`,
);

export async function openBackend(): Promise<TestBackend> {
  const testDatabase = await createTestDatabase();
  const superuser = testDatabase.superuser('alt');
  const database = testDatabase.connectAs('alt_backend');
  const asReader = createAsReader(database);
  return {
    superuser,
    database,
    asReader,
    serve: (routes) => serve(routes),
    async makeFeed(name, ...readers) {
      const id = (await superuser.one(ensureFeed, [`https://${name}.example/feed`, `${name}.example`]))?.id ?? 0;
      await superuser.run(nameFeed, [id, name]);
      for (const reader of readers) await asReader(reader, (tx) => subscribe(tx, [id], [null]));
      return id;
    },
    async makeArticle(feedId, { title, text = '', url, language = 'en', at = new Date(), phrases = [], ...rest }) {
      const values = [
        feedId,
        url ?? null,
        title,
        language,
        text,
        at,
        rest.receivedAt ?? at,
        phrases,
        rest.summary ?? null,
      ];
      return (await superuser.one(insertArticle, values))?.id ?? 0;
    },
    drop: () => testDatabase.drop(),
  };
}

/** Requests are made as whom the test says; nobody signs in. */
function serve(routes: Route[]): TestClient {
  const readers = new Map<string, Reader>();
  const host = {
    name: 'alt-backend',
    log: createLogger('silent'),
    signal: new AbortController().signal,
    metrics: new Registry(),
    courtesy: createCourtesy(),
    keys: { serviceToken: async () => '', callerOf: async () => null },
    address: () => '192.0.2.1',
  } as unknown as Host;
  const app = createApp({
    host,
    routes,
    flood: { ratePerSecond: 10_000, burst: 10_000 },
    identify: async (request) => readers.get(request.headers.get('x-test-user') ?? '') ?? null,
  });
  return async (method, path, { as, body, headers = {}, signal } = {}) => {
    if (as) readers.set(as.userId, as);
    return app.fetch(
      new Request(`http://alt.example${path}`, {
        method,
        headers: {
          ...(as ? { 'x-test-user': as.userId } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal ? { signal } : {}),
      }),
    );
  };
}

/** A peer that answers every request by this function; what it is asked is kept. */
export function standIn(
  answer: (path: string, body: never) => unknown,
): PeerFetch & { asked: { path: string; body: never }[] } {
  const asked: { path: string; body: never }[] = [];
  const peer: PeerFetch = async (path, init) => {
    const body = JSON.parse(String(init?.body ?? 'null')) as never;
    asked.push({ path, body });
    const answered = await answer(path, body);
    return answered instanceof Response ? answered : Response.json(answered);
  };
  return Object.assign(peer, { asked });
}

/** The lines of an answer that news-creator streams. */
export function creatorStream(...events: CreatorEvent[]): Response {
  const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('');
  return new Response(lines, { headers: { 'content-type': 'application/x-ndjson' } });
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BodyOf, ResponseOf, searchArticles } from '@alt/contracts';
import { type Database, statement } from '@alt/database';
import { createTestDatabase } from '@alt/database/testing.ts';
import { createEgress } from '@alt/egress';
import {
  createHost,
  createLogger,
  generateServiceKey,
  parseConfig,
  parseTrustedProxies,
  publicHalf,
} from '@alt/service-kit';
import type { ServiceName } from '@alt/topology';
import type { z } from 'zod';
import { service } from './service.ts';

type Asked = z.input<NonNullable<typeof searchArticles.body>>;
export type Answered = ResponseOf<typeof searchArticles> & { body?: BodyOf<typeof searchArticles> };

/** search-indexer on a database and in a folder of its own. */
export interface TestSearchIndexer {
  /** All rows of `alt`, past row-level security. */
  rows: Database;
  folder: string;
  addFeed(name: string): Promise<number>;
  /** Stores an article as arrival does, with its stage. */
  addArticle(feedId: number, title: string, text: string, language?: string | null): Promise<number>;
  editArticle(id: number, text: string): Promise<void>;
  /** Starts the service; it may run while another process does. */
  start(environment?: Record<string, string>): Promise<RunningIndexer>;
  stop(): Promise<void>;
}

export interface RunningIndexer {
  search(asked: Partial<Asked> & Pick<Asked, 'scope'>): Promise<Answered>;
  /** A request as a service makes it, or as somebody without a token. */
  request(path: string, body: unknown, as?: ServiceName | null): Promise<Response>;
  stop(): Promise<void>;
}

/** Waits until a condition holds. */
export async function until(what: string, holds: () => Promise<boolean>, timeoutMs = 120_000): Promise<void> {
  for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(20)) if (await holds()) return;
  throw new Error(`Waited in vain until ${what}.`);
}

const addFeedStatement = statement<{ id: number }>(
  'test-feed',
  `insert into feeds (url, host, subscriber_count) values ('https://' || $1 || '.example/feed', $1, 1) returning id`,
);
const addArticleStatement = statement<{ id: number }>(
  'test-article',
  `with made as (
     insert into articles (id, feed_id, identity, title, language, excerpt, received_at, sort_at, content_hash)
       values (allocate_article_ids(1), $1, uuid_send(uuidv7()), $2, $4, '', now(), now(), uuid_send(uuidv7())) returning id
   ), content as (insert into article_contents (article_id, content_html, text) select id, '', $3 from made),
   staged as (insert into article_stages (article_id, stage, content_hash) select id, 'index', '\\x01' from made)
   select id from made`,
);
const editStatement = statement(
  'test-edit',
  `with edited as (update articles set content_hash = uuid_send(uuidv7()) where id = $1),
   content as (update article_contents set text = $2 where article_id = $1) select mark_for_index(array[$1::bigint])`,
);

export async function openTestIndexer(): Promise<TestSearchIndexer> {
  const database = await createTestDatabase();
  const rows = database.superuser('alt');
  const folder = await mkdtemp(join(tmpdir(), 'alt-search-'));
  const running = new Set<RunningIndexer>();
  return {
    rows,
    folder,
    addFeed: async (name) => (await rows.one(addFeedStatement, [name]))?.id ?? 0,
    addArticle: async (feedId, title, text, language = 'en') =>
      (await rows.one(addArticleStatement, [feedId, title, text, language]))?.id ?? 0,
    editArticle: async (id, text) => void (await rows.run(editStatement, [id, text])),
    async start(environment = {}) {
      const role = database.connectAs('search_indexer');
      const started = await startService(role, { ALT_SEARCH_DIR: folder, ...environment });
      running.add(started);
      return {
        ...started,
        async stop() {
          running.delete(started);
          await started.stop();
        },
      };
    },
    async stop() {
      await Promise.all([...running].map((one) => one.stop()));
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startService(role: Database, environment: Record<string, string>): Promise<RunningIndexer> {
  const names = ['search-indexer', 'alt-backend', 'pre-processor'] as const;
  const keys = await Promise.all(names.map((name) => generateServiceKey(name)));
  const stopping = new AbortController();
  const egress = createEgress({ userAgent: 'Alt/test' });
  let handler: ((request: Request) => Promise<Response>) | null = null;
  const hostOf = (name: ServiceName) =>
    createHost({
      name,
      environment,
      log: createLogger(process.env.ALT_TEST_LOG ? 'info' : 'silent'),
      signal: stopping.signal,
      database: name === 'search-indexer' ? role : null,
      listener: name === 'search-indexer' ? role : null,
      egress,
      keys: { own: keys[names.indexOf(name as (typeof names)[number])] ?? { kid: '' }, all: keys.map(publicHalf) },
      publicUrl: new URL('http://localhost:8000'),
      trustedProxies: parseTrustedProxies(''),
      reach: () => ({
        baseUrl: 'http://localhost:9300',
        dispatch: async (request) => handler?.(request) ?? new Response(null, { status: 503 }),
      }),
    });
  const running = await service.start(
    parseConfig('search-indexer', service.config, environment),
    hostOf('search-indexer') as never,
  );
  handler = running.fetch ?? null;
  const request: RunningIndexer['request'] = (path, body, as = 'alt-backend') => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    if (as !== null) return hostOf(as).peer('search-indexer')(path, init);
    return handler?.(new Request(`http://localhost:9300${path}`, init)) ?? Promise.reject(new Error('not running'));
  };
  return {
    request,
    async search(asked) {
      const response = await request('/v1/search', { text: null, ...asked });
      if (!response.ok) throw new Error(await response.text());
      return (await response.json()) as Answered;
    },
    async stop() {
      stopping.abort();
      handler = null;
      await running.stop();
      await egress.close();
    },
  };
}

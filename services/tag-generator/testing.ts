import { type Database, statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
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
import { service } from './service.ts';

/** tag-generator on a database of its own, with readers who follow feeds and articles that arrived. */
export interface TestTagGenerator {
  database: TestDatabase;
  /** All rows of `alt`, past row-level security. */
  rows: Database;
  /** Makes a feed that readers of these tenants follow; a private one where a tenant is named. */
  makeFeed(name: string, options: { tenants: string[]; privateTo?: string }): Promise<number>;
  /** Another reader follows a feed, and receives its articles. */
  follow(feedId: number, tenantId: string): Promise<void>;
  /** Articles that arrive, their stage `tag` begun; answers their ids. */
  arrive(feedId: number, articles: { title: string; text: string; language?: string | null }[]): Promise<number[]>;
  /** Resolves when every article is tagged, for every tenant. */
  settled(): Promise<void>;
  /** Tags of an article for a tenant, the best first. */
  tagsOf(articleId: number, tenantId: string): Promise<string[]>;
  /** All tags of a tenant, by name. */
  vocabulary(tenantId: string): Promise<string[]>;
  /** A request of a peer's, or of somebody without a token. */
  post(path: string, body: unknown, as?: ServiceName | null): Promise<{ status: number; json: never }>;
  /** Ends this process and starts another one. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A tenant with one reader of the same number. */
export function tenant(digit: number): string {
  return `00000000-0000-7000-8000-0000000000a${digit}`;
}

/** `creator` answers in place of news-creator; without it, one that has no model. */
export async function startTestTagGenerator(
  environment: Record<string, string> = {},
  creator: Creator = async () => Response.json({ isGenerative: false, engines: [] }),
): Promise<TestTagGenerator> {
  const database = await createTestDatabase();
  const rows = database.superuser('alt');
  let running = await startOn(database, environment, creator);
  return {
    database,
    rows,
    ...createWorld(rows),
    post: (path, body, as = 'alt-backend') => running.post(path, body, as),
    async restart() {
      await running.stop();
      running = await startOn(database, environment, creator);
    },
    async stop() {
      await running.stop();
      await database.drop();
    },
  };
}

type Creator = (request: Request) => Promise<Response>;
type World = Pick<TestTagGenerator, 'makeFeed' | 'follow' | 'arrive' | 'settled' | 'tagsOf' | 'vocabulary'>;

const ARRIVE = `with block as (select allocate_article_ids($2::int) as first), made as (
           insert into articles (id, feed_id, identity, title, language, excerpt, received_at, sort_at, content_hash)
             select block.first + g.place - 1, $1, uuid_send(uuidv7()), g.title, g.language, '', now(), now(), uuid_send(uuidv7())
             from block, unnest($3::text[], $4::text[], $5::text[]) with ordinality as g (title, language, body, place)
             returning id, title
         ), contents as (
           insert into article_contents (article_id, content_html, text)
             select block.first + g.place - 1, '', g.body
             from block, unnest($3::text[], $4::text[], $5::text[]) with ordinality as g (title, language, body, place)
         ), document as (
           insert into feed_documents (feed_id, article_ids) select $1, array_agg(id order by id) from made
             on conflict (feed_id) do update set article_ids = excluded.article_ids
         )
         select id from made order by id`;

function createWorld(rows: Database): World {
  const ids = (name: string, sql: string, values: unknown[]) =>
    rows.all<{ id: number }>(statement(`test_${name}`, sql), values);
  const names = async (name: string, sql: string, values: unknown[]) =>
    (await rows.all<{ name: string }>(statement(`test_${name}`, sql), values)).map((row) => row.name);
  const follow: World['follow'] = async (feedId, tenantId) => {
    await rows.run(statement('test_tenant', 'insert into tenants (id) values ($1) on conflict do nothing'), [tenantId]);
    await ids(
      'follow',
      `with reader as (
         insert into readers (user_id, tenant_id) values ($2, $2)
           on conflict (user_id, tenant_id) do update set user_id = excluded.user_id returning id
       )
       insert into subscriptions (reader_id, feed_id) select id, $1 from reader returning id`,
      [feedId, tenantId],
    );
  };
  return {
    follow,
    async makeFeed(name, { tenants, privateTo }) {
      const owner = privateTo ?? null;
      if (owner)
        await rows.run(statement('test_owner', 'insert into tenants (id) values ($1) on conflict do nothing'), [owner]);
      const [feed] = await ids(
        'feed',
        `with host as (insert into hosts (host) values ($1) on conflict do nothing)
         insert into feeds (url, host, tenant_id) values ('https://' || $1 || '/feed', $1, $2) returning id`,
        [`${name}.example`, owner],
      );
      const feedId = feed?.id ?? 0;
      for (const tenantId of tenants) await follow(feedId, tenantId);
      return feedId;
    },
    async arrive(feedId, articles) {
      const made = await ids('arrive', ARRIVE, [
        feedId,
        articles.length,
        articles.map(({ title }) => title),
        articles.map(({ language = 'en' }) => language),
        articles.map(({ text }) => text),
      ]);
      const articleIds = made.map(({ id }) => id);
      await rows.run(
        statement(
          'test_stage',
          `insert into article_stages (article_id, stage, content_hash)
           select id, 'tag', content_hash from articles where id = any($1::bigint[])`,
        ),
        [articleIds],
      );
      return articleIds;
    },
    settled: () =>
      until(async () => {
        const [open] = await ids(
          'open',
          `select ((select count(*) from article_stages where stage in ('tag', 'refine') and state in ('waiting', 'claimed'))
             + (select count(*) from tag_requests))::int as id`,
          [],
        );
        return open?.id === 0;
      }),
    tagsOf: (articleId, tenantId) =>
      names(
        'tags',
        `select t.name from article_tags n join tags t on t.id = n.tag_id
         where n.article_id = $1 and n.tenant_id = $2 order by n.score desc, t.name`,
        [articleId, tenantId],
      ),
    vocabulary: (tenantId) =>
      names('vocabulary', 'select name from tags where tenant_id = $1 order by name', [tenantId]),
  };
}

/** Resolves when the condition holds; rejects after a time that only a hang takes. */
export async function until(condition: () => Promise<boolean>, timeoutMs = 120_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('The condition did not come true.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function startOn(database: TestDatabase, environment: Record<string, string>, creator: Creator) {
  const callers = ['tag-generator', 'alt-backend', 'pre-processor'] as const;
  const keys = await Promise.all(callers.map((name) => generateServiceKey(name)));
  const stopping = new AbortController();
  const egress = createEgress({ userAgent: 'Alt/test' });
  const role = database.connectAs('tag_generator');
  let handler: ((request: Request) => Promise<Response>) | null = null;
  const hostOf = (name: ServiceName) =>
    createHost({
      name,
      environment,
      log: createLogger(process.env.LOG_LEVEL ?? 'silent'),
      signal: stopping.signal,
      database: role,
      listener: role,
      egress,
      keys: { own: keys[callers.indexOf(name as (typeof callers)[number])] ?? { kid: '' }, all: keys.map(publicHalf) },
      publicUrl: new URL('http://localhost:8000'),
      trustedProxies: parseTrustedProxies(''),
      reach: (peer) => ({
        baseUrl: 'http://localhost:9400',
        dispatch: async (request) => {
          if (peer === 'news-creator') return creator(request);
          if (peer !== 'tag-generator' || !handler) throw new Error(`${peer} is not running`);
          return handler(request);
        },
      }),
    });
  const settings = parseConfig('tag-generator', service.config, environment);
  const running = await service.start(settings, hostOf('tag-generator') as never);
  handler = running.fetch ?? null;
  return {
    async post(path: string, body: unknown, as: ServiceName | null) {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      const response = as
        ? await hostOf(as).peer('tag-generator')(path, init)
        : await handler?.(new Request(`http://localhost:9400${path}`, init));
      return { status: response?.status ?? 0, json: (await response?.json()) as never };
    },
    async stop() {
      stopping.abort();
      await running.stop();
      handler = null;
      await egress.close();
    },
  };
}

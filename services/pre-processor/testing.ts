import { type Database, statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { createEgress, type Egress, EgressError } from '@alt/egress';
import {
  createHost,
  createLogger,
  generateServiceKey,
  parseConfig,
  parseTrustedProxies,
  publicHalf,
} from '@alt/service-kit';
import { service } from './service.ts';

export const READER = {
  userId: '00000000-0000-7000-8000-000000000001',
  tenantId: '00000000-0000-7000-8000-0000000000a1',
};

/** pre-processor on a database of its own, with readers who follow feeds. */
export interface TestPreProcessor {
  database: TestDatabase;
  /** All rows of `alt`, past row-level security. */
  rows: Database;
  /** Makes feeds that nobody follows yet. */
  addFeeds(urls: string[], tenantId?: string | null): Promise<number[]>;
  /** Lets a reader follow feeds; answers their ids. */
  follow(urls: string[], reader?: typeof READER): Promise<number[]>;
  /** Lets feeds be polled now, whatever their schedule and their hosts say. */
  pollNow(feedIds: number[]): Promise<void>;
  /** Resolves when no feed is due or being polled. */
  settled(): Promise<void>;
  /** Polls now and waits. */
  poll(feedIds: number[]): Promise<void>;
  feed(feedId: number): Promise<FeedRow>;
  articles(feedId: number): Promise<ArticleRow[]>;
  /** A request of alt-backend's. */
  peer(path: string, init?: { method?: string; body?: unknown; headers?: Record<string, string> }): Promise<Response>;
  /** Another process on the same database. */
  another(environment?: Record<string, string>): Promise<() => Promise<void>>;
  stop(): Promise<void>;
}

export interface FeedRow {
  id: number;
  url: string;
  title: string | null;
  state: string;
  etag: string | null;
  last_modified: string | null;
  error_code: string | null;
  error_message: string | null;
  error_count: number;
  last_status: number | null;
  next_poll_at: Date;
  last_polled_at: Date | null;
  last_success_at: Date | null;
  retry_after_at: Date | null;
  redirect_url: string | null;
  redirect_count: number;
  repaired_from: string | null;
  claimed_by: string | null;
  minimum_interval_seconds: number;
  subscriber_count: number;
}

export interface ArticleRow {
  id: number;
  title: string;
  url: string | null;
  sort_at: Date;
  received_at: Date;
  published_at: Date | null;
  content_html: string;
  text: string;
}

export interface TestOptions {
  environment?: Record<string, string>;
  egress?: Egress;
  /** Shortens every time-out of egress. */
  timeoutScale?: number;
  /** Whether readers who follow a feed get full texts unasked. Made-up articles are short, and so taken for cut short. */
  fetchesUnasked?: boolean;
}

/** Starts pre-processor; loopback is opened as an operator would open it. */
export async function startTestPreProcessor(options: TestOptions = {}): Promise<TestPreProcessor> {
  const database = await createTestDatabase();
  const superuser = database.superuser('alt');
  // Scripts change what stages work on at the same time, in any order.
  const script: Database['script'] = (sql) => superuser.transaction((tx) => tx.script(sql), { retry: true });
  const rows = { ...superuser, script };
  const egress =
    options.egress ??
    createEgress({
      allow: ['127.0.0.0/8'],
      userAgent: 'Alt/test',
      timeoutScale: options.timeoutScale ?? 1,
      // Made-up articles link to made-up hosts.
      lookup: (name) => Promise.reject(new EgressError('dns-not-found', name)),
    });
  const running = await startOn(database, egress, options.environment ?? {});
  return {
    database,
    rows,
    ...createReaders(database.connectAs('alt_backend'), options.fetchesUnasked ?? false),
    ...createPollControl(rows),
    peer: running.peer,
    async another(environment = {}) {
      const other = await startOn(database, egress, { ...options.environment, ...environment });
      return other.stop;
    },
    async stop() {
      await running.stop();
      await egress.close();
      await database.drop();
    },
  };
}

function createReaders(backend: Database, fetchesUnasked: boolean): Pick<TestPreProcessor, 'addFeeds' | 'follow'> {
  const asReader = (reader: typeof READER, name: string, sql: string, values: unknown[]) =>
    backend.asReader(reader, (tx) => tx.all<{ id: number }>(statement(name, sql), values));
  const addFeeds: TestPreProcessor['addFeeds'] = async (urls, tenantId = null) => {
    const made = await backend.all<{ id: number }>(
      statement(
        'test-add-feeds',
        'select ensure_feed(w.url, w.host, $3::uuid, null, null) as id from unnest($1::text[], $2::text[]) as w (url, host)',
      ),
      [urls, urls.map((url) => new URL(url).host), tenantId],
    );
    return made.map(({ id }) => id);
  };
  return {
    addFeeds,
    async follow(urls, reader = READER) {
      const ids = await addFeeds(urls);
      await asReader(reader, 'test-reader', 'select ensure_reader() as id', []);
      const titles = ids.map(() => null);
      const subscribe = 'select set_auto_full_text(subscription_id, $3) from subscribe($1, $2)';
      await asReader(reader, 'test-subscribe', subscribe, [ids, titles, fetchesUnasked]);
      return ids;
    },
  };
}

/** Servers that never answer take 20 s each, eight at once. */
const SETTLED_TIMEOUT_MS = 180_000;

type PollControl = Pick<TestPreProcessor, 'pollNow' | 'settled' | 'poll' | 'feed' | 'articles'>;

function createPollControl(rows: Database): PollControl {
  const openFeeds = statement<{ count: number }>(
    'test-due',
    `select count(*)::integer as count from feeds where subscriber_count > 0
       and (claimed_by is not null or next_poll_at <= now())`,
  );
  const control: PollControl = {
    async pollNow(feedIds) {
      await rows.script('update hosts set next_request_at = now(), penalty_until = null');
      await rows.run(statement('test-poll-now', 'update feeds set next_poll_at = now() where id = any ($1)'), [
        feedIds,
      ]);
      await rows.script('notify alt_polls');
    },
    settled: () => until(async () => (await rows.one(openFeeds))?.count === 0, SETTLED_TIMEOUT_MS),
    async poll(feedIds) {
      await control.pollNow(feedIds);
      await control.settled();
    },
    async feed(feedId) {
      const row = await rows.one<FeedRow>(statement('test-feed', 'select * from feeds where id = $1'), [feedId]);
      if (!row) throw new Error(`There is no feed ${feedId}`);
      return row;
    },
    articles: (feedId) =>
      rows.all<ArticleRow>(
        statement(
          'test-articles',
          `select a.*, c.content_html, c.text from articles a join article_contents c on c.article_id = a.id
           where a.feed_id = $1 order by a.sort_at desc, a.id desc`,
        ),
        [feedId],
      ),
  };
  return control;
}

/** Resolves when the condition holds; rejects after a time that only a hang takes. */
export async function until(condition: () => Promise<boolean> | boolean, timeoutMs = 120_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('The condition did not come true.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function startOn(database: TestDatabase, egress: Egress, environment: Record<string, string>) {
  const stopping = new AbortController();
  const role = database.connectAs('pre_processor');
  const [own, peer] = await Promise.all([generateServiceKey('pre-processor'), generateServiceKey('alt-backend')]);
  const all = [publicHalf(own), publicHalf(peer)];
  const shared = {
    environment,
    log: createLogger(process.env.LOG_LEVEL ?? 'silent'),
    signal: stopping.signal,
    egress,
    listener: role,
    publicUrl: new URL(environment.ALT_PUBLIC_URL ?? 'http://localhost:8000'),
    trustedProxies: parseTrustedProxies(''),
    reach: () => ({ baseUrl: 'http://localhost', dispatch: () => Promise.reject(new Error('there is no peer')) }),
  };
  const host = createHost({ ...shared, name: 'pre-processor', database: role, keys: { own, all } });
  const backend = createHost({ ...shared, name: 'alt-backend', database: null, keys: { own: peer, all } });
  const running = await service.start(parseConfig('pre-processor', service.config, environment), host as never);
  const { fetch } = running;
  if (!fetch) throw new Error('pre-processor serves nothing');
  return {
    async peer(path: string, init: { method?: string; body?: unknown; headers?: Record<string, string> } = {}) {
      const { method = init.body === undefined ? 'GET' : 'POST', body, headers } = init;
      const isRaw = typeof body === 'string' || body instanceof Uint8Array;
      return fetch(
        new Request(new URL(path, 'http://localhost:9200'), {
          method,
          headers: {
            ...(isRaw ? {} : { 'content-type': 'application/json' }),
            'x-alt-service-token': await backend.keys.serviceToken('pre-processor'),
            ...headers,
          },
          ...(body === undefined ? {} : { body: isRaw ? (body as string) : JSON.stringify(body) }),
        }),
      );
    },
    async stop() {
      stopping.abort();
      await running.stop();
    },
  };
}

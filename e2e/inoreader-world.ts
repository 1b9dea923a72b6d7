import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Database, statement } from '@alt/database';
import { createEgress } from '@alt/egress';
import { accessKeyName, createTokenReader } from '@alt/external-tokens';
import { createLogger } from '@alt/service-kit';
import { type ReaderItem, type ReaderServer, startInoreader } from '@alt/testing/inoreader/index.ts';
import { expect, onTestFinished } from 'vitest';
import { connectInoreader } from '../services/alt-backend/store/connections.ts';
import { READER, startTestPreProcessor, type TestPreProcessor, until } from '../services/pre-processor/testing.ts';
import { runDue, type SyncTools } from '../services/pre-processor-sidecar/synchronising.ts';

const DAY_MS = 86_400_000;
/** As the schedule wakes it; where only a day has to pass, fewer wakes do unless counts are full. */
export const WAKE_MS = 30 * 60_000;
const WAKES_A_DAY = process.env.ALT_TEST_LONG ? 48 : 12;

/** A reader in Alt whose account at a local Inoreader is connected, pre-processor at work, and a clock of the test's own. */
export interface InoreaderWorld {
  pre: TestPreProcessor;
  inoreader: ReaderServer;
  /** All rows, past row-level security. */
  rows: Database;
  /** What a run works with; its clock is the world's. */
  tools(worker?: string): SyncTools;
  now(): Date;
  /** Time goes on; where a day ends, Inoreader's quotas begin again. */
  advance(ms: number): void;
  /** One wake of the schedule: a run, and the inbox is emptied. */
  wake(): Promise<Awaited<ReturnType<typeof runDue>>>;
  /** A day of wakes; `after` looks after each. */
  wakeForADay(after?: () => Promise<void>): Promise<void>;
  /** Wakes for a day, and on until both sides agree; fails where they do not after so many days. */
  untilAgreed(days?: number): Promise<void>;
  /** What both sides have, or what differs. */
  differences(): Promise<string[]>;
  arrived(): Promise<void>;
  /** In the name of the reader: SQL with the reader's id as $1. */
  act(name: string, sql: string, values?: unknown[]): Promise<void>;
  local(): Promise<Map<string, LocalItem>>;
  localFeeds(): Promise<Map<string, { title: string | null; folders: string[] }>>;
  setToken(token: string | null): Promise<void>;
  /** What another process needs for a run. */
  forChild(): Record<string, unknown>;
  /** Requests that Inoreader was sent on each day of the clock, by zone. */
  spent(): { 1: number; 2: number }[];
  stop(): Promise<void>;
}

export interface LocalItem {
  articleId: number;
  isRead: boolean;
  isStarred: boolean;
  labels: string[];
}

const START = new Date('2030-03-04T00:00:30Z');

export async function startWorld(options: { limits?: { 1: number; 2: number } } = {}): Promise<InoreaderWorld> {
  const pre = await startTestPreProcessor({ environment: { ALT_EXTRACT_THREADS: '1' } });
  const inoreader = await startInoreader(options);
  const folder = await mkdtemp(path.join(tmpdir(), 'alt-tokens-'));
  const rows = pre.database.superuser('alt');
  const role = pre.database.connectAs('pre_processor_sidecar');
  const backend = pre.database.connectAs('alt_backend');
  const egress = createEgress({ allow: ['127.0.0.0/8'], userAgent: 'Alt/test', timeoutScale: 0.5 });
  let time = START.getTime();
  const stopping = new AbortController();
  const days: { 1: number; 2: number }[] = [{ 1: 0, 2: 0 }];
  let counted = 0;

  const countRequests = () => {
    for (const { zone } of inoreader.requests.slice(counted)) {
      const today = days.at(-1);
      if (today && zone !== null) today[zone] += 1;
    }
    counted = inoreader.requests.length;
  };
  const endOfDay = () => (Math.floor(time / DAY_MS) + 1) * DAY_MS;
  const tellReset = () => inoreader.control.setResetAfter(Math.ceil((endOfDay() - time) / 1_000));

  const world: InoreaderWorld = {
    pre,
    inoreader,
    rows,
    tools: (worker = 'test') => ({
      database: role,
      egress,
      url: inoreader.url,
      tokens: createTokenReader({ store: 'kubernetes', folder, keys: {}, database: null }),
      worker,
      leaseSeconds: 180,
      now: () => new Date(time),
      signal: stopping.signal,
      log: createLogger(process.env.LOG_LEVEL ?? 'silent'),
      metrics: null,
      isOpenedByOperator: (address) => egress.isOpenedByOperator(address),
    }),
    now: () => new Date(time),
    advance(ms) {
      countRequests();
      const day = Math.floor(time / DAY_MS);
      time += ms;
      for (let next = day; next < Math.floor(time / DAY_MS); next += 1) {
        inoreader.control.endDay();
        days.push({ 1: 0, 2: 0 });
      }
      tellReset();
    },
    async wake() {
      const results = await runDue(world.tools());
      await world.arrived();
      return results;
    },
    async wakeForADay(after) {
      for (let wakes = 0; wakes < WAKES_A_DAY; wakes += 1) {
        world.advance(DAY_MS / WAKES_A_DAY);
        await world.wake();
        await after?.();
      }
    },
    async untilAgreed(most = 3) {
      // At least a day, so that everything that is asked daily has been.
      await world.wakeForADay();
      let differences = await world.differences();
      for (let wakes = WAKES_A_DAY; differences.length > 0 && wakes < most * WAKES_A_DAY; wakes += 1) {
        world.advance(DAY_MS / WAKES_A_DAY);
        await world.wake();
        differences = await world.differences();
      }
      if (differences.length > 0) throw new Error(`The sides do not agree:\n${differences.slice(0, 20).join('\n')}`);
    },
    differences: () => findDifferences(world),
    arrived: () => until(async () => (await rows.one(selectWaiting))?.count === 0),
    async act(name, sql, values = []) {
      await backend.asReader(READER, async (tx) => {
        const { id = 0 } = (await tx.one(selectReader)) ?? {};
        await tx.run(statement(`test_${name}`, sql), [id, ...values]);
      });
    },
    async local() {
      const found = await rows.all(selectLocal);
      return new Map(found.map(({ url, ...item }) => [url, item]));
    },
    async localFeeds() {
      const found = await rows.all(selectFeeds);
      return new Map(found.map(({ url, ...feed }) => [url, feed]));
    },
    async setToken(token) {
      const expiresAt = '2099-01-01T00:00:00Z';
      const obtainedAt = '2029-01-01T00:00:00Z';
      generation += 1;
      const written = { accessToken: token, expiresAt, scope: 'read write', generation, obtainedAt };
      const file = path.join(folder, accessKeyName('inoreader'));
      await writeFile(`${file}.new`, JSON.stringify(token === null ? {} : { default: written }));
      await rename(`${file}.new`, file);
      if (token !== null) inoreader.control.acceptToken(token);
    },
    forChild: () => ({
      connection: pre.database.connection('pre_processor_sidecar'),
      url: inoreader.url,
      folder,
      now: time,
    }),
    spent() {
      countRequests();
      return days;
    },
    async stop() {
      stopping.abort();
      await inoreader.stop();
      await egress.close();
      await pre.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  let generation = 0;
  tellReset();
  await world.setToken('first-token');
  await backend.asReader(READER, async (tx) => {
    const { id = 0 } = (await tx.one(selectReader)) ?? {};
    await connectInoreader(tx, id, 'default');
  });
  await rows.script(`update inoreader_connections set created_at = '${START.toISOString()}'`);
  return world;
}

const selectReader = statement<{ id: number }>('test_reader', 'select ensure_reader() as id');
const selectWaiting = statement<{ count: number }>(
  'test_inbox',
  `select count(*)::int as count from inbound_items where state = 'waiting'`,
);
const selectLocal = statement<LocalItem & { url: string }>(
  'test_local',
  `select a.url, a.id as "articleId", e.is_starred as "isStarred",
     e.is_read or e.hidden_reason is null and is_covered(e.revision, e.received_at, c.read_through, c.read_before) as "isRead",
     array(select l.name from entry_labels n join labels l on l.id = n.label_id
       where n.article_id = e.article_id and n.reader_id = e.reader_id order by 1) as labels
   from entries e join articles a on a.id = e.article_id
   join counters c on c.reader_id = e.reader_id and c.feed_id = e.feed_id`,
);
const selectFeeds = statement<{ url: string; title: string | null; folders: string[] }>(
  'test_feeds',
  `select f.url, s.title, array(select d.name from subscription_folders p join folders d on d.id = p.folder_id
     where p.subscription_id = s.id order by 1) as folders
   from subscriptions s join feeds f on f.id = s.feed_id`,
);

/** Compares the whole of both sides, and says each difference. */
async function findDifferences({ inoreader, local, localFeeds }: InoreaderWorld): Promise<string[]> {
  const { account } = inoreader;
  const found: string[] = [];
  const here = await localFeeds();
  const there = account.feeds.filter(({ isSubscribed }) => isSubscribed);
  for (const feed of there) {
    const own = here.get(feed.url);
    if (!own) found.push(`${feed.url} is followed there alone`);
    else if (own.folders.join() !== feed.folders.toSorted().join()) {
      found.push(`${feed.url} lies in ${own.folders} here, in ${feed.folders} there`);
    } else if (own.title !== null && own.title !== feed.title) {
      found.push(`${feed.url} is called ${own.title} here, ${feed.title} there`);
    }
  }
  for (const url of here.keys())
    if (!there.some((feed) => feed.url === url)) found.push(`${url} is followed here alone`);
  const entries = await local();
  for (const item of account.items) found.push(...compareItem(item, entries.get(item.url ?? '')));
  const known = new Set(account.items.map(({ url }) => url));
  for (const [url, entry] of entries) {
    if (!known.has(url) && (entry.isStarred || entry.labels.length > 0)) found.push(`${url} is kept here alone`);
  }
  return found;
}

function compareItem(item: ReaderItem, entry: LocalItem | undefined): string[] {
  const isKept = item.isStarred || item.labels.length > 0;
  if (!entry) return !item.isRead || isKept ? [`${item.url} is there alone`] : [];
  const one = stateText(entry);
  const other = stateText(item);
  // What is kept of a feed that nobody follows is in no list of unread articles.
  const [here, there] = item.feed.isSubscribed ? [one, other] : [one.slice(1), other.slice(1)];
  return here === there ? [] : [`${item.url} is ${one} here, ${other} there`];
}

function stateText({ isRead, isStarred, labels }: Omit<LocalItem, 'articleId'>): string {
  return `${isRead ? 'r' : 'u'}${isStarred ? '*' : '-'}${labels.toSorted().join('+')}`;
}

/** Feeds and items at Inoreader; of every third item a mark of some kind, unless all are unread. */
export function fillAccount(
  { inoreader: { account }, now }: InoreaderWorld,
  { feeds, items, isUnread = false }: { feeds: number; items: number; isUnread?: boolean },
): void {
  for (let index = 0; index < feeds; index += 1) {
    const site = `https://blog${index}.test/`;
    const feed = account.addFeed({ url: `${site}feed`, htmlUrl: site, folders: index % 2 === 0 ? ['News'] : [] });
    for (let place = 0; place < items; place += 1) {
      account.addItem(feed, {
        url: `${site}${place}`,
        arrivedAt: new Date(now().getTime() - (items - place) * 60_000),
        isRead: !isUnread && place % 3 === 0,
        isStarred: !isUnread && place % 5 === 0,
        labels: !isUnread && place % 7 === 0 ? ['later'] : [],
      });
    }
  }
}

/** Inoreader's item of that address. */
export function itemAt({ inoreader }: InoreaderWorld, url: string): ReaderItem {
  const found = inoreader.account.items.find((item) => item.url === url);
  if (!found) throw new Error(`Inoreader has no ${url}`);
  return found;
}

/** Sets a state of the reader's entry, as alt-backend does. */
export async function setLocal(
  world: InoreaderWorld,
  url: string,
  change: { isRead?: boolean; isStarred?: boolean },
): Promise<void> {
  await world.act(
    'set',
    `with changed as (select begin_change() as revision)
     update entries e set revision = changed.revision, is_read = coalesce($3, e.is_read), is_starred = coalesce($4, e.is_starred)
     from changed, articles a where e.reader_id = $1 and a.id = e.article_id and a.url = $2`,
    [url, change.isRead ?? null, change.isStarred ?? null],
  );
}

/** Puts a label on the reader's entry, or takes it off. */
export async function setLabel(world: InoreaderWorld, url: string, name: string, isSet: boolean): Promise<void> {
  await world.act(
    'label_make',
    `insert into labels (tenant_id, owner_id, name) values (current_tenant_id(), $1, $2)
     on conflict on constraint labels_name_key do nothing`,
    [name],
  );
  const target = `from entries e join articles a on a.id = e.article_id, labels l
    where e.reader_id = $1 and a.url = $2 and l.owner_id = $1 and l.name = $3`;
  if (isSet) {
    await world.act(
      'label_add',
      `insert into entry_labels (reader_id, label_id, article_id, sort_at) select $1, l.id, e.article_id, e.sort_at ${target}
       on conflict do nothing`,
      [url, name],
    );
  } else {
    await world.act(
      'label_remove',
      `delete from entry_labels n using (select l.id, e.article_id ${target}) w
       where n.reader_id = $1 and n.label_id = w.id and n.article_id = w.article_id`,
      [url, name],
    );
  }
  await setLocal(world, url, {});
}

/** A world that ends with the present test. */
export async function startInTest(options?: Parameters<typeof startWorld>[0]): Promise<InoreaderWorld> {
  const world = await startWorld(options);
  onTestFinished(() => world.stop());
  return world;
}

/** On no day more requests were sent than the limit less its reserve, in either zone. */
export function expectBudgetKept(world: InoreaderWorld, most = 90): void {
  const spent = world.spent();
  expect(Math.max(...spent.map((day) => day[1]))).toBeLessThanOrEqual(most);
  expect(Math.max(...spent.map((day) => day[2]))).toBeLessThanOrEqual(most);
}

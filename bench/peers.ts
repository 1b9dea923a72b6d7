import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Database, statement } from '@alt/database';
import { benchLists, repeat } from './lists.ts';
import { installMiniflux, MINIFLUX_VERSION, type Miniflux, startMiniflux } from './miniflux.ts';
import { startWeb } from './polling.ts';
import { benchRefreshChanged, benchRefreshUnchanged } from './refresh.ts';
import { describeMachine, type Measure, percentile, writeRegion } from './report.ts';

const CONCURRENCY = 32;
const ITEMS = 20;
const PAGE = 50;

const countOpen = statement<{ count: number }>(
  'peers_open',
  'select count(*) as count from feeds where next_check_at <= now()',
);
const countEntries = statement<{ count: number }>('peers_entries', 'select count(*) as count from entries');
const selectFolder = statement<{ id: number }>('peers_folder', `select id from categories where title = 'Large'`);

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, write: { type: 'boolean' }, runs: { type: 'string', default: '3' } },
});
const isQuick = values.quick ?? false;
const binary = await installMiniflux();
if (binary === null) {
  process.stderr.write('Miniflux is built from source: install Go (https://go.dev/dl) and run this again.\n');
  process.exit(1);
}

interface Comparison {
  what: string;
  unit: '/s' | 'ms';
  ours: number;
  theirs: number;
  target: string;
}

const comparisons = [...(await compareRefresh(binary)), ...(await compareLists(binary))];
const text = formatComparisons(comparisons);
process.stdout.write(`${text}\n`);
if (values.write) await writeRegion('peers', text);
process.exit(0);

/** The same feeds, the same number of requests at once, in turn: the median of the runs of each. */
async function compareRefresh(program: string): Promise<Comparison[]> {
  const runs = isQuick ? 1 : Number(values.runs);
  const changed = isQuick ? 100 : 1_000;
  const unchanged = isQuick ? 500 : 5_000;
  const stored = { ours: [] as number[], theirs: [] as number[] };
  const asked = { ours: [] as number[], theirs: [] as number[] };
  for (let turn = 0; turn < runs; turn += 1) {
    const how = { items: ITEMS, concurrency: CONCURRENCY };
    stored.ours.push((await benchRefreshChanged({ ...how, feeds: changed })).articlesPerSecond);
    stored.theirs.push((changed * ITEMS) / (await refreshMiniflux(program, changed, true)));
    report(`articles a second, run ${turn + 1}: ${last(stored.ours)}, Miniflux ${last(stored.theirs)}`);
    asked.ours.push((await benchRefreshUnchanged({ ...how, feeds: unchanged })).feedsPerSecond);
    asked.theirs.push(unchanged / (await refreshMiniflux(program, unchanged, false)));
    report(`unchanged feeds a second, run ${turn + 1}: ${last(asked.ours)}, Miniflux ${last(asked.theirs)}`);
  }
  const compare = (what: string, { ours, theirs }: typeof stored): Comparison => ({
    what,
    unit: '/s',
    ours: percentile(ours, 0.5),
    theirs: percentile(theirs, 0.5),
    target: '≥ 2 ×',
  });
  return [
    compare(`articles stored, ${changed} changed feeds × ${ITEMS}`, stored),
    compare(`feeds asked, ${unchanged} unchanged`, asked),
  ];
}

/** It takes a quarter of an hour: what is known so far. */
function report(line: string): void {
  process.stderr.write(`${line}\n`);
}

function last(values: number[]): number {
  return Math.round(values.at(-1) ?? Number.NaN);
}

/** Seconds that Miniflux takes to ask all feeds again, with new articles or without. */
async function refreshMiniflux(program: string, feeds: number, isChanged: boolean): Promise<number> {
  const web = await startWeb({ feeds, items: ITEMS });
  const miniflux = await startMiniflux(program, CONCURRENCY);
  try {
    const outlines = web.urls.map((url) => `<outline type="rss" text="feed" xmlUrl="${url}"/>`).join('\n');
    await miniflux.call('POST', '/v1/import', `<opml version="2.0"><head/><body>${outlines}</body></opml>`);
    await refreshAll(miniflux);
    const before = (await miniflux.database.one(countEntries))?.count ?? 0;
    if (isChanged) await web.publish(ITEMS);
    const seconds = await refreshAll(miniflux);
    const stored = ((await miniflux.database.one(countEntries))?.count ?? 0) - before;
    if (stored !== (isChanged ? feeds * ITEMS : 0)) throw new Error(`Miniflux stored ${stored} articles`);
    return seconds;
  } finally {
    await miniflux.stop();
    await web.stop();
  }
}

async function refreshAll({ database, call }: Miniflux): Promise<number> {
  await database.script(`update feeds set next_check_at = now() - interval '1 hour'`);
  const startedAt = performance.now();
  await call('PUT', '/v1/feeds/refresh');
  while (((await database.one(countOpen))?.count ?? 0) > 0) await sleep(50);
  return (performance.now() - startedAt) / 1_000;
}

/** Lists that both have, of a reader with the same entries; pages of both at the same depths, by their own means. */
async function compareLists(program: string): Promise<Comparison[]> {
  const perFeed = isQuick ? 100 : 1_000;
  const ours = (await benchLists({ isQuick })).measures;
  const miniflux = await startMiniflux(program, CONCURRENCY);
  try {
    await loadMiniflux(miniflux.database, perFeed);
    const runs = isQuick ? 20 : 100;
    const me = (await miniflux.call('GET', '/v1/me')) as { id: number };
    const measure = async (path: string) => {
      const pages = ['asc', 'desc'].flatMap((direction) =>
        [0, 200, 600, 2_000, 8_000].map(
          (offset) => `${path}&order=published_at&direction=${direction}&limit=${PAGE}&offset=${offset}`,
        ),
      );
      return percentile(
        await repeat(runs, (run) => miniflux.call('GET', pages[Math.abs(run) % pages.length] ?? '')),
        0.95,
      );
    };
    const p95 = (name: string) => percentile(measureOf(ours, name).values, 0.95);
    const compare = async (name: string, path: string): Promise<Comparison> => ({
      what: `${name}, p95`,
      unit: 'ms',
      ours: p95(name),
      theirs: await measure(path),
      target: '≤ ½',
    });
    const folder = await miniflux.database.one(selectFolder);
    const found = [
      await compare('unread, all feeds', '/v1/entries?status=unread'),
      await compare('all, all feeds', '/v1/entries?x'),
      await compare('starred, all feeds', '/v1/entries?starred=true'),
      await compare('unread, one subscription', '/v1/feeds/1/entries?status=unread'),
      await compare('unread, nested folder, 300 feeds', `/v1/categories/${folder?.id}/entries?status=unread`),
    ];
    const counters = await repeat(runs, () => miniflux.call('GET', '/v1/feeds/counters'));
    found.push({
      what: 'counters, p95',
      unit: 'ms',
      ours: p95('counters'),
      theirs: percentile(counters, 0.95),
      target: '',
    });
    const [marked = Number.NaN] = await once(() => miniflux.call('PUT', `/v1/users/${me.id}/mark-all-as-read`));
    const mark = measureOf(ours, '"mark all read" answered, and true in lists and counters').values[0] ?? Number.NaN;
    found.push({ what: '"mark all read" answered', unit: 'ms', ours: mark, theirs: marked, target: '' });
    return found;
  } finally {
    await miniflux.stop();
  }
}

async function once(work: () => Promise<unknown>): Promise<number[]> {
  const startedAt = performance.now();
  await work();
  return [performance.now() - startedAt];
}

function measureOf(measures: Measure[], what: string): Measure {
  const found = measures.find((measure) => measure.what === what);
  if (!found) throw new Error(`${what} was not measured`);
  return found;
}

/** 1,000 feeds, 300 of them in a category, with so many unread entries each; every 50th starred. */
async function loadMiniflux(database: Database, perFeed: number): Promise<void> {
  await database.script(`
    insert into categories (user_id, title) select id, 'Large' from users;
    insert into feeds (user_id, category_id, title, feed_url, site_url, next_check_at)
      select u.id, (select min(id) from categories where (title = 'Large') = (f <= 300)), 'Feed ' || f,
        'https://feed-' || f || '.example/rss', 'https://feed-' || f || '.example', now() + interval '1 day'
      from users u, generate_series(1, 1000) f;
    insert into entries (user_id, feed_id, hash, published_at, title, url, author, content, starred, changed_at)
      select u.id, f.id, md5(n::text), now() - n * interval '37 seconds', 'Article ' || n, 'https://feed.example/' || n, '',
        'The first words of an article, as a list shows them.', n % 50 = 0, now()
      from users u, generate_series(0, ${1_000 * perFeed - 1}) n join feeds f on f.id = 1 + n % 1000`);
  await database.script('vacuum (analyze) entries');
  await database.script('analyze');
}

function formatComparisons(rows: Comparison[]): string {
  const number = (value: number, unit: string) => `${value >= 100 ? Math.round(value) : value.toFixed(1)} ${unit}`;
  return [
    `## Beside Miniflux ${MINIFLUX_VERSION}`,
    '',
    `${describeMachine()}; in turn, ${CONCURRENCY} requests at once, each on an embedded Postgres with the same settings.`,
    '',
    '| what | Alt | Miniflux | ratio | target |',
    '|---|---|---|---|---|',
    ...rows.map(({ what, unit, ours, theirs, target }) => {
      const ratio = (ours / theirs).toFixed(2);
      return `| ${[what, number(ours, unit), number(theirs, unit), ratio, target].join(' | ')} |`;
    }),
  ].join('\n');
}

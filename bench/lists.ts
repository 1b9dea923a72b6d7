import { type Database, statement } from '@alt/database';
import { loadLargeReader } from '@alt/testing/large-reader.ts';
import { serviceAddress } from '@alt/topology';
import { type Call, databaseSettings, makeReader, startPlatform } from './platform.ts';
import { type Measure, percentile, type Section } from './report.ts';

interface Page {
  items: { id: string }[];
  nextCursor: string | null;
}

/** (c) Lists, counters and "mark all read" of one reader with 1,000 entries in each of 1,000 feeds. */
export async function benchLists({ isQuick }: { isQuick: boolean }): Promise<Section> {
  const perFeed = isQuick ? 100 : 1_000;
  const runs = isQuick ? 40 : 200;
  const platform = await startPlatform({ environment: { ALT_EXPOSE: 'alt-backend' } });
  try {
    const reader = await makeReader(platform.origin);
    const service = reader.at(serviceAddress('alt-backend', 'machine'));
    const database = platform.open('alt');
    const loadedAt = performance.now();
    const large = await loadLargeReader(database, { perFeed, reader });
    const loadSeconds = Math.round((performance.now() - loadedAt) / 1_000);
    const first = (await database.one(selectFirst))?.id ?? 0;
    const scopes = {
      'all feeds': '',
      'one subscription': `subscription=${first}`,
      'nested folder, 300 feeds': `folder=${large.folderId}`,
      'folder of old entries, 100 feeds': `folder=${large.oldFolderId}`,
      label: 'label=kept',
      tag: 'tag=science',
    };
    const measures: Measure[] = [];
    for (const [name, scope] of Object.entries(scopes)) {
      for (const view of ['unread', 'all', 'starred']) {
        measures.push(await measureList(`${view}, ${name}`, service, `view=${view}&${scope}`, runs));
      }
    }
    measures.push({
      what: 'counters',
      unit: 'ms',
      values: await repeat(runs, () => service('GET', '/v1/counters')),
      target: 'p95 ≤ 5 ms at the service',
    });
    for (const [name, scope] of Object.entries(scopes)) {
      const list = await measureList(`public origin: unread, ${name}`, reader.call, `view=unread&${scope}`, runs);
      measures.push({ ...list, target: '' });
    }
    measures.push({
      what: 'public origin: counters',
      unit: 'ms',
      values: await repeat(runs, () => reader.call('GET', '/v1/counters')),
    });
    measures.push(...(await measureMark(service, database, large.entries)));
    for (const view of ['unread', 'read', 'all']) {
      measures.push(await measureList(`after settling: ${view}, all feeds`, service, `view=${view}`, runs));
    }
    return {
      title: `Lists of ${large.entries.toLocaleString('en')} entries in ${large.feeds.toLocaleString('en')} feeds`,
      notes: [
        'Pages of 50, newest and oldest first, at the beginning and at four depths; HTTP to alt-backend, so session, policies and JSON included; where said, to the public origin.',
        `Postgres: ${await databaseSettings(database)}. Loading took ${loadSeconds} s.`,
      ],
      measures,
    };
  } finally {
    await platform.stop();
  }
}

const selectFirst = statement<{ id: number }>('bench_first_subscription', 'select min(id) as id from subscriptions');
const selectUnsettled = statement<{ count: number }>(
  'bench_unsettled',
  'select count(*) as count from counters where not is_settled',
);

async function measureList(what: string, call: Call, query: string, runs: number): Promise<Measure> {
  const pages: string[] = [];
  for (const order of ['newest', 'oldest'])
    pages.push(...(await deepPages(call, `/v1/entries?limit=50&order=${order}&${query}`)));
  const values = await repeat(runs, (run) => call('GET', pages[Math.abs(run) % pages.length] ?? ''));
  return { what, unit: 'ms', values, target: 'p95 ≤ 10 ms at the service' };
}

/** The first page, and pages that lie 1, 3, 10 and 40 pages of 200 deep. */
async function deepPages(call: Call, path: string): Promise<string[]> {
  const found = [path];
  let cursor: string | null = null;
  for (let depth = 1; depth <= 40; depth += 1) {
    const page = (await call(
      'GET',
      `${path}&limit=200${cursor ? `&cursor=${cursor}` : ''}`.replace('limit=50&', ''),
    )) as Page;
    cursor = page.nextCursor;
    if (!cursor) break;
    if ([1, 3, 10, 40].includes(depth)) found.push(`${path}&cursor=${cursor}`);
  }
  return found;
}

/** Milliseconds of each run, after a tenth of them to warm up. */
export async function repeat(runs: number, work: (run: number) => Promise<unknown>): Promise<number[]> {
  const values: number[] = [];
  for (let run = -Math.ceil(runs / 10); run < runs; run += 1) {
    const startedAt = performance.now();
    await work(run);
    if (run >= 0) values.push(performance.now() - startedAt);
  }
  return values;
}

async function measureMark(call: Call, database: Database, entries: number): Promise<Measure[]> {
  const startedAt = performance.now();
  const { updated } = (await call('POST', '/v1/entries/mark-read', {})) as { updated: number };
  const answered = performance.now() - startedAt;
  const counters = (await call('GET', '/v1/counters')) as { unread: number };
  const page = (await call('GET', '/v1/entries?view=unread')) as Page;
  if (updated !== entries || counters.unread !== 0 || page.items.length > 0)
    throw new Error('the mark was not true at once');
  const meanwhile: number[] = [];
  for (let run = 0; ((await database.one(selectUnsettled))?.count ?? 0) > 0; run += 1) {
    const view = ['unread', 'read', 'all', 'starred'][run % 4];
    meanwhile.push(...(await repeat(1, () => call('GET', `/v1/entries?limit=50&view=${view}`))));
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  return [
    {
      what: '"mark all read" answered, and true in lists and counters',
      unit: 'ms',
      values: [answered],
      target: '≤ 200 ms',
    },
    { what: 'rows settled', unit: 's', values: [seconds], target: '≤ 30 s' },
    {
      what: 'lists meanwhile',
      unit: 'ms',
      values: meanwhile,
      target: `p95 ≤ 50 ms (here ${Math.round(percentile(meanwhile, 0.95))})`,
    },
  ];
}

import { parseArgs } from 'node:util';
import { benchAuth } from './auth.ts';
import { benchLatency } from './latency.ts';
import { benchLists } from './lists.ts';
import { benchLogs } from './logs.ts';
import { benchMemory } from './memory.ts';
import { benchRefreshChanged, benchRefreshUnchanged, type RefreshOptions, type RefreshResult } from './refresh.ts';
import { benchReplicas } from './replicas.ts';
import { describeMachine, formatSections, type Section, writeRegion } from './report.ts';
import { benchSearch } from './search.ts';
import { benchStages } from './stages.ts';
import { benchStart } from './start.ts';
import { benchStatistics } from './statistics.ts';

interface Options {
  isQuick: boolean;
  isFull: boolean;
  /** Between the refresh and the measurement of memory at rest. */
  restSeconds: number;
}

/** Every part by its name, in the order in which they run. */
const parts: Record<string, (options: Options) => Promise<Section>> = {
  refresh: benchRefresh,
  latency: benchLatency,
  lists: benchLists,
  search: benchSearch,
  start: benchStart,
  memory: benchMemory,
  stages: benchStages,
  auth: benchAuth,
  replicas: benchReplicas,
  statistics: benchStatistics,
  logs: benchLogs,
};

const USAGE = `npm run bench -- [part…] [--quick] [--write] [--rest SECONDS]
  part     ${Object.keys(parts).join(', ')}; all unless given
  --quick  a tenth of the size
  --full   stages of 100,000 articles too
  --write  put the tables into docs/benchmarks.md
  --rest   seconds between the refresh and the measurement of memory; 600, or 10 with --quick
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean' },
    full: { type: 'boolean' },
    write: { type: 'boolean' },
    rest: { type: 'string' },
    help: { type: 'boolean' },
  },
});
const unknown = positionals.filter((name) => !(name in parts));
if (values.help || unknown.length > 0) {
  process.stdout.write(unknown.length > 0 ? `There is no part ${unknown.join(', ')}.\n\n${USAGE}` : USAGE);
  process.exit(unknown.length > 0 ? 2 : 0);
}
const isQuick = values.quick ?? false;
const options = { isQuick, isFull: values.full ?? false, restSeconds: Number(values.rest ?? (isQuick ? 10 : 600)) };
process.stdout.write(`${describeMachine()}${isQuick ? ', a tenth of the size' : ''}\n\n`);
for (const [name, run] of Object.entries(parts)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const section = await run(options);
  const text = formatSections([section]);
  process.stdout.write(`${text}\n\n`);
  const when = `${new Date().toISOString().slice(0, 10)}, ${describeMachine()}${isQuick ? ', a tenth of the size' : ''}`;
  if (values.write) await writeRegion(name, `${text}\n\n${when}`);
}
process.exit(0);

/** (a) and (b): the poller alone, with a web of its own, on one host that is exempt from spacing and on many with it. */
async function benchRefresh({ isQuick }: Options): Promise<Section> {
  const changed = isQuick ? 100 : 1_000;
  const unchanged = isQuick ? 500 : 5_000;
  const runs = isQuick ? 1 : 3;
  const one = { items: 20, hosts: 1 };
  const many = { items: 20, hosts: isQuick ? 100 : 1_000, isSpaced: true };
  const several = async (work: (options: RefreshOptions) => Promise<RefreshResult>, how: RefreshOptions) => {
    const results: RefreshResult[] = [];
    for (let run = 0; run < runs; run += 1) results.push(await work(how));
    return results;
  };
  const results = {
    changedOne: await several(benchRefreshChanged, { ...one, feeds: changed }),
    changedMany: await several(benchRefreshChanged, { ...many, feeds: changed }),
    unchangedOne: await several(benchRefreshUnchanged, { ...one, feeds: unchanged }),
    unchangedMany: await several(benchRefreshUnchanged, { ...many, feeds: unchanged }),
  };
  const articles = (list: RefreshResult[]) => list.map(({ articlesPerSecond }) => articlesPerSecond);
  const feeds = (list: RefreshResult[]) => list.map(({ feedsPerSecond }) => feedsPerSecond);
  const late = Object.values(results).flatMap((list) => list.map(({ eventLoopDelayMs }) => eventLoopDelayMs.p99));
  const settings = Object.entries(results.changedOne[0]?.settings ?? {});
  return {
    title: `Refresh of ${changed.toLocaleString('en')} changed feeds × 20 articles, and of ${unchanged.toLocaleString('en')} unchanged ones`,
    notes: [
      `32 requests at once, one reader who follows all. Spaced: ${many.hosts.toLocaleString('en')} hosts, one request at a time and a second apart on each.`,
      `Postgres: ${settings.map((pair) => pair.join(' ')).join(', ')}.`,
    ],
    measures: [
      { what: 'articles stored, one host', unit: '/s', values: articles(results.changedOne), target: '≥ 2 × Miniflux' },
      { what: 'articles stored, many hosts, spaced', unit: '/s', values: articles(results.changedMany) },
      { what: 'unchanged feeds, one host', unit: '/s', values: feeds(results.unchangedOne), target: '≥ 2 × Miniflux' },
      { what: 'unchanged feeds, many hosts, spaced', unit: '/s', values: feeds(results.unchangedMany) },
      { what: 'event loop late, p99 of each run', unit: 'ms', values: late, target: '≤ 50 ms' },
    ],
  };
}

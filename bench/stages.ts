import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@alt/database';
import { databaseSettings, makeReader, startPlatform } from './platform.ts';
import { follow } from './polling.ts';
import { treeMemoryMb } from './processes.ts';
import type { Measure, Section } from './report.ts';
import { askTimes, askUntil, ITEMS, selectDone, startWeb } from './stage-articles.ts';
import { benchFaults } from './stage-faults.ts';

const SAMPLE_EVERY_MS = 500;
const IDLE_RUNS = 100;
const STAGES = ['summarise', 'tag', 'cluster', 'index'];

/** (f) From the feed to tags, summary, story and index with the built-in engines, and what the reader feels of it. */
export async function benchStages({ isQuick, isFull }: { isQuick: boolean; isFull: boolean }): Promise<Section> {
  const sizes = isQuick ? [100, 1_000] : isFull ? [1_000, 10_000, 100_000] : [1_000, 10_000];
  const measures: Measure[] = [];
  let settings = '';
  for (const size of sizes) {
    const run = await enrich(size);
    settings = run.settings;
    measures.push(...run.measures);
  }
  const few = Math.min(1_000, ...sizes.slice(-1));
  measures.push(...(await benchFaults(few)));
  return {
    title: `All stages of ${listOf(sizes)} articles with the built-in engines`,
    notes: [
      `Feeds of ${ITEMS} made-up articles of 10 to 33 sentences, six of ten in English, two in Japanese, two in Russian; one process, one reader. All stages run at once; each rate is over the time from the import to the stage's last article.`,
      'Idle is asked in the same rhythm, after the run. With faults: a model server that hangs, says 429 and breaks off in the middle of answers, in turn, and no Meilisearch where one is configured; tags and stories go on.',
      `Memory is the sum of PSS over Node and Postgres. Postgres: ${settings}.`,
    ],
    measures,
  };
}

function listOf(sizes: number[]): string {
  return new Intl.ListFormat('en').format(sizes.map((size) => size.toLocaleString('en')));
}

async function enrich(size: number): Promise<{ measures: Measure[]; settings: string }> {
  const web = await startWeb(size);
  const platform = await startPlatform({ environment: { ALT_EGRESS_ALLOW: '127.0.0.0/8' } });
  try {
    const reader = await makeReader(platform.origin);
    const database = platform.open('alt');
    const startedAt = performance.now();
    await follow(reader, web.urls);
    const watched = { isDone: false };
    const [progress, meanwhile] = await Promise.all([
      watchStages(database, { size, pid: platform.pid, startedAt }).finally(() => {
        watched.isDone = true;
      }),
      askUntil(reader, watched),
    ]);
    const idle = await askTimes(reader, IDLE_RUNS);
    return { measures: measuresOf(size, { ...progress, meanwhile, idle }), settings: await databaseSettings(database) };
  } finally {
    await platform.stop();
    await web.stop();
  }
}

interface Progress {
  /** Seconds from the import until all articles were there, and until a stage had done all. */
  seconds: Map<string, number>;
  peakMb: number;
}

async function watchStages(
  database: Database,
  { size, pid, startedAt }: { size: number; pid: number; startedAt: number },
): Promise<Progress> {
  const seconds = new Map<string, number>();
  let peakMb = 0;
  while (['arrive', ...STAGES].some((stage) => !seconds.has(stage))) {
    await sleep(SAMPLE_EVERY_MS);
    const done = new Map((await database.all(selectDone)).map(({ stage, count }) => [stage, count]));
    for (const stage of ['arrive', ...STAGES]) {
      // An article is indexed again when it gets its tags; the last time counts.
      if ((done.get(stage) ?? 0) < size) seconds.delete(stage);
      else if (!seconds.has(stage)) seconds.set(stage, (performance.now() - startedAt) / 1_000);
    }
    peakMb = Math.max(peakMb, await treeMemoryMb(pid));
  }
  return { seconds, peakMb };
}

function measuresOf(size: number, run: Progress & { meanwhile: number[]; idle: number[] }): Measure[] {
  const name = (what: string) => `${size.toLocaleString('en')}: ${what}`;
  const all = Math.max(...run.seconds.values());
  const rates = [...run.seconds].map(([stage, seconds]) => ({
    what: name(`${stage}, articles a minute`),
    unit: 'count' as const,
    values: [Math.round((60 * size) / seconds)],
  }));
  return [
    { what: name('all stages, articles a minute'), unit: 'count', values: [Math.round((60 * size) / all)] },
    ...rates,
    { what: name('memory at most'), unit: 'MB', values: [run.peakMb] },
    { what: name('unread list, idle'), unit: 'ms', values: run.idle },
    { what: name('unread list meanwhile'), unit: 'ms', values: run.meanwhile, target: 'p95 ≤ max(2 × idle, 25 ms)' },
  ];
}

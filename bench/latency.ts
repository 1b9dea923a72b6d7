import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { repeat } from './lists.ts';
import { type BenchReader, databaseSettings, makeReader, type Platform, startPlatform } from './platform.ts';
import { follow, pollAllNow, startWeb, untilPolled } from './polling.ts';
import type { Section } from './report.ts';

const UNREAD = '/v1/entries?view=unread&limit=50';

/** (b) How fast the unread list answers while feeds that have not changed are asked, all in one process. */
export async function benchLatency({ isQuick }: { isQuick: boolean }): Promise<Section> {
  const feeds = isQuick ? 500 : 5_000;
  const folder = await mkdtemp(path.join(tmpdir(), 'alt-bench-loop-'));
  const file = path.join(folder, 'event-loop.json');
  const probe = new URL('./event-loop.ts', import.meta.url).href;
  const web = await startWeb({ feeds, items: 20 });
  const platform = await startPlatform({
    environment: {
      ALT_EGRESS_ALLOW: '127.0.0.0/8',
      ALT_BENCH_EVENT_LOOP: file,
      NODE_OPTIONS: `--import=${probe}`,
    },
  });
  try {
    const reader = await makeReader(platform.origin);
    const database = platform.open('alt');
    await follow(reader, web.urls);
    await untilPolled(database);
    const idle = await repeat(isQuick ? 50 : 300, () => reader.call('GET', UNREAD));
    await readEventLoop(platform, file);
    await pollAllNow(database);
    const startedAt = performance.now();
    const meanwhile = await askUntil(reader, untilPolled(database));
    const seconds = (performance.now() - startedAt) / 1_000;
    const late = await readEventLoop(platform, file);
    return {
      title: `The unread list while ${feeds.toLocaleString('en')} unchanged feeds are asked`,
      notes: [`One process, HTTP to the public origin. Postgres: ${await databaseSettings(database)}.`],
      measures: [
        { what: 'idle', unit: 'ms', values: idle },
        {
          what: 'during the refresh',
          unit: 'ms',
          values: meanwhile,
          target: 'p95 ≤ max(2 × idle, 25 ms), p99 ≤ 100 ms',
        },
        { what: 'event loop late, p99', unit: 'ms', values: [late.p99], target: '≤ 50 ms' },
        { what: 'event loop late, at most', unit: 'ms', values: [late.max] },
        { what: 'feeds asked', unit: '/s', values: [feeds / seconds] },
      ],
    };
  } finally {
    await platform.stop();
    await web.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Asks again and again, 20 ms after each answer, until the work is done; milliseconds of each. */
async function askUntil(reader: BenchReader, work: Promise<void>): Promise<number[]> {
  const values: number[] = [];
  let isDone = false;
  const watched = work.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    values.push(...(await repeatOnce(reader)));
    await sleep(PAUSE_MS);
  }
  await watched;
  return values;
}

const PAUSE_MS = 20;

async function repeatOnce(reader: BenchReader): Promise<number[]> {
  const startedAt = performance.now();
  await reader.call('GET', UNREAD);
  return [performance.now() - startedAt];
}

interface Lateness {
  p50: number;
  p99: number;
  max: number;
}

/** How late the event loop of the measured process was since this was asked last. */
async function readEventLoop(platform: Platform, file: string): Promise<Lateness> {
  await rm(file, { force: true });
  process.kill(platform.pid, 'SIGUSR2');
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text.endsWith('}')) return JSON.parse(text) as Lateness;
    await sleep(PAUSE_MS);
  }
}

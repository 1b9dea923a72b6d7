import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, statement } from '@alt/database';
import { makeReader, startPlatform } from './platform.ts';
import { follow, startWeb, untilPolled } from './polling.ts';
import { treeMemoryMb } from './processes.ts';
import type { Section } from './report.ts';

const SAMPLE_EVERY_MS = 250;

/** (e) Memory at rest, some time after 1,000 feeds with 100 articles each came in and all was made of them; and the peaks. */
export async function benchMemory({
  isQuick,
  restSeconds,
}: {
  isQuick: boolean;
  restSeconds: number;
}): Promise<Section> {
  const feeds = isQuick ? 100 : 1_000;
  const web = await startWeb({ feeds, items: 100 });
  const platform = await startPlatform({ environment: { ALT_EGRESS_ALLOW: '127.0.0.0/8' } });
  try {
    const reader = await makeReader(platform.origin);
    const fresh = await treeMemoryMb(platform.pid);
    const database = platform.open('alt');
    const arriving = await peakDuring(platform.pid, async () => {
      await follow(reader, web.urls);
      await untilPolled(database);
    });
    const working = await peakDuring(platform.pid, () => untilWorked(database));
    await sleep(restSeconds * 1_000);
    const rest: number[] = [];
    for (let sample = 0; sample < 5; sample += 1) {
      rest.push(await treeMemoryMb(platform.pid));
      await sleep(SAMPLE_EVERY_MS);
    }
    return {
      title: `Memory with ${feeds.toLocaleString('en')} feeds and ${(feeds * 100).toLocaleString('en')} articles`,
      notes: ['The sum of PSS over Node and Postgres, all processes below the command.'],
      measures: [
        {
          what: `at rest, ${restSeconds} s after all stages`,
          unit: 'MB',
          values: rest,
          target: '≤ 300 MB after 600 s',
        },
        { what: 'peak during the refresh', unit: 'MB', values: [arriving] },
        { what: 'peak while stages work', unit: 'MB', values: [working] },
        { what: 'just started, empty', unit: 'MB', values: [fresh] },
      ],
    };
  } finally {
    await platform.stop();
    await web.stop();
  }
}

/** The most that the processes below `pid` held meanwhile, in MB. */
async function peakDuring(pid: number, work: () => Promise<void>): Promise<number> {
  let peak = 0;
  let isOver = false;
  const sampling = (async () => {
    while (!isOver) {
      peak = Math.max(peak, await treeMemoryMb(pid));
      await sleep(SAMPLE_EVERY_MS);
    }
  })();
  await work().finally(() => {
    isOver = true;
  });
  await sampling;
  return peak;
}

async function untilWorked(database: Database): Promise<void> {
  while ((await database.one(selectOpen))?.isOpen) await sleep(SAMPLE_EVERY_MS);
}

const selectOpen = statement<{ isOpen: boolean }>(
  'bench_stages_open',
  `select exists (select from article_stages where state in ('waiting', 'claimed')) or exists (select from tag_requests) as "isOpen"`,
);

import { setTimeout as sleep } from 'node:timers/promises';
import { makeReader, startPlatform } from './platform.ts';
import { follow, startWeb, untilPolled } from './polling.ts';
import { treeMemoryMb } from './processes.ts';
import type { Section } from './report.ts';

const SAMPLE_EVERY_MS = 250;

/** (e) Memory at rest, some time after 1,000 feeds with 100 articles each came in; beside it the peak meanwhile. */
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
    let peak = fresh;
    let isResting = false;
    const sampling = (async () => {
      while (!isResting) {
        peak = Math.max(peak, await treeMemoryMb(platform.pid));
        await sleep(SAMPLE_EVERY_MS);
      }
    })();
    await follow(reader, web.urls);
    await untilPolled(platform.open('alt'));
    isResting = true;
    await sampling;
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
          what: `at rest, ${restSeconds} s after the refresh`,
          unit: 'MB',
          values: rest,
          target: '≤ 300 MB after 600 s',
        },
        { what: 'peak during the refresh', unit: 'MB', values: [peak] },
        { what: 'just started, empty', unit: 'MB', values: [fresh] },
      ],
    };
  } finally {
    await platform.stop();
    await web.stop();
  }
}

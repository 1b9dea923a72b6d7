import { rm } from 'node:fs/promises';
import { makeDataDir, startPlatform } from './platform.ts';
import type { Section } from './report.ts';

/** (d) From the command to ready, with a data folder that is there already; and once with a new one. */
export async function benchStart({ isQuick }: { isQuick: boolean }): Promise<Section> {
  const dataDir = await makeDataDir();
  try {
    const first = await startOnce(dataDir);
    const values: number[] = [];
    for (let run = 0; run < (isQuick ? 3 : 10); run += 1) values.push(await startOnce(dataDir));
    return {
      title: 'Start',
      notes: [
        'From `node tools/bootstrap.mjs main.ts up` to the first 200 of /v1/ready; code compiled and cached before.',
      ],
      measures: [
        { what: 'installed, data there', unit: 'ms', values, target: '≤ 2,000 ms' },
        { what: 'installed, new data folder', unit: 'ms', values: [first] },
      ],
    };
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function startOnce(dataDir: string): Promise<number> {
  const platform = await startPlatform({ dataDir });
  await platform.stop();
  return platform.startedInMs;
}

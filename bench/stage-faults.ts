import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@alt/database';
import { type FakeLlm, type LlmBehaviour, startFakeLlm } from '@alt/testing/fake-llm.ts';
import { freePort, makeReader, startPlatform } from './platform.ts';
import { follow } from './polling.ts';
import type { Measure } from './report.ts';
import { askTimes, askUntil, selectDone, startWeb } from './stage-articles.ts';

const FAULTS: LlmBehaviour[] = ['hang', 'too-many', 'die'];
const FAULT_MS = 10_000;
const LOOK_EVERY_MS = 500;
const IDLE_RUNS = 100;
/** Of the model server, so that it is asked again and again. */
const SILENCE_SECONDS = 2;
/** What goes on without a model and without an index. */
const GOES_ON = ['arrive', 'tag', 'cluster'];

/** What a reader feels while the stages work and all that they depend on outside fails. */
export async function benchFaults(size: number): Promise<Measure[]> {
  const web = await startWeb(size);
  const model = await startFakeLlm();
  const platform = await startPlatform({
    environment: {
      ALT_EGRESS_ALLOW: '127.0.0.0/8',
      OLLAMA_HOST: model.origin,
      ALT_LLM_TIMEOUT_SECONDS: String(SILENCE_SECONDS),
      // Nobody listens there.
      MEILISEARCH_URL: `http://127.0.0.1:${await freePort()}`,
      // The failures that are made here.
      LOG_LEVEL: 'silent',
    },
  });
  try {
    const reader = await makeReader(platform.origin);
    const database = platform.open('alt');
    await follow(reader, web.urls);
    const watched = { isDone: false };
    const work = Promise.all([failInTurn(model), untilDone(database, size)]).finally(() => {
      watched.isDone = true;
    });
    const [meanwhile] = await Promise.all([askUntil(reader, watched), work]);
    const name = (what: string) => `${size.toLocaleString('en')} with faults: ${what}`;
    return [
      { what: name('unread list when tags are there'), unit: 'ms', values: await askTimes(reader, IDLE_RUNS) },
      {
        what: name('unread list meanwhile'),
        unit: 'ms',
        values: meanwhile,
        target: 'p95 ≤ max(2 × idle without faults, 25 ms)',
      },
      { what: name('requests to the model that failed'), unit: 'count', values: [model.requests.length] },
    ];
  } finally {
    await platform.stop();
    await Promise.all([web.stop(), model.stop()]);
  }
}

/** Each fault for a while, one after the other. */
async function failInTurn(model: FakeLlm): Promise<void> {
  for (const fault of FAULTS) {
    model.behave(fault);
    await sleep(FAULT_MS);
  }
}

/** Until what needs neither a model nor an index is done. */
async function untilDone(database: Database, size: number): Promise<void> {
  for (;;) {
    const done = new Map((await database.all(selectDone)).map(({ stage, count }) => [stage, count]));
    if (GOES_ON.every((stage) => (done.get(stage) ?? 0) >= size)) return;
    await sleep(LOOK_EVERY_MS);
  }
}

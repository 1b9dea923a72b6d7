import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startClickHouse, type TestClickHouse } from '@alt/testing/clickhouse/clickhouse.ts';
import { freePort } from '@alt/testing/free-port.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { INGEST_TOKEN, line, QUERY_TOKEN } from './testing.ts';

const isLong = Boolean(process.env.ALT_TEST_LONG);
const LINES = isLong ? 1_000_000 : 20_000;
const LINES_A_BATCH = isLong ? 2_000 : 250;
const SENDERS = 4;

/** rask-log-aggregator as a process of its own, before a ClickHouse of its own. */
interface World {
  clickhouse: TestClickHouse;
  url: string;
  start(): Promise<void>;
  kill(): Promise<void>;
}

let world: World;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'alt-every-line-'));
  world = await createWorld(folder);
});
afterAll(async () => {
  await world.kill();
  await world.clickhouse.stop();
  await rm(folder, { recursive: true, force: true });
});

async function createWorld(dataDir: string): Promise<World> {
  const clickhouse = await startClickHouse();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;
  const environment = {
    PATH: process.env.PATH,
    ALT_DATA_DIR: dataDir,
    PORT: String(port),
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'error',
    RASK_INGEST_TOKEN: INGEST_TOKEN,
    RASK_QUERY_TOKEN: QUERY_TOKEN,
    RASK_FLUSH_MS: '200',
    CLICKHOUSE_URL: clickhouse.url,
    CLICKHOUSE_USER: clickhouse.user,
    CLICKHOUSE_PASSWORD: clickhouse.password,
    CLICKHOUSE_DATABASE: clickhouse.database,
  };
  const isAnswering = () =>
    fetch(`${url}/v1/live`).then(
      ({ ok }) => ok,
      () => false,
    );
  const world: World = {
    clickhouse,
    url,
    async start() {
      child = spawn(process.execPath, ['main.ts', 'serve', 'rask-log-aggregator'], {
        env: environment,
        stdio: 'inherit',
      });
      for (let tries = 0; !(await isAnswering()); tries += 1) {
        if (tries > 1_200) throw new Error('The aggregator did not start.');
        await sleep(50);
      }
    },
    async kill() {
      const ending = child;
      child = null;
      if (!ending || ending.exitCode !== null) return;
      const exited = once(ending, 'exit');
      ending.kill('SIGKILL');
      await exited;
    },
  };
  await world.start();
  return world;
}

/** Sends all lines, each batch until it is acknowledged; `onAcknowledged` hears how many were so far. */
async function sendAll(onAcknowledged: (count: number) => void): Promise<{ retries: number }> {
  let next = 0;
  let acknowledged = 0;
  let retries = 0;
  const startedAt = Date.now() - 60 * 60_000;
  const sendBatch = async (first: number) => {
    const body = Array.from({ length: LINES_A_BATCH }, (_, index) => {
      const number = first + index;
      const timestamp = new Date(startedAt + Math.floor(number / 100)).toISOString();
      return JSON.stringify(line(`article ${number} stored`, { timestamp, fields: { number } }));
    }).join('\n');
    const headers = { authorization: `Bearer ${INGEST_TOKEN}`, 'x-batch-id': `every-line-${first}` };
    for (;;) {
      const response = await fetch(`${world.url}/v1/aggregate`, { method: 'POST', headers, body }).catch(() => null);
      const verdicts = response?.ok ? ((await response.json().catch(() => null)) as { accepted: number } | null) : null;
      if (verdicts) return verdicts.accepted;
      retries += 1;
      await sleep(50);
    }
  };
  await Promise.all(
    Array.from({ length: SENDERS }, async () => {
      while (next < LINES) {
        const first = next;
        next += LINES_A_BATCH;
        const taken = await sendBatch(first);
        acknowledged += taken;
        onAcknowledged(acknowledged);
      }
    }),
  );
  return { retries };
}

test('every acknowledged line is there exactly once, with ClickHouse stopped and started and the aggregator killed on the way', async () => {
  const done = new Set<string>();
  const acts: [share: number, name: string, act: () => Promise<void>][] = [
    [0.15, 'the aggregator is killed', () => world.kill().then(world.start)],
    [0.3, 'ClickHouse is killed', world.clickhouse.kill],
    [0.4, 'the aggregator is killed while ClickHouse is down', () => world.kill().then(world.start)],
    [0.5, 'ClickHouse is back', world.clickhouse.start],
    [0.55, 'the aggregator is killed while it catches up', () => world.kill().then(world.start)],
    [0.7, 'ClickHouse is killed and started at once', () => world.clickhouse.kill().then(world.clickhouse.start)],
    [0.9, 'the aggregator is killed near the end', () => world.kill().then(world.start)],
  ];
  let turn: Promise<void> = Promise.resolve();
  await sendAll((count) => {
    for (const [share, name, act] of acts) {
      if (count < share * LINES || done.has(name)) continue;
      done.add(name);
      turn = turn.then(act);
    }
  });
  await turn;
  expect(done.size).toBe(acts.length);
  const ask = async (sql: string) => (await world.clickhouse.query(sql)).trim();
  const spoolBytes = async () => {
    const metrics = await (await fetch(`${world.url}/metrics`)).text();
    return Number(/^alt_log_spool_bytes (\d+)/m.exec(metrics)?.[1] ?? Number.NaN);
  };
  await expect
    .poll(() => ask('select uniqExact(id) from alt.service_logs'), { timeout: 170_000, interval: 200 })
    .toBe(String(LINES));
  // What is left in the spool is less than a segment that is worth deleting; all of it was stored.
  await expect.poll(spoolBytes).toBeLessThan(64 * 1024);
  expect(await ask('select count(), uniqExact(id), uniqExact(message) from alt.service_logs final')).toBe(
    [LINES, LINES, LINES].join('\t'),
  );
  const [from, to] = [new Date(Date.now() - 24 * 3_600_000), new Date()].map((date) => date.toISOString());
  const headers = { authorization: `Bearer ${QUERY_TOKEN}` };
  const histogram = await (
    await fetch(`${world.url}/v1/logs/histogram?from=${from}&to=${to}&buckets=1`, { headers })
  ).json();
  expect(histogram.items[0].counts.info).toBe(LINES);
}, 900_000);

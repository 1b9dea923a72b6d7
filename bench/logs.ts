import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startClickHouse, type TestClickHouse } from '@alt/testing/clickhouse/clickhouse.ts';
import { freePort } from '@alt/testing/free-port.ts';
import { startPlatform } from './platform.ts';
import { treeMemoryMb } from './processes.ts';
import type { Measure, Section } from './report.ts';

const BATCH = 2_000;
const SENDERS = 4;
const TOKEN = 'the-token-of-the-benchmark';
const QUESTIONS = 20;

/** (i) Log lines through the aggregator into either store, beside a plain insert of the same lines into ClickHouse. */
export async function benchLogs({ isQuick }: { isQuick: boolean }): Promise<Section> {
  const count = isQuick ? 100_000 : 1_000_000;
  const batches = Array.from({ length: count / BATCH }, (_, index) => batchOf(index * BATCH));
  const clickhouse = await startClickHouse();
  try {
    const plain = await insertPlainly(clickhouse, batches, count);
    const into = {
      CLICKHOUSE_URL: clickhouse.url,
      CLICKHOUSE_USER: clickhouse.user,
      CLICKHOUSE_PASSWORD: clickhouse.password,
      CLICKHOUSE_DATABASE: clickhouse.database,
    };
    const measures = [
      { what: 'plain insert into ClickHouse, 2,000 lines each, four at once', unit: '/s' as const, values: [plain] },
      ...(await throughAggregator('ClickHouse', batches, count, into)),
    ];
    const platform = await startPlatform({ environment: { ALT_KEEP_LOGS: 'off' } });
    try {
      measures.push(...(await throughAggregator('Postgres', batches, count, { ALT_DATA_DIR: platform.dataDir })));
    } finally {
      await platform.stop();
    }
    return {
      title: `${count.toLocaleString('en')} log lines`,
      notes: [
        'Lines of about 330 bytes with five fields, sent by the same process as NDJSON, 2,000 in a request, four requests at once. Acknowledged: synced to the spool. Stored: the store has taken all of them, and a question then counts as many.',
        'ClickHouse is its engine (chdb) behind an HTTP interface, a process of its own; the plain insert sends it JSONEachRow. Postgres is the embedded one. Memory is PSS of the aggregator alone.',
      ],
      measures,
    };
  } finally {
    await clickhouse.stop();
  }
}

function batchOf(first: number): string {
  const startedAt = Date.now() - 3_600_000;
  return Array.from({ length: BATCH }, (_, index) => {
    const number = first + index;
    return JSON.stringify({
      timestamp: new Date(startedAt + Math.floor(number / 300)).toISOString(),
      id: `bench-${number}`,
      level: number % 50 === 0 ? 'warn' : 'info',
      message: `feed ${number % 1_000} was polled, ${number % 20} articles are new`,
      service_name: ['pre-processor', 'alt-backend', 'auth-service'][number % 3],
      service_type: 'alt',
      log_type: 'structured',
      service_group: 'alt',
      stream: 'stderr',
      container_id: 'bench',
      request_id: `request-${number % 10_000}`,
      fields: {
        feed: String(number % 1_000),
        status: '200',
        tookMs: String(number % 700),
        host: 'feeds.example',
        try: '1',
      },
    });
  }).join('\n');
}

async function inParallel(batches: readonly string[], send: (batch: string) => Promise<void>): Promise<void> {
  let next = 0;
  const one = async () => {
    for (let batch = batches[next++]; batch !== undefined; batch = batches[next++]) await send(batch);
  };
  await Promise.all(Array.from({ length: SENDERS }, one));
}

async function insertPlainly(clickhouse: TestClickHouse, batches: string[], count: number): Promise<number> {
  await clickhouse.query(`create table alt.plain (timestamp DateTime64(6, 'UTC'), id String, level String, message String,
    service_name LowCardinality(String), service_type LowCardinality(String), log_type LowCardinality(String),
    service_group LowCardinality(String), stream LowCardinality(String), container_id LowCardinality(String), request_id String,
    fields Map(LowCardinality(String), String)) engine = MergeTree order by (timestamp, id)`);
  const insert = encodeURIComponent('insert into alt.plain format JSONEachRow');
  const headers = { 'x-clickhouse-user': clickhouse.user, 'x-clickhouse-key': clickhouse.password };
  const startedAt = performance.now();
  await inParallel(batches, async (body) => {
    const url = `${clickhouse.url}/?date_time_input_format=best_effort&query=${insert}`;
    const response = await fetch(url, { method: 'POST', headers, body });
    if (!response.ok) throw new Error(await response.text());
  });
  return (count / (performance.now() - startedAt)) * 1_000;
}

async function throughAggregator(
  name: string,
  batches: string[],
  count: number,
  environment: Record<string, string>,
): Promise<Measure[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'alt-bench-logs-'));
  const aggregator = await startAggregator({
    ALT_DATA_DIR: folder,
    RASK_SPOOL_DIR: path.join(folder, 'spool'),
    ...environment,
  });
  const { url, pid } = aggregator;
  const headers = { authorization: `Bearer ${TOKEN}` };
  const ask = async (query: string) => (await fetch(`${url}/v1/logs${query}`, { headers })).json();
  try {
    let peak = 0;
    let isDone = false;
    const watching = (async () => {
      for (; !isDone; await sleep(250)) peak = Math.max(peak, await treeMemoryMb(pid));
    })();
    const startedAt = performance.now();
    await inParallel(batches, async (body) => {
      const response = await fetch(`${url}/v1/aggregate`, { method: 'POST', headers, body });
      if (!response.ok) throw new Error(await response.text());
    });
    const acknowledgedMs = performance.now() - startedAt;
    // By its own count, which costs nothing; a question makes sure of it.
    while ((await storedLines(url)) < count) await sleep(20);
    const storedMs = performance.now() - startedAt;
    const span = `?from=${new Date(Date.now() - 7_200_000).toISOString()}&to=${new Date(Date.now() + 60_000).toISOString()}&buckets=1`;
    const { items } = (await ask(`/histogram${span}`)) as { items: { counts: Record<string, number> }[] };
    const found = Object.values(items[0]?.counts ?? {}).reduce((sum, each) => sum + each, 0);
    if (found !== count) throw new Error(`${name}: ${found} of ${count} lines are there.`);
    isDone = true;
    await watching;
    const timed = async (query: string) => {
      const times: number[] = [];
      for (let run = 0; run < QUESTIONS; run += 1) {
        const askedAt = performance.now();
        await ask(query);
        times.push(performance.now() - askedAt);
      }
      return times;
    };
    return [
      { what: `${name}: lines acknowledged`, unit: '/s', values: [(count / acknowledgedMs) * 1_000] },
      { what: `${name}: lines stored`, unit: '/s', values: [(count / storedMs) * 1_000] },
      { what: `${name}: memory of the aggregator, peak`, unit: 'MB', values: [peak] },
      { what: `${name}: the newest 200`, unit: 'ms', values: await timed('?limit=200') },
      {
        what: `${name}: the newest 200 with two words, warnings and graver`,
        unit: 'ms',
        values: await timed('?limit=200&level=warn&q=feed+new'),
      },
      {
        what: `${name}: counts of 60 parts of the time`,
        unit: 'ms',
        values: await timed(`/histogram${span.replace('buckets=1', 'buckets=60')}`),
      },
    ];
  } finally {
    await aggregator.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function storedLines(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^alt_log_stored_lines_total (\S+)/m.exec(metrics)?.[1] ?? 0);
}

async function startAggregator(environment: Record<string, string>) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child: ChildProcess = spawn(process.execPath, ['main.ts', 'serve', 'rask-log-aggregator'], {
    cwd: path.dirname(import.meta.dirname),
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      LOG_LEVEL: 'error',
      RASK_INGEST_TOKEN: TOKEN,
      RASK_QUERY_TOKEN: TOKEN,
      ...environment,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  while (
    !(await fetch(`${url}/v1/live`).then(
      ({ ok }) => ok,
      () => false,
    ))
  )
    await sleep(20);
  return {
    url,
    pid: child.pid ?? 0,
    async stop() {
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    },
  };
}

import { afterEach, expect, test } from 'vitest';
import { line, startTestAggregator, type TestAggregator } from './testing.ts';

let alt: TestAggregator;
afterEach(() => alt.stop());

const sent = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => line(`line ${from + index}`, { id: `line-${from + index}` }));

test('while the store is down lines wait in the spool, over a restart, and reach it once when it is back', async () => {
  alt = await startTestAggregator('clickhouse');
  await alt.send(sent(0, 10));
  await alt.untilStored(10);
  await alt.clickhouse?.kill();
  for (let index = 1; index <= 5; index += 1) await alt.send(sent(index * 10, 10));
  const health = await alt.ask('/v1/health');
  expect([health.status, (await health.json()).dependencies.spool]).toEqual([503, 'ok']);
  await alt.restart();
  const last = sent(60, 10);
  await alt.send(last);
  // Its sender did not hear the answer and sends again.
  await alt.send(last);
  await alt.clickhouse?.start();
  const found = await alt.untilStored(70);
  expect(found.map(({ id }) => id).sort()).toEqual(Array.from({ length: 70 }, (_, index) => `line-${index}`).sort());
  expect((await alt.ask('/v1/health')).status).toBe(200);
});

test('a store that is down at the start keeps nobody from sending', async () => {
  alt = await startTestAggregator('clickhouse');
  await alt.clickhouse?.kill();
  await alt.restart();
  expect(await alt.send(sent(0, 3))).toMatchObject({ accepted: 3 });
  await alt.clickhouse?.start();
  expect(await alt.untilStored(3)).toHaveLength(3);
});

test('a full spool says 503 with Retry-After and keeps nothing of that request', async () => {
  alt = await startTestAggregator('clickhouse', { RASK_SPOOL_MB: '16' });
  await alt.clickhouse?.kill();
  const big = (from: number) =>
    Array.from({ length: 100 }, (_, index) => line('x'.repeat(30_000), { id: `big-${from + index}` }));
  let taken = 0;
  let refused: Response | null = null;
  for (; taken < 1_000 && !refused; taken += 100) {
    const body = big(taken)
      .map((each) => JSON.stringify(each))
      .join('\n');
    const response = await alt.ask('/v1/aggregate', { method: 'POST', body });
    if (response.status !== 200) refused = response;
  }
  expect(refused?.status).toBe(503);
  expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refused?.json()).toMatchObject({ code: 'spool-full' });
  await alt.clickhouse?.start();
  const found = await alt.untilStored(taken - 100);
  expect(found).toHaveLength(taken - 100);
});

test('with Postgres a line of a day that has no partition yet makes one, and days that are over are dropped', async () => {
  alt = await startTestAggregator('postgres');
  const days = [0, 3, 13].map((day) => new Date(Date.now() - day * 86_400_000).toISOString());
  await alt.send(days.map((timestamp, index) => line(`day ${index}`, { timestamp })));
  expect(await alt.untilStored(3)).toHaveLength(3);
  await alt.database?.connectAs('rask_log_aggregator').script("select prepare_service_logs('{}', 5)");
  expect((await alt.find()).map(({ message }) => message)).toEqual(['day 0', 'day 1']);
  // What belongs to nobody is not to be changed by who keeps it.
  await expect(alt.database?.connectAs('rask_log_aggregator').script('delete from service_logs')).rejects.toThrow();
});

test('a batch goes to the store with its last line, however long it could still wait', async () => {
  alt = await startTestAggregator('postgres', { RASK_FLUSH_MS: '60000', RASK_BATCH_LINES: '20' });
  await alt.send(sent(0, 10));
  const metrics = async () => (await alt.ask('/metrics')).text();
  expect(await metrics()).toMatch(/^alt_log_stored_lines_total 0$/m);
  await alt.send(sent(10, 10));
  expect(await alt.untilStored(20)).toHaveLength(20);
  await expect.poll(metrics).toMatch(/^alt_log_stored_lines_total 20$/m);
});

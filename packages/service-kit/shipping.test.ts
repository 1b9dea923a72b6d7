import { Registry } from 'prom-client';
import { afterEach, expect, test } from 'vitest';
import { createLogger } from './log.ts';
import type { PeerFetch } from './service.ts';
import { createShipping, type Shipping, type ShippingOptions, UNSHIPPED } from './shipping.ts';

type Line = Record<string, unknown> & { message: string; fields: Record<string, string> };

/** What stands at the other end: it takes batches, or does what a test tells it. */
function aggregator() {
  const batches: { id: string; lines: Line[] }[] = [];
  const state = { answer: async (): Promise<Response> => Response.json({}) };
  const send: PeerFetch = async (_path, init) => {
    const response = await state.answer();
    if (response.ok) {
      const lines = String(init?.body).trimEnd().split('\n').filter(Boolean);
      batches.push({
        id: new Headers(init?.headers).get('x-batch-id') ?? '',
        lines: lines.map((line) => JSON.parse(line) as Line),
      });
    }
    return response;
  };
  const lines = () => batches.flatMap((batch) => batch.lines);
  return { send, state, batches, lines };
}

let shipping: Shipping;
afterEach(() => shipping.stop(0));

/** A logger whose lines go nowhere but to the shipping. */
function logging(options: Partial<ShippingOptions> = {}) {
  shipping = createShipping({ service: 'pre-processor', flushMs: 5, ...options });
  return (level: number, msg: string, more: object = {}) =>
    shipping.push(`${JSON.stringify({ level, time: new Date().toISOString(), ...more, msg })}\n`);
}

test('a line arrives with its level, service, request and trace, and what it says besides, masked', async () => {
  const log = logging();
  const to = aggregator();
  shipping.start(to.send);
  log(40, 'sign-in of ada@example.org from 203.0.113.9', {
    service: 'auth-service',
    requestId: 'r-1',
    traceId: 't-1',
    spanId: 's-1',
    count: 3,
    err: { message: 'no Bearer abcdefgh-1234' },
    sessionToken: 'hidden',
  });
  await expect.poll(() => to.lines().length).toBe(1);
  expect(to.lines()[0]).toMatchObject({
    message: 'sign-in of [masked] from 203.0.113.0',
    level: 'warn',
    service_name: 'auth-service',
    request_id: 'r-1',
    trace_id: 't-1',
    span_id: 's-1',
    fields: { count: '3', err: '{"message":"no Bearer [masked]"}', sessionToken: '[masked]' },
  });
});

test('what was written before the aggregator was known, and while it is down, arrives once it is back', async () => {
  const log = logging();
  const to = aggregator();
  log(30, 'before');
  to.state.answer = async () => Response.json({}, { status: 503 });
  shipping.start(to.send);
  await new Promise((resolve) => setTimeout(resolve, 30));
  log(30, 'meanwhile');
  to.state.answer = async () => Response.json({});
  await expect.poll(() => to.lines().map(({ message }) => message)).toEqual(['before', 'meanwhile']);
  expect(new Set(to.batches.map(({ id }) => id)).size).toBe(to.batches.length);
});

test('lines that find no room are dropped, counted and told about; nobody waits', async () => {
  const log = logging({ maximumLines: 10 });
  const to = aggregator();
  const metrics = new Registry();
  shipping.addMetrics(metrics);
  for (let index = 0; index < 25; index += 1) log(30, `line ${index}`);
  expect(shipping.counts()).toEqual({ shipped: 0, dropped: 15 });
  shipping.start(to.send);
  await expect.poll(() => to.lines().length).toBe(11);
  expect(to.lines().at(-1)?.message).toMatch(/^15 log lines were not shipped/);
  expect(await metrics.metrics()).toContain('alt_log_lines_shipped_total{result="dropped"} 15');
});

test('lines of the aggregator and about the shipping itself stay here, else each would bring the next', async () => {
  const log = logging();
  const to = aggregator();
  shipping.start(to.send);
  log(30, 'own', { service: 'rask-log-aggregator' });
  log(30, 'about it', { ...UNSHIPPED });
  log(30, 'other');
  await expect.poll(() => to.lines().map(({ message }) => message)).toEqual(['other']);
});

test('at the end what waits is sent, and an aggregator that hangs holds nobody up', async () => {
  let log = logging({ flushMs: 60_000 });
  const to = aggregator();
  shipping.start(to.send);
  for (let index = 0; index < 1_200; index += 1) log(30, `line ${index}`);
  await shipping.stop(60_000);
  expect(to.lines()).toHaveLength(1_200);
  log = logging({ flushMs: 60_000 });
  to.state.answer = () => new Promise(() => {});
  shipping.start((path, init) => Promise.race([to.send(path, init), aborted(init?.signal)]));
  log(30, 'never taken');
  await shipping.stop(20);
  expect(shipping.counts()).toEqual({ shipped: 0, dropped: 1 });
});

test('a logger writes each line to standard error and hands it on', () => {
  const lines: string[] = [];
  shipping = createShipping({ service: 'alt' });
  createLogger('warn', (line) => lines.push(line)).info('too quiet');
  createLogger('fatal', (line) => lines.push(line)).fatal({ password: 'hidden' }, 'a line of a test');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 60, password: '[masked]', msg: 'a line of a test' });
});

function aborted(signal?: AbortSignal | null): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
}

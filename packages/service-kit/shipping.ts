import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { aggregateLogs } from '@alt/contracts';
import type { ServiceName } from '@alt/topology';
import { Counter, Gauge, type Registry } from 'prom-client';
import { maskField, maskText } from './masking.ts';
import type { PeerFetch } from './service.ts';

export interface ShippingOptions {
  /** The name of a process whose lines name no service. */
  service: ServiceName | 'alt';
  /** Lines that wait at most; beyond it new ones are dropped and counted. 10,000 unless given. */
  maximumLines?: number;
  /** Characters that wait at most; 8 million unless given. */
  maximumCharacters?: number;
  /** How long a line waits for others; a second unless given. */
  flushMs?: number;
}

/** Sends the log lines of this process to rask-log-aggregator, behind what writes them: never slower, never in a circle. */
export interface Shipping {
  /** Takes a line of `createLogger`; what comes before `start` waits. */
  push(line: string): void;
  start(send: PeerFetch): void;
  addMetrics(metrics: Registry): void;
  /** Sends what waits, for as long as this takes at most; then forgets the rest. */
  stop(withinMs: number): Promise<void>;
  /** So far. */
  counts(): { shipped: number; dropped: number };
}

const BATCH_LINES = 500;
const BATCH_CHARACTERS = 512 * 1024;
/** A longer line would be refused. */
const LINE_CHARACTERS = 64 * 1024;
const TIMEOUT_MS = 10_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** Who writes about the shipping itself sets this field: such lines stay here, else each failure would cause the next. */
export const UNSHIPPED = { isShipped: false } as const;
const UNSHIPPED_TEXT = '"isShipped":false';
const AGGREGATOR_TEXT = '"service":"rask-log-aggregator"';

interface Batch {
  id: string;
  body: string;
  lines: number;
}

export function createShipping({ service, flushMs = 1_000, ...limits }: ShippingOptions): Shipping {
  const stopping = new AbortController();
  const counts = { shipped: 0, dropped: 0 };
  const queue = createQueue(service, limits, counts);
  let send: PeerFetch | null = null;
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;
  let isEnding = false;

  const arrange = () => {
    if (!send || timer || running || queue.waiting() === 0) return;
    timer = setTimeout(() => void flush(), isEnding || queue.waiting() >= BATCH_LINES ? 0 : flushMs);
    timer.unref();
  };
  const flush = (): Promise<void> => {
    if (timer) clearTimeout(timer);
    timer = null;
    running ??= sendAll().finally(() => {
      running = null;
      arrange();
    });
    return running;
  };
  async function sendAll(): Promise<void> {
    for (let batch = queue.take(); batch && send; batch = queue.take()) {
      const isTaken = batch.lines === 0 || (await sendBatch(send, batch, stopping.signal));
      if (isTaken) counts.shipped += batch.lines;
      else counts.dropped += batch.lines;
      if (!isEnding && queue.waiting() < BATCH_LINES) return;
    }
  }

  return {
    push(line) {
      if (stopping.signal.aborted || line.includes(UNSHIPPED_TEXT) || line.includes(AGGREGATOR_TEXT)) return;
      queue.put(line);
      arrange();
    },
    start(to) {
      send = to;
      arrange();
    },
    addMetrics: (metrics) => addMetrics(metrics, counts, queue.waiting),
    async stop(withinMs) {
      isEnding = true;
      const end = setTimeout(() => stopping.abort(), withinMs);
      // Twice: a batch may be on its way that was cut before the last lines came.
      if (send) await flush().then(() => (queue.waiting() > 0 && !stopping.signal.aborted ? flush() : undefined));
      clearTimeout(end);
      stopping.abort();
      if (timer) clearTimeout(timer);
    },
    counts: () => ({ ...counts }),
  };
}

/** Lines that wait, within bounds, and the batches that are made of them. */
function createQueue(
  service: ShippingOptions['service'],
  { maximumLines = 10_000, maximumCharacters = 8_000_000 }: Pick<ShippingOptions, 'maximumLines' | 'maximumCharacters'>,
  counts: { dropped: number },
) {
  const processId = `${Date.now().toString(36)}-${randomBytes(6).toString('hex')}`;
  const container = hostname();
  const waiting: string[] = [];
  let characters = 0;
  let told = 0;
  let serial = 0;
  const shipped = (line: string) => shippedLine(line, service, container);
  return {
    waiting: () => waiting.length,
    put(line: string) {
      const isFull = waiting.length >= maximumLines || characters + line.length > maximumCharacters;
      if (isFull || line.length > LINE_CHARACTERS) {
        counts.dropped += 1;
        return;
      }
      waiting.push(line);
      characters += line.length;
    },
    take(): Batch | null {
      if (waiting.length === 0) return null;
      let taken = 0;
      let size = 0;
      while (taken < waiting.length && taken < BATCH_LINES && size < BATCH_CHARACTERS)
        size += waiting[taken++]?.length ?? 0;
      characters -= size;
      const lines = waiting.splice(0, taken).map(shipped);
      if (counts.dropped > told) {
        const msg = `${counts.dropped - told} log lines were not shipped: they came faster than they were taken.`;
        lines.push(shipped(JSON.stringify({ level: 40, time: new Date().toISOString(), msg })));
        told = counts.dropped;
      }
      serial += 1;
      const texts = lines.filter((text) => text !== null);
      const id = `${processId}-${serial.toString(36).padStart(6, '0')}`;
      return { id, body: texts.map((text) => `${text}\n`).join(''), lines: texts.length };
    },
  };
}

/** The same batch until it is taken, refused for good, or nobody waits any longer; answers whether it was taken. */
async function sendBatch(send: PeerFetch, { id, body }: Batch, signal: AbortSignal): Promise<boolean> {
  const headers = { 'content-type': 'application/x-ndjson', 'x-batch-id': id };
  const init = { method: 'POST', headers, body, timeoutMs: TIMEOUT_MS, signal };
  for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const response = await send(aggregateLogs.path, init).catch(() => null);
    await response?.body?.cancel().catch(() => undefined);
    if (response?.ok) return true;
    const isForGood = response !== null && response.status < 500 && response.status !== 429;
    if (isForGood) return false;
    await pause(pauseMs, signal);
  }
  return false;
}

const LEVELS: Record<number, string> = { 10: 'debug', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };
const LABELS = ['level', 'time', 'service', 'msg', 'requestId', 'traceId', 'trace_id', 'spanId', 'span_id'];

/** A line of pino as rask-log-aggregator takes it, masked; null for its own lines, and for what is no line. */
export function shippedLine(line: string, process: string, container: string): string | null {
  let given: Record<string, unknown>;
  try {
    given = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
  const service = textOf(given.service) || process;
  if (service === 'rask-log-aggregator') return null;
  const fields = Object.entries(given)
    .filter(([name, value]) => !LABELS.includes(name) && value !== null && value !== undefined)
    .map(([name, value]) => [name, maskField(name, typeof value === 'string' ? value : JSON.stringify(value))]);
  return JSON.stringify({
    service_type: 'alt',
    log_type: 'structured',
    message: maskText(textOf(given.msg)),
    level: LEVELS[Number(given.level)] ?? 'info',
    timestamp: textOf(given.time),
    stream: 'stderr',
    container_id: container,
    service_name: service,
    service_group: 'alt',
    trace_id: textOf(given.traceId ?? given.trace_id),
    span_id: textOf(given.spanId ?? given.span_id),
    request_id: textOf(given.requestId),
    fields: Object.fromEntries(fields),
  });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    timer.unref();
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}

function addMetrics(metrics: Registry, counts: { shipped: number; dropped: number }, waiting: () => number): void {
  const registers = [metrics];
  new Counter({
    name: 'alt_log_lines_shipped_total',
    help: 'Log lines of this process, by whether the aggregator took them',
    labelNames: ['result'],
    registers,
    collect() {
      this.reset();
      this.inc({ result: 'shipped' }, counts.shipped);
      this.inc({ result: 'dropped' }, counts.dropped);
    },
  });
  new Gauge({
    name: 'alt_log_lines_waiting',
    help: 'Log lines of this process that wait for the aggregator',
    registers,
    collect() {
      this.set(waiting());
    },
  });
}

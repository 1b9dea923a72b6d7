import { setInterval } from 'node:timers';
import { createApp, type Host, type Service } from '@alt/service-kit';
import type { PeerOf } from '@alt/topology';
import { Counter, Gauge, Histogram } from 'prom-client';
import { type Config, config } from './config.ts';
import { createRoom } from './intake/body.ts';
import { routes } from './routes.ts';
import { type Amount, openSpool, type Spool } from './spool/spool.ts';
import type { LogStore } from './store/log-store.ts';
import { createPostgresStore } from './store/postgres.ts';
import { startStoring } from './storing.ts';

/** Keeps structured log lines: a write-ahead spool before ClickHouse or Postgres, and the answers to questions about them. */
export const service: Service<Config, 'rask-log-aggregator'> = {
  name: 'rask-log-aggregator',
  config,
  usesDatabase: ({ clickhouse }) => clickhouse === null,
  start,
};

const MEGABYTE = 1024 * 1024;
const LIMITS = {
  maximumBytes: 16 * MEGABYTE,
  maximumDecodedBytes: 64 * MEGABYTE,
  maximumLines: 100_000,
  maximumLineBytes: 256 * 1024,
};
/** What requests hold together while they are read and written. */
const ROOM_BYTES = 128 * MEGABYTE;
const UPKEEP_MS = 3_600_000;
/** At the end the store gets so long for what is left; the rest waits in the spool for the next start. */
const LAST_BATCHES_MS = 5_000;

async function start(settings: Config, host: Host<PeerOf<'rask-log-aggregator'>>) {
  const { log } = host;
  // First: whoever may not have the folder opens nothing else.
  const spool = await openSpool({ ...settings.spool, log });
  const store = await openStore(settings, host);
  const metrics = addMetrics(host, spool);
  const { batch, flushMs } = settings;
  const { folder } = settings.spool;
  const storing = startStoring({ spool, store, batch, flushMs, folder, log, onStored: metrics.stored });
  const upkeep = setInterval(() => keepUp(store, host), UPKEEP_MS);
  upkeep.unref();
  const app = createApp({
    host,
    routes: routes({
      config: settings,
      intake: {
        spool,
        room: createRoom(ROOM_BYTES),
        limits: LIMITS,
        daysKept: settings.daysKept,
        onVerdict: metrics.lines,
      },
      store,
      closing: host.closing,
    }),
    checks: {
      [store.name]: () => store.check(),
      spool: async () => {
        if (spool.bytes() > settings.spool.maximumBytes * 0.9) throw new Error('The spool is nearly full.');
      },
    },
  });
  return {
    fetch: app.fetch,
    async stop() {
      clearInterval(upkeep);
      await storing.stop(LAST_BATCHES_MS);
      await spool.close();
      await store.close();
    },
  };
}

function keepUp(store: LogStore, { log }: Pick<Host, 'log'>): void {
  store.keepUp().catch((error: unknown) => log.warn({ error: String(error) }, 'old log lines could not be dropped'));
}

/** The one that is configured. Its client is loaded where it is. */
async function openStore({ clickhouse, daysKept }: Config, host: Pick<Host, 'database'>): Promise<LogStore> {
  if (!clickhouse) return createPostgresStore({ database: host.database.background, daysKept });
  const { createClickHouseStore } = await import('./store/clickhouse.ts');
  return createClickHouseStore({ ...clickhouse, daysKept });
}

function addMetrics({ metrics }: Pick<Host, 'metrics'>, spool: Spool) {
  const registers = [metrics];
  const lines = new Counter({
    name: 'alt_log_lines_total',
    help: 'Log lines that came, by what became of them',
    labelNames: ['verdict'],
    registers,
  });
  const storedLines = new Counter({
    name: 'alt_log_stored_lines_total',
    help: 'Lines that the store took; those that it had already are among them',
    registers,
  });
  const stored = new Counter({
    name: 'alt_log_stored_bytes_total',
    help: 'Bytes of lines that the store took',
    registers,
  });
  const seconds = new Histogram({
    name: 'alt_log_store_seconds',
    help: 'Time that the store took for a batch, in seconds',
    buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    registers,
  });
  new Gauge({
    name: 'alt_log_spool_bytes',
    help: 'Bytes of lines that wait for the store',
    registers,
    collect() {
      this.set(spool.bytes());
    },
  });
  return {
    lines: (verdict: 'accepted' | 'duplicate' | 'refused', count: number) =>
      void (count > 0 && lines.inc({ verdict }, count)),
    stored({ bytes, lines, tookMs }: Amount & { tookMs: number }) {
      stored.inc(bytes);
      storedLines.inc(lines);
      seconds.observe(tookMs / 1_000);
    },
  };
}

import { z } from 'zod';

const MEGABYTE = 1024 * 1024;

const environment = z.object({
  /** Where lines wait for the store. A disk of its own is best; one process a folder. */
  RASK_SPOOL_DIR: z.string('is missing: name a folder for lines that wait for the store'),
  /** What the spool may hold, in MiB. Beyond it senders hear 503 until the store takes lines again. */
  RASK_SPOOL_MB: z.coerce.number().int().min(16).max(1_000_000).default(1_024),
  /** A batch goes to the store when it has so many MiB … */
  RASK_BATCH_MB: z.coerce.number().min(0.1).max(50).default(8),
  /** … or about so many lines … */
  RASK_BATCH_LINES: z.coerce.number().int().min(1).max(1_000_000).default(20_000),
  /** … or so many milliseconds after its first line. */
  RASK_FLUSH_MS: z.coerce.number().int().min(10).max(60_000).default(1_000),
  /** How many days lines are kept. */
  RASK_DAYS_KEPT: z.coerce.number().int().min(1).max(3_650).default(14),
  /** Opens the way in for log forwarders that are no service of Alt, as a bearer token; closed to them if it is missing. */
  RASK_INGEST_TOKEN: z.string().min(24, 'must have at least 24 characters').optional(),
  /** Opens reading for the command line, as a bearer token; closed to it if it is missing. */
  RASK_QUERY_TOKEN: z.string().min(24, 'must have at least 24 characters').optional(),
  /** The ClickHouse server that keeps lines in place of Postgres. */
  CLICKHOUSE_URL: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' }).optional(),
  CLICKHOUSE_USER: z.string().default('default'),
  CLICKHOUSE_PASSWORD: z.string().default(''),
  CLICKHOUSE_DATABASE: z.string().default('alt'),
});

/** The settings of rask-log-aggregator, from the environment. */
export const config = environment.transform((values) => ({
  spool: {
    folder: values.RASK_SPOOL_DIR,
    maximumBytes: values.RASK_SPOOL_MB * MEGABYTE,
  },
  batch: { bytes: values.RASK_BATCH_MB * MEGABYTE, lines: values.RASK_BATCH_LINES },
  flushMs: values.RASK_FLUSH_MS,
  daysKept: values.RASK_DAYS_KEPT,
  ingestToken: values.RASK_INGEST_TOKEN ?? null,
  queryToken: values.RASK_QUERY_TOKEN ?? null,
  /** Null: Postgres. */
  clickhouse: values.CLICKHOUSE_URL
    ? {
        url: new URL(values.CLICKHOUSE_URL).origin,
        user: values.CLICKHOUSE_USER,
        password: values.CLICKHOUSE_PASSWORD,
        // As its path, as alt-backend takes it, or by itself.
        database: new URL(values.CLICKHOUSE_URL).pathname.slice(1) || values.CLICKHOUSE_DATABASE,
      }
    : null,
}));
export type Config = z.infer<typeof config>;

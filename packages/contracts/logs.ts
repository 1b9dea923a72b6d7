import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { cursor, repeated, time } from './primitives.ts';

/** Endpoints of rask-log-aggregator: services and forwarders send log lines, alt-backend and the command line ask for them. */

/** How grave a line is; lines that say nothing are `info`. */
export const logLevel = z.enum(['debug', 'info', 'warn', 'error', 'fatal']);
export type LogLevel = z.infer<typeof logLevel>;

/** A line as it is kept. Empty texts stand for what the sender did not say. */
export const logLine = z
  .object({
    id: z.string(),
    timestamp: time,
    level: logLevel,
    message: z.string(),
    service: z.string(),
    /** What the sender's own names are: `service_type`, `log_type`, `service_group`, `stream`, `container_id`. */
    serviceType: z.string(),
    logType: z.string(),
    serviceGroup: z.string(),
    stream: z.string(),
    containerId: z.string(),
    traceId: z.string(),
    spanId: z.string(),
    requestId: z.string(),
    fields: z.record(z.string(), z.string()),
  })
  .meta({ id: 'LogLine' });
export type LogLine = z.infer<typeof logLine>;

const word = z.string().trim().min(1).max(200);

const filter = {
  /** Any of them. */
  service: repeated(word),
  /** This level and graver ones. */
  level: logLevel.optional(),
  /** Words that all stand in the message, whatever their case. */
  q: z.string().trim().max(200).optional(),
  trace: word.optional(),
  request: word.optional(),
};

/** At or after `from`, and before `to`. */
const span = { from: time.optional(), to: time.optional() };

export const logQuery = z.object({
  ...filter,
  ...span,
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
  cursor: cursor.optional(),
});
export const logFilter = z.object(filter);
export const logHistogramQuery = z.object({
  ...filter,
  ...span,
  /** At most so many parts; they are as long as round times are (1, 5, 10, 30 s, 1, 5, 15, 30 min, 1, 3, 6, 12 h, 1 d …). */
  buckets: z.coerce.number().int().min(1).max(200).default(60),
});

const linePage = z.object({ items: z.array(logLine), nextCursor: z.string().nullable() });

/**
 * Equal parts of time, the oldest first, all of them present. They begin at multiples of their length since 1970 (UTC); the first and
 * the last count only what is at or after `from` and before `to`. One part is the time asked for.
 */
const histogram = z.object({
  from: time,
  to: time,
  bucketSeconds: z.number(),
  items: z.array(z.object({ at: time, counts: z.record(logLevel, z.int()) })),
});
export type LogHistogram = z.infer<typeof histogram>;

/** What became of the lines of one request; lines count from 1. */
export const logVerdicts = z.object({
  accepted: z.int(),
  duplicates: z.int(),
  refused: z.int(),
  /** The first thousand that were not accepted. */
  verdicts: z.array(
    z.object({
      line: z.int(),
      verdict: z.enum(['duplicate', 'refused']),
      code: z.string(),
      detail: z.string(),
    }),
  ),
});
export type LogVerdicts = z.infer<typeof logVerdicts>;

export const aggregateLogs = endpoint({
  name: 'aggregateLogs',
  method: 'POST',
  path: '/v1/aggregate',
  summary: 'Keep log lines: NDJSON, plain, gzip or zstd. What is accepted is durable',
  access: 'service',
  response: logVerdicts,
  statuses: [200],
  problems: ['invalid-request', 'unsupported-media-type', 'body-too-large', 'spool-full', 'unavailable'],
});

export const receiveOtlpLogs = endpoint({
  name: 'receiveOtlpLogs',
  method: 'POST',
  path: '/v1/logs',
  summary: 'Keep log records that come by OTLP/HTTP, as JSON or protobuf',
  access: 'service',
  statuses: [200],
  problems: ['invalid-request', 'unsupported-media-type', 'body-too-large', 'spool-full', 'unavailable'],
});

const queryProblems = ['invalid-query', 'unavailable', 'database-unavailable'] as const;

export const queryLogs = endpoint({
  name: 'queryLogs',
  method: 'GET',
  path: '/v1/logs',
  summary: 'Log lines, the newest first',
  access: 'service',
  query: logQuery,
  response: linePage,
  statuses: [200],
  problems: ['invalid-cursor', ...queryProblems],
});

export const logHistogram = endpoint({
  name: 'logHistogram',
  method: 'GET',
  path: '/v1/logs/histogram',
  summary: 'How many lines of each level there are, over time; the last hour unless `from` says more',
  access: 'service',
  query: logHistogramQuery,
  response: histogram,
  statuses: [200],
  problems: queryProblems,
});

export const followLogs = endpoint({
  name: 'followLogs',
  method: 'GET',
  path: '/v1/logs/follow',
  summary: 'Log lines as they come, as server-sent events `line` with a LogLine each',
  access: 'service',
  query: logFilter,
  responseType: 'text/event-stream',
  statuses: [200],
  problems: queryProblems,
});

/** The same for the page of whoever owns the instance; alt-backend asks for them. */
const ofInstance = { access: 'reader', needsInstanceOwner: true } as const;

export const instanceLogs = endpoint({
  ...ofInstance,
  name: 'instanceLogs',
  method: 'GET',
  path: '/v1/instance/logs',
  summary: "The platform's own log lines, the newest first; for the owner of the instance",
  query: logQuery,
  response: linePage,
  statuses: [200],
  problems: ['invalid-cursor', ...queryProblems, 'forbidden'],
});

export const instanceLogHistogram = endpoint({
  ...ofInstance,
  name: 'instanceLogHistogram',
  method: 'GET',
  path: '/v1/instance/logs/histogram',
  summary: "How many of the platform's log lines there are of each level, over time; for the owner of the instance",
  query: logHistogramQuery,
  response: histogram,
  statuses: [200],
  problems: [...queryProblems, 'forbidden'],
});

export const followInstanceLogs = endpoint({
  ...ofInstance,
  name: 'followInstanceLogs',
  method: 'GET',
  path: '/v1/instance/logs/follow',
  summary: "The platform's log lines as they come; for the owner of the instance",
  query: logFilter,
  responseType: 'text/event-stream',
  statuses: [200],
  problems: [...queryProblems, 'forbidden'],
});

import { Problem } from '@alt/contracts';
import { z } from 'zod';
import { readBody } from './body.ts';
import { batchIdOf, createBatch, type IntakeOptions } from './intake.ts';
import { BadProtobuf, readLogsRequest, writeLogsResponse } from './protobuf.ts';

/** A request is read as a whole: records of protobuf say nothing before they end. */
const MAXIMUM_BYTES = 16 * 1024 * 1024;

// OTLP 1.x, JSON Protobuf encoding: 64-bit numbers may be texts, unknown names are passed over.
const attribute = z.object({ key: z.string(), value: z.unknown() });
const attributes = z.array(attribute).max(1_000).nullish();
const nanoseconds = z.union([z.string().regex(/^\d{1,20}$/), z.number().min(0)]).nullish();
const record = z.object({
  timeUnixNano: nanoseconds,
  observedTimeUnixNano: nanoseconds,
  severityNumber: z.coerce.number().int().min(0).max(24).nullish(),
  severityText: z.string().nullish(),
  body: z.unknown(),
  attributes,
  traceId: z.string().nullish(),
  spanId: z.string().nullish(),
  eventName: z.string().nullish(),
});
const request = z.object({
  resourceLogs: z
    .array(
      z.object({
        resource: z.object({ attributes }).nullish(),
        scopeLogs: z
          .array(
            z.object({
              scope: z.object({ name: z.string().nullish() }).nullish(),
              logRecords: z.array(z.unknown()).nullish(),
            }),
          )
          .nullish(),
      }),
    )
    .nullish(),
});
type LogRecord = z.infer<typeof record>;

/** Keeps the records of an OTLP/HTTP request. Those that cannot be kept are counted in a partial success (OTLP 1.x, "Partial Success"). */
export async function takeOtlp(incoming: Request, options: IntakeOptions): Promise<Response> {
  const type = (incoming.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  const isJson = type === 'application/json';
  if (!isJson && type !== 'application/x-protobuf') {
    throw new Problem('unsupported-media-type', 'Send the logs as application/x-protobuf or application/json.');
  }
  const batch = createBatch(batchIdOf(incoming), options);
  try {
    const limits = { maximumBytes: MAXIMUM_BYTES, maximumDecodedBytes: MAXIMUM_BYTES };
    const chunks: Buffer[] = [];
    for await (const chunk of readBody(incoming, limits)) chunks.push(Buffer.from(chunk));
    let number = 0;
    for (const line of linesOf(parse(Buffer.concat(chunks), isJson))) {
      number += 1;
      if (line === null) batch.refuse(number, 'invalid-record', 'The record is no LogRecord of OTLP.');
      else batch.add(number, line);
    }
    const { refused, verdicts } = await batch.keep();
    const first = verdicts.find(({ verdict }) => verdict === 'refused');
    return answer(isJson, refused, first ? `Record ${first.line}: ${first.detail}` : '');
  } finally {
    batch.release();
  }
}

function parse(bytes: Buffer, isJson: boolean): z.infer<typeof request> {
  try {
    return request.parse(isJson ? JSON.parse(bytes.toString('utf8')) : readLogsRequest(bytes));
  } catch (error) {
    const why = error instanceof BadProtobuf ? `: ${error.message}` : '';
    throw new Problem('invalid-request', `The body is no ExportLogsServiceRequest${why}.`, { cause: error });
  }
}

function answer(isJson: boolean, rejected: number, errorMessage: string): Response {
  if (!isJson) {
    return new Response(new Uint8Array(writeLogsResponse(rejected, errorMessage)), {
      headers: { 'content-type': 'application/x-protobuf' },
    });
  }
  return Response.json(
    rejected === 0 ? {} : { partialSuccess: { rejectedLogRecords: String(rejected), errorMessage } },
  );
}

/** The records as lines of /v1/aggregate; null for what is no record. */
function* linesOf({ resourceLogs }: z.infer<typeof request>): Generator<Record<string, unknown> | null> {
  for (const { resource, scopeLogs } of resourceLogs ?? []) {
    const about = fieldsOf(resource?.attributes);
    for (const { scope, logRecords } of scopeLogs ?? []) {
      for (const each of logRecords ?? []) {
        const parsed = record.safeParse(each);
        yield parsed.success ? lineOf(parsed.data, about, scope?.name ?? '') : null;
      }
    }
  }
}

function lineOf(given: LogRecord, about: Record<string, unknown>, scope: string): Record<string, unknown> {
  const { 'service.name': name, 'service.namespace': namespace, 'container.id': container, ...rest } = about;
  const { 'log.record.uid': id, 'log.iostream': stream, ...own } = fieldsOf(given.attributes);
  const body = plain(given.body);
  return {
    ...(id === undefined ? {} : { id }),
    service_name: name ?? 'unknown_service',
    service_type: 'otlp',
    log_type: given.eventName ?? '',
    service_group: namespace,
    container_id: container,
    stream,
    message: typeof body === 'string' ? body : JSON.stringify(body ?? given.eventName ?? ''),
    level: levelOf(given),
    timestamp: timeOf(given),
    trace_id: (given.traceId ?? '').toLowerCase(),
    span_id: (given.spanId ?? '').toLowerCase(),
    request_id: typeof own.request_id === 'string' ? own.request_id : undefined,
    fields: { ...rest, ...own, ...(scope ? { scope } : {}) },
  };
}

/** Severity numbers come in fours: TRACE 1, DEBUG 5, INFO 9, WARN 13, ERROR 17, FATAL 21. */
function levelOf({ severityNumber, severityText }: LogRecord): string {
  const number = severityNumber ?? 0;
  if (number === 0) return /^(trace|debug|info|warn|error|fatal)/i.exec(severityText ?? '')?.[0] ?? 'info';
  return ['debug', 'debug', 'info', 'warn', 'error', 'fatal'][Math.floor((number - 1) / 4)] ?? 'info';
}

/** When it happened, else when it was seen; now where nobody said. */
function timeOf({ timeUnixNano, observedTimeUnixNano }: LogRecord): string {
  const given = [timeUnixNano, observedTimeUnixNano].find((value) => value && value !== '0');
  if (!given) return new Date().toISOString();
  const microseconds = BigInt(given) / 1000n;
  const date = new Date(Number(microseconds / 1000n));
  if (Number.isNaN(date.getTime())) return '';
  return `${date.toISOString().slice(0, 19)}.${String(microseconds % 1_000_000n).padStart(6, '0')}Z`;
}

function fieldsOf(list: z.infer<typeof attributes>): Record<string, unknown> {
  return Object.fromEntries((list ?? []).map(({ key, value }) => [key, plain(value)]));
}

/** An AnyValue as JSON has it. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const any = value as Record<string, unknown>;
  for (const kind of ['stringValue', 'boolValue', 'intValue', 'doubleValue', 'bytesValue']) {
    if (any[kind] !== undefined && any[kind] !== null) return any[kind];
  }
  const { arrayValue, kvlistValue } = any as Record<string, { values?: unknown[] } | undefined>;
  if (arrayValue) return (arrayValue.values ?? []).map(plain);
  const pairs = z.array(attribute).safeParse(kvlistValue?.values ?? []);
  return kvlistValue && pairs.success ? fieldsOf(pairs.data) : undefined;
}

import { gzipSync } from 'node:zlib';
import { listen } from '@alt/service-kit';
import { ROOT_CONTEXT, SeverityNumber, TraceFlags, trace } from '@opentelemetry/api';
import { OTLPLogExporter as JsonExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readLogsRequest } from './intake/protobuf.ts';
import { INGEST_TOKEN, startTestAggregator, type TestAggregator } from './testing.ts';

let alt: TestAggregator;
beforeAll(async () => {
  alt = await startTestAggregator('postgres');
});
afterAll(() => alt.stop());

const nanoseconds = (ms: number) => `${ms}123456`;
const requestOf = (service: string, ...records: object[]) => ({
  resourceLogs: [
    {
      resource: {
        attributes: [
          { key: 'service.name', value: { stringValue: service } },
          { key: 'host', value: { stringValue: 'h1' } },
        ],
      },
      scopeLogs: [{ scope: { name: 'a scope' }, logRecords: records }],
    },
  ],
});
const post = (body: Buffer, type: string, headers: Record<string, string> = {}) =>
  alt.ask('/v1/logs', {
    as: 'pre-processor',
    method: 'POST',
    headers: { 'content-type': type, ...headers },
    body: new Uint8Array(body),
  });

// Just enough of the wire format to write what the service reads: tag, length, bytes.
const varint = (value: number): number[] =>
  value > 127 ? [(value & 127) | 128, ...varint(Math.floor(value / 128))] : [value];
const field = (number: number, content: Buffer) =>
  Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(content.length)]), content]);
const text = (number: number, value: string) => field(number, Buffer.from(value));
const fixed64 = (number: number, value: bigint) => {
  const bytes = Buffer.alloc(9);
  bytes[0] = number * 8 + 1;
  bytes.writeBigUInt64LE(value, 1);
  return bytes;
};
const attribute = (number: number, key: string, value: Buffer) =>
  field(number, Buffer.concat([text(1, key), field(2, value)]));
const protobuf = (service: string, ...records: Buffer[]) =>
  field(
    1,
    Buffer.concat([
      field(1, attribute(1, 'service.name', text(1, service))),
      field(2, Buffer.concat([field(1, text(1, 'a scope')), ...records.map((record) => field(2, record))])),
    ]),
  );

test('records come as JSON, with their time, severity, trace, attributes and resource', async () => {
  const now = Date.now() - 1_000;
  const record = {
    timeUnixNano: nanoseconds(now),
    severityNumber: 17,
    body: { stringValue: 'it failed' },
    traceId: 'A'.repeat(32),
    spanId: 'b'.repeat(16),
    attributes: [
      { key: 'count', value: { intValue: '7' } },
      { key: 'list', value: { arrayValue: { values: [{ boolValue: true }, { doubleValue: 1.5 }] } } },
    ],
  };
  const response = await post(gzipSync(JSON.stringify(requestOf('by-json', record))), 'application/json', {
    'content-encoding': 'gzip',
  });
  expect([response.status, await response.json()]).toEqual([200, {}]);
  const [line] = await alt.untilStored(1, 'service=by-json');
  expect(line).toMatchObject({
    timestamp: new Date(now).toISOString().replace('Z', '123Z'),
    level: 'error',
    message: 'it failed',
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    serviceType: 'otlp',
    fields: { host: 'h1', count: '7', list: '[true,1.5]', scope: 'a scope' },
  });
});

test('records come as protobuf, and a bad one is a partial success that refuses itself alone', async () => {
  const good = Buffer.concat([
    fixed64(1, BigInt(nanoseconds(Date.now()))),
    Buffer.from([2 * 8, 13]),
    field(5, text(1, 'as bytes')),
    attribute(6, 'n', Buffer.from([3 * 8, ...varint(300)])),
    field(9, Buffer.alloc(16, 0xab)),
    // A field of a later version is passed over.
    text(77, 'unknown'),
  ]);
  const old = Buffer.concat([fixed64(1, 1_000_000_000n), field(5, text(1, 'long ago'))]);
  const response = await post(protobuf('by-protobuf', good, old), 'application/x-protobuf');
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/x-protobuf']);
  const answer = Buffer.from(await response.arrayBuffer());
  expect([...answer.subarray(0, 4)]).toEqual([0x0a, answer.length - 2, 0x08, 1]);
  expect(answer.toString()).toContain('Record 2: The line is older');
  const [line] = await alt.untilStored(1, 'service=by-protobuf');
  expect(line).toMatchObject({ level: 'warn', message: 'as bytes', traceId: 'ab'.repeat(16), fields: { n: '300' } });
  const whole = await post(protobuf('by-protobuf', good), 'application/x-protobuf');
  expect((await whole.arrayBuffer()).byteLength).toBe(0);
});

test('any bytes end in an answer, never in a fault', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      try {
        readLogsRequest(Buffer.from(bytes));
      } catch (error) {
        expect((error as Error).constructor.name).toBe('BadProtobuf');
      }
    }),
    { numRuns: 2_000 },
  );
  let nested: Buffer = text(1, 'deep');
  for (let depth = 0; depth < 5_000; depth += 1) nested = field(5, field(1, nested));
  const response = await post(protobuf('deep', field(5, nested)), 'application/x-protobuf');
  expect([response.status, (await response.json()).code]).toEqual([422, 'invalid-request']);
  expect((await post(Buffer.from('{"resourceLogs": 7}'), 'application/json')).status).toBe(422);
  expect((await post(Buffer.from('x'), 'text/plain')).status).toBe(415);
});

test.each([
  ['protobuf', ProtobufExporter, CompressionAlgorithm.NONE],
  ['protobuf', ProtobufExporter, CompressionAlgorithm.GZIP],
  ['json', JsonExporter, CompressionAlgorithm.NONE],
  ['json', JsonExporter, CompressionAlgorithm.GZIP],
])("OpenTelemetry's own exporter is understood: %s, %3$s", async (format, Exporter, compression) => {
  const seen: { type: string | null; encoding: string | null; status: number }[] = [];
  const server = await listen(
    async (request) => {
      const { headers, method } = request;
      const body = await request.arrayBuffer();
      const response = await alt.ask(new URL(request.url).pathname, { as: null, method, headers, body });
      const [type, encoding] = ['content-type', 'content-encoding'].map((name) => headers.get(name)) as [
        string,
        string,
      ];
      seen.push({ type, encoding, status: response.status });
      return response;
    },
    { port: 0, hostname: '127.0.0.1' },
  );
  const service = `${format} ${compression}`;
  const exporter = new Exporter({
    url: `http://127.0.0.1:${server.port}/v1/logs`,
    headers: { authorization: `Bearer ${INGEST_TOKEN}` },
    compression,
  });
  const provider = new LoggerProvider({
    resource: resourceFromAttributes({
      'service.name': service,
      'service.namespace': 'a group',
      'container.id': 'c-7',
      'host.name': 'h1',
    }),
    processors: [new BatchLogRecordProcessor({ exporter })],
  });
  const at = Date.now() - 5_000;
  const spanContext = {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    traceFlags: TraceFlags.SAMPLED,
  };
  try {
    const logger = provider.getLogger('a scope', '1.2.3');
    logger.emit({
      timestamp: at,
      severityNumber: SeverityNumber.WARN2,
      severityText: 'WARN',
      body: 'a text, "quoted", 日本',
      context: trace.setSpanContext(ROOT_CONTEXT, spanContext),
      attributes: {
        whole: 7,
        negative: -7,
        broken: 1.5,
        yes: true,
        list: ['a', 'b'],
        nested: { deep: { number: 1 } },
        'log.record.uid': 'uid-1',
        'log.iostream': 'stderr',
        request_id: 'request-7',
        password: 'never kept',
      },
    });
    logger.emit({ timestamp: at + 1, body: { event: 'as a map', count: 2 }, eventName: 'an.event' });
    logger.emit({ timestamp: at + 2, severityNumber: SeverityNumber.FATAL4, body: new Uint8Array([1, 2, 3]) });
    await provider.forceFlush();
    await provider.shutdown();
  } finally {
    await server.stop();
  }
  const isPacked = compression === CompressionAlgorithm.GZIP;
  const type = format === 'json' ? 'application/json' : 'application/x-protobuf';
  expect(seen).toEqual([{ type, encoding: isPacked ? 'gzip' : null, status: 200 }]);
  const [bytes, map, text] = await alt.untilStored(3, `service=${encodeURIComponent(service)}`);
  expect(text).toMatchObject({
    id: 'uid-1',
    timestamp: new Date(at).toISOString().replace('Z', '000Z'),
    level: 'warn',
    message: 'a text, "quoted", 日本',
    service,
    serviceGroup: 'a group',
    containerId: 'c-7',
    stream: 'stderr',
    traceId: spanContext.traceId,
    spanId: spanContext.spanId,
    requestId: 'request-7',
    fields: {
      'host.name': 'h1',
      scope: 'a scope',
      whole: '7',
      negative: '-7',
      broken: '1.5',
      yes: 'true',
      list: '["a","b"]',
    },
  });
  expect(JSON.parse(text?.fields.nested ?? '')).toEqual({
    deep: { number: expect.toSatisfy((value) => Number(value) === 1) },
  });
  expect(text?.fields.password).not.toContain('never kept');
  expect(map).toMatchObject({ level: 'info', logType: 'an.event' });
  expect(JSON.parse(map?.message ?? '')).toMatchObject({ event: 'as a map' });
  expect(bytes).toMatchObject({ level: 'fatal', message: 'AQID' });
});

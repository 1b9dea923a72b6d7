import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  INGEST_TOKEN,
  line,
  QUERY_TOKEN,
  type StoreName,
  startTestAggregator,
  type TestAggregator,
} from './testing.ts';

describe.each<StoreName>(['postgres', 'clickhouse'])('with %s', (store) => {
  let alt: TestAggregator;
  // What one test sends is told apart from what others sent by its service.
  let service = '';
  let count = 0;
  beforeAll(async () => {
    alt = await startTestAggregator(store);
  });
  afterAll(() => alt.stop());
  beforeEach(() => {
    count += 1;
    service = `service-${count}`;
  });
  const mine = (message: string, more: Record<string, unknown> = {}) =>
    line(message, { service_name: service, ...more });
  const query = () => `service=${service}`;

  test('a line is found with everything that was said about it', async () => {
    const said = {
      level: 'warn',
      timestamp: '2026-11-22T10:00:00.123456+02:00',
      service_group: 'alt',
      trace_id: 'a'.repeat(32),
      span_id: 'b'.repeat(16),
      request_id: 'request-1',
      fields: { feed: 7, nested: { deep: ['x'] }, text: 'a "quoted" word\nand 日本' },
    };
    const at = new Date(Date.now() - 60_000).toISOString().replace('Z', '456+00:00');
    expect(await alt.send([mine('it "works"\n', { ...said, timestamp: at, id: 'one' })])).toEqual({
      accepted: 1,
      duplicates: 0,
      refused: 0,
      verdicts: [],
    });
    expect(await alt.untilStored(1, query())).toEqual([
      {
        id: 'one',
        timestamp: at.replace('+00:00', 'Z'),
        level: 'warn',
        message: 'it "works"\n',
        service,
        serviceType: 'alt',
        logType: 'structured',
        serviceGroup: 'alt',
        stream: 'stderr',
        containerId: 'c1',
        traceId: said.trace_id,
        spanId: said.span_id,
        requestId: 'request-1',
        fields: { feed: '7', nested: '{"deep":["x"]}', text: said.fields.text },
      },
    ]);
  });

  test('one bad line refuses itself alone, with a code and a sentence', async () => {
    const body = [
      JSON.stringify(mine('good')),
      '{not json',
      '[]',
      JSON.stringify(mine('x', { service_name: undefined })),
      JSON.stringify(mine('x', { timestamp: 'yesterday' })),
      JSON.stringify(mine('x', { timestamp: '2001-01-01T00:00:00Z' })),
      JSON.stringify(mine('x', { timestamp: '2101-01-01T00:00:00Z' })),
      JSON.stringify(mine('x', { level: 'loud' })),
      JSON.stringify(mine('x', { message: 7 })),
      JSON.stringify(mine('x', { fields: { a: JSON.parse('['.repeat(50) + ']'.repeat(50)) } })),
      JSON.stringify(mine('x', { container_id: 'c'.repeat(500) })),
      JSON.stringify(mine('x', { id: 'has a space' })),
      JSON.stringify(mine('y'.repeat(300_000))),
      '',
      JSON.stringify(mine('last, without a newline')),
    ].join('\n');
    const response = await alt.ask('/v1/aggregate', { method: 'POST', body });
    const { accepted, refused, verdicts } = (await response.json()) as Awaited<ReturnType<TestAggregator['send']>>;
    expect([accepted, refused]).toEqual([2, 12]);
    expect(verdicts.map(({ line: number, code }) => [number, code])).toEqual([
      [2, 'invalid-json'],
      [3, 'not-an-object'],
      [4, 'service-missing'],
      [5, 'bad-timestamp'],
      [6, 'too-old'],
      [7, 'in-the-future'],
      [8, 'unknown-level'],
      [9, 'message-missing'],
      [10, 'too-deep'],
      [11, 'too-long'],
      [12, 'bad-id'],
      [13, 'too-long'],
    ]);
    for (const { detail } of verdicts) expect(detail).toMatch(/\.$|_$/);
    const found = await alt.untilStored(2, query());
    expect(found.map(({ message }) => message).sort()).toEqual(['good', 'last, without a newline']);
  });

  test('bodies come plain, as gzip and as zstd, and are bounded as they unfold', async () => {
    const send = (body: Buffer, encoding: string) =>
      alt.ask('/v1/aggregate', {
        method: 'POST',
        headers: { 'content-encoding': encoding },
        body: new Uint8Array(body),
      });
    const ndjson = Buffer.from(`${JSON.stringify(mine('packed'))}\n`);
    expect((await send(gzipSync(ndjson), 'gzip')).status).toBe(200);
    expect((await send(zstdCompressSync(ndjson), 'zstd')).status).toBe(200);
    expect(await alt.untilStored(2, query())).toHaveLength(2);
    expect(await (await send(ndjson, 'br')).json()).toMatchObject({ code: 'unsupported-media-type' });
    expect(await (await send(ndjson, 'gzip')).json()).toMatchObject({ code: 'invalid-request' });
    const bomb = Buffer.alloc(80 * 1024 * 1024, `${JSON.stringify(mine('boom'))}\n`);
    for (const [packed, encoding] of [
      [gzipSync(bomb), 'gzip'],
      [zstdCompressSync(bomb), 'zstd'],
      [bomb, 'identity'],
    ] as const) {
      const response = await send(packed, encoding);
      expect([response.status, (await response.json()).code]).toEqual([413, 'body-too-large']);
    }
    expect(await alt.find(query())).toHaveLength(2);
  });

  test('a line that comes again, in the same request or another or after a restart, is there once', async () => {
    const at = new Date().toISOString();
    const twice = mine('twice', { id: 'the-same', timestamp: at });
    const first = await alt.send([twice, twice, mine('other')]);
    expect(first).toMatchObject({ accepted: 2, duplicates: 1, verdicts: [{ line: 2, verdict: 'duplicate' }] });
    await alt.send([twice]);
    const lines = [mine('without id 1'), mine('without id 2')];
    await alt.send(lines, { 'x-batch-id': 'batch-of-this-test' });
    await alt.restart();
    await alt.send(lines, { 'x-batch-id': 'batch-of-this-test' });
    await alt.send([mine('the last')]);
    await alt.untilStored(1, `${query()}&q=last`);
    const messages = (await alt.find(query())).map(({ message }) => message).sort();
    expect(messages).toEqual(['other', 'the last', 'twice', 'without id 1', 'without id 2']);
  });

  test('only services and holders of the token send, and only those who may ask are answered', async () => {
    const body = JSON.stringify(mine('from outside'));
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    const post = (headers: Record<string, string>) =>
      alt.ask('/v1/aggregate', { as: null, method: 'POST', body, headers });
    const get = (headers: Record<string, string>) => alt.ask('/v1/logs', { as: null, headers });
    expect((await post({})).status).toBe(404);
    expect((await post(bearer(QUERY_TOKEN))).status).toBe(404);
    expect((await post(bearer(INGEST_TOKEN))).status).toBe(200);
    expect((await get({})).status).toBe(404);
    expect((await get(bearer(INGEST_TOKEN))).status).toBe(404);
    expect((await get(bearer(QUERY_TOKEN))).status).toBe(200);
    expect((await alt.ask('/v1/logs', { as: 'pre-processor' })).status).toBe(404);
  });

  test('a question narrows by service, level, words, trace and request, page by page, the newest first', async () => {
    const start = Math.floor(Date.now() / 1_000) * 1_000 - 30 * 60_000;
    const levels = ['debug', 'info', 'warn', 'error', 'fatal'];
    const lines = Array.from({ length: 250 }, (_, index) =>
      mine(`Line ${index} of 100% of_all`, {
        level: levels[index % 5],
        timestamp: new Date(start + Math.floor(index / 10) * 1_000).toISOString(),
        trace_id: index % 50 === 0 ? `trace-${count}` : '',
        request_id: index === 77 ? `request-${count}` : '',
      }),
    );
    await alt.send(lines);
    await alt.untilStored(250, query());
    const paged: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = (await (
        await alt.ask(`/v1/logs?${query()}&limit=60${cursor ? `&cursor=${cursor}` : ''}`)
      ).json()) as { items: { timestamp: string; id: string }[]; nextCursor: string | null };
      paged.push(...page.items.map(({ timestamp, id }) => `${timestamp} ${id}`));
      cursor = page.nextCursor;
    }
    expect(paged).toHaveLength(250);
    expect(paged).toEqual([...new Set(paged)].sort().reverse());
    const counted = async (more: string) => (await alt.find(`${query()}&${more}`)).length;
    expect(await counted('level=error')).toBe(100);
    expect(await counted('q=line%20100%25')).toBe(250);
    expect(await counted('q=ofXall')).toBe(0);
    expect(await counted('q=LINE+17')).toBe(13);
    expect(await counted(`trace=trace-${count}`)).toBe(5);
    expect(await counted(`request=request-${count}`)).toBe(1);
    const from = new Date(start + 5_000).toISOString();
    const to = new Date(start + 10_000).toISOString();
    expect(await counted(`from=${from}&to=${to}`)).toBe(50);
    const response = await alt.ask(`/v1/logs/histogram?${query()}&from=${from}&to=${to}&buckets=5&level=warn`);
    const histogram = (await response.json()) as { items: { counts: Record<string, number> }[] };
    expect(histogram.items.map(({ counts }) => counts)).toEqual(
      Array.from({ length: 5 }, () => ({ debug: 0, info: 0, warn: 2, error: 2, fatal: 2 })),
    );
    const bad = await alt.ask('/v1/logs?cursor=nonsense');
    expect(await bad.json()).toMatchObject({ status: 400, code: 'invalid-cursor' });
  });

  test('who follows sees each new line once, and the stream ends with the service', async () => {
    const response = await alt.ask(`/v1/logs/follow?${query()}`);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let text = '';
    await alt.send([mine('first'), mine('second')]);
    while (!text.includes('second')) text += Buffer.from((await reader.read()).value ?? []).toString();
    await alt.send([mine('third')]);
    while (!text.includes('third')) text += Buffer.from((await reader.read()).value ?? []).toString();
    const messages = [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data).message);
    expect(messages.sort()).toEqual(['first', 'second', 'third']);
    await alt.restart();
    for (let done = false; !done; ) ({ done } = await reader.read());
  });
});

test('each kind of secret and of personal data is masked before anything keeps it', async () => {
  const alt = await startTestAggregator('postgres');
  try {
    const secrets = {
      'e-mail': 'sign-in of Ada.Lovelace+news@example.co.uk failed',
      'token in an address': 'GET https://api.example/v1?access_token=s3cr3tvalue&x=1',
      'user in an address': 'GET https://ada:s3cr3tvalue@feeds.example/private.xml',
      authorization: 'sent Authorization: Bearer s3cr3tvalue-abcdefgh',
      cookie: 'header cookie: alt_session=s3cr3tvalue; theme=dark',
      'JSON text': 'body {"password":"s3cr3tvalue","name":"x"}',
      jwt: 'token was eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJzM2NyM3QifQ.c2lnbmF0dXJl',
      'key of Alt': 'used alt_abcdefghjkmnpqrstuvwxyz234567890',
      'IPv4 address': 'from 203.0.113.77 to 127.0.0.1',
      'IPv6 address': 'from 2001:db8:85a3::8a2e:370:7334 at 12:30:15',
    };
    const fields = {
      apiKey: 's3cr3tvalue',
      'set-cookie': 's3cr3tvalue',
      Authorization: 's3cr3tvalue',
      clientAddress: '198.51.100.9',
      email: 'ada@example.org',
      deep: { password: 's3cr3tvalue', to: 'ada@example.org' },
    };
    await alt.send([...Object.values(secrets).map((message) => line(message)), line('fields', { fields })]);
    const found = await alt.untilStored(Object.keys(secrets).length + 1);
    const all = JSON.stringify(found);
    for (const secret of [
      's3cr3tvalue',
      'Lovelace',
      'ada@example',
      'eyJzdWIi',
      'alt_abc',
      '113.77',
      '100.9',
      '370:7334',
      'theme=dark',
    ]) {
      expect(all, secret).not.toContain(secret);
    }
    for (const kept of [
      '203.0.113.0',
      '198.51.100.0',
      '2001:db8:85a3::',
      '127.0.0.1',
      '12:30:15',
      'feeds.example/private.xml',
    ]) {
      expect(all, kept).toContain(kept);
    }
  } finally {
    await alt.stop();
  }
});

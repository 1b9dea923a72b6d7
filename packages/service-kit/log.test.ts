import { expect, test } from 'vitest';
import { createLogger } from './log.ts';

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

test('a line within a span bears its ids, and one outside any does not', () => {
  const lines: Record<string, unknown>[] = [];
  let current: string | null = TRACE;
  const log = createLogger(
    'info',
    (line) => lines.push(JSON.parse(line)),
    () => current,
  );
  log.info('inside');
  current = null;
  log.info('outside');
  expect(lines.map(({ msg, traceId, spanId }) => [msg, traceId, spanId])).toEqual([
    ['inside', '0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'],
    ['outside', undefined, undefined],
  ]);
});

import type { FullEntry } from '@alt/contracts';
import { expect, test } from 'vitest';
import { waitMs } from './unfinished.ts';

test('an article is looked at again for as long as something of it is being made', () => {
  const states = { fullText: { state: 'none' }, summary: { state: 'ready' }, tagging: { state: 'ready' } };
  const done = { ...states, relatedState: 'ready' } as FullEntry;
  expect(waitMs(done)).toBe(false);
  for (const part of ['fullText', 'summary', 'tagging'] as const) {
    expect(waitMs({ ...done, [part]: { ...done[part], state: 'pending' } })).toBeGreaterThan(0);
    expect(waitMs({ ...done, [part]: { ...done[part], state: 'failed' } })).toBe(false);
  }
  expect(waitMs({ ...done, relatedState: 'pending' })).toBeGreaterThan(0);
});

import type { FullEntry } from '@alt/contracts';
import { expect, test } from 'vitest';
import { mayGetTags, waitMs } from './unfinished.ts';

const nowMs = Date.parse('2026-11-21T12:00:00Z');

test('tags may still come to an article that has just arrived, and not to an old one or one that has some', () => {
  const entry = (tags: string[], receivedAt: string) => ({ tags, receivedAt });
  expect(mayGetTags(entry([], '2026-11-21T11:55:00Z'), nowMs)).toBe(true);
  expect(mayGetTags(entry(['tides'], '2026-11-21T11:55:00Z'), nowMs)).toBe(false);
  expect(mayGetTags(entry([], '2026-11-20T12:00:00Z'), nowMs)).toBe(false);
});

test('an article is looked at again for as long as something of it is being made', () => {
  const done = {
    ...{ tags: ['tides'], receivedAt: '2026-11-21T12:00:00Z', relatedState: 'ready' },
    ...{ fullText: { state: 'none' }, summary: { state: 'ready' } },
  } as FullEntry;
  expect(waitMs(done)).toBe(false);
  expect(waitMs({ ...done, relatedState: 'pending' })).toBeGreaterThan(0);
  expect(waitMs({ ...done, summary: { ...done.summary, state: 'pending' } })).toBeGreaterThan(0);
  expect(waitMs({ ...done, tags: [], receivedAt: new Date().toISOString() })).toBeGreaterThan(0);
});

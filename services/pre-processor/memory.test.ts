import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createMemoryRelief, type MemoryRelief } from './memory.ts';

const MINUTE_MS = 60_000;
let isBusy = false;
let collected = 0;
let relief: MemoryRelief;

beforeEach(() => {
  vi.useFakeTimers();
  isBusy = false;
  collected = 0;
  relief = createMemoryRelief(
    () => isBusy,
    () => {
      collected += 1;
    },
  );
});
afterEach(() => {
  relief.stop();
  vi.useRealTimers();
});

function read(documents: number): void {
  for (let document = 0; document < documents; document += 1) relief.used();
}

test('after a refresh memory is given back once, when nothing is being read any more', () => {
  read(1_000);
  isBusy = true;
  vi.advanceTimersByTime(MINUTE_MS);
  expect(collected).toBe(0);
  isBusy = false;
  vi.advanceTimersByTime(10 * MINUTE_MS);
  expect(collected).toBe(1);
});

test('a few documents are not worth a pause', () => {
  read(100);
  vi.advanceTimersByTime(10 * MINUTE_MS);
  expect(collected).toBe(0);
});

test('however much is read, it happens once a minute at most', () => {
  for (let second = 0; second < 600; second += 10) {
    read(500);
    vi.advanceTimersByTime(10_000);
  }
  expect(collected).toBeGreaterThan(5);
  expect(collected).toBeLessThanOrEqual(10);
});

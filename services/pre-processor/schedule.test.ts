import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY, errorInterval, goneInterval, jitter, learnRhythm, pollInterval, type Rhythm } from './schedule.ts';

beforeAll(() => fc.configureGlobal({ numRuns: process.env.ALT_TEST_LONG === '1' ? 50_000 : 100 }));
afterAll(() => fc.resetConfigureGlobal());

const NOW = Date.UTC(2026, 2, 1);
const HOUR = 3_600;
const feedId = fc.integer({ min: 1, max: 2_147_483_647 });
const rhythm = fc.record({
  gapSeconds: fc.option(fc.double({ min: 0, max: 1e9, noNaN: true })),
  newestItemAt: fc.option(fc.integer({ min: 0, max: NOW })),
});

function interval(options: Partial<Parameters<typeof pollInterval>[0]>): number {
  const feed = {
    id: 1,
    rhythm: { gapSeconds: null, newestItemAt: null },
    minimumSeconds: 0,
    isPushed: false,
    now: NOW,
  };
  return pollInterval({ ...feed, ...options });
}

describe('the interval after a success', () => {
  test('lies between a quarter of an hour and a day, whatever the feed does', () => {
    fc.assert(
      fc.property(feedId, rhythm, fc.nat(), fc.boolean(), (id, rhythm, minimumSeconds, isPushed) => {
        const seconds = interval({ id, rhythm, minimumSeconds, isPushed });
        expect(seconds).toBeGreaterThanOrEqual(900);
        expect(seconds).toBeLessThanOrEqual(DAY);
      }),
    );
  });

  test('is never shorter than ttl and max-age as far as they are a day', () => {
    fc.assert(
      fc.property(feedId, rhythm, fc.nat(10 * DAY), (id, rhythm, minimumSeconds) => {
        expect(interval({ id, rhythm, minimumSeconds })).toBeGreaterThanOrEqual(Math.min(minimumSeconds, DAY));
      }),
    );
  });

  test('is half the gap between posts, within a tenth', () => {
    fc.assert(
      fc.property(feedId, fc.integer({ min: 2_000, max: 150_000 }), (id, gapSeconds) => {
        const seconds = interval({ id, rhythm: { gapSeconds, newestItemAt: NOW } });
        expect(Math.abs(seconds - gapSeconds / 2)).toBeLessThanOrEqual(gapSeconds / 20 + 1e-6);
      }),
    );
  });

  test('grows in steps while a feed is silent, and never shrinks with silence', () => {
    const after = (days: number) =>
      interval({ id: 1_000, rhythm: { gapSeconds: 600, newestItemAt: NOW - days * DAY * 1_000 } });
    const factor = 1 + jitter(1_000);
    expect(after(6)).toBe(900);
    expect(after(7)).toBeCloseTo(4 * HOUR * factor);
    expect(after(14)).toBeCloseTo(12 * HOUR * factor);
    expect(after(30)).toBe(Math.min(DAY, DAY * factor));
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), (a, b) => {
        expect(after(Math.max(a, b))).toBeGreaterThanOrEqual(after(Math.min(a, b)));
      }),
    );
  });

  test('is about a day where a hub pushes', () => {
    expect(interval({ isPushed: true, rhythm: { gapSeconds: 60, newestItemAt: NOW } })).toBeGreaterThan(0.89 * DAY);
  });
});

describe('after failures', () => {
  test('the wait doubles up to a day and never ends', () => {
    fc.assert(
      fc.property(feedId, fc.integer({ min: 1, max: 100_000 }), (id, errorCount) => {
        const seconds = errorInterval({ id, errorCount });
        expect(seconds).toBeGreaterThan(0);
        expect(seconds).toBeLessThanOrEqual(1.1 * DAY);
        expect(errorInterval({ id, errorCount: errorCount + 1 })).toBeGreaterThanOrEqual(seconds);
      }),
    );
  });

  test('a feed that is gone is probed about weekly', () => {
    fc.assert(
      fc.property(feedId, (id) => {
        expect(Math.abs(goneInterval(id) / DAY - 7)).toBeLessThanOrEqual(0.7 + 1e-9);
      }),
    );
  });
});

describe('the rhythm of a feed', () => {
  const unknown: Rhythm = { gapSeconds: null, newestItemAt: null };

  test('comes from the dates of the first document', () => {
    const times = [0, 2, 4, 6].map((hours) => NOW - hours * HOUR * 1_000);
    expect(learnRhythm(unknown, times, NOW)).toEqual({ gapSeconds: 2 * HOUR, newestItemAt: NOW });
  });

  test('follows a change slowly', () => {
    const daily = { gapSeconds: DAY, newestItemAt: NOW - HOUR * 1_000 };
    const next = learnRhythm(daily, [NOW], NOW);
    expect(next.gapSeconds).toBeCloseTo(0.8 * DAY + 0.2 * HOUR);
  });

  test('is never taken from the future and never negative', () => {
    fc.assert(
      fc.property(rhythm, fc.array(fc.option(fc.integer({ min: 0, max: 2 * NOW }))), (known, times) => {
        const learnt = learnRhythm(known, times, NOW);
        expect(learnt.gapSeconds ?? 0).toBeGreaterThanOrEqual(0);
        expect(learnt.newestItemAt ?? 0).toBeLessThanOrEqual(NOW);
        expect(learnt.newestItemAt ?? 0).toBeGreaterThanOrEqual(known.newestItemAt ?? 0);
      }),
    );
  });

  test('jitter stays within a tenth and differs between neighbours', () => {
    const values = Array.from({ length: 1_000 }, (_, id) => jitter(id + 1));
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(0.1);
    expect(new Set(values).size).toBeGreaterThan(500);
  });
});

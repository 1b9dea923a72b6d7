import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DayState, nextMidnight, planDay, readZone, spendable, WAKE_MS } from './budget.ts';

const DAY_MS = 86_400_000;
const noon = new Date('2026-05-01T12:00:00Z');

test('a tenth of the day’s requests is never spent', () => {
  expect([100, 1, 10, 5_000, 0].map(spendable)).toEqual([90, 0, 9, 4_500, 0]);
});

/** A day of wakes, everything asked as planned; how many requests of each kind were sent, and at which wakes. */
function spendDay(start: Date, given: { lookCost: number; missing: number; remaining: number }) {
  const dayEndsAt = nextMidnight(start);
  let { remaining, missing } = given;
  let lastLookAt: Date | null = null;
  const looks: number[] = [];
  const contents: number[] = [];
  for (let at = start.getTime(); at < dayEndsAt.getTime(); at += WAKE_MS) {
    const state: DayState = {
      now: new Date(at),
      dayEndsAt,
      remaining,
      lookCost: given.lookCost,
      lastLookAt,
      isLookWanted: false,
      missing,
      daily: 0,
    };
    const plan = planDay(state);
    if (plan.isLookDue) {
      lastLookAt = new Date(at);
      looks.push(at);
      remaining -= given.lookCost;
    }
    contents.push(plan.contents);
    remaining -= plan.contents;
    missing -= plan.contents;
  }
  return { remaining, missing, looks, contents };
}

test('a day that has nothing to bring is looks at even times, and ends within its budget', () => {
  const day = spendDay(new Date('2026-05-01T00:00:00Z'), { lookCost: 3, missing: 0, remaining: 90 });
  expect(day.looks.length).toBeGreaterThanOrEqual(20);
  expect(day.remaining).toBeGreaterThanOrEqual(0);
  const gaps = day.looks.slice(1).map((at, index) => at - (day.looks[index] ?? 0));
  expect(Math.max(...gaps)).toBeLessThanOrEqual(3 * WAKE_MS);
});

test('a backlog is brought in parts of the whole day, and looks go on beside it', () => {
  const day = spendDay(new Date('2026-05-01T00:00:00Z'), { lookCost: 3, missing: 500, remaining: 90 });
  expect(day.remaining).toBeGreaterThanOrEqual(0);
  expect(day.looks.length).toBeGreaterThanOrEqual(8);
  expect(500 - day.missing).toBeGreaterThanOrEqual(30);
  expect(Math.max(...day.contents)).toBeLessThanOrEqual(3);
  expect(day.contents.slice(24).some((count) => count > 0)).toBe(true);
});

test('whatever the day is like, no plan asks for more than is left of it', () => {
  fc.assert(
    fc.property(
      fc.record({
        minutes: fc.integer({ min: 0, max: 1_500 }),
        remaining: fc.integer({ min: 0, max: 5_000 }),
        lookCost: fc.integer({ min: 1, max: 40 }),
        missing: fc.integer({ min: 0, max: 10_000 }),
        daily: fc.integer({ min: 0, max: 5 }),
        isLookWanted: fc.boolean(),
        sinceMinutes: fc.option(fc.integer({ min: 0, max: 3_000 })),
      }),
      ({ minutes, sinceMinutes, ...given }) => {
        const plan = planDay({
          ...given,
          now: noon,
          dayEndsAt: new Date(noon.getTime() + minutes * 60_000),
          lastLookAt: sinceMinutes === null ? null : new Date(noon.getTime() - sinceMinutes * 60_000),
        });
        expect(plan.contents).toBeLessThanOrEqual(Math.min(given.missing, given.remaining));
        if (given.remaining === 0) expect(plan).toMatchObject({ isLookDue: false, contents: 0 });
        expect(Number.isFinite(plan.nextLookAt.getTime())).toBe(true);
        expect(plan.nextLookAt.getTime() - noon.getTime()).toBeLessThanOrEqual(2 * DAY_MS);
      },
    ),
  );
});

test('who asks for a look gets it at once, as long as some are left for the rest of the day', () => {
  const state: DayState = {
    now: noon,
    dayEndsAt: nextMidnight(noon),
    remaining: 12,
    lookCost: 3,
    lastLookAt: new Date(noon.getTime() - 60_000),
    isLookWanted: true,
    missing: 0,
    daily: 0,
  };
  expect(planDay(state).isLookDue).toBe(true);
  expect(planDay({ ...state, remaining: 11 }).isLookDue).toBe(false);
  expect(planDay({ ...state, isLookWanted: false }).isLookDue).toBe(false);
});

test('headers count where they are numbers, and nothing else does', () => {
  const headers = new Headers({
    'X-Reader-Zone1-Limit': '100',
    'X-Reader-Zone1-Usage': '7',
    'X-Reader-Zone2-Limit': 'many',
    'X-Reader-Limits-Reset-After': '1234.5',
  });
  expect(readZone(headers, 1)).toEqual({ allowed: 100, used: 7, resetAfterSeconds: 1234.5 });
  expect(readZone(headers, 2)).toEqual({ allowed: null, used: null, resetAfterSeconds: 1234.5 });
  expect(readZone(new Headers({ 'X-Reader-Zone1-Limit': '-5' }), 1).allowed).toBeNull();
});

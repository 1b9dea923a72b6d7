import { expect, test } from 'vitest';
import { dayOf, lastWindow, presentWindow, windowOf } from './window.ts';

const iso = ({ from, to }: { from: Date; to: Date }) => [from.toISOString(), to.toISOString()];

test('a day is the reader’s own, from midnight to midnight there', () => {
  expect(iso(windowOf('daily', '2026-11-21', 'Asia/Tokyo'))).toEqual([
    '2026-11-20T15:00:00.000Z',
    '2026-11-21T15:00:00.000Z',
  ]);
  expect(dayOf(new Date('2026-11-20T15:30:00Z'), 'Asia/Tokyo')).toBe('2026-11-21');
  expect(dayOf(new Date('2026-11-20T15:30:00Z'), 'America/New_York')).toBe('2026-11-20');
});

test('days on which clocks change have 23 or 25 hours, and follow each other without a gap', () => {
  const hours = (day: string, zone: string) => {
    const { from, to } = windowOf('daily', day, zone);
    return (to.getTime() - from.getTime()) / 3_600_000;
  };
  expect(hours('2026-03-29', 'Europe/Berlin')).toBe(23);
  expect(hours('2026-10-25', 'Europe/Berlin')).toBe(25);
  // There clocks are changed at midnight, so that the day begins at one.
  expect(hours('2026-09-06', 'America/Santiago')).toBe(23);
  expect(windowOf('daily', '2026-09-05', 'America/Santiago').to).toEqual(
    windowOf('daily', '2026-09-06', 'America/Santiago').from,
  );
});

test('a week begins on Monday, whichever of its days is named', () => {
  for (const day of ['2026-11-16', '2026-11-18', '2026-11-22']) {
    const week = windowOf('weekly', day, 'UTC');
    expect(week.date).toBe('2026-11-16');
    expect(iso(week)).toEqual(['2026-11-16T00:00:00.000Z', '2026-11-23T00:00:00.000Z']);
  }
});

test('the last window ends where the present one begins', () => {
  const now = new Date('2026-11-21T03:00:00Z');
  for (const zone of ['UTC', 'Asia/Tokyo', 'America/New_York', 'Pacific/Kiritimati']) {
    for (const period of ['daily', 'weekly'] as const) {
      expect(lastWindow(period, now, zone).to).toEqual(presentWindow(period, now, zone).from);
      expect(presentWindow(period, now, zone).from.getTime()).toBeLessThanOrEqual(now.getTime());
      expect(presentWindow(period, now, zone).to.getTime()).toBeGreaterThan(now.getTime());
    }
  }
});

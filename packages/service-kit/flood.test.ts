import { Problem } from '@alt/contracts';
import { describe, expect, it } from 'vitest';
import { createFlood } from './flood.ts';

const limits = { ratePerSecond: 10, burst: 5, concurrency: 3 };

function refusalOf(work: () => unknown): Problem {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem) return error;
  }
  throw new Error('was not refused');
}

describe('the flood guard', () => {
  it('lets a burst through, then asks to come back, and does', () => {
    let now = 0;
    const flood = createFlood(limits, () => now);
    for (let count = 0; count < limits.burst; count += 1) flood.enter('a')();
    const refused = refusalOf(() => flood.enter('a'));
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['Retry-After'])).toBeGreaterThanOrEqual(1);
    now = 100;
    flood.enter('a')();
    refusalOf(() => flood.enter('a'));
    now = 10_000;
    for (let count = 0; count < limits.burst; count += 1) flood.enter('a')();
  });

  it('bounds what is under way for one key and leaves the others alone', () => {
    const flood = createFlood(limits, () => 0);
    const leaves = Array.from({ length: limits.concurrency }, () => flood.enter('a'));
    refusalOf(() => flood.enter('a'));
    flood.enter('b')();
    leaves[0]?.();
    flood.enter('a')();
  });
});

import { Problem } from '@alt/contracts';

export interface FloodLimits {
  /** Requests a second, sustained. */
  ratePerSecond: number;
  /** Requests at once after a quiet time. */
  burst: number;
  /** Requests under way at the same time. */
  concurrency: number;
}

export const defaultFloodLimits: FloodLimits = { ratePerSecond: 100, burst: 1_000, concurrency: 64 };

const BUCKETS_MAXIMUM = 20_000;

interface Bucket {
  tokens: number;
  filledAt: number;
  running: number;
}

/** A coarse guard against floods, per process and per key (an address or an account). */
export interface Flood {
  /** Takes a place for one request; throws `too-many-requests`. Call the answer when the request is over. */
  enter(key: string): () => void;
}

export function createFlood(limits: FloodLimits, now: () => number = Date.now): Flood {
  const buckets = new Map<string, Bucket>();

  function bucketOf(key: string): Bucket {
    const present = buckets.get(key);
    if (present) return present;
    if (buckets.size >= BUCKETS_MAXIMUM) forgetIdle(buckets, limits, now());
    const bucket = { tokens: limits.burst, filledAt: now(), running: 0 };
    buckets.set(key, bucket);
    return bucket;
  }

  return {
    enter(key) {
      const bucket = bucketOf(key);
      const time = now();
      bucket.tokens = Math.min(limits.burst, bucket.tokens + ((time - bucket.filledAt) / 1000) * limits.ratePerSecond);
      bucket.filledAt = time;
      if (bucket.tokens < 1) throw tooMany(Math.ceil((1 - bucket.tokens) / limits.ratePerSecond));
      if (bucket.running >= limits.concurrency) throw tooMany(1);
      bucket.tokens -= 1;
      bucket.running += 1;
      return () => {
        bucket.running -= 1;
      };
    },
  };
}

function tooMany(retryAfterSeconds: number): Problem {
  const seconds = Math.max(1, retryAfterSeconds);
  return new Problem('too-many-requests', `Too many requests at once. Try again in ${seconds} s.`, {
    headers: { 'Retry-After': String(seconds) },
  });
}

/** Full, idle buckets say nothing that a new one would not; if all are busy, the oldest half goes. */
function forgetIdle(buckets: Map<string, Bucket>, limits: FloodLimits, time: number): void {
  for (const [key, bucket] of buckets) {
    const tokens = bucket.tokens + ((time - bucket.filledAt) / 1000) * limits.ratePerSecond;
    if (bucket.running === 0 && tokens >= limits.burst) buckets.delete(key);
  }
  if (buckets.size < BUCKETS_MAXIMUM) return;
  for (const [key, bucket] of buckets) {
    if (bucket.running === 0) buckets.delete(key);
    if (buckets.size < BUCKETS_MAXIMUM / 2) break;
  }
}

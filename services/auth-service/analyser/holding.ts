import { setTimeout as sleep } from 'node:timers/promises';
import { refusal } from '../lockouts.ts';

/** More than these are told to come back: waiting requests must not become an attack of their own. */
const HELD_MAXIMUM = 32;
const RETRY_MS = 2_000;

/** Lets requests wait, a few at once in this process. */
export interface Holding {
  /** Resolves after a time, or when the visitor hangs up. Throws `too-many-requests` where enough are waiting. */
  hold(durationMs: number, signal: AbortSignal): Promise<void>;
}

export function createHolding(maximum = HELD_MAXIMUM): Holding {
  let held = 0;
  return {
    async hold(durationMs, signal) {
      if (held >= maximum)
        throw refusal('too-many-requests', 'Too many requests at once.', new Date(Date.now() + RETRY_MS));
      held += 1;
      try {
        await sleep(durationMs, undefined, { signal });
      } catch {
        // Nobody waits any more; the handler finds out by itself.
      } finally {
        held -= 1;
      }
    },
  };
}

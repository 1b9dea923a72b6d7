import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** So many documents leave about 100 MB of buffers behind, which nothing collects while the process rests. */
const WORTH_COLLECTING = 200;
const REST_MS = 10_000;
const AT_LEAST_EVERY_MS = 60_000;

export interface MemoryRelief {
  /** A document was read. */
  used(): void;
  stop(): void;
}

/**
 * Gives memory back after a refresh. V8 collects when it needs room; a process that rests needs none and would keep
 * what the refresh left: 1,000 feeds × 100 articles, 412 MB before and 239 MB after, for a pause of 35 ms.
 */
export function createMemoryRelief(isBusy: () => boolean, collect: () => void = collectGarbage): MemoryRelief {
  let uses = 0;
  let collectedAt = 0;
  const look = () => {
    if (uses < WORTH_COLLECTING || isBusy() || Date.now() - collectedAt < AT_LEAST_EVERY_MS) return;
    uses = 0;
    collectedAt = Date.now();
    collect();
  };
  const timer = setInterval(look, REST_MS).unref();
  return {
    used() {
      uses += 1;
    },
    stop: () => clearInterval(timer),
  };
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  if (typeof gc === 'function') gc();
}

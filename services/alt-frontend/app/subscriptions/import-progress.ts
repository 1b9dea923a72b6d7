import type { Subscription } from '../api/api.ts';

export interface ImportProgress {
  /** Feeds that have been fetched at least once, well or badly. */
  done: number;
  total: number;
  inTrouble: number;
}

/** How far the first fetches of imported feeds are; imported is what was not there before. */
export function importProgress(
  subscriptions: readonly Subscription[],
  knownBefore: ReadonlySet<string>,
): ImportProgress {
  const states = subscriptions.filter(({ id }) => !knownBefore.has(id)).map(({ status }) => status.state);
  return {
    done: states.filter((state) => state !== 'pending').length,
    total: states.length,
    inTrouble: states.filter((state) => state === 'failing' || state === 'gone').length,
  };
}

import type { FullEntry } from '../api/api.ts';

/** How soon to look again for what is still being made of an article; false where nothing is. */
export function waitMs(entry: FullEntry): number | false {
  if (entry.fullText.state === 'pending' || entry.relatedState === 'pending') return 1_500;
  return entry.summary.state === 'pending' || entry.tagging.state === 'pending' ? 4_000 : false;
}

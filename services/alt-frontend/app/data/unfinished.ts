import type { FullEntry } from '../api/api.ts';

/** Tags come within seconds, with a model within minutes; an article without any that is older has none. */
const tagsMs = 10 * 60_000;

/** Whether tags may still come. The API has no state of them: an article has none before, and perhaps none after. */
export function mayGetTags({ tags, receivedAt }: Pick<FullEntry, 'tags' | 'receivedAt'>, nowMs = Date.now()): boolean {
  return tags.length === 0 && nowMs - Date.parse(receivedAt) < tagsMs;
}

/** How soon to look again for what is still being made of an article; false where nothing is. */
export function waitMs(entry: FullEntry): number | false {
  if (entry.fullText.state === 'pending' || entry.relatedState === 'pending') return 1_500;
  return entry.summary.state === 'pending' || mayGetTags(entry) ? 4_000 : false;
}

import { hash53 } from './hashing.ts';
import type { StoryProfile } from './profile.ts';

/** One of the hashes that an article is found by, and how much it says that two articles share it. */
export interface StoryKey {
  key: number;
  kind: 'url' | 'title' | 'lead' | 'text';
}

const TEXT_KEYS = 12;
const LEAD_KEYS = 4;
const MIN_SHINGLES = 8;
const MIN_TITLE_STEMS = 3;

/**
 * What an article is looked for by: its address, the words of its title in any order, and MinHash sketches of its text
 * and of its beginning: the smallest hashes of their shingles (Broder, "On the resemblance and containment of documents",
 * 1997). Two texts that share half of their shingles share less than two of 12 keys three times in a thousand. The beginning has keys of its own because a teaser is a small part of a text but most of its beginning.
 */
export function keysOf(profile: StoryProfile): StoryKey[] {
  const { address, title, shingles, lead } = profile;
  const keys: StoryKey[] = [];
  if (address !== null) keys.push({ key: hash53(`url ${address}`), kind: 'url' });
  const stems = [...new Set(title.stems)].toSorted();
  if (stems.length >= MIN_TITLE_STEMS) keys.push({ key: hash53(`title ${stems.join(' ')}`), kind: 'title' });
  if (lead.size >= MIN_SHINGLES) {
    keys.push(...smallest(lead, LEAD_KEYS).map((hash) => ({ key: hash53(`lead ${hash}`), kind: 'lead' as const })));
  }
  if (shingles.size >= MIN_SHINGLES) {
    keys.push(...smallest(shingles, TEXT_KEYS).map((hash) => ({ key: hash53(`text ${hash}`), kind: 'text' as const })));
  }
  return keys;
}

function smallest(hashes: ReadonlySet<number>, count: number): number[] {
  return [...hashes].toSorted((a, b) => a - b).slice(0, count);
}

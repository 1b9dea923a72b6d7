import type { TagProposal } from '@alt/contracts';
import type { Database } from '@alt/database';
import { type CountedTag, countedTags, distinctions, sharedCounts } from './store/tags.ts';
import { VOCABULARY_MAXIMUM } from './vocabulary.ts';

export interface Proposal extends TagProposal {
  tagIds: [number, number];
}

type Reason = TagProposal['reason'];
type Pair = { tags: [CountedTag, CountedTag]; reason: Reason };

/** Pairs whose common articles are looked at. */
const LOOKED_AT = 500;
/** For one name to hold the other, so much of the rarer one's articles must be common. */
const SHARED_SHARE = 0.5;
/** A name of one letter more or less is another word when it is short: `iran`, `iraq`. */
const SPELLING_LETTERS = 7;

/** Pairs of a tenant's tags that may be one, the most frequent first, without those that somebody said are not. */
export async function proposeMerges(database: Database, tenantId: string, limit: number): Promise<Proposal[]> {
  const [tags, apart] = await Promise.all([
    countedTags(database, tenantId, VOCABULARY_MAXIMUM * 2),
    distinctions(database, tenantId),
  ]);
  const known = new Set(apart.map(({ tagId, otherTagId }) => `${tagId}/${otherTagId}`));
  const pairs = similarTags(tags)
    .filter(({ tags: pair }) => !known.has(keyOf(pair)))
    .sort((a, b) => weightOf(b) - weightOf(a))
    .slice(0, LOOKED_AT);
  const shared = await sharedCounts(
    database,
    tenantId,
    pairs.map(({ tags: [first, second] }) => [second.id, first.id]),
  );
  return pairs
    .map(({ tags: [first, second], reason }, index) => ({
      tagIds: [first.id, second.id] as [number, number],
      names: [first.name, second.name] as [string, string],
      counts: [first.count, second.count] as [number, number],
      reason,
      sharedCount: shared[index]?.sharedCount ?? 0,
    }))
    .filter(isLikely)
    .slice(0, limit);
}

function isLikely({ reason, counts, sharedCount }: Proposal): boolean {
  if (reason === 'articles') return sharedCount >= 2 && sharedCount >= SHARED_SHARE * counts[1];
  return reason !== 'acronym' || sharedCount > 0;
}

/** Pairs that look alike, each once, the more frequent tag first. Linear in the tags but for those that share a word. */
export function similarTags(tags: readonly CountedTag[]): Pair[] {
  const found = new Map<string, Pair>();
  const add = (a: CountedTag, b: CountedTag, reason: Reason) => {
    if (a.id === b.id) return;
    const pair: [CountedTag, CountedTag] = a.count > b.count || (a.count === b.count && a.id < b.id) ? [a, b] : [b, a];
    if (!found.has(keyOf(pair))) found.set(keyOf(pair), { tags: pair, reason });
  };
  for (const [reason, keysOf] of LIKENESSES) {
    const groups = new Map<string, CountedTag[]>();
    for (const tag of tags) for (const key of keysOf(tag.normalised)) (groups.get(key) ?? set(groups, key)).push(tag);
    for (const group of groups.values()) {
      if (group.length > LARGEST_GROUP) continue;
      for (const [index, a] of group.entries()) {
        for (const b of group.slice(index + 1)) if (isAlike(reason, a.normalised, b.normalised)) add(a, b, reason);
      }
    }
  }
  return [...found.values()];
}

/** A word that so many tags have says nothing about two of them. */
const LARGEST_GROUP = 40;

/** Tags with a common key may be alike for this reason; the surest reason first. */
const LIKENESSES: readonly [Reason, (name: string) => string[]][] = [
  ['letters', (name) => [name.replace(/[^\p{L}\p{N}+#]/gu, '')]],
  ['word-order', (name) => [wordsOf(name).sort().join(' ')]],
  ['spelling', (name) => (name.length < SPELLING_LETTERS ? [] : withoutOneLetter(name))],
  ['acronym', (name) => acronymKeys(name)],
  ['articles', (name) => [...new Set(wordsOf(name))]],
];

function isAlike(reason: Reason, a: string, b: string): boolean {
  if (reason === 'spelling') return digitsOf(a) === digitsOf(b) && Math.abs(a.length - b.length) <= 1;
  if (reason === 'acronym') return (wordsOf(a).length === 1) !== (wordsOf(b).length === 1);
  if (reason !== 'articles') return true;
  const [shorter, longer] = a.length < b.length ? [a, b] : [b, a];
  return digitsOf(a) === digitsOf(b) && ` ${longer} `.includes(` ${shorter} `);
}

/** A name and what it is without each letter: two names with a common key are one or two letters apart. */
function withoutOneLetter(name: string): string[] {
  const letters = [...name];
  return [name, ...letters.map((_, index) => letters.toSpliced(index, 1).join(''))];
}

/** `artificial intelligence` and `ai` meet at `ai`. */
function acronymKeys(name: string): string[] {
  const words = wordsOf(name);
  if (words.length === 1) return name.length >= 2 && name.length <= 6 ? [name] : [];
  return words.length <= 6 ? [words.map((word) => word.charAt(0)).join('')] : [];
}

function wordsOf(name: string): string[] {
  return name.split(' ').filter((word) => word !== '');
}

function digitsOf(name: string): string {
  return name.replace(/\P{N}+/gu, ' ').trim();
}

function keyOf([a, b]: readonly [CountedTag, CountedTag]): string {
  return `${Math.min(a.id, b.id)}/${Math.max(a.id, b.id)}`;
}

function weightOf({ tags: [, rarer], reason }: Pair): number {
  return rarer.count + (reason === 'letters' || reason === 'word-order' ? 1_000 : 0);
}

function set(groups: Map<string, CountedTag[]>, key: string): CountedTag[] {
  const group: CountedTag[] = [];
  groups.set(key, group);
  return group;
}

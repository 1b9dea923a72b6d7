import { detectLanguage } from '@alt/language';
import { isStopword } from '@alt/language/stopwords.ts';
import { termsOf } from '@alt/language/summary.ts';
import { foldWord, segmentWords } from '@alt/language/words.ts';
import { cosine } from './extracting.ts';
import type { Story } from './recapping.ts';

export interface Topic {
  name: string;
  stories: Story[];
}

const SHARED_MINIMUM = 2;
/** Stories without a common tag are one topic from this cosine of their words on. */
const LIKENESS_MINIMUM = 0.2;
const NAME_MAXIMUM = 60;

/**
 * Stories by topic, the weightiest first. A tag that several stories share is a topic, a tag that the reader likes before
 * others; what is left goes by likeness of words, named by a tag or by the word that it uses most.
 */
export function grouped(stories: Story[], interests: string[]): Topic[] {
  const liked = new Set(interests.map(foldWord));
  const topics: Topic[] = [];
  let left = stories;
  for (;;) {
    const tag = bestTag(left, liked);
    if (tag === null) break;
    const has = (story: Story) => story.tags.some((own) => foldWord(own) === foldWord(tag));
    topics.push({ name: tag, stories: left.filter(has) });
    left = left.filter((story) => !has(story));
  }
  topics.push(...groupByWords(left));
  return topics.sort((a, b) => (b.stories[0]?.score ?? 0) - (a.stories[0]?.score ?? 0));
}

/** The tag with the most weight among those that at least two stories share. */
function bestTag(stories: Story[], liked: Set<string>): string | null {
  const weights = new Map<string, { tag: string; count: number; weight: number }>();
  for (const { tags, score } of stories) {
    for (const [key, tag] of new Map(tags.map((tag) => [foldWord(tag), tag]))) {
      const present = weights.get(key) ?? { tag, count: 0, weight: 0 };
      present.count += 1;
      present.weight += score * (liked.has(key) ? 2 : 1);
      weights.set(key, present);
    }
  }
  let best: { tag: string; weight: number } | null = null;
  for (const entry of weights.values()) {
    if (entry.count >= SHARED_MINIMUM && entry.weight > (best?.weight ?? 0)) best = entry;
  }
  return best?.tag ?? null;
}

function groupByWords(stories: Story[]): Topic[] {
  const groups: { stories: Story[]; terms: Set<string> }[] = [];
  for (const story of stories) {
    const terms = termsOf(story.text, detectLanguage(story.text).language);
    const near = groups.find((group) => cosine(group.terms, terms) >= LIKENESS_MINIMUM);
    if (near) near.stories.push(story);
    else groups.push({ stories: [story], terms });
  }
  return groups.map((group) => ({ name: nameOf(group.stories), stories: group.stories }));
}

/** The first tag of the first story that has one, else the word of the titles that the texts use most. */
function nameOf(stories: Story[]): string {
  const tag = stories.flatMap(({ tags }) => tags)[0];
  if (tag) return tag;
  const title = stories[0]?.title ?? '';
  const { language } = detectLanguage(stories.map(({ text }) => text).join(' '));
  const counts = new Map<string, number>();
  for (const { text } of stories) {
    for (const { text: word } of segmentWords(text, language)) {
      const key = foldWord(word);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  const words = segmentWords(title, language)
    .map(({ text }) => text)
    .filter((word) => !isStopword(foldWord(word), language) && !/^\p{N}+$/u.test(word) && [...word].length > 1);
  const [best] = words.sort((a, b) => (counts.get(foldWord(b)) ?? 0) - (counts.get(foldWord(a)) ?? 0));
  return best ?? (title.slice(0, NAME_MAXIMUM) || '…');
}

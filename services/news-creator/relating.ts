import { detectLanguage } from '@alt/language';
import { stemWord } from '@alt/language/stemming.ts';
import { isStopword } from '@alt/language/stopwords.ts';
import { foldWord, segmentWords } from '@alt/language/words.ts';

export interface Relatable {
  title: string;
  text: string;
  language: string | null;
  tags: string[];
}

/** Precise over many: less alike than this, or by fewer words, is not related. Tried on pairs of news of one subject. */
const SCORE_MINIMUM = 0.12;
const SHARED_MINIMUM = 3;
const TITLE_WEIGHT = 3;
const TAG_WEIGHT = 4;
const SHOWN_TERMS = 5;
const TEXT_MAXIMUM = 8_000;

/** A text as weighted terms, with a word as it is written for each. */
interface Profile {
  weights: Map<string, number>;
  words: Map<string, string>;
}

/** The candidates that are about the same as the subject, the nearest first: cosine of tf-idf over words and tags. */
export function relateArticles(task: {
  subject: Relatable;
  candidates: (Relatable & { id: string })[];
  limit: number;
}): { id: string; score: number; terms: string[] }[] {
  const subject = profileOf(task.subject);
  const profiles = task.candidates.map((candidate) => ({ id: candidate.id, profile: profileOf(candidate) }));
  const rarity = rarityOf([subject, ...profiles.map(({ profile }) => profile)]);
  return profiles
    .map(({ id, profile }) => ({ id, ...compare(subject, profile, rarity) }))
    .filter(({ score, shared }) => score >= SCORE_MINIMUM && shared >= SHARED_MINIMUM)
    .sort((a, b) => b.score - a.score)
    .slice(0, task.limit)
    .map(({ id, score, terms }) => ({ id, score, terms }));
}

function profileOf({ title, text, language, tags }: Relatable): Profile {
  const known = language ?? detectLanguage(`${title} ${text}`).language;
  const profile: Profile = { weights: new Map(), words: new Map() };
  const add = (part: string, weight: number) => {
    for (const { text: word } of segmentWords(part, known)) {
      const folded = foldWord(word);
      if (isStopword(folded, known) || /^\p{N}+$/u.test(folded) || [...folded].length < 2) continue;
      const term = stemWord(folded, known);
      profile.weights.set(term, (profile.weights.get(term) ?? 0) + weight);
      if (!profile.words.has(term)) profile.words.set(term, word);
    }
  };
  for (const tag of tags) add(tag, TAG_WEIGHT);
  add(title, TITLE_WEIGHT);
  add(text.slice(0, TEXT_MAXIMUM), 1);
  return profile;
}

function rarityOf(profiles: Profile[]): (term: string) => number {
  const counts = new Map<string, number>();
  for (const { weights } of profiles) for (const term of weights.keys()) counts.set(term, (counts.get(term) ?? 0) + 1);
  return (term) => Math.log(1 + profiles.length / ((counts.get(term) ?? 0) + 0.5));
}

function compare(one: Profile, other: Profile, rarity: (term: string) => number) {
  const contributions: { term: string; value: number }[] = [];
  for (const [term, weight] of one.weights) {
    const opposite = other.weights.get(term);
    if (opposite === undefined) continue;
    contributions.push({ term, value: Math.log1p(weight) * Math.log1p(opposite) * rarity(term) ** 2 });
  }
  const product = contributions.reduce((sum, { value }) => sum + value, 0);
  contributions.sort((a, b) => b.value - a.value);
  return {
    score: product / (lengthOf(one, rarity) * lengthOf(other, rarity)),
    shared: contributions.length,
    terms: contributions.slice(0, SHOWN_TERMS).map(({ term }) => one.words.get(term) ?? term),
  };
}

function lengthOf({ weights }: Profile, rarity: (term: string) => number): number {
  let sum = 0;
  for (const [term, weight] of weights) sum += (Math.log1p(weight) * rarity(term)) ** 2;
  return Math.sqrt(sum) || 1;
}

import { foldWord, isStopword } from '@alt/language';
import { porterStem } from './porter.ts';

const LONGEST = 3;

interface Grams {
  counts: Map<string, { count: number; form: string }>;
}

/** The baseline: frequency by rarity in the same set; phrases of up to three words without stopwords at their ends. */
export function tfIdf(texts: readonly string[], language: string, limit: number): string[][] {
  const all = texts.map((text) => gramsOf(text, language));
  const documents = new Map<string, number>();
  for (const { counts } of all) for (const key of counts.keys()) documents.set(key, (documents.get(key) ?? 0) + 1);
  return all.map(({ counts }) =>
    [...counts]
      .map(([key, { count, form }]) => ({ form, score: count * Math.log(texts.length / (documents.get(key) ?? 1)) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, limit)
      .map(({ form }) => form),
  );
}

function gramsOf(text: string, language: string): Grams {
  const counts = new Map<string, { count: number; form: string }>();
  for (const chunk of text.toLowerCase().split(/[^\p{L}\p{N}\s'’-]+|\n/u)) {
    const words = chunk.match(/[\p{L}\p{N}]+/gu) ?? [];
    for (const gram of runsOf(words, (word) => isStopword(foldWord(word), language))) {
      if (gram.some((word) => word.length < 2 || /^\d+$/.test(word))) continue;
      const key = gram.map(porterStem).join(' ');
      const known = counts.get(key) ?? { count: 0, form: gram.join(' ') };
      counts.set(key, { ...known, count: known.count + 1 });
    }
  }
  return { counts };
}

function runsOf<Word>(words: readonly Word[], isStop: (word: Word) => boolean): Word[][] {
  return words.flatMap((_, from) =>
    Array.from({ length: LONGEST }, (_end, size) => words.slice(from, from + size + 1)).filter((run, size) => {
      const [first] = run;
      const last = run.at(-1);
      return run.length === size + 1 && first !== undefined && last !== undefined && !isStop(first) && !isStop(last);
    }),
  );
}

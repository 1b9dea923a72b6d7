import type { BriefPart } from './projects-api.ts';

export type Citation = BriefPart['sentences'][number]['citations'][number];

/** What makes two citations the same: the words, and where they stand. */
export const citationKey = ({ articleId, url, quote }: Citation): string => `${articleId ?? url} ${quote}`;

/** The number of each citation of a brief, counted from 1 in the order of reading; the same words have one number. */
export function citationNumbers(parts: readonly Pick<BriefPart, 'sentences'>[]): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  for (const citation of parts.flatMap(({ sentences }) => sentences.flatMap(({ citations }) => citations))) {
    const key = citationKey(citation);
    if (!numbers.has(key)) numbers.set(key, numbers.size + 1);
  }
  return numbers;
}

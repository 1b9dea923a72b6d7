import type { Settings } from '../api/api.ts';

/** Heights of a list line, in rem: fixed per density, so that the list knows where each line stands without measuring. */
const heights: Record<Settings['density'], number> = { compact: 2.75, list: 6.75, cards: 9.75 };

/** The height of a line in CSS pixels at the reader's own font size. */
export function rowHeightOf(density: Settings['density']): number {
  const rootSize = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
  return Math.round(heights[density] * rootSize);
}

import type { SearchPage } from '../api/api.ts';

type Parts = NonNullable<SearchPage['items'][number]['highlights']['snippet']>;

/** So much of a line of a phone beside a picture leaves room for the word that was found; such scripts are twice as wide. */
const leadLength = 24;
const wide = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u;

/** A snippet that begins shortly before the first mark, where the line shows it; the server’s has more before it. */
export function fromFirstMark(parts: Parts): Parts {
  const [first, ...rest] = parts;
  if (!first || first.isMarked || rest.length === 0) return parts;
  const characters = [...first.text];
  const kept = wide.test(first.text) ? leadLength / 2 : leadLength;
  if (characters.length <= kept) return parts;
  const lead = characters.slice(-kept).join('');
  return [{ text: `… ${lead.replace(/^\S*\s+(?=\S)/, '')}`, isMarked: false }, ...rest];
}

/**
 * The language of a text by its script, where that is certain enough to choose glyphs, hyphens and a voice by:
 * kana, hangul, other Han, Cyrillic with its tell-tale letters. Undefined for Latin and everything else.
 */
export function guessLanguage(text: string): string | undefined {
  const sample = text.slice(0, 2_000);
  const letters = sample.match(/\p{L}/gu)?.length ?? 0;
  const share = (pattern: RegExp) => (sample.match(pattern)?.length ?? 0) / Math.max(1, letters);
  if (share(/[\p{Script=Hiragana}\p{Script=Katakana}]/gu) > 0.08) return 'ja';
  if (share(/\p{Script=Hangul}/gu) > 0.2) return 'ko';
  if (share(/\p{Script=Han}/gu) > 0.3) return 'zh';
  if (share(/\p{Script=Cyrillic}/gu) < 0.5) return undefined;
  if (/[іїєґ]/iu.test(sample)) return 'uk';
  return /[ыэъё]/iu.test(sample) ? 'ru' : undefined;
}

import { abbreviationKind } from './abbreviations.ts';
import { languageKey } from './languages.ts';
import { isStopword } from './stopwords.ts';
import { foldWord, type TextSpan } from './words.ts';

/**
 * The sentences of a text in order, without the blanks around them. `Intl.Segmenter` proposes breaks; those after
 * abbreviations, initials, ordinals and inside of addresses and quotations are taken back. A blank line always breaks, one
 * line end breaks unless it only wraps a long line. Thai, which marks no sentences, is cut at blanks into clauses. Never
 * throws; linear.
 */
export function splitSentences(text: string, language: string | null): TextSpan[] {
  const key = languageKey(language) ?? 'en';
  const sentences: TextSpan[] = [];
  let start = 0;
  for (const { index, segment } of (key === 'el' ? greekSentences : plainSentences).segment(text)) {
    // Opening brackets count as closing ones there: 「 after 。 belongs to what follows.
    const end = index + segment.length - (openers.exec(segment)?.[0].length ?? 0);
    if (end <= start) continue;
    if (end < text.length && !isBreak(text, start, end, key)) continue;
    for (const [from, to] of cutFurther(text, start, end, key)) pushTrimmed(sentences, text, from, to);
    start = end;
  }
  pushTrimmed(sentences, text, start, text.length);
  return sentences;
}

const openers = /(?<=[。！？｡])[「『（(〈《【“‘]{1,3}$/u;

// Frozen by nature; the rules depend on no locale but Greek, where `;` asks.
const plainSentences = new Intl.Segmenter('en', { granularity: 'sentence' });
const greekSentences = new Intl.Segmenter('el', { granularity: 'sentence' });

/** How far to look around a break. Longer abbreviations and openings do not exist; without it the work would not be linear. */
const CONTEXT_LENGTH = 48;

/** A line that was wrapped is about this long at least. */
const WRAPPED_LENGTH = 40;

interface Break {
  /** What of the sentence stands before the break, at most CONTEXT_LENGTH, without the blanks at its end. */
  left: string;
  gap: string;
  right: string;
  /** Of the whole sentence up to here. */
  length: number;
  language: string;
}

function isBreak(text: string, start: number, end: number, language: string): boolean {
  const before = text.slice(Math.max(start, end - CONTEXT_LENGTH), end);
  const left = before.trimEnd();
  const right = text.slice(end, end + CONTEXT_LENGTH);
  const found: Break = { left, gap: before.slice(left.length), right, length: end - start, language };
  if (left === '') return true;
  if (/[\n\u2028\u2029\u0085\v\f]/.test(found.gap)) return isBreakAtLineEnd(text, end, found);
  if (isInsideBrackets(text, start, end)) return false;
  if (found.gap === '') return isBreakWithoutBlank(found);
  if (/^(?:[(["'«„“‘]*\p{Ll}|[»”’)\]])/u.test(right)) return false;
  if (enumerator.test(left) && found.length <= 8) return false;
  return !left.endsWith('.') || isBreakAfterPoint(found);
}

const enumerator = /^\(?(?:\p{N}{1,3}|[ivx]{1,4}|\p{L})[.)]$/iu;

function isBreakAtLineEnd(text: string, end: number, { left, gap, right }: Break): boolean {
  if ((gap.match(/\r\n?|[\n\u2028\u2029\u0085\v\f]/g)?.length ?? 0) > 1) return true;
  if (/^\s*\n/.test(right) || /[.!?…:;。！？।؟]["'”’»)\]]*$/u.test(left) || !/^\p{Ll}/u.test(right)) return true;
  const lineStart = text.lastIndexOf('\n', end - 2);
  return end - lineStart < WRAPPED_LENGTH;
}

/** 「行く。」と言った: what stands in Japanese quotation marks and what is said of it are one sentence. */
function isInsideBrackets(text: string, start: number, end: number): boolean {
  if (end - start > MAX_QUOTATION_LENGTH) return false;
  const sentence = text.slice(start, end);
  if (/[」』]\s*$/.test(sentence) && /^(?:と|って|など|という|、)/.test(text.slice(end, end + 3))) return true;
  const opened = sentence.match(/[「『]/g)?.length ?? 0;
  if (opened <= (sentence.match(/[」』]/g)?.length ?? 0)) return false;
  // Only if it is closed soon: many a text loses a mark.
  return /^[^「『\n]*[」』]/.test(text.slice(end, end + MAX_QUOTATION_LENGTH));
}

const MAX_QUOTATION_LENGTH = 200;

/**
 * Fullwidth signs break without a blank. Others do not (`example.org/?Page`), unless
 * Chinese or Japanese follows, or Korean a `?`. */
function isBreakWithoutBlank({ left, right }: Break): boolean {
  if (/[。！？｡．‼⁇⁈⁉।॥۔]["'”’」』）)】〉》]*$/u.test(left)) return true;
  if (/^["'“‘]*\p{Script=Hangul}/u.test(right)) return !left.endsWith('.');
  return /^["'“‘「『（(【〈《]*[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(right);
}

function isBreakAfterPoint({ left, right, length, language }: Break): boolean {
  const word = /[\p{L}\p{M}\p{N}.·/-]+(?=\.$)/u.exec(left)?.[0] ?? '';
  const next = /^[^\p{L}\p{N}]*([\p{L}\p{N}][\p{L}\p{M}\p{N}'’]*)/u.exec(right)?.[1] ?? '';
  const isNumberNext = /^\p{N}|^[IVXLC]{1,6}$/u.test(next);
  const isInitialNext = /^\P{L}*\p{L}\./u.test(right);
  const beginsLikeSentence = !isInitialNext && isStopword(foldWord(next), language);
  if (isInitialNext && /^\p{L}$/u.test(word)) return false;
  if (initials.test(word)) return beginsLikeSentence || word === 'I';
  // A number before it makes it a unit, and a unit at the end of a long sentence is mostly its end.
  const kind = abbreviationKind(word.toLowerCase().replace(/^[.-]+/, ''), language);
  if (kind === 'undecided') return beginsLikeSentence || (length > WRAPPED_LENGTH && /\p{N}\s*\P{N}+\.$/u.test(left));
  if (kind === 'goes on before numbers' && !isNumberNext) return true;
  if (kind !== null) return false;
  return !(language === 'de' && germanOrdinal.test(left) && !beginsLikeSentence && !isNumberNext);
}

/** `am 3.`, but not `S. 5.` */
const germanOrdinal = /(?:^|[^\p{N}.,]\s)\p{N}{1,2}\.$/u;

/** `J`, `J.R.R`, `U.S`, `Ю`, `Ph.D`. */
const initials = /^(?:\p{Lu}\p{Ll}?\.)*\p{Lu}$/u;

/** Breaks that are not proposed: before a capital after an ellipsis or ` ! »`, and between the clauses of Thai. */
function* cutFurther(text: string, start: number, end: number, language: string): Generator<[number, number]> {
  const pattern = language === 'th' ? thaiClauses : afterEllipsis;
  const piece = text.slice(start, end);
  let from = start;
  for (const { index, 0: match } of piece.matchAll(pattern)) {
    const to = start + index + match.length;
    if (language === 'th' && to - from < THAI_CLAUSE_LENGTH) continue;
    yield [from, to];
    from = to;
  }
  yield [from, end];
}

const afterEllipsis = /(?:…|[.!?]\s»)["'”’»)\]]*\s(?=\s*["'“‘«(¿¡]*\p{Lu})/gu;
const thaiClauses = /(?<=[\u0e00-\u0e7f])\s(?=[\u0e00-\u0e7f])/gu;
const THAI_CLAUSE_LENGTH = 60;

function pushTrimmed(sentences: TextSpan[], text: string, from: number, to: number): void {
  const piece = text.slice(from, to);
  const trimmed = piece.trim();
  if (trimmed === '') return;
  const start = from + piece.length - piece.trimStart().length;
  sentences.push({ text: trimmed, start, end: start + trimmed.length });
}

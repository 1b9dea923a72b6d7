import type { StoryProfile } from './profile.ts';
import { hasConflict, titleSimilarity } from './titles.ts';
import { WINDOW_MS } from './window.ts';

/** What shows that two articles tell the same, and how strongly (0 to 1). */
export interface Match {
  reason: 'url' | 'text' | 'title';
  score: number;
}

/** What other articles of the two feeds say. */
export interface Evidence {
  /** One of the feeds gives several articles this address. */
  isAddressShared: boolean;
  /** One of the feeds has several articles with much of this text: a column, a report by template, release notes. */
  isTemplated: boolean;
}

export interface Thresholds {
  /** Shared shingles, as part of the shorter text's, that are enough by themselves. */
  text: number;
  /** … of a text that is a template; other titles are no help there. */
  templatedText: number;
  /** … that are enough beside a title that says nearly the same. */
  textWithTitle: number;
  /** … that are enough beside an equal title. */
  textWithEqualTitle: number;
  /** Shared words of two titles that say nearly the same. */
  title: number;
  /** Part of a short text's words that the other has to have, where titles are equal. */
  words: number;
  /** Part of the numbers in the shorter text that the other has. */
  numbers: number;
  /** Part of the shorter beginning that the other text has. */
  lead: number;
}

/** Chosen on the labelled pairs for a precision of 0.98 or more with room to spare; see docs/quality.md. */
export const thresholds: Thresholds = {
  text: 0.5,
  templatedText: 0.85,
  textWithTitle: 0.3,
  textWithEqualTitle: 0.1,
  title: 0.6,
  words: 0.6,
  numbers: 0.6,
  lead: 0.4,
};

/**
 * Whether two articles tell the same story: the same page, copies of one text (edited, shortened, with another title),
 * or the same title with a text that agrees. Not: what a feed repeats itself, another language, another issue, version or
 * day of a series, a follow-up with a new beginning, a live report. Null if not, or in doubt.
 */
export function sameStory(
  a: StoryProfile,
  b: StoryProfile,
  evidence: Evidence = NOTHING_ELSE,
  limits: Thresholds = thresholds,
): Match | null {
  if (a.feedId === b.feedId || Math.abs(a.sortAt - b.sortAt) > WINDOW_MS) return null;
  const isConflicting = hasConflict(a.title, b.title);
  const text = compareTexts(a, b, limits);
  const isSameAddress = a.address !== null && a.address === b.address && !evidence.isAddressShared;
  if (isSameAddress && (!isConflicting || (text ?? 0) >= limits.textWithTitle)) {
    return { reason: 'url', score: 1 };
  }
  if (isConflicting || a.title.isLive || b.title.isLive) return null;
  if (a.language !== b.language && a.language !== null && b.language !== null) return null;
  if (text === null) return sameTitle(a, b, limits);
  if (evidence.isTemplated) return text >= limits.templatedText ? { reason: 'text', score: text } : null;
  return sameText(a, b, text, limits);
}

const NOTHING_ELSE: Evidence = { isAddressShared: false, isTemplated: false };

const MIN_TEXT_WORDS = 25;
const MIN_EQUAL_STEMS = 4;
/** A title alone has to say much. */
const MIN_LONE_STEMS = 6;
const NO_WORDS = 8;
/** So few numbers say nothing. */
const MIN_NUMBERS = 2;

/** Shared part of the shorter text's shingles; 0 if something else speaks against a copy; null if one is too short. */
function compareTexts(a: StoryProfile, b: StoryProfile, limits: Thresholds): number | null {
  const [short, long] = a.wordCount <= b.wordCount ? [a, b] : [b, a];
  if (short.wordCount < MIN_TEXT_WORDS) return null;
  if (short.numbers.size >= MIN_NUMBERS && sharedPart(short.numbers, long.numbers) < limits.numbers) return 0;
  // A follow-up repeats the background and begins with what is new, so both beginnings have to be in the other text.
  const lead = Math.min(sharedPart(short.lead, long.shingles), sharedPart(long.lead, short.shingles));
  if (lead < limits.lead) return 0;
  return sharedPart(short.shingles, long.shingles);
}

function sameText(a: StoryProfile, b: StoryProfile, text: number, limits: Thresholds): Match | null {
  if (text >= limits.text) return { reason: 'text', score: text };
  const title = titleSimilarity(a.title, b.title);
  const isNear = title >= limits.title && text >= limits.textWithTitle;
  const isEqual = isSameTitle(a, b, MIN_EQUAL_STEMS) && text >= limits.textWithEqualTitle;
  return isNear || isEqual ? { reason: 'title', score: title } : null;
}

/** Where one says hardly more than its title: the titles are equal, and what little text there is agrees. */
function sameTitle(a: StoryProfile, b: StoryProfile, limits: Thresholds): Match | null {
  const [short, long] = a.wordCount <= b.wordCount ? [a, b] : [b, a];
  if (short.wordCount < NO_WORDS) return isSameTitle(a, b, MIN_LONE_STEMS) ? { reason: 'title', score: 1 } : null;
  if (!isSameTitle(a, b, MIN_EQUAL_STEMS)) return null;
  return sharedPart(short.words, long.words) >= limits.words ? { reason: 'title', score: 1 } : null;
}

function isSameTitle(a: StoryProfile, b: StoryProfile, least: number): boolean {
  return new Set(a.title.stems).size >= least && a.title.stems.join(' ') === b.title.stems.join(' ');
}

function sharedPart<Item>(few: ReadonlySet<Item>, many: ReadonlySet<Item>): number {
  if (few.size === 0) return 0;
  let shared = 0;
  for (const item of few) if (many.has(item)) shared += 1;
  return shared / few.size;
}

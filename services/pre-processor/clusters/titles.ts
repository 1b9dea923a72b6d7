import { foldWord, isStopword, segmentWords, stemWord } from '@alt/language';

/** A title as it is compared. */
export interface Title {
  /** Stems of the words that carry meaning, in their order. */
  stems: string[];
  /** What tells one issue of a series from another, by kind. */
  marks: Record<MarkKind, Set<string>>;
  /** Stems of what stands before a colon or dash, and after it; null where there is no such thing. */
  halves: { head: string[]; tail: string[] } | null;
  /** Reports that are written while something goes on: their text is another one every hour. */
  isLive: boolean;
}

type MarkKind = 'number' | 'weekday' | 'month' | 'part';

/** Reads a title without the name of its site and without what editors put before it ("Update 2: …"). */
export function readTitle(title: string, language: string | null): Title {
  const plain = withoutSite(title.normalize('NFKC').replace(/\s+/gu, ' ').trim()).replace(EDITORS_PREFIX, '');
  const words = segmentWords(plain, language).map(({ text }) => text);
  const cut = CUT.exec(plain);
  const halves = cut && {
    head: stemsOf(plain.slice(0, cut.index), language),
    tail: stemsOf(plain.slice(cut.index + cut[0].length), language),
  };
  const marks = readMarks(plain, words, words.map(foldWord), language);
  return { stems: stemsOf(plain, language), marks, halves, isLive: LIVE.test(plain) };
}

function stemsOf(text: string, language: string | null): string[] {
  return segmentWords(text, language)
    .map(({ text: word }) => foldWord(word))
    .filter((word) => !isStopword(word, language))
    .map((word) => stemWord(word, language));
}

/**
 * Whether two titles name different issues, versions, days or parts, or different subjects behind the name of one series
 * ("The garden this week: roses"). A title that names none differs from none.
 */
export function hasConflict(a: Title, b: Title): boolean {
  return (
    isOtherOfSeries(a, b) ||
    KINDS.some((kind) => {
      const [few, many] = bySize(a.marks[kind], b.marks[kind]);
      return few.size > 0 && [...few].some((mark) => !many.has(mark));
    })
  );
}

/** Shared part of all words of meaning, 0 to 1; 0 where a title has hardly any. */
export function titleSimilarity(a: Title, b: Title): number {
  const first = new Set(a.stems);
  const second = new Set(b.stems);
  if (first.size < MIN_STEMS || second.size < MIN_STEMS) return 0;
  const shared = [...first].filter((stem) => second.has(stem)).length;
  return shared / (first.size + second.size - shared);
}

function isOtherOfSeries({ halves: a }: Title, { halves: b }: Title): boolean {
  if (!a || !b || a.head.length < MIN_SERIES_STEMS || a.head.join(' ') !== b.head.join(' ')) return false;
  const tail = new Set(a.tail);
  return tail.size > 0 && b.tail.length > 0 && !b.tail.some((stem) => tail.has(stem));
}

const MIN_SERIES_STEMS = 2;
const CUT = /[:：|]|\s[–—-]\s|[（(]|\s第/u;
const KINDS: readonly MarkKind[] = ['number', 'weekday', 'month', 'part'];
const MIN_STEMS = 3;
const SITE_WORDS = 4;
const TITLE_WORDS = 3;
const SEPARATOR = /\s+(?:[|–—·»•-]|::)\s+/gu;
const EDITORS_PREFIX =
  /^(?:\[[^\]]{1,20}\]\s*|【[^】]{1,10}】\s*|(?:update \d+\s*[-:–—]|(?:updated?|breaking(?: news)?|exclusive|watch|video|обновлено|срочно|видео|速報|独自|動画)\s*[:：-])\s*)+/iu;
const LIVE =
  /(?:^live\b|\blive(?:blog|[ -](?:updates?|blog|ticker|coverage|report))|[:|–—-]\s*live$|онлайн|текстовая трансляция|прямой эфир|в прямом эфире|ライブ(?:更新|中継|ブログ)|リアルタイム|実況|liveticker|en direct)/iu;

/** The last piece behind a dash or bar is the site's name if it is short and the rest is a title by itself. */
function withoutSite(title: string): string {
  const last = [...title.matchAll(SEPARATOR)].at(-1);
  if (!last) return title;
  const site = title.slice(last.index + last[0].length);
  const rest = title.slice(0, last.index);
  const isShort = wordCount(site) <= SITE_WORDS && site.length <= 40 && site.length < rest.length;
  return isShort && !/\p{N}/u.test(site) && wordCount(rest) >= TITLE_WORDS ? rest : title;
}

function wordCount(text: string): number {
  return segmentWords(text, null).length;
}

function readMarks(
  title: string,
  words: string[],
  folded: string[],
  language: string | null,
): Record<MarkKind, Set<string>> {
  const names = NAMES.get(language ?? '') ?? NO_NAMES;
  const marks = {
    number: new Set<string>(),
    weekday: new Set<string>(),
    month: new Set<string>(),
    part: new Set<string>(),
  };
  for (const [n, word] of folded.entries()) {
    const stem = stemWord(word, language);
    const weekday = names.weekdays.get(stem) ?? names.weekdays.get(word);
    const month = names.months.get(stem) ?? names.months.get(word);
    const part = PARTS.get(word);
    if (weekday !== undefined) marks.weekday.add(weekday);
    if (month !== undefined) marks.month.add(month);
    if (part !== undefined) marks.part.add(part);
    if (ROMAN.test(words[n] ?? '')) marks.part.add(`r${words[n]}`);
  }
  for (const [number] of title.matchAll(NUMBER)) marks.number.add(plainNumber(number));
  for (const [, part = ''] of title.matchAll(JAPANESE_PART)) marks.part.add(part);
  return marks;
}

/** Versions and decimals stay whole; grouping goes. */
export const NUMBER = /\p{Nd}+(?:[.,:]\p{Nd}+)*(?:[-.]?(?:alpha|beta|rc|b)\.?\d+)?/giu;

export function plainNumber(number: string): string {
  return number
    .replace(/,(?=\d{3}(?!\d))/g, '')
    .replace(/^0+(?=\d)/, '')
    .toLowerCase();
}

/** Two letters or more: a single I, V or X is more often something else. */
const ROMAN = /^(?=[IVX]{2,})X{0,3}(?:IX|IV|V?I{0,3})$/;
const JAPANESE_PART =
  /([上中下前後][編巻篇]|[（(][上中下前後][）)]|第[一二三四五六七八九十百]+[回話章弾部]|[一二三四五六七八九十]日目)/gu;

const PARTS: ReadonlyMap<string, string> = new Map(
  [
    ['first', 'one', 'i', 'morning'],
    ['second', 'two', 'ii', 'evening'],
    ['third', 'three', 'iii', 'midday'],
    ['fourth', 'four', 'iv'],
    ['fifth', 'five'],
    ['sixth', 'six'],
    ['seventh', 'seven'],
    ['eighth', 'eight'],
    ['ninth', 'nine'],
    ['tenth', 'ten'],
    ['первый', 'первая', 'первое', 'первой', 'первую'],
    ['вторая', 'второе', 'второй', 'вторую'],
    ['третий', 'третья', 'третье', 'третьей', 'третью'],
    ['четвертый', 'четвертая', 'четвертое', 'четвертой'],
    ['пятый', 'пятая', 'пятое', 'пятой'],
    ['erste', 'erster', 'erstes', 'premier', 'premiere', 'primero', 'primera'],
    ['zweite', 'zweiter', 'zweites', 'deuxieme', 'segundo', 'segunda'],
    ['dritte', 'dritter', 'drittes', 'troisieme', 'tercero', 'tercera'],
  ].flatMap((words) => words.map((word): [string, string] => [word, words[0] ?? word])),
);

interface DateNames {
  weekdays: ReadonlyMap<string, string>;
  months: ReadonlyMap<string, string>;
}

const NO_NAMES: DateNames = { weekdays: new Map(), months: new Map() };

/** Names of days and months as the runtime knows them, by stem and as they are, in a date and alone. */
const NAMES: ReadonlyMap<string, DateNames> = new Map(
  ['en', 'ru', 'ja', 'de', 'fr', 'es', 'pt', 'it', 'nl', 'pl', 'uk', 'sv', 'da', 'no', 'cs'].map((language) => [
    language,
    { weekdays: dateNames(language, 'weekday', 7), months: dateNames(language, 'month', 12) },
  ]),
);

function dateNames(language: string, field: 'weekday' | 'month', count: number): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const formats: Intl.DateTimeFormatOptions[] = [
    { [field]: 'long' },
    { [field]: 'long', day: 'numeric', ...(field === 'weekday' ? { month: 'long' } : {}) },
  ];
  for (const format of formats) {
    const formatter = new Intl.DateTimeFormat(language, { ...format, timeZone: 'UTC' });
    for (let n = 0; n < count; n += 1) {
      const date = field === 'weekday' ? Date.UTC(2026, 0, 4 + n) : Date.UTC(2026, n, 4);
      const name = formatter.formatToParts(date).find(({ type }) => type === field)?.value ?? '';
      // "May" and "March" are words too; they count only where a number stands beside them, and then the number differs.
      if (name.length < 4 && language === 'en') continue;
      const word = foldWord(name);
      for (const key of [word, stemWord(word, language)]) if (key !== '') names.set(key, String(n));
    }
  }
  return names;
}

function bySize(a: Set<string>, b: Set<string>): [Set<string>, Set<string>] {
  return a.size <= b.size ? [a, b] : [b, a];
}

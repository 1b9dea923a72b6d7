import { keysOf } from '../keys.ts';
import { profileOf, type StoryText } from '../profile.ts';
import type { Evidence } from '../same-story.ts';
import { englishEvents } from './events-en.ts';
import { japaneseEvents } from './events-ja.ts';
import { russianEvents } from './events-ru.ts';
import { equalTitles, type Series, series, untitledSeries } from './series.ts';
import type { StoryEvent } from './story-event.ts';

export interface LabelledPair {
  /** How the two articles came to be. */
  kind: string;
  language: 'en' | 'ja' | 'ru';
  /** Thresholds were set on the one half. By event, so that no text is in both. */
  half: 'tuning' | 'other';
  isSame: boolean;
  a: StoryText;
  b: StoryText;
  /** What the feeds' other articles say: of a series both feeds have all issues, of all else nothing. */
  evidence: Evidence;
}

/**
 * Pairs of articles that tell the same story, or do not, with the label that a reader would give: our own texts, edited as
 * editors do it. What two people might label differently (two reporters who saw the same) is not among them.
 */
export function labelledPairs(): LabelledPair[] {
  const events = [...englishEvents, ...japaneseEvents, ...russianEvents];
  return [
    ...events.flatMap(copies),
    ...events.flatMap(developments),
    ...events.flatMap((event, n) => events.slice(n + 1).flatMap((other) => twoEvents(event, other))),
    ...[...series, ...untitledSeries].flatMap(twoIssues),
    ...equalTitles.flatMap(underOneTitle),
  ];
}

const START = Date.UTC(2026, 2, 3, 8);
const HOUR_MS = 3_600_000;
/** Events of the half on which thresholds were chosen; the same in every language. */
const TUNING = new Set(['bridge', 'quake-kesra', 'outage']);

type Language = LabelledPair['language'];

const WORDS: Record<
  Language,
  { site: string; dateline: string; agency: string; footer: string; more: string; comments: string }
> = {
  en: {
    site: 'The Evening Lantern',
    dateline: 'MARLOWE, March 3 (Continental Wire) - ',
    agency: 'Reporting by our correspondents; editing by the night desk.',
    footer:
      'Do you like what you read? Subscribe to our morning letter and get the news of the region into your mailbox every day. All rights reserved.',
    more: '… Read more',
    comments: 'Comments',
  },
  ja: {
    site: '夕べのともしび',
    dateline: '【マーロウ 3日 大陸通信】',
    agency: '（取材・編集　国際部）',
    footer:
      'この記事が役に立ったら、毎朝届くお知らせメールにぜひご登録ください。地域の話題を無料でお届けします。無断転載を禁じます。',
    more: '…続きを読む',
    comments: 'コメント',
  },
  ru: {
    site: 'Вечерний фонарь',
    dateline: 'МАРЛОУ, 3 марта. /Континенталь/. ',
    agency: 'Подготовили корреспонденты агентства, выпускающий редактор ночной смены.',
    footer:
      'Понравился материал? Подпишитесь на утреннее письмо и получайте новости региона каждый день. Все права защищены.',
    more: '… Читать далее',
    comments: 'Комментарии',
  },
};

// ------------------------------------------------------------------ what editors do with a text

interface Version {
  title: string;
  sentences: string[];
  url: string | null;
}

function original({ title, sentences, address }: StoryEvent): Version {
  return { title, sentences, url: address };
}

/** The first sentences under a line of the agency, with a headline of the house. */
function shortened(event: StoryEvent, count: number): Version {
  const { dateline, agency } = WORDS[event.language];
  const [first = '', ...rest] = event.sentences.slice(0, count);
  return {
    title: event.otherTitle,
    sentences: [`${dateline}${first}`, ...rest, agency],
    url: elsewhere(event, 'wire'),
  };
}

/** Some sentences in other words, the others as they were. */
function edited(event: StoryEvent, places: number[]): Version {
  const sentences = event.sentences.map((sentence, n) =>
    places.includes(n) ? (event.rewritten[n] ?? sentence) : sentence,
  );
  return { title: event.otherTitle, sentences, url: elsewhere(event, 'desk') };
}

/** The whole text under the name of the site, with what the site says under everything. */
function reprinted(event: StoryEvent): Version {
  const { site, footer } = WORDS[event.language];
  return {
    title: `${event.title} | ${site}`,
    sentences: [...event.sentences, footer],
    url: elsewhere(event, 'lantern'),
  };
}

/** Background first to last in another order behind the same beginning. */
function reordered(event: StoryEvent): Version {
  const [first = '', second = '', third = '', ...rest] = event.sentences;
  return { title: event.title, sentences: [first, third, second, ...rest.toReversed()], url: elsewhere(event, 'mix') };
}

function teaser(event: StoryEvent, count: number, title: string): Version {
  const { more } = WORDS[event.language];
  return {
    title,
    sentences: [event.sentences.slice(0, count).join(separator(event)).slice(0, -1) + more],
    url: elsewhere(event, 'short'),
  };
}

/** What a site of links says: the address, with the name of where it was seen. */
function linked(event: StoryEvent): Version {
  const mark = event.address.includes('?') ? '&' : '?';
  const url = `${event.address.replace('https://www.', 'http://m.')}${mark}utm_source=rss&fbclid=x1`;
  return { title: event.otherTitle, sentences: [WORDS[event.language].comments], url };
}

function rewritten(event: StoryEvent): Version {
  return { title: event.otherTitle, sentences: event.rewritten, url: elsewhere(event, 'own') };
}

/** News of a later day above what everybody knows. */
function followUp(event: StoryEvent, background: number): Version {
  const sentences = [...event.followUp, ...event.sentences.slice(0, background)];
  return { title: event.followUpTitle, sentences, url: `${event.address}-2` };
}

function elsewhere({ name, language }: StoryEvent, house: string): string {
  return `https://${house}.example/${language}/${name}`;
}

function separator({ language }: { language: Language }): string {
  return language === 'ja' ? '' : ' ';
}

interface Place {
  feedId: number;
  afterHours: number;
}

function article(version: Version, language: Language, { feedId, afterHours }: Place): StoryText {
  return {
    title: version.title,
    text: version.sentences.join(separator({ language })),
    url: version.url,
    language,
    feedId,
    sortAt: START + afterHours * HOUR_MS,
  };
}

// ------------------------------------------------------------------ pairs

type Made = Omit<LabelledPair, 'half' | 'language' | 'evidence'>;

const NOTHING: Evidence = { isAddressShared: false, isTemplated: false };

function ofEvent({ name, language }: StoryEvent, made: Made[]): LabelledPair[] {
  return made.map((pair) => ({ ...pair, language, evidence: NOTHING, half: TUNING.has(name) ? 'tuning' : 'other' }));
}

function copies(event: StoryEvent): LabelledPair[] {
  const pair = (kind: string, a: Version, b: Version, afterHours: number): Made => ({
    kind,
    isSame: true,
    a: article(a, event.language, { feedId: 1, afterHours: 0 }),
    b: article(b, event.language, { feedId: 2, afterHours }),
  });
  const whole = original(event);
  return ofEvent(event, [
    pair('agency copy, shortened, other title', whole, shortened(event, 4), 3),
    pair('two agency copies, shortened differently', shortened(event, 3), shortened(event, 6), 5),
    pair('reprint with a footer', whole, reprinted(event), 26),
    pair('edited: two sentences in other words', whole, edited(event, [1, 4]), 2),
    pair('edited: three sentences in other words, the first too', whole, edited(event, [0, 3, 5]), 9),
    pair('edited copy and shortened copy', edited(event, [2, 6]), shortened(event, 5), 30),
    pair('background in another order', whole, reordered(event), 7),
    pair('teaser under the same title', whole, teaser(event, 2, event.title), 1),
    pair('longer teaser under another title', whole, teaser(event, 3, event.otherTitle), 1),
    pair('the same page from a site of links', whole, linked(event), 12),
    pair('rewritten from beginning to end', whole, rewritten(event), 6),
    pair(
      'follow-up and its shortened copy',
      followUp(event, 3),
      { ...followUp(event, 1), url: elsewhere(event, 'copy') },
      2,
    ),
  ]);
}

function developments(event: StoryEvent): LabelledPair[] {
  const pair = (kind: string, a: Version, b: Version, place: Place): Made => ({
    kind,
    isSame: false,
    a: article(a, event.language, { feedId: 1, afterHours: 0 }),
    b: article(b, event.language, place),
  });
  const whole = original(event);
  return ofEvent(event, [
    pair('follow-up with some background', whole, followUp(event, 3), { feedId: 2, afterHours: 50 }),
    pair('follow-up with all of the background', whole, followUp(event, 7), { feedId: 2, afterHours: 30 }),
    pair('follow-up and a shortened copy', shortened(event, 4), followUp(event, 4), { feedId: 2, afterHours: 44 }),
    pair('follow-up and a teaser', teaser(event, 3, event.title), followUp(event, 3), { feedId: 2, afterHours: 26 }),
    pair('told again by the same feed', whole, reprinted(event), { feedId: 1, afterHours: 20 }),
    pair('told again weeks later', whole, reprinted(event), { feedId: 2, afterHours: 500 }),
  ]);
}

/** Other events of the same language, and the same event in another one. */
function twoEvents(event: StoryEvent, other: StoryEvent): LabelledPair[] {
  const isTranslation = event.language !== other.language;
  if (isTranslation && event.name !== other.name) return [];
  const half = TUNING.has(event.name) === TUNING.has(other.name);
  if (!half && !isTranslation) return [];
  return ofEvent(event, [
    {
      kind: isTranslation ? 'translation' : 'another event',
      isSame: false,
      a: article(original(event), event.language, { feedId: 1, afterHours: 0 }),
      b: article(original(other), other.language, { feedId: 2, afterHours: 4 }),
    },
  ]);
}

/** Each issue with every later one, in two feeds: the series is syndicated. */
function twoIssues({ name, language, address, issues }: Series, place: number): LabelledPair[] {
  const half = place % 2 === 0 ? 'tuning' : 'other';
  const isTemplated = haveTemplate(
    issues.map((issue) => issueOf(issue, address, { feedId: 1, afterHours: 0 }, language)),
  );
  return issues.flatMap((issue, n) =>
    issues.slice(n + 1).map((later, m) => ({
      kind: `series: ${KINDS.get(name) ?? name}`,
      language,
      half,
      isSame: false,
      evidence: { isAddressShared: false, isTemplated },
      a: issueOf(issue, `${address}#${n}`, { feedId: 1, afterHours: 0 }, language),
      b: issueOf(later, `${address}#${n + m + 1}`, { feedId: 2, afterHours: 24 + m }, language),
    })),
  );
}

/** Whether articles of one feed share keys of their texts, as the stage asks. */
function haveTemplate([first, ...others]: StoryText[]): boolean {
  const textKeys = (story: StoryText) =>
    keysOf(profileOf(story)).filter(({ kind }) => kind === 'lead' || kind === 'text');
  const keys = new Set(first ? textKeys(first).map(({ key }) => key) : []);
  return others.some((story) => textKeys(story).filter(({ key }) => keys.has(key)).length >= 2);
}

const KINDS: ReadonlyMap<string, string> = new Map([
  ['リリースノート', 'release notes'],
  ['заметки о выпуске', 'release notes'],
  ['週刊コラム', 'weekly column'],
  ['колонка', 'weekly column'],
  ['相場', 'market report'],
  ['курсы валют', 'market report'],
  ['отчёт о матче', 'match report'],
  ['онлайн', 'live report'],
  ['連載', 'parts of a course'],
  ['地震速報', 'quake report'],
]);

function issueOf(issue: { title: string; text: string }, url: string, place: Place, language: Language): StoryText {
  return article({ title: issue.title, sentences: [issue.text], url }, language, place);
}

function underOneTitle({ language, title, texts }: (typeof equalTitles)[number], place: number): LabelledPair[] {
  const half = place % 2 === 0 ? 'tuning' : 'other';
  return texts.flatMap((text, n) =>
    texts.slice(n + 1).map((other, m) => ({
      kind: 'equal title, other text',
      language,
      half,
      isSame: false,
      evidence: NOTHING,
      a: issueOf({ title, text }, `https://one.example/${place}/${n}`, { feedId: 1, afterHours: 0 }, language),
      b: issueOf({ title, text: other }, `https://two.example/${place}/${m}`, { feedId: 2, afterHours: 10 }, language),
    })),
  );
}

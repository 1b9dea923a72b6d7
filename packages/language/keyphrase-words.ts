import { lazilyBy } from './lazily.ts';
import { splitSentences } from './sentences.ts';
import { stemWord } from './stemming.ts';
import { isStopword } from './stopwords.ts';
import { foldWord, segmentWords } from './words.ts';

/** A word as a part of phrases. */
export interface PhraseWord {
  start: number;
  end: number;
  /** Folded stem; those of a word with hyphens joined by blanks. */
  stem: string;
  /** Cannot begin or end a phrase, and stands inside one only as a connector. */
  isStop: boolean;
  isConnector: boolean;
  /** Or a day or month: neither begins a phrase. */
  isNumber: boolean;
  isCapital: boolean;
  isAcronym: boolean;
  sentence: number;
  beginsSentence: boolean;
  /** Something other than a blank stands before it: no phrase goes across. */
  isBreak: boolean;
}

/** Words that names are joined by: `Bank of England`, `Palácio de Belém`. */
const CONNECTORS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    en: 'of the and for',
    fr: 'd de du des l la le les a aux au en et sur',
    pt: 'de da do das dos e',
    es: 'de del la las los el y',
    it: 'd di del della dello dei degli delle la da e',
    ca: 'd l de del la les els i',
    ro: 'de din al a si',
    de: 'von der des fur und am im an',
    nl: 'van de den der het en voor',
  }).map(([language, words]) => [language, new Set(words.split(' '))] as const),
);

/** Numbers in letters, which no list of function words has all of. */
const NUMERALS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    en: 'two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million millions billion billions trillion dozen dozens half',
    fr: 'deux trois quatre cinq six sept huit neuf dix onze douze quinze vingt trente quarante cinquante soixante cent cents mille million millions milliard milliards',
    de: 'zwei drei vier funf sechs sieben acht neun zehn elf zwolf zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig hundert tausend million millionen milliarde milliarden',
    es: 'dos tres cuatro cinco seis siete ocho nueve diez once doce quince veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien ciento cientos mil miles millon millones',
    pt: 'dois duas tres quatro cinco seis sete oito nove dez onze doze quinze vinte trinta quarenta cinquenta sessenta setenta oitenta noventa cem cento duzentos trezentos quatrocentos quinhentos quinhentas mil milhao milhoes milhares',
    it: 'due tre quattro cinque sei sette otto nove dieci undici dodici quindici venti trenta quaranta cinquanta sessanta cento mille mila milione milioni miliardo miliardi',
    ru: 'два две три четыре пять шесть семь восемь девять десять двадцать тридцать сорок пятьдесят сто тысяча тысячи тысяч миллион миллиона миллионов миллиард миллиардов',
  }).map(([language, words]) => [language, new Set(words.split(' '))] as const),
);

/** Languages whose days and months are known. */
const CALENDAR_LANGUAGES: ReadonlySet<string> = new Set([
  'en',
  'de',
  'fr',
  'es',
  'pt',
  'it',
  'nl',
  'ru',
  'uk',
  'pl',
  'cs',
  'sv',
  'da',
  'no',
  'fi',
  'ro',
  'hu',
  'tr',
  'ca',
  'id',
]);

/** Days and months, which say when and not what. */
const calendarWords = lazilyBy((language: string): ReadonlySet<string> => {
  const forms = [{ weekday: 'long' }, { month: 'long' }, { day: 'numeric', month: 'long' }] as const;
  const days = Array.from({ length: 12 }, (_, index) => [
    Date.UTC(2024, index, 1),
    Date.UTC(2024, 0, 1 + index),
  ]).flat();
  const texts = forms.flatMap((form) => {
    const format = new Intl.DateTimeFormat(language, { ...form, timeZone: 'UTC' });
    return days.map((day) => format.format(day));
  });
  const words = texts.flatMap((text) => text.match(/\p{L}{3,}/gu) ?? []);
  return new Set(words.map(foldWord));
});

function isCalendarWord(folded: string, language: string | null): boolean {
  return language !== null && CALENDAR_LANGUAGES.has(language) && calendarWords(language).has(folded);
}

const HAS_ELISION = new Set(['fr', 'it', 'ca']);
const ELISION = /^(?:\p{L}|qu|lorsqu|puisqu|jusqu|quelqu|dell|all|nell|sull|dall|quest|un|gl)['’](?=\p{L})/iu;
const POSSESSIVE = /['’]s?$/iu;
const NUMBER = /^[\p{N}\p{P}\p{S}]*\p{N}[\p{N}\p{P}\p{S}]*(?:st|nd|rd|th|e|er|%)?$/u;
/** Written without blanks between words. */
const UNSPACED = new Set(['ja', 'zh', 'th']);
const HIRAGANA = /^[\p{Script=Hiragana}ー]+$/u;
/** What follows a noun in Korean, the longest first; a word keeps at least two syllables. */
const KOREAN_PARTICLE =
  /(?<=^[\p{Script=Hangul}]{2,})(?:에서는|으로는|에게서|으로|에서|에게|까지|부터|처럼|보다|하고|이나|이란|라는|은|는|이|가|을|를|의|에|로|와|과|도|만)$/u;

/** Whether phrases of a language are written without blanks. */
export function isUnspaced(language: string | null): boolean {
  return language !== null && UNSPACED.has(language);
}

/** The words of a text in their sentences. `firstSentence` is the number of the first one. */
export function phraseWords(text: string, language: string | null, firstSentence = 0): PhraseWord[] {
  const words: PhraseWord[] = [];
  const traitsOf = createTraits(language);
  let sentence = firstSentence;
  for (const part of splitSentences(text, language)) {
    const pieces = joinHyphens(segmentWords(part.text, language), part.text);
    let previousEnd = -1;
    for (const piece of pieces) {
      const gap = previousEnd < 0 ? null : part.text.slice(previousEnd, piece.start);
      words.push(describe(piece, part.start, { gap, sentence, traits: traitsOf(piece.text) }));
      previousEnd = piece.end;
    }
    sentence += 1;
  }
  return words;
}

interface Piece {
  text: string;
  start: number;
  end: number;
}

/** `post` and `Katrina` with nothing but a hyphen between them are one word. */
function joinHyphens(pieces: readonly Piece[], text: string): Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (last && piece.start === last.end + 1 && /[-‐‑]/.test(text.charAt(last.end))) {
      joined[joined.length - 1] = { text: text.slice(last.start, piece.end), start: last.start, end: piece.end };
    } else joined.push(piece);
  }
  return joined;
}

/** What a word is, wherever it stands. */
interface WordTraits
  extends Pick<PhraseWord, 'stem' | 'isStop' | 'isConnector' | 'isNumber' | 'isCapital' | 'isAcronym'> {
  /** Characters that are not of the word, at its beginning and its end. */
  cutBefore: number;
  cutBehind: number;
}

/** Most words of a text come again: what was found of one is kept. */
function createTraits(language: string | null): (text: string) => WordTraits {
  const known = new Map<string, WordTraits>();
  return (text) => {
    const traits = known.get(text) ?? readTraits(text, language);
    known.set(text, traits);
    return traits;
  };
}

function readTraits(text: string, language: string | null): WordTraits {
  const cut = trimWord({ text, start: 0, end: text.length }, language);
  const folded = foldWord(cut.text);
  return {
    cutBefore: cut.start,
    cutBehind: text.length - cut.end,
    stem: stemParts(folded, language),
    isStop: isStop(cut.text, folded, language),
    isConnector: CONNECTORS.get(language ?? '')?.has(folded) ?? false,
    isNumber: NUMBER.test(folded) || isCalendarWord(folded, language),
    isCapital: /^\p{Lu}/u.test(cut.text),
    isAcronym: /^\p{Lu}[\p{Lu}\p{N}]+$/u.test(cut.text),
  };
}

function describe(
  piece: Piece,
  offset: number,
  context: { gap: string | null; sentence: number; traits: WordTraits },
): PhraseWord {
  const { gap, sentence, traits } = context;
  const { cutBefore, cutBehind, ...kept } = traits;
  return {
    ...kept,
    start: offset + piece.start + cutBefore,
    end: offset + piece.end - cutBehind,
    sentence,
    beginsSentence: gap === null,
    isBreak: gap === null || !/^[ \t\u00a0\u3000]*\n?[ \t\u00a0]*$/u.test(gap) || cutBefore > 0,
  };
}

/** Without an article in front (`l’Égypte`), a possessive (`man's`) or a particle behind (`서울에서`). */
function trimWord(piece: Piece, language: string | null): Piece {
  let { text, start, end } = piece;
  const elided = HAS_ELISION.has(language ?? '') ? ELISION.exec(text)?.[0].length : undefined;
  if (elided) {
    text = text.slice(elided);
    start += elided;
  }
  const behind = (language === 'ko' ? KOREAN_PARTICLE : POSSESSIVE).exec(text)?.[0].length ?? 0;
  if (behind > 0 && behind < text.length) {
    text = text.slice(0, -behind);
    end -= behind;
  }
  return { text, start, end };
}

function stemParts(folded: string, language: string | null): string {
  return folded
    .split(/[-‐‑]/)
    .filter((part) => part !== '')
    .map((part) => stemWord(part, language))
    .join(' ');
}

function isStop(text: string, folded: string, language: string | null): boolean {
  if (isStopword(folded, language) || NUMERALS.get(language ?? '')?.has(folded)) return true;
  if (language === 'ja')
    return HIRAGANA.test(text) || (text.length === 1 && !/\p{Script=Han}|\p{Script=Katakana}/u.test(text));
  if (isUnspaced(language)) return false;
  if (folded.length < 2) return true;
  // Without a list of its language a short word in lower case says most likely little.
  return (
    language === null &&
    folded.length <= 3 &&
    !/^\p{Lu}/u.test(text) &&
    /\p{Script=Latin}|\p{Script=Cyrillic}/u.test(text)
  );
}

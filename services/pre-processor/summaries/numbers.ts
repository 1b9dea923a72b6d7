/** A number with digits as a text writes it. Values are decimal strings without separators and idle zeros: `1200`, `3.5`. */
export interface WrittenNumber {
  /** What it may mean, the likeliest first; each reading is one number or several beside each other. */
  readings: string[][];
  /** Without the word of magnitude behind it (48 of "48 million"); null where there is none. */
  bare: string | null;
  /** A month in Chinese, Japanese or Korean. */
  isMonth: boolean;
}

/**
 * The numbers of a text. `1,200` is 1200 or 1.2, `12 300` one number or two, `1.2 million`, `120万` and `1,2 млн` are all
 * 1200000; `1.2.3` and dates are the numbers between their points.
 */
export function numbersIn(text: string): WrittenNumber[] {
  const plain = text.normalize('NFKC').replace(/[\u00a0\u2009\u202f]/g, '\u202f');
  const found: WrittenNumber[] = [];
  for (const match of plain.matchAll(WRITTEN)) {
    const rest = plain.slice(match.index + match[0].length);
    found.push(...readRun(match[0], rest));
  }
  return found;
}

/** Digits, with single separators between them. */
const WRITTEN = /\d+(?:[.,'’ \u202f]\d+)*/g;

/** A run such as `2024 300` or `1,2,3` is cut where it cannot be one number. */
function readRun(run: string, rest: string): WrittenNumber[] {
  const pieces = run.split(' ');
  const joined = pieces.length > 1 && pieces.slice(1).every((piece) => /^\d{3}(?:[.,]\d+)?$/.test(piece));
  const isGrouped = joined && /^\d{1,3}$/.test(pieces[0] ?? '') && pieces.slice(1, -1).every((p) => /^\d{3}$/.test(p));
  if (!isGrouped) return pieces.map((piece, index) => readPiece(piece, index === pieces.length - 1 ? rest : ' '));
  const apart = pieces.map((piece) => valuesOf(piece)[0] ?? piece);
  const whole = withMagnitude(valuesOf(pieces.join('\u202f')), rest);
  // Nobody writes 10 and 10 as `10 010`.
  const mayBeApart = pieces.slice(1).every((piece) => !piece.startsWith('0'));
  return [mayBeApart ? { ...whole, readings: [...whole.readings, apart] } : whole];
}

function readPiece(piece: string, rest: string): WrittenNumber {
  const values = valuesOf(piece);
  if (values.length > 0) return withMagnitude(values, rest);
  const numbers = piece.split(/[^\d]/).map((part) => trimmed(part));
  return { readings: [numbers], bare: null, isMonth: false };
}

function withMagnitude(values: string[], rest: string): WrittenNumber {
  const isMonth = /^[月월]/.test(rest) && values[0] !== undefined && Number(values[0]) <= 12;
  const magnitude = magnitudeOf(rest);
  if (magnitude === null) return { readings: values.map((value) => [value]), bare: null, isMonth };
  const scaled = magnitude.powers.flatMap((power) => values.map((value) => [scale(value, power)]));
  const readings = magnitude.isSure ? scaled : [...scaled, ...values.map((value) => [value])];
  return { readings, bare: values[0] ?? null, isMonth };
}

/** What a number without blanks may mean; nothing where it is several, as in dates and versions. */
function valuesOf(written: string): string[] {
  const grouped = /^(\d{1,3})((?:([.,'’\u202f])\d{3})(?:\3\d{3})*)(?:[.,](\d+))?$/.exec(written);
  const values: string[] = [];
  if (grouped?.[1] && grouped[2]) {
    const digits = grouped[1] + grouped[2].replace(/\D/g, '');
    const fraction = grouped[4];
    if (!(fraction && grouped[3] && written.endsWith(grouped[3] + fraction))) {
      values.push(trimmed(fraction ? `${digits}.${fraction}` : digits));
    }
  }
  const decimal = /^(\d+)(?:[.,](\d+))?$/.exec(written);
  if (decimal) values.push(trimmed(decimal[2] ? `${decimal[1]}.${decimal[2]}` : (decimal[1] ?? '')));
  return [...new Set(values)];
}

/** Without zeros that mean nothing: 007 is 7, 3.50 is 3.5. */
function trimmed(value: string): string {
  const [whole = '', fraction = ''] = value.split('.');
  const end = fraction.replace(/0+$/, '');
  return `${whole.replace(/^0+(?=\d)/, '')}${end === '' ? '' : `.${end}`}`;
}

/** Times ten to a power, without the errors of binary fractions. */
function scale(value: string, power: number): string {
  const [whole = '', fraction = ''] = value.split('.');
  const digits = whole + fraction.padEnd(power, '0');
  const point = whole.length + power;
  return trimmed(`${digits.slice(0, point)}.${digits.slice(point)}`);
}

interface Magnitude {
  powers: number[];
  /** False for a letter that may be a unit of measure: 5 m, 10k. */
  isSure: boolean;
}

function magnitudeOf(rest: string): Magnitude | null {
  const sign = /^[ \u202f-]?(百万|천만|[千천万萬만億亿억兆조])/.exec(rest)?.[1];
  if (sign) return { powers: [EAST_ASIAN[sign] ?? 0], isSure: true };
  const word = /^[ \u202f-]?(\p{L}+)/u.exec(rest)?.[1]?.toLowerCase();
  if (word === undefined) return null;
  for (const [pattern, powers] of WORDS) if (pattern.test(word)) return { powers, isSure: true };
  const letter = LETTERS[word];
  return letter === undefined ? null : { powers: [letter], isSure: false };
}

const EAST_ASIAN: Readonly<Record<string, number>> = {
  千: 3,
  천: 3,
  万: 4,
  萬: 4,
  만: 4,
  百万: 6,
  천만: 7,
  億: 8,
  亿: 8,
  억: 8,
  兆: 12,
  조: 12,
};

const LETTERS: Readonly<Record<string, number>> = { k: 3, m: 6, mm: 6, b: 9, bn: 9, t: 12, tn: 12, mil: 3, mille: 3 };

/** By their beginnings, since endings change; a billion is 10^9 here and 10^12 there. */
const WORDS: readonly (readonly [RegExp, number[]])[] = [
  [/^(?:thousand|tausend|duizend|tusen|tusind|tys|тис|тыс|хиляд|tis[íi]c|ribu)/, [3]],
  [/^(?:milliard|milliárd|miliard|miljard|milyar|mld|mrd|млрд|мільярд|миллиард|милиард)/, [9]],
  [/^(?:mill?i[oó]|mili[aã]|milh|milj|millón|mio|mln|млн|миллион|милион|мільйон|milyon|juta|εκατομ)/, [6]],
  [/^(?:billion|billón|billones|biljo|bilh|bili[oó]n)/, [9, 12]],
  [/^(?:trillion|trilh|трлн|триллион)/, [12]],
];

/**
 * The numbers that a text in a language writes as words or characters, up to twelve and in Chinese and Japanese all; null
 * where these are not known here.
 */
export function wordNumbersIn(text: string, language: string | null): Set<string> | null {
  if (language === 'ja' || language === 'zh') return ideographNumbersIn(text);
  const words = language === null ? undefined : NUMBER_WORDS[language];
  if (!words) return null;
  const found = new Set<string>();
  for (const word of text.toLowerCase().match(/[\p{L}\p{M}]+/gu) ?? []) {
    words.forEach((pattern, index) => {
      if (pattern.test(word)) found.add(String(index + 1));
    });
  }
  return found;
}

/** From one on, cardinals and ordinals, as whole words. */
const NUMBER_WORDS: Readonly<Record<string, readonly RegExp[]>> = Object.fromEntries(
  Object.entries({
    en: 'one|first|once|single two|second|twice|both|pair|couple three|third four|fourth five|fifth six|sixth seven|seventh eight|eighth nine|ninth ten|tenth eleven|eleventh twelve|twelfth|dozen',
    de: 'ein|eins|eine[rsnm]?|erste[rsnm]? zwei|zweite[rsnm]?|beide[rsnm]? drei|dritte[rsnm]? vier|vierte[rsnm]? fünf|fünfte[rsnm]? sechs|sechste[rsnm]? sieben|siebe?n?te[rsnm]? acht|achte[rsnm]? neun|neunte[rsnm]? zehn|zehnte[rsnm]? elf|elfte[rsnm]? zwölf|zwölfte[rsnm]?|dutzend',
    fr: 'une?|premi[eè]re?s? deux|deuxième|seconde? trois|troisième quatre|quatrième cinq|cinquième six|sixième sept|septième huit|huitième neuf|neuvième dix|dixième onze|onzième douze|douzième',
    es: 'un[oa]?|primer[oa]? dos|segund[oa]|ambos tres|tercer[oa]? cuatro|cuart[oa] cinco|quint[oa] seis|sext[oa] siete|séptim[oa] ocho|octav[oa] nueve|noven[oa] diez|décim[oa] once doce',
    pt: 'uma?|primeir[oa] dois|duas|segund[oa]|ambos três|terceir[oa] quatro|quart[oa] cinco|quint[oa] seis|sext[oa] sete|sétim[oa] oito|oitav[oa] nove|non[oa] dez|décim[oa] onze doze',
    it: 'un[oa]?|prim[oa] due|second[oa]|entrambi tre|terz[oa] quattro|quart[oa] cinque|quint[oa] sei|sest[oa] sette|settim[oa] otto|ottav[oa] nove|non[oa] dieci|decim[oa] undici dodici',
    ru: 'од(?:ин|н\\p{L}+)|перв\\p{L}+ дв[аеу]\\p{L}{0,2}|втор\\p{L}+|об[ае]\\p{L}{0,3} тр(?:и|ёх|ех|ём|ем|емя)|трое|трет\\p{L}+ четыр\\p{L}+|четверо|четв[её]рт\\p{L}+ пят[иь]\\p{L}{0,2}|пят[аоуы]\\p{L}+|пятеро шест\\p{L}+ сем[иь]\\p{L}?|семью|седьм\\p{L}+ вос(?:емь|ьми|емью)|восьм\\p{L}+ девят\\p{L}+ десят\\p{L}+ одиннадцат\\p{L}+ двенадцат\\p{L}+',
  }).map(([language, words]) => [
    language,
    words.split(' ').map((alternatives) => new RegExp(`^(?:${alternatives})$`, 'u')),
  ]),
);

const IDEOGRAPHS = '〇一二三四五六七八九';
const UNITS: Readonly<Record<string, number>> = { 十: 10, 百: 100, 千: 1_000 };
const MYRIADS: Readonly<Record<string, number>> = { 万: 1e4, 億: 1e8, 亿: 1e8, 兆: 1e12 };

/** 三人, 二十五, 三百万, and years digit by digit: 二〇二七. */
function ideographNumbersIn(text: string): Set<string> {
  const found = new Set<string>();
  for (const [run] of text.matchAll(/[〇一二三四五六七八九十百千万億亿兆]+/g)) {
    const digits = [...run].map((sign) => IDEOGRAPHS.indexOf(sign));
    if (digits.every((digit) => digit >= 0)) found.add(trimmed(digits.join('')));
    else found.add(String(ideographValue(run)));
  }
  return found;
}

function ideographValue(run: string): number {
  let total = 0;
  let section = 0;
  let digit = 0;
  for (const sign of run) {
    const unit = UNITS[sign];
    const myriad = MYRIADS[sign];
    if (unit !== undefined) {
      section += (digit || 1) * unit;
      digit = 0;
    } else if (myriad !== undefined) {
      total += (section + digit || 1) * myriad;
      section = 0;
      digit = 0;
    } else digit = Math.max(IDEOGRAPHS.indexOf(sign), 0);
  }
  return total + section + digit;
}

/**
 * The English stemmer of Snowball ("Porter 2"), https://snowballstem.org/algorithms/english/stemmer.html, for words that
 * are folded and have no `'s`.
 */
export function stemEnglish(word: string): string {
  if (word.length <= 2 || !/^[a-z']+$/.test(word)) return word;
  const exception = exceptions.get(word);
  if (exception !== undefined) return exception;
  const marked = word.replace(/'/g, '').replace(/^y|(?<=[aeiouy])y/g, 'Y');
  const regions = regionsOf(marked);
  const singular = cutPlural(marked);
  if (unchangedSingulars.has(singular)) return singular;
  const steps = [cutPast, turnY, cutSecond, cutThird, cutFourth, cutLast];
  return steps.reduce((stem, step) => step(stem, regions), singular).toLowerCase();
}

interface Regions {
  first: number;
  second: number;
}

/** Where R1 and R2 begin: after the first consonant that follows a vowel, and again. */
function regionsOf(word: string): Regions {
  const prefix = /^(?:gener|commun|arsen|past|univers|later|emerg|organ)/.exec(word)?.[0].length;
  const first = prefix ?? regionAfter(word, 0);
  return { first, second: regionAfter(word, first) };
}

function regionAfter(word: string, start: number): number {
  const match = /[aeiouy][^aeiouy]/.exec(word.slice(start));
  return match ? start + match.index + 2 : word.length;
}

function cutPlural(word: string): string {
  if (word.endsWith('sses')) return word.slice(0, -2);
  if (/ie[ds]$/.test(word)) return word.slice(0, word.length > 4 ? -2 : -1);
  if (/(?:us|ss)$/.test(word)) return word;
  return /[aeiouy].+s$/.test(word) ? word.slice(0, -1) : word;
}

function cutPast(word: string, { first }: Regions): string {
  const eed = /eed(?:ly)?$/.exec(word);
  if (eed) return eed.index >= first ? `${word.slice(0, eed.index)}ee` : word;
  const ending = /(?:ed|ing)(?:ly)?$/.exec(word);
  if (!ending || !/[aeiouy]/.test(word.slice(0, ending.index))) return word;
  const left = word.slice(0, ending.index);
  if (/(?:at|bl|iz)$/.test(left)) return `${left}e`;
  if (/(?:bb|dd|ff|gg|mm|nn|pp|rr|tt)$/.test(left)) return /^[aeo](.)\1$/.test(left) ? left : left.slice(0, -1);
  return left.length <= first && isShort(left) ? `${left}e` : left;
}

/** Whether a word ends in a short syllable: `hop`, `at`, `past`. */
function isShort(word: string): boolean {
  return /[^aeiouy][aeiouy][^aeiouywxY]$/.test(word) || /^[aeiouy][^aeiouy]$/.test(word) || word === 'past';
}

function turnY(word: string): string {
  return /.[^aeiouy][yY]$/.test(word) ? `${word.slice(0, -1)}i` : word;
}

function cutSecond(word: string, { first }: Regions): string {
  const match = secondEnding.exec(word);
  if (!match || match.index < first) return word;
  const [ending] = match;
  const left = word.slice(0, match.index);
  if (ending === 'li') return /[cdeghkmnrt]$/.test(left) ? left : word;
  if (ending === 'ogi') return left.endsWith('l') ? `${left}og` : word;
  return left + (secondReplacements.get(ending) ?? '');
}

const secondReplacements: ReadonlyMap<string, string> = new Map(
  (
    'ational>ate tional>tion enci>ence anci>ance abli>able entli>ent izer>ize ization>ize ation>ate ator>ate alism>al aliti>al ' +
    'alli>al fulness>ful ousli>ous ousness>ous iveness>ive iviti>ive biliti>ble bli>ble fulli>ful lessli>less ogist>og'
  )
    .split(' ')
    .map((pair): [string, string] => [pair.slice(0, pair.indexOf('>')), pair.slice(pair.indexOf('>') + 1)]),
);
const secondEnding = new RegExp(`(?:${[...secondReplacements.keys()].join('|')}|ogi|li)$`);

function cutThird(word: string, { first, second }: Regions): string {
  const match = /(?:ational|tional|alize|icate|iciti|ative|ical|ness|ful)$/.exec(word);
  if (!match || match.index < first) return word;
  const [ending] = match;
  const left = word.slice(0, match.index);
  if (ending === 'ative') return match.index >= second ? left : word;
  return left + ({ ational: 'ate', tional: 'tion', alize: 'al', icate: 'ic', iciti: 'ic', ical: 'ic' }[ending] ?? '');
}

function cutFourth(word: string, { second }: Regions): string {
  const match = /(?:ement|ance|ence|able|ible|ment|ant|ent|ism|ate|iti|ous|ive|ize|ion|al|er|ic)$/.exec(word);
  if (!match || match.index < second) return word;
  const left = word.slice(0, match.index);
  return match[0] === 'ion' && !/[st]$/.test(left) ? word : left;
}

function cutLast(word: string, { first, second }: Regions): string {
  const left = word.slice(0, -1);
  if (word.endsWith('e')) return left.length >= second || (left.length >= first && !isShort(left)) ? left : word;
  return word.endsWith('ll') && left.length >= second ? left : word;
}

const exceptions: ReadonlyMap<string, string> = new Map([
  ['skis', 'ski'],
  ['skies', 'sky'],
  ['idly', 'idl'],
  ['gently', 'gentl'],
  ['ugly', 'ugli'],
  ['early', 'earli'],
  ['only', 'onli'],
  ['singly', 'singl'],
  ['dying', 'die'],
  ['lying', 'lie'],
  ['tying', 'tie'],
  ['vying', 'vie'],
  ...['sky', 'news', 'howe', 'atlas', 'cosmos', 'bias', 'andes'].map((word): [string, string] => [word, word]),
]);
const unchangedSingulars: ReadonlySet<string> = new Set(
  'inning outing canning herring earring evening proceed exceed succeed'.split(' '),
);

/**
 * Porter's stemmer of 1980, as scores of keyphrases are usually counted. M. F. Porter, "An algorithm for suffix
 * stripping", Program 14(3), 130-137. Only for scoring: Alt itself stems by language.
 */
export function porterStem(word: string): string {
  if (word.length < 3) return word;
  return [plural, past, finalY, longSuffix, middleSuffix, lastSuffix, finalE].reduce((stem, step) => step(stem), word);
}

const CONSONANT = '[^aeiou]';
const VOWEL = '[aeiouy]';
const CONSONANTS = `${CONSONANT}[^aeiouy]*`;
const VOWELS = `${VOWEL}[aeiou]*`;
const ONE_OR_MORE = new RegExp(`^(${CONSONANTS})?${VOWELS}${CONSONANTS}`);
const EXACTLY_ONE = new RegExp(`^(${CONSONANTS})?${VOWELS}${CONSONANTS}(${VOWELS})?$`);
const MORE_THAN_ONE = new RegExp(`^(${CONSONANTS})?${VOWELS}${CONSONANTS}${VOWELS}${CONSONANTS}`);
const HAS_VOWEL = new RegExp(`^(${CONSONANTS})?${VOWEL}`);
const SHORT_END = new RegExp(`^${CONSONANTS}${VOWEL}[^aeiouwxy]$`);

function plural(word: string): string {
  return word.replace(/^(.+?)(ss|i)es$/, '$1$2').replace(/^(.+?)([^s])s$/, '$1$2');
}

function past(word: string): string {
  const agreed = /^(.+?)eed$/.exec(word)?.[1];
  if (agreed !== undefined) return ONE_OR_MORE.test(agreed) ? word.slice(0, -1) : word;
  const stem = /^(.+?)(ed|ing)$/.exec(word)?.[1];
  if (stem === undefined || !HAS_VOWEL.test(stem)) return word;
  if (/(at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (/([^aeiouylsz])\1$/.test(stem)) return stem.slice(0, -1);
  return SHORT_END.test(stem) ? `${stem}e` : stem;
}

function finalY(word: string): string {
  return word.endsWith('y') && HAS_VOWEL.test(word.slice(0, -1)) ? `${word.slice(0, -1)}i` : word;
}

const LONG: Record<string, string> = {
  ational: 'ate',
  tional: 'tion',
  enci: 'ence',
  anci: 'ance',
  izer: 'ize',
  bli: 'ble',
  alli: 'al',
  entli: 'ent',
  eli: 'e',
  ousli: 'ous',
  ization: 'ize',
  ation: 'ate',
  ator: 'ate',
  alism: 'al',
  iveness: 'ive',
  fulness: 'ful',
  ousness: 'ous',
  aliti: 'al',
  iviti: 'ive',
  biliti: 'ble',
  logi: 'log',
};
const MIDDLE: Record<string, string> = {
  icate: 'ic',
  ative: '',
  alize: 'al',
  iciti: 'ic',
  ical: 'ic',
  ful: '',
  ness: '',
};

const longSuffix = (word: string): string => replaceEnd(word, LONG);
const middleSuffix = (word: string): string => replaceEnd(word, MIDDLE);

/** The longest ending of the table gives way where what stands before it has a syllable. */
function replaceEnd(word: string, table: Record<string, string>): string {
  const ending = Object.keys(table)
    .filter((key) => word.endsWith(key) && word.length > key.length)
    .sort((a, b) => b.length - a.length)[0];
  if (ending === undefined) return word;
  const stem = word.slice(0, -ending.length);
  return ONE_OR_MORE.test(stem) ? stem + table[ending] : word;
}

const LAST = /^(.+?)(al|ance|ence|er|ic|able|ible|ant|ement|ment|ent|ou|ism|ate|iti|ous|ive|ize)$/;

function lastSuffix(word: string): string {
  const stem = LAST.exec(word)?.[1];
  if (stem !== undefined) return MORE_THAN_ONE.test(stem) ? stem : word;
  const before = /^(.+?[st])ion$/.exec(word)?.[1];
  return before !== undefined && MORE_THAN_ONE.test(before) ? before : word;
}

function finalE(word: string): string {
  const stem = word.endsWith('e') ? word.slice(0, -1) : null;
  const isSilent = stem !== null && (MORE_THAN_ONE.test(stem) || (EXACTLY_ONE.test(stem) && !SHORT_END.test(stem)));
  const bare = isSilent ? stem : word;
  return bare.endsWith('ll') && MORE_THAN_ONE.test(bare) ? bare.slice(0, -1) : bare;
}

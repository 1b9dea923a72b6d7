import { suffixStemmer } from './suffixes.ts';

/** The Russian stemmer of Snowball, https://snowballstem.org/algorithms/russian/stemmer.html, for folded words. */
export function stemRussian(word: string): string {
  const vowel = /[аеиоуыэюя]/.exec(word);
  if (!vowel) return word;
  const start = vowel.index + 1;
  const head = word.slice(0, start);
  const stem = cutInflection(word.slice(start)).replace(/и$/, '');
  const second = regionAfter(word, regionAfter(word, 0));
  const whole = head + stem;
  const derived = whole.replace(/ость?$/, (ending) => (whole.length - ending.length >= second ? '' : ending));
  return derived
    .replace(/ейше?$/, '')
    .replace(/нн$/, 'н')
    .replace(/ь$/, '');
}

function regionAfter(word: string, start: number): number {
  const match = /[аеиоуыэюя][^аеиоуыэюя]/.exec(word.slice(start));
  return match ? start + match.index + 2 : word.length;
}

function cutInflection(tail: string): string {
  const gerund = cutGerund(tail);
  if (gerund !== tail) return gerund;
  const plain = tail.replace(/с[яь]$/, '');
  const adjective = cutAdjective(plain);
  if (adjective !== plain) return cutParticiple(adjective);
  const verb = cutVerb(plain);
  return verb === plain ? cutNoun(plain) : verb;
}

const cutGerund = suffixStemmer([
  { least: 0, endings: 'ив ивши ившись ыв ывши ывшись ав>а авши>а авшись>а яв>я явши>я явшись>я' },
]);
const cutAdjective = suffixStemmer([
  { least: 0, endings: 'ее ие ые ое ими ыми ей ий ый ой ем им ым ом его ого ему ому их ых ую юю ая яя ою ею' },
]);
const cutParticiple = suffixStemmer([
  { least: 0, endings: 'ивш ывш ующ аем>а анн>а авш>а ающ>а ащ>а яем>я янн>я явш>я яющ>я ящ>я' },
]);
const cutVerb = suffixStemmer([
  {
    least: 0,
    endings: `ила ыла ена ейте уйте ите или ыли ей уй ил ыл им ым ен ило ыло ено ят ует уют ит ыт ены ить ыть ишь ую ю
      ала>а ана>а аете>а айте>а али>а ай>а ал>а аем>а ан>а ало>а ано>а ает>а ают>а аны>а ать>а аешь>а анно>а
      яла>я яна>я яете>я яйте>я яли>я яй>я ял>я яем>я ян>я яло>я яно>я яет>я яют>я яны>я ять>я яешь>я янно>я`,
  },
]);
const cutNoun = suffixStemmer([
  {
    least: 0,
    endings:
      'а ев ов ие ье е иями ями ами еи ии и ией ей ой ий й иям ям ием ем ам ом о у ах иях ях ы ь ию ью ю ия ья я',
  },
]);

import { suffixStemmer } from './suffixes.ts';

/** Light 10 of Larkey, Ballesteros and Connell: conjunction, article and preposition before, pronoun and number after. */
export function stemArabic(word: string): string {
  const bare = word.replace(/^و(?=.{3})/u, '').replace(/^(?:ال|بال|كال|فال|لل)(?=.{2})/u, '');
  return cutArabicEnding(bare);
}

/** Katakana words are written with and without their last long vowel: コンピューター, コンピュータ. */
export function stemJapanese(word: string): string {
  return /^[\u30a1-\u30fc]{3,}ー$/u.test(word) ? word.slice(0, -1) : word;
}

/** The particles after a noun; one syllable at least must be left, two before a particle of one. */
export function stemKorean(word: string): string {
  if (!/^[\uac00-\ud7a3]+$/u.test(word)) return word;
  return cutParticle(word);
}

const cutArabicEnding = suffixStemmer([{ least: 2, endings: 'ها ان ات ون ين يه ية ه ة ي' }]);

const cutLongParticle = suffixStemmer([
  {
    least: 1,
    endings: `에서는 에서도 으로는 으로도 으로서 으로써 에게서 에게는 이라고 이라는 이라도 에서 에는 에도 에게 한테 께서 으로 로서 로써
      부터 까지 보다 처럼 만큼 마다 조차 마저 이나 이란 라는 라고 하고 들은 들이 들을 들의 들에게 들`,
  },
]);
const cutShortParticle = suffixStemmer([{ least: 2, endings: '은 는 이 가 을 를 의 에 로 와 과 도 만' }]);

function cutParticle(word: string): string {
  const cut = cutLongParticle(word);
  return cut === word ? cutShortParticle(word) : cut;
}

import type { SuffixStep } from './suffixes.ts';

/** Steps for folded words (ä is a, ß is ss), after the stemmers of Snowball. */
export const germanic: Readonly<Record<string, readonly SuffixStep[]>> = {
  de: [
    { least: 3, endings: 'ern em er en es e' },
    { least: 3, endings: 's', after: /[bdfghklmnrt]$/ },
    { least: 3, endings: 'est er en' },
    { least: 4, endings: 'st', after: /[bdfghklmnt]$/ },
    { least: 4, endings: 'lichkeit igkeit heit keit ung end isch lich ig ik' },
  ],
  nl: [
    { least: 3, endings: 'heden>heid' },
    { least: 3, endings: 'etjes etje tjes tje jes je en ene e se s', after: /[^aeiou]$/ },
    { least: 4, endings: 'igheid>ig heid ingen ing lijk baar end' },
    { least: 2, endings: 'kk>k dd>d tt>t nn>n mm>m ll>l pp>p ss>s rr>r gg>g ff>f bb>b aa>a v>f z>s' },
    { least: 1, endings: doubledVowels('bdfgklmnprst') },
  ],
  sv: [
    {
      least: 3,
      endings: `a arna erna heterna orna ad e ade ande arne are aste en anden aren heten ern ar er heter or as arnas ernas ornas
        es ades andes ens arens hetens erns at andet et het ast`,
    },
    { least: 3, endings: 's', after: /[bcdfghjklmnoprtvy]$/ },
    { least: 3, endings: 'dd>d gd>g nn>n dt>d gt>g kt>k tt>t' },
    { least: 3, endings: 'lig ig els' },
  ],
  da: [
    {
      least: 3,
      endings: `hed ethed ered e erede ende erende ene erne ere en heden eren er heder erer heds es endes erendes enes ernes eres
        ens hedens erens ers ets erets et eret`,
    },
    { least: 3, endings: 's', after: /[abcdfghjklmnoprtvyz]$/ },
    { least: 3, endings: 'gd>g dt>d gt>g kt>k' },
    { least: 3, endings: 'elig lig ig els' },
    { least: 2, endings: 'bb>b dd>d ff>f gg>g kk>k ll>l mm>m nn>n pp>p rr>r ss>s tt>t' },
  ],
  no: [
    {
      least: 3,
      endings: `a e ede ande ende ane ene hetene en heten ar er heter as es edes endes enes hetenes ens hetens ers ets et het ast
        erte>er ert>er`,
    },
    { least: 3, endings: 's', after: /[bcdfghjlmnoprtvyz]$/ },
    { least: 3, endings: 'dt>d vt>v' },
    { least: 3, endings: 'hetslov elov slov leg eleg lig elig ig els lov' },
    { least: 2, endings: 'mm>m nn>n' },
  ],
};

/** `loop` and `lop(en)` are one: the doubled vowel of a closed syllable. */
function doubledVowels(consonants: string): string {
  return [...'aeou']
    .flatMap((vowel) => [...consonants].map((end) => `${vowel}${vowel}${end}>${vowel}${end}`))
    .join(' ');
}

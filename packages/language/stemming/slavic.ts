import type { SuffixStep } from './suffixes.ts';

/** Light steps for folded words: the endings of nouns and adjectives, and of the commonest verb forms. */
export const slavic: Readonly<Record<string, readonly SuffixStep[]>> = {
  uk: [
    { least: 3, endings: 'ся сь' },
    {
      least: 3,
      endings: `ями ами ові еві ого ому ими іми ій ий ої ою ею єю їй ів їв ах ях ам ям ом ем єм им їм их їх ати яти ити іти али
        яли или іли ала яла ила іла ало яло ило іло ав яв ив ає яє ує ють уть ять ать а я у ю і ї и е є о ь й`,
    },
    { least: 4, endings: 'ість ост нн>н' },
  ],
  be: [
    { least: 3, endings: 'ся ца' },
    {
      least: 3,
      endings: `ямі амі аму ага яга ыя ія ай ой яй ых іх ым ім ах ях ам ям ом ем аў яў оў еў аць яць іць ыць алі ялі ілі ылі ала яла
        іла ыла а я у ю і ы е э о ь й`,
    },
  ],
  bg: [
    { least: 3, endings: 'ията ието ите ата ята ето ото ът ят та то те' },
    { least: 3, endings: 'ове еве ища ият ия ии ие' },
    { least: 3, endings: 'а я о е и у ю ъ' },
  ],
  mk: [
    { least: 3, endings: 'ите ата ото ето иот от та то те' },
    { least: 3, endings: 'ови еви ишта ија ии ие' },
    { least: 3, endings: 'а о е и у' },
  ],
  sr: [
    { least: 3, endings: 'овима евима овима има ама ога ому ога их им ом ем ој ех а е и о у' },
    { least: 3, endings: 'ов ев ск' },
  ],
  hr: [
    { least: 3, endings: 'ovima evima ima ama oga omu ega emu ih im om em oj ijeg ijem a e i o u' },
    { least: 4, endings: 'ov ev' },
  ],
  sl: [
    { least: 3, endings: 'ovoma evoma oma ama ami emu ega imi ih im om em oj ov ev ah eh a e i o u' },
    { least: 4, endings: 'ost' },
  ],
  cs: [
    {
      least: 3,
      endings:
        'atech etem atum ech ich ych iho emi imi ymi eho emu ete eti ami ata aty em es ovi ove ova ach ama ym im at ou uv y u e i a o',
    },
    { least: 3, endings: 'ov in' },
    { least: 4, endings: 'ost' },
  ],
  sk: [
    {
      least: 3,
      endings:
        'atami atach ach och ich ych eho emu iho imu ami ymi imi ovi ove ova om am em im ym ov ou ej y u e i a o',
    },
    { least: 4, endings: 'ost' },
  ],
  pl: [
    {
      least: 3,
      endings:
        'iach iami iego iemu owie ach ami ego emu owi ich ych imi ymi iej ow om em im ym ej ie ia io iu a e i o u y',
    },
    { least: 4, endings: 'osc ow' },
    { least: 3, endings: 'sz>s dz>d cz>c' },
  ],
};

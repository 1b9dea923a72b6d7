import type { SuffixStep } from './suffixes.ts';

/** Light steps for folded words of other families. */
export const others: Readonly<Record<string, readonly SuffixStep[]>> = {
  fi: [
    { least: 3, endings: 'kaan kin han pa ko' },
    { least: 3, endings: 'nsa mme nne' },
    {
      least: 3,
      endings: `issa ista illa ilta ille iksi ina itta ssa sta lla lta lle ksi tta ihin ahan ehen ohon uhun yhyn seen siin iden
        ien jen ten an en in on un na ta ia ja t n`,
    },
    { least: 3, endings: 'mma mpi mp' },
    { least: 3, endings: 'a e i o u y' },
    { least: 2, endings: 'ks>s nk>ng' },
  ],
  et: [
    {
      least: 3,
      endings:
        'desse desse test tele telt teks tega teta deni ssegi sse sest est ele elt eks ega eta des dele delt ni na st ga ta le lt ks de te d s t',
    },
    { least: 3, endings: 'a e i u' },
  ],
  hu: [
    {
      least: 2,
      endings: `anak enek onak ban ben bol rol tol hoz hez nal nel nak nek val vel ert kent kepp koron kor ra re ba be ig ul
        on en an at et ot t`,
    },
    { least: 3, endings: 'aink eink unk uk ik jai jei aim eim aid eid ai ei ja je am em om ad ed od a e i' },
    { least: 3, endings: 'ak ek ok k' },
  ],
  tr: [
    { least: 3, endings: 'dir dur tir tur' },
    {
      least: 3,
      endings: `larindan lerinden larinda lerinde larinin lerinin larina lerine larini lerini lardan lerden larda lerde larin lerin
        lara lere lari leri imizden imizdan imizde imizda imizin imize imiza sindan sinden sinda sinde sinin sina sine nin nun
        ndan nden nda nde dan den tan ten da de ta te ya ye yi yu in un i u a e`,
    },
    { least: 2, endings: 'larimiz lerimiz imiz umuz lar ler' },
    { least: 3, endings: 'si su' },
    { least: 3, endings: 'b>p d>t g>k' },
  ],
  el: [
    {
      least: 3,
      endings: `ματων ματοσ ματα ιουσ ειων εισ εων εωσ ουσ ουμε ουν ετε ει εισ ησ ην ησ ασ αν εσ οσ ου ον ων οι ιοσ ιου ιο ια
        ιεσ ιων α ε η ι ο υ ω`,
    },
  ],
  id: [
    { least: 4, endings: 'nya lah kah pun' },
    { least: 4, endings: 'kan an i' },
  ],
  hi: [{ least: 2, endings: 'ियों ाओं ियां ियाँ ाएं ाएँ ुओं ुएं ुएँ ों ें ीं े ू ु ी ि ा ो' }],
  mr: [{ least: 2, endings: 'ांच्या ांनी ांना ांचा ांची ाच्या ाने ात ाला ाचा ाची ाचे ून ांत ां े ी ा ो' }],
  fa: [{ least: 3, endings: 'هاييمان هايشان هايي هاي ها ترين تر ات ان ي' }],
};

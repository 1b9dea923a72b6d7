import type { SuffixStep } from './suffixes.ts';

/** Steps for folded words (without accents): plural, gender, the commonest derivations and verb endings. */
export const romance: Readonly<Record<string, readonly SuffixStep[]>> = {
  fr: [
    { least: 2, endings: 'eaux>eau aux>al' },
    { least: 3, endings: 's x' },
    { least: 3, endings: 'amment>ant emment>ent euse>eu trice>teur ivement>if ive>if logie>log' },
    { least: 3, endings: 'issement issant ement ation ateur ition iteur' },
    { least: 5, endings: 'ite isme iste able ible ance ence ienne>ien' },
    {
      least: 3,
      endings: `eraient erions eriez erait erais erent eront erons erez erai eras era iraient irait irais irent iront irons irez irai
        iras ira assent asse aient ait ais ante ant ions ons iez ez ee er ir`,
    },
    { least: 3, endings: 'e' },
    { least: 2, endings: 'nn>n ll>l tt>t ss>s rr>r mm>m pp>p ff>f cc>c' },
  ],
  es: [
    { least: 2, endings: 'ces>z' },
    { least: 4, endings: 'amente iamente mente' },
    {
      least: 3,
      endings:
        'aciones acion uciones>u ucion>u idades idad adores adoras ador adora antes ante ancia ancias logias>log logia>log',
    },
    {
      least: 3,
      endings: `ariamos eriamos iriamos aremos eremos iremos abamos aramos ieramos iendo ando aban aran arian erian irian ieron
        aron ieran iesen asen aria eria iria aban aba aras aran ara eran era iran ira ados adas idos idas ado ada ido ida amos
        emos imos ar er ir`,
    },
    { least: 3, endings: 'es os as s' },
    { least: 3, endings: 'a e o i' },
  ],
  pt: [
    { least: 2, endings: 'oes>ao aes>ao ais>al eis>el ois>ol ns>m' },
    { least: 4, endings: 'amente mente' },
    { least: 3, endings: 'acao idades idade adores adoras ador adora antes ante ancia ancias logias>log logia>log' },
    {
      least: 3,
      endings: `ariamos eriamos iriamos aremos eremos iremos avamos aramos eram aram iram ando endo indo avam ariam eriam iriam
        assem essem issem aria eria iria ava ara era ira arao erao irao ados adas idos idas ado ada ido ida amos emos imos ou eu
        iu ar er ir`,
    },
    { least: 3, endings: 'es os as s' },
    { least: 3, endings: 'ao a e o i' },
  ],
  it: [
    { least: 3, endings: 'amente mente' },
    {
      least: 3,
      endings:
        'azioni azione uzioni>u uzione>u atori atore atrici atrice logie>log logia>log ita ismo ismi ista isti iste',
    },
    {
      least: 3,
      endings: `erebbero irebbero assero essero issero eremmo iremmo arono erono irono avano evano ivano ando endo ava eva iva
        eranno iranno era ira ato ata ati ate uto uta uti ute ito iti ite iamo are ere ire`,
    },
    { least: 2, endings: 'chi>c che>c ghi>g ghe>g' },
    { least: 3, endings: 'ii io ia ie a e i o' },
  ],
  ro: [
    {
      least: 3,
      endings: `urilor urile ului ilor elor iilor iile iei ele ului uri ul lui lor le ii ea ei`,
    },
    { least: 4, endings: 'itate itati atii atie area are ere ire' },
    { least: 3, endings: 'a e i o u' },
  ],
  ca: [
    { least: 4, endings: 'ament ment' },
    { least: 3, endings: 'acions acio itats itat adors adora ador ades ats ada at ides its ida it ant ent ar er ir' },
    { least: 3, endings: 'es os s' },
    { least: 3, endings: 'a e o' },
  ],
  gl: [
    { least: 2, endings: 'ns>n ois>ol ais>al eis>el' },
    { least: 4, endings: 'mente' },
    { least: 3, endings: 'acions acion idades idade ados adas idos idas ado ada ido ida ar er ir' },
    { least: 3, endings: 'es os as s' },
    { least: 3, endings: 'a e o' },
  ],
};

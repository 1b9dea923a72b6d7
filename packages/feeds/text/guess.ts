const SAMPLE_BYTES = 65_536;
const MULTI_BYTE = ['utf-8', 'euc-jp', 'shift_jis', 'euc-kr', 'gb18030', 'big5'] as const;

/**
 * The most likely encoding of bytes that no declaration explains. Multi-byte encodings are judged by how many of the
 * decoded characters are common ones of their language, Cyrillic ones by the share of small letters in a row (the two tables
 * swap the cases); what nothing claims is windows-1252.
 */
export function guessLegacyEncoding(bytes: Uint8Array): string {
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  if (sample.includes(0x1b) && /\$[@B]/.test(latin1(sample))) return 'iso-2022-jp';
  let best = { encoding: 'windows-1252', score: 0.35 };
  for (const encoding of MULTI_BYTE) {
    const score = multiByteScore(new TextDecoder(encoding).decode(sample), encoding);
    if (score > best.score) best = { encoding, score };
  }
  for (const encoding of ['windows-1251', 'koi8-r'] as const) {
    const score = cyrillicScore(new TextDecoder(encoding).decode(sample));
    if (score > best.score) best = { encoding, score };
  }
  return best.encoding;
}

/** Between 0 and 1: how much of what is not ASCII is everyday script of the encoding's language. */
function multiByteScore(text: string, encoding: (typeof MULTI_BYTE)[number]): number {
  let foreign = 0;
  let common = 0;
  let broken = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) continue;
    foreign++;
    if (code === 0xfffd || (code >= 0xe000 && code <= 0xf8ff)) broken++;
    else common += weight(code, character, encoding);
  }
  if (foreign === 0 || broken * 50 > foreign) return 0;
  return common / foreign;
}

/** The ideographs that make up a large part of any Chinese text, simplified and traditional. */
const COMMON_SIMPLIFIED = new Set(
  '的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运',
);
const COMMON_TRADITIONAL = new Set(
  '的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西斯月話合回特代內信表化老給世位次度門任常先海通教兒原東聲提立及比員解水名真論處走義各入幾口認條平系氣題活爾更別打女變四神總何電數安少報才結反受目太量再感建務做接必場件計管期市直德資命山金指克許統區保至隊形社便空決治展馬科司五基眼書非則聽白卻界達光放強即像難且權思王象完設式色路記南品住告類求據程北邊死張該交規萬取拉格望覺術領共確傳師觀清今切院讓識候帶導爭運',
);

function weight(code: number, character: string, encoding: (typeof MULTI_BYTE)[number]): number {
  const isPunctuation = (code >= 0x3000 && code <= 0x301f) || (code >= 0xff00 && code <= 0xff60);
  const isKana = code >= 0x3040 && code <= 0x30ff;
  const isHangul = code >= 0xac00 && code <= 0xd7a3;
  if (encoding === 'utf-8') return 1;
  if (isPunctuation) return 0.7;
  if (encoding === 'euc-kr') return isHangul ? 1 : 0;
  if (encoding === 'gb18030') return COMMON_SIMPLIFIED.has(character) ? 1 : 0.3 * Number(isIdeograph(code));
  if (encoding === 'big5') return COMMON_TRADITIONAL.has(character) ? 1 : 0.3 * Number(isIdeograph(code));
  return isKana ? 1 : 0.4 * Number(isIdeograph(code));
}

function isIdeograph(code: number): boolean {
  return code >= 0x4e00 && code <= 0x9fff;
}

/** The share of letters that are Cyrillic and stand where a sentence has them: small, or a capital that begins a word. */
function cyrillicScore(text: string): number {
  let foreign = 0;
  let wellPlaced = 0;
  let wasLetter = false;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0x80) foreign++;
    const isSmall = code >= 0x430 && code <= 0x45f;
    const isCapital = code >= 0x400 && code <= 0x42f;
    if (isSmall || (isCapital && !wasLetter)) wellPlaced++;
    wasLetter = isSmall || isCapital;
  }
  // A French text has an accent here and there; a Russian one is made of these letters.
  return foreign < 8 ? 0 : (wellPlaced / foreign) * cyrillicRuns(text);
}

/** 1 where the Cyrillic letters come in words, less where they stand alone between Latin ones. */
function cyrillicRuns(text: string): number {
  const runs = text.match(/[\u0400-\u045f]+/g) ?? [];
  const inWords = runs.filter((run) => run.length > 2).length;
  return runs.length === 0 ? 0 : Math.min(1, (2 * inWords) / runs.length);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

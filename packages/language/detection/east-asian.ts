import { lazily } from '../lazily.ts';

/**
 * Japanese or Chinese, where one of them can be told. Kana make a text Japanese unless they are a quotation in a Chinese
 * one. Without kana (titles) the common characters tell that only one of the two writes.
 */
export function eastAsianLanguage(text: string): { language: 'ja' | 'zh' | null; confidence: number } {
  const kana = text.match(/[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]/g)?.length ?? 0;
  const han = text.match(/[\u3005-\u3007\u3400-\u9fff\uf900-\ufaff]/g) ?? [];
  if (kana > (kana + han.length) * KANA_SHARE) return { language: 'ja', confidence: kana > 1 ? 1 : 0.8 };
  const japanese = han.filter((sign) => tellingSigns().japanese.has(sign)).length;
  const chinese = han.filter((sign) => tellingSigns().chinese.has(sign)).length;
  if (chinese > japanese) return { language: 'zh', confidence: 0.7 + 0.3 * ((chinese - japanese) / chinese) };
  if (japanese > chinese) return { language: 'ja', confidence: 0.8 };
  if (kana > 1) return { language: 'ja', confidence: 0.7 };
  return han.length >= HAN_OF_A_SENTENCE ? { language: 'zh', confidence: 0.6 } : { language: null, confidence: 0 };
}

/** Japanese prose is half kana, its titles a quarter; a Chinese page that names a Japanese film stays below. */
const KANA_SHARE = 0.12;
const HAN_OF_A_SENTENCE = 8;

// The first levels of the national character sets hold what is in common use: JIS X 0208 rows 16 to 47 (2,965
// characters), GB 2312 rows 16 to 55 (3,755), Big5 rows A4 to C6 (5,401). 々 and 〆 are Japanese.
const tellingSigns = lazily(() => {
  const commonInJapan = charactersOf('euc-jp', 0xb0, 0xcf);
  const commonInChina = new Set([...charactersOf('gb18030', 0xb0, 0xd7), ...charactersOf('big5', 0xa4, 0xc6)]);
  const japanese: ReadonlySet<string> = new Set(
    [...'々〆', ...commonInJapan].filter((sign) => !commonInChina.has(sign)),
  );
  const chinese: ReadonlySet<string> = new Set([...commonInChina].filter((sign) => !commonInJapan.has(sign)));
  return { japanese, chinese };
});

/** The characters of the rows of a double-byte encoding from one lead byte to another. */
function charactersOf(encoding: string, firstLead: number, lastLead: number): ReadonlySet<string> {
  const bytes: number[] = [];
  for (let lead = firstLead; lead <= lastLead; lead++) {
    for (let trail = 0xa1; trail <= 0xfe; trail++) bytes.push(lead, trail);
    if (encoding === 'big5') for (let trail = 0x40; trail <= 0x7e; trail++) bytes.push(lead, trail);
  }
  const text = new TextDecoder(encoding).decode(Uint8Array.from(bytes));
  return new Set(text.match(/\p{Script=Han}/gu));
}

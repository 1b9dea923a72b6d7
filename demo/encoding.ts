export type LegacyEncoding = 'windows-1251' | 'shift_jis';

/**
 * Encodes XML text in an old encoding; a character that it lacks becomes a numeric reference. Node decodes these encodings but
 * does not encode them, so the table is the decoder's, turned round.
 */
export function encodeLegacy(xml: string, encoding: LegacyEncoding): Uint8Array {
  const table = encoding === 'shift_jis' ? doubleByteTable(encoding) : singleByteTable(encoding);
  const bytes: number[] = [];
  for (const character of xml) {
    const code = table.get(character);
    if (code !== undefined) bytes.push(...code);
    else bytes.push(...Buffer.from(`&#${character.codePointAt(0)};`, 'ascii'));
  }
  return Uint8Array.from(bytes);
}

function singleByteTable(encoding: LegacyEncoding): Map<string, readonly number[]> {
  const decoder = new TextDecoder(encoding);
  const table = new Map<string, readonly number[]>();
  for (let byte = 0; byte < 256; byte += 1) addCode(table, decoder, [byte]);
  return table;
}

function doubleByteTable(encoding: LegacyEncoding): Map<string, readonly number[]> {
  const decoder = new TextDecoder(encoding);
  const table = new Map<string, readonly number[]>();
  for (let byte = 0; byte < 0x80; byte += 1) addCode(table, decoder, [byte]);
  for (let lead = 0x81; lead <= 0xef; lead += 1) {
    if (lead >= 0xa0 && lead <= 0xdf) continue;
    for (let trail = 0x40; trail <= 0xfc; trail += 1) addCode(table, decoder, [lead, trail]);
  }
  return table;
}

function addCode(table: Map<string, readonly number[]>, decoder: TextDecoder, code: readonly number[]): void {
  const text = decoder.decode(Uint8Array.from(code));
  const isOneCharacter = [...text].length === 1 && text !== '\uFFFD';
  if (isOneCharacter && !table.has(text)) table.set(text, code);
}

const LONGEST = 16;
const PROPOSED = 12;

/**
 * Codes for a project of this title, the nicest first: its first words in capital Latin letters, then the same with a
 * number. A title without Latin letters gives `P`. A code that is preferred comes first of all.
 */
export function* proposeCodes(title: string, preferred?: string): Generator<string> {
  if (preferred !== undefined) yield preferred;
  const words = title
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter(Boolean);
  let base = '';
  for (const word of words) {
    const longer = base ? `${base}-${word}` : word;
    if (longer.length > PROPOSED) break;
    base = longer;
  }
  base = (base || (words[0] ?? '').slice(0, PROPOSED)).replace(/^[^A-Z]+/, '').replace(/-+$/, '') || 'P';
  if (base.length >= 2) yield base;
  for (let number = base.length >= 2 ? 2 : 1; number < 10_000; number += 1) {
    const suffix = `-${number}`;
    yield base.slice(0, LONGEST - suffix.length) + suffix;
  }
}

/**
 * The ISO 639-1 key of a language tag: `pt-BR` is `pt`, the two written Norwegians are `no`, old codes get their new
 * names. Null stays null. Lower case; nothing is validated, an unknown key finds no table.
 */
export function languageKey(tag: string | null): string | null {
  if (tag === null) return null;
  const primary = /^[A-Za-z]{2,3}(?=$|[-_])/.exec(tag)?.[0].toLowerCase() ?? null;
  return primary === null ? null : (newNames.get(primary) ?? primary);
}

const newNames: ReadonlyMap<string, string> = new Map([
  ['nb', 'no'],
  ['nn', 'no'],
  ['iw', 'he'],
  ['ji', 'yi'],
  ['in', 'id'],
  ['fil', 'tl'],
  ['ckb', 'ku'],
  ['cmn', 'zh'],
  ['yue', 'zh'],
]);

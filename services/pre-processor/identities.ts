import { itemIdentity, type ParsedItem } from '@alt/feeds';
import { linkKeyOf, textKeyOf } from './inbound/keys.ts';
import type { Row } from './rows.ts';
import { clean, shortHash } from './storable.ts';

export interface IdentifiedItem {
  item: ParsedItem;
  identity: string;
  /** The same item's identity if its guid stood alone, or with its URL if it does not; null where there is no other. */
  otherIdentity: string | null;
  isAmbiguous: boolean;
}

/**
 * Identities within a document. A guid that several items share says nothing, so there the URL joins it; both forms are
 * looked for, so that an item keeps its article when its namesakes come and go. True copies are left out.
 */
export function withIdentities(items: readonly ParsedItem[]): IdentifiedItem[] {
  const plain = items.map((item) => itemIdentity(item));
  const uses = new Map<string, number>();
  for (const { kind, value } of plain) uses.set(kind + value, (uses.get(kind + value) ?? 0) + 1);
  const taken = new Set<string>();
  const result: IdentifiedItem[] = [];
  for (const [index, item] of items.entries()) {
    const { kind, value } = plain[index] ?? itemIdentity(item);
    const isAmbiguous = (uses.get(kind + value) ?? 0) > 1;
    const detail = kind === 'guid' ? item.url : `${item.title}\n${item.text}`;
    const alone = identityOf(value);
    const detailed = detail === null || kind === 'content' ? null : identityOf(`${value}\n${detail}`);
    let identity = isAmbiguous && detailed ? detailed : alone;
    if (taken.has(identity) && isAmbiguous) identity = identityOf(`${value}\n${item.url}\n${item.title}\n${item.text}`);
    if (taken.has(identity)) continue;
    taken.add(identity);
    const other = isAmbiguous ? alone : kind === 'guid' ? detailed : null;
    result.push({ item, identity, otherIdentity: other === identity ? null : other, isAmbiguous });
  }
  return result;
}

/** What finds an item in the database (see store/articles.ts). */
export function keyOf({ item, identity, otherIdentity, isAmbiguous }: IdentifiedItem, row: Row | undefined): string {
  return JSON.stringify({
    i: identity,
    o: otherIdentity,
    u: row?.url ?? null,
    m: isAmbiguous,
    l: item.url === null ? null : clean(item.url, MAX_LINK).replace(/^https?:\/\/(www\.)?/, ''),
    h: row?.content_hash,
    c: row?.comment_count,
    k: linkKeyOf(item.url),
    t: row && textKeyOf(item.text, row.text_hash),
  });
}

const MAX_LINK = 4_096;

/** What identifies an item in the database: a hash, as a bytea. */
export function identityOf(value: string): string {
  return shortHash(value.toWellFormed());
}

import type { Queryable } from '@alt/database';
import type { InboundRow } from './document.ts';
import * as store from './store.ts';

export interface Shown {
  item: store.ClaimedItem;
  row: InboundRow;
}

/**
 * Which of these items are articles of their own though another one has their address: a service that knows no guids lists two items
 * of one address under two ids, and they are called differently. `articles` are those that were found by the items' ids; items that
 * are apart lose theirs. Answers the ids of the items that are apart, and the addresses that tell nobody any more.
 */
export async function tellApart(
  tx: Queryable,
  shown: readonly Shown[],
  articles: Map<string, number | null>,
): Promise<{ apart: Set<string>; shared: Set<string> }> {
  const apart = new Set<string>();
  const shared = new Set<string>();
  const candidates = shown.filter(({ item, row }) => row.title !== '' && articles.get(item.id) !== null);
  const found = candidates.filter(({ item }) => articles.get(item.id) !== undefined);
  const known = new Map((await store.foundTitles(tx, pairsOf(found, articles))).map((one) => [one.id, one]));
  for (const group of Map.groupBy(candidates, listOf).values()) {
    const others = group.filter(({ item }) => baseOf(item) !== baseOf(group[0]?.item));
    const first = titleOf(known.get(group[0]?.item.id ?? '')?.title ?? group[0]?.row.title ?? '');
    for (const { item, row } of group) {
      const one = known.get(item.id);
      const isOwn = one?.identity === row.apartIdentity;
      const isSibling = others.length > 0 || one?.hasSibling === true;
      if (isOwn || !isSibling || titleOf(row.title) === (one ? titleOf(one.title) : first)) continue;
      apart.add(item.id);
      shared.add(`${item.feedId} ${row.identity}`);
      articles.delete(item.id);
    }
  }
  return { apart, shared };
}

function pairsOf(found: readonly Shown[], articles: ReadonlyMap<string, number | null>) {
  return found.map(({ item }) => ({ id: item.id, articleId: articles.get(item.id) ?? 0 }));
}

/** Items of one address in one list of one reader. */
function listOf({ item, row }: Shown): string {
  return [item.readerId, item.source, item.feedId, row.identity].join(' ');
}

/** What the service calls it; what follows a slash says when it was asked for. */
function baseOf(item: store.ClaimedItem | undefined): string {
  return item?.itemId.split('/')[0] ?? '';
}

function titleOf(title: string): string {
  return title.toLowerCase().replace(/\s+/g, ' ').trim();
}

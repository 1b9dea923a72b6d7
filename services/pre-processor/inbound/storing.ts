import type { Database, Queryable } from '@alt/database';
import { judgeArrivals } from '../rules/arriving.ts';
import { actByRules, type RuleDeed } from '../rules/store.ts';
import { insertArticles } from '../store/articles.ts';
import { lockFeeds } from '../store/polls.ts';
import type { InboundRow } from './document.ts';
import { linkKeyOf } from './keys.ts';
import * as store from './store.ts';
import { type Shown, tellApart } from './telling-apart.ts';

export interface ReadItem {
  item: store.ClaimedItem;
  /** null for what has nothing to show. */
  row: InboundRow | null;
}

/**
 * Makes articles of what readers had elsewhere, and gives them their state, in one transaction. What is here already, however it
 * came, stays as it is: the feed's own text goes before a copy of it.
 */
export function storeInbound(database: Database, worker: string, read: readonly ReadItem[]): Promise<number> {
  return database.transaction((tx) => storeIn(tx, worker, read), { retry: true });
}

async function storeIn(tx: Queryable, worker: string, read: readonly ReadItem[]): Promise<number> {
  const feedIds = [...new Set(read.map(({ item }) => item.feedId))];
  const [locked] = await lockFeeds(tx, feedIds, null);
  const now = locked?.now ?? new Date();
  const shown = read.flatMap(({ item, row }) => (row ? [{ item, row }] : []));
  const articles = await findArticles(tx, shown);
  const { apart, shared } = await tellApart(tx, shown, articles);
  const named = shown.map((one) => (apart.has(one.item.id) ? asApart(one) : one));
  const fresh = freshOf(named, articles);
  await insertFresh(tx, fresh, { now, isWithoutAddress: (one) => apart.has(one.item.id) || shared.has(one.identity) });
  if (shared.size > 0) await store.dropAddresses(tx, addressesOf(shown, shared));
  const made = new Map(fresh.map(({ identity, articleId }) => [identity, articleId]));
  const identities = new Map(named.map(({ item, row }) => [item.id, row.identity]));
  const verdicts = read.map(({ item, row }): store.Verdict => {
    if (!row) return { id: item.id, articleId: null, reason: 'empty' };
    const articleId = articles.get(item.id) ?? made.get(`${item.feedId} ${identities.get(item.id)}`) ?? null;
    return { id: item.id, articleId, reason: articleId === null ? 'removed' : null };
  });
  const deeds = locked?.hasRules ? await judgeNews(tx, worker, shown, verdicts) : [];
  const settled = await store.settleInbound(tx, worker, verdicts);
  await actByRules(tx, deeds);
  return settled;
}

/** What the rules of those who get news by these items do to it. An archive is no news: no rule judges it. */
async function judgeNews(
  tx: Queryable,
  worker: string,
  shown: readonly Shown[],
  verdicts: readonly store.Verdict[],
): Promise<RuleDeed[]> {
  const news = new Map(shown.flatMap(({ item, row }) => (row.isNews ? [[item.id, item.feedId]] : [])));
  const candidates = verdicts.filter(({ id, articleId }) => articleId !== null && news.has(id));
  if (candidates.length === 0) return [];
  const feedIds = [...new Set(candidates.flatMap(({ id }) => news.get(id) ?? []))];
  const arrivals = await store.inboundArrivals(tx, worker, candidates);
  const deeds: RuleDeed[] = [];
  for (const [readerId, ofReader] of Map.groupBy(arrivals, (arrival) => arrival.readerId)) {
    const articleIds = ofReader.map(({ articleId }) => articleId);
    // Rules are asked for by the place among subscribers: this reader, and nobody after them.
    const found = await judgeArrivals(tx, { feedIds, articleIds }, { afterReaderId: readerId - 1, limit: 1 });
    deeds.push(...found.filter((deed) => deed.readerId === readerId));
  }
  return deeds;
}

/** As what it is where it shares its address: under an identity of its own. */
function asApart({ item, row }: Shown): Shown {
  const record = { ...JSON.parse(row.row), identity: row.apartIdentity };
  return { item, row: { ...row, identity: row.apartIdentity, row: JSON.stringify(record) } };
}

function addressesOf(shown: readonly Shown[], shared: ReadonlySet<string>) {
  const rows = shown.filter(({ item, row }) => shared.has(`${item.feedId} ${row.identity}`));
  return rows.map(({ item, row }) => ({ feedId: item.feedId, identity: row.identity }));
}

/** The articles of items by their ids; null for what was here and is gone. */
async function findArticles(tx: Queryable, shown: readonly Shown[]): Promise<Map<string, number | null>> {
  const sought = shown.map(({ item: { feedId, tenantId }, row }) => {
    const { identity, apartIdentity, polledIdentity, linkKey, textKey } = row;
    return { feedId, tenantId, identity, apartIdentity, polledIdentity, linkKey, textKey };
  });
  const found = new Map<string, number | null>();
  for (const { place, articleId } of await store.findInbound(tx, sought)) {
    const id = shown[place]?.item.id;
    if (id !== undefined) found.set(id, articleId);
  }
  const others = shown.filter(({ item }) => found.get(item.id) === undefined);
  for (const [feedId, ofFeed] of Map.groupBy(others, ({ item }) => item.feedId)) {
    await findPolled(tx, feedId, ofFeed, found);
  }
  return found;
}

/** What polls have brought under a guid that the item does not know: by its address, else by its text. */
async function findPolled(
  tx: Queryable,
  feedId: number,
  shown: readonly Shown[],
  found: Map<string, number | null>,
): Promise<void> {
  const byLink = new Map<string, number>();
  for (const { id, url } of shown.some(({ row }) => row.linkKey) ? await store.addressesOf(tx, feedId) : []) {
    const key = linkKeyOf(url);
    // Where several articles have one address it tells none of them.
    if (key !== null) byLink.set(key, byLink.has(key) ? AMBIGUOUS : id);
  }
  const textKeys = shown.flatMap(({ row }) => row.textKey ?? []);
  const texts = textKeys.length > 0 ? await store.articlesByText(tx, feedId, textKeys) : [];
  const byText = new Map(texts.map(({ key, id }) => [key, id]));
  for (const { item, row } of shown) {
    const linked = row.linkKey === null ? undefined : byLink.get(row.linkKey);
    const id = (linked === AMBIGUOUS ? undefined : linked) ?? byText.get(row.textKey ?? '');
    if (id !== undefined) found.set(item.id, id);
  }
}

const AMBIGUOUS = 0;

interface FreshItem extends Shown {
  identity: string;
  articleId: number | null;
}

/** What is to be made, each once. What was here and is gone comes again only for who kept it. */
function freshOf(shown: readonly Shown[], articles: ReadonlyMap<string, number | null>): FreshItem[] {
  const fresh = new Map<string, FreshItem>();
  for (const { item, row } of shown) {
    const known = articles.get(item.id);
    if (known !== undefined && (known !== null || !item.isKept)) continue;
    const identity = `${item.feedId} ${row.identity}`;
    if (!fresh.has(identity)) fresh.set(identity, { item, row, identity, articleId: null });
  }
  return [...fresh.values()];
}

interface Inserting {
  now: Date;
  /** Whether its address says nothing of it: only its text finds it. */
  isWithoutAddress(one: FreshItem): boolean;
}

async function insertFresh(
  tx: Queryable,
  fresh: readonly FreshItem[],
  { now, isWithoutAddress }: Inserting,
): Promise<void> {
  if (fresh.length === 0) return;
  const inserted = await insertArticles(tx, {
    rows: Buffer.from(`[${fresh.map(({ row }) => row.row).join(',')}]`),
    feedIds: fresh.map(({ item }) => item.feedId),
    receivedAt: now,
    // As on the first poll of a feed: an archive stands where it was published, and not among the news of the week.
    sortAt: fresh.map(({ row }) => Math.min(row.publishedAt ?? now.getTime(), now.getTime())),
    fullTextFeeds: [],
  });
  for (const { place, id } of inserted) {
    const target = fresh[place];
    if (target) target.articleId = id;
  }
  const keys = fresh.flatMap((one) => {
    const { item, row, articleId } = one;
    const { tenantId } = item;
    if (articleId === null) return [];
    const key = (value: string | null, isText: boolean) =>
      value === null ? [] : [{ key: value, articleId, tenantId, isText }];
    const addresses = isWithoutAddress(one) ? [] : [...key(row.polledIdentity, false), ...key(row.linkKey, false)];
    return [...addresses, ...key(row.textKey, true)];
  });
  await store.addInboundKeys(tx, keys);
}

import { type Queryable, statement } from '@alt/database';
import type { InboundText } from './document.ts';

export interface ClaimedItem extends InboundText {
  id: string;
  feedId: number;
  /** Who had it, and their tenant. */
  readerId: number;
  tenantId: string;
  /** Who wrote it, and what they call it. */
  source: string;
  itemId: string;
  /** Kept by its reader: it comes in whatever its age, and again if it was removed. */
  isKept: boolean;
  attempts: number;
}

/** For how long items are taken. */
const INBOUND_LEASE_SECONDS = 120;

// By feeds, so that few of them are locked and looked through at a time; so many characters of HTML as one thread can bear.
const claimStatement = statement<ClaimedItem>(
  'inbound-claim',
  `with due as (
     select id, sum(coalesce(length(content_html), 0) + 1000) over (order by feed_id, id) as size
     from (
       select id, feed_id, content_html from inbound_items
       where state = 'waiting' and next_attempt_at <= now() and (claimed_until is null or claimed_until < now())
       order by feed_id, id limit $2
     ) x
   ), locked as (
     select i.id from inbound_items i
     where i.id in (select id from due where size < 4000000 union all (select id from due order by size limit 1))
       and i.state = 'waiting' and (i.claimed_until is null or i.claimed_until < now())
     order by i.id for update skip locked
   )
   update inbound_items i set claimed_by = $1, claimed_until = now() + make_interval(secs => ${INBOUND_LEASE_SECONDS}), attempts = i.attempts + 1
   from locked l where i.id = l.id
   returning i.id, i.feed_id as "feedId", i.reader_id as "readerId", i.tenant_id as "tenantId", i.source, i.item_id as "itemId", i.guid, i.url, i.title, i.author,
     i.published_at as "publishedAt", i.content_html as "contentHtml", i.enclosures,
     i.is_starred or i.labels <> '{}' as "isKept", i.attempts`,
);

/** Takes items of the inbox for two minutes, those of a feed together. */
export function claimInbound(db: Queryable, worker: string, limit: number): Promise<ClaimedItem[]> {
  return db.all(claimStatement, [worker, limit]);
}

const claimantsStatement = statement<{ worker: string; since: Date }>(
  'inbound-claimants',
  `select claimed_by as worker, max(claimed_until) - make_interval(secs => ${INBOUND_LEASE_SECONDS}) as since from inbound_items
   where state = 'waiting' and claimed_by is not null group by 1`,
);

/** Who holds items of the inbox, and since when. */
export function inboundClaimants(db: Queryable): Promise<{ worker: string; since: Date }[]> {
  return db.all(claimantsStatement);
}

const releaseStatement = statement(
  'inbound-release',
  `update inbound_items set claimed_by = null, claimed_until = null where state = 'waiting' and claimed_by = any ($1::text[])`,
);

/** Takes items away from workers that are dead. */
export function releaseInbound(db: Queryable, workers: string[]): Promise<number> {
  return db.run(releaseStatement, [workers]);
}

const postponeStatement = statement(
  'inbound-postpone',
  `update inbound_items set claimed_by = null, claimed_until = null,
     next_attempt_at = now() + make_interval(secs => least(3600, 5 * 2.0 ^ least(attempts, 10)))
   where id = any ($1::bigint[]) and claimed_by = $2 and state = 'waiting'`,
);

/** Puts items off, the longer the oftener they were tried. */
export function postponeInbound(db: Queryable, ids: string[], worker: string): Promise<number> {
  return db.run(postponeStatement, [ids, worker]);
}

export interface SoughtItem {
  feedId: number;
  tenantId: string;
  identity: string;
  apartIdentity: string;
  polledIdentity: string;
  linkKey: string | null;
  textKey: string | null;
}

const findStatement = statement<{ place: number; articleId: number | null }>(
  'inbound-find',
  `with given as materialized (
     select x.*, (ordinality - 1)::integer as place
     from rows from (json_to_recordset($1::json) as ("feedId" integer, "tenantId" uuid, identity bytea, "apartIdentity" bytea,
       "polledIdentity" bytea, "linkKey" bytea, "textKey" bytea)) with ordinality as x ("feedId", "tenantId", identity,
       "apartIdentity", "polledIdentity", "linkKey", "textKey", ordinality)
   ), own as (
     select g.place, a.id from given g join articles a on a.feed_id = g."feedId" and a.identity = g."apartIdentity"
   ), known as (
     select g.place, a.id from given g
     join articles a on a.feed_id = g."feedId" and a.identity = any (array[g.identity, g."polledIdentity"])
     where g.place not in (select place from own)
   ), brought as (
     select g.place, a.id, b.is_text
     from given g
     join inbound_keys b on b.key = any (array[g."polledIdentity", g."linkKey", g."textKey"]) and b.tenant_id = g."tenantId"
     join articles a on a.id = b.article_id and a.feed_id = g."feedId"
     where g.place not in (select place from own)
   ), buried as (
     select distinct g.place from given g
     join tombstones t on t.feed_id = g."feedId" and t.identity = any (array[g.identity, g."polledIdentity"])
   )
   select place, id as "articleId" from own
   union all
   select place, min(id) from (
     select place, id from known union all select place, id from brought where not is_text
   ) same group by place
   union all
   select place, min(id) from brought
     where place not in (select place from known union all select place from brought where not is_text)
     group by place having count(distinct id) = 1
   union all
   select place, null::bigint from buried
     where place not in (select place from own union all select place from known union all select place from brought)`,
);

/** What is here of items already: their article, or null for what was here and is gone; nothing for what is new. */
export function findInbound(tx: Queryable, items: readonly SoughtItem[]) {
  return tx.all(findStatement, [JSON.stringify(items)]);
}

const titlesStatement = statement<{ id: string; title: string; identity: string; hasSibling: boolean }>(
  'inbound-titles',
  `select m.id, a.title, '\\x' || encode(a.identity, 'hex') as identity, exists (
     select from inbound_items o
     where o.reader_id = m.reader_id and o.source = m.source and o.article_id = a.id and o.state = 'done'
       and split_part(o.item_id, '/', 1) <> split_part(m.item_id, '/', 1)) as "hasSibling"
   from json_to_recordset($1::json) as g (id bigint, "articleId" bigint)
   join inbound_items m on m.id = g.id join articles a on a.id = g."articleId"`,
);

/** What the articles that were found are called, and whether another item of the same list is that article already. */
export function foundTitles(tx: Queryable, found: readonly { id: string; articleId: number }[]) {
  return tx.all(titlesStatement, [JSON.stringify(found)]);
}

const dropAddressesStatement = statement(
  'inbound-drop-addresses',
  `delete from inbound_keys k using articles a, json_to_recordset($1::json) as g ("feedId" integer, identity bytea)
   where a.feed_id = g."feedId" and a.identity = g.identity and k.article_id = a.id and not k.is_text`,
);

/** An address that several articles have tells none of them: their texts do. */
export function dropAddresses(tx: Queryable, articles: readonly { feedId: number; identity: string }[]) {
  return tx.run(dropAddressesStatement, [JSON.stringify(articles)]);
}

const addressesStatement = statement<{ id: number; url: string }>(
  'inbound-addresses',
  `select a.id, a.url from articles a
   where a.feed_id = $1 and a.url is not null and not exists (select from inbound_keys b where b.article_id = a.id)`,
);

/** The addresses of a feed's articles, without those that no poll has shown. There is no index by address: they are all read. */
export function addressesOf(tx: Queryable, feedId: number): Promise<{ id: number; url: string }[]> {
  return tx.all(addressesStatement, [feedId]);
}

const textsStatement = statement<{ id: number; key: string }>(
  'inbound-texts',
  `select min(a.id) as id, '\\x' || encode(c.text_hash, 'hex') as key
   from articles a join article_contents c on c.article_id = a.id
   where a.feed_id = $1 and c.text_hash = any ($2::bytea[])
     and not exists (select from inbound_keys b where b.article_id = a.id)
   group by c.text_hash having count(*) = 1`,
);

/** The articles of a feed with these titles and texts, where there is just one each. */
export function articlesByText(tx: Queryable, feedId: number, keys: string[]): Promise<{ id: number; key: string }[]> {
  return tx.all(textsStatement, [feedId, keys]);
}

const addKeysStatement = statement(
  'inbound-keys',
  `insert into inbound_keys (key, article_id, tenant_id, is_text)
   select distinct x.key, x."articleId", x."tenantId", x."isText"
   from json_to_recordset($1::json) as x (key bytea, "articleId" bigint, "tenantId" uuid, "isText" boolean)
   on conflict do nothing`,
);

/** Says what finds articles that no poll has shown yet. */
export function addInboundKeys(
  tx: Queryable,
  keys: { key: string; articleId: number; tenantId: string; isText: boolean }[],
): Promise<number> {
  return tx.run(addKeysStatement, [JSON.stringify(keys)]);
}

const adoptStatement = statement('inbound-adopt', 'select adopt_inbound($1::bigint[], $2::bigint[], $3::bigint[])');

/** Articles that a poll shows now are the feed's own: of each group the first stays, and the others become it. */
export async function adoptInbound(tx: Queryable, groups: readonly (readonly number[])[]): Promise<void> {
  const pairs = groups.flatMap(([first = 0, ...doubles]) => doubles.map((double) => [double, first] as const));
  await tx.run(adoptStatement, [
    groups.map(([first]) => first),
    pairs.map(([double]) => double),
    pairs.map(([, first]) => first),
  ]);
}

export interface Verdict {
  id: string;
  articleId: number | null;
  reason: 'removed' | 'empty' | 'too-large' | null;
}

const settleStatement = statement<{ count: number }>('inbound-settle', 'select settle_inbound($1, $2) as count');

/** Says what became of claimed items, and gives their readers the entries and their states. */
export async function settleInbound(tx: Queryable, worker: string, verdicts: readonly Verdict[]): Promise<number> {
  return (await tx.one(settleStatement, [worker, JSON.stringify(verdicts)]))?.count ?? 0;
}

const arrivalsStatement = statement<{ articleId: number; readerId: number }>(
  'inbound-arrivals',
  'select article_id as "articleId", reader_id as "readerId" from inbound_arrivals($1, $2)',
);

/** To whom these verdicts will bring an entry that they do not have yet; to be asked before they are settled. */
export function inboundArrivals(tx: Queryable, worker: string, verdicts: readonly Verdict[]) {
  return tx.all(arrivalsStatement, [worker, JSON.stringify(verdicts)]);
}

const purgeStatement = statement<{ count: number }>('inbound-purge', 'select purge_inbound($1) as count');

/** Removes rows that nobody reads any more. */
export async function purgeInbound(db: Queryable, batch: number): Promise<number> {
  return (await db.one(purgeStatement, [batch]))?.count ?? 0;
}

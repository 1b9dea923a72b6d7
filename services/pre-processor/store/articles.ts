import { type Queryable, statement } from '@alt/database';

/** What the database knows of an item of a document. */
export interface KnownItem {
  /** Place among all items asked for, from 0. */
  place: number;
  /** The article; null for a tombstone. */
  id: number | null;
  /** Found by its link in the feed's last document, not by its identity. */
  isByLink: boolean;
  hasChanged: boolean;
  /** The feed now counts other comments. */
  isRecounted: boolean;
  /** Articles that came another way than by a poll, and are this item: `id` is the first of them. Null for all others. */
  inboundIds: number[] | null;
}

/** How exactly `tombstones.shown_at` is kept; forget_tombstones relies on it. */
const SHOWN_EVERY = `interval '30 days'`;

// An item is known by its identity, or by its other identity (with or without its URL, where guids repeat), or buried;
// failing these, by what it alone has in common with an article that readers brought from elsewhere; failing
// these, by its link among the articles of the last document, which is how a rewrite of guids shows.
const findItemsStatement = statement<KnownItem>(
  'find-items',
  `with given as materialized (
     select i, o, u, m, l, h, c, k, t, feed_id, (ordinality - 1)::integer as place
     from rows from (
       json_to_recordset($1::json) as (i bytea, o bytea, u text, m boolean, l text, h bytea, c integer, k bytea, t bytea),
       unnest($2::integer[])
     ) with ordinality as x (i, o, u, m, l, h, c, k, t, feed_id, ordinality)
   ), known as (
     select distinct on (g.place) g.place, a.id, a.content_hash <> g.h as "hasChanged",
       a.comment_count is distinct from g.c as "isRecounted"
     from given g join articles a on a.feed_id = g.feed_id and a.identity = any (array[g.i, g.o])
     where a.identity = g.i or not g.m or a.url is not distinct from g.u
     order by g.place, (a.identity = g.i) desc
   ), buried as (
     select g.place, t.feed_id, t.identity, t.shown_at < now() - ${SHOWN_EVERY} as is_due
     from given g join tombstones t on t.feed_id = g.feed_id and t.identity = any (array[g.i, g.o])
     where g.place not in (select place from known)
   ), shown as (
     update tombstones t set shown_at = now() from buried b
     where b.is_due and t.feed_id = b.feed_id and t.identity = b.identity
   ), brought as materialized (
     select g.place, a.id, a.content_hash <> g.h as "hasChanged", bool_and(b.is_text) as is_text
     from given g join inbound_keys b on b.key = any (array[g.i, g.o, g.k, g.t])
     join articles a on a.id = b.article_id and a.feed_id = g.feed_id
     where g.place not in (select place from known union all select place from buried)
     group by g.place, a.id, a.content_hash <> g.h
   ), same as (
     select place, min(id) as id, array_agg(id order by id) as ids from brought where not is_text group by place
     union all
     select place, min(id), array_agg(id) from brought
     where place not in (select place from brought where not is_text) group by place having count(*) = 1
   ), inbound as materialized (
     select s.place, s.id, s.ids, b."hasChanged"
     from (select *, count(*) over (partition by id) as claims from same) s
     join brought b on b.place = s.place and b.id = s.id
     where s.claims = 1
   ), documents as materialized (
     select d.feed_id, a.id, a.content_hash, regexp_replace(a.url, '^https?://(www\\.)?', '') as l
     from feed_documents d join articles a on a.id = any (d.article_ids)
     where d.feed_id in (select g.feed_id from given g
       where g.place not in (select place from known union all select place from inbound))
   ), linked as (
     select g.place, min(d.id) as id, bool_or(d.content_hash <> g.h) as "hasChanged"
     from given g join documents d on d.feed_id = g.feed_id and d.l = g.l
     where g.place not in (select place from known union all select place from inbound)
       and d.id not in (select id from known)
     group by g.place having count(*) = 1
   )
   select place, id, false as "isByLink", "hasChanged", "isRecounted", null::bigint[] as "inboundIds" from known
   union all select distinct place, null::bigint, false, false, false, null::bigint[] from buried
   union all select place, id, false, "hasChanged", false, ids from inbound
   union all select place, id, true, "hasChanged", false, null::bigint[] from linked
     where place not in (select place from buried)`,
);

/** Looks up items of documents: their keys as a JSON array, and the feed of each. */
export function findItems(tx: Queryable, keys: Uint8Array, feedIds: number[]): Promise<KnownItem[]> {
  return tx.all(findItemsStatement, [keys, feedIds]);
}

const ROW_COLUMNS = `identity bytea, url text, title text, author text, excerpt text, image_url text, comments_url text,
  language text, published_at timestamptz, updated_at timestamptz, content_hash bytea, text_hash bytea,
  content_html text, text text, enclosures jsonb, categories text[], comment_count integer, details jsonb, is_partial boolean`;

// An article whose text is all here is ready for every stage; one that is cut short is extracted first, and goes on when
// that is done (start_stages). It can be found meanwhile.
const CUT_SHORT = `array['extract', 'index']`;
const ALL_HERE = `array['cluster', 'index', 'summarise', 'tag']`;

/** What is fetched and indexed is the article with all that is said of it; the other stages read its text alone. */
const hashOf = (textHash: string) =>
  `case when s.stage in ('extract', 'index') then g.content_hash else ${textHash} end`;

const insertArticlesStatement = statement<{ place: number; id: number }>(
  'insert-articles',
  `with block as materialized (
     select allocate_article_ids(cardinality($2::integer[])) as first
   ), given as materialized (
     select r.*, b.first + cardinality($2::integer[]) - r.place as id
     from block b, rows from (
       json_to_recordset($1::json) as (${ROW_COLUMNS}), unnest($2::integer[], $4::float8[])
     ) with ordinality as r (identity, url, title, author, excerpt, image_url, comments_url, language, published_at,
       updated_at, content_hash, text_hash, content_html, text, enclosures, categories, comment_count, details,
       is_partial, feed_id, sort_seconds, place)
   ), fresh as (
     insert into articles (id, feed_id, identity, url, title, author, excerpt, image_url, comments_url, language,
         published_at, updated_at, received_at, sort_at, content_hash, comment_count)
       select id, feed_id, identity, url, title, author, excerpt, image_url, comments_url, language, published_at,
         updated_at, $3::timestamptz, to_timestamp(sort_seconds), content_hash, comment_count from given
     on conflict on constraint articles_identity_key do nothing
     returning id
   ), contents as (
     insert into article_contents (article_id, content_html, text, text_hash, enclosures, categories, details, full_state)
       select g.id, g.content_html, g.text, g.text_hash, g.enclosures, coalesce(g.categories, '{}'), g.details,
         case when g.is_partial or g.feed_id = any ($5::integer[]) then 'pending' else 'none' end
       from given g join fresh f on f.id = g.id
   ), stages as (
     insert into article_stages (article_id, stage, content_hash)
       select g.id, s.stage, ${hashOf('g.text_hash')}
       from given g join fresh f on f.id = g.id
       cross join unnest(case when g.is_partial or g.feed_id = any ($5::integer[]) then ${CUT_SHORT} else ${ALL_HERE} end)
         as s (stage)
   )
   select (g.place - 1)::integer as place, g.id from given g join fresh f on f.id = g.id`,
);

export interface NewArticles {
  /** A JSON array of article rows; the first gets the highest id. */
  rows: Uint8Array;
  feedIds: number[];
  receivedAt: Date;
  /** Milliseconds since the epoch, an article each. */
  sortAt: number[];
  /** Feeds whose articles get their full text fetched. */
  fullTextFeeds: number[];
}

/** Inserts articles with contents and stages. Answers the ids of those that were truly new, by place. */
export function insertArticles(tx: Queryable, articles: NewArticles): Promise<{ place: number; id: number }[]> {
  const { rows, feedIds, receivedAt, sortAt, fullTextFeeds } = articles;
  return tx.all(insertArticlesStatement, [
    rows,
    feedIds,
    receivedAt,
    sortAt.map((time) => time / 1_000),
    fullTextFeeds,
  ]);
}

// The stages are locked first, in the order in which their workers take them, who save contents after that: an edit of
// hundreds of articles meets those who work on them.
// All parts of a statement see the rows as they were before. A text from before there were hashes of texts is compared
// itself, and what stands for its hash stays (see article_texts). A full text that is there is fetched again with the new
// one of the feed, whoever asked for it.
const updateArticlesStatement = statement(
  'update-articles',
  `with given as materialized (
     select r.* from rows from (
       json_to_recordset($1::json) as (${ROW_COLUMNS}), unnest($2::bigint[], $3::boolean[], $4::integer[])
     ) as r (identity, url, title, author, excerpt, image_url, comments_url, language, published_at, updated_at,
       content_hash, text_hash, content_html, text, enclosures, categories, comment_count, details, is_partial, id,
       takes_identity, feed_id)
   ), locked as materialized (
     select s.article_id from article_stages s
     where s.article_id in (select g.id from given g join articles a on a.id = g.id where a.content_hash <> g.content_hash)
     order by array_position(array['extract', 'cluster', 'summarise', 'tag', 'refine', 'index'], s.stage), s.article_id
     for update
   ), edited as materialized (
     select g.id, x.is_rewritten, case when c.full_state = 'ready' then c.full_text end as full_text,
       case when x.is_rewritten then g.text_hash else coalesce(c.text_hash, a.content_hash) end as new_hash,
       x.is_rewritten and (g.is_partial or c.full_state = 'ready' or g.feed_id = any ($5::integer[])) as is_fetched
     from given g join articles a on a.id = g.id join article_contents c on c.article_id = g.id
     cross join lateral (select case when c.text_hash is null then a.title <> g.title or c.text <> g.text
       else c.text_hash <> g.text_hash end as is_rewritten) x
     where a.content_hash <> g.content_hash and (select count(*) from locked) >= 0
   ), changed as (
     update articles a set identity = case when g.takes_identity then g.identity else a.identity end, url = g.url,
       title = g.title, author = g.author, excerpt = g.excerpt, image_url = g.image_url, comments_url = g.comments_url,
       language = g.language, published_at = g.published_at, updated_at = g.updated_at, content_hash = g.content_hash,
       comment_count = g.comment_count
     from given g where a.id = g.id and (select count(*) from edited) >= 0
   ), stages as (
     insert into article_stages as t (article_id, stage, content_hash)
       select e.id, s.stage, ${hashOf('text_hash(e.new_hash, e.full_text)')}
       from edited e join given g on g.id = e.id
       cross join unnest(case when e.is_fetched then ${CUT_SHORT} when e.is_rewritten then ${ALL_HERE}
         else array['index'] end) as s (stage)
     on conflict (article_id, stage) do update
       set content_hash = excluded.content_hash, state = 'waiting', attempts = 0, next_attempt_at = now(), error = null,
         claimed_by = null, claimed_until = null
       where t.content_hash <> excluded.content_hash
   )
   update article_contents c set content_html = g.content_html, text = g.text, text_hash = e.new_hash,
     enclosures = g.enclosures, categories = coalesce(g.categories, '{}'), details = g.details,
     full_state = case when e.is_fetched and c.full_state <> 'ready' then 'pending' else c.full_state end
   from edited e join given g on g.id = e.id
   where c.article_id = e.id`,
);

export interface ChangedArticles {
  /** A JSON array of article rows. */
  rows: Uint8Array;
  ids: number[];
  /** Whether the article takes the row's identity too: its guid was rewritten. */
  takesIdentity: boolean[];
  feedIds: number[];
  fullTextFeeds: number[];
}

/** Edits articles in place: same id, same place in every list. */
export function updateArticles(tx: Queryable, articles: ChangedArticles): Promise<number> {
  const { rows, ids, takesIdentity, feedIds, fullTextFeeds } = articles;
  return tx.run(updateArticlesStatement, [rows, ids, takesIdentity, feedIds, fullTextFeeds]);
}

const skipItemsStatement = statement(
  'skip-items',
  `insert into tombstones as t (feed_id, identity)
   select distinct feed_id, identity::bytea from unnest($1::integer[], $2::text[]) as s (feed_id, identity)
   on conflict (feed_id, identity) do update set shown_at = now() where t.shown_at < now() - ${SHOWN_EVERY}`,
);

/** Remembers items that are left out for good: later polls must not take them for new. */
export function skipItems(tx: Queryable, feedIds: number[], identities: string[]): Promise<number> {
  return tx.run(skipItemsStatement, [feedIds, identities]);
}

const deliverStatement = statement('deliver-all', 'select deliver_all($1::bigint[], $2::bigint[])');

/** Makes entries of new articles and raises the revision of changed ones. Holds readers: the last statement. */
export function deliver(tx: Queryable, newArticles: number[], changedArticles: number[]): Promise<number> {
  return tx.run(deliverStatement, [newArticles, changedArticles]);
}

/** To so many subscribers of a feed its news come at once, in the order of their ids; to the others in batches. */
export const DELIVERED_AT_ONCE = 200;

export interface Delivery {
  id: number;
  feedId: number;
  articleIds: number[];
  afterReaderId: number;
}

const takeDeliveryStatement = statement<Delivery>(
  'take-delivery',
  `select id, feed_id as "feedId", article_ids as "articleIds", after_reader_id as "afterReaderId" from take_delivery()`,
);

/** What was left of a delivery to very many readers, held until the end of the transaction; null where nothing is left. */
export function takeDelivery(tx: Queryable): Promise<Delivery | null> {
  return tx.one(takeDeliveryStatement);
}

const continueDeliveryStatement = statement('continue-delivery', 'select continue_delivery($1, $2)');

/** Serves the next so many readers of a delivery that was taken. */
export async function continueDelivery(tx: Queryable, id: number, batch: number): Promise<void> {
  await tx.run(continueDeliveryStatement, [id, batch]);
}

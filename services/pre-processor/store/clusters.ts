import { type Queryable, statement } from '@alt/database';

export interface ClusterText {
  articleId: number;
  feedId: number;
  /** That of a private feed, whose articles are compared with nothing. */
  tenantId: string | null;
  title: string;
  url: string | null;
  language: string | null;
  text: string;
  sortAt: Date;
}

const loadTextsStatement = statement<ClusterText>(
  'cluster-texts',
  `select article_id as "articleId", feed_id as "feedId", tenant_id as "tenantId", title, url, language,
     left(text, 20000) as text, sort_at as "sortAt"
   from article_texts($1)`,
);

/** The texts of articles, as far as they are compared. */
export function loadTexts(db: Queryable, articleIds: number[]): Promise<ClusterText[]> {
  return db.all(loadTextsStatement, [articleIds]);
}

const saveKeysStatement = statement(
  'cluster-keys',
  `with given as materialized (
     select distinct key, article_id from unnest($2::bigint[], $3::bigint[]) as g (key, article_id)
   ), outdated as (
     delete from article_keys k where k.article_id = any ($1::bigint[])
       and not exists (select from given g where g.key = k.key and g.article_id = k.article_id)
   )
   insert into article_keys (key, article_id) select key, article_id from given order by key, article_id
   on conflict do nothing`,
);

/** What articles are found by, instead of what they were found by before; pairs of a key and an article. */
export async function saveKeys(db: Queryable, articleIds: number[], keys: { key: number; articleId: number }[]) {
  await db.run(saveKeysStatement, [articleIds, keys.map(({ key }) => key), keys.map(({ articleId }) => articleId)]);
}

export interface Candidate {
  articleId: number;
  otherId: number;
  otherFeedId: number;
  isSameAddress: boolean;
  /** They share keys of their texts. */
  isNearText: boolean;
  isSameFeed: boolean;
}

/** Newer articles first; a key that more have says little. */
const ARTICLES_OF_A_KEY = 24;
const CANDIDATES = 8;

// Each key is a short stretch of the index, however many have it. Articles of the same feed are answered, from any time,
// because they show what a feed writes under all of its articles, and what it means by an address.
const findCandidatesStatement = statement<Candidate>(
  'cluster-candidates',
  `with shared as materialized (
     select g.article_id, k.article_id as other_id, sum(g.weight) as weight, bool_or(g.is_address) as is_address,
       count(*) filter (where g.is_text) >= 2 as is_near_text
     from unnest($1::bigint[], $2::bigint[], $3::integer[], $4::boolean[], $5::boolean[])
       as g (key, article_id, weight, is_address, is_text)
     cross join lateral (
       select x.article_id from article_keys x where x.key = g.key and x.article_id <> g.article_id
       order by x.article_id desc limit ${ARTICLES_OF_A_KEY}
     ) k
     group by g.article_id, k.article_id having sum(g.weight) >= $6
   ), near as (
     select s.*, b.feed_id as other_feed_id, a.feed_id = b.feed_id as is_same_feed,
       row_number() over (partition by s.article_id, a.feed_id = b.feed_id order by s.weight desc, s.other_id desc) as place
     from shared s
     cross join lateral (select x.feed_id, x.sort_at from articles x where x.id = s.article_id limit 1) a
     cross join lateral (select x.feed_id, x.sort_at from articles x where x.id = s.other_id limit 1) b
     where a.feed_id = b.feed_id or abs(extract(epoch from a.sort_at - b.sort_at)) <= $7
   )
   select article_id as "articleId", other_id as "otherId", other_feed_id as "otherFeedId", is_address as "isSameAddress",
     is_near_text as "isNearText", is_same_feed as "isSameFeed"
   from near where place <= ${CANDIDATES}`,
);

export interface WantedKey {
  key: number;
  articleId: number;
  weight: number;
  isAddress: boolean;
  isText: boolean;
}

/** Articles that share keys of at least such a weight with one of these, within so many seconds or in the same feed. */
export function findCandidates(
  db: Queryable,
  keys: WantedKey[],
  limits: { weight: number; windowSeconds: number },
): Promise<Candidate[]> {
  return db.all(findCandidatesStatement, [
    keys.map(({ key }) => key),
    keys.map(({ articleId }) => articleId),
    keys.map(({ weight }) => weight),
    keys.map(({ isAddress }) => isAddress),
    keys.map(({ isText }) => isText),
    limits.weight,
    limits.windowSeconds,
  ]);
}

/** Whoever changes clusters goes alone; it takes a few milliseconds for a batch. */
const lockStatement = statement('cluster-lock', 'select pg_advisory_xact_lock(7204653)');

export async function lockClusters(tx: Queryable): Promise<void> {
  await tx.run(lockStatement);
}

export interface Member {
  articleId: number;
  clusterId: number;
  feedId: number;
  firstAt: Date;
}

const loadMembersStatement = statement<Member>(
  'cluster-members',
  `select m.article_id as "articleId", m.cluster_id as "clusterId", a.feed_id as "feedId", c.first_at as "firstAt"
   from clusters c
   join cluster_members m on m.cluster_id = c.id
   join articles a on a.id = m.article_id
   where c.id in (select x.cluster_id from cluster_members x where x.article_id = any ($1::bigint[]))`,
);

/** All members of the clusters that these articles are in. */
export function loadMembers(tx: Queryable, articleIds: number[]): Promise<Member[]> {
  return tx.all(loadMembersStatement, [articleIds]);
}

const insertClustersStatement = statement<{ id: number }>(
  'cluster-insert',
  'insert into clusters (first_at) select x from unnest($1::timestamptz[]) x returning id',
);

export async function insertCluster(tx: Queryable, firstAt: Date): Promise<number> {
  const row = await tx.one(insertClustersStatement, [[firstAt]]);
  if (!row) throw new Error('a cluster was not made');
  return row.id;
}

const saveMembersStatement = statement(
  'cluster-join',
  `insert into cluster_members (article_id, cluster_id, reason)
     select g.* from unnest($1::bigint[], $2::bigint[], $3::text[]) as g (article_id, cluster_id, reason)
     join articles a on a.id = g.article_id for key share of a
   on conflict (article_id) do update set cluster_id = excluded.cluster_id`,
);

export async function saveMembers(tx: Queryable, members: { articleId: number; clusterId: number; reason: string }[]) {
  await tx.run(saveMembersStatement, [
    members.map(({ articleId }) => articleId),
    members.map(({ clusterId }) => clusterId),
    members.map(({ reason }) => reason),
  ]);
}

const deleteClustersStatement = statement(
  'cluster-delete',
  `delete from clusters c where c.id = any ($1::bigint[])
     and not exists (select from cluster_members m where m.cluster_id = c.id)`,
);

/** Clusters whose members went over to another one. */
export async function deleteEmptied(tx: Queryable, clusterIds: number[]): Promise<void> {
  await tx.run(deleteClustersStatement, [clusterIds]);
}

const foldSoonStatement = statement('cluster-fold-soon', 'select fold_soon($1::bigint[])');
const markStatement = statement('cluster-mark-for-index', 'select mark_for_index($1::bigint[])');

/** Lets readers see one entry of each of these, and the index know of the articles that joined. */
export async function tellReaders(tx: Queryable, clusterIds: number[], joined: number[]): Promise<void> {
  await tx.run(markStatement, [joined]);
  await tx.run(foldSoonStatement, [clusterIds]);
}

const foldNextStatement = statement<{ folded: number | null }>('fold-next', 'select fold_next($1) as folded');

/** Folds a batch of readers of one cluster; answers how many entries changed, null when nothing waits. */
export async function foldNext(db: Queryable, readers: number): Promise<number | null> {
  return (await db.one(foldNextStatement, [readers]))?.folded ?? null;
}

// Article ids are the microseconds of their allocation. The limit is in the text: the planner has to know that it is few.
const PRUNE_BATCH = 1_000;
const pruneStatement = statement(
  'cluster-prune',
  `delete from article_keys k using (
     select x.key, x.article_id from article_keys x
     where x.article_id < (extract(epoch from now() - make_interval(days => $1)) * 1000000)::bigint
     order by x.article_id limit ${PRUNE_BATCH}
   ) old where k.key = old.key and k.article_id = old.article_id`,
);

/** Forgets what articles older than so many days are found by, a batch; answers how many keys went. */
export function pruneKeys(db: Queryable, days: number): Promise<number> {
  return db.run(pruneStatement, [days]);
}

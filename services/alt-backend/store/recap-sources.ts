import { type Queryable, statement } from '@alt/database';
import { SHOWN_TAG } from './tags.ts';

/** An article that stands for its story, with what the reader has and did of the whole story. */
export interface StoryHead {
  id: number;
  /** The newest of its articles. */
  newestAt: Date;
  articleCount: number;
  feedCount: number;
  starredCount: number;
  readCount: number;
}

/** Of a week that brings more, the newest. */
const ENTRIES_MAXIMUM = 20_000;
/** Published longer before it arrived, it is news of then and not of now: the first document of a new feed. */
const LATE = `interval '48 hours'`;
const ARRIVED = `case when e.received_at - e.sort_at > ${LATE} then e.sort_at else e.received_at end`;

const selectHeads = statement<StoryHead>(
  'recap_heads',
  `with listed as materialized (
     select e.article_id, e.feed_id, e.is_starred,
       e.is_read or is_covered(e.revision, e.received_at, c.read_through, c.read_before) as is_read,
       ${ARRIVED} as arrived_at
     from ((${between('is_read')}) union all (${between('not is_read')}) order by sort_at desc limit ${ENTRIES_MAXIMUM}) e
     join counters c on c.reader_id = e.reader_id and c.feed_id = e.feed_id
     where ${ARRIVED} >= $2 and ${ARRIVED} < $3
   ), folded as materialized (
     select m.folded_into, m.feed_id, m.is_starred, m.is_read, ${ARRIVED.replaceAll('e.', 'm.')} as arrived_at
     from entries m where m.reader_id = $1 and m.folded_into in (select article_id from listed)
   ), members as (
     select article_id as head, feed_id, is_starred, is_read, arrived_at, false as is_folded from listed
     union all
     select folded_into, feed_id, is_starred, is_read, arrived_at, true from folded
   ), stories as (
     -- What a reader keeps is not folded: it is of the same story all the same, unless they split it.
     select m.*, coalesce(c.cluster_id, -m.head) as story
     from members m
     left join cluster_members c on c.article_id = m.head
       and not exists (select from entry_splits x where x.reader_id = $1 and x.article_id = m.head)
   )
   select (array_agg(head order by is_folded desc, is_starred desc, head))[1] as id, max(arrived_at) as "newestAt",
     count(*)::int as "articleCount", count(distinct feed_id)::int as "feedCount",
     count(*) filter (where is_starred)::int as "starredCount", count(*) filter (where is_read)::int as "readCount"
   from stories group by story`,
);

/** Read and unread entries lie apart in their index; `sort_at` is never later than receipt. */
function between(condition: string): string {
  return `select * from entries where reader_id = $1 and is_listed and feed_id > 0 and ${condition}
    and sort_at >= $2::timestamptz - ${LATE} and sort_at < $3::timestamptz
    order by sort_at desc limit ${ENTRIES_MAXIMUM}`;
}

/** The stories of a time, from the reader's lists: each once, in the time in which the article that stands for it came. */
export function storyHeads(tx: Queryable, readerId: number, from: Date, to: Date): Promise<StoryHead[]> {
  return tx.all(selectHeads, [readerId, from, to]);
}

const selectTags = statement<{ id: number; tags: string[] }>(
  'recap_tags',
  `select w.id, array(select t.name from article_tags n join tags t on t.id = n.tag_id
     where n.article_id = w.id and ${SHOWN_TAG} order by n.score desc) as tags
   from unnest($1::bigint[]) as w (id)`,
);

export async function tagsOf(tx: Queryable, ids: number[]): Promise<Map<number, string[]>> {
  return new Map((await tx.all(selectTags, [ids])).map(({ id, tags }) => [id, tags]));
}

const selectInterests = statement<{ name: string }>(
  'recap_interests',
  `select t.name
   from (select article_id, is_starred, read_at from entries where reader_id = $1 order by revision desc limit 1000) e
   join article_tags n on n.article_id = e.article_id
   join tags t on t.id = n.tag_id and ${SHOWN_TAG}
   where e.is_starred or e.read_at is not null
   group by t.id, t.name having count(*) >= 2
   order by sum(case when e.is_starred then 3 else 1 end) desc, t.name limit 30`,
);

/** Tags of what the reader opened and starred lately, the most frequent first. */
export async function interestsOf(tx: Queryable, readerId: number): Promise<string[]> {
  return (await tx.all(selectInterests, [readerId])).map(({ name }) => name);
}

export interface StoryArticle {
  headId: number;
  id: number;
  title: string;
  url: string | null;
  /** Of the text that is given. */
  language: string | null;
  /** The summary that the reader sees, else the beginning of the text. */
  text: string;
  feedId: number;
  feedTitle: string;
}

const selectArticles = statement<StoryArticle>(
  'recap_articles',
  `with members as materialized (
     select w.id as head_id, w.place, member.* from unnest($2::bigint[]) with ordinality as w (id, place)
     cross join lateral (
       (select w.id as article_id, true as is_head)
       union all
       (select e.article_id, false from entries e
         where e.reader_id = $1 and e.folded_into = w.id order by e.sort_at, e.article_id limit $3)
     ) member
   )
   select w.head_id as "headId", a.id, a.title, a.url, a.feed_id as "feedId",
     case when y.summary is null then a.language else coalesce(y.language, a.language) end as language,
     coalesce(s.title, f.title, f.url) as "feedTitle",
     coalesce(y.summary,
       left(case when x.full_state = 'ready' then coalesce(x.full_text, x.text) else x.text end, 1200)) as text
   from members w
   join articles a on a.id = w.article_id
   left join entry_summaries(array(select article_id from members)) y on y.article_id = a.id
   join article_contents x on x.article_id = a.id
   join feeds f on f.id = a.feed_id
   left join subscriptions s on s.reader_id = $1 and s.feed_id = a.feed_id
   order by w.place, not w.is_head, a.id`,
);

/** The articles of stories, those that stand for them first, and of each at most `others` more. */
export function storyArticles(
  tx: Queryable,
  readerId: number,
  headIds: number[],
  others: number,
): Promise<StoryArticle[]> {
  return tx.all(selectArticles, [readerId, headIds, others]);
}

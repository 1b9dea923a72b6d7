import type { SearchFacet } from '@alt/contracts';
import { type Queryable, type Statement, statement } from '@alt/database';
import { SHOWN_TAG } from './tags.ts';

export interface FacetValue {
  value: string;
  title: string;
  count: number;
}

/** So many values of each facet are answered. */
const VALUES_MAXIMUM = 100;

const ENTRIES = `(
    select e.article_id, e.feed_id, e.sort_at from entries e
    where e.article_id = any($2::bigint[]) and e.reader_id = $1 and e.is_listed offset 0
  ) e`;

const statements: Record<SearchFacet, Statement<FacetValue>> = {
  feed: statement(
    'facet_feeds',
    `select x.feed_id::text as value, coalesce(s.title, f.title, f.url) as title, x.count::int
     from (select e.feed_id, count(*) from ${ENTRIES} group by 1 order by 2 desc, 1 limit ${VALUES_MAXIMUM}) x
     join feeds f on f.id = x.feed_id
     left join subscriptions s on s.reader_id = $1 and s.feed_id = x.feed_id
     order by x.count desc, x.feed_id`,
  ),
  tag: statement(
    'facet_tags',
    `select t.name as value, t.name as title, x.count::int
     from (
       select n.tag_id, count(*) from ${ENTRIES}
       cross join lateral (select n.tag_id from article_tags n where n.article_id = e.article_id offset 0) n
       group by 1 order by 2 desc, 1 limit ${VALUES_MAXIMUM}
     ) x
     join tags t on t.id = x.tag_id and ${SHOWN_TAG}
     order by x.count desc, t.name`,
  ),
  language: statement(
    'facet_languages',
    `select coalesce(x.language, 'und') as value, coalesce(x.language, 'und') as title, x.count::int
     from (
       select l.language, count(*) from held_languages($2) l where $1::int is not null
       group by 1 order by 2 desc, 1 limit ${VALUES_MAXIMUM}
     ) x
     order by x.count desc, 1`,
  ),
  day: statement(
    'facet_days',
    `select to_char(x.day, 'YYYY-MM-DD') as value, to_char(x.day, 'YYYY-MM-DD') as title, x.count::int
     from (
       select date_trunc('day', e.sort_at, 'UTC') at time zone 'UTC' as day, count(*) from ${ENTRIES}
       group by 1 order by 2 desc, 1 desc limit ${VALUES_MAXIMUM}
     ) x
     order by x.count desc, x.day desc`,
  ),
};

/** The most frequent values among these entries of the reader's, a list for each facet. */
export async function countFacets(
  tx: Queryable,
  readerId: number,
  ids: readonly number[],
  facets: readonly SearchFacet[],
): Promise<Partial<Record<SearchFacet, FacetValue[]>>> {
  const counted: Partial<Record<SearchFacet, FacetValue[]>> = {};
  for (const facet of facets) counted[facet] = await tx.all(statements[facet], [readerId, ids]);
  return counted;
}

import type { EntryLocation, EntryPodcast, EntrySummary, PageDetails } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';
import { ALSO_IN, type AlsoIn } from './stories.ts';
import { SUMMARY, SUMMARY_TABLE } from './summaries.ts';
import { SHOWN_TAG } from './tags.ts';

export interface EntryDetails {
  id: number;
  title: string;
  url: string | null;
  author: string | null;
  publishedAt: Date | null;
  excerpt: string;
  imageUrl: string | null;
  feedTitle: string;
  labels: string[];
  tags: string[];
  summary: EntrySummary;
  alsoIn: AlsoIn[];
}

const DETAILS = `a.id, a.title, a.url, a.author, a.published_at as "publishedAt", a.excerpt, a.image_url as "imageUrl",
  coalesce(s.title, f.title, f.url) as "feedTitle",
  array(select l.name from entry_labels n join labels l on l.id = n.label_id
    where n.article_id = a.id and n.reader_id = $1 order by 1) as labels,
  array(select t.name from article_tags n join tags t on t.id = n.tag_id
    where n.article_id = a.id and ${SHOWN_TAG} order by n.score desc) as tags,
  ${SUMMARY} as summary,
  ${ALSO_IN} as "alsoIn"`;
const DETAIL_TABLES = `articles a join feeds f on f.id = a.feed_id
  left join subscriptions s on s.reader_id = $1 and s.feed_id = a.feed_id
  ${SUMMARY_TABLE}`;

const selectDetails = statement<EntryDetails>(
  'entry_details',
  `select ${DETAILS} from ${DETAIL_TABLES} where a.id = any($2::bigint[])`,
);

/** What a list shows of each article, by id. */
export async function entryDetails(tx: Queryable, readerId: number, ids: number[]): Promise<Map<number, EntryDetails>> {
  const rows = await tx.all(selectDetails, [readerId, ids]);
  return new Map(rows.map((row) => [row.id, row]));
}

export interface EntryState {
  id: number;
  feedId: number;
  sortAt: Date;
  receivedAt: Date;
  isRead: boolean;
  isStarred: boolean;
}

const STATE = `e.article_id as id, e.feed_id as "feedId", e.sort_at as "sortAt", e.received_at as "receivedAt",
  e.is_read or is_covered(e.revision, e.received_at, c.read_through, c.read_before) as "isRead",
  e.is_starred as "isStarred"`;
const STATE_TABLES = 'entries e join counters c on c.reader_id = e.reader_id and c.feed_id = e.feed_id';

const selectState = statement<EntryState>(
  'entry_state',
  `select ${STATE} from ${STATE_TABLES} where e.reader_id = $1 and e.article_id = $2`,
);

export function entryState(tx: Queryable, readerId: number, id: number): Promise<EntryState | null> {
  return tx.one(selectState, [readerId, id]);
}

export interface EntryContent {
  contentHtml: string;
  enclosures: {
    url: string;
    type: string | null;
    length: number | null;
    durationSeconds: number | null;
    title: string | null;
  }[];
  /** As the tenant's selectors leave it, where there are any. */
  fullHtml: string | null;
  fullDetails: PageDetails | null;
  fullState: 'none' | 'pending' | 'ready' | 'failed';
  fullCode: string | null;
  fullReason: string | null;
  commentsUrl: string | null;
  commentCount: number | null;
  /** What pre-processor keeps of a feed's namespaces; null for most articles. */
  details: {
    commentsFeedUrl: string | null;
    inReplyTo: { guid: string | null; url: string | null } | null;
    location: EntryLocation | null;
    podcast: EntryPodcast | null;
  } | null;
}

const selectContent = statement<EntryContent>(
  'entry_content',
  `select x.content_html as "contentHtml", x.enclosures, coalesce(v.html, x.full_html) as "fullHtml", x.full_details as "fullDetails", x.full_state as "fullState",
     case when x.full_state = 'failed' then x.full_code end as "fullCode",
     x.full_reason as "fullReason", a.comments_url as "commentsUrl", a.comment_count as "commentCount", x.details
   from article_contents x join articles a on a.id = x.article_id
   left join article_variants v on v.article_id = x.article_id and v.tenant_id = current_tenant_id()
   where x.article_id = $1`,
);

export function entryContent(tx: Queryable, id: number): Promise<EntryContent | null> {
  return tx.one(selectContent, [id]);
}

const updateState = statement<{ id: number; sortAt: Date }>(
  'entries_update',
  `update entries e set
     is_read = coalesce($3::bool, e.is_read or e.folded_into is null and is_covered(e.revision, e.received_at, c.read_through, c.read_before)),
     read_at = case when $3::bool is null then e.read_at when $3 then coalesce(e.read_at, now()) end,
     is_starred = coalesce($4::bool, e.is_starred),
     revision = $5
   from counters c
   where e.reader_id = $1 and e.article_id = any($2::bigint[]) and c.reader_id = $1 and c.feed_id = e.feed_id
   returning e.article_id as id, e.sort_at as "sortAt"`,
);

/** Sets read and starred where given; answers the entries that are the reader's. */
export function updateEntries(
  tx: Queryable,
  readerId: number,
  ids: number[],
  change: { isRead: boolean | null; isStarred: boolean | null },
  revision: number,
) {
  return tx.all(updateState, [readerId, ids, change.isRead, change.isStarred, revision]);
}

const callFullText = statement<{ isDone: boolean }>('entry_full_text', 'select request_full_text($1) as "isDone"');

export async function requestFullText(tx: Queryable, id: number): Promise<boolean> {
  return (await tx.one(callFullText, [id]))?.isDone ?? false;
}

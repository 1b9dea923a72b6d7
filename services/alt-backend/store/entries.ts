import type { AlsoIn, EntryLocation, EntryPodcast, EntrySummary, PageDetails } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';
import { SUMMARY } from './summaries.ts';

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

const selectDetails = statement<EntryDetails>(
  'entry_details',
  `select c.id, c.title, c.url, c.author, c.published_at as "publishedAt", c.excerpt, c.image_url as "imageUrl",
     c.feed_title as "feedTitle", c.labels, c.tags, c.also_in as "alsoIn", ${SUMMARY} as summary
   from entry_cards($1::bigint[]) c left join entry_summaries($1::bigint[]) y on y.article_id = c.id`,
);

/** What a list shows of each article that the transaction's reader has, by id. */
export async function entryDetails(tx: Queryable, ids: number[]): Promise<Map<number, EntryDetails>> {
  const rows = await tx.all(selectDetails, [ids]);
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
  e.is_read or e.hidden_reason is null and is_covered(e.revision, e.received_at, c.read_through, c.read_before) as "isRead",
  e.is_starred as "isStarred"`;
const STATE_TABLES = 'entries e join counters c on c.reader_id = e.reader_id and c.feed_id = e.feed_id';

const selectState = statement<EntryState & { isHidden: boolean }>(
  'entry_state',
  `select ${STATE}, e.hidden_reason is not null as "isHidden" from ${STATE_TABLES} where e.reader_id = $1 and e.article_id = $2`,
);

export function entryState(
  tx: Queryable,
  readerId: number,
  id: number,
): Promise<(EntryState & { isHidden: boolean }) | null> {
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

/** An entry before and after an update. */
export interface UpdatedEntry {
  id: number;
  sortAt: Date;
  feedId: number;
  wasRead: boolean;
  isRead: boolean;
  wasStarred: boolean;
  isStarred: boolean;
}

const updateState = statement<UpdatedEntry>(
  'entries_update',
  `update entries e set
     is_read = coalesce($3::bool, e.is_read or e.is_listed and is_covered(e.revision, e.received_at, c.read_through, c.read_before)),
     read_at = case when $3::bool is null then e.read_at when $3 then coalesce(e.read_at, now()) end,
     is_starred = coalesce($4::bool, e.is_starred),
     hidden_reason = case when $6::bool is null then e.hidden_reason when $6 then coalesce(e.hidden_reason, 'reader') end,
     -- What is shown again comes to clients as new.
     arrival_revision = case when not $6 and e.hidden_reason is not null then $5 else e.arrival_revision end,
     revision = $5
   from counters c
   where e.reader_id = $1 and e.article_id = any($2::bigint[]) and c.reader_id = $1 and c.feed_id = e.feed_id
   returning e.article_id as id, e.sort_at as "sortAt", e.feed_id as "feedId",
     old.is_read or old.is_listed and is_covered(old.revision, old.received_at, c.read_through, c.read_before) as "wasRead",
     new.is_read as "isRead", old.is_starred as "wasStarred", new.is_starred as "isStarred"`,
);

/** Sets read, starred and hidden where given; answers the entries that are the reader's. */
export function updateEntries(
  tx: Queryable,
  readerId: number,
  ids: number[],
  change: { isRead: boolean | null; isStarred: boolean | null; isHidden?: boolean | null },
  revision: number,
) {
  return tx.all(updateState, [readerId, ids, change.isRead, change.isStarred, revision, change.isHidden ?? null]);
}

const callFullText = statement<{ isDone: boolean }>('entry_full_text', 'select request_full_text($1) as "isDone"');

export async function requestFullText(tx: Queryable, id: number): Promise<boolean> {
  return (await tx.one(callFullText, [id]))?.isDone ?? false;
}

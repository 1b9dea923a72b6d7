import { type Queryable, statement } from '@alt/database';

/** An article that a reader had elsewhere, as it goes into the inbox. Nothing of it need be clean: pre-processor cleans it. */
export interface InboundItem {
  feedId: number;
  /** What the source calls it; the same one is taken once. */
  itemId: string;
  /** The guid that the feed gives it, where the source tells. */
  guid?: string | null;
  url: string | null;
  /** Plain text, or with entities. */
  title: string | null;
  author?: string | null;
  /** RFC 3339. */
  publishedAt: string | null;
  contentHtml: string | null;
  enclosures?: { url: string; type: string | null; length: number | null }[];
  /** The state that it had there. */
  isRead: boolean;
  isStarred: boolean;
  labels: string[];
}

export interface InboundResult {
  itemId: string;
  /**
   * `done`: the reader has it, as `articleId`. `skipped`: they do not, because they do not follow the feed and had not kept
   * it (`not-followed`), or because it was here and is gone (`removed`). `failed`: it cannot be an article (`empty`, `too-large`).
   */
  state: 'waiting' | 'done' | 'skipped' | 'failed';
  articleId: number | null;
  reason: string | null;
}

/** Heard by who works the inbox: something is in it. */
export const INBOUND_CHANNEL = 'alt_inbound';
/** Heard by who wrote into it: some of it has become articles. */
export const SETTLED_CHANNEL = 'alt_inbound_settled';
/** The database refuses longer ones. */
export const INBOUND_HTML_LENGTH = 1_000_000;

const callReceive = statement<{ count: number }>('inbound_receive', 'select receive_inbound($1, $2) as count');

/**
 * Puts items into the inbox of the present reader (`asReader`), in the transaction of `tx`. Those of the same source that are
 * there already stay as they are; answers how many are new. `source` names the writer: 'inoreader', 'import/<id>'.
 */
export async function writeInbound(tx: Queryable, source: string, items: readonly InboundItem[]): Promise<number> {
  if (items.length === 0) return 0;
  const rows = items.map((item) => ({
    ...item,
    guid: item.guid?.slice(0, 2_000) ?? null,
    url: item.url?.slice(0, 4_096) ?? null,
    title: item.title?.slice(0, 5_000) ?? null,
    author: item.author?.slice(0, 1_000) ?? null,
    publishedAt: timeOf(item.publishedAt),
    contentHtml: item.contentHtml?.slice(0, INBOUND_HTML_LENGTH) ?? null,
    labels: item.labels.map(labelName).filter((name) => name !== ''),
  }));
  // Postgres stores neither U+0000 nor half a character.
  const json = JSON.stringify(rows, (_key, value: unknown) =>
    typeof value === 'string' ? value.replaceAll('\0', '').toWellFormed() : value,
  );
  return (await tx.one(callReceive, [source, json]))?.count ?? 0;
}

/** Null for what no calendar of ours reaches. */
function timeOf(text: string | null): string | null {
  const time = text === null ? Number.NaN : Date.parse(text);
  return time > 0 && time < LATEST_TIME ? new Date(time).toISOString() : null;
}

const LATEST_TIME = Date.UTC(2200, 0, 1);

/** As alt-backend takes the names of labels. */
function labelName(name: string): string {
  return name
    .normalize('NFC')
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim()
    .slice(0, 100)
    .toWellFormed();
}

const selectSettled = statement<InboundResult>(
  'inbound_settled',
  `select item_id as "itemId", state, article_id as "articleId", reason from inbound_items
   where reader_id = current_reader_id() and source = $1 and state <> 'waiting' order by id limit $2`,
);

/** What became of items of a source of the present reader: the oldest so many that are settled. */
export function settledInbound(tx: Queryable, source: string, limit: number): Promise<InboundResult[]> {
  return tx.all(selectSettled, [source, limit]);
}

const selectCounts = statement<{ state: InboundResult['state']; reason: string | null; count: number }>(
  'inbound_counts',
  `select state, reason, count(*)::int as count from inbound_items
   where reader_id = current_reader_id() and source = $1 group by state, reason`,
);

/** How many items of a source of the present reader stand how. */
export function countInbound(tx: Queryable, source: string) {
  return tx.all(selectCounts, [source]);
}

const deleteSettled = statement(
  'inbound_forget',
  `delete from inbound_items where reader_id = current_reader_id() and source = $1 and state <> 'waiting'
     and item_id = any ($2::text[])`,
);

/** Forgets settled items once their writer knows what became of them; what is kept goes by itself after 30 days. */
export function forgetInbound(tx: Queryable, source: string, itemIds: readonly string[]): Promise<number> {
  return tx.run(deleteSettled, [source, itemIds]);
}

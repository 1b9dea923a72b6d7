import type { Database, Queryable } from '@alt/database';
import type { FeedDocument } from './document.ts';
import type { Feed, FeedUpdate } from './feed.ts';
import { adoptInbound } from './inbound/store.ts';
import { type Answer, afterDocument, afterPush } from './outcome.ts';
import { judgeArrivals } from './rules/arriving.ts';
import { actByRules, type RuleDeed } from './rules/store.ts';
import {
  DELIVERED_AT_ONCE,
  deliver,
  findItems,
  insertArticles,
  type KnownItem,
  skipItems,
  updateArticles,
} from './store/articles.ts';
import { completePolls, type LockedFeed, lockFeeds } from './store/polls.ts';

/** A document that was read, and the answer that brought it. */
export interface StoreTask {
  feed: Feed;
  answer: Answer;
  document: FeedDocument;
  /** Brought by a hub: news only, and no answer to a poll. */
  isPush?: boolean;
}

/** What became of a document; null if the feed was no longer this worker's, and nothing was done. */
export type StoreResult = { newCount: number; changedCount: number; wantsFullText: boolean; update: FeedUpdate } | null;

/**
 * Stores any number of documents in one transaction of at most six statements, nine where readers have rules. Either
 * everything of all of them is there afterwards, or nothing. `worker` holds the feeds' leases; null stores whoever holds them.
 */
export function storeDocuments(
  database: Database,
  tasks: readonly StoreTask[],
  worker: string | null,
): Promise<StoreResult[]> {
  return database.transaction((tx) => storeIn(tx, tasks, worker), { retry: true });
}

async function storeIn(tx: Queryable, tasks: readonly StoreTask[], worker: string | null): Promise<StoreResult[]> {
  const locked = await lockFeeds(
    tx,
    tasks.map(({ feed }) => feed.id),
    worker,
  );
  const lockedById = new Map(locked.map((feed) => [feed.id, feed]));
  const mine = tasks.filter(({ feed }) => lockedById.has(feed.id));
  if (mine.length === 0) return tasks.map(() => null);
  const now = locked[0]?.now ?? new Date();
  const drafts = await draftDocuments(tx, mine);
  const fullTextFeeds = locked.filter((feed: LockedFeed) => feed.wantsFullText).map(({ id }) => id);
  await insertNew(tx, drafts, { now, fullTextFeeds });
  await updateChanged(tx, drafts, fullTextFeeds);
  await adopt(tx, drafts);
  await skipOld(tx, mine);
  const updates = new Map(drafts.map((draft) => [draft.task.feed.id, updateOf(draft, now)]));
  await completePolls(tx, [...updates.values()], worker);
  const newIds = drafts.flatMap(arrivedIds);
  const changedIds = drafts.flatMap(({ changes }) => changes.filter(({ isEdit }) => isEdit).map(({ id }) => id));
  const deeds = locked[0]?.hasRules ? await judgeNew(tx, drafts) : [];
  if (newIds.length + changedIds.length > 0) await deliver(tx, newIds, changedIds);
  await actByRules(tx, deeds);
  const draftByFeed = new Map(drafts.map((draft) => [draft.task.feed.id, draft]));
  return tasks.map(({ feed }) => {
    const draft = draftByFeed.get(feed.id);
    const update = updates.get(feed.id);
    if (!draft || !update) return null;
    const wantsFullText = lockedById.get(feed.id)?.wantsFullText ?? false;
    return { newCount: draft.insertedIds.length, changedCount: changedCount(draft), wantsFullText, update };
  });
}

/** After the feeds have got their titles, by which rules may ask for them. */
async function judgeNew(tx: Queryable, drafts: readonly Draft[]): Promise<RuleDeed[]> {
  const fresh = drafts.filter((draft) => arrivedIds(draft).length > 0);
  if (fresh.length === 0) return [];
  const arrived = { feedIds: fresh.map(({ task }) => task.feed.id), articleIds: fresh.flatMap(arrivedIds) };
  return judgeArrivals(tx, arrived, { afterReaderId: 0, limit: DELIVERED_AT_ONCE });
}

/** What is new to those who follow the feed: also what one reader had brought before the feed showed it. */
function arrivedIds({ insertedIds, adopted }: Draft): number[] {
  return [...insertedIds, ...adopted.flatMap(([id = 0]) => id)];
}

function changedCount({ changes }: Draft): number {
  return changes.filter(({ isRecount }) => !isRecount).length;
}

/** A document beside what the database knows of its items. */
interface Draft {
  task: StoreTask;
  /** The article of each item, in document order; null for what is not stored. */
  articleIds: (number | null)[];
  /** Items to insert, in document order. */
  newItems: number[];
  /** In document order too. A recount is no news: nobody is told that there are more comments. */
  changes: { item: number; id: number; takesIdentity: boolean; isEdit: boolean; isRecount: boolean }[];
  insertedIds: number[];
  /** Articles that readers had brought and that the document shows now: the one that stays, and others that are the same. */
  adopted: number[][];
}

async function draftDocuments(tx: Queryable, tasks: readonly StoreTask[]): Promise<Draft[]> {
  const feedIds = tasks.flatMap(({ feed, document }) => Array<number>(document.count).fill(feed.id));
  const known =
    feedIds.length === 0 ? [] : await findItems(tx, jsonArray(tasks.map(({ document }) => document.keys)), feedIds);
  const knownByPlace = new Map(known.map((item) => [item.place, item]));
  let place = 0;
  return tasks.map((task) => {
    const items = Array.from({ length: task.document.count }, () => knownByPlace.get(place++) ?? null);
    return draftOf(task, items);
  });
}

function draftOf(task: StoreTask, items: (KnownItem | null)[]): Draft {
  const rewrites = guidRewrites(items);
  const draft: Draft = { task, articleIds: [], newItems: [], changes: [], insertedIds: [], adopted: [] };
  for (const [item, known] of items.entries()) {
    const takesIdentity = rewrites.has(item) || (known?.inboundIds ?? null) !== null;
    const isNew = known === null || (known.isByLink && !takesIdentity);
    draft.articleIds.push(isNew ? null : known.id);
    if (known?.inboundIds) draft.adopted.push(known.inboundIds);
    if (isNew) draft.newItems.push(item);
    else if (known.id !== null && (known.hasChanged || takesIdentity || known.isRecounted)) {
      const isRecount = !known.hasChanged && !takesIdentity;
      draft.changes.push({ item, id: known.id, takesIdentity, isEdit: known.hasChanged, isRecount });
    }
  }
  return draft;
}

const FLOOD_ITEMS = 3;

/**
 * Items whose guid is new but whose link is that of an article of the last document. They are the same articles under
 * new guids if nothing else about them changed, or if most of the document is like that.
 */
function guidRewrites(items: readonly (KnownItem | null)[]): Set<number> {
  const byLink = items.flatMap((known, item) => (known?.isByLink ? [{ item, known }] : []));
  const uses = new Map<number | null, number>();
  for (const { known } of byLink) uses.set(known.id, (uses.get(known.id) ?? 0) + 1);
  const single = byLink.filter(({ known }) => uses.get(known.id) === 1);
  const isFlood = single.length >= FLOOD_ITEMS && single.length * 2 >= items.length;
  return new Set(single.filter(({ known }) => isFlood || !known.hasChanged).map(({ item }) => item));
}

async function insertNew(
  tx: Queryable,
  drafts: readonly Draft[],
  { now, fullTextFeeds }: { now: Date; fullTextFeeds: number[] },
): Promise<void> {
  const places = drafts.flatMap((draft) => draft.newItems.map((item) => ({ draft, item })));
  if (places.length === 0) return;
  const inserted = await insertArticles(tx, {
    rows: jsonArray(drafts.map(({ task, newItems }) => rowsOf(task.document, newItems))),
    feedIds: places.map(({ draft }) => draft.task.feed.id),
    receivedAt: now,
    sortAt: places.map(({ draft, item }) => sortTime(draft.task, item, now)),
    fullTextFeeds,
  });
  for (const { place, id } of inserted) {
    const target = places[place];
    if (!target) continue;
    target.draft.insertedIds.push(id);
    target.draft.articleIds[target.item] = id;
  }
}

async function updateChanged(tx: Queryable, drafts: readonly Draft[], fullTextFeeds: number[]): Promise<void> {
  const changes = drafts.flatMap((draft) => draft.changes.map((change) => ({ ...change, feedId: draft.task.feed.id })));
  if (changes.length === 0) return;
  await updateArticles(tx, {
    rows: jsonArray(
      drafts.map((draft) =>
        rowsOf(
          draft.task.document,
          draft.changes.map(({ item }) => item),
        ),
      ),
    ),
    ids: changes.map(({ id }) => id),
    takesIdentity: changes.map(({ takesIdentity }) => takesIdentity),
    feedIds: changes.map(({ feedId }) => feedId),
    fullTextFeeds,
  });
}

/** After their edit: what readers had brought is the feed's own from now on. */
async function adopt(tx: Queryable, drafts: readonly Draft[]): Promise<void> {
  const adopted = drafts.flatMap((draft) => draft.adopted);
  if (adopted.length > 0) await adoptInbound(tx, adopted);
}

async function skipOld(tx: Queryable, tasks: readonly StoreTask[]): Promise<void> {
  const skipped = tasks.flatMap(({ feed, document }) =>
    document.skipped.map((identity) => ({ feedId: feed.id, identity })),
  );
  if (skipped.length === 0) return;
  await skipItems(
    tx,
    skipped.map(({ feedId }) => feedId),
    skipped.map(({ identity }) => identity),
  );
}

function updateOf(draft: Draft, now: Date): FeedUpdate {
  const { task, articleIds, newItems } = draft;
  const { publishedAt } = task.document;
  const stored = {
    articleIds: articleIds.filter((id) => id !== null),
    newTimes: newItems.map((item) => finiteOrNull(publishedAt[item])),
    hasChanged: newItems.length + changedCount(draft) > 0,
  };
  if (task.isPush) return afterPush(task.feed, stored, now.getTime());
  return afterDocument(task.feed, task.answer, task.document, stored, now.getTime());
}

const WEEK_MS = 7 * 86_400_000;

/**
 * Where an article stands in lists, for ever: when it was published, no later than it was received, and no earlier than
 * a week before the poll before this one, so that what arrives late is still seen.
 */
function sortTime({ feed, document }: StoreTask, item: number, now: Date): number {
  const published = finiteOrNull(document.publishedAt[item]) ?? now.getTime();
  const earliest = feed.lastSuccessAt ? feed.lastSuccessAt.getTime() - WEEK_MS : Number.NEGATIVE_INFINITY;
  return Math.min(now.getTime(), Math.max(published, earliest));
}

function finiteOrNull(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

function rowsOf({ rows, offsets, count }: FeedDocument, items: readonly number[]): Uint8Array {
  if (items.length === count) return rows;
  return Buffer.concat(items.map((item) => rows.subarray(offsets[item], offsets[item + 1])));
}

/** Records that each end with a comma, as a JSON array. */
function jsonArray(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = Buffer.concat([OPENING_BRACKET, ...parts]);
  if (bytes.length === 1) return Buffer.from('[]');
  bytes[bytes.length - 1] = CLOSING_BRACKET;
  return bytes;
}

const OPENING_BRACKET = Buffer.from('[');
const CLOSING_BRACKET = 0x5d;

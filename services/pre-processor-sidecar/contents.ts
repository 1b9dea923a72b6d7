import type { Database, Queryable } from '@alt/database';
import { statement } from '@alt/database';
import { canonicalFeedUrl, isPrivateFeedAddress } from '@alt/feeds';
import { type InboundItem, writeInbound } from '@alt/pipeline';
import { type Asking, Pause } from './asking.ts';
import type { Claim, Progress } from './store/connections.ts';
import { ensureFeed, type FeedAddress, readStreams } from './store/feeds.ts';
import * as items from './store/items.ts';
import { type ItemContent, isState, itemContents, itemHex, labelOf, longItemId } from './wire.ts';

/** Inoreader answers at most so many items at once. */
export const CONTENTS_BATCH = 100;
const LABEL_MAXIMUM = 100;

export interface ContentTools {
  database: Database;
  /** Whether the operator opened this address, which makes it private. */
  isOpenedByOperator(url: string): boolean;
}

/** Brings the contents of the next batch; false where none are missing. One request. */
export async function bringBatch(tools: ContentTools, asking: Asking, of: Claim, progress: Progress): Promise<boolean> {
  const wanted = await tools.database.asReader(of, (tx) => items.nextMissing(tx, of.id, CONTENTS_BATCH));
  if (wanted.length === 0) return false;
  const form = wanted.map((item): [string, string] => ['i', longItemId(item)]);
  const { value, step } = await asking.read('stream/items/contents', [], itemContents, form);
  const came = new Map(
    value.items.flatMap((content) => {
      const item = itemHex(content.id);
      return item !== null && wanted.includes(item) ? [[item, content] as const] : [];
    }),
  );
  if (came.size === 0) {
    // All at once are not gone: something else is wrong with the answer. One alone may be.
    if (wanted.length > 1)
      throw new Pause('trouble', 'broken-answer', 'Inoreader answered without the articles that it lists.');
  }
  await tools.database.asReader(of, (tx) => take(tx, tools, of, progress, { step, came, wanted }), { retry: true });
  return true;
}

interface Brought {
  step: number;
  came: Map<string, ItemContent>;
  wanted: string[];
}

/** Puts what came into the inbox, in the same transaction in which it is remembered as brought. */
async function take(
  tx: Queryable,
  tools: ContentTools,
  of: Claim,
  progress: Progress,
  brought: Brought,
): Promise<void> {
  const streams = await readStreams(tx, of.id);
  const feedOf = new Map(streams.map(({ stream, feedId }) => [stream, feedId]));
  const told: items.ToldItem[] = [];
  const inbound: InboundItem[] = [];
  const lost = brought.wanted.filter((item) => !brought.came.has(item));
  for (const [item, content] of brought.came) {
    const stream = content.origin?.streamId ?? '';
    const address = feedOf.get(stream) ? null : addressOf(stream, tools);
    const feedId = feedOf.get(stream) ?? (address && (await ensureFeed(tx, address)));
    if (!feedId) {
      lost.push(item);
      continue;
    }
    feedOf.set(stream, feedId);
    const state = stateOf(content, progress);
    told.push({ item, stream, ...state });
    inbound.push({ feedId, itemId: `${item}/${brought.step}`, ...state, ...articleOf(content) });
  }
  await items.setTold(tx, of.id, brought.step, told, lost);
  await writeInbound(tx, `inoreader/${of.id}`, inbound);
}

/** A feed's address, from its stream; null for what is no feed. */
export function addressOf(
  stream: string,
  { isOpenedByOperator }: Pick<ContentTools, 'isOpenedByOperator'>,
): FeedAddress | null {
  if (!stream.startsWith('feed/')) return null;
  try {
    const url = new URL(canonicalFeedUrl(stream.slice('feed/'.length)));
    const credential =
      url.username || url.password ? `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` : null;
    url.username = '';
    url.password = '';
    const isPrivate = credential !== null || isPrivateFeedAddress(url.href) || isOpenedByOperator(url.href);
    return { url: url.href, host: url.host, isPrivate, credential };
  } catch {
    return null;
  }
}

function stateOf({ categories }: ItemContent, { folders }: Progress) {
  // Folders and labels share one name space there; the folders of a feed stand among the labels of its items.
  const labels = categories.flatMap((category) => labelOf(category) ?? []).filter((name) => !folders.includes(name));
  return {
    isRead: categories.some((category) => isState(category, 'read')),
    isStarred: categories.some((category) => isState(category, 'starred')),
    labels: [...new Set(labels.filter(isUsableLabel))].sort(),
  };
}

/** Whether Alt can have a label of this name. */
export function isUsableLabel(name: string): boolean {
  const same = name
    .normalize('NFC')
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
  return name !== '' && name.length <= LABEL_MAXIMUM && same === name;
}

function articleOf(content: ItemContent) {
  const url = content.canonical?.[0]?.href ?? content.alternate?.[0]?.href ?? null;
  const seconds = content.published ?? content.updated ?? null;
  return {
    url: url !== null && /^https?:\/\//i.test(url) ? url : null,
    title: content.title ?? '',
    author: content.author || null,
    publishedAt: publishedAt(seconds),
    contentHtml: content.summary?.content ?? '',
    enclosures: (content.enclosure ?? []).flatMap(({ href, type, length }) =>
      /^https?:\/\//i.test(href) ? [{ url: href, type: type ?? null, length: length ?? null }] : [],
    ),
  };
}

/** A time that can be one: after 1980 and not beyond what dates can hold. */
function publishedAt(seconds: number | null): string | null {
  if (seconds === null || !Number.isFinite(seconds) || seconds < 315_532_800 || seconds > 4_102_444_800) return null;
  return new Date(seconds * 1_000).toISOString();
}

const callAbsorb = statement<{ found: number }>('inoreader_absorb', 'select absorb_inoreader() as found');

/** Looks what became of the items in the inbox. */
export async function absorbArrivals(database: Database, of: Claim): Promise<void> {
  await database.asReader(of, (tx) => tx.one(callAbsorb));
}

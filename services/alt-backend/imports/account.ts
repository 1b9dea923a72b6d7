import type { InboundItem } from '@alt/pipeline';
import { ImportFailure } from './failures.ts';
import { isRecord, type ReaderApi } from './reader-api.ts';

// What servers of the Google Reader API answer, read without trusting any of it.

export interface RemoteSubscription {
  streamId: string;
  url: string;
  title: string;
  folders: string[];
}

/** All subscriptions. Throws an ImportFailure where the answer is no list of them. */
export async function readSubscriptions(api: ReaderApi): Promise<RemoteSubscription[]> {
  const answer = await api.get('subscription/list', []);
  const list = isRecord(answer) ? answer.subscriptions : null;
  if (!Array.isArray(list)) {
    throw new ImportFailure('answer-unusable', 'The service does not list its subscriptions.', RETRY_MS);
  }
  return list.filter(isRecord).flatMap((row) => {
    const streamId = text(row.id);
    const url = text(row.url) || streamId.replace(/^feed\//, '');
    if (!streamId.startsWith('feed/') || url === '') return [];
    const folders = records(row.categories).flatMap(
      (category) => nameOf(text(category.id)) ?? (text(category.label) || []),
    );
    return [{ streamId, url, title: text(row.title), folders: [...new Set(folders)] }];
  });
}

const RETRY_MS = 5_000;

/** The labels of articles: those that the service does not call folders, and that no subscription lies in. */
export async function readLabels(api: ReaderApi, folders: ReadonlySet<string>): Promise<string[]> {
  const answer = await api.get('tag/list', [['types', '1']]);
  const tags = isRecord(answer) ? records(answer.tags) : [];
  return tags.flatMap((tag) => {
    const name = nameOf(text(tag.id));
    return name === null || tag.type === 'folder' || folders.has(name) ? [] : [name];
  });
}

const IDS_PAGE = 1_000;
const PAGES_MAXIMUM = 300;

export interface StreamQuery {
  stream: string;
  exclude?: string;
  /** At most so many, the newest. */
  maximum?: number;
}

/**
 * The ids of a stream; null where the service has no such stream. A continuation that is refused, or that leads back to where
 * it began, begins again once: ids are a set, so that nothing comes twice.
 */
export async function readIds(api: ReaderApi, query: StreamQuery): Promise<Set<string> | null> {
  const ids = new Set<string>();
  let restarts = 0;
  let continuation: string | null = null;
  for (let page = 0; page < PAGES_MAXIMUM; page += 1) {
    const answer = await api.get('stream/items/ids', [
      ['s', query.stream],
      ['n', String(Math.min(IDS_PAGE, query.maximum ?? IDS_PAGE))],
      ...(query.exclude ? [['xt', query.exclude] as [string, string]] : []),
      ...(continuation === null ? [] : [['c', continuation] as [string, string]]),
    ]);
    if (!isRecord(answer)) {
      if (continuation === null) return null;
      if (restarts++ === 1)
        throw new ImportFailure('answer-unusable', 'The service loses its place in a list.', RETRY_MS);
      continuation = null;
      continue;
    }
    const before = ids.size;
    const refs = records(answer.itemRefs);
    for (const ref of refs) if (text(ref.id) !== '') ids.add(canonicalId(text(ref.id)));
    const next: string | null = text(answer.continuation) || null;
    const isStuck = refs.length > 0 && ids.size === before && continuation !== null && restarts === 0;
    if (isStuck) restarts = 1;
    const isOver = next === null || next === continuation || ids.size >= (query.maximum ?? Number.POSITIVE_INFINITY);
    if (isOver || (ids.size === before && !isStuck && refs.length === 0)) return ids;
    continuation = next;
  }
  return ids;
}

/** An item as the service describes it. */
export interface RemoteItem {
  id: string;
  streamId: string;
  isRead: boolean;
  isStarred: boolean;
  labels: string[];
  /** Everything but the feed, which has another number here, and the state. */
  text: Omit<InboundItem, 'feedId' | 'isRead' | 'isStarred' | 'labels'>;
}

/** The items of some ids; those that the service does not know any more are left out. */
export async function readItems(api: ReaderApi, ids: readonly string[]): Promise<RemoteItem[]> {
  const answer = await api.post(
    'stream/items/contents',
    ids.map((id) => ['i', longId(id)]),
  );
  if (!isRecord(answer) || !Array.isArray(answer.items)) {
    throw new ImportFailure('answer-unusable', 'The service does not give the articles that it lists.', RETRY_MS);
  }
  return records(answer.items).flatMap((item) => remoteItem(item) ?? []);
}

function remoteItem(item: Record<string, unknown>): RemoteItem | null {
  const id = canonicalId(text(item.id));
  const origin = isRecord(item.origin) ? item.origin : {};
  if (id === '') return null;
  const categories = (Array.isArray(item.categories) ? item.categories : []).map(text);
  const has = (state: string) => categories.some((category) => category.endsWith(`/state/com.google/${state}`));
  return {
    id,
    streamId: text(origin.streamId),
    isRead: has('read'),
    isStarred: has('starred'),
    labels: categories.flatMap((category) => nameOf(category) ?? []),
    text: {
      itemId: id,
      url: hrefOf(item.canonical) ?? hrefOf(item.alternate),
      title: text(item.title) || null,
      author: text(item.author) || null,
      publishedAt: timeOf(item),
      contentHtml: bodyOf(item.content) ?? bodyOf(item.summary),
      enclosures: enclosuresOf(item.enclosure),
    },
  };
}

/** Seconds; without them the moment at which the service received it. */
function timeOf({ published, timestampUsec, crawlTimeMsec }: Record<string, unknown>): string | null {
  const candidates = [Number(published) * 1_000, Number(timestampUsec) / 1_000, Number(crawlTimeMsec)];
  const time = candidates.find((milliseconds) => milliseconds > 0 && milliseconds < Date.UTC(2200, 0, 1));
  return time === undefined ? null : new Date(time).toISOString();
}

function bodyOf(value: unknown): string | null {
  return isRecord(value) && typeof value.content === 'string' && value.content !== '' ? value.content : null;
}

function hrefOf(value: unknown): string | null {
  for (const link of records(value)) if (text(link.href) !== '') return text(link.href);
  return null;
}

/** Products write the address as `href`, Miniflux as `url`. */
function enclosuresOf(value: unknown): NonNullable<InboundItem['enclosures']> {
  return records(value).flatMap((row) => {
    const url = text(row.href) || text(row.url);
    const length = Number(row.length);
    return url === '' ? [] : [{ url, type: text(row.type) || null, length: length > 0 ? length : null }];
  });
}

const LONG_FORM = 'tag:google.com,2005:reader/item/';

/** Lists have decimal ids and items the long form with hexadecimal ones; of both the decimal one is kept. */
export function canonicalId(id: string): string {
  if (!id.startsWith(LONG_FORM)) return id;
  const rest = id.slice(LONG_FORM.length);
  return /^[\da-f]{1,16}$/i.test(rest) ? BigInt.asIntN(64, BigInt(`0x${rest}`)).toString() : rest;
}

/** The form that every product takes. */
function longId(id: string): string {
  if (!/^-?\d{1,20}$/.test(id)) return LONG_FORM + id;
  return LONG_FORM + BigInt.asUintN(64, BigInt(id)).toString(16).padStart(16, '0');
}

/** The name of `user/…/label/NAME`. */
function nameOf(tag: string): string | null {
  return /^user\/[^/]+\/label\/(.+)$/s.exec(tag)?.[1] ?? null;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

function records(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

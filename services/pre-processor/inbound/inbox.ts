import type { Database } from '@alt/database';
import { INBOUND_CHANNEL } from '@alt/pipeline';
import { type Host, type Logger, oneAtATime } from '@alt/service-kit';
import type { Reading } from '../reading.ts';
import { loadFeed } from '../store/feeds.ts';
import { isDeadHere } from '../worker-name.ts';
import type { InboundText } from './document.ts';
import * as store from './store.ts';
import { type ReadItem, storeInbound } from './storing.ts';

export interface Inbox {
  stop(): Promise<void>;
}

export interface InboxOptions {
  database: Database;
  reading: Reading;
  worker: string;
  listen: Host['listen'];
  log: Logger;
  /** Makes known that so many articles may be new. */
  onStored(count: number): void;
}

const BATCH = 100;
const LOOK_MS = 30_000;
const PURGE_BATCH = 1_000;

/**
 * Works the inbox of what readers had elsewhere: reads and cleans it in threads, and makes ordinary articles of it. Any number
 * of processes may do this. What fails is put off and tried again for ever; what can never be an article is told so.
 */
export async function startInbox(options: InboxOptions): Promise<Inbox> {
  const { database, worker, log } = options;
  await releaseDead(database);
  const working = oneAtATime(
    async (signal) => {
      while (!signal.aborted) {
        const claimed = await store.claimInbound(database, worker, BATCH);
        if (claimed.length === 0) break;
        await workBatch(options, claimed);
      }
      while (!signal.aborted && (await store.purgeInbound(database, PURGE_BATCH)) === PURGE_BATCH);
    },
    (error) => log.warn({ error: String(error) }, 'the inbox could not be worked'),
  );
  const timer = setInterval(working.ask, LOOK_MS).unref();
  const unlisten = await options.listen(INBOUND_CHANNEL, () => void working.ask());
  void working.ask();
  return {
    async stop() {
      clearInterval(timer);
      await unlisten();
      await working.stop();
    },
  };
}

/** What a process that died on this machine had taken is free at once; elsewhere its lease has to end. */
async function releaseDead(database: Database): Promise<void> {
  const dead = (await store.inboundClaimants(database)).filter(({ worker, since }) =>
    isDeadHere(worker, since.getTime()),
  );
  if (dead.length === 0) return;
  await store.releaseInbound(
    database,
    dead.map(({ worker }) => worker),
  );
}

async function workBatch(options: InboxOptions, claimed: readonly store.ClaimedItem[]): Promise<void> {
  const { database, worker } = options;
  try {
    const groups = Map.groupBy(claimed, ({ feedId, tenantId }) => `${feedId} ${tenantId}`);
    const read: ReadItem[] = [];
    for (const items of groups.values()) read.push(...(await readItems(options, items)));
    await storeAll(options, read);
  } catch (error) {
    const ids = claimed.map(({ id }) => id);
    await store.postponeInbound(database, ids, worker);
    throw error;
  }
}

/** Together; where that fails one by one, so that none keeps the others back. */
async function storeAll(options: InboxOptions, read: readonly ReadItem[]): Promise<void> {
  const { database, worker, log, onStored } = options;
  try {
    onStored(await storeInbound(database, worker, read));
  } catch (error) {
    if (isUnavailable(error)) throw error;
    const [only, ...others] = read;
    if (only && others.length === 0) {
      log.warn({ error: String(error), item: only.item.id }, 'an item of the inbox could not be stored');
      await store.postponeInbound(database, [only.item.id], worker);
      return;
    }
    for (const one of read) await storeAll(options, [one]);
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof Error && error.name === 'DatabaseUnavailableError';
}

/** Reads items of one feed and tenant. What no thread can bear together is read one by one, and alone is `too-large`. */
async function readItems(options: InboxOptions, items: readonly store.ClaimedItem[]): Promise<ReadItem[]> {
  const { database, reading, worker } = options;
  const [first] = items;
  const feed = first && (await loadFeed(database, first.feedId));
  if (!first || !feed) return [];
  const texts = items.map(({ guid, url, title, author, publishedAt, contentHtml, enclosures }): InboundText => {
    return { guid, url, title, author, publishedAt, contentHtml, enclosures };
  });
  // In an ArrayBuffer of its own, so that it can be given to a thread.
  const bytes = Uint8Array.from(Buffer.from(JSON.stringify(texts)));
  const rows = await reading.readInbound({ bytes, feedUrl: feed.siteUrl ?? feed.url, tenantId: first.tenantId });
  if (rows) return items.map((item, index) => ({ item, row: rows[index] ?? null }));
  if (items.length === 1) {
    await database.transaction((tx) =>
      store.settleInbound(tx, worker, [{ id: first.id, articleId: null, reason: 'too-large' }]),
    );
    return [];
  }
  const alone: ReadItem[] = [];
  for (const item of items) alone.push(...(await readItems(options, [item])));
  return alone;
}

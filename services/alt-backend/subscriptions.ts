import {
  createSubscription,
  deleteSubscription,
  discoverFeeds,
  listSubscriptions,
  Problem,
  refreshSubscription,
  refreshSubscriptions,
  type Subscription,
  updateSubscription,
} from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { type PeerFetch, type Route, reply, route } from '@alt/service-kit';
import { decodeId } from './cursor.ts';
import { checkMaySetSelectors } from './extraction.ts';
import { idOf, postJson } from './peers.ts';
import { checkFolders, orLimitReached, placeSubscription } from './sharing.ts';
import { setAutoFullText, setSelectors } from './store/extraction.ts';
import { allFolders, feedsInFolders } from './store/folders.ts';
import type { AsReader } from './store/readers.ts';
import * as store from './store/subscriptions.ts';
import { setSummaries } from './store/summaries.ts';

interface ResolvedFeed {
  feedId: number;
}

/** What the reader follows. Finding and fetching is pre-processor's work; here is only who follows what. */
export function subscriptionRoutes(asReader: AsReader, preProcessor: PeerFetch): Route[] {
  return [
    route(discoverFeeds, async ({ body, requestId }) =>
      postJson(preProcessor, '/internal/feeds/discover', { url: body.url }, requestId),
    ),

    route(listSubscriptions, async ({ query, reader }) =>
      asReader(reader, async (tx, readerId) => {
        const rows = await store.listSubscriptions(tx, readerId, decodeId(query.cursor), query.limit + 1);
        const items = rows.slice(0, query.limit);
        const last = items.at(-1);
        return { items: items.map(present), nextCursor: rows.length > query.limit && last ? String(last.id) : null };
      }),
    ),

    route(createSubscription, async ({ body, reader, requestId }) => {
      const folderIds = (body.folderIds ?? []).map(Number);
      await asReader(reader, (tx, readerId) => checkFolders(tx, readerId, folderIds));
      const feed = await postJson<ResolvedFeed>(
        preProcessor,
        '/internal/feeds/resolve',
        { url: body.url, force: body.force ?? false, tenantId: reader.tenantId },
        requestId,
      );
      const { row, isNew } = await orLimitReached(
        asReader(
          reader,
          async (tx, readerId) => {
            const [made] = await store.subscribe(tx, [Number(feed.feedId)], [body.title ?? null]);
            if (!made) throw new Problem('conflict', 'The feed went away meanwhile. Try again.');
            const row = await findOwn(tx, readerId, made.subscriptionId);
            // Where it lies among what is shared is not this reader's to change by following it.
            const kept = (await sharedFolderIds(tx, readerId)).filter((id) => row.folderIds.includes(id));
            if (made.isNew || folderIds.length > 0) {
              await placeSubscription(tx, reader, readerId, row, [...new Set([...folderIds, ...kept])]);
            }
            return { row: await findOwn(tx, readerId, made.subscriptionId), isNew: made.isNew };
          },
          { retry: true },
        ),
      );
      return reply(isNew ? 201 : 200, present(row));
    }),

    updateRoute(asReader),

    route(deleteSubscription, async ({ params, reader }) =>
      asReader(
        reader,
        async (tx, readerId) => {
          const row = await findOwn(tx, readerId, idOf(params.id));
          await checkUnshared(tx, readerId, row);
          await store.unsubscribe(tx, row.id);
          return undefined;
        },
        { retry: true },
      ),
    ),

    ...refreshRoutes(asReader),
  ];
}

/** What a reader changes of a subscription; where it lies among what is shared, for everybody. */
function updateRoute(asReader: AsReader): Route {
  return route(updateSubscription, async ({ params, body, reader }) => {
    if (body.selectors !== undefined) checkMaySetSelectors(reader);
    const work = asReader(
      reader,
      async (tx, readerId) => {
        const row = await findOwn(tx, readerId, idOf(params.id));
        const { id } = row;
        // First, because it locks the feed, and then the readers.
        if (body.folderIds) await placeSubscription(tx, reader, readerId, row, body.folderIds.map(Number));
        if (body.fullText !== undefined) await store.setFullText(tx, id, body.fullText);
        if (body.autoFullText !== undefined) await setAutoFullText(tx, id, body.autoFullText);
        if (body.selectors !== undefined) await setSelectors(tx, id, body.selectors ?? { keep: [], drop: [] });
        await store.touchStructure(tx);
        if (body.summaries !== undefined) await setSummaries(tx, readerId, id, body.summaries);
        if (body.title !== undefined) await store.setTitle(tx, readerId, id, body.title);
        return present(await findOwn(tx, readerId, id));
      },
      { retry: true },
    );
    return orLimitReached(work);
  });
}

/** Polls ahead of their time. */
function refreshRoutes(asReader: AsReader): Route[] {
  return [
    route(refreshSubscription, async ({ params, reader }) => {
      const id = idOf(params.id);
      const poll = id === null ? null : await asReader(reader, (tx) => store.requestPoll(tx, id));
      if (!poll) throw noSubscription();
      return { nextPollAt: poll.nextPollAt.toISOString(), delayedBy: poll.delayedBy };
    }),

    route(refreshSubscriptions, async ({ body, reader }) => ({
      polls: await asReader(reader, async (tx, readerId) =>
        store.requestPolls(tx, body.folderId === undefined ? null : await feedsIn(tx, readerId, idOf(body.folderId))),
      ),
    })),
  ];
}

async function findOwn(tx: Queryable, readerId: number, id: number | null): Promise<store.SubscriptionRow> {
  const row = id === null ? null : await store.findSubscription(tx, readerId, id);
  if (!row) throw noSubscription();
  return row;
}

/** What a shared folder brings cannot be unfollowed by itself: the folder can be left, or the feed taken out of it. */
async function checkUnshared(tx: Queryable, readerId: number, { folderIds }: store.SubscriptionRow): Promise<void> {
  const folder = (await allFolders(tx, readerId)).find(({ id, isShared }) => isShared && folderIds.includes(id));
  if (!folder) return;
  throw new Problem(
    'conflict',
    `It arrives with the shared folder "${folder.name}". Leave that folder, or take the feed out of it for everybody.`,
  );
}

async function sharedFolderIds(tx: Queryable, readerId: number): Promise<number[]> {
  return (await allFolders(tx, readerId)).filter(({ isShared }) => isShared).map(({ id }) => id);
}

function noSubscription(): Problem {
  return new Problem('not-found', 'You have no such subscription.');
}

async function feedsIn(tx: Queryable, readerId: number, folderId: number | null): Promise<number[]> {
  const folders = await allFolders(tx, readerId);
  if (folderId === null || !folders.some(({ id }) => id === folderId)) {
    throw new Problem('not-found', 'You have no such folder.');
  }
  return feedsInFolders(tx, readerId, [folderId]);
}

function present(row: store.SubscriptionRow): Subscription {
  const feedTitle = row.feedTitle ?? row.url;
  return {
    id: String(row.id),
    feed: { id: String(row.feedId), url: row.url, siteUrl: row.siteUrl, title: feedTitle, format: row.format },
    title: row.title ?? feedTitle,
    folderIds: row.folderIds.map(String),
    isShared: row.isShared,
    unreadCount: row.unread,
    fullText: row.wantsFullText,
    autoFullText: row.wantsAutoFullText,
    selectors: row.selectors,
    summaries: row.wantsSummary,
    status: {
      state: row.state,
      lastCheckedAt: row.lastPolledAt?.toISOString() ?? null,
      lastSuccessAt: row.lastSuccessAt?.toISOString() ?? null,
      nextPollAt: row.nextPollAt.toISOString(),
      error: row.errorCode ? { code: row.errorCode, message: row.errorMessage ?? row.errorCode } : null,
      message: statusMessage(row),
    },
  };
}

function statusMessage(row: store.SubscriptionRow): string {
  const next = `The next check is due at ${row.nextPollAt.toISOString()}.`;
  if (row.state === 'pending') return `Not fetched yet. ${next}`;
  if (row.state === 'ok') {
    const success = `All is well; last fetched at ${row.lastSuccessAt?.toISOString() ?? 'an unknown time'}.`;
    // A notice, such as a document that was cut short: what came was kept.
    return `${row.errorMessage ?? success} ${next}`;
  }
  const reason = row.errorMessage ?? 'The last fetch failed.';
  return row.state === 'gone'
    ? `${reason} The feed seems gone; Alt still looks once a week. ${next}`
    : `${reason} ${next}`;
}

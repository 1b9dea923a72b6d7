import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { selectorRules } from './extraction.ts';
import { nameText, pageOf, pageQuery, smallId, time, timeOrNull, typedUrl } from './primitives.ts';

export const feedFormat = z.enum(['rss', 'atom', 'rdf', 'json']);

export const foundFeed = z
  .object({ url: z.string(), title: z.string().nullable(), format: z.string().nullable() })
  .meta({ id: 'FoundFeed' });

export const discoverFeeds = endpoint({
  name: 'discoverFeeds',
  method: 'POST',
  path: '/v1/feeds/discover',
  summary: 'The feeds of a site, or the feed at an address',
  access: 'reader',
  role: 'member',
  body: z.object({ url: typedUrl }),
  response: z.object({ feeds: z.array(foundFeed) }),
  statuses: [200],
  problems: ['feed-unreachable', 'invalid-feed-url', 'csrf-failed'],
});

/** `pending` not yet polled · `ok` · `failing` with its reason, still tried · `gone` probed weekly. */
export const feedState = z.enum(['pending', 'ok', 'failing', 'gone']);

export const subscription = z
  .object({
    id: smallId,
    feed: z.object({
      id: smallId,
      url: z.string(),
      siteUrl: z.string().nullable(),
      title: z.string(),
      format: feedFormat.nullable(),
    }),
    title: z.string(),
    folderIds: z.array(smallId),
    /** Whether it arrives only because a shared folder has it. */
    isShared: z.boolean(),
    unreadCount: z.int(),
    /** Fetch the full text of every article. */
    fullText: z.boolean(),
    /** Whether the reader wants summaries of this feed’s articles. */
    summaries: z.boolean(),
    /** Fetch that of articles which the feed cuts short. */
    autoFullText: z.boolean(),
    /** What the tenant’s readers say of the feed’s pages. */
    selectors: selectorRules.nullable(),
    status: z.object({
      state: feedState,
      lastCheckedAt: timeOrNull,
      lastSuccessAt: timeOrNull,
      nextPollAt: timeOrNull,
      error: z.object({ code: z.string(), message: z.string() }).nullable(),
      /** What happened last and what comes next, in plain words. */
      message: z.string(),
    }),
  })
  .meta({ id: 'Subscription' });
export type Subscription = z.infer<typeof subscription>;

const subscriptionParams = z.object({ id: z.string() });
const folderIds = z.array(smallId).max(50);

export const listSubscriptions = endpoint({
  name: 'listSubscriptions',
  method: 'GET',
  path: '/v1/subscriptions',
  summary: 'What the reader follows, by id',
  access: 'reader',
  query: z.object(pageQuery(200)),
  response: pageOf(subscription),
  statuses: [200],
  problems: ['invalid-query', 'invalid-cursor'],
});

export const createSubscription = endpoint({
  name: 'createSubscription',
  method: 'POST',
  path: '/v1/subscriptions',
  summary: 'Follow a feed, or the feed of a site; fetches it once',
  access: 'reader',
  role: 'member',
  body: z.object({
    url: typedUrl,
    title: nameText(300).optional(),
    folderIds: folderIds.optional(),
    force: z.boolean().optional(),
  }),
  response: subscription,
  statuses: [201, 200],
  problems: [
    'several-feeds',
    'no-feed',
    'feed-unreachable',
    'invalid-feed-url',
    'unknown-folder',
    'limit-reached',
    'csrf-failed',
  ],
});

export const updateSubscription = endpoint({
  name: 'updateSubscription',
  method: 'PATCH',
  path: '/v1/subscriptions/:id',
  summary:
    'Rename a subscription, put it into folders, ask for full text, say what its pages hold; a null title is the feed’s own',
  access: 'reader',
  params: subscriptionParams,
  body: z.strictObject({
    title: nameText(300).nullable().optional(),
    folderIds: folderIds.optional(),
    fullText: z.boolean().optional(),
    summaries: z.boolean().optional(),
    autoFullText: z.boolean().optional(),
    selectors: selectorRules.nullable().optional(),
  }),
  response: subscription,
  statuses: [200],
  problems: ['not-found', 'unknown-folder', 'invalid-request', 'forbidden', 'csrf-failed'],
});

export const deleteSubscription = endpoint({
  name: 'deleteSubscription',
  method: 'DELETE',
  path: '/v1/subscriptions/:id',
  summary: 'Stop following; starred and labelled entries stay',
  access: 'reader',
  params: subscriptionParams,
  statuses: [204],
  problems: ['not-found', 'conflict', 'csrf-failed'],
});

export const refreshSubscription = endpoint({
  name: 'refreshSubscription',
  method: 'POST',
  path: '/v1/subscriptions/:id/refresh',
  summary: 'Poll the feed now, or as soon as the feed and its host allow; the answer says when, and who put it off',
  access: 'reader',
  params: subscriptionParams,
  response: z.object({ nextPollAt: time, delayedBy: z.enum(['feed', 'host']).nullable() }),
  statuses: [202],
  problems: ['not-found', 'csrf-failed', 'too-many-requests'],
});

export const refreshSubscriptions = endpoint({
  name: 'refreshSubscriptions',
  method: 'POST',
  path: '/v1/subscriptions/refresh',
  summary: 'Poll all feeds now, or those of a folder with those inside; one polled within a minute is left alone',
  access: 'reader',
  body: z.strictObject({ folderId: smallId.optional() }),
  response: z.object({ polls: z.int() }),
  statuses: [202],
  problems: ['not-found', 'csrf-failed', 'too-many-requests'],
});

export const folder = z
  .object({
    id: smallId,
    name: z.string(),
    parentId: smallId.nullable(),
    /** Whether all readers of the tenant have it, each with a read state of their own. */
    isShared: z.boolean(),
    /** Whether the reader left it: its feeds do not arrive for them. */
    isLeft: z.boolean(),
  })
  .meta({ id: 'Folder' });
export type Folder = z.infer<typeof folder>;

export const listFolders = endpoint({
  name: 'listFolders',
  method: 'GET',
  path: '/v1/folders',
  summary: 'The reader’s folders, by id',
  access: 'reader',
  query: z.object(pageQuery(200)),
  response: pageOf(folder),
  statuses: [200],
  problems: ['invalid-query', 'invalid-cursor'],
});

export const createFolder = endpoint({
  name: 'createFolder',
  method: 'POST',
  path: '/v1/folders',
  summary: 'Make a folder; 200 with the present one if its parent has one of that name',
  access: 'reader',
  body: z.object({
    name: nameText(200),
    parentId: smallId.nullable().optional(),
    /** Shared with the tenant; below a shared folder always. */
    isShared: z.boolean().optional(),
  }),
  response: folder,
  statuses: [201, 200],
  problems: ['unknown-folder', 'limit-reached', 'forbidden', 'csrf-failed'],
});

export const updateFolder = endpoint({
  name: 'updateFolder',
  method: 'PATCH',
  path: '/v1/folders/:id',
  summary: 'Rename, move or share a folder; sharing takes all below along and cannot be taken back',
  access: 'reader',
  params: subscriptionParams,
  body: z.strictObject({
    name: nameText(200).optional(),
    parentId: smallId.nullable().optional(),
    isShared: z.literal(true).optional(),
  }),
  response: folder,
  statuses: [200],
  problems: ['not-found', 'unknown-folder', 'folder-cycle', 'name-taken', 'limit-reached', 'forbidden', 'csrf-failed'],
});

export const deleteFolder = endpoint({
  name: 'deleteFolder',
  method: 'DELETE',
  path: '/v1/folders/:id',
  summary: 'Remove a folder, a shared one for everybody; what lies in it moves to its parent',
  access: 'reader',
  params: subscriptionParams,
  statuses: [204],
  problems: ['not-found', 'forbidden', 'csrf-failed'],
});

export const leaveFolder = endpoint({
  name: 'leaveFolder',
  method: 'POST',
  path: '/v1/folders/:id/leave',
  summary: 'Leave a shared folder and all below it: what came only with it does not arrive any more',
  access: 'reader',
  params: subscriptionParams,
  response: folder,
  statuses: [200],
  problems: ['not-found', 'invalid-request', 'csrf-failed'],
});

export const rejoinFolder = endpoint({
  name: 'rejoinFolder',
  method: 'POST',
  path: '/v1/folders/:id/rejoin',
  summary: 'Come back to a shared folder and all below it',
  access: 'reader',
  params: subscriptionParams,
  response: folder,
  statuses: [200],
  problems: ['not-found', 'invalid-request', 'csrf-failed'],
});

export const exportOpml = endpoint({
  name: 'exportOpml',
  method: 'GET',
  path: '/v1/opml',
  summary: 'The subscriptions as OPML 2.0',
  access: 'reader',
  responseType: 'text/x-opml',
  statuses: [200],
  problems: [],
});

export const importOpml = endpoint({
  name: 'importOpml',
  method: 'POST',
  path: '/v1/opml',
  summary: 'Follow everything in an OPML file; fetches nothing, polls follow',
  access: 'reader',
  role: 'member',
  body: z.string(),
  bodyType: 'text/x-opml',
  response: z.object({
    created: z.int(),
    existing: z.int(),
    failed: z.array(z.object({ url: z.string(), reason: z.string() })),
  }),
  statuses: [200],
  problems: ['invalid-opml', 'body-too-large', 'limit-reached', 'csrf-failed'],
});

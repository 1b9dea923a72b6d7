import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { entryDetails } from './entry-details.ts';
import { pageDetails } from './extraction.ts';
import { articleId, nameText, pageOf, pageQuery, repeated, smallId, time, timeOrNull } from './primitives.ts';
import { alsoIn } from './stories.ts';
import { entrySummary, fullEntrySummary } from './summaries.ts';

export const view = z.enum(['unread', 'read', 'starred', 'all']);
export const order = z.enum(['newest', 'oldest']);
export const workState = z.enum(['none', 'pending', 'ready', 'failed']);

export const entry = z
  .object({
    id: articleId,
    title: z.string(),
    url: z.string().nullable(),
    author: z.string().nullable(),
    publishedAt: timeOrNull,
    receivedAt: time,
    feed: z.object({ id: smallId, title: z.string() }),
    excerpt: z.string(),
    imageUrl: z.string().nullable(),
    read: z.boolean(),
    starred: z.boolean(),
    labels: z.array(z.string()),
    tags: z.array(z.string()),
    summary: entrySummary,
    /** The rest of the story, the first first; reading, starring and hiding act on all of it. */
    alsoIn: z.array(alsoIn),
  })
  .meta({ id: 'Entry' });
export type Entry = z.infer<typeof entry>;

export const enclosure = z
  .object({
    url: z.string(),
    type: z.string().nullable(),
    length: z.number().nullable(),
    durationSeconds: z.number().nullable(),
    title: z.string().nullable(),
  })
  .meta({ id: 'Enclosure' });

export const relatedEntry = z
  .object({
    id: articleId,
    title: z.string(),
    url: z.string().nullable(),
    feed: z.object({ id: smallId, title: z.string() }),
    terms: z.array(z.string()),
  })
  .meta({ id: 'RelatedEntry' });
export type RelatedEntry = z.infer<typeof relatedEntry>;

export const fullEntry = entry
  .extend({
    contentHtml: z.string(),
    /** Whether the reader or a rule hid it: in no list but that of what is hidden. */
    hidden: z.boolean().optional(),
    /** The rules that acted on it for the reader. */
    rules: z.array(z.object({ id: smallId, name: z.string() })).optional(),
    summary: fullEntrySummary,
    fullText: z.object({
      state: workState,
      html: z.string().nullable(),
      /** Why there is none, where it failed: a stable code, and a sentence in English. */
      code: z.string().nullable(),
      reason: z.string().nullable(),
      /** What the article's page says of it. */
      details: pageDetails.nullable(),
    }),
    /** Whether its tags are there (`ready`), are being made, could not be made, or whether there are none for it. */
    tagging: z.object({
      state: workState,
      code: z.enum(['failed', 'no-tags']).nullable(),
      /** The same in English. */
      reason: z.string().nullable(),
    }),
    /** Where the rest of the story is told that the reader took it out of; empty where they did not. */
    splitFrom: z.array(alsoIn),
    enclosures: z.array(enclosure),
    /** At most five of the reader's other articles about the same, the nearest first; `terms` are what both share. */
    related: z.array(relatedEntry),
    /** `pending`: they are being looked for; ask again in a second. `unavailable`: what finds them did not answer. */
    relatedState: z.enum(['ready', 'pending', 'unavailable']),
    ...entryDetails,
  })
  .meta({ id: 'FullEntry' });
export type FullEntry = z.infer<typeof fullEntry>;

export const entryFilters = {
  /** `hidden`: what the reader or a rule hid, which is in no other view, in no counter and not found by searching. */
  view: z.enum([...view.options, 'hidden']).default('all'),
  subscription: repeated(smallId),
  folder: repeated(smallId),
  label: repeated(z.string().min(1).max(200)),
  tag: repeated(z.string().min(1).max(200)),
  q: z.string().trim().max(500).optional(),
  order: order.default('newest'),
};

export const listEntries = endpoint({
  name: 'listEntries',
  method: 'GET',
  path: '/v1/entries',
  summary: 'Entries of a view, newest or oldest first, by key',
  access: 'reader',
  query: z.object({ ...entryFilters, ...pageQuery(50) }),
  response: pageOf(entry),
  statuses: [200],
  problems: ['invalid-query', 'invalid-cursor', 'search-unavailable'],
});

const entryParams = z.object({ id: z.string() });

export const readEntry = endpoint({
  name: 'readEntry',
  method: 'GET',
  path: '/v1/entries/:id',
  summary: 'One entry with its content',
  access: 'reader',
  params: entryParams,
  response: fullEntry,
  statuses: [200],
  problems: ['not-found'],
});

export const requestFullText = endpoint({
  name: 'requestFullText',
  method: 'POST',
  path: '/v1/entries/:id/full-text',
  summary: 'Fetch the full text of an entry from its page',
  access: 'reader',
  params: entryParams,
  statuses: [202],
  problems: ['not-found', 'csrf-failed'],
});

export const splitEntry = endpoint({
  name: 'splitEntry',
  method: 'POST',
  path: '/v1/entries/:id/split',
  summary: 'Take an entry out of its story: it is in lists and counters by itself, until that is taken back',
  access: 'reader',
  params: entryParams,
  response: entry,
  statuses: [200],
  problems: ['not-found', 'csrf-failed'],
});

export const rejoinEntry = endpoint({
  name: 'rejoinEntry',
  method: 'DELETE',
  path: '/v1/entries/:id/split',
  summary: 'Put an entry back into the story that it was taken out of; one that never was stays as it is',
  access: 'reader',
  params: entryParams,
  response: entry,
  statuses: [200],
  problems: ['not-found', 'csrf-failed'],
});

const labelNames = z.array(nameText(200)).max(50);

export const updateEntries = endpoint({
  name: 'updateEntries',
  method: 'PATCH',
  path: '/v1/entries',
  summary: 'Mark entries read, unread, starred, hidden; add and remove labels. Unknown ids are skipped and not counted',
  access: 'reader',
  body: z.strictObject({
    ids: z.array(articleId).min(1).max(1000),
    read: z.boolean().optional(),
    starred: z.boolean().optional(),
    /** Out of all lists, counters and search, with its whole story and what joins it later; or back into them. */
    hidden: z.boolean().optional(),
    addLabels: labelNames.optional(),
    removeLabels: labelNames.optional(),
  }),
  response: z.object({ updated: z.int() }),
  statuses: [200],
  problems: ['invalid-request', 'limit-reached', 'forbidden', 'csrf-failed'],
});

export const markRead = endpoint({
  name: 'markRead',
  method: 'POST',
  path: '/v1/entries/mark-read',
  summary: 'Mark everything read: of a subscription, of a folder with those inside, or all; received up to a time',
  access: 'reader',
  body: z
    .strictObject({ subscriptionId: smallId.optional(), folderId: smallId.optional(), before: time.optional() })
    .refine((body) => !(body.subscriptionId && body.folderId), 'give a subscription or a folder, not both'),
  response: z.object({ updated: z.int() }),
  statuses: [200],
  problems: ['not-found', 'csrf-failed'],
});

export const counters = z
  .object({
    unread: z.int(),
    starred: z.int(),
    bySubscription: z.record(z.string(), z.int()),
    byFolder: z.record(z.string(), z.int()),
  })
  .meta({ id: 'Counters' });
export type Counters = z.infer<typeof counters>;

export const readCounters = endpoint({
  name: 'readCounters',
  method: 'GET',
  path: '/v1/counters',
  summary: 'Unread counts: all, by subscription, by folder with those inside; and the number of starred entries',
  access: 'reader',
  response: counters,
  statuses: [200],
  problems: [],
});

export const label = z
  .object({
    id: smallId,
    name: z.string(),
    /** Whether it is the tenant's: what has it has it for everybody. */
    isShared: z.boolean(),
    count: z.int(),
  })
  .meta({ id: 'Label' });

export const listLabels = endpoint({
  name: 'listLabels',
  method: 'GET',
  path: '/v1/labels',
  summary: 'The reader’s labels with the number of entries each has',
  access: 'reader',
  query: z.object(pageQuery(200)),
  response: pageOf(label),
  statuses: [200],
  problems: ['invalid-query', 'invalid-cursor'],
});

const labelParams = z.object({ name: nameText(200) });

export const renameLabel = endpoint({
  name: 'renameLabel',
  method: 'PATCH',
  path: '/v1/labels/:name',
  summary: 'Rename a label on every entry that has it, or share it with the tenant, which cannot be taken back',
  access: 'reader',
  params: labelParams,
  body: z
    .strictObject({ name: nameText(200).optional(), isShared: z.literal(true).optional() })
    .refine(({ name, isShared }) => name !== undefined || isShared, 'give a name, or share it'),
  response: label,
  statuses: [200],
  problems: ['not-found', 'name-taken', 'invalid-request', 'forbidden', 'csrf-failed'],
});

export const deleteLabel = endpoint({
  name: 'deleteLabel',
  method: 'DELETE',
  path: '/v1/labels/:name',
  summary: 'Remove a label from every entry and from the list, a shared one for everybody; the entries stay',
  access: 'reader',
  params: labelParams,
  statuses: [204],
  problems: ['not-found', 'forbidden', 'csrf-failed'],
});

/**
 * Server-sent events. `id` is the reader's revision; a client resumes with `Last-Event-ID`.
 * `entries` {revision, items:[{id, feedId, read, starred, isNew, labels}], removed:[id]} (removed: in no list any more,
 * folded into another entry or hidden; one that is shown again comes as new) · `marked` {feeds:[{feedId, before}]} (all of the
 * feed received before that time, null for all, is read) · `counters` Counters · `subscriptions` {} (load them again) ·
 * `import` ReaderImport (it went on) · `reset` {revision} (too far behind: load everything again).
 */
export const events = endpoint({
  name: 'events',
  method: 'GET',
  path: '/v1/events',
  summary: 'What changes for the reader, as server-sent events',
  access: 'reader',
  query: z.object({ since: z.coerce.number().int().min(0).optional() }),
  responseType: 'text/event-stream',
  statuses: [200],
  problems: ['too-many-requests'],
});

export const changedEntry = z.object({
  id: articleId,
  feedId: smallId,
  read: z.boolean(),
  starred: z.boolean(),
  isNew: z.boolean(),
  labels: z.array(z.string()),
});
export const entriesEvent = z.object({
  revision: z.int(),
  items: z.array(changedEntry),
  removed: z.array(articleId).default([]),
});

import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { articleId, time } from './primitives.ts';

/** Longest span that is asked for at once, in days. */
export const STATISTICS_DAYS_MAXIMUM = 3_660;

/** A reader's doings in some time. Seconds are those in which an article was open before their eyes. */
export const readingSums = z.object({
  opened: z.int(),
  read: z.int(),
  unread: z.int(),
  starred: z.int(),
  unstarred: z.int(),
  /** Articles of which a summary was shown. */
  summaries: z.int(),
  /** Highlights and notes that were shown to the tenant. */
  shared: z.int(),
  searches: z.int(),
  /** Marked read many at once, without being looked at. */
  cleared: z.int(),
  spentSeconds: z.int(),
  /** What the articles with a shown summary would have taken to read, less what was spent on them. */
  savedSeconds: z.int(),
});
export type ReadingSums = z.infer<typeof readingSums>;

const date = z.iso.date('must be a date such as 2026-11-21');
const span = { from: date.optional(), to: date.optional() };
const isOrdered = ({ from, to }: { from?: string | undefined; to?: string | undefined }) => !from || !to || from <= to;
const ORDER = { error: '"from" must not be after "to"', path: ['from'] };

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== null;
  } catch {
    return false;
  }
}

export const reportReading = endpoint({
  name: 'reportReading',
  method: 'POST',
  path: '/v1/stats/events',
  summary: 'Tell what was opened and for how long; kept only where statistics are on',
  access: 'reader',
  body: z.strictObject({
    events: z
      .array(
        z.strictObject({
          entryId: articleId,
          /** It was opened; false for more time spent on one that is open. */
          opened: z.boolean().default(false),
          /** For how long it was open on a page that was seen. */
          seconds: z.int().min(0).max(3_600).default(0),
          /** Its summary was seen, and the reader has left it. */
          summaryShown: z.boolean().default(false),
          /** When it happened; a day ago at most, now unless given. */
          at: time.optional(),
        }),
      )
      .min(1)
      .max(50),
  }),
  response: z.object({ recorded: z.int() }),
  statuses: [200],
  problems: ['csrf-failed'],
});

const feedReading = readingSums.extend({
  feedId: z.string(),
  /** Null where the reader follows it no longer. */
  subscriptionId: z.string().nullable(),
  title: z.string(),
  folderIds: z.array(z.string()),
  /** Articles that the feed brought in the span, by days in UTC. */
  received: z.int(),
  unreadNow: z.int(),
});

export const readingStatistics = z
  .object({
    from: date,
    to: date,
    timeZone: z.string(),
    /** Whether what the reader does is written down: as they, their tenant and the instance want it. */
    isOn: z.boolean(),
    offBecause: z.enum(['reader', 'tenant', 'instance']).nullable(),
    /** Events older than this are forgotten. */
    keptDays: z.int(),
    store: z.enum(['postgres', 'clickhouse']),
    /** False where so much was done at once that not all of it is counted yet. */
    isComplete: z.boolean(),
    totals: readingSums,
    /** Days on which anything happened. */
    days: z.array(readingSums.extend({ date })),
    /** Seven rows from Monday, 24 hours each: articles opened, and articles read. */
    week: z.object({ opened: z.array(z.array(z.int())), read: z.array(z.array(z.int())) }),
    feeds: z.array(feedReading),
    folders: z.array(readingSums.extend({ folderId: z.string(), name: z.string() })),
    /** Days in a row on which something was opened or read. Nothing is lost by a day off. */
    streaks: z.object({ activeDays: z.int(), longest: z.int(), current: z.int() }),
    /** Subscriptions at least as old as the span of which nothing was opened in it. */
    neverOpened: z.array(z.string()),
    /** Of what is in the reader's feeds now. */
    unreadNow: z.int(),
    entriesNow: z.int(),
    /** How time saved is reckoned. */
    charactersPerMinute: z.object({ alphabetic: z.int(), cjk: z.int() }),
  })
  .meta({ id: 'ReadingStatistics' });
export type ReadingStatistics = z.infer<typeof readingStatistics>;

export const readReadingStatistics = endpoint({
  name: 'readReadingStatistics',
  method: 'GET',
  path: '/v1/stats/reading',
  summary: 'What the reader read, when and from where; the last 30 days unless told otherwise, days in their time zone',
  access: 'reader',
  query: z
    .object({
      ...span,
      zone: z.string().max(64).refine(isTimeZone, 'is no time zone; give an IANA name such as Europe/Paris').optional(),
    })
    .refine(isOrdered, ORDER),
  response: readingStatistics,
  statuses: [200],
  problems: ['invalid-query', 'unavailable'],
});

export const deleteReadingStatistics = endpoint({
  name: 'deleteReadingStatistics',
  method: 'DELETE',
  path: '/v1/stats/reading',
  summary: 'Delete what was collected of the reader',
  access: 'reader',
  statuses: [204],
  problems: ['csrf-failed'],
});

const troubledFeed = z.object({
  feedId: z.string(),
  title: z.string(),
  url: z.string(),
  trouble: z.enum(['failing', 'slow', 'noisy', 'silent']),
  errorCode: z.string().nullable(),
  failingSince: z.string().nullable(),
  lastChangedAt: z.string().nullable(),
  polls: z.int(),
  failed: z.int(),
  articles: z.int(),
  bytes: z.int(),
  meanMilliseconds: z.int(),
});

const growthDay = z.object({ date, articles: z.int(), bytes: z.int(), polls: z.int(), failed: z.int() });

const sizes = z.object({
  feeds: z.int(),
  failing: z.int(),
  readers: z.int(),
  modelRequestsThisMonth: z.int(),
});

export const tenantStatistics = z
  .object({
    from: date,
    to: date,
    sizes,
    /** Feeds in shared folders, and the caller's own. What another member alone follows is not named. */
    troubles: z.array(troubledFeed),
    growth: z.array(growthDay),
    /** By week from Monday (UTC); null where fewer than `readersMinimum` read, for then the sum would tell who. */
    reading: z.array(
      z.object({
        week: date,
        readers: z.int().nullable(),
        sums: readingSums
          .pick({ opened: true, read: true, cleared: true, starred: true, shared: true, searches: true })
          .extend({ spentSeconds: z.int(), savedSeconds: z.int() })
          .nullable(),
      }),
    ),
    readersMinimum: z.int(),
    /** False where so much was done at once that not all of it is counted yet. */
    isComplete: z.boolean(),
  })
  .meta({ id: 'TenantStatistics' });
export type TenantStatistics = z.infer<typeof tenantStatistics>;

export const readTenantStatistics = endpoint({
  name: 'readTenantStatistics',
  method: 'GET',
  path: '/v1/stats/tenant',
  summary: 'Feeds in trouble, growth and reading of the whole tenant, for its owners and administrators; sums only',
  access: 'reader',
  role: 'admin',
  query: z.object(span).refine(isOrdered, ORDER),
  response: tenantStatistics,
  statuses: [200],
  problems: ['forbidden', 'invalid-query', 'unavailable'],
});

export const deleteTenantStatistics = endpoint({
  name: 'deleteTenantStatistics',
  method: 'DELETE',
  path: '/v1/stats/tenant',
  summary: 'Delete what was collected of all readers of the tenant',
  access: 'reader',
  role: 'owner',
  statuses: [204],
  problems: ['forbidden', 'csrf-failed'],
});

const workSums = z.object({
  done: z.int(),
  failed: z.int(),
  p50Ms: z.int().nullable(),
  p95Ms: z.int().nullable(),
});

export const platformStatistics = z
  .object({
    from: date,
    to: date,
    sizes: sizes.extend({ tenants: z.int(), articles: z.int(), bytes: z.int() }),
    /** Feeds that are nobody's private ones. */
    troubles: z.array(troubledFeed),
    growth: z.array(growthDay),
    /** Milliseconds for an article, from the upper bounds of a histogram: 1, 2, 5, 10, 20, 50 … */
    stages: z.array(workSums.extend({ stage: z.string(), days: z.array(workSums.extend({ date })) })),
    models: z.array(
      workSums.extend({
        kind: z.string(),
        model: z.string(),
        tokensIn: z.int(),
        tokensOut: z.int(),
        /** By the prices that are set; null where none is. */
        cost: z.number().nullable(),
      }),
    ),
    prices: z.object({
      perMillionIn: z.number().nullable(),
      perMillionOut: z.number().nullable(),
      currency: z.string(),
    }),
    /** `failed` are searches that found nothing. */
    searches: workSums,
    /** False where so much was done at once that not all of it is counted yet. */
    isComplete: z.boolean(),
  })
  .meta({ id: 'PlatformStatistics' });
export type PlatformStatistics = z.infer<typeof platformStatistics>;

export const readPlatformStatistics = endpoint({
  name: 'readPlatformStatistics',
  method: 'GET',
  path: '/v1/stats/platform',
  summary: 'Feeds in trouble, stages, cost and growth of the whole instance, for its owner; sums only',
  access: 'reader',
  needsInstanceOwner: true,
  query: z.object(span).refine(isOrdered, ORDER),
  response: platformStatistics,
  statuses: [200],
  problems: ['forbidden', 'invalid-query', 'unavailable'],
});

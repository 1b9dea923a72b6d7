import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { recapReason } from './news-creator.ts';
import { articleId, pageQuery, smallId, time, timeOrNull, uuid } from './primitives.ts';

export const recapPeriod = z.enum(['daily', 'weekly']);
export type RecapPeriod = z.infer<typeof recapPeriod>;

const recapArticle = z.object({
  id: articleId,
  title: z.string(),
  url: z.string().nullable(),
  feed: z.object({ id: smallId, title: z.string() }),
});

export const recapStory = z
  .object({
    /** The article that stands for the story. */
    ...recapArticle.shape,
    summary: z.string(),
    /** Of all its articles, as they were when the recap was built. */
    articleCount: z.int(),
    feedCount: z.int(),
    tags: z.array(z.string()),
    /** Why it is in the recap, the weightiest reason first. */
    reasons: z.array(recapReason),
    /** Other articles of the story, a few. */
    articles: z.array(recapArticle),
  })
  .meta({ id: 'RecapStory' });
export type RecapStory = z.infer<typeof recapStory>;

export const recapTopic = z.object({ name: z.string(), stories: z.array(recapStory) }).meta({ id: 'RecapTopic' });
export type RecapTopic = z.infer<typeof recapTopic>;

export const recap = z
  .object({
    id: uuid,
    period: recapPeriod,
    /** The day, or the Monday of the week, in `timeZone`. */
    date: z.iso.date(),
    timeZone: z.string(),
    /** What arrived from `from` on and before `to`; with what was published long before it arrived, by its own date. */
    from: time,
    to: time,
    /** False while its time is not over: it is then built again when it is asked for later. */
    isFinal: z.boolean(),
    builtAt: time,
    /** How many articles the reader had in this time. */
    articleCount: z.int(),
    storyCount: z.int(),
    topics: z.array(recapTopic),
    /** `extractive`, or `<engine>/<model>`; null where there was nothing to write of. */
    engine: z.string().nullable(),
  })
  .meta({ id: 'Recap' });
export type Recap = z.infer<typeof recap>;

/** Why a recap is not there: it is being written, others of the reader's are before it, or what writes recaps does not answer. */
export const recapDelay = z.enum(['being-written', 'waiting', 'outage']);
export type RecapDelay = z.infer<typeof recapDelay>;

export const listRecaps = endpoint({
  name: 'listRecaps',
  method: 'GET',
  path: '/v1/recaps',
  summary:
    'The reader’s recaps, the latest first. The last full day or week is built when it is missing, and so is that of `date`',
  access: 'reader',
  query: z.object({
    period: recapPeriod.optional(),
    /** Only the recap of this day, or of the week that it lies in. */
    date: z.iso.date().optional(),
    ...pageQuery(20),
  }),
  response: z.object({
    items: z.array(recap),
    nextCursor: z.string().nullable(),
    /** Why the latest could not be built just now, although earlier ones are here; else null. */
    unavailable: z.string().nullable(),
    /** The same as a code; the problem has it too where there are no recaps at all. */
    unavailableCode: recapDelay.nullable(),
  }),
  statuses: [200],
  problems: ['invalid-query', 'invalid-cursor', 'too-many-requests', 'bad-gateway', 'unavailable', 'timeout'],
});

export const readRecap = endpoint({
  name: 'readRecap',
  method: 'GET',
  path: '/v1/recaps/:id',
  summary: 'One recap, as JSON, as a page (`format=html`) or as Markdown (`format=markdown`)',
  access: 'reader',
  params: z.object({ id: z.string() }),
  query: z.object({ format: z.enum(['json', 'html', 'markdown']).default('json') }),
  response: recap,
  statuses: [200],
  problems: ['not-found', 'invalid-query'],
});

/** Why a mail did not go. */
export const mailTrouble = z.enum([
  'relay-unreachable',
  'relay-login',
  'relay-encryption',
  'address-refused',
  'mail-refused',
  'failed',
]);
export type MailTrouble = z.infer<typeof mailTrouble>;

/** How recaps reach the reader outside the web app. */
export const recapDelivery = z
  .object({
    feed: z.object({ isEnabled: z.boolean(), createdAt: timeOrNull }),
    mail: z.object({
      /** Whether this Alt can send mail. */
      isPossible: z.boolean(),
      daily: z.boolean(),
      weekly: z.boolean(),
      /** Where it goes: the address of the account. */
      address: z.string().nullable(),
      /**
       * Whether whoever reads that address wants it. `unconfirmed`: nothing comes until the link in the one mail that
       * asks is followed; choosing again after a day sends that mail again, three times at most. `none`: no address yet.
       */
      confirmation: z.enum(['none', 'unconfirmed', 'confirmed']),
      /** When the mail that asks went; null while it has not. */
      confirmationSentAt: timeOrNull,
      /** Why the last one did not go, in the relay's words, else null. */
      error: z.string().nullable(),
      errorCode: mailTrouble.nullable(),
    }),
  })
  .meta({ id: 'RecapDelivery' });
export type RecapDelivery = z.infer<typeof recapDelivery>;

export const readRecapDelivery = endpoint({
  name: 'readRecapDelivery',
  method: 'GET',
  path: '/v1/recaps/delivery',
  summary: 'Whether the reader has a private feed of recaps, and which come by mail',
  access: 'reader',
  response: recapDelivery,
  statuses: [200],
  problems: [],
});

export const writeRecapDelivery = endpoint({
  name: 'writeRecapDelivery',
  method: 'PATCH',
  path: '/v1/recaps/delivery',
  summary: 'Choose which recaps come by mail, to the address of the account, once that is confirmed from its mailbox',
  access: 'reader',
  body: z.strictObject({
    mail: z.strictObject({ daily: z.boolean(), weekly: z.boolean() }).partial(),
  }),
  response: recapDelivery,
  statuses: [200],
  problems: ['invalid-request', 'csrf-failed'],
});

export const createRecapFeed = endpoint({
  name: 'createRecapFeed',
  method: 'POST',
  path: '/v1/recaps/feed',
  summary: 'A new private address of the feed of recaps, shown once; the one before ends',
  access: 'reader',
  response: z.object({ url: z.string() }),
  statuses: [201],
  problems: ['csrf-failed'],
});

export const deleteRecapFeed = endpoint({
  name: 'deleteRecapFeed',
  method: 'DELETE',
  path: '/v1/recaps/feed',
  summary: 'End the private feed of recaps',
  access: 'reader',
  statuses: [204],
  problems: ['csrf-failed'],
});

export const readRecapFeed = endpoint({
  name: 'readRecapFeed',
  method: 'GET',
  path: '/v1/recaps/feed/:secret',
  summary: 'The reader’s recaps as RSS, for whoever knows the secret',
  access: 'public',
  params: z.object({ secret: z.string() }),
  responseType: 'application/rss+xml',
  statuses: [200, 304],
  problems: ['not-found'],
});

const mailToken = z.object({ token: z.string() });

export const readRecapMail = endpoint({
  name: 'readRecapMail',
  method: 'GET',
  path: '/v1/recaps/mail/:token',
  summary: 'The page that the links in our mails lead to: confirm the address, or end recaps by mail. Changes nothing',
  access: 'public',
  params: mailToken,
  responseType: 'text/html',
  statuses: [200],
  problems: ['not-found'],
});

export const endRecapMail = endpoint({
  name: 'endRecapMail',
  method: 'POST',
  path: '/v1/recaps/mail/:token',
  summary: 'End recaps by mail to this address, by one click in the mail program (RFC 8058) or on the page',
  access: 'public',
  params: mailToken,
  responseType: 'text/html',
  statuses: [200],
  problems: ['not-found'],
});

export const confirmRecapMail = endpoint({
  name: 'confirmRecapMail',
  method: 'POST',
  path: '/v1/recaps/mail/:token/confirmation',
  summary: 'Confirm the address, from its mailbox: recaps come from now on',
  access: 'public',
  params: mailToken,
  responseType: 'text/html',
  statuses: [200],
  problems: ['not-found'],
});

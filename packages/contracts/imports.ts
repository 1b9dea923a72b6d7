import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { cursor, pageOf, pageQuery, time, timeOrNull, typedUrl, uuid } from './primitives.ts';

/** Services that the page offers; what they have in common is the Google Reader API. */
export const readerServices = ['freshrss', 'miniflux', 'theoldreader', 'bazqux', 'other'] as const;

/** What of an account is brought besides its subscriptions, which are always. */
export const importedParts = ['unread', 'starred', 'labels', 'read'] as const;

/** Why an import failed. Stable; the sentence beside it says what to do. */
export const importErrorCodes = [
  'sign-in-refused',
  'no-reader-api',
  'address-refused',
  'redirected-elsewhere',
  'unreachable',
  'answer-unusable',
  'limit-reached',
  'secret-lost',
  'internal',
] as const;
export type ImportErrorCode = (typeof importErrorCodes)[number];

export const readerImport = z
  .object({
    id: uuid,
    service: z.enum(readerServices),
    /** As it was typed; once it is found, where the API is. */
    url: z.string(),
    username: z.string(),
    state: z.enum(['waiting', 'running', 'done', 'failed']),
    phase: z.enum(['connecting', 'subscriptions', 'listing', 'fetching', 'storing', 'over']),
    /** Of what the phase counts: articles to fetch, articles to store. 0 of 0 where nothing can be counted yet. */
    done: z.int(),
    total: z.int(),
    /** What came of it so far, and in the end. */
    result: z
      .object({
        subscriptions: z.object({ created: z.int(), existing: z.int() }),
        /** Feeds that could not be followed. */
        failed: z.array(z.object({ url: z.string(), reason: z.string() })),
        /** Articles found there, and how many of them are here now. */
        articles: z.object({
          found: z.int(),
          stored: z.int(),
          unread: z.int(),
          starred: z.int(),
          labelled: z.int(),
          /** Not here: of a feed that is not followed, removed here before, or without anything to show. */
          left: z.array(z.object({ reason: z.string(), count: z.int() })),
        }),
        /** Parts that the service could not give. */
        missing: z.array(z.string()),
      })
      .nullable(),
    /** Of a failed import; of one that waits, what it waits for. */
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    /** When it goes on, if it waits for the service. */
    nextAttemptAt: timeOrNull,
    createdAt: time,
    finishedAt: timeOrNull,
  })
  .meta({ id: 'ReaderImport' });
export type ReaderImport = z.infer<typeof readerImport>;

export const createReaderImport = endpoint({
  name: 'createReaderImport',
  method: 'POST',
  path: '/v1/imports/google-reader',
  summary:
    'Bring subscriptions, folders and articles with their state from another reader service; the work goes on by itself',
  access: 'reader',
  role: 'member',
  body: z
    .object({
      service: z.enum(readerServices).default('other'),
      url: typedUrl.max(2_000),
      username: z.string().trim().max(320).default(''),
      password: z.string().min(1).max(1_000).optional(),
      /** Instead of a password, where the service gives tokens. */
      apiToken: z.string().trim().min(1).max(4_000).optional(),
      what: z
        .array(z.enum(importedParts))
        .max(4)
        .default([...importedParts]),
    })
    .refine(({ password, apiToken }) => (password === undefined) !== (apiToken === undefined), {
      path: ['password'],
      message: 'give either a password or an API token',
    })
    .refine(({ username, apiToken }) => username !== '' || apiToken !== undefined, {
      path: ['username'],
      message: 'must not be empty where a password is given',
    }),
  response: readerImport,
  statuses: [202],
  problems: ['invalid-request', 'csrf-failed', 'conflict', 'forbidden'],
});

export const listReaderImports = endpoint({
  name: 'listReaderImports',
  method: 'GET',
  path: '/v1/imports',
  summary: 'The reader’s imports from other services, the newest first',
  access: 'reader',
  query: z.object({ ...pageQuery(20), cursor: cursor.optional() }),
  response: pageOf(readerImport),
  statuses: [200],
  problems: ['invalid-query', 'invalid-cursor'],
});

export const readReaderImport = endpoint({
  name: 'readReaderImport',
  method: 'GET',
  path: '/v1/imports/:id',
  summary: 'How far an import is, and what came of it',
  access: 'reader',
  params: z.object({ id: z.string() }),
  response: readerImport,
  statuses: [200],
  problems: ['not-found'],
});

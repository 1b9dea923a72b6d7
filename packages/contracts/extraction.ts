import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { timeOrNull, typedUrl } from './primitives.ts';
import { MAX_SELECTOR_LENGTH, parseSelector } from './selectors.ts';

const selectorText = z
  .string()
  .trim()
  .max(MAX_SELECTOR_LENGTH)
  .refine((text) => parseSelector(text) !== null, {
    message:
      'is no selector that Alt can use: names, classes, ids, attributes, descendants and “>”, eight steps at most',
  });

/** What a tenant's readers say of a feed's pages: the elements that are the article, and those that are none of it. */
export const selectorRules = z.strictObject({
  keep: z.array(selectorText).max(10).default([]),
  drop: z.array(selectorText).max(30).default([]),
});
export type SelectorRules = z.output<typeof selectorRules>;

/** What a page says of its article. Sites say what they like. */
export const pageDetails = z.object({
  title: z.string().nullable(),
  byline: z.string().nullable(),
  publishedAt: timeOrNull,
  imageUrl: z.string().nullable(),
  siteName: z.string().nullable(),
  language: z.string().nullable(),
  canonicalUrl: z.string().nullable(),
  /** Pages that the article was put together from. */
  pageCount: z.int(),
  /** False where one of them was missing, or the article is longer than Alt keeps. */
  isComplete: z.boolean(),
});
export type PageDetails = z.infer<typeof pageDetails>;

export const extractionPreview = z
  .discriminatedUnion('ok', [
    z.object({
      ok: z.literal(true),
      url: z.string(),
      html: z.string(),
      details: pageDetails,
      /** How many elements each selector found, in their order. */
      matched: z.object({ keep: z.array(z.int()), drop: z.array(z.int()) }),
    }),
    z.object({ ok: z.literal(false), url: z.string(), code: z.string(), reason: z.string() }),
  ])
  .meta({ id: 'ExtractionPreview' });
export type ExtractionPreview = z.infer<typeof extractionPreview>;

export const previewSubscriptionExtraction = endpoint({
  name: 'previewSubscriptionExtraction',
  method: 'POST',
  path: '/v1/subscriptions/:id/extraction/preview',
  summary: 'What selectors make of a page of the feed: the newest article, or one given. Stores nothing',
  access: 'reader',
  role: 'member',
  params: z.object({ id: z.string() }),
  body: z.strictObject({ url: typedUrl.optional(), ...selectorRules.shape }),
  response: extractionPreview,
  statuses: [200],
  problems: ['not-found', 'invalid-request', 'csrf-failed'],
});

/** Between services: what alt-backend asks of pre-processor. */
export const previewExtraction = endpoint({
  name: 'previewExtraction',
  method: 'POST',
  path: '/internal/extraction/preview',
  summary: 'The article of a page as selectors want it; fetched for this, nothing is stored',
  access: 'service',
  body: z.object({ url: typedUrl, feedTitle: z.string(), feedText: z.string(), ...selectorRules.shape }),
  response: extractionPreview,
  statuses: [200],
  problems: ['invalid-request', 'bad-gateway'],
});

import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { nameText } from './primitives.ts';

/**
 * Endpoints of news-creator for services. Texts and passages come in with the request; news-creator looks nothing up.
 * With `stream` the answer is `application/x-ndjson` of `creatorEvent` lines and its head comes at once, so that a model
 * that thinks for ten minutes meets no time-out on the way.
 */

/** `reader`: somebody waits for it, and it goes first. */
export const creatorPriority = z.enum(['reader', 'background']);

/** What every request may say: who waits, in which language to write (ISO 639-1; null: that of the text), how to answer. */
const asked = {
  priority: creatorPriority.default('background'),
  targetLanguage: z.string().max(16).nullable().default(null),
  stream: z.boolean().default(false),
};

/** `extractive`, or `<engine>/<model>` such as `ollama/gemma3:4b`. */
const engine = z.string();

/** Exact words of a given text: `text.slice(start, end)`, counted in UTF-16 units. Null where no sentence stands behind it. */
const place = { start: z.int().min(0).nullable(), end: z.int().min(0).nullable() };

export const summarySentence = z
  .object({
    text: z.string(),
    ...place,
    /** The words at that place, where the sentence is a model's own; else absent or null. */
    source: z.string().nullable().optional(),
  })
  .meta({ id: 'SummarySentence' });
export type SummarySentence = z.infer<typeof summarySentence>;

export const createdSummary = z.object({
  text: z.string(),
  /** Of the summary; null where unknown. */
  language: z.string().nullable(),
  engine,
  /** In the order of the summary, with the sentence of the given text that each rests on. */
  sentences: z.array(summarySentence),
});
export type CreatedSummary = z.infer<typeof createdSummary>;

const document = {
  title: z.string().max(2_000).nullable().default(null),
  text: z.string().min(1).max(400_000),
  /** Of the text, ISO 639-1; null where unknown. */
  language: z.string().max(16).nullable().default(null),
};

const problemsOfCreating = [
  'invalid-request',
  'body-too-large',
  'too-many-requests',
  'bad-gateway',
  'unavailable',
  'timeout',
] as const;

export const summarize = endpoint({
  name: 'summarize',
  method: 'POST',
  path: '/v1/summarize',
  summary: 'Summary of one text, each sentence with its place in the text',
  access: 'service',
  body: z.object({
    ...document,
    ...asked,
    maximumSentences: z.int().min(1).max(20).default(4),
    /** `extractive` asks the built-in engine even where a model is configured. */
    engine: z.enum(['any', 'extractive']).default('any'),
  }),
  response: createdSummary,
  statuses: [200],
  problems: problemsOfCreating,
});

export const summarizeBatch = endpoint({
  name: 'summarizeBatch',
  method: 'POST',
  path: '/v1/summarize/batch',
  summary: 'Summaries of many texts by the built-in engine, in the order given; null for a text without sentences',
  access: 'service',
  body: z.object({
    documents: z.array(z.object(document)).min(1).max(100),
    maximumSentences: z.int().min(1).max(20).default(4),
  }),
  response: z.object({ summaries: z.array(createdSummary.nullable()) }),
  statuses: [200],
  problems: problemsOfCreating,
});

export const passage = z.object({
  /** Named again in citations; unique in the request. */
  id: z.string().min(1).max(100),
  articleId: z.string().min(1).max(100),
  title: z.string().max(2_000).default(''),
  text: z.string().min(1).max(8_000),
});
export type Passage = z.infer<typeof passage>;

export const createdAnswer = z.object({
  /** False: the passages hold no answer; then `answer` is empty and nothing is cited. */
  found: z.boolean(),
  /** Of a model: its text, with `[n]` for the n-th citation. Of `extractive`: the best sentences, one a line. */
  answer: z.string(),
  /** `quote` is `passage.text.slice(start, end)`. */
  citations: z.array(
    z.object({ passageId: z.string(), articleId: z.string(), quote: z.string(), start: z.int(), end: z.int() }),
  ),
  engine,
});
export type CreatedAnswer = z.infer<typeof createdAnswer>;

export const answerQuestion = endpoint({
  name: 'answerQuestion',
  method: 'POST',
  path: '/v1/answer',
  summary: 'Answer to a question from passages, every citation an exact quote; or that they hold none',
  access: 'service',
  body: z.object({ question: z.string().trim().min(1).max(2_000), passages: z.array(passage).max(60), ...asked }),
  response: createdAnswer,
  statuses: [200],
  problems: problemsOfCreating,
});

export const createdBrief = z.object({
  /** In the order in which they are read; each rests on at least one passage, `quote` being `text.slice(start, end)`. */
  sentences: z.array(
    z.object({
      text: z.string(),
      citations: z
        .array(
          z.object({ passageId: z.string(), articleId: z.string(), quote: z.string(), start: z.int(), end: z.int() }),
        )
        .min(1),
    }),
  ),
  engine,
});
export type CreatedBrief = z.infer<typeof createdBrief>;

export const createBrief = endpoint({
  name: 'createBrief',
  method: 'POST',
  path: '/v1/brief',
  summary: 'What passages of several articles say about a topic, every sentence with exact quotes',
  access: 'service',
  body: z.object({
    topic: z.string().trim().min(1).max(500),
    passages: z.array(passage).min(1).max(60),
    maximumSentences: z.int().min(1).max(30).default(8),
    ...asked,
  }),
  response: createdBrief,
  statuses: [200],
  problems: problemsOfCreating,
});

const relatable = {
  title: z.string().max(2_000),
  text: z.string().max(8_000),
  language: z.string().max(16).nullable().default(null),
  /** Tags or keyphrases. */
  tags: z.array(z.string().max(200)).max(50).default([]),
};

export const findRelated = endpoint({
  name: 'findRelated',
  method: 'POST',
  path: '/v1/related',
  summary: 'Which candidates are about the same as an article, the nearest first; precise over many',
  access: 'service',
  body: z.object({
    subject: z.object(relatable),
    candidates: z.array(z.object({ id: z.string().min(1).max(100), ...relatable })).max(200),
    limit: z.int().min(1).max(20).default(5),
  }),
  response: z.object({
    /** `score` from 0 to 1; `terms` are the words and tags that both share, the weightiest first. */
    items: z.array(z.object({ id: z.string(), score: z.number(), terms: z.array(z.string()) })),
    engine,
  }),
  statuses: [200],
  problems: problemsOfCreating,
});

const count = z.int().min(0);

/** Articles of one story, with what the reader did with them. */
export const recapCluster = z.object({
  id: z.string().min(1).max(100),
  articles: z
    .array(
      z.object({
        id: z.string().min(1).max(100),
        title: z.string().max(2_000),
        /** The summary where there is one, else the beginning of the text. */
        text: z.string().max(4_000),
        feed: z.string().max(500),
        language: z.string().max(16).nullable().default(null),
      }),
    )
    .min(1)
    .max(20),
  /** Of all its articles, also those that are not given here. */
  articleCount: count,
  feedCount: count,
  starredCount: count.default(0),
  readCount: count.default(0),
  tags: z.array(nameText(200)).max(50).default([]),
  /** Hours since its newest article. */
  ageHours: z.number().min(0).default(0),
});
export type RecapCluster = z.infer<typeof recapCluster>;

/** Why a story is in the recap. `count` of feeds, articles, stars, reads; `tag` the reader reads often, or the topic's. */
export const recapReason = z.object({
  code: z.enum(['many-feeds', 'many-articles', 'starred', 'read', 'tag', 'fresh']),
  count: z.int().nullable(),
  tag: z.string().nullable(),
});
export type RecapReason = z.infer<typeof recapReason>;

export const createdRecap = z.object({
  topics: z.array(
    z.object({
      /** A tag, or the weightiest words that its stories share; never empty. */
      name: z.string(),
      stories: z.array(
        z.object({
          clusterId: z.string(),
          /** The representative: the article that is nearest to all others of its story. */
          articleId: z.string(),
          title: z.string(),
          summary: z.string(),
          /** The sentences of the summary, each exact words of one article's `text`; null where a model wrote its own. */
          sentences: z.array(z.object({ text: z.string(), articleId: z.string().nullable(), ...place })),
          score: z.number(),
          reasons: z.array(recapReason),
        }),
      ),
    }),
  ),
  /** Clusters that were given and are not in it. */
  leftOut: z.array(z.string()),
  engine,
});
export type CreatedRecap = z.infer<typeof createdRecap>;

export const createRecap = endpoint({
  name: 'createRecap',
  method: 'POST',
  path: '/v1/recap',
  summary: 'The important stories of a time, grouped by topic, each with why it is in it',
  access: 'service',
  body: z.object({
    period: z.enum(['daily', 'weekly']),
    clusters: z.array(recapCluster).max(200),
    maximumStories: z.int().min(1).max(60).default(12),
    /** Tags that the reader reads and stars most, the first weightiest. */
    interests: z.array(nameText(200)).max(50).default([]),
    ...asked,
  }),
  response: createdRecap,
  statuses: [200],
  problems: problemsOfCreating,
});

/** The engines, the first that answers `any` first. `isGenerative`: a model is configured, beside `extractive`. */
export const listEngines = endpoint({
  name: 'listEngines',
  method: 'GET',
  path: '/v1/engines',
  summary: 'Which engines there are, and whether they can be reached',
  access: 'service',
  response: z.object({
    isGenerative: z.boolean(),
    engines: z.array(
      z.object({ name: engine, isReady: z.boolean(), reason: z.string().nullable(), model: z.string().nullable() }),
    ),
  }),
  statuses: [200],
  problems: [],
});

/**
 * A line of a streamed answer: `waiting` (the place in the queue, and a sign of life every few seconds), `text` (more of
 * what the model writes), and at the end `result` (the response of the endpoint) or `problem`.
 */
export const creatorEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('waiting'), position: z.int() }),
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('result'), result: z.json() }),
  z.object({
    type: z.literal('problem'),
    code: z.string(),
    detail: z.string(),
    retryAfterSeconds: z.number().nullable(),
  }),
]);
export type CreatorEvent = z.infer<typeof creatorEvent>;

import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { articleId, smallId } from './primitives.ts';

/** Words that stand in an article of the reader's exactly so. */
export const citation = z
  .object({
    articleId,
    quote: z.string(),
    title: z.string(),
    url: z.string().nullable(),
    feed: z.object({ id: smallId, title: z.string() }),
  })
  .meta({ id: 'Citation' });
export type Citation = z.infer<typeof citation>;

export const answer = z
  .object({
    /** False: nothing that the reader may see answers it; `answer` says so and nothing is cited. */
    found: z.boolean(),
    /** Of a model: its text, with `[n]` for the n-th citation. Of `extractive`: the best passages, one a line. */
    answer: z.string(),
    citations: z.array(citation),
    /** Who wrote the answer: `extractive`, or `<engine>/<model>`; null where nobody had to be asked. */
    engine: z.string().nullable(),
  })
  .meta({ id: 'Answer' });
export type Answer = z.infer<typeof answer>;

/**
 * With `Accept: text/event-stream` the answer comes as server-sent events: `waiting` {position} (the place in the queue,
 * and a sign of life), `text` {text} (more of what a model writes, not checked yet), and at the end `answer` (Answer) or
 * `problem` (Problem).
 */
export const ask = endpoint({
  name: 'ask',
  method: 'POST',
  path: '/v1/ask',
  summary:
    'Answer a question from the articles that the reader has, with exact quotes; or say that they hold no answer',
  access: 'reader',
  role: 'member',
  body: z.strictObject({ question: z.string().trim().min(1).max(1_000) }),
  response: answer,
  statuses: [200],
  problems: [
    'limit-reached',
    'invalid-request',
    'csrf-failed',
    'too-many-requests',
    'bad-gateway',
    'unavailable',
    'timeout',
  ],
});

import { z } from 'zod';
import { articleId, smallId } from './primitives.ts';

/** Another article that tells the same story, in another feed of the reader's; it is in no list and no counter. */
export const alsoIn = z
  .object({
    id: articleId,
    feed: z.object({ id: smallId, title: z.string() }),
    url: z.string().nullable(),
    title: z.string(),
  })
  .meta({ id: 'AlsoIn' });
export type AlsoIn = z.infer<typeof alsoIn>;

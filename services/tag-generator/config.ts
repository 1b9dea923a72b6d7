import { z } from 'zod';

const environment = z.object({
  /** Threads that find keyphrases; they end when there is nothing to do. */
  ALT_TAG_THREADS: z.coerce.number().int().min(1).max(64).default(1),
  /** Articles that are tagged together. */
  ALT_TAG_BATCH: z.coerce.number().int().min(1).max(500).default(32),
});

/** The settings of tag-generator, from the environment. */
export const config = environment.transform((values) => ({
  threads: values.ALT_TAG_THREADS,
  batch: values.ALT_TAG_BATCH,
}));
export type Config = z.infer<typeof config>;

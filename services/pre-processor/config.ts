import { availableParallelism } from 'node:os';
import { z } from 'zod';

const environment = z.object({
  /** Feeds that are fetched at the same time. */
  ALT_POLL_CONCURRENCY: z.coerce.number().int().min(1).max(256).default(32),
  /** Threads that parse feeds and extract articles; they end when there is nothing to do. */
  ALT_PARSE_THREADS: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(Math.max(1, Math.min(4, availableParallelism() - 1))),
  /** Pages that are fetched for their full text at the same time. */
  ALT_EXTRACT_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(4),
  /** Summaries that a model is asked for at the same time; the built-in engine gets them in batches. */
  ALT_SUMMARISE_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(2),
  /** Milliseconds between two requests to one host. */
  ALT_HOST_SPACING_MS: z.coerce.number().int().min(0).max(60_000).default(1_000),
  /** Whether hosts that ALT_EGRESS_ALLOW opened are spaced like all others; for measurements. */
  ALT_SPACE_OPENED_HOSTS: z.stringbool().default(false),
  /** `ignore` fetches full text even where robots.txt asks programs to stay away; the owner of the instance answers for it. */
  ALT_ROBOTS: z.enum(['respect', 'ignore'], 'must be respect or ignore').default('respect'),
  /** Where WebSub hubs reach this Alt; without it, no hub is asked. */
  ALT_PUBLIC_URL: z.url().optional(),
});

/** The settings of pre-processor, from the environment. */
export const config = environment.transform((values) => ({
  pollConcurrency: values.ALT_POLL_CONCURRENCY,
  parseThreads: values.ALT_PARSE_THREADS,
  extractConcurrency: values.ALT_EXTRACT_CONCURRENCY,
  summariseConcurrency: values.ALT_SUMMARISE_CONCURRENCY,
  hostSpacingMs: values.ALT_HOST_SPACING_MS,
  spacesOpenedHosts: values.ALT_SPACE_OPENED_HOSTS,
  respectsRobots: values.ALT_ROBOTS === 'respect',
  /** Null where the operator named none: then no hub could reach us. */
  publicUrl: values.ALT_PUBLIC_URL ?? null,
}));
export type Config = z.infer<typeof config>;

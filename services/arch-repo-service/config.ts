import { z } from 'zod';

/** The settings of arch-repo-service, from the environment. */
export const config = z.object({
  /** That of alt-backend, which fetches the images of articles by these addresses. */
  ALT_IMAGE_KEY: z
    .string('is missing: set the string that alt-backend has; it signs the addresses of images')
    .min(32, 'must have at least 32 characters'),
  /** Requests a second that one person, or one address, may make in the long run; ten times as many at once. */
  ALT_RATE_LIMIT_PER_SECOND: z.coerce.number('must be a number of requests a second').min(1).default(100),
});
export type Config = z.infer<typeof config>;

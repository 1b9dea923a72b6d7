import { z } from 'zod';

/** The web app's server has no settings of its own: what it serves is built beside it. */
export const config = z.object({});
export type Config = z.infer<typeof config>;

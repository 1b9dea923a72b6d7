import { z } from 'zod';

/** The gateway has no settings of its own; ALT_PUBLIC_URL and ALT_TRUSTED_PROXIES reach it through the host. */
export const config = z.object({});
export type Config = z.infer<typeof config>;

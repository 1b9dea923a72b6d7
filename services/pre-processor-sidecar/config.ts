import { tokenStoreFields, tokenStoreSettings } from '@alt/external-tokens';
import { z } from 'zod';

const environment = z.object({
  ...tokenStoreFields,
  /** Another address of Inoreader: the operator's own, or that of a test. */
  INOREADER_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' })
    .default('https://www.inoreader.com'),
  /** How often a served synchronisation looks whether something is due. */
  ALT_INOREADER_CHECK_SECONDS: z.coerce.number().min(1).max(3_600).default(60),
  /** For how long a run that was killed holds others up. */
  ALT_INOREADER_LEASE_SECONDS: z.coerce.number().min(1).max(3_600).default(180),
  /** The file that is touched after each look, for a probe of a pod that listens nowhere. */
  ALT_ALIVE_FILE: z.string().optional(),
});

/** The settings of pre-processor-sidecar, from the environment. */
export const config = environment.transform((values) => ({
  tokens: tokenStoreSettings(values),
  url: values.INOREADER_URL.replace(/\/+$/, ''),
  checkMs: values.ALT_INOREADER_CHECK_SECONDS * 1_000,
  leaseSeconds: values.ALT_INOREADER_LEASE_SECONDS,
  aliveFile: values.ALT_ALIVE_FILE ?? null,
}));
export type Config = z.infer<typeof config>;

import { tokenStoreFields, tokenStoreSettings } from '@alt/external-tokens';
import { z } from 'zod';

const address = z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' });

const environment = z.object({
  ...tokenStoreFields,
  /** The application that the operator registered with Inoreader: its id and its secret. */
  INOREADER_CLIENT_ID: z.string().optional(),
  INOREADER_CLIENT_SECRET: z.string().optional(),
  /** Another address of Inoreader: the operator's own, or that of a test. */
  INOREADER_URL: address.default('https://www.inoreader.com'),
  /** Where Inoreader sends the browser back to; as registered with it. Without it, a port of this machine's loopback. */
  INOREADER_REDIRECT_URI: address.optional(),
  /** How often a served manager looks whether something is due. */
  ALT_TOKENS_CHECK_SECONDS: z.coerce.number().min(1).max(3_600).default(60),
  /** For a run by the clock: how long it is until the next one, which a token must outlive. */
  ALT_TOKENS_NEXT_RUN_SECONDS: z.coerce.number().min(0).max(604_800).default(0),
  /** How long the one who renews may be silent before another one takes their place. */
  ALT_TOKENS_LEASE_SECONDS: z.coerce.number().int().min(2).max(600).default(60),
  /** The file that is touched after each look, for a probe of a pod that listens nowhere. */
  ALT_ALIVE_FILE: z.string().optional(),
  /** The Kubernetes API, as the kubelet names it to each container. */
  KUBERNETES_SERVICE_HOST: z.string().optional(),
  KUBERNETES_SERVICE_PORT: z.coerce.number().int().min(1).max(65_535).default(443),
  /** Where the token and the certificate authority of the service account are mounted. */
  KUBERNETES_ACCOUNT_DIR: z.string().default('/var/run/secrets/kubernetes.io/serviceaccount'),
});

/** The settings of auth-token-manager, from the environment. */
export const config = environment.transform((values) => ({
  ...tokenStoreSettings(values),
  clients: {
    inoreader: values.INOREADER_CLIENT_ID
      ? {
          clientId: values.INOREADER_CLIENT_ID,
          clientSecret: values.INOREADER_CLIENT_SECRET ?? '',
          url: values.INOREADER_URL,
          redirectUri: values.INOREADER_REDIRECT_URI ?? null,
        }
      : null,
  },
  checkMs: values.ALT_TOKENS_CHECK_SECONDS * 1_000,
  nextRunMs: values.ALT_TOKENS_NEXT_RUN_SECONDS * 1_000,
  leaseSeconds: values.ALT_TOKENS_LEASE_SECONDS,
  aliveFile: values.ALT_ALIVE_FILE ?? null,
  kubernetes: {
    host: values.KUBERNETES_SERVICE_HOST ?? null,
    port: values.KUBERNETES_SERVICE_PORT,
    accountFolder: values.KUBERNETES_ACCOUNT_DIR,
  },
}));
export type Config = z.infer<typeof config>;

import { z } from 'zod';

const flag = (sentence: string) => z.enum(['true', 'false'], sentence).transform((value) => value === 'true');

/** What alt-backend reads from the environment; the proxy names are those of its chart. */
export const config = z
  .object({
    ALT_IMAGE_KEY: z
      .string('is missing: set a random string of at least 32 characters; it signs the addresses of images')
      .min(32, 'must have at least 32 characters'),
    ALT_CACHE_DIR: z.string('is missing: name a folder for cached images'),
    ALT_IMAGE_CACHE_MB: z.coerce.number('must be a number of megabytes').int().min(0).default(256),
    ALT_RATE_LIMIT_PER_SECOND: z.coerce.number('must be a number of requests a second').min(1).default(100),
    /** How often auth-service is asked for changes of tenants and members. Connections idle for 10 s are closed. */
    ALT_FOLLOW_SECONDS: z.coerce.number('must be a number of seconds').min(0.1).max(3600).default(30),
    SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'must be an smtp:// or smtps:// address' }).optional(),
    /** Who mail comes from; without it `alt@` and the host of ALT_PUBLIC_URL. */
    ALT_MAIL_FROM: z.email('must be an e-mail address').optional(),
    /** `off`: nothing is collected of any reader. */
    ALT_STATISTICS: z.enum(['on', 'off'], 'must be on or off').default('on'),
    /** Days for which what was collected is kept; a tenant may want less. */
    ALT_STATISTICS_DAYS: z.coerce.number('must be a number of days').int().min(1).max(3_660).default(400),
    /** Where events of statistics are kept instead of Postgres: `http://host:8123/database`. */
    CLICKHOUSE_URL: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' }).optional(),
    CLICKHOUSE_USER: z.string().optional(),
    CLICKHOUSE_PASSWORD: z.string().optional(),
    /** What a model costs, for a million tokens read and written; shown to the owner of the instance. */
    ALT_LLM_PRICE_IN: z.coerce.number('must be a price').min(0).optional(),
    ALT_LLM_PRICE_OUT: z.coerce.number('must be a price').min(0).optional(),
    ALT_LLM_PRICE_CURRENCY: z.string().trim().min(1).max(3).default('USD'),
    EGRESS_PROXY_URL: z.url('must be the URL of a proxy').optional(),
    PROXY_STRATEGY: z.enum(['DISABLED'], 'must be DISABLED: alt-backend goes out through sidecar-proxy').optional(),
    ENVOY_PROXY_ENABLED: flag('must be true or false').optional(),
    SIDECAR_PROXY_BASE_URL: z.url('must be the URL of sidecar-proxy').optional(),
  })
  .refine((value) => !value.ENVOY_PROXY_ENABLED, {
    path: ['ENVOY_PROXY_ENABLED'],
    message: 'contradicts the topology: alt-backend reaches Envoy only through sidecar-proxy; set it to false',
  });

export type Config = z.infer<typeof config>;

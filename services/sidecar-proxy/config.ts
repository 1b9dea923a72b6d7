import { parseAllowList } from '@alt/egress';
import { z } from 'zod';

const environment = z.object({
  /** The address that the proxy listens on; on any but loopback every machine that reaches it may use it. */
  HOST: z.string().trim().default('127.0.0.1'),
  /** The port of the proxy. */
  SIDECAR_PROXY_PORT: z.coerce.number('must be a port number').int().min(0).max(65_535).default(8085),
  /** The next proxy on the way out, as on a cluster; without it the proxy connects directly. */
  UPSTREAM_PROXY_URL: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' }).optional(),
  /** Hosts, addresses and ranges that may be reached although they are private. */
  ALT_EGRESS_ALLOW: z
    .string()
    .default('')
    .transform((value, context) => {
      try {
        return parseAllowList(value);
      } catch (error) {
        context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
        return z.NEVER;
      }
    }),
  /** How many connections may run through the proxy at once. */
  SIDECAR_PROXY_CONNECTIONS: z.coerce.number('must be a number').int().min(1).max(100_000).default(512),
  /**
   * Seconds for which nothing may move in a tunnel. A model thinks for minutes before its first word; who gives up
   * earlier closes the tunnel.
   */
  SIDECAR_PROXY_SILENCE_SECONDS: z.coerce.number('must be a number').int().min(1).max(86_400).default(900),
  /** Seconds for which connections that run through the proxy may go on when it is asked to stop. */
  ALT_FINISH_SECONDS: z.coerce.number('must be a number of seconds').min(0).max(3_600).default(3),
});

/** The settings of sidecar-proxy, from the environment. */
export const config = environment.transform((values) => ({
  host: values.HOST,
  port: values.SIDECAR_PROXY_PORT,
  upstreamProxyUrl: values.UPSTREAM_PROXY_URL,
  allow: values.ALT_EGRESS_ALLOW,
  maxConnections: values.SIDECAR_PROXY_CONNECTIONS,
  idleTimeoutMs: values.SIDECAR_PROXY_SILENCE_SECONDS * 1_000,
  graceMs: values.ALT_FINISH_SECONDS * 1_000,
}));
export type Config = z.infer<typeof config>;

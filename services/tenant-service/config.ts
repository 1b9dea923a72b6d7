import { isIP } from 'node:net';
import { planName } from '@alt/contracts';
import { z } from 'zod';

const DAY_MS = 86_400_000;

const environment = z.object({
  /** Days for which a deleted tenant can be restored. */
  ALT_TENANT_GRACE_DAYS: z.coerce.number().min(0).max(365).default(14),
  /** Teams that one account may own. */
  ALT_TENANTS_PER_ACCOUNT: z.coerce.number().int().min(0).max(10_000).default(20),
  /** The plan of new teams. */
  ALT_TENANT_PLAN: planName.default('unlimited'),
  /** The largest archive that can be imported, in megabytes. */
  ALT_TENANT_IMPORT_MB: z.coerce.number().min(0.001).max(1_000_000).default(2_048),
  /** Seconds between two looks for tenants to remove, domains to check and archives to make. */
  ALT_TENANT_UPKEEP_SECONDS: z.coerce.number().min(0.01).max(3_600).default(30),
  /** Name servers that are asked for TXT records, as `address` or `address:port`; the system's unless given. */
  ALT_DNS_SERVERS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((server) => server.trim())
        .filter(Boolean),
    )
    .refine((servers) => servers.every(isNameServer), 'must be addresses, such as 192.0.2.53 or [2001:db8::53]:53'),
});

/** The settings of tenant-service, from the environment. */
export const config = environment.transform((values) => ({
  graceMs: values.ALT_TENANT_GRACE_DAYS * DAY_MS,
  teamsPerAccount: values.ALT_TENANTS_PER_ACCOUNT,
  plan: values.ALT_TENANT_PLAN,
  importMaximumBytes: values.ALT_TENANT_IMPORT_MB * 1024 * 1024,
  upkeepMs: values.ALT_TENANT_UPKEEP_SECONDS * 1000,
  nameServers: values.ALT_DNS_SERVERS,
}));
export type Config = z.infer<typeof config>;

function isNameServer(text: string): boolean {
  const bracketed = /^\[(.+)\](?::\d{1,5})?$/.exec(text)?.[1];
  return isIP(bracketed ?? text) !== 0 || isIP(/^(.+):\d{1,5}$/.exec(text)?.[1] ?? '') === 4;
}

import { type LimitKind, type Limits, limitKinds, NEAR_SHARE, readTenantLimits, readTenantUsage } from '@alt/contracts';
import type { Database } from '@alt/database';
import { type Logger, type PeerFetch, type Route, route } from '@alt/service-kit';
import { readTenant } from './store/tenants.ts';

const TIMEOUT_MS = 3_000;
const usageSchema = readTenantUsage.response;

/** What the tenant may have, and what it has. Who keeps the things counts them; here are only the members. */
export function limitRoutes(database: Database, keepers: readonly PeerFetch[], log: Logger): Route[] {
  return [
    route(readTenantLimits, async ({ reader }) => {
      const tenant = await database.asReader(reader, (tx) => readTenant(tx, reader.tenantId), { isReadOnly: true });
      const used: Uses = { users: tenant.memberCount, ...(await askKeepers(keepers, reader.tenantId, log)) };
      return { plan: tenant.plan, items: limitKinds.map((kind) => present(kind, tenant.limits, used[kind] ?? null)) };
    }),
  ];
}

type Uses = Partial<Record<LimitKind, number | undefined>>;

async function askKeepers(keepers: readonly PeerFetch[], tenantId: string, log: Logger): Promise<Uses> {
  const answers = await Promise.all(keepers.map((keeper) => askKeeper(keeper, tenantId, log)));
  return Object.assign({}, ...answers);
}

/** Nothing where a keeper cannot say: a limit without its use is better than no answer. */
async function askKeeper(keeper: PeerFetch, tenantId: string, log: Logger): Promise<Uses> {
  try {
    const response = await keeper(readTenantUsage.path.replace(':id', tenantId), { timeoutMs: TIMEOUT_MS });
    const usage = response.ok ? usageSchema?.safeParse(await response.json()) : undefined;
    if (!usage?.success) return {};
    const { feeds, articles, llmRequestsThisMonth, projects } = usage.data;
    const uses: Uses = { feeds, articlesKept: articles, llmRequestsPerMonth: llmRequestsThisMonth, projects };
    return Object.fromEntries(Object.entries(uses).filter(([, value]) => value !== undefined));
  } catch (error) {
    log.debug({ error: String(error) }, 'the use of a limit cannot be told just now');
    return {};
  }
}

function present(kind: LimitKind, limits: Limits, used: number | null) {
  const limit = limits[kind] ?? null;
  const isCounted = limit !== null && used !== null;
  return {
    kind,
    limit,
    used,
    isNear: isCounted && used >= limit * NEAR_SHARE,
    isReached: isCounted && used >= limit,
  };
}

import {
  announceTenantChange,
  changeTenantPlan,
  listAllTenants,
  Problem,
  resumeTenant,
  suspendTenant,
} from '@alt/contracts';
import type { Database, Queryable } from '@alt/database';
import { type Logger, type PeerFetch, type Reader, type Route, route } from '@alt/service-kit';
import { decodeId, toPage } from './cursor.ts';
import * as store from './store/tenants.ts';

const ANNOUNCE_TIMEOUT_MS = 5_000;

/**
 * What the owner of the instance does with tenants. The database checks who that is; others learn not even what there is.
 * `onChanged` hears of a tenant that stands otherwise now.
 */
export function instanceRoutes(database: Database, onChanged: (tenantId: string) => void): Route[] {
  const administer = async (reader: Reader, id: string, change: store.Administration, address: string) => {
    const changed = await database.asReader(reader, async (tx) => {
      await requireInstanceOwner(tx);
      const isDone = await store.administerTenant(tx, id, change, address);
      const [tenant] = isDone ? await store.listEveryTenant(tx, { only: id, limit: 1 }) : [];
      if (!tenant) throw new Problem('not-found', 'There is no such tenant.');
      return present(tenant);
    });
    onChanged(id);
    return changed;
  };
  return [
    route(listAllTenants, ({ reader, query }) =>
      database.asReader(reader, async (tx) => {
        await requireInstanceOwner(tx);
        const find = { after: decodeId(query.cursor), limit: query.limit + 1 };
        return toPage(await store.listEveryTenant(tx, find), query.limit, present, ({ id }) => id);
      }),
    ),
    route(suspendTenant, ({ reader, params, body, address }) =>
      administer(reader, params.id, { isSuspended: true, reason: body.reason }, address),
    ),
    route(resumeTenant, ({ reader, params, address }) =>
      administer(reader, params.id, { isSuspended: false }, address),
    ),
    route(changeTenantPlan, ({ reader, params, body, address }) =>
      administer(reader, params.id, { plan: body.plan, limits: body.limits }, address),
    ),
  ];
}

/** Tells whoever follows the changes of tenants to look now. Where it cannot be told, it looks some seconds later. */
export function announceTo(follower: PeerFetch, log: Logger): (tenantId: string) => void {
  return (tenantId) => {
    follower(announceTenantChange.path.replace(':id', tenantId), {
      method: 'POST',
      timeoutMs: ANNOUNCE_TIMEOUT_MS,
    }).catch((error: unknown) => log.debug({ error: String(error) }, 'a change of a tenant could not be told'));
  };
}

async function requireInstanceOwner(tx: Queryable): Promise<void> {
  if (await store.isInstanceOwner(tx)) return;
  throw new Problem('forbidden', 'Only the owner of this Alt may do this.');
}

function present(row: Awaited<ReturnType<typeof store.listEveryTenant>>[number]) {
  return {
    ...row,
    createdAt: row.createdAt.toISOString(),
    suspendedAt: row.suspendedAt?.toISOString() ?? null,
    deletionAt: row.deletionAt?.toISOString() ?? null,
  };
}

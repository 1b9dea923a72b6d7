import { type AuthChange, listChanges, listTenants } from '@alt/contracts';
import { type Database, statement } from '@alt/database';
import { type Route, route } from '@alt/service-kit';

/** What other services keep of tenants and members, they keep from here. Nothing in it is secret, or names a person. */
export function changeRoutes(database: Database): Route[] {
  const options = { callers: ['alt-backend'] } as const;
  return [
    route(listChanges, ({ query }) => readChanges(database, query), options),
    route(listTenants, ({ query }) => readTenants(database, query), options),
  ];
}

interface ChangeRow {
  id: number;
  event: string;
  payload: Record<string, unknown>;
}

const changesStatement = statement<ChangeRow>(
  'auth_list_changes',
  'select id, event, payload from outbox where id > $1 order by id limit $2',
);

const extentStatement = statement<{ oldest: number; newest: number }>(
  'auth_outbox_extent',
  'select coalesce(min(id), 0) as oldest, coalesce(max(id), 0) as newest from outbox',
);

/** Ids rise with commits (see migration 0003), so a page that was read is complete for ever. */
async function readChanges(database: Database, { after, limit }: { after: number; limit: number }) {
  const rows = await database.all(changesStatement, [after, limit]);
  // Afterwards, so that what is pruned meanwhile shows as a gap. Numbers that a rolled-back transaction took look like
  // one too; taking all tenants anew does no harm.
  const extent = await database.one(extentStatement);
  const isGap = after < (extent?.oldest ?? 0) - 1 || after > (extent?.newest ?? 0);
  return { changes: rows.flatMap(toChange), position: rows.at(-1)?.id ?? after, hasMore: rows.length === limit, isGap };
}

/**
 * A row of the outbox as its readers see it. An account that is new, renamed or disabled changes nothing for them: what
 * a disabled account brings, auth-service refuses itself, and its reading waits until it is enabled again.
 */
function toChange({ event, payload }: ChangeRow): AuthChange[] {
  const text = (name: string) => String(payload[name]);
  switch (event) {
    case 'tenant-created':
    case 'tenant-changed':
      return [{ kind: 'tenant', tenantId: text('id'), ...toState(payload.limits, payload.suspended_at) }];
    case 'tenant-removed':
      return [{ kind: 'tenant-removed', tenantId: text('id') }];
    case 'membership-created':
    case 'membership-changed':
      return [{ kind: 'member', tenantId: text('tenant_id'), userId: text('account_id') }];
    case 'membership-removed':
      return [{ kind: 'member-removed', tenantId: text('tenant_id'), userId: text('account_id') }];
    case 'account-removed':
      return [{ kind: 'account-removed', userId: text('id') }];
    default:
      return [];
  }
}

const tenantsStatement = statement<{
  tenant_id: string;
  limits: unknown;
  suspended_at: Date | null;
  member_ids: string[];
}>('auth_list_tenants', 'select * from list_tenants($1, $2)');

async function readTenants(database: Database, { after, limit }: { after?: string | undefined; limit: number }) {
  // First the position, then the tenants: what changes in between is told again and does no harm.
  const extent = await database.one(extentStatement);
  const rows = await database.all(tenantsStatement, [after ?? null, limit]);
  const tenants = rows.map(({ tenant_id, limits, suspended_at, member_ids }) => ({
    id: tenant_id,
    ...toState(limits, suspended_at),
    memberIds: member_ids,
  }));
  return { tenants, position: extent?.newest ?? 0, hasMore: rows.length === limit };
}

/** `suspendedAt` is a Date from a column, and text from a payload. */
function toState(limits: unknown, suspendedAt: unknown) {
  return {
    limits: limits as Extract<AuthChange, { kind: 'tenant' }>['limits'],
    suspendedAt: suspendedAt ? new Date(suspendedAt as string | Date).toISOString() : null,
  };
}

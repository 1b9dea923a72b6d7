import { type AnyTenant, type LimitOverrides, type Limits, plans, type Role, type TeamSettings } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';

export interface OwnTenantRow {
  id: string;
  name: string;
  slug: string | null;
  isPersonal: boolean;
  role: Role;
  memberCount: number;
  suspendedAt: Date | null;
  deletionAt: Date | null;
}

const ownTenants = statement<OwnTenantRow>(
  'tenants_own',
  `select id, name, slug, is_personal as "isPersonal", role, member_count as "memberCount",
     suspended_at as "suspendedAt", deletion_at as "deletionAt"
   from own_tenants($1, $2)`,
);

/** The reader's tenants after an id, in the order in which they were made. */
export function listOwnTenants(tx: Queryable, after: string | null, limit: number): Promise<OwnTenantRow[]> {
  return tx.all(ownTenants, [after, limit]);
}

const makeTeam = statement<{ outcome: 'created' | 'limit-reached' | 'name-taken'; id: string }>(
  'tenants_make',
  'select outcome, tenant_id as id from make_own_team($1, $2, $3, $4, $5, $6)',
);

export async function createTeam(
  tx: Queryable,
  team: { name: string; slug: string | null; plan: string; maximum: number; address: string },
) {
  const { name, slug, plan, maximum, address } = team;
  const row = await tx.one(makeTeam, [name, slug, plan, JSON.stringify(plans), maximum, address]);
  if (!row) throw new Error('make_own_team answered nothing');
  return row;
}

export interface CurrentTenantRow {
  id: string;
  name: string;
  slug: string | null;
  isPersonal: boolean;
  memberCount: number;
  version: number;
  plan: string;
  limits: Limits;
  settings: Partial<TeamSettings>;
  suspendedAt: Date | null;
  suspensionReason: string;
  deletionAt: Date | null;
  createdAt: Date;
}

const currentTenant = statement<CurrentTenantRow>(
  'tenants_current',
  `select id, name, slug, personal_of is not null as "isPersonal", version, plan, limits, settings,
     (select count(*)::integer from memberships m where m.tenant_id = t.id) as "memberCount",
     suspended_at as "suspendedAt", suspension_reason as "suspensionReason", deletion_at as "deletionAt",
     created_at as "createdAt"
   from tenants t where id = $1`,
);

export async function readTenant(tx: Queryable, tenantId: string): Promise<CurrentTenantRow> {
  const row = await tx.one(currentTenant, [tenantId]);
  if (!row) throw new Error('The current tenant is gone');
  return row;
}

const lock = statement('tenants_lock', 'select from tenants where id = $1 for no key update');

/** Lets changes of one tenant come one after another; whatever is read afterwards holds until the commit. */
export async function lockTenant(tx: Queryable, tenantId: string): Promise<void> {
  await tx.run(lock, [tenantId]);
}

const update = statement(
  'tenants_update',
  `update tenants set name = $2, slug = $3, settings = $4, version = version + 1, updated_at = now() where id = $1`,
);

export async function updateTenant(
  tx: Queryable,
  tenantId: string,
  { name, slug, settings }: { name: string; slug: string | null; settings: TeamSettings },
): Promise<void> {
  await tx.run(update, [tenantId, name, slug, JSON.stringify(settings)]);
}

const setDeletion = statement<{ deletionAt: Date }>(
  'tenants_set_deletion',
  `update tenants set deletion_at = coalesce(deletion_at, now() + $2::interval), updated_at = now()
   where id = $1 returning deletion_at as "deletionAt"`,
);

/** Marks a tenant for deletion; one that is marked keeps its time. */
export async function markForDeletion(tx: Queryable, tenantId: string, graceMs: number): Promise<Date> {
  const row = await tx.one(setDeletion, [tenantId, `${graceMs / 1000} seconds`]);
  if (!row) throw new Error('The current tenant is gone');
  return row.deletionAt;
}

const clearDeletion = statement(
  'tenants_clear_deletion',
  'update tenants set deletion_at = null, updated_at = now() where id = $1 and deletion_at is not null',
);

export async function unmarkForDeletion(tx: Queryable, tenantId: string): Promise<boolean> {
  return (await tx.run(clearDeletion, [tenantId])) > 0;
}

// For the owner of the instance, which the database checks.

type AnyTenantRow = Omit<AnyTenant, 'createdAt' | 'suspendedAt' | 'deletionAt'> & {
  createdAt: Date;
  suspendedAt: Date | null;
  deletionAt: Date | null;
};

/** The columns of `every_tenant`, as rows of it are named here. */
export const everyTenantColumns = `id, name, slug, is_personal as "isPersonal", plan, limit_overrides as "limitOverrides",
  member_count as "memberCount", created_at as "createdAt", suspended_at as "suspendedAt",
  suspension_reason as "suspensionReason", deletion_at as "deletionAt"`;

const everyTenant = statement<AnyTenantRow>(
  'tenants_every',
  `select ${everyTenantColumns} from every_tenant_for_instance_owner($1, $2, $3)`,
);

export function listEveryTenant(tx: Queryable, find: { only?: string; after?: string | null; limit: number }) {
  return tx.all(everyTenant, [find.only ?? null, find.after ?? null, find.limit]);
}

const instanceOwner = statement<{ is: boolean }>('tenants_instance_owner', 'select is_instance_owner() as is');

export async function isInstanceOwner(tx: Queryable): Promise<boolean> {
  return (await tx.one(instanceOwner))?.is ?? false;
}

const administer = statement<{ done: boolean }>(
  'tenants_administer',
  'select administer_tenant_as_instance_owner($1, $2, $3, $4, $5, $6, $7) as done',
);

/** What the operator changes of a tenant; what is left out stays. */
export interface Administration {
  isSuspended?: boolean;
  reason?: string;
  plan?: string;
  limits?: LimitOverrides;
}

/** False where there is no such tenant. */
export async function administerTenant(
  tx: Queryable,
  tenantId: string,
  { isSuspended = undefined, reason, plan, limits }: Administration,
  address: string,
): Promise<boolean> {
  const overrides = limits ? JSON.stringify(limits) : null;
  const values = [
    tenantId,
    isSuspended ?? null,
    reason ?? null,
    plan ?? null,
    overrides,
    JSON.stringify(plans),
    address,
  ];
  return (await tx.one(administer, values))?.done ?? false;
}

// Without a reader.

const applyPlansStatement = statement<{ changed: number }>('tenants_apply_plans', 'select apply_plans($1) as changed');

/** Gives every tenant the numbers that its plan has in this release. */
export async function applyPlans(database: Queryable): Promise<number> {
  return (await database.one(applyPlansStatement, [JSON.stringify(plans)]))?.changed ?? 0;
}

const removeDue = statement<{ id: string | null }>('tenants_remove_due', 'select remove_due_tenant() as id');

/** Removes one tenant whose grace is over, and answers its id. */
export async function removeDueTenant(database: Queryable): Promise<string | null> {
  return (await database.one(removeDue))?.id ?? null;
}

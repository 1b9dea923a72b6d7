import type { Role } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';
import type { JoinRow } from './invitations.ts';

export interface DomainRow {
  id: string;
  domain: string;
  role: Exclude<Role, 'owner'>;
  token: string;
  verifiedAt: Date | null;
  lostAt: Date | null;
  checkedAt: Date | null;
}

const columns = `id, domain, role, token, verified_at as "verifiedAt", lost_at as "lostAt", checked_at as "checkedAt"`;

const listStatement = statement<DomainRow>(
  'domains_list',
  `select ${columns} from tenant_domains where tenant_id = $1 order by domain`,
);

export function listDomains(tx: Queryable, tenantId: string): Promise<DomainRow[]> {
  return tx.all(listStatement, [tenantId]);
}

const oneStatement = statement<DomainRow>(
  'domains_one',
  `select ${columns} from tenant_domains where tenant_id = $1 and id = $2`,
);

export function readDomain(tx: Queryable, tenantId: string, id: string): Promise<DomainRow | null> {
  return tx.one(oneStatement, [tenantId, id]);
}

const insertStatement = statement<DomainRow>(
  'domains_insert',
  `insert into tenant_domains (tenant_id, domain, role, token) values ($1, $2, $3, $4)
   on conflict (tenant_id, domain) do nothing returning ${columns}`,
);

/** Null where the tenant has this domain already. */
export function insertDomain(
  tx: Queryable,
  tenantId: string,
  { domain, role, token }: Pick<DomainRow, 'domain' | 'role' | 'token'>,
): Promise<DomainRow | null> {
  return tx.one(insertStatement, [tenantId, domain, role, token]);
}

const roleStatement = statement('domains_role', 'update tenant_domains set role = $3 where tenant_id = $1 and id = $2');

export async function setDomainRole(tx: Queryable, tenantId: string, id: string, role: Role): Promise<boolean> {
  return (await tx.run(roleStatement, [tenantId, id, role])) > 0;
}

const removeStatement = statement<{ domain: string }>(
  'domains_remove',
  'delete from tenant_domains where tenant_id = $1 and id = $2 returning domain',
);

export async function removeDomain(tx: Queryable, tenantId: string, id: string): Promise<string | null> {
  return (await tx.one(removeStatement, [tenantId, id]))?.domain ?? null;
}

const confirmStatement = statement<{ outcome: 'verified' | 'domain-taken' | 'not-found' }>(
  'domains_confirm',
  'select confirm_domain($1) as outcome',
);

/** The record of a domain was found. */
export async function confirmDomain(tx: Queryable, id: string) {
  return (await tx.one(confirmStatement, [id]))?.outcome ?? 'not-found';
}

const missStatement = statement<{ isNew: boolean }>(
  'domains_miss',
  `update tenant_domains d set checked_at = now(), lost_at = case when d.verified_at is null then null else coalesce(d.lost_at, now()) end,
     next_check_at = now() + interval '1 hour'
   from tenant_domains old where d.tenant_id = $1 and d.id = $2 and old.id = d.id
   returning old.verified_at is not null and old.lost_at is null as "isNew"`,
);

/** The record of a domain was not there. Says whether it is newly lost. */
export async function missDomain(tx: Queryable, tenantId: string, id: string): Promise<boolean> {
  return (await tx.one(missStatement, [tenantId, id]))?.isNew ?? false;
}

const claimStatement = statement<{ id: string; tenantId: string; domain: string; token: string }>(
  'domains_claim',
  'select id, tenant_id as "tenantId", domain, token from claim_domain_check()',
);

/** A verified domain that is due for another look. */
export function claimDomainCheck(database: Queryable) {
  return database.one(claimStatement);
}

const joinableStatement = statement<{ domain: string; tenantName: string; role: Role }>(
  'domains_joinable',
  'select domain, tenant_name as "tenantName", role from joinable_tenants() order by domain',
);

export function listJoinable(tx: Queryable) {
  return tx.all(joinableStatement);
}

const joinStatement = statement<JoinRow>(
  'domains_join',
  'select outcome, tenant_id as "tenantId", tenant_name as "tenantName", role from join_by_domain($1, $2)',
);

export async function joinByDomain(tx: Queryable, domain: string, address: string): Promise<JoinRow> {
  const row = await tx.one(joinStatement, [domain, address]);
  if (!row) throw new Error('join_by_domain answered nothing');
  return row;
}

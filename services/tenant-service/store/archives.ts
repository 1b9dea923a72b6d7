import { plans } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';
import type { DomainRow, InvitationRow, MemberRow, TenantRow } from '../archive/rows.ts';

/** A time as an archive has it. */
const iso = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const tenantStatement = statement<Omit<TenantRow, 'settings'> & { settings: Partial<TenantRow['settings']> }>(
  'archives_tenant',
  `select id, name, slug, settings, plan, limit_overrides as "limitOverrides", ${iso('created_at')} as "createdAt"
   from tenants where id = $1`,
);

export function readTenant(tx: Queryable, tenantId: string) {
  return tx.one(tenantStatement, [tenantId]);
}

const membersStatement = statement<MemberRow>(
  'archives_members',
  `select a.id as "accountId", a.email, a.name, m.role, ${iso('m.created_at')} as "joinedAt"
   from memberships m join accounts a on a.id = m.account_id
   where m.tenant_id = $1 and ($2::uuid is null or m.account_id > $2) order by m.account_id limit $3`,
);

export function pageMembers(tx: Queryable, tenantId: string, last: MemberRow | null, limit: number) {
  return tx.all(membersStatement, [tenantId, last?.accountId ?? null, limit]);
}

const invitationsStatement = statement<InvitationRow & { id: string }>(
  'archives_invitations',
  `select id, email, role, encode(secret_hash, 'hex') as "secretHash", invited_by as "invitedBy",
     accepted_by as "acceptedBy", ${iso('mailed_at')} as "mailedAt", ${iso('created_at')} as "createdAt",
     ${iso('expires_at')} as "expiresAt", ${iso('accepted_at')} as "acceptedAt", ${iso('revoked_at')} as "revokedAt"
   from invitations where tenant_id = $1 and role <> 'owner' and ($2::uuid is null or id > $2) order by id limit $3`,
);

export function pageInvitations(tx: Queryable, tenantId: string, last: { id: string } | null, limit: number) {
  return tx.all(invitationsStatement, [tenantId, last?.id ?? null, limit]);
}

const domainsStatement = statement<DomainRow>(
  'archives_domains',
  `select domain, role, token, ${iso('created_at')} as "createdAt", ${iso('verified_at')} as "verifiedAt"
   from tenant_domains where tenant_id = $1 order by domain`,
);

export function listDomains(tx: Queryable, tenantId: string): Promise<DomainRow[]> {
  return tx.all(domainsStatement, [tenantId]);
}

const oldLinesStatement = statement<{ position: number; line: Record<string, unknown> }>(
  'archives_old_lines',
  'select position, line from archived_audit_lines where tenant_id = $1 and position > $2 order by position limit $3',
);

/** The lines that came with an archive. */
export function pageOldLines(tx: Queryable, tenantId: string, after: number, limit: number) {
  return tx.all(oldLinesStatement, [tenantId, after, limit]);
}

const linesStatement = statement<{ id: number; line: Record<string, unknown> }>(
  'archives_lines',
  `select l.id, jsonb_build_object('at', ${iso('l.at')}, 'accountId', l.account_id, 'account', a.email, 'action', l.action,
     'address', l.address, 'detail', l.detail) as line
   from audit_log l left join accounts a on a.id = l.account_id
   where l.tenant_id = $1 and l.id > $2 order by l.id limit $3`,
);

/** The lines of the audit log that this instance wrote. */
export function pageLines(tx: Queryable, tenantId: string, after: number, limit: number) {
  return tx.all(linesStatement, [tenantId, after, limit]);
}

const knowStatement = statement('archives_know', 'insert into tenant_archives (digest, tenant_id) values ($1, $2)');

/** Remembers an archive as one that was made here. */
export async function knowArchive(tx: Queryable, tenantId: string, digest: Buffer): Promise<void> {
  await tx.run(knowStatement, [digest, tenantId]);
}

// The other way.

const newIdStatement = statement<{ id: string }>('archives_new_id', 'select uuidv7() as id');

export async function newTenantId(database: Queryable): Promise<string> {
  const row = await database.one(newIdStatement);
  if (!row) throw new Error('The database made no id');
  return row.id;
}

const makeStatement = statement<{ outcome: string; isTrusted: boolean; hasSlug: boolean }>(
  'archives_make_tenant',
  `select outcome, is_trusted as "isTrusted", has_slug as "hasSlug"
   from make_imported_tenant($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
);

export async function makeImportedTenant(
  tx: Queryable,
  jobId: string,
  made: { id: string; from: TenantRow; wasOwner: boolean; plan: string; maximum: number },
) {
  const { id, from, wasOwner, plan, maximum } = made;
  const { settings, createdAt } = from;
  const values = [jobId, id, from.id, from.name, from.slug, JSON.stringify(settings), createdAt, wasOwner, plan];
  const row = await tx.one(makeStatement, [...values, JSON.stringify(plans), maximum]);
  if (!row) throw new Error('make_imported_tenant answered nothing');
  return row;
}

const memberStatement = statement<{ done: boolean }>(
  'archives_restore_member',
  'select restore_member($1, $2, $3, $4, $5) as done',
);

export async function restoreMember(tx: Queryable, jobId: string, member: MemberRow): Promise<boolean> {
  const { accountId, email, role, joinedAt } = member;
  return (await tx.one(memberStatement, [jobId, accountId, email, role, joinedAt]))?.done ?? false;
}

const invitationStatement = statement(
  'archives_insert_invitation',
  `insert into invitations (tenant_id, email, role, secret_hash, invited_by, accepted_by, mailed_at, created_at, expires_at,
     accepted_at, revoked_at)
   values ($1, $2, $3, decode($4, 'hex'), $5, $6, $7, $8, $9, $10, $11) on conflict (secret_hash) do nothing`,
);

/** False where the same secret stands in another invitation. */
export async function insertInvitation(tx: Queryable, tenantId: string, row: InvitationRow): Promise<boolean> {
  const { email, role, secretHash, invitedBy, acceptedBy, mailedAt, createdAt, expiresAt, acceptedAt, revokedAt } = row;
  const people = [invitedBy, acceptedBy];
  const times = [mailedAt, createdAt, expiresAt, acceptedAt, revokedAt];
  return (await tx.run(invitationStatement, [tenantId, email, role, secretHash, ...people, ...times])) > 0;
}

const insertDomainStatement = statement(
  'archives_insert_domain',
  `insert into tenant_domains (tenant_id, domain, role, token, created_at) values ($1, $2, $3, $4, $5)
   on conflict (tenant_id, domain) do nothing`,
);
const restoreDomainStatement = statement('archives_restore_domain', 'select restore_domain($1, $2, $3)');

/** A domain comes back unproven, unless the archive is trusted: the database decides. */
export async function insertDomain(tx: Queryable, tenantId: string, jobId: string, row: DomainRow): Promise<void> {
  await tx.run(insertDomainStatement, [tenantId, row.domain, row.role, row.token, row.createdAt]);
  if (row.verifiedAt) await tx.run(restoreDomainStatement, [jobId, row.domain, row.verifiedAt]);
}

const linesInsertStatement = statement(
  'archives_insert_lines',
  `insert into archived_audit_lines (tenant_id, position, line)
   select $1, $2 + ordinality, line from jsonb_array_elements($3::jsonb) with ordinality as l (line, ordinality)`,
);

export async function insertOldLines(tx: Queryable, tenantId: string, after: number, lines: string[]): Promise<void> {
  await tx.run(linesInsertStatement, [tenantId, after, `[${lines.join(',')}]`]);
}

const memberIdsStatement = statement<{ id: string }>(
  'archives_member_ids',
  'select account_id as id from memberships where tenant_id = $1',
);

export async function listMemberIds(tx: Queryable, tenantId: string): Promise<string[]> {
  return (await tx.all(memberIdsStatement, [tenantId])).map(({ id }) => id);
}

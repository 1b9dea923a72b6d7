import type { Role } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';

export interface MemberRow {
  id: string;
  name: string;
  email: string;
  role: Role;
  joinedAt: Date;
}

/** Where a page of a list by time ended. */
export interface TimeKey {
  at: Date;
  id: string;
}

const columns = 'a.id, a.name, a.email, m.role, m.created_at as "joinedAt"';

const listStatement = statement<MemberRow>(
  'members_list',
  `select ${columns} from memberships m join accounts a on a.id = m.account_id
   where m.tenant_id = $1 and ($2::timestamptz is null or (m.created_at, m.account_id) > ($2, $3::uuid))
   order by m.created_at, m.account_id limit $4`,
);

export function listMembers(tx: Queryable, tenantId: string, after: TimeKey | null, limit: number) {
  return tx.all(listStatement, [tenantId, after?.at ?? null, after?.id ?? null, limit]);
}

const oneStatement = statement<MemberRow>(
  'members_one',
  `select ${columns} from memberships m join accounts a on a.id = m.account_id where m.tenant_id = $1 and m.account_id = $2`,
);

export function readMember(tx: Queryable, tenantId: string, accountId: string): Promise<MemberRow | null> {
  return tx.one(oneStatement, [tenantId, accountId]);
}

const ownersStatement = statement<{ owners: number }>(
  'members_owners',
  `select count(*)::integer as owners from memberships where tenant_id = $1 and role = 'owner'`,
);

export async function countOwners(tx: Queryable, tenantId: string): Promise<number> {
  return (await tx.one(ownersStatement, [tenantId]))?.owners ?? 0;
}

const roleStatement = statement(
  'members_set_role',
  'update memberships set role = $3 where tenant_id = $1 and account_id = $2',
);

export async function setRole(tx: Queryable, tenantId: string, accountId: string, role: Role): Promise<void> {
  await tx.run(roleStatement, [tenantId, accountId, role]);
}

const removeStatement = statement('members_remove', 'delete from memberships where tenant_id = $1 and account_id = $2');

/** Their sessions and keys in this tenant end by a trigger. */
export async function removeMember(tx: Queryable, tenantId: string, accountId: string): Promise<void> {
  await tx.run(removeStatement, [tenantId, accountId]);
}

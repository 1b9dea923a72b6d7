import { type Queryable, statement } from '@alt/database';
import { type PersonColumns, personColumns } from './people.ts';

export interface MemberRow extends PersonColumns {
  readerId: number;
  role: 'lead' | 'editor' | 'viewer';
  addedAt: Date;
}

const who = personColumns('m.reader_id');
const COLUMNS = `m.reader_id as "readerId", m.role, m.added_at as "addedAt", ${who.columns}`;

const selectMembers = statement<MemberRow>(
  'members_list',
  `select ${COLUMNS} from project_members m ${who.joins}
   where m.project_id = $1 and m.reader_id > $2 order by m.reader_id limit $3`,
);

export function listMembers(tx: Queryable, projectId: string, afterId: number, limit: number): Promise<MemberRow[]> {
  return tx.all(selectMembers, [projectId, afterId, limit]);
}

const selectMember = statement<MemberRow>(
  'member_one',
  `select ${COLUMNS} from project_members m ${who.joins} where m.project_id = $1 and m.reader_id = $2`,
);

export function findMember(tx: Queryable, projectId: string, readerId: number): Promise<MemberRow | null> {
  return tx.one(selectMember, [projectId, readerId]);
}

const upsertMember = statement(
  'member_write',
  `insert into project_members (project_id, reader_id, role) values ($1, $2, $3)
   on conflict (project_id, reader_id) do update set role = excluded.role`,
);

export async function writeMember(tx: Queryable, projectId: string, readerId: number, role: string): Promise<void> {
  await tx.run(upsertMember, [projectId, readerId, role]);
}

const deleteMember = statement('member_delete', 'delete from project_members where project_id = $1 and reader_id = $2');

export async function removeMember(tx: Queryable, projectId: string, readerId: number): Promise<void> {
  await tx.run(deleteMember, [projectId, readerId]);
}

const countLeads = statement<{ count: number }>(
  'member_leads',
  `select count(*)::int as count from project_members where project_id = $1 and role = 'lead' and reader_id <> $2`,
);

/** How many lead the project besides this one. */
export async function otherLeads(tx: Queryable, projectId: string, readerId: number): Promise<number> {
  return (await tx.one(countLeads, [projectId, readerId]))?.count ?? 0;
}

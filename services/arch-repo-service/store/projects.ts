import { type Queryable, statement } from '@alt/database';

export interface ProjectRow {
  id: string;
  code: string;
  title: string;
  description: string;
  visibility: 'members' | 'tenant';
  status: 'active' | 'archived';
  version: number;
  rank: number;
  memberCount: number;
  articleCount: number;
  createdAt: Date;
  updatedAt: Date;
  deletedAt: Date | null;
}

const COLUMNS = `p.id, p.code, p.title, p.description, p.visibility, p.status, p.version, project_rank(p.id) as rank,
  coalesce(c.members, 0) as "memberCount", coalesce(c.articles, 0) as "articleCount",
  p.created_at as "createdAt", greatest(p.updated_at, (
    select a.at from project_activity a where a.project_id = p.id order by a.id desc limit 1)) as "updatedAt", p.deleted_at as "deletedAt"`;

const selectProjects = statement<ProjectRow>(
  'projects_list',
  `with page as materialized (
     select * from projects p
     where p.tenant_id = current_tenant_id() and ($1::uuid is null or p.id < $1)
       and case $2 when 'deleted' then p.deleted_at is not null when 'all' then true
         else p.deleted_at is null and p.status = $2 end
       and ($3::text[] = '{}' or p.code = any ($3))
     order by p.id desc limit $4
   )
   select ${COLUMNS} from page p left join project_counts(array(select id from page)) c on c.project_id = p.id
   order by p.id desc`,
);

export function listProjects(
  tx: Queryable,
  beforeId: string | null,
  filter: { status: string; codes: string[] },
  limit: number,
): Promise<ProjectRow[]> {
  return tx.all(selectProjects, [beforeId, filter.status, filter.codes, limit]);
}

const selectProject = statement<ProjectRow>(
  'project_one',
  `select ${COLUMNS} from projects p left join project_counts(array[p.id]) c on true where p.id = $1`,
);

export function findProject(tx: Queryable, id: string): Promise<ProjectRow | null> {
  return tx.one(selectProject, [id]);
}

export interface NewProject {
  id: string;
  code: string;
  title: string;
  description: string;
  visibility: string;
}

// Without `returning`: whether the new row may be seen is asked of what was there before it.
const insertProject = statement(
  'project_insert',
  `insert into projects (id, tenant_id, code, title, description, visibility, created_by)
   values ($1, current_tenant_id(), $2, $3, $4, $5, current_reader_id()) on conflict do nothing`,
);

/** Makes a project; false where the code is taken. */
export async function addProject(tx: Queryable, project: NewProject): Promise<boolean> {
  const { id, code, title, description, visibility } = project;
  return (await tx.run(insertProject, [id, code, title, description, visibility])) === 1;
}

const countProjects = statement<{ count: number }>(
  'projects_count',
  'select count(*)::int as count from (select from projects where created_by = current_reader_id() limit $1) x',
);

/** How many projects the present person made, counted up to a limit. */
export async function countOwnProjects(tx: Queryable, limit: number): Promise<number> {
  return (await tx.one(countProjects, [limit]))?.count ?? 0;
}

const updateProject = statement(
  'project_update',
  `update projects set title = coalesce($2, title), code = coalesce($3, code), description = coalesce($4, description),
     visibility = coalesce($5, visibility), version = version + 1, updated_at = now()
   where id = $1`,
);

export interface ProjectChange {
  title?: string | undefined;
  code?: string | undefined;
  description?: string | undefined;
  visibility?: string | undefined;
}

export async function changeProject(tx: Queryable, id: string, change: ProjectChange): Promise<void> {
  const { title, code, description, visibility } = change;
  await tx.run(updateProject, [id, title ?? null, code ?? null, description ?? null, visibility ?? null]);
}

const updateStatus = statement(
  'project_status',
  'update projects set status = $2, version = version + 1, updated_at = now() where id = $1 and status <> $2',
);

/** Archives or restores; false where it is so already. */
export async function setStatus(tx: Queryable, id: string, status: 'active' | 'archived'): Promise<boolean> {
  return (await tx.run(updateStatus, [id, status])) === 1;
}

const updateDeleted = statement(
  'project_deleted',
  `update projects set deleted_at = case when $2 then now() end, version = version + 1, updated_at = now()
   where id = $1 and (deleted_at is null) = $2`,
);

/** Deletes or takes that back; false where it is so already. */
export async function setDeleted(tx: Queryable, id: string, isDeleted: boolean): Promise<boolean> {
  return (await tx.run(updateDeleted, [id, isDeleted])) === 1;
}

const callPurge = statement<{ count: number }>('projects_purge', 'select purge_projects($1) as count');

/** Removes for good what was deleted 30 days ago, at most `batch` projects. Answers how many. */
export async function purgeProjects(tx: Queryable, batch: number): Promise<number> {
  return (await tx.one(callPurge, [batch]))?.count ?? 0;
}

import { type Queryable, statement } from '@alt/database';

export interface SectionRow {
  id: string;
  title: string;
  position: number;
  version: number;
  articleCount: number;
}

const COLUMNS = `s.id, s.title, s.position, s.version, coalesce(c.articles, 0) as "articleCount"`;

const selectSections = statement<SectionRow>(
  'sections_list',
  `select ${COLUMNS} from project_sections s left join section_counts($1) c on c.section_id = s.id
   where s.project_id = $1 order by s.position, s.id`,
);

/** All of them, in their order: a project has at most a hundred. */
export function listSections(tx: Queryable, projectId: string): Promise<SectionRow[]> {
  return tx.all(selectSections, [projectId]);
}

const selectSection = statement<SectionRow>(
  'section_one',
  `select ${COLUMNS} from project_sections s left join section_counts($1) c on c.section_id = s.id
   where s.project_id = $1 and s.id = $2`,
);

export function findSection(tx: Queryable, projectId: string, id: string): Promise<SectionRow | null> {
  return tx.one(selectSection, [projectId, id]);
}

const insertSection = statement<{ id: string }>(
  'section_insert',
  'insert into project_sections (project_id, title, position) values ($1, $2, 1000000) returning id',
);

/** Adds a section behind all others. */
export async function addSection(tx: Queryable, projectId: string, title: string): Promise<string> {
  const row = await tx.one(insertSection, [projectId, title]);
  if (!row) throw new Error('no section was made');
  return row.id;
}

const updateSection = statement(
  'section_update',
  'update project_sections set title = coalesce($3, title), version = version + 1 where project_id = $1 and id = $2',
);

/** A new version, with another title where one is given. */
export async function changeSection(tx: Queryable, projectId: string, id: string, title: string | null): Promise<void> {
  await tx.run(updateSection, [projectId, id, title]);
}

const updateOrder = statement(
  'sections_order',
  `update project_sections s set position = w.place from unnest($2::uuid[]) with ordinality as w (id, place)
   where s.project_id = $1 and s.id = w.id and s.position <> w.place`,
);

export async function orderSections(tx: Queryable, projectId: string, ids: string[]): Promise<void> {
  await tx.run(updateOrder, [projectId, ids]);
}

const deleteSection = statement('section_delete', 'delete from project_sections where project_id = $1 and id = $2');

export async function removeSection(tx: Queryable, projectId: string, id: string): Promise<void> {
  await tx.run(deleteSection, [projectId, id]);
}

import type { BriefPart } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';
import { type PersonColumns, personColumns } from './people.ts';

export interface VersionRow extends PersonColumns {
  number: number;
  engine: string;
  articleCount: number;
  sentenceCount: number;
  createdAt: Date;
}
export type BriefRow = VersionRow & { parts: BriefPart[] };

const who = personColumns('b.created_by');
const COLUMNS = `b.number, b.engine, b.article_count as "articleCount", b.sentence_count as "sentenceCount",
  b.created_at as "createdAt", ${who.columns}`;

const selectVersions = statement<VersionRow>(
  'briefs_list',
  `select ${COLUMNS} from project_briefs b ${who.joins}
   where b.project_id = $1 and b.number < coalesce($2::int, 2147483647) order by b.number desc limit $3`,
);

export function listVersions(tx: Queryable, projectId: string, beforeNumber: number | null, limit: number) {
  return tx.all(selectVersions, [projectId, beforeNumber, limit]);
}

const selectVersion = statement<BriefRow>(
  'brief_one',
  `select ${COLUMNS}, b.parts from project_briefs b ${who.joins} where b.project_id = $1 and b.number = $2`,
);

export function findVersion(tx: Queryable, projectId: string, number: number): Promise<BriefRow | null> {
  return tx.one(selectVersion, [projectId, number]);
}

const selectNewest = statement<BriefRow>(
  'brief_newest',
  `select ${COLUMNS}, b.parts from project_briefs b ${who.joins} where b.project_id = $1 order by b.number desc limit 1`,
);

export function newestVersion(tx: Queryable, projectId: string): Promise<BriefRow | null> {
  return tx.one(selectNewest, [projectId]);
}

const insertVersion = statement(
  'brief_insert',
  `insert into project_briefs (project_id, number, engine, parts, article_count, sentence_count, created_by)
   values ($1, $2, $3, $4, $5, $6, current_reader_id())`,
);

export async function addVersion(
  tx: Queryable,
  projectId: string,
  version: Pick<BriefRow, 'number' | 'engine' | 'parts' | 'articleCount' | 'sentenceCount'>,
): Promise<void> {
  const { number, engine, parts, articleCount, sentenceCount } = version;
  await tx.run(insertVersion, [projectId, number, engine, JSON.stringify(parts), articleCount, sentenceCount]);
}

const selectSources = statement<{ id: string; articleId: number; title: string; url: string | null }>(
  'brief_sources',
  `select a.id, a.article_id as "articleId", a.title, a.url from project_articles a
   where a.project_id = $1 and a.article_id is not null and ($2::uuid is null or a.section_id = $2)
   order by a.id desc limit $3`,
);

/** The newest pins of a section (null: of the project) whose articles are here. */
export function briefSources(tx: Queryable, projectId: string, sectionId: string | null, limit: number) {
  return tx.all(selectSources, [projectId, sectionId, limit]);
}

const callTexts = statement<{ pinId: string; text: string }>(
  'pinned_texts',
  'select pin_id as "pinId", text from pinned_texts($1, $2::uuid[], $3)',
);

/** The beginnings of their texts. */
export async function textsOf(tx: Queryable, projectId: string, pinIds: string[], length: number) {
  return new Map((await tx.all(callTexts, [projectId, pinIds, length])).map(({ pinId, text }) => [pinId, text]));
}

import type { BriefPart } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';

export interface PublicationRow {
  kind: 'private' | 'public';
  slug: string | null;
  openedAt: Date;
}

const selectPublication = statement<PublicationRow>(
  'publication_one',
  'select kind, slug, opened_at as "openedAt" from project_publications where project_id = $1',
);

export function findPublication(tx: Queryable, projectId: string): Promise<PublicationRow | null> {
  return tx.one(selectPublication, [projectId]);
}

const insertPublication = statement(
  'publication_insert',
  `insert into project_publications (project_id, kind, secret_hash, slug, opened_by)
   values ($1, $2, $3, $4, current_reader_id())`,
);

export async function addPublication(
  tx: Queryable,
  projectId: string,
  { kind, secretHash, slug }: { kind: string; secretHash: Buffer | null; slug: string | null },
): Promise<void> {
  await tx.run(insertPublication, [projectId, kind, secretHash, slug]);
}

const deletePublication = statement('publication_delete', 'delete from project_publications where project_id = $1');

export async function removePublication(tx: Queryable, projectId: string): Promise<boolean> {
  return (await tx.run(deletePublication, [projectId])) === 1;
}

export interface Published {
  kind: 'private' | 'public';
  title: string;
  description: string;
  updatedAt: Date;
  sections: { id: string; title: string }[];
  articles: {
    id: string;
    sectionId: string | null;
    title: string;
    url: string | null;
    feedTitle: string;
    publishedAt: string | null;
    pinnedAt: string;
  }[];
  brief: { number: number; createdAt: string; parts: BriefPart[] } | null;
}

const callPublished = statement<Published>(
  'published_one',
  `select kind, title, description, updated_at as "updatedAt", sections, articles, brief from published_project($1, $2)`,
);

/** What is read at an address, by the hash of its secret or by its slug; null where nothing is. */
export function findPublished(database: Queryable, secretHash: Buffer, slug: string): Promise<Published | null> {
  return database.one(callPublished, [secretHash, slug]);
}

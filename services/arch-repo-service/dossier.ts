import { type Project, projectCode, projectVisibility } from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { z } from 'zod';
import { readOne } from './projects.ts';
import { readTables, type Tables } from './store/dossiers.ts';

/** A whole project, as the JSON export holds it. Activity, jobs, publications, sources and rules stay behind. */
export interface Dossier extends Tables {
  format: 'alt-project';
  formatVersion: 1;
  project: Pick<Project, 'code' | 'title' | 'description' | 'visibility' | 'createdAt'>;
}

export async function readDossier(tx: Queryable, projectId: string): Promise<Dossier> {
  const { code, title, description, visibility, createdAt } = await readOne(tx, projectId);
  return {
    format: 'alt-project',
    formatVersion: 1,
    project: { code, title, description, visibility, createdAt },
    ...(await readTables(tx, projectId)),
  };
}

const id = z.uuid();
const idOrNull = id.nullable();
const time = z.iso.datetime({ offset: true });
const long = (maximum: number) => z.string().max(maximum);
const few = <Item extends z.ZodType>(item: Item, maximum: number) => z.array(item).max(maximum);
const author = { createdBy: idOrNull, createdAt: time };
const number = z.int().min(1).max(1_000_000);

const citation = z.object({
  articleId: z.string().nullable(),
  quote: long(10_000),
  title: long(2_000),
  url: long(4_096).nullable(),
});
const briefPart = z.object({
  sectionId: idOrNull,
  title: long(200),
  sentences: few(z.object({ text: long(10_000), citations: few(citation, 60).min(1) }), 200),
  engine: long(200),
  inputHash: long(100),
  articleIds: few(z.string(), 200),
});

/** What an import accepts: the same bounds as those of what people write. */
export const dossierSchema = z.object({
  format: z.literal('alt-project'),
  formatVersion: z.literal(1),
  project: z.object({
    code: projectCode,
    title: long(200).min(1),
    description: long(5_000),
    visibility: projectVisibility,
    createdAt: time,
  }),
  members: few(z.object({ userId: id, role: z.enum(['lead', 'editor', 'viewer']), addedAt: time }), 1_000),
  sections: few(z.object({ id, title: long(200).min(1), position: z.int32(), createdAt: time }), 100),
  articles: few(
    z.object({
      id,
      articleId: z.string().nullable(),
      sectionId: idOrNull,
      position: z.int(),
      url: long(4_096).nullable(),
      title: long(10_000),
      feedTitle: long(10_000),
      feedUrl: long(4_096).nullable(),
      identity: z.base64().max(200).nullable(),
      publishedAt: time.nullable(),
      origin: z.enum(['person', 'rule', 'import']),
      pinnedBy: idOrNull,
      pinnedAt: time,
    }),
    10_000,
  ),
  highlights: few(
    z.object({ id, pinId: id, quote: long(5_000), prefix: long(200), suffix: long(200), ...author }),
    50_000,
  ),
  notes: few(
    z.object({
      id,
      pinId: idOrNull,
      highlightId: idOrNull,
      body: long(20_000),
      mentions: few(id, 50),
      updatedAt: time,
      ...author,
    }),
    50_000,
  ),
  decisions: few(
    z.object({
      id,
      number,
      title: long(200),
      context: long(20_000),
      decision: long(20_000),
      consequences: long(20_000),
      alternatives: few(z.object({ title: long(200), reason: long(5_000) }), 20),
      status: z.enum(['proposed', 'accepted', 'superseded', 'rejected']),
      supersededBy: idOrNull,
      updatedAt: time,
      ...author,
    }),
    10_000,
  ),
  briefs: few(
    z.object({
      number,
      engine: long(500),
      parts: few(briefPart, 101),
      articleCount: z.int().min(0),
      sentenceCount: z.int().min(0),
      ...author,
    }),
    1_000,
  ),
});

import { createHash } from 'node:crypto';
import { importProject, Problem } from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { type Route, reply, route } from '@alt/service-kit';
import { type Dossier, dossierSchema } from './dossier.ts';
import { presentJob, type Work } from './jobs.ts';
import type { AsPerson } from './people.ts';
import { create } from './projects.ts';
import { note } from './store/activity.ts';
import { articleIdsOf, insertRows, resolveReferences, type Tables } from './store/dossiers.ts';
import { findFile, saveFile } from './store/files.ts';
import { addJob, findJob } from './store/jobs.ts';

const BATCH = 200;
/** In this order, because later rows name earlier ones. */
const ORDER = ['members', 'sections', 'articles', 'highlights', 'notes', 'decisions', 'briefs'] as const;

export function importRoutes(asPerson: AsPerson): Route[] {
  return [
    route(importProject, async ({ body, reader }) => {
      checkDossier(body);
      return asPerson(reader, async (tx) => {
        const id = await addJob(tx, null, 'import', {});
        const bytes = new TextEncoder().encode(body);
        await saveFile(tx, id, 'input', { name: 'import.json', mediaType: 'application/json', bytes });
        const row = await findJob(tx, id);
        if (!row) throw new Error('a job was not made');
        return reply(202, presentJob(row));
      });
    }),
  ];
}

/** Reads a JSON export. Throws a Problem that names its first mistake. */
function checkDossier(text: string): Dossier {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Problem('invalid-json', 'The file is not valid JSON. Send a JSON export of a project, unchanged.');
  }
  const read = dossierSchema.safeParse(json);
  // A dossier that says NUL says it in texts, which Postgres cannot hold.
  if (read.success && !text.includes('\\u0000')) return read.data as Dossier;
  const [issue] = read.error?.issues ?? [];
  const where = issue ? ` (${issue.path.join('.') || 'the whole'}: ${issue.message})` : '';
  throw new Problem('invalid-request', `This is no JSON export of a project that can be imported${where}.`);
}

/**
 * Makes a project of what was uploaded, in batches. New ids follow from the job and the old ids, so that a batch that was
 * half said before a crash comes out the same. The project is led by whoever imports it.
 */
export async function importDossier(work: Work): Promise<void> {
  const dossier = await work.inTransaction(async (tx) => {
    const file = await findFile(tx, work.id, 'input');
    if (!file) throw new Problem('not-found', 'The uploaded file is gone after a day. Upload it again.');
    return renamed(checkDossier(new TextDecoder().decode(file.bytes)), work.id);
  });
  const batches = ORDER.flatMap((name) => batchesOf(name, dossier));
  const total = batches.length + 1;
  let projectId = work.kept.projectId as string | undefined;
  if (projectId === undefined) {
    projectId = await work.inTransaction(async (tx) => {
      const made = await createFrom(tx, dossier);
      await work.progress({ done: 1, total, kept: { projectId: made, batches: 0 } }, tx);
      return made;
    });
  }
  for (const [index, batch] of batches.entries()) {
    if (index < ((work.kept.batches as number | undefined) ?? 0)) continue;
    if (work.signal.aborted) throw new Problem('unavailable', 'The service stops; the import goes on later.');
    const id = projectId;
    await work.inTransaction(async (tx) => {
      await insertBatch(tx, id, batch, dossier);
      await work.progress({ done: index + 2, total, kept: { batches: index + 1 } }, tx);
    });
  }
  const made = projectId;
  await work.inTransaction(async (tx) => {
    await note(tx, made, 'project-imported', { articles: dossier.articles.length });
    await work.finish(tx, { projectId: made }, made);
  });
}

type Batch = { [Name in keyof Tables]: { name: Name; rows: Tables[Name] } }[keyof Tables];

function batchesOf(name: keyof Tables, dossier: Dossier): Batch[] {
  const batches: Batch[] = [];
  // Decisions name each other in both directions, so they come at once.
  const size = name === 'decisions' ? Number.MAX_SAFE_INTEGER : BATCH;
  for (let start = 0; start < dossier[name].length; start += size) {
    batches.push({ name, rows: dossier[name].slice(start, start + size) } as Batch);
  }
  return batches;
}

async function insertBatch(tx: Queryable, projectId: string, batch: Batch, dossier: Dossier): Promise<void> {
  if (batch.name === 'articles') {
    const known = await resolveReferences(tx, batch.rows);
    const rows = batch.rows.map((row, index) => ({ ...row, articleId: known[index] ?? null }));
    await insertRows(tx, projectId, 'articles', rows);
    return;
  }
  if (batch.name === 'briefs') {
    const rows = recited(batch.rows, await newArticleIds(tx, projectId, dossier));
    await insertRows(tx, projectId, 'briefs', rows);
    return;
  }
  await insertRows(tx, projectId, batch.name, batch.rows as never);
}

/** What the articles of the dossier are called here, by what they were called there. */
async function newArticleIds(tx: Queryable, projectId: string, { articles }: Dossier): Promise<Map<string, string>> {
  const here = await articleIdsOf(tx, projectId);
  return new Map(
    articles.flatMap(({ id, articleId }) => {
      const now = here.get(id);
      return articleId !== null && now !== undefined ? [[articleId, now]] : [];
    }),
  );
}

/** Briefs whose citations name the articles as they are called here; null for those that are not. */
function recited(briefs: Tables['briefs'], articleIds: Map<string, string>): Tables['briefs'] {
  const here = (id: string | null) => (id === null ? null : (articleIds.get(id) ?? null));
  return briefs.map((brief) => ({
    ...brief,
    parts: brief.parts.map((part) => ({
      ...part,
      articleIds: part.articleIds.flatMap((id) => here(id) ?? []),
      sentences: part.sentences.map(({ text, citations }) => ({
        text,
        citations: citations.map((citation) => ({ ...citation, articleId: here(citation.articleId) })),
      })),
    })),
  }));
}

/** Under its own code where that is free, else under one like it. */
async function createFrom(tx: Queryable, { project }: Dossier): Promise<string> {
  const { title, description, visibility, code } = project;
  return create(tx, { title, description, visibility, preferred: code });
}

/** The same dossier under ids that follow from the job; what names something that is not in it names nothing. */
function renamed(dossier: Dossier, jobId: string): Dossier {
  const idsOf = (rows: { id: string }[]) => new Map(rows.map(({ id }) => [id, derivedId(jobId, id)]));
  const ids = {
    sections: idsOf(dossier.sections),
    articles: idsOf(dossier.articles),
    highlights: idsOf(dossier.highlights),
    notes: idsOf(dossier.notes),
    decisions: idsOf(dossier.decisions),
  };
  const own = (kind: keyof typeof ids, id: string) => ids[kind].get(id) ?? derivedId(jobId, id);
  const other = (kind: keyof typeof ids, id: string | null) => (id === null ? null : (ids[kind].get(id) ?? null));
  return {
    ...dossier,
    sections: dossier.sections.map((row) => ({ ...row, id: own('sections', row.id) })),
    articles: dossier.articles.map((row) => ({
      ...row,
      id: own('articles', row.id),
      sectionId: other('sections', row.sectionId),
    })),
    highlights: dossier.highlights
      .filter(({ pinId }) => ids.articles.has(pinId))
      .map((row) => ({ ...row, id: own('highlights', row.id), pinId: own('articles', row.pinId) })),
    notes: dossier.notes.map((row) => ({
      ...row,
      id: own('notes', row.id),
      pinId: other('articles', row.pinId),
      highlightId: other('highlights', row.highlightId),
    })),
    decisions: dossier.decisions.map((row) => ({
      ...row,
      id: own('decisions', row.id),
      supersededBy: other('decisions', row.supersededBy),
    })),
    briefs: dossier.briefs.map((row) => ({
      ...row,
      parts: row.parts.map((part) => ({ ...part, sectionId: other('sections', part.sectionId) })),
    })),
  };
}

/** A UUID (version 8, RFC 9562) that is always the same for a job and an old id. */
function derivedId(jobId: string, id: string): string {
  const hex = createHash('sha256').update(`${jobId}/${id}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { pageOf, pageQuery, time, timeOrNull, uuid } from '../primitives.ts';
import { listing, looking, partParams, person, projectParams, writing } from './shared.ts';

/** Work that takes a while. `done` of `total` steps; the total grows while it is not known yet. */
export const projectJob = z
  .object({
    id: uuid,
    kind: z.enum(['brief', 'export', 'import']),
    projectId: uuid.nullable(),
    state: z.enum(['waiting', 'running', 'done', 'failed']),
    done: z.int(),
    total: z.int(),
    /** Of a brief: `number`, and `isUnchanged` where nothing had to be written anew. */
    result: z.record(z.string(), z.json()).nullable(),
    /** Why it waits longer than usual, or why it failed. */
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    createdAt: time,
    finishedAt: timeOrNull,
  })
  .meta({ id: 'ProjectJob' });
export type ProjectJob = z.infer<typeof projectJob>;

export const readProjectJob = endpoint({
  name: 'readProjectJob',
  method: 'GET',
  path: '/v1/projects/jobs/:id',
  summary: 'How far a brief, export or import is',
  access: 'reader',
  params: projectParams,
  response: projectJob,
  statuses: [200],
  problems: looking,
});

export const briefCitation = z.object({
  /** Null where the article of an imported brief is not here. */
  articleId: z.string().nullable(),
  /** Exact words of the article's text. */
  quote: z.string(),
  title: z.string(),
  url: z.string().nullable(),
});

export const briefSentence = z.object({ text: z.string(), citations: z.array(briefCitation).min(1) });
export type BriefSentence = z.infer<typeof briefSentence>;

export const briefPart = z.object({
  /** Null: the overview. */
  sectionId: uuid.nullable(),
  title: z.string(),
  sentences: z.array(briefSentence),
  /** `extractive`, or `<engine>/<model>`. */
  engine: z.string(),
  /** Of what it was written from: the title, the articles and their texts. */
  inputHash: z.string(),
  articleIds: z.array(z.string()),
});
export type BriefPart = z.infer<typeof briefPart>;

const versionFacts = {
  number: z.int(),
  engine: z.string(),
  articleCount: z.int(),
  sentenceCount: z.int(),
  createdBy: person.nullable(),
  createdAt: time,
};
export const briefVersion = z.object(versionFacts).meta({ id: 'BriefVersion' });
export type BriefVersion = z.infer<typeof briefVersion>;
export const brief = z.object({ ...versionFacts, parts: z.array(briefPart) }).meta({ id: 'Brief' });
export type Brief = z.infer<typeof brief>;

export const readProjectBrief = endpoint({
  name: 'readProjectBrief',
  method: 'GET',
  path: '/v1/projects/:id/brief',
  summary: 'The newest brief, null before the first; and the work on the next, if there is any',
  access: 'reader',
  params: projectParams,
  response: z.object({ brief: brief.nullable(), job: projectJob.nullable() }),
  statuses: [200],
  problems: looking,
});

const runBody = z.strictObject({
  /** Write anew even what rests on the same texts as before. */
  force: z.boolean().default(false),
});

export const writeProjectBrief = endpoint({
  name: 'writeProjectBrief',
  method: 'POST',
  path: '/v1/projects/:id/brief',
  summary: 'Write the brief: an overview and every section; what rests on unchanged texts is kept',
  access: 'reader',
  role: 'member',
  params: projectParams,
  body: runBody,
  response: projectJob,
  statuses: [202],
  problems: writing,
});

export const writeProjectBriefSection = endpoint({
  name: 'writeProjectBriefSection',
  method: 'POST',
  path: '/v1/projects/:id/brief/sections/:partId',
  summary: 'Write one section of the brief; all others stay word for word',
  access: 'reader',
  role: 'member',
  params: partParams,
  body: runBody,
  response: projectJob,
  statuses: [202],
  problems: writing,
});

export const listProjectBriefs = endpoint({
  name: 'listProjectBriefs',
  method: 'GET',
  path: '/v1/projects/:id/brief/versions',
  summary: 'The versions of the brief, the newest first',
  access: 'reader',
  params: projectParams,
  query: z.object(pageQuery(50)),
  response: pageOf(briefVersion),
  statuses: [200],
  problems: listing,
});

const versionNumber = z.coerce.number().int().min(1).max(2_147_483_647);

export const readProjectBriefVersion = endpoint({
  name: 'readProjectBriefVersion',
  method: 'GET',
  path: '/v1/projects/:id/brief/versions/:number',
  summary: 'One version of the brief',
  access: 'reader',
  params: z.object({ id: uuid, number: versionNumber }),
  response: brief,
  statuses: [200],
  problems: looking,
});

/** `recited`: the same words with other citations. */
export const sentenceChange = z.object({
  change: z.enum(['added', 'removed', 'kept', 'recited']),
  text: z.string(),
  citations: z.array(briefCitation),
  /** Of a recited sentence, what it cited before. */
  citationsBefore: z.array(briefCitation).optional(),
});
export type SentenceChange = z.infer<typeof sentenceChange>;

export const partChange = z.object({
  sectionId: uuid.nullable(),
  title: z.string(),
  change: z.enum(['added', 'removed', 'kept', 'changed']),
  sentences: z.array(sentenceChange),
});
export type PartChange = z.infer<typeof partChange>;

export const compareProjectBriefs = endpoint({
  name: 'compareProjectBriefs',
  method: 'GET',
  path: '/v1/projects/:id/brief/diff',
  summary: 'What changed between two versions of the brief, sentence by sentence',
  access: 'reader',
  params: projectParams,
  query: z.object({ from: versionNumber, to: versionNumber }),
  response: z
    .object({ from: briefVersion, to: briefVersion, parts: z.array(partChange) })
    .meta({ id: 'BriefComparison' }),
  statuses: [200],
  problems: ['not-found', 'invalid-query'],
});

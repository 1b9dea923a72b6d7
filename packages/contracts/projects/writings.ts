import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { pageOf, pageQuery, time, uuid } from '../primitives.ts';
import {
  changing,
  listing,
  looking,
  partParams,
  person,
  projectParams,
  titleText,
  version,
  writing,
  writtenText,
} from './shared.ts';

const author = person.nullable();

// ---------------------------------------------------------------- highlights

export const projectHighlight = z
  .object({
    id: uuid,
    pinId: uuid,
    quote: z.string(),
    /** What stands before and behind the quote, to find it again. */
    prefix: z.string(),
    suffix: z.string(),
    createdBy: author,
    createdAt: time,
  })
  .meta({ id: 'ProjectHighlight' });
export type ProjectHighlight = z.infer<typeof projectHighlight>;

export const listProjectHighlights = endpoint({
  name: 'listProjectHighlights',
  method: 'GET',
  path: '/v1/projects/:id/highlights',
  summary: 'What was highlighted, the newest first; of one article if asked for',
  access: 'reader',
  params: projectParams,
  query: z.object({ ...pageQuery(50), pin: uuid.optional() }),
  response: pageOf(projectHighlight),
  statuses: [200],
  problems: listing,
});

export const createProjectHighlight = endpoint({
  name: 'createProjectHighlight',
  method: 'POST',
  path: '/v1/projects/:id/highlights',
  summary: 'Highlight words of an article of the project',
  access: 'reader',
  role: 'member',
  params: projectParams,
  body: z.strictObject({
    pinId: uuid,
    quote: writtenText(5_000).refine((text) => text.trim() !== '', 'must not be empty'),
    prefix: writtenText(200).default(''),
    suffix: writtenText(200).default(''),
  }),
  response: projectHighlight,
  statuses: [201],
  problems: writing,
});

export const deleteProjectHighlight = endpoint({
  name: 'deleteProjectHighlight',
  method: 'DELETE',
  path: '/v1/projects/:id/highlights/:partId',
  summary: 'Remove a highlight; notes on it stay',
  access: 'reader',
  role: 'member',
  params: partParams,
  statuses: [204],
  problems: writing,
});

// ---------------------------------------------------------------- notes

const noteBody = writtenText(20_000).refine((text) => text.trim() !== '', 'must not be empty');
/** Who is told of the note. Those who may not see the project are skipped. */
const mentions = z.array(uuid).max(50);

export const projectNote = z
  .object({
    id: uuid,
    pinId: uuid.nullable(),
    highlightId: uuid.nullable(),
    body: z.string(),
    mentions: z.array(person),
    version,
    createdBy: author,
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'ProjectNote' });
export type ProjectNote = z.infer<typeof projectNote>;

export const listProjectNotes = endpoint({
  name: 'listProjectNotes',
  method: 'GET',
  path: '/v1/projects/:id/notes',
  summary: 'The notes of a project, the newest first; on one article if asked for',
  access: 'reader',
  params: projectParams,
  query: z.object({ ...pageQuery(50), pin: uuid.optional() }),
  response: pageOf(projectNote),
  statuses: [200],
  problems: listing,
});

export const createProjectNote = endpoint({
  name: 'createProjectNote',
  method: 'POST',
  path: '/v1/projects/:id/notes',
  summary: 'Write a note: on the project, an article of it or a highlight',
  access: 'reader',
  role: 'member',
  params: projectParams,
  body: z.strictObject({
    body: noteBody,
    pinId: uuid.nullable().default(null),
    highlightId: uuid.nullable().default(null),
    mentions: mentions.default([]),
  }),
  response: projectNote,
  statuses: [201],
  problems: writing,
});

export const readProjectNote = endpoint({
  name: 'readProjectNote',
  method: 'GET',
  path: '/v1/projects/:id/notes/:partId',
  summary: 'One note, with its ETag',
  access: 'reader',
  params: partParams,
  response: projectNote,
  statuses: [200],
  problems: looking,
});

export const updateProjectNote = endpoint({
  name: 'updateProjectNote',
  method: 'PATCH',
  path: '/v1/projects/:id/notes/:partId',
  summary: 'Change a note (its author, or a lead); asks for If-Match',
  access: 'reader',
  role: 'member',
  params: partParams,
  body: z.strictObject({ body: noteBody, mentions: mentions.optional() }),
  response: projectNote,
  statuses: [200],
  problems: changing,
});

export const deleteProjectNote = endpoint({
  name: 'deleteProjectNote',
  method: 'DELETE',
  path: '/v1/projects/:id/notes/:partId',
  summary: 'Remove a note (its author, or a lead); asks for If-Match',
  access: 'reader',
  role: 'member',
  params: partParams,
  statuses: [204],
  problems: changing,
});

export const listMentions = endpoint({
  name: 'listMentions',
  method: 'GET',
  path: '/v1/projects/mentions',
  summary: 'Notes that mention one and that one has not marked as seen, the newest first',
  access: 'reader',
  query: z.object(pageQuery(50)),
  response: pageOf(
    z.object({
      noteId: uuid,
      project: z.object({ id: uuid, title: z.string() }),
      body: z.string(),
      by: author,
      at: time,
    }),
  ),
  statuses: [200],
  problems: ['invalid-query', 'invalid-cursor'],
});

export const readMentions = endpoint({
  name: 'readMentions',
  method: 'POST',
  path: '/v1/projects/mentions/read',
  summary: 'Mark mentions as seen; ids of notes that do not mention one are skipped',
  access: 'reader',
  body: z.strictObject({ noteIds: z.array(uuid).min(1).max(200) }),
  response: z.object({ updated: z.int() }),
  statuses: [200],
  problems: ['invalid-request', 'csrf-failed'],
});

// ---------------------------------------------------------------- decisions

const decisionStatus = z.enum(['proposed', 'accepted', 'superseded', 'rejected']);
const alternative = z.strictObject({ title: titleText, reason: writtenText(5_000).default('') });

export const projectDecision = z
  .object({
    id: uuid,
    /** Counts from 1 in its project. */
    number: z.int(),
    title: z.string(),
    context: z.string(),
    decision: z.string(),
    consequences: z.string(),
    alternatives: z.array(z.object({ title: z.string(), reason: z.string() })),
    status: decisionStatus,
    /** The decision that took its place. */
    supersededBy: uuid.nullable(),
    version,
    createdBy: author,
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'ProjectDecision' });
export type ProjectDecision = z.infer<typeof projectDecision>;

const decisionFields = {
  title: titleText,
  context: writtenText(20_000),
  decision: writtenText(20_000),
  consequences: writtenText(20_000),
  alternatives: z.array(alternative).max(20),
  status: decisionStatus,
  supersededBy: uuid.nullable(),
};

export const listProjectDecisions = endpoint({
  name: 'listProjectDecisions',
  method: 'GET',
  path: '/v1/projects/:id/decisions',
  summary: 'The decision log, the newest first',
  access: 'reader',
  params: projectParams,
  query: z.object({ ...pageQuery(50), status: decisionStatus.optional() }),
  response: pageOf(projectDecision),
  statuses: [200],
  problems: listing,
});

export const createProjectDecision = endpoint({
  name: 'createProjectDecision',
  method: 'POST',
  path: '/v1/projects/:id/decisions',
  summary: 'Log a decision',
  access: 'reader',
  role: 'member',
  params: projectParams,
  body: z.strictObject({
    title: decisionFields.title,
    context: decisionFields.context.default(''),
    decision: decisionFields.decision.default(''),
    consequences: decisionFields.consequences.default(''),
    alternatives: decisionFields.alternatives.default([]),
    status: z.enum(['proposed', 'accepted', 'rejected']).default('proposed'),
  }),
  response: projectDecision,
  statuses: [201],
  problems: writing,
});

export const readProjectDecision = endpoint({
  name: 'readProjectDecision',
  method: 'GET',
  path: '/v1/projects/:id/decisions/:partId',
  summary: 'One decision, with its ETag',
  access: 'reader',
  params: partParams,
  response: projectDecision,
  statuses: [200],
  problems: looking,
});

export const updateProjectDecision = endpoint({
  name: 'updateProjectDecision',
  method: 'PATCH',
  path: '/v1/projects/:id/decisions/:partId',
  summary: 'Change a decision; with `supersededBy` it is superseded by another of the project; asks for If-Match',
  access: 'reader',
  role: 'member',
  params: partParams,
  body: z
    .strictObject(decisionFields)
    .partial()
    .refine((body) => Object.keys(body).length > 0, 'name at least one field'),
  response: projectDecision,
  statuses: [200],
  problems: changing,
});

export const deleteProjectDecision = endpoint({
  name: 'deleteProjectDecision',
  method: 'DELETE',
  path: '/v1/projects/:id/decisions/:partId',
  summary: 'Remove a decision (leads); asks for If-Match',
  access: 'reader',
  role: 'member',
  params: partParams,
  statuses: [204],
  problems: changing,
});

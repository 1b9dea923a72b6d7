import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { nameText, pageOf, smallId, time, uuid } from '../primitives.ts';
import { highlight } from '../search-internal.ts';
import { projectJob } from './briefs.ts';
import { changing, looking, partParams, person, projectParams, version, writing } from './shared.ts';

// ---------------------------------------------------------------- exports and imports

export const exportFormat = z.enum(['markdown', 'html', 'epub', 'json']);
export type ExportFormat = z.infer<typeof exportFormat>;

export const exportProject = endpoint({
  name: 'exportProject',
  method: 'POST',
  path: '/v1/projects/:id/exports',
  summary: 'Make a file of a project; `json` is complete and can be imported',
  access: 'reader',
  params: projectParams,
  body: z.strictObject({ format: exportFormat }),
  response: projectJob,
  statuses: [202],
  problems: ['invalid-request', 'csrf-failed', 'not-found'],
});

export const readProjectExport = endpoint({
  name: 'readProjectExport',
  method: 'GET',
  path: '/v1/projects/jobs/:id/file',
  summary: 'The file of an export, for a day, for whom it was made',
  access: 'reader',
  params: projectParams,
  responseType: 'application/octet-stream',
  statuses: [200],
  problems: looking,
});

export const importProject = endpoint({
  name: 'importProject',
  method: 'POST',
  path: '/v1/projects/import',
  summary: 'Make a project of a JSON export; articles that one does not have are kept as references',
  access: 'reader',
  role: 'member',
  body: z.string(),
  bodyType: 'application/json',
  response: projectJob,
  statuses: [202],
  problems: ['invalid-request', 'invalid-json', 'csrf-failed', 'forbidden', 'body-too-large'],
});

// ---------------------------------------------------------------- publication

const publicationKind = z.enum(['private', 'public']);
export const publication = z
  .object({
    kind: publicationKind,
    /** Null for a private one that was opened earlier: its secret is shown once. */
    pageUrl: z.string().nullable(),
    feedUrl: z.string().nullable(),
    openedAt: time,
  })
  .meta({ id: 'Publication' });

export const readPublication = endpoint({
  name: 'readPublication',
  method: 'GET',
  path: '/v1/projects/:id/publication',
  summary: 'Whether a project is published, and where',
  access: 'reader',
  params: projectParams,
  response: z.object({ publication: publication.nullable() }),
  statuses: [200],
  problems: looking,
});

export const openPublication = endpoint({
  name: 'openPublication',
  method: 'PUT',
  path: '/v1/projects/:id/publication',
  summary: 'Publish brief and articles as a page and a feed (leads); an address from before ends',
  access: 'reader',
  role: 'member',
  params: projectParams,
  body: z.strictObject({ kind: publicationKind }),
  response: publication,
  statuses: [200],
  problems: writing,
});

export const closePublication = endpoint({
  name: 'closePublication',
  method: 'DELETE',
  path: '/v1/projects/:id/publication',
  summary: 'End the publication (leads); its addresses are gone for good',
  access: 'reader',
  role: 'member',
  params: projectParams,
  statuses: [204],
  problems: ['csrf-failed', 'not-found', 'forbidden'],
});

const keyParams = z.object({ key: z.string().regex(/^[A-Za-z0-9_-]{4,64}$/) });

export const readPublished = endpoint({
  name: 'readPublished',
  method: 'GET',
  path: '/v1/projects/published/:key',
  summary: 'A published project as a page',
  access: 'public',
  params: keyParams,
  responseType: 'text/html',
  statuses: [200],
  problems: looking,
});

export const readPublishedFeed = endpoint({
  name: 'readPublishedFeed',
  method: 'GET',
  path: '/v1/projects/published/:key/feed',
  summary: 'A published project as an RSS 2.0 feed',
  access: 'public',
  params: keyParams,
  responseType: 'application/rss+xml',
  statuses: [200],
  problems: looking,
});

// ---------------------------------------------------------------- sources and rules

const queryText = z.string().trim().min(1).max(500);

export const projectSource = z
  .object({
    id: uuid,
    kind: z.enum(['feed', 'folder', 'search']),
    /** The name of the feed or folder when it was added, or the search itself. */
    name: z.string(),
    addedBy: person.nullable(),
    createdAt: time,
  })
  .meta({ id: 'ProjectSource' });

export const listProjectSources = endpoint({
  name: 'listProjectSources',
  method: 'GET',
  path: '/v1/projects/:id/sources',
  summary: 'Where the rules of a project look; at most 200',
  access: 'reader',
  params: projectParams,
  response: pageOf(projectSource),
  statuses: [200],
  problems: looking,
});

export const addProjectSource = endpoint({
  name: 'addProjectSource',
  method: 'POST',
  path: '/v1/projects/:id/sources',
  summary: 'Add a feed or folder of one’s own, or a search in the search language',
  access: 'reader',
  role: 'member',
  params: projectParams,
  body: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('feed'), feedId: smallId }),
    z.strictObject({ kind: z.literal('folder'), folderId: smallId }),
    z.strictObject({ kind: z.literal('search'), query: queryText }),
  ]),
  response: projectSource,
  statuses: [201],
  problems: [...writing, 'limit-reached'],
});

export const removeProjectSource = endpoint({
  name: 'removeProjectSource',
  method: 'DELETE',
  path: '/v1/projects/:id/sources/:partId',
  summary: 'Remove a source; what came from it stays',
  access: 'reader',
  role: 'member',
  params: partParams,
  statuses: [204],
  problems: writing,
});

export const projectRule = z
  .object({
    id: uuid,
    name: z.string(),
    query: z.string(),
    sectionId: uuid.nullable(),
    isEnabled: z.boolean(),
    version,
    /** It pins what this person has. */
    owner: person.nullable(),
    createdAt: time,
  })
  .meta({ id: 'ProjectRule' });
export type ProjectRule = z.infer<typeof projectRule>;

export const listProjectRules = endpoint({
  name: 'listProjectRules',
  method: 'GET',
  path: '/v1/projects/:id/rules',
  summary: 'Rules that pin articles as they arrive; at most 100',
  access: 'reader',
  params: projectParams,
  response: pageOf(projectRule),
  statuses: [200],
  problems: looking,
});

export const createProjectRule = endpoint({
  name: 'createProjectRule',
  method: 'POST',
  path: '/v1/projects/:id/rules',
  summary: 'Pin what a query finds in the sources, from now on and among what came last',
  access: 'reader',
  role: 'member',
  params: projectParams,
  body: z.strictObject({ name: nameText(100), query: queryText, sectionId: uuid.nullable().default(null) }),
  response: projectRule,
  statuses: [201],
  problems: [...writing, 'limit-reached'],
});

export const updateProjectRule = endpoint({
  name: 'updateProjectRule',
  method: 'PATCH',
  path: '/v1/projects/:id/rules/:partId',
  summary: 'Change a rule, or switch it off; asks for If-Match',
  access: 'reader',
  role: 'member',
  params: partParams,
  body: z
    .strictObject({
      name: nameText(100).optional(),
      query: queryText.optional(),
      sectionId: uuid.nullable().optional(),
      isEnabled: z.boolean().optional(),
    })
    .refine((body) => Object.keys(body).length > 0, 'name at least one field'),
  response: projectRule,
  statuses: [200],
  problems: changing,
});

export const deleteProjectRule = endpoint({
  name: 'deleteProjectRule',
  method: 'DELETE',
  path: '/v1/projects/:id/rules/:partId',
  summary: 'Remove a rule; what it pinned stays; asks for If-Match',
  access: 'reader',
  role: 'member',
  params: partParams,
  statuses: [204],
  problems: changing,
});

// ---------------------------------------------------------------- search

/** `id` is that of the pin, note or decision. */
export const projectHit = z
  .object({
    kind: z.enum(['article', 'note', 'decision']),
    id: uuid,
    articleId: z.string().nullable(),
    title: z.string(),
    snippet: highlight,
  })
  .meta({ id: 'ProjectHit' });

export const searchProject = endpoint({
  name: 'searchProject',
  method: 'GET',
  path: '/v1/projects/:id/search',
  summary: 'The best finds in a project: articles by their text, then notes and decisions that have all the words',
  access: 'reader',
  params: projectParams,
  query: z.object({ q: queryText, limit: z.coerce.number().int().min(1).max(200).default(50) }),
  response: z.object({ items: z.array(projectHit), total: z.int(), totalIsExact: z.boolean(), nextCursor: z.null() }),
  statuses: [200],
  problems: ['not-found', 'invalid-query', 'search-unavailable', 'unavailable', 'timeout', 'bad-gateway'],
});

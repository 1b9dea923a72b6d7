import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { articleId, pageOf, pageQuery, time, timeOrNull, uuid } from '../primitives.ts';
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
} from './shared.ts';

const author = person.nullable();

// ---------------------------------------------------------------- sections

export const projectSection = z
  .object({ id: uuid, title: z.string(), version, articleCount: z.int() })
  .meta({ id: 'ProjectSection' });
export type ProjectSection = z.infer<typeof projectSection>;

export const listProjectSections = endpoint({
  name: 'listProjectSections',
  method: 'GET',
  path: '/v1/projects/:id/sections',
  summary: 'The sections of a project in their order; at most 100',
  access: 'reader',
  params: projectParams,
  response: pageOf(projectSection),
  statuses: [200],
  problems: looking,
});

/** Behind which section it comes; null: it is the first. */
const afterId = uuid.nullable();

export const createProjectSection = endpoint({
  name: 'createProjectSection',
  method: 'POST',
  path: '/v1/projects/:id/sections',
  summary: 'Add a section, at the end unless said otherwise',
  access: 'reader',
  role: 'member',
  params: projectParams,
  body: z.strictObject({ title: titleText, afterId: afterId.optional() }),
  response: projectSection,
  statuses: [201],
  problems: [...writing, 'limit-reached'],
});

export const readProjectSection = endpoint({
  name: 'readProjectSection',
  method: 'GET',
  path: '/v1/projects/:id/sections/:partId',
  summary: 'One section, with its ETag',
  access: 'reader',
  params: partParams,
  response: projectSection,
  statuses: [200],
  problems: looking,
});

export const updateProjectSection = endpoint({
  name: 'updateProjectSection',
  method: 'PATCH',
  path: '/v1/projects/:id/sections/:partId',
  summary: 'Rename or move a section; asks for If-Match',
  access: 'reader',
  role: 'member',
  params: partParams,
  body: z
    .strictObject({ title: titleText.optional(), afterId: afterId.optional() })
    .refine((body) => Object.keys(body).length > 0, 'name at least one field'),
  response: projectSection,
  statuses: [200],
  problems: changing,
});

export const deleteProjectSection = endpoint({
  name: 'deleteProjectSection',
  method: 'DELETE',
  path: '/v1/projects/:id/sections/:partId',
  summary: 'Remove a section; its articles stay in the project without one; asks for If-Match',
  access: 'reader',
  role: 'member',
  params: partParams,
  statuses: [204],
  problems: changing,
});

// ---------------------------------------------------------------- articles

export const projectArticle = z
  .object({
    /** Of the pin; moving and removing name it. */
    id: uuid,
    /** Null: the article is not here, and only what is said below is known of it. */
    articleId: z.string().nullable(),
    sectionId: uuid.nullable(),
    title: z.string(),
    url: z.string().nullable(),
    feedTitle: z.string(),
    publishedAt: timeOrNull,
    origin: z.enum(['person', 'rule', 'import']),
    pinnedBy: author,
    pinnedAt: time,
  })
  .meta({ id: 'ProjectArticle' });
export type ProjectArticle = z.infer<typeof projectArticle>;

export const listProjectArticles = endpoint({
  name: 'listProjectArticles',
  method: 'GET',
  path: '/v1/projects/:id/articles',
  summary: 'The articles of a project, the newest pin first; of one section (or `none`) in its order',
  access: 'reader',
  params: projectParams,
  query: z.object({ ...pageQuery(50), section: z.union([uuid, z.literal('none')]).optional() }),
  response: pageOf(projectArticle),
  statuses: [200],
  problems: listing,
});

export const pinProjectArticles = endpoint({
  name: 'pinProjectArticles',
  method: 'POST',
  path: '/v1/projects/:id/articles',
  summary: 'Pin articles that one has; those one has not, or that are pinned already, are skipped',
  access: 'reader',
  role: 'member',
  params: projectParams,
  body: z.strictObject({ articleIds: z.array(articleId).min(1).max(200), sectionId: uuid.nullable().default(null) }),
  response: z.object({ pinned: z.int() }),
  statuses: [200],
  problems: [...writing, 'limit-reached'],
});

const pinIds = z.array(uuid).min(1).max(200);

export const moveProjectArticles = endpoint({
  name: 'moveProjectArticles',
  method: 'PATCH',
  path: '/v1/projects/:id/articles',
  summary: 'Put articles into a section (null: none), behind one of it (null: first; unsaid: last), in the order given',
  access: 'reader',
  role: 'member',
  params: projectParams,
  body: z.strictObject({ ids: pinIds, sectionId: uuid.nullable(), afterId: afterId.optional() }),
  response: z.object({ updated: z.int() }),
  statuses: [200],
  problems: writing,
});

export const unpinProjectArticles = endpoint({
  name: 'unpinProjectArticles',
  method: 'POST',
  path: '/v1/projects/:id/articles/unpin',
  summary: 'Take articles out of a project, with their highlights; rules do not bring them back',
  access: 'reader',
  role: 'member',
  params: projectParams,
  body: z.strictObject({ ids: pinIds }),
  response: z.object({ updated: z.int() }),
  statuses: [200],
  problems: writing,
});

export const readProjectArticle = endpoint({
  name: 'readProjectArticle',
  method: 'GET',
  path: '/v1/projects/:id/articles/:partId',
  summary: 'An article of a project with its text; sanitised HTML, null where the article is not here',
  access: 'reader',
  params: partParams,
  response: projectArticle.extend({ contentHtml: z.string().nullable() }),
  statuses: [200],
  problems: looking,
});

import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { nameText, pageOf, pageQuery, timeOrNull } from './primitives.ts';

/** Tags belong to a tenant: Alt gives them to articles, its members name, merge, hide and promote them. A veto is one reader's. */

export const tag = z
  .object({
    name: z.string(),
    /** Of its newest 200 articles those that the reader has; with `order=frequent`, of the reader's newest 2,000 those that have it. */
    count: z.int(),
    hidden: z.boolean(),
    /** Given rather than others, and never retired. */
    promoted: z.boolean(),
  })
  .meta({ id: 'Tag' });
export type Tag = z.infer<typeof tag>;

const tagName = nameText(100);

export const listTags = endpoint({
  name: 'listTags',
  method: 'GET',
  path: '/v1/tags',
  summary: 'The tags of the tenant, without those that the reader vetoed: by name, or the most frequent (one page)',
  access: 'reader',
  query: z.object({
    ...pageQuery(100),
    order: z.enum(['name', 'frequent']).default('name'),
    /** `hidden` are those that the tenant hides. */
    view: z.enum(['visible', 'hidden', 'all']).default('visible'),
    /** Only names that begin so. */
    prefix: nameText(100).optional(),
  }),
  response: pageOf(tag),
  statuses: [200],
  problems: ['invalid-query', 'invalid-cursor'],
});

export const updateTag = endpoint({
  name: 'updateTag',
  method: 'PATCH',
  path: '/v1/tags/:name',
  summary: 'Rename, hide or promote a tag, for all members of the tenant; its old names still lead to it',
  access: 'reader',
  role: 'member',
  params: z.object({ name: tagName }),
  body: z
    .strictObject({ name: tagName.optional(), hidden: z.boolean().optional(), promoted: z.boolean().optional() })
    .refine((change) => Object.keys(change).length > 0, 'must change something'),
  response: tag,
  statuses: [200],
  problems: ['not-found', 'forbidden', 'name-taken', 'conflict', 'invalid-request', 'csrf-failed', 'unavailable'],
});

export const mergeTags = endpoint({
  name: 'mergeTags',
  method: 'POST',
  path: '/v1/tags/merge',
  summary: 'Make tags one: articles and names of `from` become those of `into`',
  access: 'reader',
  role: 'member',
  body: z.strictObject({ from: z.array(tagName).min(1).max(50), into: tagName }),
  response: z.object({ tag, merged: z.int() }),
  statuses: [200],
  problems: ['not-found', 'forbidden', 'conflict', 'invalid-request', 'csrf-failed', 'unavailable'],
});

export const tagProposal = z
  .object({
    /** The more frequent one first: it is the one to keep. */
    names: z.tuple([z.string(), z.string()]),
    /** What they have in common; `articles`: one holds the other's words and they stand on the same articles. */
    reason: z.enum(['letters', 'word-order', 'spelling', 'acronym', 'articles']),
    counts: z.tuple([z.int(), z.int()]),
    sharedCount: z.int(),
  })
  .meta({ id: 'TagProposal' });
export type TagProposal = z.infer<typeof tagProposal>;

export const listTagProposals = endpoint({
  name: 'listTagProposals',
  method: 'GET',
  path: '/v1/tags/proposals',
  summary: 'Pairs of tags that may be one, the most frequent first',
  access: 'reader',
  query: z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
  response: pageOf(tagProposal),
  statuses: [200],
  problems: ['invalid-query', 'unavailable'],
});

export const dismissTagProposal = endpoint({
  name: 'dismissTagProposal',
  method: 'POST',
  path: '/v1/tags/proposals/dismiss',
  summary: 'Two tags are not the same; the pair is not proposed again',
  access: 'reader',
  role: 'member',
  body: z.strictObject({ names: z.tuple([tagName, tagName]) }),
  statuses: [204],
  problems: ['not-found', 'forbidden', 'conflict', 'invalid-request', 'csrf-failed', 'unavailable'],
});

export const tagVeto = z.object({ name: z.string(), createdAt: timeOrNull }).meta({ id: 'TagVeto' });

export const listTagVetoes = endpoint({
  name: 'listTagVetoes',
  method: 'GET',
  path: '/v1/tags/vetoes',
  summary: 'The tags that the reader never wants to see, by name',
  access: 'reader',
  query: z.object(pageQuery(200)),
  response: pageOf(tagVeto),
  statuses: [200],
  problems: ['invalid-query', 'invalid-cursor'],
});

export const vetoTag = endpoint({
  name: 'vetoTag',
  method: 'POST',
  path: '/v1/tags/vetoes',
  summary: 'Never show this tag to the reader again, under any of its names; 200 if they said so before',
  access: 'reader',
  body: z.strictObject({ name: tagName }),
  response: tagVeto,
  statuses: [201, 200],
  problems: ['not-found', 'invalid-request', 'csrf-failed'],
});

export const liftTagVeto = endpoint({
  name: 'liftTagVeto',
  method: 'DELETE',
  path: '/v1/tags/vetoes/:name',
  summary: 'Show a tag again',
  access: 'reader',
  params: z.object({ name: tagName }),
  statuses: [204],
  problems: ['not-found', 'csrf-failed'],
});

import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { nameText, uuid } from './primitives.ts';
import { tagProposal } from './tags.ts';

/** Endpoints of tag-generator. Those with a tenant are alt-backend's alone, which checked what the reader may do. */

const document = {
  text: z.string().max(400_000),
  title: z.string().max(2_000).nullable().default(null),
  /** ISO 639-1; detected where it is missing. */
  language: z.string().max(16).nullable().default(null),
};

const extracted = z.object({
  /** The best first; `score` is 1 for the best and falls. */
  keyphrases: z.array(z.object({ phrase: z.string(), normalised: z.string(), score: z.number() })),
  language: z.string().nullable(),
  /** `statistical`, or `<engine>/<model>` of the model that refined them. */
  engine: z.string(),
});
export type ExtractedTags = z.infer<typeof extracted>;

const limit = z.int().min(1).max(30).default(10);

export const extractTags = endpoint({
  name: 'extractTags',
  method: 'POST',
  path: '/v1/tags/extract',
  summary:
    'The keyphrases of a text; for services refined by a model where one is configured, unless `engine` is `statistical`',
  // Reads nothing and keeps nothing; who may reach this port at all is the platform's rule. Only services reach the model.
  access: 'public',
  body: z.object({ ...document, limit, engine: z.enum(['any', 'statistical']).default('any') }),
  response: extracted,
  statuses: [200],
  problems: ['invalid-request', 'body-too-large', 'unavailable'],
});

export const extractTagsBatch = endpoint({
  name: 'extractTagsBatch',
  method: 'POST',
  path: '/v1/tags/extract/batch',
  summary: 'The keyphrases of up to 200 texts, in their order; what most of the texts say counts for less. No model',
  access: 'public',
  body: z.object({ documents: z.array(z.object(document)).min(1).max(200), limit }),
  response: z.object({ documents: z.array(extracted) }),
  statuses: [200],
  problems: ['invalid-request', 'body-too-large', 'unavailable'],
});

const tagId = z.int().min(1).max(2_147_483_647);

export const changeTag = endpoint({
  name: 'changeTag',
  method: 'POST',
  path: '/internal/tags/change',
  summary: 'Rename, hide or promote a tag of a tenant',
  access: 'service',
  body: z.object({
    tenantId: uuid,
    tagId,
    name: nameText(100).nullable().default(null),
    isHidden: z.boolean().nullable().default(null),
    isPromoted: z.boolean().nullable().default(null),
  }),
  response: z.object({}),
  statuses: [200],
  problems: ['name-taken', 'conflict'],
});

export const joinTags = endpoint({
  name: 'joinTags',
  method: 'POST',
  path: '/internal/tags/merge',
  summary: 'Make tags of a tenant one',
  access: 'service',
  body: z.object({ tenantId: uuid, fromIds: z.array(tagId).min(1).max(50), intoId: tagId }),
  response: z.object({ merged: z.int() }),
  statuses: [200],
  problems: ['conflict'],
});

export const proposeTags = endpoint({
  name: 'proposeTags',
  method: 'POST',
  path: '/internal/tags/proposals',
  summary: 'Pairs of tags of a tenant that may be one',
  access: 'service',
  body: z.object({ tenantId: uuid, limit: z.int().min(1).max(200) }),
  response: z.object({ items: z.array(tagProposal.extend({ tagIds: z.tuple([tagId, tagId]) })) }),
  statuses: [200],
  problems: [],
});

export const distinguishTags = endpoint({
  name: 'distinguishTags',
  method: 'POST',
  path: '/internal/tags/distinguish',
  summary: 'Two tags of a tenant are not the same',
  access: 'service',
  body: z.object({ tenantId: uuid, tagIds: z.tuple([tagId, tagId]) }),
  response: z.object({}),
  statuses: [200],
  problems: ['conflict'],
});

import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { entry } from './entries.ts';
import { cursor, nameText, pageOf, pageQuery, smallId, time } from './primitives.ts';
import { QUERY_MAXIMUM } from './search/query.ts';

/** Of one reader, and as many again that a tenant shares. */
export const RULES_MAXIMUM = 200;

/** What a rule does to an article. Labels are the reader's own, of a shared rule shared ones, by id. */
const ruleActions = z
  .strictObject({
    markRead: z.boolean().optional(),
    star: z.boolean().optional(),
    hide: z.boolean().optional(),
    labelIds: z.array(smallId).max(20).optional(),
  })
  .refine(
    ({ markRead, star, hide, labelIds = [] }) => markRead || star || hide || labelIds.length > 0,
    'choose at least one thing to do',
  )
  .refine(
    ({ markRead, star, hide, labelIds = [] }) => !hide || !(markRead || star || labelIds.length > 0),
    'what is hidden is in no list: hide it, or mark, star or label it, not both',
  );

export const rule = z
  .object({
    id: smallId,
    name: z.string(),
    query: z.string(),
    actions: z.object({
      markRead: z.boolean(),
      star: z.boolean(),
      hide: z.boolean(),
      labels: z.array(z.object({ id: smallId, name: z.string() })),
    }),
    isEnabled: z.boolean(),
    /** Whether it acts on the entries of every reader of the tenant. */
    isShared: z.boolean(),
    /** Whether the reader made or shared it. */
    isMine: z.boolean(),
    /** A shared one that the reader switched off for themselves. */
    isOffForMe: z.boolean(),
    /** Rules are listed by it, the smallest first; all that match act. */
    position: z.int(),
    /** It acts when these are there, not at arrival. */
    awaits: z.array(z.enum(['tags', 'summary'])),
    /** A label that it put on articles was deleted, or is shared while the rule is not, or the other way round. */
    hasLostLabel: z.boolean(),
    createdAt: time,
  })
  .meta({ id: 'Rule' });
export type Rule = z.infer<typeof rule>;

/** In the search language; what a rule cannot ask is refused with its place, as a mistake in a query is. */
const ruleQuery = z.string().trim().min(1).max(QUERY_MAXIMUM);
const ruleName = nameText(200);
const ruleParams = z.object({ id: z.string() });

export const listRules = endpoint({
  name: 'listRules',
  method: 'GET',
  path: '/v1/rules',
  summary: 'The reader’s rules, and those that their tenant shares, by position',
  access: 'reader',
  query: z.object(pageQuery(100)),
  response: pageOf(rule),
  statuses: [200],
  problems: ['invalid-query', 'invalid-cursor'],
});

export const previewRule = endpoint({
  name: 'previewRule',
  method: 'GET',
  path: '/v1/rules/preview',
  summary: 'Which of the entries that are there a rule with this query would find: how many, and the newest 20',
  access: 'reader',
  query: z.object({ query: ruleQuery }),
  response: z.object({
    /** Exact up to 10,000; where `totalIsExact` is false, what is known of a larger number. */
    total: z.int(),
    totalIsExact: z.boolean(),
    items: z.array(entry),
    awaits: rule.shape.awaits,
    /** False while the index is made for the first time: entries may be missing. */
    isComplete: z.boolean(),
  }),
  statuses: [200],
  problems: ['invalid-query', 'search-unavailable'],
});

export const createRule = endpoint({
  name: 'createRule',
  method: 'POST',
  path: '/v1/rules',
  summary: 'A rule that acts on what arrives from now on; a shared one for every reader of the tenant',
  access: 'reader',
  body: z.strictObject({
    name: ruleName,
    query: ruleQuery,
    actions: ruleActions,
    isEnabled: z.boolean().optional(),
    isShared: z.boolean().optional(),
  }),
  response: rule,
  statuses: [201],
  problems: ['invalid-request', 'limit-reached', 'forbidden', 'csrf-failed'],
});

export const updateRule = endpoint({
  name: 'updateRule',
  method: 'PATCH',
  path: '/v1/rules/:id',
  summary: 'Change a rule, share it, which cannot be taken back, or switch a shared one off for oneself alone',
  access: 'reader',
  params: ruleParams,
  body: z.strictObject({
    name: ruleName.optional(),
    query: ruleQuery.optional(),
    actions: ruleActions.optional(),
    isEnabled: z.boolean().optional(),
    isShared: z.literal(true).optional(),
    isOffForMe: z.boolean().optional(),
    position: z.int().min(0).max(1_000_000).optional(),
  }),
  response: rule,
  statuses: [200],
  problems: ['not-found', 'invalid-request', 'limit-reached', 'forbidden', 'csrf-failed'],
});

export const deleteRule = endpoint({
  name: 'deleteRule',
  method: 'DELETE',
  path: '/v1/rules/:id',
  summary: 'Delete a rule, a shared one for everybody; what it did stays',
  access: 'reader',
  params: ruleParams,
  statuses: [204],
  problems: ['not-found', 'forbidden', 'csrf-failed'],
});

export const runRule = endpoint({
  name: 'runRule',
  method: 'POST',
  path: '/v1/rules/:id/run',
  summary:
    'Let a rule act on the reader’s entries that are there, a part at a time: call again with `nextCursor` until it is null. What it acted on before it leaves alone, so it may be broken off and begun again',
  access: 'reader',
  params: ruleParams,
  body: z.strictObject({ cursor: cursor.optional() }),
  response: z.object({
    /** Entries that it acted on in this part. */
    changed: z.int(),
    nextCursor: z.string().nullable(),
  }),
  statuses: [200],
  problems: ['not-found', 'forbidden', 'invalid-request', 'search-unavailable', 'csrf-failed'],
});

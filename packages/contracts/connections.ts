import { z } from 'zod';
import { endpoint } from './endpoint.ts';

/** How an account elsewhere stands. `waiting`: for tomorrow's requests, or for an answer of the reader. */
const connectionState = z.enum(['new', 'ok', 'waiting', 'unauthorised', 'failing']);

/** Why a synchronisation pauses; pages have their own sentence for each. */
const connectionProblem = z.enum([
  'no-token',
  'token-expired',
  'token-refused',
  'budget-spent',
  'unreachable',
  'failing',
  'broken-answer',
  'mass-deletion-there',
  'mass-deletion-here',
  'internal',
]);

const budget = z
  .object({
    /** Zone 1 or zone 2 of Inoreader's quotas. */
    kind: z.enum(['reads', 'writes']),
    /** Requests a day. */
    allowed: z.int(),
    /** Of these, so many are never spent. */
    reserve: z.int(),
    used: z.int(),
    resetsAt: z.iso.datetime(),
  })
  .meta({ id: 'RequestBudget' });

export const inoreaderConnection = z
  .object({
    /** The name of the account's tokens. */
    account: z.string(),
    connectedAt: z.iso.datetime(),
    state: connectionState,
    problem: z.object({ code: connectionProblem, message: z.string() }).nullable(),
    lastSuccessAt: z.iso.datetime().nullable(),
    /** Whether a look was asked for and has not begun. */
    isWanted: z.boolean(),
    subscriptions: z.int(),
    /** Articles that are synchronised. */
    articles: z.int(),
    /** Articles whose contents are still to be brought; changes that Inoreader is still to hear. */
    waiting: z.object({ articles: z.int(), changes: z.int() }),
    /** Empty before the first request. */
    budgets: z.array(budget),
  })
  .meta({ id: 'InoreaderConnection' });
export type InoreaderConnection = z.infer<typeof inoreaderConnection>;

export const readInoreader = endpoint({
  name: 'readInoreader',
  method: 'GET',
  path: '/v1/connections/inoreader',
  summary: 'The reader’s account at Inoreader, and how its synchronisation stands; null where none is connected',
  access: 'reader',
  response: z.object({ connection: inoreaderConnection.nullable() }),
  statuses: [200],
  problems: [],
});

export const syncInoreader = endpoint({
  name: 'syncInoreader',
  method: 'POST',
  path: '/v1/connections/inoreader/sync',
  summary:
    'Synchronise with Inoreader soon, within the day’s budget; with `confirm`, also what was doubted: subscriptions that vanished all at once',
  access: 'reader',
  role: 'member',
  body: z.strictObject({ confirm: z.boolean().optional() }),
  statuses: [202],
  problems: ['not-found', 'csrf-failed'],
});

export const disconnectInoreader = endpoint({
  name: 'disconnectInoreader',
  method: 'DELETE',
  path: '/v1/connections/inoreader',
  summary: 'End the synchronisation with Inoreader. Both sides keep what they have',
  access: 'reader',
  role: 'member',
  statuses: [204],
  problems: ['not-found', 'csrf-failed'],
});

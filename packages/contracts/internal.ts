import { z } from 'zod';
import { role } from './auth.ts';
import { endpoint } from './endpoint.ts';
import { timeOrNull, typedUrl, uuid } from './primitives.ts';
import { feedFormat, foundFeed } from './subscriptions.ts';

/** Endpoints between services; nobody outside reaches them. Those of pre-processor, called by alt-backend. */

export const resolvedFeed = z.object({
  feedId: z.int(),
  url: z.string(),
  title: z.string().nullable(),
  siteUrl: z.string().nullable(),
  format: feedFormat.nullable(),
});
export type ResolvedFeed = z.infer<typeof resolvedFeed>;

export const resolveFeed = endpoint({
  name: 'resolveFeed',
  method: 'POST',
  path: '/internal/feeds/resolve',
  summary: 'The feed at an address or of a site, fetched once and stored; with `force` the address as it is, unfetched',
  access: 'service',
  body: z.object({ url: typedUrl, force: z.boolean().default(false), tenantId: uuid }),
  response: resolvedFeed,
  statuses: [200],
  problems: ['several-feeds', 'no-feed', 'feed-unreachable', 'invalid-feed-url'],
});

export const findFeeds = endpoint({
  name: 'findFeeds',
  method: 'POST',
  path: '/internal/feeds/discover',
  summary: 'The feeds of a site, or the feed at an address; stores nothing',
  access: 'service',
  body: z.object({ url: typedUrl }),
  response: z.object({ feeds: z.array(foundFeed) }),
  statuses: [200],
  problems: ['feed-unreachable', 'invalid-feed-url'],
});

const websubParams = z.object({ id: uuid });

export const verifyWebsub = endpoint({
  name: 'verifyWebsub',
  method: 'GET',
  path: '/internal/websub/:id',
  summary: 'A hub asks whether a subscription is meant; the answer is its challenge',
  access: 'service',
  params: websubParams,
  query: z.looseObject({
    'hub.mode': z.string(),
    'hub.topic': z.string().optional(),
    'hub.challenge': z.string().max(4096).optional(),
    'hub.lease_seconds': z.coerce.number().int().min(0).optional(),
    'hub.reason': z.string().optional(),
  }),
  responseType: 'text/plain',
  statuses: [200],
  problems: ['not-found'],
});

export const receiveWebsub = endpoint({
  name: 'receiveWebsub',
  method: 'POST',
  path: '/internal/websub/:id',
  summary: 'A hub brings news of a feed, signed',
  access: 'service',
  params: websubParams,
  responseType: 'text/plain',
  statuses: [202],
  problems: ['not-found', 'body-too-large'],
});

// Those of auth-service, called by alt-backend, which keeps a narrow picture of tenants and members.

const tenantState = { limits: z.record(z.string(), z.json()), suspendedAt: timeOrNull };

/** What a change leaves: `tenant` and `member` are there, new or changed; the others are not any more. */
export const authChange = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('tenant'), tenantId: uuid, ...tenantState }),
  z.object({ kind: z.literal('tenant-removed'), tenantId: uuid }),
  z.object({ kind: z.literal('member'), tenantId: uuid, userId: uuid }),
  z.object({ kind: z.literal('member-removed'), tenantId: uuid, userId: uuid }),
  z.object({ kind: z.literal('account-removed'), userId: uuid }),
]);
export type AuthChange = z.infer<typeof authChange>;

export const listChanges = endpoint({
  name: 'listChanges',
  method: 'GET',
  path: '/internal/changes',
  summary: 'Changes of accounts, tenants and members after a position, in the order of their commits',
  access: 'service',
  query: z.object({
    after: z.coerce.number().int().min(0),
    limit: z.coerce.number().int().min(1).max(1000).default(500),
  }),
  response: z.object({
    changes: z.array(authChange),
    /** Where to go on from. */
    position: z.int(),
    hasMore: z.boolean(),
    /** Changes after `after` may be missing: take all tenants anew. */
    isGap: z.boolean(),
  }),
  statuses: [200],
  problems: ['invalid-query'],
});

export const listTenants = endpoint({
  name: 'listTenants',
  method: 'GET',
  path: '/internal/tenants',
  summary: 'All tenants with their members, by id, and the position that the answer is not older than',
  access: 'service',
  query: z.object({ after: uuid.optional(), limit: z.coerce.number().int().min(1).max(1000).default(200) }),
  response: z.object({
    tenants: z.array(z.object({ id: uuid, ...tenantState, memberIds: z.array(uuid) })),
    position: z.int(),
    hasMore: z.boolean(),
  }),
  statuses: [200],
  problems: ['invalid-query'],
});

/** Called by arch-repo-service: people are added to projects and mentioned before they have been there themselves. */
export const listTenantPeople = endpoint({
  name: 'listTenantPeople',
  method: 'GET',
  path: '/internal/tenants/:id/people',
  summary: 'Who is in a tenant, with their names, by id',
  access: 'service',
  params: z.object({ id: uuid }),
  query: z.object({ after: uuid.optional(), limit: z.coerce.number().int().min(1).max(1000).default(500) }),
  response: z.object({
    people: z.array(z.object({ id: uuid, name: z.string(), email: z.string(), role })),
    hasMore: z.boolean(),
  }),
  statuses: [200],
  problems: ['invalid-query', 'not-found'],
});

export const sendMail = endpoint({
  name: 'sendMail',
  method: 'POST',
  path: '/internal/mails',
  summary: 'A mail about an account or an invitation; kept until the relay took it, given up after three days',
  access: 'service',
  body: z.object({ to: z.email(), subject: z.string().min(1).max(200), text: z.string().min(1).max(20_000) }),
  statuses: [202],
  problems: ['mail-not-configured'],
});

// What tenant-service asks of those who keep a tenant's data, alt-backend (N20) and arch-repo-service (N21).

const tenantParams = z.object({ id: uuid });

/** What a tenant uses of its limits. */
export const readTenantUsage = endpoint({
  name: 'readTenantUsage',
  method: 'GET',
  path: '/internal/tenants/:id/usage',
  summary: 'What a tenant uses of its limits; what a service does not keep it leaves out',
  access: 'service',
  params: tenantParams,
  response: z.object({
    feeds: z.int().optional(),
    articles: z.int().optional(),
    llmRequestsThisMonth: z.int().optional(),
    projects: z.int().optional(),
  }),
  statuses: [200],
  problems: [],
});

/** The rows of a tenant as lines of JSON (`application/x-ndjson`), in the order in which `importTenantData` takes them. */
/** Whoever changed how a tenant stands says so at once; who misses it finds it at the next look. */
export const announceTenantChange = endpoint({
  name: 'announceTenantChange',
  method: 'POST',
  path: '/internal/tenants/:id/changed',
  summary: 'A tenant was suspended, goes on, or has other limits: look at the changes now',
  access: 'service',
  params: tenantParams,
  statuses: [202],
  problems: [],
});

export const exportTenantData = endpoint({
  name: 'exportTenantData',
  method: 'GET',
  path: '/internal/tenants/:id/export',
  summary: 'Everything that a service keeps of a tenant, as lines of JSON; accounts by their ids',
  access: 'service',
  params: tenantParams,
  responseType: 'application/x-ndjson',
  statuses: [200],
  problems: [],
});

/**
 * Takes what `exportTenantData` gave, into a tenant that is new there. The first line says who is who:
 * `{"accounts":{"<id in the archive>":"<id here>"|null}}`; what is private to an account that is null is left out. All of it or
 * nothing, and again after a failure: a second call replaces what the first one left.
 */
export const importTenantData = endpoint({
  name: 'importTenantData',
  method: 'POST',
  path: '/internal/tenants/:id/import',
  summary: 'Restore what a service kept of a tenant, from lines of JSON',
  access: 'service',
  params: tenantParams,
  response: z.object({ rows: z.int() }),
  statuses: [200],
  problems: ['invalid-archive'],
});

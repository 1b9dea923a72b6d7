import { z } from 'zod';
import { role } from './auth.ts';
import { endpoint } from './endpoint.ts';
import { limitKind, limitOverrides, planName } from './plans.ts';
import { nameText, pageOf, pageQuery, time, timeOrNull, uuid } from './primitives.ts';

/** A tenant's short name: as in an address, and never mistaken for an id. */
export const tenantSlug = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must be letters, digits and hyphens, at most 63')
  .refine((value) => !z.uuid().safeParse(value).success, 'must not look like an id');

/** A domain as e-mail addresses have it, in ASCII. */
export const domainName = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(
    /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/,
    'must be a domain such as example.org',
  );

/** Roles that can be handed out; an owner is made by an owner only. */
export const grantableRole = z.enum(['admin', 'member', 'reader']);

/** What a tenant's admins decide. Each has an effect: see the descriptions. */
export const teamSettings = z
  .strictObject({
    invitations: z.strictObject({
      /** The role of an invitation that names none. */
      defaultRole: grantableRole,
      /** Who may invite; members invite as members and readers only. */
      allowedFor: z.enum(['admin', 'member']),
      /** If any, only addresses of these domains can be invited and can accept. */
      emailDomains: z.array(domainName).max(50),
    }),
  })
  .meta({ id: 'TeamSettings' });
export type TeamSettings = z.infer<typeof teamSettings>;

const myTenant = z
  .object({
    id: uuid,
    name: z.string(),
    slug: z.string().nullable(),
    isPersonal: z.boolean(),
    role,
    isCurrent: z.boolean(),
    memberCount: z.int(),
    suspendedAt: timeOrNull,
    deletionAt: timeOrNull,
  })
  .meta({ id: 'Tenant' });
export type MyTenant = z.infer<typeof myTenant>;

export const listMyTenants = endpoint({
  name: 'listMyTenants',
  method: 'GET',
  path: '/v1/tenants',
  summary: 'The tenants to which I belong',
  access: 'reader',
  worksSuspended: true,
  query: z.object(pageQuery(200)),
  response: pageOf(myTenant),
  statuses: [200],
  problems: ['invalid-cursor'],
});

export const createTenant = endpoint({
  name: 'createTenant',
  method: 'POST',
  path: '/v1/tenants',
  summary: 'Make a team, with me as its owner',
  access: 'reader',
  needsSession: true,
  body: z.strictObject({ name: nameText(100), slug: tenantSlug.optional() }),
  response: myTenant,
  statuses: [201],
  problems: ['csrf-failed', 'limit-reached', 'name-taken'],
});

export const currentTenant = myTenant
  .omit({ isCurrent: true })
  .extend({
    version: z.int(),
    plan: z.string(),
    suspensionReason: z.string(),
    createdAt: time,
    settings: teamSettings,
  })
  .meta({ id: 'CurrentTenant' });

export const readCurrentTenant = endpoint({
  name: 'readCurrentTenant',
  method: 'GET',
  path: '/v1/tenants/current',
  summary: 'The tenant in which I am, with its settings; its version as ETag',
  access: 'reader',
  worksSuspended: true,
  response: currentTenant,
  statuses: [200],
  problems: [],
});

export const updateCurrentTenant = endpoint({
  name: 'updateCurrentTenant',
  method: 'PATCH',
  path: '/v1/tenants/current',
  summary: 'Change name, short name or settings of the tenant; If-Match names the version that was read',
  access: 'reader',
  needsSession: true,
  role: 'admin',
  body: z.strictObject({
    name: nameText(100).optional(),
    slug: tenantSlug.nullable().optional(),
    settings: z.strictObject({ invitations: teamSettings.shape.invitations.partial().optional() }).optional(),
  }),
  response: currentTenant,
  statuses: [200],
  problems: ['csrf-failed', 'forbidden', 'name-taken', 'precondition-required', 'precondition-failed'],
});

const member = z
  .object({
    id: uuid,
    name: z.string(),
    /** For admins, and of oneself; null otherwise. */
    email: z.string().nullable(),
    role,
    isMe: z.boolean(),
    joinedAt: time,
  })
  .meta({ id: 'Member' });

export const listMembers = endpoint({
  name: 'listMembers',
  method: 'GET',
  path: '/v1/tenants/current/members',
  summary: 'The members of the tenant, in the order in which they joined',
  access: 'reader',
  query: z.object(pageQuery(50)),
  response: pageOf(member),
  statuses: [200],
  problems: ['invalid-cursor'],
});

export const updateMember = endpoint({
  name: 'updateMember',
  method: 'PATCH',
  path: '/v1/tenants/current/members/:id',
  summary: 'Give a member another role',
  access: 'reader',
  needsSession: true,
  role: 'admin',
  params: z.object({ id: uuid }),
  body: z.strictObject({ role }),
  response: member,
  statuses: [200],
  problems: ['csrf-failed', 'forbidden', 'not-found', 'last-owner', 'personal-tenant'],
});

export const removeMember = endpoint({
  name: 'removeMember',
  method: 'DELETE',
  path: '/v1/tenants/current/members/:id',
  summary: 'Remove a member, or leave; sessions and keys in this tenant end at once',
  access: 'reader',
  needsSession: true,
  worksSuspended: true,
  params: z.object({ id: uuid }),
  statuses: [204],
  problems: ['csrf-failed', 'forbidden', 'not-found', 'last-owner', 'personal-tenant', 'tenant-suspended'],
});

export const transferTenant = endpoint({
  name: 'transferTenant',
  method: 'POST',
  path: '/v1/tenants/current/transfer',
  summary: 'Make a member the owner, and me an admin; at once',
  access: 'reader',
  role: 'owner',
  needsProof: true,
  body: z.strictObject({ memberId: uuid }),
  statuses: [204],
  problems: ['csrf-failed', 'forbidden', 'proof-required', 'not-found', 'personal-tenant', 'invalid-request'],
});

export const deleteTenant = endpoint({
  name: 'deleteTenant',
  method: 'DELETE',
  path: '/v1/tenants/current',
  summary:
    'Delete the tenant, its name typed again; it works on until the grace is over, and can be restored till then',
  access: 'reader',
  role: 'owner',
  needsProof: true,
  body: z.strictObject({ name: z.string().max(200) }),
  response: z.object({ deletionAt: time }),
  statuses: [202],
  problems: ['csrf-failed', 'forbidden', 'proof-required', 'personal-tenant', 'invalid-request'],
});

export const restoreTenant = endpoint({
  name: 'restoreTenant',
  method: 'POST',
  path: '/v1/tenants/current/restore',
  summary: 'Take back the deletion of the tenant',
  access: 'reader',
  needsSession: true,
  role: 'owner',
  statuses: [204],
  problems: ['csrf-failed', 'forbidden', 'conflict'],
});

const limitUse = z
  .object({
    kind: limitKind,
    /** Null for none. */
    limit: z.int().nullable(),
    /** Null where it cannot be told just now. */
    used: z.int().nullable(),
    isNear: z.boolean(),
    isReached: z.boolean(),
  })
  .meta({ id: 'LimitUse' });

export const readTenantLimits = endpoint({
  name: 'readTenantLimits',
  method: 'GET',
  path: '/v1/tenants/current/limits',
  summary: 'The limits of the tenant and what is used of each',
  access: 'reader',
  response: z.object({ plan: z.string(), items: z.array(limitUse) }),
  statuses: [200],
  problems: [],
});

// For the owner of the whole instance; the only endpoints that take the id of a tenant.

const anyTenant = z
  .object({
    id: uuid,
    name: z.string(),
    slug: z.string().nullable(),
    isPersonal: z.boolean(),
    plan: z.string(),
    limitOverrides,
    memberCount: z.int(),
    createdAt: time,
    suspendedAt: timeOrNull,
    suspensionReason: z.string(),
    deletionAt: timeOrNull,
  })
  .meta({ id: 'TenantOfInstance' });
export type AnyTenant = z.infer<typeof anyTenant>;

export const listAllTenants = endpoint({
  name: 'listAllTenants',
  method: 'GET',
  path: '/v1/tenants/all',
  summary: 'All tenants, for the owner of this Alt',
  access: 'reader',
  needsSession: true,
  worksSuspended: true,
  query: z.object(pageQuery(50)),
  response: pageOf(anyTenant),
  statuses: [200],
  problems: ['forbidden', 'invalid-cursor'],
});

const idParams = z.object({ id: uuid });

export const suspendTenant = endpoint({
  name: 'suspendTenant',
  method: 'POST',
  path: '/v1/tenants/:id/suspend',
  summary: 'Suspend a tenant, for the owner of this Alt; nothing is lost',
  access: 'reader',
  needsProof: true,
  params: idParams,
  body: z.strictObject({ reason: z.string().trim().max(500).default('') }),
  response: anyTenant,
  statuses: [200],
  problems: ['csrf-failed', 'forbidden', 'proof-required', 'not-found'],
});

export const resumeTenant = endpoint({
  name: 'resumeTenant',
  method: 'POST',
  path: '/v1/tenants/:id/resume',
  summary: 'End the suspension of a tenant, for the owner of this Alt',
  access: 'reader',
  worksSuspended: true,
  needsProof: true,
  params: idParams,
  response: anyTenant,
  statuses: [200],
  problems: ['csrf-failed', 'forbidden', 'proof-required', 'not-found'],
});

export const changeTenantPlan = endpoint({
  name: 'changeTenantPlan',
  method: 'POST',
  path: '/v1/tenants/:id/plan',
  summary: 'Put a tenant on a plan, and replace its own limits, for the owner of this Alt',
  access: 'reader',
  needsProof: true,
  params: idParams,
  body: z.strictObject({ plan: planName, limits: limitOverrides.default({}) }),
  response: anyTenant,
  statuses: [200],
  problems: ['csrf-failed', 'forbidden', 'proof-required', 'not-found'],
});

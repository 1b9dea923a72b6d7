import { z } from 'zod';
import { role } from './auth.ts';
import { endpoint } from './endpoint.ts';
import { pageOf, pageQuery, time, timeOrNull, uuid } from './primitives.ts';
import { domainName, grantableRole } from './tenants.ts';

const email = z.string().trim().toLowerCase().max(254).pipe(z.email('must be an e-mail address'));
const secret = z.string().min(1).max(100);

const invitation = z
  .object({
    id: uuid,
    /** Whom it is for; null for whoever has the link. */
    email: z.string().nullable(),
    role,
    state: z.enum(['open', 'expired', 'accepted', 'revoked']),
    invitedBy: z.string().nullable(),
    createdAt: time,
    expiresAt: time,
    acceptedAt: timeOrNull,
  })
  .meta({ id: 'Invitation' });

/** The link is shown this once. `mailed` says whether a mail with it is on its way. */
const newInvitation = invitation.extend({ link: z.string(), mailed: z.boolean() }).meta({ id: 'NewInvitation' });

export const listInvitations = endpoint({
  name: 'listInvitations',
  method: 'GET',
  path: '/v1/tenants/current/invitations',
  summary: 'The invitations of the tenant, the newest first',
  access: 'reader',
  needsSession: true,
  role: 'admin',
  query: z.object(pageQuery(50)),
  response: pageOf(invitation),
  statuses: [200],
  problems: ['forbidden', 'invalid-cursor'],
});

export const createInvitation = endpoint({
  name: 'createInvitation',
  method: 'POST',
  path: '/v1/tenants/current/invitations',
  summary: 'Invite somebody, by mail or by a link that is shown once',
  access: 'reader',
  needsSession: true,
  role: 'member',
  body: z.strictObject({
    email: email.optional(),
    role: grantableRole.optional(),
    expiresInDays: z.int().min(1).max(30).default(7),
  }),
  response: newInvitation,
  statuses: [201],
  problems: ['csrf-failed', 'forbidden', 'personal-tenant', 'limit-reached', 'conflict', 'invalid-request'],
});

export const revokeInvitation = endpoint({
  name: 'revokeInvitation',
  method: 'DELETE',
  path: '/v1/tenants/current/invitations/:id',
  summary: 'Revoke an invitation; its link opens nothing any more',
  access: 'reader',
  needsSession: true,
  role: 'admin',
  params: z.object({ id: uuid }),
  statuses: [204],
  problems: ['csrf-failed', 'forbidden', 'not-found'],
});

export const resendInvitation = endpoint({
  name: 'resendInvitation',
  method: 'POST',
  path: '/v1/tenants/current/invitations/:id/resend',
  summary: 'Give an invitation a new link and a new time; the old link opens nothing any more',
  access: 'reader',
  needsSession: true,
  role: 'admin',
  params: z.object({ id: uuid }),
  response: newInvitation,
  statuses: [200],
  problems: ['csrf-failed', 'forbidden', 'not-found', 'invitation-over', 'conflict', 'too-many-requests'],
});

export const lookAtInvitation = endpoint({
  name: 'lookAtInvitation',
  method: 'POST',
  path: '/v1/invitations/look',
  summary: 'What an invitation offers, to whoever has its link',
  access: 'public',
  body: z.strictObject({ secret }),
  response: z.object({
    tenantName: z.string(),
    invitedBy: z.string().nullable(),
    role,
    expiresAt: time,
    /** Whether only one e-mail address can accept; which one is not told. */
    isBound: z.boolean(),
  }),
  statuses: [200],
  problems: ['not-found', 'invitation-over'],
});

const joined = z.object({ tenantId: uuid, tenantName: z.string(), role });

export const acceptInvitation = endpoint({
  name: 'acceptInvitation',
  method: 'POST',
  path: '/v1/invitations/accept',
  summary: 'Join the tenant of an invitation; it works once',
  access: 'reader',
  needsSession: true,
  worksSuspended: true,
  body: z.strictObject({ secret }),
  response: joined,
  statuses: [200],
  problems: [
    'csrf-failed',
    'not-found',
    'invitation-over',
    'wrong-account',
    'email-unverified',
    'limit-reached',
    'conflict',
    'tenant-suspended',
  ],
});

const domain = z
  .object({
    id: uuid,
    domain: z.string(),
    /** The role of who joins by an address of this domain. */
    role: grantableRole,
    state: z.enum(['unverified', 'verified', 'lost']),
    verifiedAt: timeOrNull,
    checkedAt: timeOrNull,
    /** The TXT record that proves the domain. */
    record: z.object({ name: z.string(), value: z.string() }),
  })
  .meta({ id: 'TenantDomain' });

export const listDomains = endpoint({
  name: 'listDomains',
  method: 'GET',
  path: '/v1/tenants/current/domains',
  summary: 'The domains of the tenant, whose addresses may join by themselves',
  access: 'reader',
  role: 'admin',
  response: z.object({ items: z.array(domain), nextCursor: z.null() }),
  statuses: [200],
  problems: ['forbidden'],
});

export const addDomain = endpoint({
  name: 'addDomain',
  method: 'POST',
  path: '/v1/tenants/current/domains',
  summary: 'Add a domain; it counts once its TXT record was found',
  access: 'reader',
  needsSession: true,
  role: 'admin',
  body: z.strictObject({ domain: domainName, role: grantableRole.default('reader') }),
  response: domain,
  statuses: [201],
  problems: ['csrf-failed', 'forbidden', 'personal-tenant', 'domain-taken', 'limit-reached', 'invalid-request'],
});

export const updateDomain = endpoint({
  name: 'updateDomain',
  method: 'PATCH',
  path: '/v1/tenants/current/domains/:id',
  summary: 'Change the role of who joins by a domain',
  access: 'reader',
  needsSession: true,
  role: 'admin',
  params: z.object({ id: uuid }),
  body: z.strictObject({ role: grantableRole }),
  response: domain,
  statuses: [200],
  problems: ['csrf-failed', 'forbidden', 'not-found'],
});

export const verifyDomain = endpoint({
  name: 'verifyDomain',
  method: 'POST',
  path: '/v1/tenants/current/domains/:id/verify',
  summary: 'Look for the TXT record of a domain now',
  access: 'reader',
  needsSession: true,
  role: 'admin',
  params: z.object({ id: uuid }),
  response: domain,
  statuses: [200],
  problems: ['csrf-failed', 'forbidden', 'not-found', 'domain-unverified', 'domain-taken', 'unavailable'],
});

export const removeDomain = endpoint({
  name: 'removeDomain',
  method: 'DELETE',
  path: '/v1/tenants/current/domains/:id',
  summary: 'Remove a domain; who joined by it stays',
  access: 'reader',
  needsSession: true,
  role: 'admin',
  params: z.object({ id: uuid }),
  statuses: [204],
  problems: ['csrf-failed', 'forbidden', 'not-found'],
});

export const listJoinableTenants = endpoint({
  name: 'listJoinableTenants',
  method: 'GET',
  path: '/v1/tenants/joinable',
  summary: 'Tenants that I may join by the domain of my verified e-mail address',
  access: 'reader',
  worksSuspended: true,
  response: z.object({
    items: z.array(z.object({ domain: z.string(), tenantName: z.string(), role })),
    nextCursor: z.null(),
  }),
  statuses: [200],
  problems: [],
});

export const joinTenant = endpoint({
  name: 'joinTenant',
  method: 'POST',
  path: '/v1/tenants/join',
  summary: 'Join the tenant of the domain of my verified e-mail address',
  access: 'reader',
  needsSession: true,
  worksSuspended: true,
  body: z.strictObject({ domain: domainName }),
  response: joined,
  statuses: [200],
  problems: ['csrf-failed', 'not-found', 'limit-reached', 'conflict', 'tenant-suspended'],
});

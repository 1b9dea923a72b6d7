import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { pageOf, pageQuery, time, uuid } from './primitives.ts';

/**
 * Everything that the audit log of `auth` can say was done. Stable: added, never renamed, for lines outlive the release
 * that wrote them. Who writes a line that is not named here does not pass the check of types.
 */
export const auditActions = [
  // Accounts and sessions
  'account-created',
  'signed-in',
  'sign-in-failed',
  'signed-out',
  'password-changed',
  'password-change-failed',
  'password-replaced',
  'password-recovered',
  'recovery-asked',
  'session-ended',
  'other-sessions-ended',
  'identity-confirmed',
  'confirmation-failed',
  'tenant-switched',
  'account-exported',
  'account-removed',
  // Addresses and factors
  'email-verified',
  'email-change-asked',
  'email-changed',
  'passkey-added',
  'passkey-removed',
  'totp-set-up',
  'totp-removed',
  'recovery-codes-renewed',
  'recovery-code-used',
  'second-factor-asked',
  'identity-linked',
  'single-sign-on-linked',
  'single-sign-on-unlinked',
  'single-sign-on-failed',
  // Keys
  'api-key-created',
  'api-key-revoked',
  'app-password-created',
  'app-password-revoked',
  // Tenants
  'tenant-created',
  'tenant-changed',
  'tenant-transferred',
  'tenant-plan-changed',
  'tenant-suspended',
  'tenant-resumed',
  'tenant-deletion-begun',
  'tenant-deletion-taken-back',
  'tenant-removed',
  'tenant-export-begun',
  'tenant-export-fetched',
  'tenant-exported',
  'tenant-imported',
  'member-joined',
  'member-role-changed',
  'member-removed',
  'member-left',
  'invitation-made',
  'invitation-resent',
  'invitation-revoked',
  'invitation-accepted',
  'domain-added',
  'domain-changed',
  'domain-verified',
  'domain-lost',
  'domain-removed',
  // The log itself
  'audit-exported',
  // What the request analyser decided
  'credential-stuffing',
  'account-enumeration',
  'path-scanning',
  'session-moved',
  'session-agent-changed',
  'rate-limited',
  'locked-out',
] as const;
export type AuditAction = (typeof auditActions)[number];

/** How it ended: done, not done, only against a proof of work, later, or shut out for a while. */
export const auditOutcome = z.enum(['allowed', 'refused', 'challenged', 'slowed', 'blocked']);
export type AuditOutcome = z.infer<typeof auditOutcome>;

export const auditLine = z
  .object({
    id: z.string(),
    at: time,
    /** One of `auditActions`; a line of a newer release may have another. */
    action: z.string(),
    outcome: auditOutcome,
    accountId: uuid.nullable(),
    sessionId: uuid.nullable(),
    /** Empty where it was done on the command line, or before requests were noted. */
    requestId: z.string(),
    address: z.string(),
    userAgent: z.string(),
    detail: z.record(z.string(), z.json()),
  })
  .meta({ id: 'AuditLine' });
export type AuditLineDocument = z.infer<typeof auditLine>;

const filters = {
  action: z.enum(auditActions).optional(),
  outcome: auditOutcome.optional(),
  /** At or after, and before. */
  from: time.optional(),
  to: time.optional(),
};

const format = z.enum(['ndjson', 'csv']).default('ndjson');

/** `instance`: what belongs to no tenant, for the owner of this Alt alone. */
const tenantFilters = {
  ...filters,
  account: uuid.optional(),
  address: z
    .string()
    .max(100)
    .regex(/^[0-9a-f:.]+$/i, 'must be an address')
    .optional(),
  of: z.enum(['tenant', 'instance']).default('tenant'),
};

export const listOwnAudit = endpoint({
  name: 'listOwnAudit',
  method: 'GET',
  path: '/v1/user/audit',
  summary: 'What was done with this account, the newest first',
  access: 'reader',
  worksSuspended: true,
  query: z.object({ ...filters, ...pageQuery(50) }),
  response: pageOf(auditLine),
  statuses: [200],
  problems: ['invalid-query', 'invalid-cursor'],
});

export const exportOwnAudit = endpoint({
  name: 'exportOwnAudit',
  method: 'GET',
  path: '/v1/user/audit/export',
  summary: 'What was done with this account, all of it: a JSON document a line, or CSV',
  access: 'reader',
  worksSuspended: true,
  query: z.object({ ...filters, format }),
  responseType: 'application/x-ndjson',
  statuses: [200],
  problems: ['invalid-query', 'too-many-requests'],
});

export const listAudit = endpoint({
  name: 'listAudit',
  method: 'GET',
  path: '/v1/auth/audit',
  summary: 'What was done in the tenant, the newest first',
  access: 'reader',
  role: 'admin',
  query: z.object({ ...tenantFilters, ...pageQuery(50) }),
  response: pageOf(auditLine),
  statuses: [200],
  problems: ['invalid-query', 'invalid-cursor', 'forbidden'],
});

export const exportAudit = endpoint({
  name: 'exportAudit',
  method: 'GET',
  path: '/v1/auth/audit/export',
  summary: 'What was done in the tenant, all of it: a JSON document a line, or CSV',
  access: 'reader',
  role: 'admin',
  query: z.object({ ...tenantFilters, format }),
  responseType: 'application/x-ndjson',
  statuses: [200],
  problems: ['invalid-query', 'forbidden', 'too-many-requests'],
});

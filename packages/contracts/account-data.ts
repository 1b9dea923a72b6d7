import { z } from 'zod';
import { passkey } from './account-security.ts';
import { apiKey, role, user } from './auth.ts';
import { endpoint } from './endpoint.ts';
import { time, timeOrNull, uuid } from './primitives.ts';
import { listedSession } from './sessions.ts';

/** Everything that is kept about an account itself. What it reads is elsewhere: subscriptions, entries, settings. */
export const accountExport = z
  .object({
    exportedAt: time,
    user,
    emailVerifiedAt: timeOrNull,
    memberships: z.array(
      z.object({ tenantId: uuid, tenantName: z.string(), role, isPersonal: z.boolean(), since: time }),
    ),
    sessions: z.array(listedSession),
    apiKeys: z.array(apiKey),
    appPasswords: z.array(apiKey),
    passkeys: z.array(passkey),
    /** As whom single sign-on opens the account. */
    singleSignOn: z.object({ issuer: z.string(), subject: z.string(), email: z.string(), since: time }).nullable(),
    hasTotp: z.boolean(),
    recoveryCodesLeft: z.int(),
    auditLog: z.array(
      z.object({
        at: time,
        action: z.string(),
        tenantId: uuid.nullable(),
        address: z.string(),
        detail: z.record(z.string(), z.json()),
      }),
    ),
  })
  .meta({ id: 'AccountExport' });

export const exportAccount = endpoint({
  name: 'exportAccount',
  method: 'GET',
  path: '/v1/user/export',
  summary: 'Everything that is kept about the account itself',
  access: 'reader',
  needsSession: true,
  worksSuspended: true,
  response: accountExport,
  statuses: [200],
  problems: [],
});

export const deleteAccount = endpoint({
  name: 'deleteAccount',
  method: 'DELETE',
  path: '/v1/user',
  summary: 'Remove the account, its personal tenant and what it keeps there; for good',
  access: 'reader',
  needsProof: true,
  worksSuspended: true,
  statuses: [204],
  problems: ['csrf-failed', 'proof-required', 'conflict'],
});

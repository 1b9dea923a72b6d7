import { z } from 'zod';
import { session } from './auth.ts';
import { endpoint } from './endpoint.ts';
import { pageOf, pageQuery, time, uuid } from './primitives.ts';

export const listedSession = z
  .object({
    id: uuid,
    /** The browser's own words (User-Agent). */
    device: z.string(),
    address: z.string(),
    createdAt: time,
    lastSeenAt: time,
    expiresAt: time,
    isCurrent: z.boolean(),
  })
  .meta({ id: 'ListedSession' });

export const listSessions = endpoint({
  name: 'listSessions',
  method: 'GET',
  path: '/v1/user/sessions',
  summary: 'The sessions of the account, newest first',
  access: 'reader',
  needsSession: true,
  worksSuspended: true,
  query: z.object(pageQuery(50)),
  response: pageOf(listedSession),
  statuses: [200],
  problems: ['invalid-query', 'invalid-cursor'],
});

export const revokeOneSession = endpoint({
  name: 'revokeSession',
  method: 'DELETE',
  path: '/v1/user/sessions/:id',
  summary: 'End a session',
  access: 'reader',
  needsSession: true,
  worksSuspended: true,
  params: z.object({ id: uuid }),
  statuses: [204],
  problems: ['csrf-failed', 'not-found'],
});

export const revokeOtherSessions = endpoint({
  name: 'revokeOtherSessions',
  method: 'DELETE',
  path: '/v1/user/sessions',
  summary: 'End every session but this one',
  access: 'reader',
  needsSession: true,
  worksSuspended: true,
  response: z.object({ ended: z.int() }),
  statuses: [200],
  problems: ['csrf-failed'],
});

export const switchTenant = endpoint({
  name: 'switchTenant',
  method: 'PUT',
  path: '/v1/user/tenant',
  summary: 'Work in another tenant, in this session and in those that begin from now on',
  access: 'reader',
  worksSuspended: true,
  body: z.strictObject({ tenantId: uuid }),
  response: session,
  statuses: [200],
  problems: ['csrf-failed', 'not-found', 'conflict', 'invalid-request'],
});

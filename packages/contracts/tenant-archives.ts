import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { time, timeOrNull, uuid } from './primitives.ts';

/** The media type of an archive: gzip over lines of JSON. */
export const ARCHIVE_TYPE = 'application/gzip';

const job = z
  .object({
    id: uuid,
    state: z.enum(['queued', 'running', 'done', 'failed']),
    /** The part that is written or read just now. */
    step: z.string(),
    rows: z.int(),
    sizeBytes: z.int(),
    /** Sentences about what is not in the archive, or was not taken over. */
    remarks: z.array(z.string()),
    /** Why it failed, and what to do. */
    error: z.string().nullable(),
    createdAt: time,
    finishedAt: timeOrNull,
    /** When the file goes. */
    expiresAt: timeOrNull,
  })
  .meta({ id: 'TenantJob' });
export type TenantJob = z.infer<typeof job>;

export const startTenantExport = endpoint({
  name: 'startTenantExport',
  method: 'POST',
  path: '/v1/tenants/current/export',
  summary: 'Begin an archive of everything that the tenant has; one that is under way goes on',
  access: 'reader',
  role: 'owner',
  worksSuspended: true,
  needsProof: true,
  response: job,
  statuses: [202],
  problems: ['csrf-failed', 'forbidden', 'proof-required'],
});

export const readTenantExport = endpoint({
  name: 'readTenantExport',
  method: 'GET',
  path: '/v1/tenants/current/export',
  summary: 'How far the newest archive of the tenant is',
  access: 'reader',
  needsSession: true,
  role: 'owner',
  worksSuspended: true,
  response: job,
  statuses: [200],
  problems: ['forbidden', 'not-found'],
});

export const readTenantExportFile = endpoint({
  name: 'readTenantExportFile',
  method: 'GET',
  path: '/v1/tenants/current/export/file',
  summary: 'The newest archive of the tenant',
  access: 'reader',
  role: 'owner',
  worksSuspended: true,
  needsProof: true,
  responseType: ARCHIVE_TYPE,
  statuses: [200],
  problems: ['forbidden', 'proof-required', 'not-found'],
});

export const startTenantImport = endpoint({
  name: 'startTenantImport',
  method: 'POST',
  path: '/v1/tenants/import',
  summary: 'Make a tenant of an archive (the body), with me as its owner',
  access: 'reader',
  needsProof: true,
  response: job,
  statuses: [202],
  problems: ['csrf-failed', 'proof-required', 'invalid-archive', 'body-too-large', 'limit-reached', 'conflict'],
});

export const readTenantImport = endpoint({
  name: 'readTenantImport',
  method: 'GET',
  path: '/v1/tenants/import/:id',
  summary: 'How far an import of mine is, and the tenant that it made',
  access: 'reader',
  needsSession: true,
  params: z.object({ id: uuid }),
  response: job.extend({ tenantId: uuid.nullable() }).meta({ id: 'TenantImport' }),
  statuses: [200],
  problems: ['not-found'],
});

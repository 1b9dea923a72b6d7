import { exportAudit, exportOwnAudit, listAudit, listOwnAudit, Problem } from '@alt/contracts';
import { type Database, statement } from '@alt/database';
import { type Reader, type Route, route } from '@alt/service-kit';
import { exportAnswer } from './export.ts';
import { readAllAudit, readAuditPage } from './reading.ts';
import type { AuditSubject } from './store.ts';
import { writeAudit } from './writing.ts';

/** The audit log: one's own acts, and those of the tenant for its admins. */
export function auditRoutes(database: Database): Route[] {
  return [
    route(listOwnAudit, ({ reader, query }) => readAuditPage(database, reader, own(reader), query)),
    route(exportOwnAudit, async ({ reader, query: { format, ...query }, address }) => {
      await noteExport(database, reader, address, { of: 'account', format });
      return exportAnswer(readAllAudit(database, reader, own(reader), query), format);
    }),
    route(listAudit, async ({ reader, query: { of, ...query } }) =>
      readAuditPage(database, reader, await subjectOf(database, reader, of), query),
    ),
    route(exportAudit, async ({ reader, query: { format, of, ...query }, address }) => {
      const subject = await subjectOf(database, reader, of);
      await noteExport(database, reader, address, { of, format });
      return exportAnswer(readAllAudit(database, reader, subject, query), format);
    }),
  ];
}

function own({ userId }: Reader): AuditSubject {
  return { kind: 'account', id: userId };
}

const ownerStatement = statement<{ is_owner: boolean }>(
  'auth_reader_is_instance_owner',
  'select reader_is_instance_owner() as is_owner',
);

/** The log of the current tenant, or what belongs to no tenant, which the owner of this Alt alone sees. */
async function subjectOf(database: Database, reader: Reader, of: 'tenant' | 'instance'): Promise<AuditSubject> {
  if (of === 'tenant') return { kind: 'tenant', id: reader.tenantId };
  const found = await database.asReader(reader, (tx) => tx.one(ownerStatement), { isReadOnly: true });
  if (!found?.is_owner) throw new Problem('forbidden', 'Only the owner of this Alt sees what belongs to no tenant.');
  return { kind: 'instance' };
}

/** Who takes the log away leaves a line in it. */
async function noteExport(database: Database, reader: Reader, address: string, detail: Record<string, unknown>) {
  const { userId, tenantId, sessionId } = reader;
  await writeAudit(database, { action: 'audit-exported', userId, tenantId, sessionId, address, detail });
}

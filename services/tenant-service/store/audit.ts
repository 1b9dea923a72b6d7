import type { AuditAction } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';
import type { Reader } from '@alt/service-kit';

const insertLine = statement(
  'tenants_audit',
  'insert into audit_log (account_id, tenant_id, action, address, detail) values ($1, $2, $3, $4, $5)',
);

/** Who does something in their current tenant, and from where. */
export type Actor = Pick<Reader, 'tenantId'> & { userId: string | null; address: string };

/** A line of the audit log, in the transaction of what it tells. */
export async function writeAudit(
  tx: Queryable,
  { userId, tenantId, address }: Actor,
  action: AuditAction,
  detail: Record<string, unknown> = {},
): Promise<void> {
  await tx.run(insertLine, [userId, tenantId, action, address.slice(0, 100), JSON.stringify(detail)]);
}

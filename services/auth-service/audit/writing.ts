import type { AuditAction, AuditOutcome } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';
import { agentOf, currentVisit } from '../visit.ts';

/** A line of the log. What the request itself says (its id, its agent) is added where there is one. */
export interface AuditLine {
  action: AuditAction;
  /** `refused` for an action that ends in `-failed`, else `allowed`, unless given. */
  outcome?: AuditOutcome;
  userId?: string | null;
  tenantId?: string | null;
  sessionId?: string | null;
  address?: string;
  detail?: Record<string, unknown>;
}

const appendStatement = statement(
  'auth_audit',
  `insert into audit_log
     (account_id, tenant_id, session_id, request_id, action, outcome, address, user_agent, detail)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
);

/** Appends a line, in the transaction of what it tells of: both are there, or neither. */
export async function writeAudit(database: Queryable, line: AuditLine): Promise<void> {
  const { action, userId = null, tenantId = null, address = '', detail = {} } = line;
  const outcome = line.outcome ?? (action.endsWith('-failed') ? 'refused' : 'allowed');
  const sessionId = line.sessionId ?? (typeof detail.sessionId === 'string' ? detail.sessionId : null);
  const visit = currentVisit();
  const requestId = visit?.request.headers.get('x-request-id') ?? '';
  const agent = visit ? agentOf(visit.request) : '';
  const about = [userId, tenantId, sessionId, requestId.slice(0, 100), action, outcome];
  await database.run(appendStatement, [...about, address.slice(0, 100), agent, JSON.stringify(detail)]);
  visit?.lines.push(line);
}

const prepareStatement = statement('auth_prepare_audit_log', 'select prepare_audit_log($1)');

/** Makes the partitions of the months to come and drops those older than `monthsKept`; at a start and from time to time. */
export async function prepareAuditLog(database: Queryable, monthsKept: number): Promise<void> {
  await database.run(prepareStatement, [monthsKept]);
}

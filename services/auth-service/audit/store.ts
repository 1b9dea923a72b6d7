import type { AuditOutcome } from '@alt/contracts';
import { type Queryable, type Statement, statement } from '@alt/database';

/** Where a page ended. The id as text: a bigint may be larger than a number holds. */
export interface AuditKey {
  at: Date;
  id: string;
}

export interface AuditRow {
  id: string;
  at: Date;
  action: string;
  outcome: AuditOutcome;
  account_id: string | null;
  session_id: string | null;
  request_id: string;
  address: string;
  user_agent: string;
  detail: Record<string, unknown>;
}

export interface AuditFilters {
  action?: string | undefined;
  outcome?: AuditOutcome | undefined;
  /** At or after, and before. */
  from?: Date | undefined;
  to?: Date | undefined;
  account?: string | undefined;
  address?: string | undefined;
}

/** Whose lines: an account's own, a tenant's, or those of no tenant. */
export type AuditSubject = { kind: 'account' | 'tenant'; id: string } | { kind: 'instance' };

// `at <=` beside the pair lets the planner leave out the months after it, and `at >=` those before.
const select = (name: string, subject: string): Statement<AuditRow> =>
  statement(
    name,
    `select id::text as id, at, action, outcome, account_id, session_id, request_id, address, user_agent, detail
     from audit_log
     where ${subject} and at >= coalesce($2::timestamptz, '-infinity') and at <= $3::timestamptz
       and (at, id) < ($3::timestamptz, $4::bigint)
       and ($5::text is null or action = $5) and ($6::text is null or outcome = $6)
       and ($7::uuid is null or account_id = $7) and ($8::text is null or address = $8)
     order by at desc, audit_log.id desc limit $9`,
  );

const statements = {
  account: select('auth_list_audit_of_account', 'account_id = $1::uuid'),
  tenant: select('auth_list_audit_of_tenant', 'tenant_id = $1::uuid'),
  instance: select('auth_list_audit_of_instance', 'tenant_id is null and $1::uuid is null'),
} as const;

/** Lines of a subject before a key, the newest first; only those that the reader of the transaction may see. */
export function listAuditLines(
  tx: Queryable,
  subject: AuditSubject,
  page: AuditFilters & { before: AuditKey | null; limit: number },
): Promise<AuditRow[]> {
  const { from = null, to = null, before, action, outcome, account, address, limit } = page;
  const id = subject.kind === 'instance' ? null : subject.id;
  // The end of the time asked for is a key too: the first one that is not before it.
  const end = to && (!before || to.getTime() <= before.at.getTime()) ? { at: to, id: '0' } : before;
  const key = end ? [end.at, end.id] : ['infinity', '0'];
  const values = [id, from, ...key, action ?? null, outcome ?? null, account ?? null, address ?? null, limit];
  return tx.all(statements[subject.kind], values);
}

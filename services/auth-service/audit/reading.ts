import { type AuditLineDocument, Problem } from '@alt/contracts';
import type { Database } from '@alt/database';
import type { Reader } from '@alt/service-kit';
import { type AuditFilters, type AuditKey, type AuditRow, type AuditSubject, listAuditLines } from './store.ts';

export interface AuditQuery {
  action?: string | undefined;
  outcome?: AuditFilters['outcome'];
  from?: string | undefined;
  to?: string | undefined;
  account?: string | undefined;
  address?: string | undefined;
}

/** A page of the lines about a subject, the newest first. Throws `invalid-cursor`. */
export async function readAuditPage(
  database: Database,
  reader: Reader,
  subject: AuditSubject,
  query: AuditQuery & { limit: number; cursor?: string | undefined },
) {
  const { limit, cursor } = query;
  const before = cursor === undefined ? null : decodeKey(cursor);
  const rows = await readRows(database, reader, subject, { ...filtersOf(query), before, limit: limit + 1 });
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items: items.map(toDocument), nextCursor: rows.length > limit && last ? encodeKey(last) : null };
}

/** All lines about a subject in pages, the newest first, as they are at the call: what is written meanwhile is not in it. */
export async function* readAllAudit(
  database: Database,
  reader: Reader,
  subject: AuditSubject,
  query: AuditQuery,
): AsyncGenerator<AuditLineDocument[]> {
  let before: AuditKey | null = null;
  for (;;) {
    const rows: AuditRow[] = await readRows(database, reader, subject, {
      ...filtersOf(query),
      before,
      limit: PAGE_OF_EXPORT,
    });
    if (rows.length > 0) yield rows.map(toDocument);
    const last = rows.at(-1);
    if (!last || rows.length < PAGE_OF_EXPORT) return;
    before = last;
  }
}

const PAGE_OF_EXPORT = 1_000;

function readRows(
  database: Database,
  reader: Reader,
  subject: AuditSubject,
  page: AuditFilters & { before: AuditKey | null; limit: number },
): Promise<AuditRow[]> {
  return database.asReader(reader, (tx) => listAuditLines(tx, subject, page), { isReadOnly: true });
}

function filtersOf({ from, to, ...rest }: AuditQuery): AuditFilters {
  return {
    ...rest,
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
  };
}

function toDocument(row: AuditRow): AuditLineDocument {
  const { id, at, action, outcome, account_id, session_id, request_id, address, user_agent, detail } = row;
  return {
    id,
    at: at.toISOString(),
    action,
    outcome,
    accountId: account_id,
    sessionId: session_id,
    requestId: request_id,
    address,
    userAgent: user_agent,
    detail: detail as AuditLineDocument['detail'],
  };
}

function encodeKey({ at, id }: AuditKey): string {
  return Buffer.from(`${at.getTime()}.${id}`).toString('base64url');
}

function decodeKey(cursor: string): AuditKey {
  const match = /^(\d{1,14})\.(\d{1,18})$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (!match?.[2])
    throw new Problem('invalid-cursor', 'Take the cursor from "nextCursor" of the page before, unchanged.');
  return { at: new Date(Number(match[1])), id: match[2] };
}

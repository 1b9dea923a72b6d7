import { AsyncLocalStorage } from 'node:async_hooks';
import type { AuditLine } from './audit/writing.ts';

/**
 * One request to auth-service while it is answered, for what would otherwise have to be handed through every function
 * from the socket to the statement: an audit line names its request, a lockout knows the browser's device cookie, and the
 * analyser learns from the lines that the request left.
 */
export interface Visit {
  request: Request;
  /** Signs device cookies and challenges. */
  secret: Buffer;
  /** The lines that were written for it so far. */
  lines: AuditLine[];
  /** The e-mail that this visitor tried to sign in with; lower case. */
  triedEmail: string | null;
  /** The e-mail that this visitor proved to own by its password. */
  provenEmail: string | null;
  /** The browser session that a cookie named, wherever it was shown. */
  session: { id: string; userId: string; tenantId: string } | null;
}

const visits = new AsyncLocalStorage<Visit>();

/** Answers a request as a visit of its own. */
export function visiting<T>(request: Request, secret: Buffer, work: (visit: Visit) => Promise<T>): Promise<T> {
  const visit: Visit = { request, secret, lines: [], triedEmail: null, provenEmail: null, session: null };
  return visits.run(visit, () => work(visit));
}

/** The visit that the present code runs for; null for what nobody asked for: upkeep, the command line. */
export function currentVisit(): Visit | null {
  return visits.getStore() ?? null;
}

/** Which session the present visit shows. */
export function noteSession(session: Visit['session']): void {
  const visit = currentVisit();
  if (visit) visit.session = session;
}

/** What a browser or a program says that it is: printable, at most 300 characters. */
export function agentOf(request: Request): string {
  return (request.headers.get('user-agent') ?? '').replace(/[^\x20-\x7e]/g, '').slice(0, 300);
}

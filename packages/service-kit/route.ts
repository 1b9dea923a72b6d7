import type { BodyOf, Endpoint, ParamsOf, QueryOf, ResponseOf, Role } from '@alt/contracts';
import type { ServiceName } from '@alt/topology';
import type { Logger } from 'pino';

/** The person or program a request acts for, as auth-service vouched for it. */
export interface Reader {
  userId: string;
  tenantId: string;
  role: Role;
  email: string;
  name: string;
  sessionId: string | null;
  keyId: string | null;
  /** `reader-clients` for an app password, which opens the reader-client APIs and nothing else. */
  scope: 'full' | 'reader-clients';
  /** What X-CSRF-Token must carry on writes; null where a program signs in by header. */
  csrfToken: string | null;
  /** When the session's owner last proved who they are; null for a key. */
  provedAt: Date | null;
  /** Whether the tenant is suspended; then only what says so works (`worksSuspended`). */
  isSuspended: boolean;
  /** Whether this is the account that owns the instance; true for its API keys, too. */
  ownsInstance: boolean;
}

export interface RouteContext<E extends Endpoint = Endpoint> {
  params: ParamsOf<E>;
  query: QueryOf<E>;
  body: BodyOf<E>;
  /** Throws where nobody is signed in; `maybeReader` does not. */
  reader: Reader;
  maybeReader: Reader | null;
  /** The service that called, for endpoints of services. */
  caller: ServiceName | null;
  request: Request;
  address: string;
  requestId: string;
  log: Logger;
}

/** An answer with another status than the usual one, or with headers. */
export class Reply<Value> {
  readonly status: number;
  readonly value: Value;
  readonly headers: Record<string, string | string[]>;
  constructor(status: number, value: Value, headers: Record<string, string | string[]> = {}) {
    this.status = status;
    this.value = value;
    this.headers = headers;
  }
}

export function reply<Value>(status: number, value: Value, headers?: Record<string, string | string[]>): Reply<Value> {
  return new Reply(status, value, headers);
}

export interface Route {
  endpoint: Endpoint;
  /** Services that may call an endpoint with access `service`, of those whose flow is listed; nobody else, so nobody if empty. */
  callers: readonly ServiceName[];
  /** Whether a request may pass that no service of ours made: programs that show a secret of this endpoint's own. */
  admits?: ((request: Request) => boolean) | undefined;
  handle(context: RouteContext): Promise<unknown>;
}

/** Binds a handler to an endpoint declaration; the types of both must agree. */
export function route<E extends Endpoint>(
  endpoint: E,
  handler: (context: RouteContext<E>) => Promise<ResponseOf<E> | Reply<ResponseOf<E>> | Response>,
  options: { callers?: readonly ServiceName[]; admits?: (request: Request) => boolean } = {},
): Route {
  return {
    endpoint,
    callers: options.callers ?? [],
    admits: options.admits,
    handle: handler as unknown as (context: RouteContext) => Promise<unknown>,
  };
}

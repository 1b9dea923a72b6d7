import type { z } from 'zod';
import type { Role } from './auth.ts';
import type { ProblemCode } from './problem.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * Who may call: `public` anyone; `optional` anyone, with the reader known if there is one; `reader` a signed-in
 * person or a program with a key; `service` a named peer with its service token.
 */
export type Access = 'public' | 'optional' | 'reader' | 'service';

/** One endpoint: what comes in, what goes out, what can go wrong. Servers, clients and OpenAPI are derived from it. */
export interface Endpoint<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Response extends z.ZodType = z.ZodType,
> {
  name: string;
  method: Method;
  path: string;
  summary: string;
  access: Access;
  /** The least role in the tenant that may call it; anyone in the tenant unless given. */
  role?: Role;
  /** Only for the account that owns the instance, as its user token says; others hear 403. */
  needsInstanceOwner?: boolean;
  /** Only for a browser session; no API key passes: the account's security, its keys, membership, the life of a tenant. */
  needsSession?: boolean;
  /** Only for a browser session whose owner proved who they are within `PROOF_MINUTES`; no API key passes. */
  needsProof?: boolean;
  /** Answered in a suspended tenant as well: who one is, how to leave, and what is one's own. */
  worksSuspended?: boolean;
  params?: Params;
  query?: Query;
  body?: Body;
  /** Media type of the request body; JSON unless given. Other bodies reach the handler as text. */
  bodyType?: string;
  /** Media type of the answer; JSON unless given. Other answers are made by the handler itself. */
  responseType?: string;
  response?: Response;
  /** Statuses of success; the first is the usual one. */
  statuses: readonly [number, ...number[]];
  problems: readonly ProblemCode[];
}

/** How long after a sign-in, or after POST /v1/auth/confirm, a session may do what needs proof. */
export const PROOF_MINUTES = 15;

type AnyEndpoint = Endpoint;

/** Declares an endpoint; identity at run time, inference at check time. */
export function endpoint<
  Params extends z.ZodType = z.ZodType<Record<string, never>>,
  Query extends z.ZodType = z.ZodType<Record<string, never>>,
  Body extends z.ZodType = z.ZodType<undefined>,
  Response extends z.ZodType = z.ZodType<undefined>,
>(declaration: Endpoint<Params, Query, Body, Response>): Endpoint<Params, Query, Body, Response> {
  return declaration;
}

export type ParamsOf<E extends AnyEndpoint> =
  E extends Endpoint<infer P, z.ZodType, z.ZodType, z.ZodType> ? z.output<P> : never;
export type QueryOf<E extends AnyEndpoint> =
  E extends Endpoint<z.ZodType, infer Q, z.ZodType, z.ZodType> ? z.output<Q> : never;
export type BodyOf<E extends AnyEndpoint> =
  E extends Endpoint<z.ZodType, z.ZodType, infer B, z.ZodType> ? z.output<B> : never;
export type ResponseOf<E extends AnyEndpoint> =
  E extends Endpoint<z.ZodType, z.ZodType, z.ZodType, infer R> ? z.input<R> : never;

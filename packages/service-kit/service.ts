import type { Database } from '@alt/database';
import type { Egress } from '@alt/egress';
import type { PeerOf, ServiceName } from '@alt/topology';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { z } from 'zod';
import type { Courtesy } from './courtesy.ts';
import type { IncomingRequest, Keys } from './tokens.ts';

/** Calls a peer: a path at that service, with the usual fetch options. Adds the service token and a deadline. */
export type PeerFetch = (path: string, init?: PeerInit) => Promise<Response>;

export interface PeerInit extends RequestInit {
  /** Time until the answer's head must be there; 30 s unless given. */
  timeoutMs?: number;
}

/** What a service may use of the world. One process or one pod: the same object. `Peer` are those it may call. */
export interface Host<Peer extends ServiceName = never> {
  name: ServiceName;
  environment: Record<string, string | undefined>;
  log: Logger;
  /** Aborted when the process begins to stop: work ends. Requests that were under way have been answered before, or cut. */
  signal: AbortSignal;
  /** Aborted when nothing new is let in, before `signal`: answers without an end of their own end now. */
  closing: AbortSignal;
  /** Whether the process is about to stop, and still answers; `/v1/ready` then says no. */
  isDraining?: () => boolean;
  /** Connections of this service's own role. Throws for a service without a database. */
  database: Database;
  /** Hears `NOTIFY channel`; also called once after a lost connection is back. One connection a process. */
  listen(channel: string, onNotify: () => void): Promise<() => Promise<void>>;
  /** A property, not a method, so that a host with fewer peers never passes for one with more. */
  peer: (name: Peer) => PeerFetch;
  egress: Egress;
  metrics: Registry;
  /** Who works for nobody in particular stops for requests that are being answered in this process. */
  courtesy: Courtesy;
  keys: Keys;
  /** The one source of absolute links, cookie security and origins. */
  publicUrl: URL;
  /** The client's address, from the socket or from those who may forward it: `isPeer`, a service of ours, may. */
  address(request: IncomingRequest, isPeer?: boolean): string;
}

export interface RunningService {
  fetch?: (request: Request) => Promise<Response>;
  stop(): Promise<void>;
}

/** A service is its name, its configuration and the function that starts it. Its peers are those of the flow table. */
export interface Service<Config, Name extends ServiceName> {
  name: Name;
  config: z.ZodType<Config>;
  /** Whether it needs its database with these settings; it always does unless it says so here. */
  usesDatabase?(environment: Record<string, string | undefined>): boolean;
  start(config: Config, host: Host<PeerOf<Name>>): Promise<RunningService>;
}

import type { Socket } from 'node:net';
import type { HostileRequest } from './requests.ts';

/** One way to behave. `respond` is called once a request and may do to the socket whatever it likes. */
export interface Behaviour {
  name: string;
  /** What a reader of such a feed must see, in one sentence. */
  shows: string;
  /** How the first plain GET through the egress client ends: a status, or the code of its error. */
  ends: number | string;
  respond(exchange: Exchange): void;
}

export interface Exchange {
  request: HostileRequest;
  /** 1 for the first request to this behaviour with these parameters. */
  count: number;
  socket: Socket;
  /** Another behaviour of this server, addressed as the client addressed this one. */
  url(behaviour: string, parameters?: Record<string, string | number>): string;
  /** Query parameter as a number. */
  number(name: string, fallback: number): number;
  /** A well-formed answer with the right length; `null` leaves a default header out. */
  reply(answer: Answer): void;
  /** Bytes as they are, nothing added. */
  raw(bytes: string | Uint8Array): void;
  /** Calls until the socket closes. */
  every(intervalMs: number, act: (turn: number) => void): void;
}

export interface Answer {
  status?: number;
  headers?: Record<string, string | string[] | null>;
  body?: string | Uint8Array;
}

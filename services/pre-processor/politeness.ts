import type { Database } from '@alt/database';
import { type Egress, EgressError, type EgressInit, type EgressResponse } from '@alt/egress';
import type { Logger } from '@alt/service-kit';
import { type Batching, createBatching } from './batching.ts';
import { retryAfterSeconds } from './health.ts';
import { type HostRelease, penaltySeconds, releaseHosts, takeHost } from './store/hosts.ts';

/** No request lasts longer: the egress guard ends it after 20 s. */
export const HOST_LEASE_SECONDS = 60;
const OPENED_HOST_CONCURRENCY = 8;
const SHORTEST_LOOK_MS = 50;
const RELEASE_BATCH = 200;

export interface Politeness {
  /** Hosts that are known to be the operator's own: asked eight at once, without spacing. */
  openHosts(): string[];
  /** True if the address is on a host of the operator's own that was not known yet. */
  learn(url: string): boolean;
  /** A request to a host that the caller has claimed together with a feed. */
  claimed(url: string, init: EgressInit): Promise<EgressResponse>;
  /**
   * A request of its own: waits for its host, at most `patienceMs`. Rejects with HostBusyError if the host stays taken
   * or wants to be left alone, else like egress.
   */
  request(url: string, init: EgressInit, patienceMs: number): Promise<EgressResponse>;
  /** Resolves when every host is given back. */
  idle(): Promise<void>;
}

/** The host is being asked by others all the time, or asked to be left alone; the message is a sentence for the reader. */
export class HostBusyError extends Error {
  override readonly name = 'HostBusyError';
  readonly retryAfterMs: number;
  /** It asked to be left alone. */
  readonly isPenalty: boolean;
  constructor(host: string, penaltySeconds: number) {
    super(
      penaltySeconds > 0
        ? `${host} asked Alt to leave it alone for ${durationWords(penaltySeconds)}.`
        : `Alt asks ${host} for something else all the time just now. Try again in a moment.`,
    );
    this.isPenalty = penaltySeconds > 0;
    this.retryAfterMs = Math.max(1, penaltySeconds) * 1_000;
  }
}

export interface PolitenessOptions {
  database: Database;
  egress: Egress;
  spacingMs: number;
  spacesOpenedHosts: boolean;
  log: Logger;
  signal: AbortSignal;
}

/**
 * Manners towards hosts: one request at a time and a pause after it, for all processes together, because the host's row
 * is the lock; and a pause for everybody when a host says 429 or 503.
 */
export function createPoliteness(options: PolitenessOptions): Politeness {
  const { egress, signal } = options;
  const opened = new Map<string, Gate>();
  // Taken like a stranger's before it was known; nobody may find it taken after the first answer.
  const taken = new Set<string>();
  const releasing = createReleasing(options);

  const gateOf = (url: string): Gate | null => {
    const host = hostOf(url);
    const known = opened.get(host);
    if (known || options.spacesOpenedHosts || !egress.isOpenedByOperator(url)) return known ?? null;
    const gate = createGate(OPENED_HOST_CONCURRENCY);
    opened.set(host, gate);
    taken.add(host);
    return gate;
  };

  const send = async (url: string, init: EgressInit, gate: Gate | null): Promise<EgressResponse> => {
    const leave = (await gate?.enter()) ?? null;
    let response: EgressResponse | null = null;
    try {
      response = await egress(url, { ...init, signal });
      return response;
    } finally {
      leave?.();
      // A name may turn out to be the operator's own only when it has been looked up.
      const isOpened = gateOf(url) !== null;
      const host = hostOf(url);
      releasing.release({ host, isOpened, isTaken: !isOpened || taken.delete(host) }, response);
    }
  };

  return {
    openHosts: () => [...opened.keys()],
    learn(url) {
      const before = opened.size;
      return gateOf(url) !== null && opened.size > before;
    },
    claimed: (url, init) => send(url, init, gateOf(url)),
    async request(url, init, patienceMs) {
      const gate = gateOf(url);
      if (gate === null) await waitForHost(hostOf(url), patienceMs, options);
      else await respectPenalty(hostOf(url), options.database);
      return send(url, init, gate);
    },
    idle: releasing.idle,
  };
}

/** Gives hosts back after a request, many in one statement. */
function createReleasing({ database, spacingMs, log }: PolitenessOptions) {
  const releases: Batching<HostRelease, null> = createBatching({
    maximum: RELEASE_BATCH,
    work: async (batch: HostRelease[]) => {
      await releaseHosts(database, batch);
      return batch.map(() => null);
    },
  });
  return {
    idle: releases.idle,
    release(
      { host, isOpened, isTaken }: { host: string; isOpened: boolean; isTaken: boolean },
      response: EgressResponse | null,
    ): void {
      const penalty = response ? penaltyOf(response) : null;
      if (!isTaken && penalty === null) return;
      const release = {
        host,
        spacing_seconds: isOpened ? 0 : spacingMs / 1_000,
        penalty_seconds: penalty,
        penalty_code: penalty === null ? null : `http-${response?.status}`,
      };
      releases.add(release).catch((error: unknown) => {
        log.warn({ host, error: String(error) }, 'a host stays taken until its lease ends');
      });
    },
  };
}

async function waitForHost(host: string, patienceMs: number, options: PolitenessOptions): Promise<void> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const { waitSeconds, penaltySeconds: penalty } = await takeHost(options.database, host, HOST_LEASE_SECONDS);
    if (waitSeconds === 0) return;
    // The lease of a running request says a minute, but the request is usually over long before.
    const waitMs = Math.max(SHORTEST_LOOK_MS, Math.min(waitSeconds * 1_000, options.spacingMs / 2));
    if (penalty > 0 || Date.now() + waitMs > until) throw new HostBusyError(host, penalty);
    await pause(waitMs, options.signal);
  }
}

/** The operator's own hosts too are left alone when they ask for it. */
async function respectPenalty(host: string, database: Database): Promise<void> {
  const seconds = await penaltySeconds(database, host);
  if (seconds > 0) throw new HostBusyError(host, seconds);
}

/** The host of an address as `feeds.host` and `hosts.host` spell it: with a port that is not the scheme's own. */
export function hostOf(url: string): string {
  return new URL(url).host;
}

interface Gate {
  /** Resolves to the function that leaves. */
  enter(): Promise<() => void>;
}

/** At most so many inside; the others wait in order. */
export function createGate(places: number): Gate {
  const waiting: (() => void)[] = [];
  let free = places;
  const leave = () => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  return {
    async enter() {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      return leave;
    },
  };
}

/** Resolves after a time, or rejects when the process stops. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stopped = () => {
      clearTimeout(timer);
      reject(new EgressError('aborted', ''));
    };
    if (signal.aborted) return stopped();
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stopped);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', stopped, { once: true });
  });
}

function penaltyOf(response: EgressResponse): number | null {
  if (response.status !== 429 && response.status !== 503) return null;
  return retryAfterSeconds(response.headers.get('retry-after'), Date.now()) ?? 0;
}

function durationWords(seconds: number): string {
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  return seconds < 7_200 ? `${Math.ceil(seconds / 60)} minutes` : `${Math.ceil(seconds / 3_600)} hours`;
}

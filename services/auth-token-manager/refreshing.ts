import { setTimeout as sleep } from 'node:timers/promises';
import { TokenStoreError } from '@alt/external-tokens';
import type { Lease } from './lease.ts';
import type { Exchange, FailureKind, GivenPair, Protocol } from './protocol.ts';
import type { AccountState, Pair } from './state.ts';
import { MovedError, type TokenStore, type Versioned } from './store/store.ts';

export interface RefreshTools {
  store: TokenStore;
  lease: Lease;
  protocol: Protocol;
  /** Of a token whose life the provider does not tell. */
  lifeSeconds: number;
  now(): number;
  /** From 0 to 1. */
  random(): number;
  warn(message: string, details: Record<string, unknown>): void;
}

/** How a refresh ended, for people and counters. */
export interface Refreshed {
  outcome: 'refreshed' | FailureKind | 'taken-over';
  kept: Versioned<AccountState>;
}

const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 30 * 60_000;
const REFUSED_PAUSE_MS = 60_000;
/** So often is the present refresh token refused before the one before it is tried. A refusal may be a provider's mistake. */
const REFUSALS = 2;
const WRITE_FOR_MS = 15 * 60_000;
const WRITE_AGAIN_MS = 5_000;
const UNWRITTEN = 'a new token cannot be written down; keep this process running and mend its store';

/**
 * Exchanges the refresh token of an account for a new pair. First it is written that this is under way, together with the space
 * that the new pair will need: where that fails nothing is sent. A lost answer is asked for once more at once, because a provider
 * may take the old token for a while. A new pair is written before the old refresh token is forgotten, which stays beside it.
 * Rejects with TokenStoreError where the store fails.
 */
export async function refreshAccount(tools: RefreshTools, found: Versioned<AccountState>): Promise<Refreshed> {
  const { store, lease, now } = tools;
  if (!found.value.pair || !(await lease.renew())) return { outcome: 'taken-over', kept: found };
  const attempt = { startedAt: instant(now()), holder: lease.holder };
  const begun = { ...found.value, attempt };
  const version = await store.save(begun, found.version);
  const kept = { value: begun, version };
  if (!lease.isHeld()) return { outcome: 'taken-over', kept };
  return settle(tools, kept, await ask(tools, begun));
}

/** The token whose turn it is; a lost answer once more. */
async function ask({ protocol, lease }: RefreshTools, state: AccountState): Promise<Exchange> {
  const token = tokenOf(state);
  const exchange = await protocol.refresh(token);
  if (exchange.kind !== 'lost' || !(await lease.renew().catch(() => false))) return exchange;
  return protocol.refresh(token);
}

function tokenOf({ refusals, previous, pair }: AccountState): string {
  return (refusals >= REFUSALS ? previous : null) ?? pair?.refreshToken ?? '';
}

async function settle(tools: RefreshTools, kept: Versioned<AccountState>, exchange: Exchange): Promise<Refreshed> {
  const { store, lease } = tools;
  if (exchange.kind === 'given') return keepPair(tools, kept, exchange.pair);
  const next = afterFailure(tools, kept.value, exchange);
  const version = await store.save(next, kept.version).catch((error: unknown) => {
    if (error instanceof MovedError) return null;
    throw error;
  });
  if (version === null) return { outcome: 'taken-over', kept };
  const now = { value: next, version };
  const isTurnOfPrevious = exchange.kind === 'refused' && next.refusals === REFUSALS && next.standing === 'good';
  if (!isTurnOfPrevious || !(await lease.renew())) return { outcome: exchange.kind, kept: now };
  return refreshAccount(tools, now);
}

/** What is known after an exchange that brought no pair. What may have been exchanged stays marked as under way. */
function afterFailure(
  { now, random }: RefreshTools,
  state: AccountState,
  { kind, reason, retryAfterMs }: Exclude<Exchange, { kind: 'given' }>,
): AccountState {
  const refusals = kind === 'refused' ? state.refusals + 1 : state.refusals;
  const isOver = refusals > REFUSALS || (refusals === REFUSALS && state.previous === null);
  const count = (state.failures?.count ?? 0) + 1;
  const growing = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(count - 1, 16), LONGEST_PAUSE_MS) * (0.8 + 0.4 * random());
  const pauseMs = Math.max(kind === 'refused' ? REFUSED_PAUSE_MS : growing, retryAfterMs ?? 0);
  const at = now();
  return {
    ...state,
    attempt: kind === 'lost' || kind === 'busy' ? state.attempt : null,
    refusals,
    standing: isOver ? 'reauthorise' : 'good',
    failures: {
      count,
      since: state.failures?.since ?? instant(at),
      lastAt: instant(at),
      notBefore: instant(at + pauseMs),
      reason,
    },
  };
}

async function keepPair(tools: RefreshTools, kept: Versioned<AccountState>, given: GivenPair): Promise<Refreshed> {
  const spent = tokenOf(kept.value);
  const pair = pairOf(tools, given, { refreshToken: spent, scope: kept.value.pair?.scope ?? '' });
  const previous = pair.refreshToken === spent ? kept.value.previous : spent;
  const next = withPair(kept.value, pair, previous);
  const written = await writeSurely(tools, { value: next, version: kept.version });
  return { outcome: written ? 'refreshed' : 'taken-over', kept: written ?? kept };
}

/** A state with a new pair and nothing that was wrong with the one before. */
export function withPair(state: AccountState, pair: Pair, previous: string | null): AccountState {
  return {
    ...state,
    generation: state.generation + 1,
    pair,
    previous,
    attempt: null,
    refusals: 0,
    failures: null,
    standing: 'good',
  };
}

/**
 * A pair with times by this machine's clock, which its readers use as well; the time that the exchange took was measured by a
 * stopwatch. What the provider's own clock says is kept beside it, so that a wrong clock here is seen.
 */
export function pairOf(
  { now, lifeSeconds }: Pick<RefreshTools, 'now' | 'lifeSeconds'>,
  given: GivenPair,
  before: { refreshToken: string; scope: string },
): Pair {
  const obtainedAt = now() - given.elapsedMs;
  const life = Math.max(1, given.lifeSeconds ?? lifeSeconds) * 1_000;
  return {
    accessToken: given.accessToken,
    refreshToken: given.refreshToken ?? before.refreshToken,
    scope: given.scope ?? before.scope,
    obtainedAt: instant(obtainedAt),
    expiresAt: instant(obtainedAt + life),
    clockOffsetMs: given.clockOffsetMs === null ? null : Math.round(given.clockOffsetMs),
  };
}

/**
 * Writes a new pair, whatever is in the way, for as long as it may help: nobody else has it. A store that fails is tried again;
 * one that moved on gets it still, unless it has a newer pair of somebody else who holds the lease. Null then.
 */
export async function writeSurely(
  { store, lease, warn }: Pick<RefreshTools, 'store' | 'lease' | 'warn'>,
  wanted: { value: AccountState; version: string | null },
): Promise<Versioned<AccountState> | null> {
  const until = performance.now() + WRITE_FOR_MS;
  let { value, version } = wanted;
  for (let tries = 1; ; tries += 1) {
    try {
      return { value, version: await store.save(value, version) };
    } catch (error) {
      const { provider, account } = value;
      const present = await store.load(provider, account).catch(() => undefined);
      // The write took place and its answer was lost.
      if (present && present.value.pair?.refreshToken === value.pair?.refreshToken) return present;
      if (error instanceof MovedError && present !== undefined) {
        if (!present || (present.value.generation >= value.generation && !lease.isHeld())) return null;
        value = { ...value, ...onTopOf(present.value, value) };
        version = present.version;
        continue;
      }
      if (tries === 1) warn(UNWRITTEN, { provider, account, reason: sentenceOf(error) });
      if (performance.now() > until) throw error;
      await sleep(Math.min(WRITE_AGAIN_MS, 200 * 2 ** tries));
    }
  }
}

function onTopOf(present: AccountState, value: AccountState): Partial<AccountState> {
  if (present.generation < value.generation) return {};
  return { generation: present.generation + 1, previous: present.pair?.refreshToken ?? value.previous };
}

/** An error's own words where they are ours; those of others may hold anything. */
export function sentenceOf(error: unknown): string {
  if (error instanceof TokenStoreError || error instanceof MovedError) return error.message;
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
  return `the store does not answer${code}`;
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}

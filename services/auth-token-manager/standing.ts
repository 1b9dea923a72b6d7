import type { AccountState } from './state.ts';

export type Tier = AccountState['told'];

export interface Standing {
  tier: Tier;
  /** What is so, and what to do about it; no secret in it. */
  sentence: string;
}

const MINUTE_MS = 60_000;
/** Refreshes come well before this. */
const AHEAD_MS = 10 * MINUTE_MS;
/** The clock went back behind the moment when the pair was obtained. */
const CLOCK_BACK_MS = MINUTE_MS;
const FAILURES_UNTIL_WARNING = 3;

const GRAVITY: Record<Tier, number> = { ok: 0, warning: 1, critical: 2 };

export function isGraver(one: Tier, other: Tier): boolean {
  return GRAVITY[one] > GRAVITY[other];
}

/** Which of several is the gravest. */
export function gravest(tiers: readonly Tier[]): Tier {
  return tiers.reduce((found, tier) => (isGraver(tier, found) ? tier : found), 'ok' as Tier);
}

/**
 * Whether an account is to be refreshed now: about at half of its token's life, and in any case so early that a later look,
 * `nextLookMs` from now, would still be in time. Too early does no harm; a clock that jumped makes it due.
 */
export function isDue(state: AccountState, now: number, nextLookMs: number): boolean {
  const { pair, failures, standing } = state;
  if (!pair || standing === 'reauthorise') return false;
  if (failures && now < Date.parse(failures.notBefore) && now > Date.parse(failures.lastAt) - CLOCK_BACK_MS)
    return false;
  if (state.attempt || state.refusals > 0 || failures) return true;
  const { lifeMs, ageMs, remainingMs } = times(state, now);
  if (ageMs < -CLOCK_BACK_MS) return true;
  return ageMs >= lifeMs * spread(state) || remainingMs - nextLookMs < Math.min(AHEAD_MS, lifeMs / 4);
}

/** How an account stands, in plain words. */
export function judge(state: AccountState, now: number): Standing {
  const { pair, failures, standing, provider, account } = state;
  const again = `npm run alt -- tokens authorize ${provider} --account ${account}`;
  if (standing === 'reauthorise') {
    const left =
      pair && Date.parse(pair.expiresAt) > now ? ` The access token still works until ${pair.expiresAt}.` : '';
    return {
      tier: 'critical',
      sentence: `The provider takes neither the refresh token nor the one before it. Authorise anew: ${again}.${left}`,
    };
  }
  if (!pair) return { tier: 'critical', sentence: `The authorisation was not completed. Begin again: ${again}.` };
  const { lifeMs, remainingMs } = times(state, now);
  const failing = failures
    ? ` It has failed ${spoken(failures.count)} since ${failures.since}: ${failures.reason}.`
    : '';
  if (remainingMs <= 0)
    return { tier: 'critical', sentence: `The access token expired at ${pair.expiresAt}.${failing || notRun()}` };
  const sentence = `The access token is valid until ${pair.expiresAt}.${failing}`;
  if (remainingMs < lifeMs / 10) return { tier: 'critical', sentence: failing ? sentence : `${sentence}${notRun()}` };
  if (remainingMs < lifeMs / 4) return { tier: 'warning', sentence: failing ? sentence : `${sentence}${notRun()}` };
  const isFailing = failures !== null && failures.count >= FAILURES_UNTIL_WARNING && remainingMs < lifeMs / 2;
  return { tier: isFailing ? 'warning' : 'ok', sentence };
}

function notRun(): string {
  return ' Nobody refreshed it, though it was time: see whether auth-token-manager runs.';
}

function spoken(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function times({ pair }: AccountState, now: number) {
  const obtainedAt = Date.parse(pair?.obtainedAt ?? '');
  const expiresAt = Date.parse(pair?.expiresAt ?? '');
  return { lifeMs: expiresAt - obtainedAt, ageMs: now - obtainedAt, remainingMs: expiresAt - now };
}

/** From 0.42 to 0.58 of its life, another for each account and generation, so that many never come at once. */
function spread({ provider, account, generation }: AccountState): number {
  let hash = 2_166_136_261;
  for (const byte of Buffer.from(`${provider}/${account}/${generation}`))
    hash = Math.imul(hash ^ byte, 16_777_619) >>> 0;
  return 0.42 + 0.16 * (hash / 2 ** 32);
}

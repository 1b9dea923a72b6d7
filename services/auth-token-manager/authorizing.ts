import { randomBytes } from 'node:crypto';
import { assertNames } from '@alt/external-tokens';
import type { Lease } from './lease.ts';
import type { Manager } from './manager.ts';
import { type ProviderName, providers } from './providers.ts';
import { pairOf, withPair, writeSurely } from './refreshing.ts';
import { type AccountState, newAccount } from './state.ts';

/** An authorisation that waits for the address to which the browser comes back. */
export interface Authorisation {
  /** Where a person allows it. */
  url: URL;
  /** Whether this address answers this authorisation, and nobody else's request. */
  isAnswer(answer: URL): boolean;
  /**
   * Exchanges the code in that address and keeps the pair. Rejects with a sentence where it was refused, or does not belong to
   * this authorisation; then nothing was changed but that an attempt is noted.
   */
  finish(answer: URL): Promise<AccountState>;
}

/**
 * Begins to authorise an account. State and verifier live in this process only, so whoever began finishes. An account that has
 * tokens gets new ones; the ones before stay until then.
 */
export async function beginAuthorisation(
  manager: Manager,
  lease: () => Promise<Lease>,
  { provider, account, redirectUri }: { provider: ProviderName; account: string; redirectUri: string },
): Promise<Authorisation> {
  assertNames(provider, account);
  const protocol = await manager.protocolOf(provider);
  const expected = { state: random(), codeVerifier: random(), redirectUri };
  return {
    url: await protocol.addressFor(expected),
    isAnswer: (answer) => answer.searchParams.get('state') === expected.state,
    async finish(answer) {
      const held = await lease();
      try {
        return await redeem(manager, held, { provider, account, answer, expected });
      } finally {
        await held.release();
      }
    },
  };
}

interface Redemption {
  provider: ProviderName;
  account: string;
  answer: URL;
  expected: { state: string; codeVerifier: string; redirectUri: string };
}

async function redeem(
  manager: Manager,
  lease: Lease,
  { provider, account, answer, expected }: Redemption,
): Promise<AccountState> {
  const { store, now, log } = manager;
  const found = await store.load(provider, account);
  const before = found?.value ?? newAccount(provider, account);
  // A code is good for one exchange. That the store takes the pair is seen before it is spent.
  const attempt = { startedAt: new Date(now()).toISOString(), holder: lease.holder };
  const begun = { ...before, attempt };
  const version = await store.save(begun, found?.version ?? null);
  const protocol = await manager.protocolOf(provider);
  const exchange = await protocol.redeem(answer, expected);
  const { title, lifeSeconds } = providers[provider];
  if (exchange.kind !== 'given' || !exchange.pair.refreshToken) {
    const reason = exchange.kind === 'given' ? 'its answer has no refresh token' : exchange.reason;
    // What was there before is as it was.
    if (found) await store.save(before, version);
    else await store.remove(provider, account, version);
    throw new Error(`${title} gave no tokens: ${reason}. Nothing was changed. Begin again.`);
  }
  const pair = pairOf({ now, lifeSeconds }, exchange.pair, { refreshToken: '', scope: providers[provider].scope });
  const next = { ...withPair(begun, pair, null), told: 'ok' as const };
  const warn = (message: string, details: Record<string, unknown>) => log.error(details, message);
  const kept = await writeSurely({ store, lease, warn }, { value: next, version });
  if (!kept) throw new Error('Somebody else authorised or removed this account meanwhile. Look: alt tokens status');
  log.info({ provider, account, expiresAt: pair.expiresAt }, 'external account authorised');
  return kept.value;
}

/** 32 bytes, as RFC 7636 §4.1 recommends for a verifier. */
function random(): string {
  return randomBytes(32).toString('base64url');
}

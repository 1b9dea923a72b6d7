import { assertNames, TokenStoreError } from '@alt/external-tokens';
import { ConfigError, type Host } from '@alt/service-kit';
import type { Config } from './config.ts';
import { createLeasing, type Lease, type Leasing } from './lease.ts';
import type { Metrics } from './metrics.ts';
import type { Protocol } from './protocol.ts';
import { type Client, isProvider, type ProviderName, providers } from './providers.ts';
import { type Refreshed, type RefreshTools, refreshAccount, sentenceOf } from './refreshing.ts';
import { gravest, isDue, isGraver, judge, type Tier } from './standing.ts';
import type { AccountState } from './state.ts';
import { openStore } from './store/open.ts';
import { MovedError, type TokenStore, type Versioned } from './store/store.ts';

/** What the manager works with. A clock and chance of its own are for tests. */
export interface Manager {
  settings: Config;
  store: TokenStore;
  leasing: Leasing;
  log: Host['log'];
  metrics: Metrics | null;
  /** What is wrong with the store of an account and was told by this process: such things cannot be written there. */
  told: Map<string, string>;
  now(): number;
  random(): number;
  /** Speaks to a provider; throws a ConfigError where no application is configured for it. Opened once. */
  protocolOf(provider: ProviderName): Promise<Protocol>;
  close(): Promise<void>;
}

export interface AccountReport {
  provider: string;
  account: string;
  tier: Tier;
  sentence: string;
  /** It is time to renew it; who runs by the clock does so at the next look. */
  isDue: boolean;
  /** Nothing but a person can mend it: authorise anew, or give back a lost key. */
  needsPerson: boolean;
  /** Times in ISO 8601; null where there is no pair. */
  expiresAt: string | null;
  obtainedAt: string | null;
  scope: string | null;
  generation: number;
  /** The provider's clock less ours; null where it is not known. */
  clockOffsetMs: number | null;
}

export interface ManagerOptions {
  now?: () => number;
  random?: () => number;
  metrics?: Metrics | null;
}

/** Opens the store that is configured. Rejects with TokenStoreError. */
export async function openManager(
  settings: Config,
  host: Pick<Host, 'log' | 'egress' | 'database'>,
  { now = Date.now, random = Math.random, metrics = null }: ManagerOptions = {},
): Promise<Manager> {
  const store = await openStore(settings, () => host.database);
  const protocols = new Map<ProviderName, Promise<Protocol>>();
  const open = async (name: ProviderName): Promise<Protocol> => {
    const { createProtocol } = await import('./protocol.ts');
    // Two exchanges fit into one lease.
    const timeoutMs = Math.min(30_000, (settings.leaseSeconds * 1_000) / 3);
    return createProtocol(providers[name], clientOf(settings, name), { egress: host.egress, now, timeoutMs });
  };
  return {
    settings,
    store,
    leasing: createLeasing(store, settings.leaseSeconds),
    log: host.log,
    metrics,
    told: new Map(),
    now,
    random,
    protocolOf(name) {
      const opened = protocols.get(name) ?? open(name);
      protocols.set(name, opened);
      return opened;
    },
    async close() {
      for (const opened of protocols.values()) await opened.then((protocol) => protocol.close()).catch(() => undefined);
    },
  };
}

/** Throws a ConfigError where the operator registered no application. */
export function clientOf(settings: Config, name: ProviderName): Client {
  const client = settings.clients[name];
  if (client) return client;
  const variable = name.toUpperCase();
  throw new ConfigError(
    `${providers[name].title} is not configured: register an application there, then set ${variable}_CLIENT_ID and ` +
      `${variable}_CLIENT_SECRET.`,
  );
}

/** The lease, or a sentence about who has it. */
export async function leaseFor(manager: Manager, signal?: AbortSignal): Promise<Lease> {
  const lease = await manager.leasing.acquire(manager.settings.leaseSeconds * 1_500, signal);
  if (lease) return lease;
  throw new TokenStoreError('Another process is at work on the tokens and does not end. Try again when it has ended.');
}

/** How every account stands, without asking a provider anything. */
export async function reportAll(manager: Manager): Promise<AccountReport[]> {
  const reports: AccountReport[] = [];
  for (const { provider, account } of await manager.store.accounts()) {
    const found = await loaded(manager, provider, account);
    if (found instanceof TokenStoreError) reports.push(unopened(provider, account, found));
    else if (found) reports.push(report(manager, found.value));
  }
  return reports;
}

/**
 * Looks at every account once and refreshes those that are due. What is wrong is told once, when it becomes graver; what is
 * over, too. Answers how they stand. Rejects with TokenStoreError where the store fails as a whole.
 */
export async function look(
  manager: Manager,
  { nextLookMs, waitMs, signal }: { nextLookMs: number; waitMs: number; signal: AbortSignal },
): Promise<{ tier: Tier; reports: AccountReport[] }> {
  const { store, now } = manager;
  const waiting: { provider: string; account: string }[] = [];
  for (const { provider, account } of await store.accounts()) {
    const found = await loaded(manager, provider, account);
    if (found instanceof TokenStoreError) tellStore(manager, { provider, account }, found.message);
    if (!found || found instanceof TokenStoreError) continue;
    await store.republish?.(found.value);
    const isChanged = judge(found.value, now()).tier !== found.value.told;
    if (isChanged || (isRefreshable(manager, provider) && isDue(found.value, now(), nextLookMs))) {
      waiting.push({ provider, account });
    }
  }
  const lease = waiting.length > 0 ? await manager.leasing.acquire(waitMs, signal) : null;
  try {
    for (const { provider, account } of lease ? waiting : []) {
      if (!signal.aborted && lease) await visit(manager, lease, { provider, account, nextLookMs });
    }
  } finally {
    await lease?.release();
  }
  const reports = await reportAll(manager);
  manager.metrics?.stand(reports);
  return { tier: gravest(reports.map(({ tier }) => tier)), reports };
}

/** An account, or why this one cannot be opened: the others go on. */
function loaded(
  { store }: Manager,
  provider: string,
  account: string,
): Promise<Versioned<AccountState> | TokenStoreError | null> {
  return store.load(provider, account).catch((error: unknown) => {
    if (error instanceof TokenStoreError) return error;
    throw error;
  });
}

/** Refreshes one account now, due or not. Rejects with a sentence where there is none or it did not succeed. */
export async function refreshNow(
  manager: Manager,
  lease: Lease,
  provider: ProviderName,
  account: string,
): Promise<Refreshed> {
  assertNames(provider, account);
  const found = await manager.store.load(provider, account);
  if (!found?.value.pair) {
    throw new TokenStoreError(`${provider} was never authorised for the account "${account}".`);
  }
  return refresh(manager, lease, provider, found);
}

function isRefreshable({ settings }: Manager, provider: string): provider is ProviderName {
  return isProvider(provider) && settings.clients[provider] !== null;
}

async function visit(
  manager: Manager,
  lease: Lease,
  { provider, account, nextLookMs }: { provider: string; account: string; nextLookMs: number },
): Promise<void> {
  const { store, now } = manager;
  try {
    // Read again: whoever had the lease before may have refreshed it.
    let found = await store.load(provider, account);
    if (!found) return;
    if (isRefreshable(manager, provider) && isDue(found.value, now(), nextLookMs)) {
      found = (await refresh(manager, lease, provider, found)).kept;
    }
    await tell(manager, lease, found);
    manager.told.delete(`${provider}/${account}`);
  } catch (error) {
    if (error instanceof MovedError) return;
    tellStore(manager, { provider, account }, sentenceOf(error));
    manager.metrics?.refreshed(provider, 'store-failed');
  }
}

async function refresh(manager: Manager, lease: Lease, provider: ProviderName, found: Versioned<AccountState>) {
  const { log, metrics, store, now, random } = manager;
  const tools: RefreshTools = {
    store,
    lease,
    protocol: await manager.protocolOf(provider),
    lifeSeconds: providers[provider].lifeSeconds,
    now,
    random,
    warn: (message, details) => log.error(details, message),
  };
  const refreshed = await refreshAccount(tools, found);
  const { account, generation, failures, pair } = refreshed.kept.value;
  metrics?.refreshed(provider, refreshed.outcome);
  const details = { provider, account, generation, outcome: refreshed.outcome };
  if (refreshed.outcome === 'refreshed')
    log.info({ ...details, expiresAt: pair?.expiresAt }, 'external token refreshed');
  else
    log.info({ ...details, reason: failures?.reason, notBefore: failures?.notBefore }, 'external token not refreshed');
  if (Math.abs(pair?.clockOffsetMs ?? 0) > 120_000 && refreshed.outcome === 'refreshed') {
    log.warn({ ...details, clockOffsetMs: pair?.clockOffsetMs }, "this machine's clock differs from the provider's");
  }
  return refreshed;
}

/** Says once what is wrong with the store of an account, until it works again or another thing is wrong. */
function tellStore({ log, told }: Manager, of: { provider: string; account: string }, reason: string): void {
  const name = `${of.provider}/${of.account}`;
  if (told.get(name) !== reason) log.error({ ...of, reason }, 'an external token cannot be refreshed: its store fails');
  told.set(name, reason);
}

/** Says once that something became graver, or well again; the store remembers what was said. */
async function tell(
  { store, log, now }: Manager,
  lease: Lease,
  { value, version }: Versioned<AccountState>,
): Promise<void> {
  const { tier, sentence } = judge(value, now());
  const { provider, account, told } = value;
  if (tier === told) return;
  const details = { provider, account, tier, sentence };
  if (!lease.isHeld()) return;
  await store.save({ ...value, told: tier }, version);
  if (isGraver(tier, told)) log[tier === 'critical' ? 'error' : 'warn'](details, 'an external token needs attention');
  else if (tier === 'ok') log.info(details, 'an external token is well again');
}

function unopened(provider: string, account: string, { message }: TokenStoreError): AccountReport {
  const nothing = {
    isDue: false,
    needsPerson: true,
    expiresAt: null,
    obtainedAt: null,
    scope: null,
    generation: 0,
    clockOffsetMs: null,
  };
  return { provider, account, tier: 'critical', sentence: message, ...nothing };
}

function report({ now, settings }: Manager, state: AccountState): AccountReport {
  const { provider, account, pair, generation, standing } = state;
  return {
    provider,
    account,
    ...judge(state, now()),
    isDue: isDue(state, now(), settings.nextRunMs),
    needsPerson: !pair || standing === 'reauthorise',
    expiresAt: pair?.expiresAt ?? null,
    obtainedAt: pair?.obtainedAt ?? null,
    scope: pair?.scope ?? null,
    generation,
    clockOffsetMs: pair?.clockOffsetMs ?? null,
  };
}

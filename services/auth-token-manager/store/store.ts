import type { AccountState } from '../state.ts';

/** Somebody else wrote since this was read: what was to be written is not. */
export class MovedError extends Error {
  override readonly name = 'MovedError';

  constructor() {
    super('Somebody else wrote to the store of tokens meanwhile.');
  }
}

/** Something as it was read, with what a write must name to replace exactly that. */
export interface Versioned<Value> {
  value: Value;
  version: string;
}

/** Who may talk to providers now. */
export interface LeaseRecord {
  /** Empty: nobody. */
  holder: string;
  renewedAt: string;
  /** Another may take it once it has not changed for so long. */
  durationSeconds: number;
}

/**
 * Where accounts and the one lease are kept. A write is durable when it resolves, replaces exactly the version that it names
 * (null: that nothing is there) and is never half done; otherwise it rejects with MovedError, or with a TokenStoreError whose
 * sentence says what is wrong. Readers see a new access token no later than the manager does.
 */
export interface TokenStore {
  accounts(): Promise<{ provider: string; account: string }[]>;
  load(provider: string, account: string): Promise<Versioned<AccountState> | null>;
  /** Answers the new version. A state with an attempt under way also takes the space that the next one needs. */
  save(state: AccountState, version: string | null): Promise<string>;
  /** With null whatever is there goes, also what cannot be opened. */
  remove(provider: string, account: string, version: string | null): Promise<void>;
  /** Writes the access token for readers once more where a crash came between the two writes. */
  republish?(state: AccountState): Promise<void>;
  loadLease(): Promise<Versioned<LeaseRecord> | null>;
  saveLease(record: LeaseRecord, version: string | null): Promise<string>;
}

export const LEASE_NAME = 'auth-token-manager';

/** The access token as readers get it; null before the first pair. */
export function accessOf(state: AccountState) {
  const { pair, generation } = state;
  if (!pair) return null;
  return {
    accessToken: pair.accessToken,
    expiresAt: new Date(pair.expiresAt),
    scope: pair.scope,
    generation,
    obtainedAt: new Date(pair.obtainedAt),
  };
}

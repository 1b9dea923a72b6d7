import { type Database, statement } from '@alt/database';
import { createSealer, type TokenStoreSettings, writeToken } from '@alt/external-tokens';
import { parseState, writeState } from '../state.ts';
import { accessOf, LEASE_NAME, type LeaseRecord, MovedError, type TokenStore } from './store.ts';

interface Row {
  version: number;
  generation: number;
  vault: Buffer;
}

/** Rows of `external_tokens`, sealed. One statement writes both halves, and only over the version that was read. */
export function createPostgresStore(database: Database, keys: TokenStoreSettings['keys']): TokenStore {
  const vault = createSealer(keys, 'vault');
  const access = createSealer(keys, 'access');
  return {
    accounts: () => database.all(allAccounts),
    async load(provider, account) {
      const row = await database.one(oneAccount, [provider, account]);
      if (!row) return null;
      const text = vault.open(row.vault, { provider, account, generation: row.generation });
      return { value: parseState(text), version: String(row.version) };
    },
    async save(state, version) {
      const { provider, account, generation } = state;
      const context = { provider, account, generation };
      const token = accessOf(state);
      const values = [
        provider,
        account,
        generation,
        token ? access.seal(writeToken(token), context) : null,
        vault.seal(writeState(state), context),
      ];
      const count =
        version === null
          ? await database.run(insertAccount, values)
          : await database.run(updateAccount, [...values, Number(version)]);
      if (count === 0) throw new MovedError();
      return String(Number(version ?? 0) + 1);
    },
    async remove(provider, account, version) {
      const values = [provider, account, version === null ? null : Number(version)];
      if ((await database.run(deleteAccount, values)) === 0 && version !== null) throw new MovedError();
    },
    async loadLease() {
      const row = await database.one(oneLease, [LEASE_NAME]);
      return row && { value: row.record, version: String(row.version) };
    },
    async saveLease(record, version) {
      const values = [LEASE_NAME, JSON.stringify(record)];
      const count =
        version === null
          ? await database.run(insertLease, values)
          : await database.run(updateLease, [...values, Number(version)]);
      if (count === 0) throw new MovedError();
      return String(Number(version ?? 0) + 1);
    },
  };
}

const allAccounts = statement<{ provider: string; account: string }>(
  'external_accounts',
  'select provider, account from external_tokens order by provider, account',
);
const oneAccount = statement<Row>(
  'external_account',
  'select version, generation, vault from external_tokens where provider = $1 and account = $2',
);
const insertAccount = statement(
  'insert_external_account',
  `insert into external_tokens (provider, account, generation, access, vault, version)
   values ($1, $2, $3, $4, $5, 1) on conflict do nothing`,
);
const updateAccount = statement(
  'update_external_account',
  `update external_tokens set generation = $3, access = $4, vault = $5, version = version + 1, updated_at = now()
   where provider = $1 and account = $2 and version = $6`,
);
const deleteAccount = statement(
  'delete_external_account',
  'delete from external_tokens where provider = $1 and account = $2 and version = coalesce($3::bigint, version)',
);
const oneLease = statement<{ record: LeaseRecord; version: number }>(
  'external_lease',
  'select record, version from external_token_leases where name = $1',
);
const insertLease = statement(
  'insert_external_lease',
  'insert into external_token_leases (name, record, version) values ($1, $2, 1) on conflict do nothing',
);
const updateLease = statement(
  'update_external_lease',
  'update external_token_leases set record = $2, version = version + 1 where name = $1 and version = $3',
);

import { createHash } from 'node:crypto';
import { statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findAccessKey, findAccount, findSession } from './store.ts';

const ROWS = 50_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ databases: ['auth'] });
  await database.superuser('auth').script(`
    set session_replication_role = replica;
    insert into accounts (id, email, name)
      select uuidv7(), 'reader' || n || '@example.org', 'reader' from generate_series(1, ${ROWS}) n;
    insert into credentials (account_id, password_hash) select id, '$argon2id$' from accounts;
    insert into tenants (id, name, personal_of) select id, name, id from accounts;
    insert into memberships (tenant_id, account_id, role) select id, id, 'owner' from accounts;
    insert into sessions (account_id, tenant_id, secret_hash, csrf_secret, last_seen_at, expires_at)
      select id, id, sha256(email::bytea), sha256('csrf'), now(), now() + interval '1 day' from accounts;
    insert into access_keys (account_id, tenant_id, kind, scope, name, secret_hash)
      select id, id, 'api-key', 'full', 'script', sha256(email::bytea) from accounts;
    insert into passkeys (account_id, credential_id, public_key, counter, name)
      select id, sha256(email::bytea), 'x', 0, 'phone' from accounts;
    set session_replication_role = default;
    analyze;
  `);
});
afterAll(() => database.drop());

const email = 'reader777@example.org';
const secretHash = createHash('sha256').update(email).digest();
const rowsRead = statement<{ rows: number }>(
  'rows_read',
  'select sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) as rows from pg_stat_xact_user_tables',
);

test.each([
  ['a session by its secret', (tx) => findSession(tx, secretHash, { idleMs: 1000, longestMs: 1000 }, '192.0.2.1')],
  ['a key by its secret', (tx) => findAccessKey(tx, secretHash)],
  ['an account by its passkey', (tx) => tx.one(statement('passkey', 'select * from find_passkey($1)'), [secretHash])],
  ['an account by its e-mail', (tx) => findAccount(tx, email)],
] as [string, (tx: Parameters<typeof findAccount>[0]) => Promise<unknown>][])(
  `%s is found among ${ROWS} without reading others`,
  async (_what, find) => {
    const role = database.superuser('auth');
    await role.transaction(async (tx) => {
      expect(await find(tx)).toMatchObject({ email });
      expect(Number((await tx.one(rowsRead))?.rows)).toBeLessThan(100);
    });
  },
);

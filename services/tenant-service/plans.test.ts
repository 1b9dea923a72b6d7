import { createHash } from 'node:crypto';
import { type Queryable, statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findInvitation, listInvitations } from './store/invitations.ts';
import { claimJob } from './store/jobs.ts';
import { listOwnTenants, readTenant } from './store/tenants.ts';

const ROWS = 20_000;

let database: TestDatabase;
let reader: { userId: string; tenantId: string };
beforeAll(async () => {
  database = await createTestDatabase({ databases: ['auth'] });
  const superuser = database.superuser('auth');
  await superuser.script(`
    set session_replication_role = replica;
    insert into accounts (id, email, name)
      select uuidv7(), 'reader' || n || '@example.org', 'reader' from generate_series(1, ${ROWS}) n;
    insert into tenants (id, name, personal_of) select id, name, id from accounts;
    insert into memberships (tenant_id, account_id, role) select id, id, 'owner' from accounts;
    insert into invitations (tenant_id, email, role, secret_hash, expires_at)
      select id, email, 'reader', sha256(email::bytea), now() + interval '1 day' from accounts;
    insert into tenant_jobs (kind, tenant_id, account_id, state) select 'export', id, id, 'done' from accounts;
    set session_replication_role = default;
    analyze;
  `);
  const find = statement<{ id: string }>(
    'plans_reader',
    `select id from accounts where email = 'reader777@example.org'`,
  );
  const id = (await superuser.one(find))?.id ?? '';
  reader = { userId: id, tenantId: id };
});
afterAll(() => database.drop());

const rowsRead = statement<{ rows: number }>(
  'rows_read',
  'select sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) as rows from pg_stat_xact_user_tables',
);
const secretHash = createHash('sha256').update('reader777@example.org').digest();

test.each([
  ['the tenants of an account', (tx) => listOwnTenants(tx, null, 50)],
  ['the current tenant', (tx) => readTenant(tx, reader.tenantId)],
  ['an invitation by its secret', (tx) => findInvitation(tx, secretHash)],
  ['the invitations of a tenant', (tx) => listInvitations(tx, reader.tenantId, null, 50)],
  ['work that waits, where there is none', (tx) => claimJob(tx, 'worker', 1_000, 5)],
] as [string, (tx: Queryable) => Promise<unknown>][])(
  `%s: found among ${ROWS} without reading others`,
  async (_what, find) => {
    await database.connectAs('tenant_service').asReader(reader, async (tx) => {
      await find(tx);
      expect(Number((await tx.one(rowsRead))?.rows)).toBeLessThan(100);
    });
  },
);

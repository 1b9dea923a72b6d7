import type { Database } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { explainUndone, type PlanMode } from '@alt/testing/explaining.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AuditFilters, type AuditKey, type AuditSubject, listAuditLines } from './store.ts';

const ROWS = 120_000;
const ada = '0198c000-0000-7000-8000-000000000001';
const tenant = '0198c000-0000-7000-8000-000000000002';
const LIMIT = 50;

let database: TestDatabase;
let role: Database;
beforeAll(async () => {
  database = await createTestDatabase({ databases: ['auth'] });
  // A year of a busy instance; every fourth line is of Ada's tenant, every twelfth hers, every tenth of no tenant.
  await database.superuser('auth').script(`
    insert into accounts (id, email, name, is_instance_owner) values ('${ada}', 'ada@example.org', 'Ada', true);
    insert into tenants (id, name) values ('${tenant}', 'Team');
    insert into memberships (tenant_id, account_id, role) values ('${tenant}', '${ada}', 'owner');
    insert into audit_log (account_id, tenant_id, action, at)
      select case when n % 12 = 0 then '${ada}'::uuid else uuidv7() end,
        case when n % 4 = 0 then '${tenant}'::uuid when n % 10 <> 1 then uuidv7() end, 'signed-in',
        date_trunc('month', now(), 'UTC') + interval '1 month' - make_interval(secs => n * 240)
      from generate_series(1, ${ROWS}) n;
    select prepare_audit_log(24);
    analyze;
  `);
  role = database.connectAs('auth_service');
}, 240_000);
afterAll(() => database.drop());

const subjects: [string, AuditSubject][] = [
  ['an account', { kind: 'account', id: ada }],
  ['a tenant', { kind: 'tenant', id: tenant }],
  ['the instance', { kind: 'instance' }],
];
const modes: PlanMode[] = ['force_custom_plan', 'force_generic_plan'];

async function explained(mode: PlanMode, subject: AuditSubject, filters: AuditFilters, before: AuditKey | null) {
  const { seen, result } = await explainUndone(role, mode, async (tx) => {
    await tx.script(`set local alt.user_id = '${ada}'; set local alt.tenant_id = '${tenant}'`);
    return listAuditLines(tx, subject, { ...filters, before, limit: LIMIT });
  });
  const plan = seen[0];
  if (!plan) throw new Error('nothing was explained');
  return { ...plan, result, months: partitionsOf(plan.plan) };
}

/** Partitions that were looked into. */
function partitionsOf(node: { 'Relation Name'?: string; 'Actual Loops': number; Plans?: unknown[] }): string[] {
  const own = node['Relation Name'] && node['Actual Loops'] > 0 ? [node['Relation Name']] : [];
  const below = ((node.Plans ?? []) as (typeof node)[]).flatMap(partitionsOf);
  return [...new Set([...own, ...below])].filter((name) => name.startsWith('audit_log'));
}

const monthsAgo = (months: number) => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months));
};

test.each(subjects.flatMap(([name, subject]) => modes.map((mode) => [name, mode, subject] as const)))(
  'a page about %s reads little more than itself, wherever it begins (%s)',
  async (_name, mode, subject) => {
    for (const months of [0, 6]) {
      const { result, ...seen } = await explained(mode, subject, {}, { at: monthsAgo(months), id: '0' });
      expect(result).toHaveLength(LIMIT);
      expect(seen.sequentialScans).toEqual([]);
      expect(seen.rowsSorted).toBe(0);
      expect(seen.rowsRead).toBeLessThan(LIMIT * 4);
    }
  },
);

test.each(modes)('a time asked for leaves out the months outside it (%s)', async (mode) => {
  for (const [, subject] of subjects) {
    const seen = await explained(mode, subject, { from: monthsAgo(3), to: monthsAgo(2) }, null);
    expect(seen.result).toHaveLength(LIMIT);
    const wanted = `audit_log_${monthsAgo(3).toISOString().slice(0, 7).replace('-', '_')}`;
    // The end is a key, so the month that it begins is asked for nothing; the default partition may hold anything.
    const after = `audit_log_${monthsAgo(2).toISOString().slice(0, 7).replace('-', '_')}`;
    expect(seen.months.filter((name) => name !== 'audit_log_default' && name !== after)).toEqual([wanted]);
    expect(seen.rowsSorted).toBe(0);
    expect(seen.rowsRead).toBeLessThan(LIMIT * 4);
  }
});

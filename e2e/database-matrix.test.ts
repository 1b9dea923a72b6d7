import { type Database, databaseNames, type OwnDatabase } from '@alt/database';
import type { TestDatabase } from '@alt/database/testing.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fillMatrixDatabase, observe, rolesOf, tables } from './database-matrix.ts';
import { databaseMatrix, sharedMatrix } from './database-matrix-rows.ts';

let database: TestDatabase;
const admins = new Map<OwnDatabase, Database>();
const connections = new Map<string, Database>();

beforeAll(async () => {
  database = await fillMatrixDatabase();
  for (const name of databaseNames) {
    admins.set(name, database.superuser(name));
    for (const role of rolesOf(name)) connections.set(role, database.connectAs(role));
  }
});
afterAll(() => database?.drop());

it('has a row for every table of both databases, and none for what is not there', async () => {
  const present: string[] = [];
  for (const [name, admin] of admins) {
    present.push(...(await admin.all(tables)).map(({ name: table }) => `${name}.${table}`));
  }
  expect(Object.keys(databaseMatrix).toSorted()).toEqual(present.toSorted());
});

it.each(Object.entries(databaseMatrix))('%s shows each role and each reader what is theirs', async (table, expected) =>
  expect(await seenByAll(table)).toEqual(expected),
);

it.each(Object.entries(sharedMatrix))(
  '%s shows what is shared to the tenant, and to no other',
  async (table, { where, seen }) => expect(await seenByAll(table, where)).toEqual(seen),
);

async function seenByAll(table: string, where?: string): Promise<Record<string, string>> {
  const [name, relation = ''] = table.split('.') as [OwnDatabase, string];
  const admin = admins.get(name);
  const seen: Record<string, string> = {};
  for (const role of rolesOf(name)) {
    const connection = connections.get(role);
    if (!admin || !connection) throw new Error(`no connection to ${name} as ${role}`);
    const met = await observe(admin, connection, role, name, relation, where);
    if (met !== '') seen[role] = met;
  }
  return seen;
}

it('every row of the table above is of rows that are there', async () => {
  for (const table of Object.keys(databaseMatrix)) {
    const [name, relation = ''] = table.split('.') as [OwnDatabase, string];
    const found = await admins.get(name)?.all({ name: '', text: `select 1 from ${relation} limit 1` });
    expect([table, found?.length]).toEqual([table, 1]);
  }
});

import { expect, test } from 'vitest';
import { openClient } from './index.ts';
import { schemaSql } from './schema.ts';
import { createTestDatabase, type TestDatabase } from './testing.ts';

async function schemaOf(databases: TestDatabase): Promise<string> {
  const client = await openClient({ ...databases.connection('alt_admin'), applicationName: 'test' });
  try {
    return await schemaSql(client);
  } finally {
    await client.end();
  }
}

test('equal schemas give equal text, and every kind of change shows', async () => {
  const [one, other] = await Promise.all([createTestDatabase({ databases: ['alt', 'auth'] }), createTestDatabase()]);
  await one.superuser('alt').script('set role alt_owner; create table subject (id bigint primary key, n integer)');
  await other.superuser('alt').script('set role alt_owner; create table subject (id bigint primary key, n integer)');
  let before = await schemaOf(one);
  expect(await schemaOf(other)).toBe(before);
  const changes = [
    'alter table subject alter n set default 7',
    'alter table subject add check (n > 0)',
    'create index on subject (n) where n > 1',
    'alter table subject enable row level security',
    'create policy own on subject using (n > 1)',
    'grant update (n) on subject to alt_backend',
    'create function seven() returns integer language sql return 7',
    'grant execute on function seven() to alt_backend',
    'create function touch() returns trigger language plpgsql as $$ begin return new; end $$',
    'create trigger touched before update on subject for each row execute function touch()',
    'create view sevens as select * from subject where n = 7',
    "create type colour as enum ('red', 'green')",
    "comment on table subject is 'a subject'",
    'alter table subject set (fillfactor = 70)',
    'create sequence numbers',
  ];
  for (const change of changes) {
    await one.superuser('alt').script(`set role alt_owner; ${change}`);
    const after = await schemaOf(one);
    expect(after, change).not.toBe(before);
    before = after;
  }
  await Promise.all([one.drop(), other.drop()]);
});

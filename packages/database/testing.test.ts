import { expect, test } from 'vitest';
import { statement } from './database.ts';
import { createTestDatabase } from './testing.ts';

const whoAndWhere = statement<{ role: string; database: string }>(
  'who_and_where',
  'select current_user as role, current_database() as database',
);

test('a role connects to its own copy of its own database', async () => {
  const database = await createTestDatabase({ databases: ['alt', 'auth'] });
  const backend = await database.connectAs('alt_backend').one(whoAndWhere);
  const auth = await database.connectAs('auth_service').one(whoAndWhere);
  expect(backend?.role).toBe('alt_backend');
  expect(backend?.database).toMatch(/^test_alt_/);
  expect(auth?.database).toMatch(/^test_auth_/);
  await database.drop();
});

test('two databases at once share nothing', async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  await one.superuser('alt').script('create table only_here ()');
  const find = statement('find_only_here', "select from pg_tables where tablename = 'only_here'");
  expect(await one.superuser('alt').all(find)).toHaveLength(1);
  expect(await other.superuser('alt').all(find)).toHaveLength(0);
  await Promise.all([one.drop(), other.drop()]);
});

test('a template is prepared once, however many ask for it', async () => {
  let preparations = 0;
  const template = {
    name: 'prepared_once',
    async prepare(database: Awaited<ReturnType<typeof createTestDatabase>>) {
      preparations += 1;
      await database.superuser('alt').script('create table prepared as select 1 as one');
    },
  };
  const databases = await Promise.all([1, 2, 3].map(() => createTestDatabase({ template })));
  for (const database of databases) {
    expect(await database.superuser('alt').all(statement('prepared', 'select one from prepared'))).toEqual([
      { one: 1 },
    ]);
    await database.drop();
  }
  expect(preparations).toBe(1);
});

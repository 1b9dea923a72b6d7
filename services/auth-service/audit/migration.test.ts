import { statement } from '@alt/database';
import { ownFolders, readDatabaseFiles } from '@alt/database/migration-files.ts';
import { createTestDatabase } from '@alt/database/testing.ts';
import { expect, test } from 'vitest';

interface Line {
  id: number;
  at: Date;
  action: string;
  address: string;
  detail: unknown;
}

const lines = statement<Line>('lines', 'select id, at, action, address, detail from audit_log order by id');

test('the log that was there before months were keeps its lines, their ids and their times', async () => {
  const database = await createTestDatabase({ databases: ['auth'] });
  try {
    const rows = database.superuser('auth');
    await rows.script('drop schema public cascade; create schema public authorization auth_owner');
    const { migrations } = await readDatabaseFiles('auth', ownFolders.auth);
    const run = async (wanted: (name: string) => boolean) => {
      for (const { name, sql } of migrations) {
        if (wanted(name)) await rows.script(`begin; set local role auth_owner; ${sql}; commit`);
      }
    };
    await run((name) => name < '0030');
    await rows.script(`insert into audit_log (action, address, detail, at)
      select case n % 2 when 0 then 'signed-in' else 'sign-in-failed' end, '192.0.2.1', '{"a": 1}', now() - make_interval(days => 40 * n)
      from generate_series(1, 9) n`);
    const before = await rows.all(lines);
    await run((name) => name.startsWith('0030'));
    expect(await rows.all(lines)).toEqual(before);
    await rows.script("insert into audit_log (action) values ('signed-out'); select prepare_audit_log(13)");
    const after = await rows.all(lines);
    expect(after.slice(0, -1)).toEqual(before);
    expect(after.at(-1)).toMatchObject({ id: 10, action: 'signed-out' });
  } finally {
    await database.drop();
  }
});

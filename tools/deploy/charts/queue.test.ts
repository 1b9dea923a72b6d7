import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = path.dirname(path.dirname(path.dirname(import.meta.dirname)));
const library = path.join(root, 'skaffold/library/alt-service/templates/_autoscaling.tpl');

describe('the query by which a queue scales its workers', () => {
  let database: TestDatabase;
  let query: string;
  beforeAll(async () => {
    database = await createTestDatabase();
    const line = (await readFile(library, 'utf8')).split('\n').find((each) => each.startsWith('select '));
    query = (line ?? expect.fail('the library has no query'))
      .replace(/\{\{ join .*? \}\}/, "tag', 'refine")
      .replace(/\{\{ int .*? \}\}/, '3');
    await database.superuser('alt').transaction((tx) =>
      tx.script(`
        set local session_replication_role = replica;
        insert into article_stages (article_id, stage, content_hash, state, next_attempt_at)
          select n, case when n % 2 = 0 then 'tag' else 'refine' end, '\\x00', case when n < 3 then 'waiting' else 'done' end, now()
          from generate_series(1, 9) n;
        insert into article_stages (article_id, stage, content_hash, state, next_attempt_at) values
          (5, 'index', '\\x00', 'waiting', now()), (5, 'tag', '\\x00', 'waiting', now() + interval '1 hour')`),
    );
  });
  afterAll(() => database.drop());

  const count = async () => {
    const asked = statement<{ coalesce: string }>('queue', query);
    return Number((await database.connectAs('tag_generator').one(asked))?.coalesce);
  };

  it('counts what is due at these stages, for the role that works them', async () => {
    expect(await count()).toBe(2);
  });

  it('stops counting where more would change nothing', async () => {
    await database.superuser('alt').transaction((tx) => tx.script(`update article_stages set state = 'waiting'`));
    expect(await count()).toBe(3);
  });
});

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { QUEUE_ROLE, statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostName } from '../../../cli/secrets/deployment.ts';
import { defaultsOf, libraryFile } from './reading.ts';

const skaffold = path.join(path.dirname(path.dirname(path.dirname(import.meta.dirname))), 'skaffold');
const template = 'library/alt-service/templates/_autoscaling.tpl';

describe('the query by which a queue scales its workers', () => {
  let database: TestDatabase;
  let query: string;
  beforeAll(async () => {
    database = await createTestDatabase();
    const line = (await readFile(path.join(skaffold, template), 'utf8'))
      .split('\n')
      .find((each) => each.startsWith('select '));
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
    const asked = statement<{ queue_length: number }>('queue', query);
    return (await database.connectAs(QUEUE_ROLE).one(asked))?.queue_length;
  };

  it('counts what is due at these stages', async () => {
    expect(await count()).toBe(2);
  });

  it('stops counting where more would change nothing', async () => {
    await database.superuser('alt').transaction((tx) => tx.script(`update article_stages set state = 'waiting'`));
    expect(await count()).toBe(3);
  });

  it('is all that its role may ask: it sees no table, and calls no other function', async () => {
    const asked = statement<{ tables: string[]; functions: string[] }>(
      'rights',
      `select
         array(select relname::text from pg_class c where relnamespace = 'public'::regnamespace
           and relkind in ('r', 'p', 'v', 'm') and has_any_column_privilege(c.oid, 'select, insert, update')) as tables,
         array(select proname::text from pg_proc p where pronamespace = 'public'::regnamespace
           and has_function_privilege(p.oid, 'execute')) as functions`,
    );
    expect(await database.connectAs(QUEUE_ROLE).one(asked)).toEqual({ tables: [], functions: ['queue_length'] });
  });

  it('goes to the server and as the role that there are', async () => {
    const text = await readFile(path.join(skaffold, template), 'utf8');
    expect(text).toContain(`userName: ${QUEUE_ROLE}\n`);
    const { autoscaling } = defaultsOf(await readFile(path.join(skaffold, libraryFile), 'utf8')) as {
      autoscaling: { queue: { host: string } };
    };
    expect(autoscaling.queue.host).toBe(hostName('postgres'));
  });
});

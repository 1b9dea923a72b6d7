import { type Database, type Queryable, statement } from '@alt/database';
import type { Reader } from '@alt/service-kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePerson, openRepo, type TestRepo } from './testing.ts';

const ada = makePerson(1);
const ben = makePerson(2);
const cleo = makePerson(3);
const onlooker = makePerson(5, { role: 'reader' });
const stranger = makePerson(6, { tenant: 2, role: 'owner' });
/** Ada's account in another tenant, where she is the owner. */
const elsewhere: Reader = { ...ada, tenantId: stranger.tenantId, role: 'owner' };

let repo: TestRepo;
let database: Database;
let projectId: string;
beforeAll(async () => {
  repo = await openRepo();
  database = repo.database;
  for (const as of [ada, ben, cleo, onlooker, stranger, elsewhere]) await repo.call('GET', '/v1/projects', { as });
  const feed = await repo.makeFeed('feed', ada);
  const article = await repo.makeArticle(feed, { title: 'Article', text: 'Text.' });
  await repo.makeArticle(feed, { title: 'Not pinned', text: 'Other text.' });
  projectId = (await repo.call('POST', '/v1/projects', { as: ada, body: { title: 'Secret' } })).json.id;
  const path = `/v1/projects/${projectId}`;
  for (const [who, role] of [
    [cleo, 'viewer'],
    [onlooker, 'lead'],
  ] as const) {
    await repo.call('PUT', `${path}/members/${who.userId}`, { as: ada, body: { role } });
  }
  await repo.call('POST', `${path}/sections`, { as: ada, body: { title: 'A' } });
  await repo.call('POST', `${path}/articles`, { as: ada, body: { articleIds: [article] } });
  const [pin] = (await repo.call('GET', `${path}/articles`, { as: ada })).json.items;
  await repo.call('POST', `${path}/highlights`, { as: ada, body: { pinId: pin.id, quote: 'Text' } });
  await repo.call('POST', `${path}/notes`, { as: ada, body: { body: 'Note', mentions: [cleo.userId] } });
  await repo.call('POST', `${path}/decisions`, { as: ada, body: { title: 'Decision' } });
});
afterAll(() => repo.drop());

const PARTS = [
  'project_members',
  'project_sections',
  'project_articles',
  'project_highlights',
  'project_notes',
  'project_mentions',
  'project_decisions',
  'project_activity',
];
const READ = ['projects', ...PARTS, 'articles', 'article_contents'];

const count = async (tx: Queryable, table: string) =>
  (await tx.one(statement<{ n: number }>(`test_count_${table}`, `select count(*)::int as n from ${table}`)))?.n;

const countsFor = (reader: Reader) =>
  database.asReader(reader, async (tx) => {
    const counts: Record<string, number | undefined> = {};
    for (const table of READ) counts[table] = await count(tx, table);
    return counts;
  });

describe('at the database', () => {
  test.each([
    ['the owner of another tenant', stranger],
    ['the same person in another tenant', elsewhere],
    ['somebody of the tenant who is no member', ben],
  ])('%s sees no row of a private project, nor its articles', async (_who, reader) => {
    expect(await countsFor(reader)).toEqual(Object.fromEntries(READ.map((table) => [table, 0])));
  });

  test('members see it, and of the articles only what is pinned', async () => {
    for (const reader of [ada, cleo, onlooker]) {
      const counts = await countsFor(reader);
      expect(counts).toMatchObject({ projects: 1, project_members: 3, articles: 1, article_contents: 1 });
      for (const table of PARTS) expect(counts[table], table).toBeGreaterThan(0);
    }
  });

  test('without a person, or without a role, every table is an error and never all rows', async () => {
    for (const table of READ) {
      await expect(count(database, table), table).rejects.toThrow();
      const { role: _role, ...nobody } = ada;
      await expect(
        database.asReader(nobody, (tx) => count(tx, table)),
        table,
      ).rejects.toThrow();
    }
  });

  const WRITES = [
    `update projects set title = 'Taken'`,
    `update projects set deleted_at = now()`,
    ...PARTS.filter((table) => table !== 'project_activity').map((table) => `delete from ${table}`),
    `update project_notes set body = 'Taken'`,
    `update project_sections set title = 'Taken'`,
    `update project_members set role = 'lead'`,
  ];

  test.each([
    ['the owner of another tenant', stranger],
    ['a non-member', ben],
    ['a viewer', cleo],
    ['a reader of the tenant whom the project calls a lead', onlooker],
  ])('%s changes nothing', async (_who, reader) => {
    for (const [n, sql] of WRITES.entries()) {
      const changed = await database
        .asReader(reader, async (tx) => {
          const rows = await tx.run(statement(`test_write_${n}`, sql));
          throw new Error(`rows ${rows}`);
        })
        .catch((error: Error) => error.message);
      // Anybody may leave a project: the one row that goes is their own.
      const own = sql === 'delete from project_members' && reader !== stranger && reader !== ben ? 1 : 0;
      expect(changed, sql).toBe(`rows ${own}`);
    }
  });

  test('nobody writes into a project of others by naming it', async () => {
    const inserts = [
      `insert into project_members (project_id, reader_id, role) select '${projectId}', current_reader_id(), 'lead'`,
      `insert into project_sections (project_id, title, position) select '${projectId}', 'X', 1`,
      `insert into project_notes (project_id, body) select '${projectId}', 'X'`,
      `insert into project_activity (project_id, kind, actor_id) select '${projectId}', 'x', current_reader_id()`,
    ];
    for (const [n, sql] of inserts.entries()) {
      for (const reader of [stranger, ben]) {
        await expect(
          database.asReader(reader, (tx) => tx.run(statement(`test_insert_${n}`, sql))),
          sql,
        ).rejects.toThrow(/row-level security/);
      }
    }
  });

  test('the service itself touches neither feeds, entries, subscriptions nor what it does not own', async () => {
    for (const table of ['feeds', 'entries', 'subscriptions', 'labels', 'article_summaries', 'recaps', 'tenants']) {
      await expect(
        database.asReader(ada, (tx) => count(tx, table)),
        table,
      ).rejects.toThrow(/permission denied/);
    }
  });
});

import { statement } from '@alt/database';
import type { Reader } from '@alt/service-kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportTenant, importTenant } from './archive.ts';
import { makeReader, openBackend, type TestBackend } from './testing.ts';

const TENANT = '018f0000-0000-7000-8000-0000000000aa';
const OTHER_TENANT = '018f0000-0000-7000-8000-0000000000bb';
const ada: Reader = { ...makeReader(1), tenantId: TENANT };
const bo: Reader = { ...makeReader(2), tenantId: TENANT, role: 'member' };
const everybody = { [ada.userId]: ada.userId, [bo.userId]: bo.userId };

interface Line {
  kind: string;
  row: Record<string, unknown>;
}

let backend: TestBackend;
let elsewhere: TestBackend;

beforeAll(async () => {
  [backend, elsewhere] = await Promise.all([openBackend(), openBackend()]);
  await fill(backend);
});

afterAll(async () => {
  await Promise.all([backend.drop(), elsewhere.drop()]);
});

/** A tenant with something of every kind. */
async function fill({ asReader, makeFeed, makeArticle, superuser }: TestBackend): Promise<void> {
  await makeReaderRows({ asReader });
  const open = await makeFeed('open', ada, bo);
  const articles: number[] = [];
  for (const name of ['first', 'second', 'third']) {
    articles.push(
      await makeArticle(open, {
        title: `Title "${name}"\n\\tab`,
        text: `Text of ${name}. \u2028 日本`,
        summary: 'Short.',
        phrases: ['tide', 'ebb'],
      }),
    );
  }
  const [first = 0, second = 0, third = 0] = articles;
  const reader = (as: Reader) => `(select id from readers where user_id = '${as.userId}' and tenant_id = '${TENANT}')`;
  await superuser.script(`
    insert into hosts (host) values ('secret.example');
    insert into feeds (url, host, tenant_id, credential, title) values ('https://secret.example/feed', 'secret.example', '${TENANT}', 'ada:password', 'Secret');
    insert into subscriptions (reader_id, feed_id, title, wants_summary) select ${reader(ada)}, id, 'My secret', false from feeds where credential is not null;
    insert into folders (tenant_id, owner_id, name) values ('${TENANT}', ${reader(ada)}, 'Outer');
    insert into folders (tenant_id, owner_id, parent_id, name) select '${TENANT}', ${reader(ada)}, id, 'Inner' from folders;
    insert into folders (tenant_id, created_by, name) values ('${TENANT}', ${reader(bo)}, 'Shared');
    insert into subscription_folders select s.reader_id, s.id, f.id from subscriptions s, folders f where s.reader_id = ${reader(ada)} and f.name = 'Inner';
    insert into folder_feeds (folder_id, feed_id, added_by) select f.id, ${open}, ${reader(bo)} from folders f where f.name = 'Shared';
    insert into subscription_folders select s.reader_id, s.id, f.id from subscriptions s, folders f where s.reader_id = ${reader(bo)} and f.name = 'Shared';
    insert into folder_leavers select id, ${reader(ada)} from folders where name = 'Shared';
    insert into labels (tenant_id, owner_id, name) values ('${TENANT}', ${reader(ada)}, 'mine');
    insert into labels (tenant_id, created_by, name) values ('${TENANT}', ${reader(ada)}, 'ours');
    insert into article_labels (label_id, article_id, added_by) select id, ${first}, ${reader(ada)} from labels where name = 'ours';
    insert into entry_labels select e.reader_id, l.id, e.article_id, e.sort_at from entries e, labels l
      where e.article_id = ${first} and (l.owner_id is null or l.owner_id = e.reader_id);
    insert into clusters (first_at) values (now());
    insert into cluster_members (article_id, cluster_id, reason) select a, c.id, 'title' from clusters c, unnest(array[${second}, ${third}]) a;
    update entries set folded_into = ${second} where article_id = ${third} and reader_id = ${reader(ada)};
    insert into entry_splits (reader_id, article_id) values (${reader(bo)}, ${third});
    update entries set is_starred = true where article_id = ${first} and reader_id = ${reader(bo)};
    update entries set is_read = true, read_at = now() where article_id = ${second} and reader_id = ${reader(bo)};
    update readers set settings = '{"theme": "dark"}', settings_version = 4 where id = ${reader(bo)};
    insert into highlights (reader_id, article_id, quote, color, is_shared) values (${reader(ada)}, ${first}, 'Text of', 'blue', true);
    insert into notes (reader_id, article_id, highlight_id, body) select reader_id, article_id, id, 'Why?' from highlights;
    insert into shares (reader_id, article_id, secret_hash) values (${reader(ada)}, ${first}, sha256('secret'));
    insert into saved_searches (tenant_id, owner_id, name, query) values ('${TENANT}', ${reader(bo)}, 'Tides', 'tide'), ('${TENANT}', null, 'All', 'ebb');
    insert into rules (tenant_id, owner_id, name, query, actions, needs_stage) values ('${TENANT}', ${reader(bo)}, 'Rule', 'tide tag:ebb', '{"star": true}', 'tag');
    insert into rules (tenant_id, created_by, name, query, actions, is_enabled, position)
      select '${TENANT}', ${reader(ada)}, 'Ours', 'ebb', jsonb_build_object('labelIds', jsonb_build_array(id)), false, 7 from labels where name = 'ours';
    insert into rule_switches select id, ${reader(bo)} from rules where owner_id is null;
    insert into rule_hits (reader_id, article_id, rule_id) select ${reader(bo)}, ${second}, id from rules where owner_id is not null;
    insert into tags (tenant_id, name, normalised) values ('${TENANT}', 'Tide', 'tide'), ('${TENANT}', 'Ebb', 'ebb');
    insert into tag_aliases select '${TENANT}', 'tides', id from tags where normalised = 'tide';
    insert into tag_distinctions select '${TENANT}', min(id), max(id) from tags;
    insert into article_tags select '${TENANT}', t.id, a.id, a.sort_at, 0.5 from tags t, articles a where t.normalised = 'tide';
    insert into tag_vetoes (reader_id, normalised, name) values (${reader(ada)}, 'ebb', 'Ebb');
    insert into feed_selectors (feed_id, tenant_id, keep) values (${open}, '${TENANT}', array['main']);
    insert into article_variants values (${first}, '${TENANT}', '<p>Own</p>', 'Own');
    insert into article_summaries (article_id, tenant_id, language, engine, content_hash, summary) values (${first}, '${TENANT}', 'en', 'ollama/x', '\\x02', 'Own summary.');
    insert into recaps (reader_id, period, local_date, time_zone, starts_at, ends_at, is_final, article_count, story_count, content)
      values (${reader(ada)}, 'daily', '2026-11-20', 'UTC', now(), now(), true, 1, 1, '{"topics": [{"articleId": "${first}"}]}');
    insert into recap_outlets (reader_id, is_daily_mailed, mail_to) values (${reader(ada)}, true, 'ada@example.org');
    insert into inbound_keys (key, article_id, tenant_id, is_text) values ('\\x0a', ${third}, '${TENANT}', false), ('\\x0b', ${third}, '${TENANT}', true);
    insert into llm_usage values ('${TENANT}', '2026-11-01', 7);
    update tenants set disabled_stages = array['summarise'] where id = '${TENANT}';
  `);
}

async function makeReaderRows({ asReader }: Pick<TestBackend, 'asReader'>): Promise<void> {
  for (const as of [ada, bo, makeReader(9)]) await asReader(as, async () => undefined);
}

const archiveOf = async ({ database }: TestBackend, tenantId: string): Promise<Line[]> => {
  const text = await new Response(exportTenant(database, tenantId)).text();
  return text
    .trimEnd()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
};

const bodyOf = (lines: Line[], accounts: Record<string, string | null> = everybody) =>
  new Response([{ accounts }, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(''))
    .body as ReadableStream<Uint8Array>;

/** Lines without the ids of one place: whatever names a row names it by what it is. In no order. */
function withoutIds(lines: Line[]): string[] {
  const names = new Map<string, string>();
  const nameOf = (kind: string, id: unknown) =>
    id === null ? null : (names.get(`${kind} ${id}`) ?? `unknown ${kind} ${id}`);
  const columns: Record<string, string> = {
    reader_id: 'reader',
    owner_id: 'reader',
    created_by: 'reader',
    added_by: 'reader',
    feed_id: 'feed',
    article_id: 'article',
    folded_into: 'article',
    folder_id: 'folder',
    parent_id: 'folder',
    label_id: 'label',
    subscription_id: 'subscription',
    tag_id: 'tag',
    other_tag_id: 'tag',
    highlight_id: 'highlight',
    rule_id: 'rule',
  };
  const own: Record<string, (row: Record<string, unknown>) => string> = {
    reader: (row) => `reader ${row.user_id}`,
    feed: (row) => `feed ${row.url} ${row.credential}`,
    article: (row) => `article ${row.feed_id} ${row.identity}`,
    folder: (row) => `folder ${row.owner_id} ${row.parent_id} ${row.name}`,
    label: (row) => `label ${row.owner_id} ${row.name}`,
    subscription: (row) => `subscription ${row.reader_id} ${row.feed_id}`,
    tag: (row) => `tag ${row.normalised}`,
    rule: (row) => `rule ${row.owner_id} ${row.name}`,
    highlight: (row) => `highlight ${row.reader_id} ${row.article_id} ${row.quote}`,
  };
  return lines
    .map(({ kind, row: { id, tenant_id: _tenant, ...rest } }) => {
      for (const [column, named] of Object.entries(columns))
        if (column in rest) rest[column] = nameOf(named, rest[column]);
      const actions = rest.actions as { labelIds?: number[] } | undefined;
      if (actions?.labelIds) rest.actions = { labelIds: actions.labelIds.map((label) => nameOf('label', label)) };
      names.set(`${kind} ${id}`, own[kind]?.(rest) ?? '');
      if (rest.cluster) rest.cluster = { ...rest.cluster, id: null };
      if (kind === 'recap')
        rest.content = JSON.parse(JSON.stringify(rest.content), (_, value) => nameOrValue(names, value));
      return JSON.stringify({ kind, ...Object.fromEntries(Object.entries(rest).toSorted()) });
    })
    .toSorted();
}

const nameOrValue = (names: Map<string, string>, value: unknown) =>
  typeof value === 'string' ? (names.get(`article ${value}`) ?? value) : value;

const miscounted = statement('test_miscounted', 'select * from miscounted()');

test('an archive has every kind, and nothing of another tenant', async () => {
  const lines = await archiveOf(backend, TENANT);
  expect(new Set(lines.map(({ kind }) => kind)).size).toBe(32);
  expect(lines.filter(({ kind }) => kind === 'reader')).toHaveLength(2);
  expect(await archiveOf(backend, OTHER_TENANT)).toEqual([]);
});

test('taken by another instance it is the same tenant, row by row, and counted', async () => {
  const lines = await archiveOf(backend, TENANT);
  await elsewhere.makeFeed('in-the-way');
  expect(await importTenant(elsewhere.database, TENANT, bodyOf(lines))).toBe(lines.length);
  const there = await archiveOf(elsewhere, TENANT);
  expect(withoutIds(there)).toEqual(withoutIds(lines));
  expect(withoutIds(there).join('\n')).not.toContain('unknown');
  expect(await elsewhere.superuser.all(miscounted)).toEqual([]);
});

test('taken beside the original it is a tenant of its own with the same in it', async () => {
  const lines = await archiveOf(backend, TENANT);
  // Its articles are the original's: keys of one tenant say nothing of what another holds.
  const copied = lines.filter(({ kind }) => !['share', 'recap_outlet', 'inbound_key'].includes(kind));
  for (const times of [1, 2]) {
    await importTenant(
      backend.database,
      OTHER_TENANT,
      bodyOf(lines.filter((line) => copied.includes(line) || line.kind === 'inbound_key')),
    );
    const there = await archiveOf(backend, OTHER_TENANT);
    expect(withoutIds(there), `time ${times}`).toEqual(withoutIds(copied));
  }
  expect(await archiveOf(backend, TENANT)).toEqual(lines);
  expect(await backend.superuser.all(miscounted)).toEqual([]);
});

test('what is private to an account that is not here is left out; what it shared stays', async () => {
  const lines = await archiveOf(backend, TENANT);
  const there = '018f0000-0000-7000-8000-0000000000cc';
  await importTenant(elsewhere.database, there, bodyOf(lines, { [ada.userId]: null, [bo.userId]: bo.userId }));
  const taken = await archiveOf(elsewhere, there);
  expect(taken.filter(({ kind }) => kind === 'reader')).toHaveLength(1);
  expect(taken.filter(({ kind }) => kind === 'folder').map(({ row }) => row.name)).toEqual(['Shared']);
  expect(taken.filter(({ kind }) => kind === 'label').map(({ row }) => row.name)).toEqual(['ours']);
  expect(taken.filter(({ kind }) => kind === 'highlight')).toEqual([]);
});

test('an archive that is broken, or is none, changes nothing', async () => {
  const before = await archiveOf(backend, TENANT);
  const bodies = ['', 'no JSON', '{"accounts":{}}\n{"kind":"nonsense","row":{}}', '{"accounts":{"x":"y"}}'];
  for (const text of bodies) {
    const body = new Response(text).body;
    await expect(importTenant(backend.database, TENANT, body), text).rejects.toMatchObject({ name: 'RowLinesError' });
  }
  const cut = bodyOf([...before.slice(0, 5), { kind: 'entry', row: { reader_id: 'x' } }]);
  await expect(importTenant(backend.database, TENANT, cut)).rejects.toThrow();
  expect(await archiveOf(backend, TENANT)).toEqual(before);
});

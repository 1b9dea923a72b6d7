import { databaseNames, statement } from '@alt/database';
import type { AdminDatabases } from './snapshot.ts';

export const ann = { userId: '018f3f3f-0000-7000-8000-000000000001', tenantId: '018f3f3f-0000-7000-8000-00000000000a' };
const bob = { userId: '018f3f3f-0000-7000-8000-000000000002', tenantId: '018f3f3f-0000-7000-8000-00000000000b' };

/** Rows in every kind of table, with what COPY has to escape, and enough of them for several chunks. */
const ALT_ROWS = `
  insert into tenants (id, limits) values ('${ann.tenantId}', '{"feeds": 5}'), ('${bob.tenantId}', '{}');
  insert into readers (user_id, tenant_id, settings) values
    ('${ann.userId}', '${ann.tenantId}', '{"theme": "dark\\n"}'), ('${bob.userId}', '${bob.tenantId}', '{}');
  insert into hosts (host, penalty_until, penalty_code) values ('a.example', now(), 'http-429'), ('b.example', null, null);
  insert into feeds (url, host, title, tenant_id, credential, etag, body_hash, post_gap_seconds, subscriber_count)
    values ('https://a.example/feed', 'a.example', E'Tab\\there, line\\nthere, \\\\N and \\\\.', null, null, 'W/"1"', '\\x00ff', 0.1, 2),
    ('https://b.example/feed', 'b.example', '日本語 русский 🦊', '${bob.tenantId}', 'bob:secret', null, null, 1e-7, 1);
  insert into articles (id, feed_id, identity, url, title, excerpt, received_at, sort_at, content_hash, author)
    select allocate_article_ids(1), 1 + n % 2, sha256(n::text::bytea), 'https://a.example/' || n, repeat('title ' || n || E'\\t', 9),
      '', now(), now() - make_interval(mins => n), '\\x01', nullif('author', 'author') from generate_series(1, 3000) n;
  insert into article_contents (article_id, content_html, text, categories, enclosures)
    select id, '<p>' || repeat(md5(id::text), 20) || E'</p>\\r\\n', E'\\\\.\\n', array['a,b', 'c"d', null], '[{"url": "x"}]' from articles;
  insert into feed_documents select feed_id, array_agg(id) from articles group by 1;
  insert into article_keyphrases (article_id, phrase, normalised, score) select id, 'p', 'p', 0.3 from articles limit 5;
  insert into article_stages (article_id, stage, content_hash) select id, 'extract', '\\x02' from articles limit 7;
  insert into tombstones (feed_id, identity) values (1, '\\xdead');
  insert into subscriptions (reader_id, feed_id) values (1, 1), (2, 1), (2, 2);
  insert into folders (tenant_id, owner_id, parent_id, name) values ('${ann.tenantId}', 1, null, 'A'), ('${ann.tenantId}', 1, 1, 'B');
  update folders set parent_id = 2 where id = 1;
  insert into subscription_folders values (1, 1, 2);
  insert into labels (tenant_id, owner_id, name) values ('${ann.tenantId}', 1, E'later\\\\');
  insert into entries (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision, is_read, is_starred, hidden_reason)
    select a.id, s.reader_id, a.feed_id, a.sort_at, a.received_at, 1, 1, a.id % 3 = 0, a.id % 7 = 0,
      case when a.id % 11 = 0 then 'rule' end from articles a join subscriptions s on s.feed_id = a.feed_id;
  insert into entry_labels (reader_id, label_id, article_id, sort_at) select 1, 1, id, sort_at from articles where feed_id = 1 limit 9;
  insert into highlights (reader_id, article_id, quote) select 1, id, 'q' from articles where feed_id = 1 limit 3;
  insert into notes (reader_id, article_id, highlight_id, body) select 1, article_id, id, E'a\\rnote' from highlights;
  insert into shares (reader_id, article_id, secret_hash) select 1, article_id, '\\x03' from highlights limit 1;
  update counters set read_through = 1, read_before = 'infinity', is_settled = false where reader_id = 2 and feed_id = 2;
  update counters set unread = 0 where reader_id = 2 and feed_id = 2;
`;

const AUTH_ROWS = `
  insert into accounts (id, email, name, is_instance_owner) values ('${ann.userId}', 'ann@example.org', E'Ann\\t"A"', true),
    ('${bob.userId}', 'bob@example.org', 'Bob', false);
  insert into tenants (id, name, personal_of) values ('${ann.tenantId}', 'Ann', '${ann.userId}'), ('${bob.tenantId}', 'Bob', '${bob.userId}');
  update accounts set default_tenant_id = case email when 'ann@example.org' then '${ann.tenantId}'::uuid else '${bob.tenantId}'::uuid end;
  insert into memberships (tenant_id, account_id, role) values ('${ann.tenantId}', '${ann.userId}', 'owner'), ('${bob.tenantId}', '${bob.userId}', 'owner');
  insert into credentials (account_id, password_hash) values ('${ann.userId}', '$argon2id$x');
  insert into signing_keys (id, public_jwk, private_jwk, active_from) values ('key-12345', '{}', '{"d": "x"}', 'infinity');
  insert into throttles (key, count) values ('k', 1);
  insert into audit_log (action, detail) values ('tested', '{"a": [1, null]}');
`;

/** Fills empty databases of the newest schema; `databases` as superuser. */
export async function fillInstance(databases: AdminDatabases): Promise<void> {
  await databases.alt.script(ALT_ROWS);
  await databases.auth.script(AUTH_ROWS);
}

/** Every row of every table, as text, in order; and the last values of the sequences. */
export async function contentsOf(databases: AdminDatabases): Promise<Record<string, unknown>> {
  const contents: Record<string, unknown> = {};
  for (const name of databaseNames) {
    const opened = databases[name];
    for (const { table } of await opened.all(tableNames)) {
      const rows = await opened.all(
        statement<{ row: string }>(`all ${table}`, `select t::text as row from ${table} t order by 1`),
      );
      contents[`${name}.${table}`] = rows.map(({ row }) => row);
    }
    contents[`${name} sequences`] = await opened.all(sequenceValues);
  }
  return contents;
}

const tableNames = statement<{ table: string }>(
  'test tables',
  `select relname::text as table from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1`,
);
const sequenceValues = statement(
  'test sequences',
  'select sequencename::text as name, last_value as value from pg_sequences order by 1',
);

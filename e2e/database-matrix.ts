import { createHash } from 'node:crypto';
import { type Database, type OwnDatabase, type Queryable, statement } from '@alt/database';
import { serviceRole, servicesOf } from '@alt/database/roles.ts';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { ann, fillInstance } from '../cli/backup/testing.ts';

/** Ann, who has a row in every table; Cleo, who is in her tenant; Dora, who owns another and has nothing. */
export const people = {
  ann: { ...ann, role: 'member' },
  cleo: { userId: '018f3f3f-0000-7000-8000-000000000003', tenantId: ann.tenantId, role: 'member' },
  dora: {
    userId: '018f3f3f-0000-7000-8000-000000000004',
    tenantId: '018f3f3f-0000-7000-8000-00000000000d',
    role: 'owner',
  },
} as const;

/** Ann's project, which she leads and shows to nobody; also the id of what is in it. */
const PROJECT = '018f3f3f-0000-7000-8000-0000000000f1';

/** Rows of the tables that `fillInstance` leaves empty. A new table: a row of Ann's here, if it is not filled there. */
const MORE_ALT = `
  set session_replication_role = replica;
  insert into tenants (id) values ('${people.dora.tenantId}');
  insert into readers (user_id, tenant_id) values ('${people.cleo.userId}', '${ann.tenantId}'), ('${people.dora.userId}', '${people.dora.tenantId}');
  create temporary table held as select min(article_id) as id from entries where reader_id = 1 and feed_id = 1;
  insert into article_keys (key, article_id) select 1, id from held;
  insert into article_keyphrases (article_id, phrase, normalised, score) select id, 'held', 'held', 1 from held on conflict do nothing;
  insert into article_summaries (article_id, language, engine, content_hash, summary) select id, 'en', 'extractive', '\\x01', 's' from held;
  insert into tags (tenant_id, name, normalised) values ('${ann.tenantId}', 'A', 'a'), ('${ann.tenantId}', 'B', 'b');
  insert into article_tags (tenant_id, tag_id, article_id, sort_at, score) select '${ann.tenantId}', 1, id, now(), 1 from held;
  insert into tag_aliases (tenant_id, normalised, tag_id) values ('${ann.tenantId}', 'aa', 1);
  insert into tag_distinctions (tenant_id, tag_id, other_tag_id) values ('${ann.tenantId}', 1, 2);
  insert into tag_vetoes (reader_id, normalised) values (1, 'b');
  insert into article_touches (tenant_id, article_ids) select '${ann.tenantId}', array[id] from held;
  insert into article_variants (article_id, tenant_id, html, text) select id, '${ann.tenantId}', '', '' from held;
  insert into auth_position (position) values (1) on conflict do nothing;
  insert into clusters (first_at) values (now());
  insert into cluster_members (article_id, cluster_id, reason) select id, 1, 'url' from held;
  insert into foldings (cluster_id) values (1);
  insert into deliveries (feed_id, article_ids, after_reader_id) select 1, array[id], 0 from held;
  insert into entry_splits (reader_id, article_id) select 1, id from held;
  insert into external_tokens (provider, account, version, generation, vault) values ('inoreader', 'default', 1, 0, '\\x01');
  insert into external_token_leases (name, version, record) values ('auth-token-manager', 1, '{}');
  insert into job_runs (service, job, every_seconds, last_run_at) values ('x', 'y', 60, now()) on conflict do nothing;
  select prepare_service_logs(array[current_date], 14);
  insert into service_logs (at, id, level, service, message, service_type, log_type, service_group, stream, container_id, trace_id,
    span_id, request_id, fields) values (current_date + interval '1 hour', 'a', 1, 's', 'm', '', '', '', '', '', '', '', '', '{}');
  insert into feed_selectors (feed_id, tenant_id) values (1, '${ann.tenantId}');
  insert into recap_askings (address_hash) values (sha256('a'));
  insert into recap_outlets (reader_id) values (1);
  insert into recaps (reader_id, period, local_date, time_zone, starts_at, ends_at, is_final, article_count, story_count, content)
    values (1, 'daily', current_date, 'UTC', now() - interval '1 day', now(), true, 0, 0, '{}');
  insert into rules (tenant_id, owner_id, name, query, actions) values ('${ann.tenantId}', 1, 'r', 'x', '{}');
  insert into saved_searches (tenant_id, owner_id, name, query) values ('${ann.tenantId}', 1, 's', 'x');
  insert into search_engine (engine) values ('embedded');
  insert into search_indexes (name, engine) values ('i', 'embedded');
  insert into search_removals (article_id) values (1);
  insert into summary_requests (article_id, reader_id) select id, 1 from held;
  insert into term_counts (language, term, document_count) values ('en', 'x', 1);
  insert into term_documents (language, document_count) values ('en', 1);
  insert into websub_subscriptions (feed_id, hub_url, topic_url, secret, state) values (1, 'https://a.example', 'https://a.example', 'secret', 'active');
  delete from subscriptions where feed_id = 1 and reader_id <> 1;
  insert into folders (tenant_id, owner_id, name) values ('${ann.tenantId}', null, 'Shared');
  insert into folder_feeds (folder_id, feed_id, added_by) select id, 1, 1 from folders where owner_id is null;
  insert into folder_leavers (folder_id, reader_id) select id, 1 from folders where owner_id is null;
  insert into labels (tenant_id, owner_id, name) values ('${ann.tenantId}', null, 'shared');
  insert into article_labels (label_id, article_id, added_by) select l.id, held.id, 1 from labels l, held where l.owner_id is null;
  insert into rules (tenant_id, owner_id, name, query, actions) values ('${ann.tenantId}', null, 'shared', 'x', '{}');
  insert into rule_switches (rule_id, reader_id) select id, 1 from rules where owner_id is null;
  insert into rule_hits (reader_id, article_id, rule_id) select 1, held.id, 1 from held;
  insert into rule_waits (article_id) select id from held;
  insert into saved_searches (tenant_id, owner_id, name, query) values ('${ann.tenantId}', null, 'shared', 'x');
  insert into import_ids (tenant_id, kind, old_id, new_id) values ('${ann.tenantId}', 'folder', '1', '1');
  insert into inbound_items (tenant_id, reader_id, feed_id, source, item_id, seen_revision) values ('${ann.tenantId}', 1, 1, 's', 'i', 1);
  insert into inbound_keys (key, article_id, tenant_id, is_text) select sha256('k'), id, '${ann.tenantId}', false from held;
  insert into reader_imports (tenant_id, reader_id, service, address, account) values ('${ann.tenantId}', 1, 'other', 'https://a.example', 'a');
  insert into llm_usage (tenant_id, month, requests) values ('${ann.tenantId}', date_trunc('month', now()), 1);
  insert into reading_inbox (tenant_id, reader_id, at, kind, feed_id, amount, seconds) values ('${ann.tenantId}', 1, now(), 'opened', 1, 1, 0);
  select roll_reading(10);
  insert into reading_inbox (tenant_id, reader_id, at, kind, feed_id, amount, seconds) values ('${ann.tenantId}', 1, now(), 'read', 1, 1, 0);
  insert into reading_erasures (reader_id, tenant_id) values (99, '${ann.tenantId}');
  insert into statistics_switch (is_off) values (false);
  insert into work_hours (kind, name, hour, buckets) values ('stage', 'tag', now(), '{1}');
  insert into feed_days (feed_id, day) values (1, current_date);
  insert into work_inbox (at, kind, name) values (now(), 'stage', 'tag');
  insert into people (reader_id, tenant_id, name, email, role) values (1, '${ann.tenantId}', 'Ann', 'ann@example.org', 'member');
  insert into projects (id, tenant_id, code, title, created_by) values ('${PROJECT}', '${ann.tenantId}', 'ONE', 'One', 1);
  insert into projects (id, tenant_id, code, title, visibility, created_by) values (uuidv7(), '${ann.tenantId}', 'TWO', 'Two', 'tenant', 1);
  insert into project_members (project_id, reader_id, role) select id, 1, 'lead' from projects where code = 'TWO';
  insert into project_members (project_id, reader_id, role) values ('${PROJECT}', 1, 'lead');
  insert into project_sections (project_id, title, position) values ('${PROJECT}', 'S', 1);
  insert into project_articles (id, project_id, article_id, position, title, origin, pinned_by) select '${PROJECT}', '${PROJECT}', id, 1, 'A', 'person', 1 from held;
  insert into project_dismissals (project_id, article_id) select '${PROJECT}', id from held;
  insert into project_highlights (project_id, pin_id, quote, created_by) values ('${PROJECT}', '${PROJECT}', 'q', 1);
  insert into project_notes (id, project_id, body, created_by) values ('${PROJECT}', '${PROJECT}', 'n', 1);
  insert into project_mentions (note_id, reader_id, project_id) values ('${PROJECT}', 1, '${PROJECT}');
  insert into project_decisions (project_id, number, title, created_by) values ('${PROJECT}', 1, 'D', 1);
  insert into project_activity (project_id, actor_id, kind) values ('${PROJECT}', 1, 'made');
  insert into project_jobs (id, tenant_id, project_id, reader_id, role, kind) values ('${PROJECT}', '${ann.tenantId}', '${PROJECT}', 1, 'member', 'export');
  insert into project_files (job_id, part, name, media_type, bytes) values ('${PROJECT}', 'output', 'f', 'text/plain', '\\x00');
  insert into project_briefs (project_id, number, engine, parts, article_count, sentence_count, created_by) values ('${PROJECT}', 1, 'extractive', '[]', 1, 0, 1);
  insert into project_publications (project_id, kind, slug, opened_by) values ('${PROJECT}', 'public', 'one', 1);
  insert into project_rules (project_id, name, query, owner_id) values ('${PROJECT}', 'r', 'x', 1);
  insert into project_sources (project_id, kind, query, name, added_by) values ('${PROJECT}', 'search', 'x', 'x', 1);
  insert into inoreader_connections (reader_id, account) values (1, 'default');
  insert into inoreader_budgets (connection_id, zone, day_ends_at, allowed) values (1, 1, now(), 100);
  insert into inoreader_subscriptions (connection_id, stream, feed_id) values (1, 'feed/https://a.example', 1);
  insert into inoreader_items (connection_id, item, stamp, remote_read) values (1, '0000000000000001', 1, false);
  insert into inoreader_seen (connection_id, item) values (1, '0000000000000001');
  set session_replication_role = default;
`;

const MORE_AUTH = `
  insert into job_runs (service, job, every_seconds, last_run_at) values ('x', 'y', 60, now()) on conflict do nothing;
  insert into accounts (id, email, name) values ('${people.cleo.userId}', 'cleo@example.org', 'Cleo'), ('${people.dora.userId}', 'dora@example.org', 'Dora');
  insert into tenants (id, name) values ('${people.dora.tenantId}', 'Dora');
  insert into memberships (tenant_id, account_id, role) values ('${ann.tenantId}', '${people.cleo.userId}', 'member'), ('${people.dora.tenantId}', '${people.dora.userId}', 'owner');
  insert into sessions (account_id, tenant_id, secret_hash, csrf_secret, expires_at) values ('${ann.userId}', '${ann.tenantId}', sha256('s'), sha256('c'), now() + interval '1 day');
  insert into access_keys (account_id, tenant_id, kind, scope, name, secret_hash) values ('${ann.userId}', '${ann.tenantId}', 'api-key', 'full', 'k', sha256('k'));
  insert into invitations (tenant_id, email, role, secret_hash, expires_at) values ('${ann.tenantId}', 'new@example.org', 'member', sha256('i'), now() + interval '1 day');
  insert into audit_log (account_id, tenant_id, action) values ('${ann.userId}', '${ann.tenantId}', 'signed-in');
  insert into guard_secrets (secret) values (sha256('g'));
  insert into known_origins (key) values ('o');
  insert into setup_codes (code) values ('AAAA-AAAA-AAAA');
  insert into passkeys (account_id, credential_id, public_key, counter, name) values ('${ann.userId}', '\\x01', '\\x01', 0, 'p');
  insert into totp_secrets (account_id, sealed_secret) values ('${ann.userId}', sha256('t'));
  insert into recovery_codes (account_id, position, code_hash) values ('${ann.userId}', 0, '$argon2id$x');
  insert into challenges (secret_hash, kind, account_id, expires_at) values (sha256('c'), 'second-factor', '${ann.userId}', now() + interval '1 day');
  insert into mail_tokens (token_hash, account_id, purpose, email, expires_at) values (sha256('m'), '${ann.userId}', 'recovery', 'ann@example.org', now() + interval '1 day');
  insert into outside_sessions (session_id, account_id, outside_id, sealed_credential) select id, account_id, id, decode(repeat('00', 40), 'hex') from sessions;
  insert into single_sign_ons (issuer, subject, account_id) values ('https://issuer.example', 's', '${ann.userId}');
  insert into used_codes (code_hash, account_id) values (sha256('u'), '${ann.userId}');
  insert into mails (sealed_content) values ('\\x00');
  insert into tenant_domains (tenant_id, domain, role, token) values ('${ann.tenantId}', 'a.example', 'member', repeat('t', 24));
  insert into tenant_jobs (id, kind, tenant_id, account_id, state) values ('${ann.tenantId}', 'export', '${ann.tenantId}', '${ann.userId}', 'done');
  insert into tenant_job_pieces (job_id, position, bytes) values ('${ann.tenantId}', 0, '\\x00');
  insert into tenant_archives (digest, tenant_id) values (sha256('a'), '${ann.tenantId}');
  insert into removed_tenants (tenant_id, plan, limit_overrides, suspension_reason) values ('${ann.tenantId}', 'unlimited', '{}', '');
  insert into archived_audit_lines (tenant_id, position, line) values ('${ann.tenantId}', 1, '{}');
`;

/** Which rows are Ann's, or concern her, where Dora and Cleo have rows of their own. */
const OF_ANN: Record<string, string> = {
  'alt.tenants': `id = '${ann.tenantId}'`,
  'alt.folders': 'owner_id = 1',
  'alt.labels': 'owner_id = 1',
  'alt.rules': 'owner_id = 1',
  'alt.saved_searches': 'owner_id = 1',
  'alt.projects': "visibility = 'members'",
  'alt.project_members': `project_id = '${PROJECT}'`,
  'alt.readers': `user_id = '${ann.userId}'`,
  'auth.accounts': `id = '${ann.userId}'`,
  'auth.tenants': `id = '${ann.tenantId}'`,
  'auth.memberships': `account_id = '${ann.userId}'`,
};

export const tables = statement<{ name: string }>(
  'matrix_tables',
  `select relname::text as name from pg_class
   where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition order by 1`,
);

export async function fillMatrixDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase({ databases: ['alt', 'auth'] });
  const admin = { alt: database.superuser('alt'), auth: database.superuser('auth') };
  await fillInstance(admin);
  await admin.alt.script(MORE_ALT);
  await admin.auth.script(MORE_AUTH);
  return database;
}

export function rolesOf(database: OwnDatabase): string[] {
  return servicesOf(database).map(serviceRole).toSorted();
}

const privileges = statement<{ letters: string }>(
  'matrix_privileges',
  `select concat(
     case when has_any_column_privilege($1, $2, 'select') then 'r' end,
     case when has_any_column_privilege($1, $2, 'insert') then 'a' end,
     case when has_any_column_privilege($1, $2, 'update') then 'w' end,
     case when has_table_privilege($1, $2, 'delete') then 'd' end,
     case when has_table_privilege($1, $2, 'truncate') then 'T' end) as letters`,
);

const columns = statement<{ readable: string | null; writable: string | null }>(
  'matrix_columns',
  `select min(attname) filter (where has_column_privilege($1, attrelid, attnum, 'select')) as readable,
     min(attname) filter (where has_column_privilege($1, attrelid, attnum, 'update')
       and has_column_privilege($1, attrelid, attnum, 'select') and attgenerated = '' and attidentity = '') as writable
   from pg_attribute where attrelid = $2::regclass and attnum > 0 and not attisdropped`,
);

/**
 * What a role may do with a table, and what it meets there: its privileges (read, append, write, delete, truncate), then for
 * Ann, Cleo, Dora and nobody whether rows of Ann's are seen (`+`), none (`.`), or an error (`!`); then, where it may write,
 * whether an update reaches them. `alt_backend: rawd +..! +..!`. Empty where it may do nothing.
 */
export async function observe(
  admin: Database,
  role: Database,
  roleName: string,
  database: OwnDatabase,
  table: string,
  where?: string,
) {
  const letters = (await admin.one(privileges, [roleName, table]))?.letters ?? '';
  const { readable, writable } = (await admin.one(columns, [roleName, table])) ?? { readable: null, writable: null };
  if (letters === '') return '';
  const of = where ?? OF_ANN[`${database}.${table}`] ?? 'true';
  const looks = readable
    ? await asEverybody(role, (tx) => tx.all(named(`select ${readable} from ${table} where ${of} limit 1`)))
    : '';
  const changes = writable
    ? await asEverybody(role, (tx) =>
        tx.all(named(`update ${table} set ${writable} = ${writable} where ${of} returning 1`)),
      )
    : '';
  return [letters, looks, changes].filter((part) => part !== '').join(' ');
}

const UNDO = new Error('undo');

async function asEverybody(role: Database, look: (tx: Queryable) => Promise<unknown[]>): Promise<string> {
  const attempts = [people.ann, people.cleo, people.dora, null].map(async (reader) => {
    let seen = '!';
    const work = async (tx: Queryable): Promise<void> => {
      seen = (await look(tx)).length > 0 ? '+' : '.';
      throw UNDO;
    };
    await (reader ? role.asReader(reader, work) : role.transaction(work)).catch((error: unknown) => {
      if (error !== UNDO && !/alt\.(user|tenant)_id|invalid input syntax/.test(String(error))) throw error;
    });
    return seen;
  });
  return (await Promise.all(attempts)).join('');
}

function named(text: string) {
  return statement(`matrix_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`, text);
}

-- Derived from the migrations by tools/schema.ts; do not edit.

-- types

create domain tenant_role as text CHECK ((VALUE = ANY (ARRAY['owner'::text, 'admin'::text, 'member'::text, 'reader'::text])));

-- sequences

create sequence article_ids as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1;

-- tables

create table article_contents (
  article_id bigint not null,
  content_html text not null,
  text text not null,
  enclosures jsonb not null default '[]'::jsonb,
  categories text[] not null default '{}'::text[],
  full_html text,
  full_state text not null default 'none'::text,
  full_reason text,
  full_fetched_at timestamp(3) with time zone,
  details jsonb,
  full_code text,
  full_text text,
  full_details jsonb,
  text_hash bytea,
  constraint article_contents_article_id_fkey FOREIGN KEY (article_id) REFERENCES articles(id) ON DELETE CASCADE,
  constraint article_contents_full_state_check CHECK ((full_state = ANY (ARRAY['none'::text, 'pending'::text, 'ready'::text, 'failed'::text]))),
  constraint article_contents_pkey PRIMARY KEY (article_id)
);
create table article_keyphrases (
  article_id bigint not null,
  phrase text not null,
  normalised text not null,
  score real not null,
  constraint article_keyphrases_article_id_fkey FOREIGN KEY (article_id) REFERENCES articles(id) ON DELETE CASCADE,
  constraint article_keyphrases_pkey PRIMARY KEY (article_id, normalised)
);
create table article_keys (
  key bigint not null,
  article_id bigint not null,
  constraint article_keys_pkey PRIMARY KEY (key, article_id)
);
create table article_labels (
  label_id integer not null,
  article_id bigint not null,
  added_by integer,
  created_at timestamp(3) with time zone not null default now(),
  constraint article_labels_added_by_fkey FOREIGN KEY (added_by) REFERENCES readers(id) ON DELETE SET NULL,
  constraint article_labels_article_id_fkey FOREIGN KEY (article_id) REFERENCES articles(id) ON DELETE CASCADE,
  constraint article_labels_label_id_fkey FOREIGN KEY (label_id) REFERENCES labels(id) ON DELETE CASCADE,
  constraint article_labels_pkey PRIMARY KEY (label_id, article_id)
);
create table article_stages (
  article_id bigint not null,
  stage text not null,
  content_hash bytea not null,
  state text not null default 'waiting'::text,
  priority smallint not null default 0,
  claimed_by text,
  claimed_until timestamp(3) with time zone,
  attempts integer not null default 0,
  next_attempt_at timestamp(3) with time zone not null default now(),
  error text,
  trace text default NULLIF(current_setting('alt.trace'::text, true), ''::text),
  constraint article_stages_article_id_fkey FOREIGN KEY (article_id) REFERENCES articles(id) ON DELETE CASCADE,
  constraint article_stages_pkey PRIMARY KEY (article_id, stage),
  constraint article_stages_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'claimed'::text, 'done'::text, 'parked'::text])))
) with (fillfactor=70);
create table article_summaries (
  article_id bigint not null,
  tenant_id uuid,
  language text not null,
  engine text not null,
  content_hash bytea not null,
  summary text not null,
  sentences jsonb not null default '[]'::jsonb,
  score real,
  created_at timestamp(3) with time zone not null default now(),
  note text,
  constraint article_summaries_article_id_fkey FOREIGN KEY (article_id) REFERENCES articles(id) ON DELETE CASCADE,
  constraint article_summaries_key UNIQUE NULLS NOT DISTINCT (article_id, tenant_id, language, engine),
  constraint article_summaries_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table article_tags (
  tenant_id uuid not null,
  tag_id integer not null,
  article_id bigint not null,
  sort_at timestamp(3) with time zone not null,
  score real not null,
  constraint article_tags_article_id_fkey FOREIGN KEY (article_id) REFERENCES articles(id) ON DELETE CASCADE,
  constraint article_tags_pkey PRIMARY KEY (article_id, tenant_id, tag_id),
  constraint article_tags_tag_id_fkey FOREIGN KEY (tag_id) REFERENCES tags(id) ON DELETE CASCADE,
  constraint article_tags_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table article_touches (
  id bigint not null generated always as identity,
  tenant_id uuid,
  article_ids bigint[] not null,
  after_reader_id integer not null default 0,
  constraint article_touches_pkey PRIMARY KEY (id)
);
create table article_variants (
  article_id bigint not null,
  tenant_id uuid not null,
  html text not null,
  text text not null,
  constraint article_variants_article_id_fkey FOREIGN KEY (article_id) REFERENCES articles(id) ON DELETE CASCADE,
  constraint article_variants_pkey PRIMARY KEY (article_id, tenant_id),
  constraint article_variants_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table articles (
  id bigint not null,
  feed_id integer not null,
  identity bytea not null,
  url text,
  title text not null,
  author text,
  excerpt text not null,
  image_url text,
  comments_url text,
  language text,
  published_at timestamp(3) with time zone,
  updated_at timestamp(3) with time zone,
  received_at timestamp(3) with time zone not null,
  sort_at timestamp(3) with time zone not null,
  content_hash bytea not null,
  comment_count integer,
  constraint articles_feed_id_fkey FOREIGN KEY (feed_id) REFERENCES feeds(id),
  constraint articles_identity_key UNIQUE (feed_id, identity),
  constraint articles_pkey PRIMARY KEY (id)
);
create table auth_position (
  is_only_row boolean not null default true,
  "position" bigint not null,
  updated_at timestamp(3) with time zone not null default now(),
  constraint auth_position_is_only_row_check CHECK (is_only_row),
  constraint auth_position_pkey PRIMARY KEY (is_only_row)
);
create table cluster_members (
  article_id bigint not null,
  cluster_id bigint not null,
  reason text not null,
  joined_at timestamp(3) with time zone not null default now(),
  constraint cluster_members_article_id_fkey FOREIGN KEY (article_id) REFERENCES articles(id) ON DELETE CASCADE,
  constraint cluster_members_cluster_id_fkey FOREIGN KEY (cluster_id) REFERENCES clusters(id) ON DELETE CASCADE,
  constraint cluster_members_pkey PRIMARY KEY (article_id)
);
create table clusters (
  id bigint not null generated always as identity,
  first_at timestamp(3) with time zone not null,
  created_at timestamp(3) with time zone not null default now(),
  constraint clusters_pkey PRIMARY KEY (id)
);
create table counters (
  reader_id integer not null,
  feed_id integer not null,
  unread integer not null default 0,
  read_through bigint not null default 0,
  read_before timestamp(3) with time zone not null default '-infinity'::timestamp with time zone,
  is_settled boolean not null default true,
  constraint counters_feed_id_fkey FOREIGN KEY (feed_id) REFERENCES feeds(id) ON DELETE CASCADE,
  constraint counters_pkey PRIMARY KEY (reader_id, feed_id),
  constraint counters_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE
) with (fillfactor=50);
create table deliveries (
  id bigint not null generated always as identity,
  feed_id integer not null,
  article_ids bigint[] not null,
  after_reader_id integer not null,
  constraint deliveries_feed_id_fkey FOREIGN KEY (feed_id) REFERENCES feeds(id) ON DELETE CASCADE,
  constraint deliveries_pkey PRIMARY KEY (id)
);
create table entries (
  article_id bigint not null,
  reader_id integer not null,
  feed_id integer not null,
  sort_at timestamp(3) with time zone not null,
  received_at timestamp(3) with time zone not null,
  revision bigint not null,
  arrival_revision bigint not null,
  folded_into bigint,
  hidden_reason text,
  is_read boolean not null default false,
  is_starred boolean not null default false,
  is_listed boolean not null generated always as (((hidden_reason IS NULL) AND (folded_into IS NULL))) stored,
  read_at timestamp(3) with time zone,
  constraint entries_article_id_fkey FOREIGN KEY (article_id) REFERENCES articles(id),
  constraint entries_pkey PRIMARY KEY (article_id, reader_id),
  constraint entries_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE
) with (autovacuum_vacuum_scale_factor=0.02, autovacuum_vacuum_insert_scale_factor=0.05, autovacuum_analyze_scale_factor=0.05);
create table entry_labels (
  reader_id integer not null,
  label_id integer not null,
  article_id bigint not null,
  sort_at timestamp(3) with time zone not null,
  constraint entry_labels_article_id_fkey FOREIGN KEY (article_id) REFERENCES articles(id),
  constraint entry_labels_label_id_fkey FOREIGN KEY (label_id) REFERENCES labels(id) ON DELETE CASCADE,
  constraint entry_labels_pkey PRIMARY KEY (article_id, reader_id, label_id),
  constraint entry_labels_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE
);
create table entry_splits (
  reader_id integer not null,
  article_id bigint not null,
  created_at timestamp(3) with time zone not null default now(),
  constraint entry_splits_article_id_fkey FOREIGN KEY (article_id) REFERENCES articles(id) ON DELETE CASCADE,
  constraint entry_splits_pkey PRIMARY KEY (reader_id, article_id),
  constraint entry_splits_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE
);
create table external_token_leases (
  name text not null,
  version bigint not null,
  record jsonb not null,
  constraint external_token_leases_name_check CHECK (((length(name) >= 1) AND (length(name) <= 128))),
  constraint external_token_leases_pkey PRIMARY KEY (name),
  constraint external_token_leases_version_check CHECK ((version > 0))
);
create table external_tokens (
  provider text not null,
  account text not null,
  version bigint not null,
  generation bigint not null,
  access bytea,
  vault bytea not null,
  updated_at timestamp with time zone not null default now(),
  constraint external_tokens_account_check CHECK ((account ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text)),
  constraint external_tokens_generation_check CHECK ((generation >= 0)),
  constraint external_tokens_pkey PRIMARY KEY (provider, account),
  constraint external_tokens_provider_check CHECK ((provider ~ '^[a-z][a-z0-9-]{0,31}$'::text)),
  constraint external_tokens_version_check CHECK ((version > 0))
);
create table feed_days (
  feed_id integer not null,
  day date not null,
  polls integer not null default 0,
  unchanged integer not null default 0,
  failed integer not null default 0,
  articles integer not null default 0,
  bytes bigint not null default 0,
  milliseconds bigint not null default 0,
  told bigint[],
  constraint feed_days_feed_id_fkey FOREIGN KEY (feed_id) REFERENCES feeds(id) ON DELETE CASCADE,
  constraint feed_days_pkey PRIMARY KEY (feed_id, day)
);
create table feed_documents (
  feed_id integer not null,
  article_ids bigint[] not null,
  constraint feed_documents_feed_id_fkey FOREIGN KEY (feed_id) REFERENCES feeds(id) ON DELETE CASCADE,
  constraint feed_documents_pkey PRIMARY KEY (feed_id)
);
create table feed_selectors (
  feed_id integer not null,
  tenant_id uuid not null,
  keep text[] not null default '{}'::text[],
  drop text[] not null default '{}'::text[],
  updated_at timestamp(3) with time zone not null default now(),
  constraint feed_selectors_feed_id_fkey FOREIGN KEY (feed_id) REFERENCES feeds(id) ON DELETE CASCADE,
  constraint feed_selectors_pkey PRIMARY KEY (feed_id, tenant_id),
  constraint feed_selectors_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table feeds (
  id integer not null generated always as identity,
  url text not null,
  tenant_id uuid,
  credential text,
  host text not null,
  site_url text,
  title text,
  description text,
  language text,
  image_url text,
  format text,
  created_at timestamp(3) with time zone not null default now(),
  subscriber_count integer not null default 0,
  wants_full_text boolean not null default false,
  etag text,
  last_modified text,
  body_hash bytea,
  next_poll_at timestamp(3) with time zone not null default now(),
  priority smallint not null default 0,
  claimed_by text,
  claimed_until timestamp(3) with time zone,
  post_gap_seconds real,
  newest_item_at timestamp(3) with time zone,
  minimum_interval_seconds integer not null default 0,
  state text not null default 'pending'::text,
  last_polled_at timestamp(3) with time zone,
  last_success_at timestamp(3) with time zone,
  last_changed_at timestamp(3) with time zone,
  last_status integer,
  error_code text,
  error_message text,
  error_count integer not null default 0,
  failing_since timestamp(3) with time zone,
  retry_after_at timestamp(3) with time zone,
  redirect_url text,
  redirect_count integer not null default 0,
  redirect_since timestamp(3) with time zone,
  repaired_from text,
  constraint feeds_format_check CHECK ((format = ANY (ARRAY['rss'::text, 'atom'::text, 'rdf'::text, 'json'::text]))),
  constraint feeds_pkey PRIMARY KEY (id),
  constraint feeds_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'ok'::text, 'failing'::text, 'gone'::text]))),
  constraint feeds_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE,
  constraint feeds_url_key UNIQUE NULLS NOT DISTINCT (url, tenant_id, credential)
) with (fillfactor=70);
create table folder_feeds (
  folder_id integer not null,
  feed_id integer not null,
  added_by integer,
  created_at timestamp(3) with time zone not null default now(),
  constraint folder_feeds_added_by_fkey FOREIGN KEY (added_by) REFERENCES readers(id) ON DELETE SET NULL,
  constraint folder_feeds_feed_id_fkey FOREIGN KEY (feed_id) REFERENCES feeds(id) ON DELETE CASCADE,
  constraint folder_feeds_folder_id_fkey FOREIGN KEY (folder_id) REFERENCES folders(id) ON DELETE CASCADE,
  constraint folder_feeds_pkey PRIMARY KEY (folder_id, feed_id)
);
create table folder_leavers (
  folder_id integer not null,
  reader_id integer not null,
  constraint folder_leavers_folder_id_fkey FOREIGN KEY (folder_id) REFERENCES folders(id) ON DELETE CASCADE,
  constraint folder_leavers_pkey PRIMARY KEY (folder_id, reader_id),
  constraint folder_leavers_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE
);
create table folders (
  id integer not null generated always as identity,
  tenant_id uuid not null,
  owner_id integer,
  parent_id integer,
  name text not null,
  created_at timestamp(3) with time zone not null default now(),
  created_by integer,
  constraint folders_created_by_fkey FOREIGN KEY (created_by) REFERENCES readers(id) ON DELETE SET NULL,
  constraint folders_name_key UNIQUE NULLS NOT DISTINCT (tenant_id, owner_id, parent_id, name),
  constraint folders_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES readers(id) ON DELETE CASCADE,
  constraint folders_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES folders(id) ON DELETE SET NULL,
  constraint folders_pkey PRIMARY KEY (id),
  constraint folders_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table foldings (
  cluster_id bigint not null,
  after_reader_id integer not null default 0,
  constraint foldings_cluster_id_fkey FOREIGN KEY (cluster_id) REFERENCES clusters(id) ON DELETE CASCADE,
  constraint foldings_pkey PRIMARY KEY (cluster_id)
);
create table highlights (
  id uuid not null default uuidv7(),
  reader_id integer not null,
  article_id bigint not null,
  quote text not null,
  prefix text not null default ''::text,
  suffix text not null default ''::text,
  color text not null default 'yellow'::text,
  is_shared boolean not null default false,
  created_at timestamp(3) with time zone not null default now(),
  constraint highlights_article_id_fkey FOREIGN KEY (article_id) REFERENCES articles(id),
  constraint highlights_color CHECK ((color = ANY (ARRAY['yellow'::text, 'green'::text, 'blue'::text, 'pink'::text]))),
  constraint highlights_pkey PRIMARY KEY (id),
  constraint highlights_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE
);
create table hosts (
  host text not null,
  next_request_at timestamp(3) with time zone not null default '-infinity'::timestamp with time zone,
  penalty_until timestamp(3) with time zone,
  penalty_code text,
  penalty_count integer not null default 0,
  robots_text text,
  robots_fetched_at timestamp(3) with time zone,
  constraint hosts_pkey PRIMARY KEY (host)
) with (fillfactor=70);
create table import_ids (
  tenant_id uuid not null,
  kind text not null,
  old_id text not null,
  new_id text not null,
  constraint import_ids_pkey PRIMARY KEY (tenant_id, kind, old_id),
  constraint import_ids_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table inbound_items (
  id bigint not null generated always as identity,
  tenant_id uuid not null,
  reader_id integer not null,
  feed_id integer not null,
  source text not null,
  item_id text not null,
  guid text,
  url text,
  title text,
  author text,
  published_at timestamp(3) with time zone,
  content_html text,
  enclosures jsonb not null default '[]'::jsonb,
  is_read boolean not null default false,
  is_starred boolean not null default false,
  labels text[] not null default '{}'::text[],
  seen_revision bigint not null,
  state text not null default 'waiting'::text,
  article_id bigint,
  reason text,
  attempts integer not null default 0,
  next_attempt_at timestamp(3) with time zone not null default now(),
  claimed_by text,
  claimed_until timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null default now(),
  finished_at timestamp(3) with time zone,
  constraint inbound_items_content_html_check CHECK ((length(content_html) <= 2000000)),
  constraint inbound_items_feed_id_fkey FOREIGN KEY (feed_id) REFERENCES feeds(id) ON DELETE CASCADE,
  constraint inbound_items_item_id_check CHECK (((length(item_id) >= 1) AND (length(item_id) <= 500))),
  constraint inbound_items_pkey PRIMARY KEY (id),
  constraint inbound_items_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE,
  constraint inbound_items_source_check CHECK (((length(source) >= 1) AND (length(source) <= 100))),
  constraint inbound_items_source_key UNIQUE (reader_id, source, item_id),
  constraint inbound_items_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'done'::text, 'skipped'::text, 'failed'::text]))),
  constraint inbound_items_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
) with (fillfactor=70);
create table inbound_keys (
  key bytea not null,
  article_id bigint not null,
  tenant_id uuid not null,
  is_text boolean not null,
  constraint inbound_keys_article_id_fkey FOREIGN KEY (article_id) REFERENCES articles(id) ON DELETE CASCADE,
  constraint inbound_keys_pkey PRIMARY KEY (key, article_id),
  constraint inbound_keys_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table inoreader_budgets (
  connection_id integer not null,
  zone smallint not null,
  day_ends_at timestamp(3) with time zone not null,
  allowed integer not null,
  used integer not null default 0,
  blocked_until timestamp(3) with time zone,
  constraint inoreader_budgets_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES inoreader_connections(id) ON DELETE CASCADE,
  constraint inoreader_budgets_pkey PRIMARY KEY (connection_id, zone),
  constraint inoreader_budgets_zone_check CHECK ((zone = ANY (ARRAY[1, 2])))
);
create table inoreader_connections (
  id integer not null generated always as identity,
  reader_id integer not null,
  account text not null,
  created_at timestamp(3) with time zone not null default now(),
  state text not null default 'new'::text,
  problem_code text,
  problem_message text,
  next_run_at timestamp(3) with time zone not null default '-infinity'::timestamp with time zone,
  failures integer not null default 0,
  last_success_at timestamp(3) with time zone,
  wanted_at timestamp(3) with time zone,
  confirmed_at timestamp(3) with time zone,
  lease_owner text,
  lease_until timestamp(3) with time zone,
  step bigint not null default 0,
  seen_revision bigint not null default 0,
  progress jsonb not null default '{}'::jsonb,
  constraint inoreader_connections_account_check CHECK ((account ~ '^[A-Za-z0-9._@-]{1,100}$'::text)),
  constraint inoreader_connections_account_key UNIQUE (account),
  constraint inoreader_connections_pkey PRIMARY KEY (id),
  constraint inoreader_connections_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE,
  constraint inoreader_connections_reader_key UNIQUE (reader_id),
  constraint inoreader_connections_state_check CHECK ((state = ANY (ARRAY['new'::text, 'ok'::text, 'waiting'::text, 'unauthorised'::text, 'failing'::text])))
);
create table inoreader_items (
  connection_id integer not null,
  item text not null,
  stream text,
  stamp bigint not null,
  content text not null default 'wanted'::text,
  article_id bigint,
  is_agreed boolean not null default false,
  agreed_read boolean not null default false,
  agreed_starred boolean not null default false,
  agreed_labels text[] not null default '{}'::text[],
  remote_read boolean not null,
  remote_starred boolean not null default false,
  remote_labels text[] not null default '{}'::text[],
  wrote_step bigint not null default 0,
  inbox_step bigint not null default 0,
  is_dirty boolean not null default false,
  needs_write boolean not null default false,
  priority smallint not null generated always as (
CASE
    WHEN (remote_starred OR (remote_labels <> '{}'::text[])) THEN 0
    WHEN (NOT remote_read) THEN 1
    ELSE 2
END) stored,
  constraint inoreader_items_article_id_fkey FOREIGN KEY (article_id) REFERENCES articles(id) ON DELETE SET NULL,
  constraint inoreader_items_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES inoreader_connections(id) ON DELETE CASCADE,
  constraint inoreader_items_content_check CHECK ((content = ANY (ARRAY['wanted'::text, 'inbox'::text, 'here'::text, 'gone'::text]))),
  constraint inoreader_items_item_check CHECK ((item ~ '^[0-9a-f]{16}$'::text)),
  constraint inoreader_items_pkey PRIMARY KEY (connection_id, item)
) with (fillfactor=80);
create table inoreader_seen (
  connection_id integer not null,
  item text not null,
  constraint inoreader_seen_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES inoreader_connections(id) ON DELETE CASCADE,
  constraint inoreader_seen_pkey PRIMARY KEY (connection_id, item)
);
create table inoreader_subscriptions (
  connection_id integer not null,
  stream text not null,
  feed_id integer,
  is_agreed boolean not null default false,
  agreed_local_title text,
  agreed_remote_title text,
  agreed_folders text[] not null default '{}'::text[],
  is_remote boolean not null default false,
  remote_title text,
  remote_folders text[] not null default '{}'::text[],
  is_apart boolean not null default false,
  constraint inoreader_subscriptions_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES inoreader_connections(id) ON DELETE CASCADE,
  constraint inoreader_subscriptions_feed_id_fkey FOREIGN KEY (feed_id) REFERENCES feeds(id) ON DELETE SET NULL,
  constraint inoreader_subscriptions_pkey PRIMARY KEY (connection_id, stream)
);
create table job_runs (
  service text not null,
  job text not null,
  every_seconds integer not null,
  last_run_at timestamp(3) with time zone not null,
  last_success_at timestamp(3) with time zone,
  error text,
  constraint job_runs_error_check CHECK ((length(error) <= 500)),
  constraint job_runs_every_seconds_check CHECK ((every_seconds > 0)),
  constraint job_runs_job_check CHECK ((length(job) <= 60)),
  constraint job_runs_pkey PRIMARY KEY (service, job)
);
create table labels (
  id integer not null generated always as identity,
  tenant_id uuid not null,
  owner_id integer,
  name text not null,
  created_at timestamp(3) with time zone not null default now(),
  created_by integer,
  constraint labels_created_by_fkey FOREIGN KEY (created_by) REFERENCES readers(id) ON DELETE SET NULL,
  constraint labels_name_key UNIQUE NULLS NOT DISTINCT (tenant_id, owner_id, name),
  constraint labels_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES readers(id) ON DELETE CASCADE,
  constraint labels_pkey PRIMARY KEY (id),
  constraint labels_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table llm_usage (
  tenant_id uuid not null,
  month date not null,
  requests integer not null,
  constraint llm_usage_pkey PRIMARY KEY (tenant_id, month),
  constraint llm_usage_requests_check CHECK ((requests >= 0)),
  constraint llm_usage_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table notes (
  id uuid not null default uuidv7(),
  reader_id integer not null,
  article_id bigint not null,
  highlight_id uuid,
  body text not null,
  is_shared boolean not null default false,
  created_at timestamp(3) with time zone not null default now(),
  updated_at timestamp(3) with time zone not null default now(),
  constraint notes_article_id_fkey FOREIGN KEY (article_id) REFERENCES articles(id),
  constraint notes_highlight_id_fkey FOREIGN KEY (highlight_id) REFERENCES highlights(id) ON DELETE CASCADE,
  constraint notes_pkey PRIMARY KEY (id),
  constraint notes_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE
);
create table people (
  reader_id integer not null,
  tenant_id uuid not null,
  name text not null,
  email text not null,
  role tenant_role not null,
  seen_at timestamp(3) with time zone not null default now(),
  constraint people_pkey PRIMARY KEY (reader_id),
  constraint people_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE,
  constraint people_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table project_activity (
  id bigint not null generated always as identity,
  project_id uuid not null,
  actor_id integer,
  kind text not null,
  subject jsonb not null default '{}'::jsonb,
  at timestamp(3) with time zone not null default now(),
  constraint project_activity_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES readers(id) ON DELETE SET NULL,
  constraint project_activity_pkey PRIMARY KEY (id),
  constraint project_activity_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE
);
create table project_articles (
  id uuid not null default uuidv7(),
  project_id uuid not null,
  article_id bigint,
  section_id uuid,
  "position" bigint not null,
  url text,
  title text not null,
  feed_title text not null default ''::text,
  feed_url text,
  identity bytea,
  published_at timestamp(3) with time zone,
  origin text not null,
  pinned_by integer,
  pinned_at timestamp(3) with time zone not null default now(),
  constraint project_articles_article_id_fkey FOREIGN KEY (article_id) REFERENCES articles(id) ON DELETE SET NULL,
  constraint project_articles_key UNIQUE (project_id, article_id),
  constraint project_articles_origin_check CHECK ((origin = ANY (ARRAY['person'::text, 'rule'::text, 'import'::text]))),
  constraint project_articles_pinned_by_fkey FOREIGN KEY (pinned_by) REFERENCES readers(id) ON DELETE SET NULL,
  constraint project_articles_pkey PRIMARY KEY (id),
  constraint project_articles_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE,
  constraint project_articles_section_id_fkey FOREIGN KEY (section_id) REFERENCES project_sections(id) ON DELETE SET NULL
);
create table project_briefs (
  id uuid not null default uuidv7(),
  project_id uuid not null,
  number integer not null,
  engine text not null,
  parts jsonb not null,
  article_count integer not null,
  sentence_count integer not null,
  created_by integer,
  created_at timestamp(3) with time zone not null default now(),
  constraint project_briefs_created_by_fkey FOREIGN KEY (created_by) REFERENCES readers(id) ON DELETE SET NULL,
  constraint project_briefs_number_key UNIQUE (project_id, number),
  constraint project_briefs_pkey PRIMARY KEY (id),
  constraint project_briefs_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE
);
create table project_decisions (
  id uuid not null default uuidv7(),
  project_id uuid not null,
  number integer not null,
  title text not null,
  context text not null default ''::text,
  decision text not null default ''::text,
  consequences text not null default ''::text,
  alternatives jsonb not null default '[]'::jsonb,
  status text not null default 'proposed'::text,
  superseded_by uuid,
  version integer not null default 1,
  created_by integer,
  created_at timestamp(3) with time zone not null default now(),
  updated_at timestamp(3) with time zone not null default now(),
  constraint project_decisions_created_by_fkey FOREIGN KEY (created_by) REFERENCES readers(id) ON DELETE SET NULL,
  constraint project_decisions_number_key UNIQUE (project_id, number),
  constraint project_decisions_pkey PRIMARY KEY (id),
  constraint project_decisions_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE,
  constraint project_decisions_status_check CHECK ((status = ANY (ARRAY['proposed'::text, 'accepted'::text, 'superseded'::text, 'rejected'::text]))),
  constraint project_decisions_superseded_by_fkey FOREIGN KEY (superseded_by) REFERENCES project_decisions(id) ON DELETE SET NULL
);
create table project_dismissals (
  project_id uuid not null,
  article_id bigint not null,
  constraint project_dismissals_article_id_fkey FOREIGN KEY (article_id) REFERENCES articles(id) ON DELETE CASCADE,
  constraint project_dismissals_pkey PRIMARY KEY (project_id, article_id),
  constraint project_dismissals_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE
);
create table project_files (
  job_id uuid not null,
  part text not null,
  name text not null,
  media_type text not null,
  bytes bytea not null,
  expires_at timestamp(3) with time zone not null default (now() + '1 day'::interval),
  constraint project_files_bytes_check CHECK ((length(bytes) <= 52428800)),
  constraint project_files_job_id_fkey FOREIGN KEY (job_id) REFERENCES project_jobs(id) ON DELETE CASCADE,
  constraint project_files_part_check CHECK ((part = ANY (ARRAY['input'::text, 'output'::text]))),
  constraint project_files_pkey PRIMARY KEY (job_id, part)
);
create table project_highlights (
  id uuid not null default uuidv7(),
  project_id uuid not null,
  pin_id uuid not null,
  quote text not null,
  prefix text not null default ''::text,
  suffix text not null default ''::text,
  created_by integer,
  created_at timestamp(3) with time zone not null default now(),
  constraint project_highlights_created_by_fkey FOREIGN KEY (created_by) REFERENCES readers(id) ON DELETE SET NULL,
  constraint project_highlights_pin_id_fkey FOREIGN KEY (pin_id) REFERENCES project_articles(id) ON DELETE CASCADE,
  constraint project_highlights_pkey PRIMARY KEY (id),
  constraint project_highlights_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE
);
create table project_jobs (
  id uuid not null default uuidv7(),
  tenant_id uuid not null,
  project_id uuid,
  reader_id integer not null,
  role tenant_role not null,
  kind text not null,
  input jsonb not null default '{}'::jsonb,
  state text not null default 'waiting'::text,
  done integer not null default 0,
  total integer not null default 0,
  kept jsonb not null default '{}'::jsonb,
  result jsonb,
  error_code text,
  error text,
  attempts integer not null default 0,
  next_attempt_at timestamp(3) with time zone not null default now(),
  claimed_by text,
  claimed_until timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null default now(),
  finished_at timestamp(3) with time zone,
  constraint project_jobs_kind_check CHECK ((kind = ANY (ARRAY['brief'::text, 'export'::text, 'import'::text]))),
  constraint project_jobs_pkey PRIMARY KEY (id),
  constraint project_jobs_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE,
  constraint project_jobs_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE,
  constraint project_jobs_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'failed'::text]))),
  constraint project_jobs_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
) with (fillfactor=70);
create table project_members (
  project_id uuid not null,
  reader_id integer not null,
  role text not null,
  added_at timestamp(3) with time zone not null default now(),
  constraint project_members_pkey PRIMARY KEY (project_id, reader_id),
  constraint project_members_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE,
  constraint project_members_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE,
  constraint project_members_role_check CHECK ((role = ANY (ARRAY['lead'::text, 'editor'::text, 'viewer'::text])))
);
create table project_mentions (
  note_id uuid not null,
  reader_id integer not null,
  project_id uuid not null,
  created_at timestamp(3) with time zone not null default now(),
  read_at timestamp(3) with time zone,
  constraint project_mentions_note_id_fkey FOREIGN KEY (note_id) REFERENCES project_notes(id) ON DELETE CASCADE,
  constraint project_mentions_pkey PRIMARY KEY (note_id, reader_id),
  constraint project_mentions_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE,
  constraint project_mentions_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE
);
create table project_notes (
  id uuid not null default uuidv7(),
  project_id uuid not null,
  pin_id uuid,
  highlight_id uuid,
  body text not null,
  version integer not null default 1,
  created_by integer,
  created_at timestamp(3) with time zone not null default now(),
  updated_at timestamp(3) with time zone not null default now(),
  constraint project_notes_created_by_fkey FOREIGN KEY (created_by) REFERENCES readers(id) ON DELETE SET NULL,
  constraint project_notes_highlight_id_fkey FOREIGN KEY (highlight_id) REFERENCES project_highlights(id) ON DELETE SET NULL,
  constraint project_notes_pin_id_fkey FOREIGN KEY (pin_id) REFERENCES project_articles(id) ON DELETE SET NULL,
  constraint project_notes_pkey PRIMARY KEY (id),
  constraint project_notes_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE
);
create table project_publications (
  project_id uuid not null,
  kind text not null,
  secret_hash bytea,
  slug text,
  opened_by integer,
  opened_at timestamp(3) with time zone not null default now(),
  constraint project_publications_check CHECK ((((kind = 'private'::text) = (secret_hash IS NOT NULL)) AND ((kind = 'public'::text) = (slug IS NOT NULL)))),
  constraint project_publications_kind_check CHECK ((kind = ANY (ARRAY['private'::text, 'public'::text]))),
  constraint project_publications_opened_by_fkey FOREIGN KEY (opened_by) REFERENCES readers(id) ON DELETE SET NULL,
  constraint project_publications_pkey PRIMARY KEY (project_id),
  constraint project_publications_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE,
  constraint project_publications_secret_hash_key UNIQUE (secret_hash),
  constraint project_publications_slug_key UNIQUE (slug)
);
create table project_rules (
  id uuid not null default uuidv7(),
  project_id uuid not null,
  section_id uuid,
  name text not null,
  query text not null,
  is_enabled boolean not null default true,
  version integer not null default 1,
  owner_id integer not null,
  revision bigint,
  article_id bigint not null default 0,
  next_check_at timestamp(3) with time zone not null default now(),
  created_at timestamp(3) with time zone not null default now(),
  constraint project_rules_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES readers(id) ON DELETE CASCADE,
  constraint project_rules_pkey PRIMARY KEY (id),
  constraint project_rules_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE,
  constraint project_rules_section_id_fkey FOREIGN KEY (section_id) REFERENCES project_sections(id) ON DELETE SET NULL
) with (fillfactor=70);
create table project_sections (
  id uuid not null default uuidv7(),
  project_id uuid not null,
  title text not null,
  "position" integer not null,
  version integer not null default 1,
  created_at timestamp(3) with time zone not null default now(),
  constraint project_sections_pkey PRIMARY KEY (id),
  constraint project_sections_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE
);
create table project_sources (
  id uuid not null default uuidv7(),
  project_id uuid not null,
  kind text not null,
  feed_id integer,
  folder_id integer,
  query text,
  name text not null,
  added_by integer not null,
  created_at timestamp(3) with time zone not null default now(),
  constraint project_sources_added_by_fkey FOREIGN KEY (added_by) REFERENCES readers(id) ON DELETE CASCADE,
  constraint project_sources_check CHECK ((num_nonnulls(feed_id, folder_id, query) = 1)),
  constraint project_sources_feed_id_fkey FOREIGN KEY (feed_id) REFERENCES feeds(id) ON DELETE CASCADE,
  constraint project_sources_folder_id_fkey FOREIGN KEY (folder_id) REFERENCES folders(id) ON DELETE CASCADE,
  constraint project_sources_kind_check CHECK ((kind = ANY (ARRAY['feed'::text, 'folder'::text, 'search'::text]))),
  constraint project_sources_pkey PRIMARY KEY (id),
  constraint project_sources_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE
);
create table projects (
  id uuid not null,
  tenant_id uuid not null,
  code text not null,
  title text not null,
  description text not null default ''::text,
  visibility text not null default 'members'::text,
  status text not null default 'active'::text,
  version integer not null default 1,
  created_by integer,
  created_at timestamp(3) with time zone not null default now(),
  updated_at timestamp(3) with time zone not null default now(),
  deleted_at timestamp(3) with time zone,
  constraint projects_code_check CHECK ((code ~ '^[A-Z][A-Z0-9-]{1,15}$'::text)),
  constraint projects_code_key UNIQUE (tenant_id, code),
  constraint projects_created_by_fkey FOREIGN KEY (created_by) REFERENCES readers(id) ON DELETE SET NULL,
  constraint projects_pkey PRIMARY KEY (id),
  constraint projects_status_check CHECK ((status = ANY (ARRAY['active'::text, 'archived'::text]))),
  constraint projects_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE,
  constraint projects_visibility_check CHECK ((visibility = ANY (ARRAY['members'::text, 'tenant'::text])))
);
create table reader_imports (
  id uuid not null default uuidv7(),
  tenant_id uuid not null,
  reader_id integer not null,
  service text not null,
  address text not null,
  account text not null,
  secret bytea,
  state text not null default 'waiting'::text,
  phase text not null default 'connecting'::text,
  done integer not null default 0,
  total integer not null default 0,
  kept jsonb not null default '{}'::jsonb,
  result jsonb,
  error_code text,
  error text,
  revision bigint not null default 0,
  attempts integer not null default 0,
  next_attempt_at timestamp(3) with time zone not null default now(),
  claimed_by text,
  claimed_until timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null default now(),
  finished_at timestamp(3) with time zone,
  constraint reader_imports_account_check CHECK ((length(account) <= 320)),
  constraint reader_imports_address_check CHECK ((length(address) <= 2000)),
  constraint reader_imports_phase_check CHECK ((phase = ANY (ARRAY['connecting'::text, 'subscriptions'::text, 'listing'::text, 'fetching'::text, 'storing'::text, 'over'::text]))),
  constraint reader_imports_pkey PRIMARY KEY (id),
  constraint reader_imports_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE,
  constraint reader_imports_secret_check CHECK (((secret IS NULL) OR (state = ANY (ARRAY['waiting'::text, 'running'::text])))),
  constraint reader_imports_service_check CHECK (((length(service) >= 1) AND (length(service) <= 40))),
  constraint reader_imports_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'failed'::text]))),
  constraint reader_imports_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
) with (fillfactor=70);
create table readers (
  id integer not null generated always as identity,
  user_id uuid not null,
  tenant_id uuid not null,
  revision bigint not null default 0,
  structure_revision bigint not null default 0,
  reset_revision bigint not null default 0,
  starred_count integer not null default 0,
  settings jsonb not null default '{}'::jsonb,
  settings_version integer not null default 1,
  created_at timestamp(3) with time zone not null default now(),
  purge_after timestamp(3) with time zone,
  purged_at timestamp(3) with time zone,
  tags_revision bigint not null default 0,
  constraint readers_pkey PRIMARY KEY (id),
  constraint readers_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE,
  constraint readers_user_id_tenant_id_key UNIQUE (user_id, tenant_id)
) with (fillfactor=50);
create table reading_erasures (
  reader_id integer not null,
  tenant_id uuid not null,
  until timestamp(3) with time zone not null default now(),
  constraint reading_erasures_pkey PRIMARY KEY (reader_id)
);
create table reading_events_rest (
  id bigint not null,
  tenant_id uuid not null,
  reader_id integer not null,
  at timestamp(3) with time zone not null,
  kind text not null,
  feed_id integer,
  amount integer not null,
  seconds integer not null,
  detail jsonb,
  constraint reading_events_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE,
  constraint reading_events_rest_pkey PRIMARY KEY (id, at),
  constraint reading_events_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
) -- partition of reading_events DEFAULT;
create table reading_feed_days (
  reader_id integer not null,
  day date not null,
  feed_id integer not null,
  tenant_id uuid not null,
  opened integer not null,
  read integer not null,
  unread integer not null,
  starred integer not null,
  unstarred integer not null,
  summaries integer not null,
  shared integer not null,
  searches integer not null,
  cleared integer not null,
  spent_seconds integer not null,
  saved_seconds integer not null,
  constraint reading_feed_days_pkey PRIMARY KEY (reader_id, day, feed_id),
  constraint reading_feed_days_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE,
  constraint reading_feed_days_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table reading_feed_months (
  reader_id integer not null,
  month date not null,
  feed_id integer not null,
  tenant_id uuid not null,
  opened integer not null,
  read integer not null,
  unread integer not null,
  starred integer not null,
  unstarred integer not null,
  summaries integer not null,
  shared integer not null,
  searches integer not null,
  cleared integer not null,
  spent_seconds integer not null,
  saved_seconds integer not null,
  constraint reading_feed_months_pkey PRIMARY KEY (reader_id, month, feed_id),
  constraint reading_feed_months_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE,
  constraint reading_feed_months_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table reading_inbox (
  id bigint not null generated always as identity,
  tenant_id uuid not null,
  reader_id integer not null,
  at timestamp(3) with time zone not null,
  kind text not null,
  feed_id integer,
  amount integer not null,
  seconds integer not null,
  detail jsonb,
  constraint reading_inbox_amount_check CHECK ((amount >= 0)),
  constraint reading_inbox_kind_check CHECK ((kind = ANY (ARRAY['opened'::text, 'spent'::text, 'read'::text, 'unread'::text, 'starred'::text, 'unstarred'::text, 'summary'::text, 'shared'::text, 'searched'::text, 'cleared'::text]))),
  constraint reading_inbox_pkey PRIMARY KEY (id),
  constraint reading_inbox_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE,
  constraint reading_inbox_seconds_check CHECK ((seconds >= 0)),
  constraint reading_inbox_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table reading_slots (
  reader_id integer not null,
  slot integer not null,
  tenant_id uuid not null,
  opened integer not null,
  read integer not null,
  unread integer not null,
  starred integer not null,
  unstarred integer not null,
  summaries integer not null,
  shared integer not null,
  searches integer not null,
  cleared integer not null,
  spent_seconds integer not null,
  saved_seconds integer not null,
  constraint reading_slots_pkey PRIMARY KEY (reader_id, slot),
  constraint reading_slots_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE,
  constraint reading_slots_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table recap_askings (
  address_hash bytea not null,
  asked_count integer not null default 1,
  first_at timestamp(3) with time zone not null default now(),
  constraint recap_askings_pkey PRIMARY KEY (address_hash)
);
create table recap_outlets (
  reader_id integer not null,
  is_daily_mailed boolean not null default false,
  is_weekly_mailed boolean not null default false,
  mail_to text,
  mail_error text,
  feed_secret_hash bytea,
  feed_created_at timestamp(3) with time zone,
  next_check_at timestamp(3) with time zone not null default now(),
  daily_done date,
  weekly_done date,
  mail_token text,
  mail_confirmed_at timestamp(3) with time zone,
  confirmation_sent_at timestamp(3) with time zone,
  confirmation_count integer not null default 0,
  constraint recap_outlets_feed_secret_hash_key UNIQUE (feed_secret_hash),
  constraint recap_outlets_pkey PRIMARY KEY (reader_id),
  constraint recap_outlets_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE
) with (fillfactor=70);
create table recaps (
  id uuid not null default uuidv7(),
  reader_id integer not null,
  period text not null,
  local_date date not null,
  time_zone text not null,
  starts_at timestamp(3) with time zone not null,
  ends_at timestamp(3) with time zone not null,
  is_final boolean not null,
  article_count integer not null,
  story_count integer not null,
  engine text,
  content jsonb not null,
  built_at timestamp(3) with time zone not null default now(),
  mailed_at timestamp(3) with time zone,
  mail_attempts integer not null default 0,
  mail_claimed_until timestamp(3) with time zone,
  constraint recaps_key UNIQUE (reader_id, period, local_date),
  constraint recaps_period_check CHECK ((period = ANY (ARRAY['daily'::text, 'weekly'::text]))),
  constraint recaps_pkey PRIMARY KEY (id),
  constraint recaps_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE
);
create table rule_hits (
  reader_id integer not null,
  article_id bigint not null,
  rule_id integer not null,
  version integer not null default 1,
  acted_at timestamp(3) with time zone not null default now(),
  constraint rule_hits_article_id_fkey FOREIGN KEY (article_id) REFERENCES articles(id) ON DELETE CASCADE,
  constraint rule_hits_pkey PRIMARY KEY (article_id, reader_id, rule_id),
  constraint rule_hits_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE,
  constraint rule_hits_rule_id_fkey FOREIGN KEY (rule_id) REFERENCES rules(id) ON DELETE CASCADE
);
create table rule_switches (
  rule_id integer not null,
  reader_id integer not null,
  constraint rule_switches_pkey PRIMARY KEY (rule_id, reader_id),
  constraint rule_switches_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE,
  constraint rule_switches_rule_id_fkey FOREIGN KEY (rule_id) REFERENCES rules(id) ON DELETE CASCADE
);
create table rule_waits (
  id bigint not null generated always as identity,
  article_id bigint not null,
  tenant_id uuid,
  reader_id integer,
  after_reader_id integer not null default 0,
  constraint rule_waits_pkey PRIMARY KEY (id)
);
create table rules (
  id integer not null generated always as identity,
  tenant_id uuid not null,
  owner_id integer,
  name text not null,
  query text not null,
  actions jsonb not null,
  is_enabled boolean not null default true,
  needs_stage text,
  "position" integer not null default 0,
  created_at timestamp(3) with time zone not null default now(),
  created_by integer,
  active_since timestamp(3) with time zone not null default now(),
  version integer not null default 1,
  constraint rules_created_by_fkey FOREIGN KEY (created_by) REFERENCES readers(id) ON DELETE SET NULL,
  constraint rules_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES readers(id) ON DELETE CASCADE,
  constraint rules_pkey PRIMARY KEY (id),
  constraint rules_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table saved_searches (
  id integer not null generated always as identity,
  tenant_id uuid not null,
  owner_id integer,
  name text not null,
  query text not null,
  created_at timestamp(3) with time zone not null default now(),
  created_by integer,
  constraint saved_searches_created_by_fkey FOREIGN KEY (created_by) REFERENCES readers(id) ON DELETE SET NULL,
  constraint saved_searches_name_key UNIQUE NULLS NOT DISTINCT (tenant_id, owner_id, name),
  constraint saved_searches_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES readers(id) ON DELETE CASCADE,
  constraint saved_searches_pkey PRIMARY KEY (id),
  constraint saved_searches_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table search_engine (
  is_only_row boolean not null default true,
  engine text not null,
  taken_at timestamp(3) with time zone not null default now(),
  kept_at timestamp(3) with time zone not null default now(),
  constraint search_engine_engine_check CHECK ((engine = ANY (ARRAY['embedded'::text, 'meilisearch'::text]))),
  constraint search_engine_is_only_row_check CHECK (is_only_row),
  constraint search_engine_pkey PRIMARY KEY (is_only_row)
);
create table search_indexes (
  name text not null,
  engine text not null,
  created_at timestamp(3) with time zone not null default now(),
  filled_to bigint not null default 0,
  completed_at timestamp(3) with time zone,
  rebuild_requested_at timestamp(3) with time zone,
  left_at timestamp(3) with time zone,
  constraint search_indexes_engine_check CHECK ((engine = ANY (ARRAY['embedded'::text, 'meilisearch'::text]))),
  constraint search_indexes_pkey PRIMARY KEY (name)
);
create table search_removals (
  article_id bigint not null,
  removed_at timestamp(3) with time zone not null default now(),
  constraint search_removals_pkey PRIMARY KEY (article_id)
);
create table shares (
  id uuid not null default uuidv7(),
  reader_id integer not null,
  article_id bigint not null,
  secret_hash bytea not null,
  created_at timestamp(3) with time zone not null default now(),
  expires_at timestamp(3) with time zone,
  constraint shares_article_id_fkey FOREIGN KEY (article_id) REFERENCES articles(id),
  constraint shares_pkey PRIMARY KEY (id),
  constraint shares_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE,
  constraint shares_secret_hash_key UNIQUE (secret_hash)
);
create table statistics_switch (
  is_only_row boolean not null default true,
  is_off boolean not null,
  has_event_store boolean not null default false,
  constraint statistics_switch_is_only_row_check CHECK (is_only_row),
  constraint statistics_switch_pkey PRIMARY KEY (is_only_row)
);
create table subscription_folders (
  reader_id integer not null,
  subscription_id integer not null,
  folder_id integer not null,
  constraint subscription_folders_folder_id_fkey FOREIGN KEY (folder_id) REFERENCES folders(id) ON DELETE CASCADE,
  constraint subscription_folders_pkey PRIMARY KEY (subscription_id, folder_id),
  constraint subscription_folders_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE,
  constraint subscription_folders_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id) ON DELETE CASCADE
);
create table subscriptions (
  id integer not null generated always as identity,
  reader_id integer not null,
  feed_id integer not null,
  title text,
  wants_full_text boolean not null default false,
  created_at timestamp(3) with time zone not null default now(),
  wants_summary boolean not null default true,
  auto_full_text boolean not null default true,
  is_shared boolean not null default false,
  constraint subscriptions_feed_id_fkey FOREIGN KEY (feed_id) REFERENCES feeds(id),
  constraint subscriptions_feed_key UNIQUE (reader_id, feed_id),
  constraint subscriptions_pkey PRIMARY KEY (id),
  constraint subscriptions_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE
);
create table summary_requests (
  article_id bigint not null,
  reader_id integer not null,
  requested_at timestamp(3) with time zone not null default now(),
  constraint summary_requests_article_id_fkey FOREIGN KEY (article_id) REFERENCES articles(id) ON DELETE CASCADE,
  constraint summary_requests_pkey PRIMARY KEY (article_id, reader_id),
  constraint summary_requests_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE
);
create table tag_aliases (
  tenant_id uuid not null,
  normalised text not null,
  tag_id integer not null,
  constraint tag_aliases_pkey PRIMARY KEY (tenant_id, normalised),
  constraint tag_aliases_tag_id_fkey FOREIGN KEY (tag_id) REFERENCES tags(id) ON DELETE CASCADE,
  constraint tag_aliases_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table tag_distinctions (
  tenant_id uuid not null,
  tag_id integer not null,
  other_tag_id integer not null,
  constraint tag_distinctions_check CHECK ((tag_id < other_tag_id)),
  constraint tag_distinctions_other_tag_id_fkey FOREIGN KEY (other_tag_id) REFERENCES tags(id) ON DELETE CASCADE,
  constraint tag_distinctions_pkey PRIMARY KEY (tag_id, other_tag_id),
  constraint tag_distinctions_tag_id_fkey FOREIGN KEY (tag_id) REFERENCES tags(id) ON DELETE CASCADE,
  constraint tag_distinctions_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table tag_requests (
  id bigint not null generated always as identity,
  tenant_id uuid not null,
  article_ids bigint[] not null,
  is_index_only boolean not null default false,
  next_attempt_at timestamp(3) with time zone not null default now(),
  error text,
  constraint tag_requests_pkey PRIMARY KEY (id),
  constraint tag_requests_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table tag_vetoes (
  reader_id integer not null,
  normalised text not null,
  created_at timestamp(3) with time zone not null default now(),
  name text,
  constraint tag_vetoes_pkey PRIMARY KEY (reader_id, normalised),
  constraint tag_vetoes_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES readers(id) ON DELETE CASCADE
);
create table tags (
  id integer not null generated always as identity,
  tenant_id uuid not null,
  name text not null,
  normalised text not null,
  is_hidden boolean not null default false,
  is_promoted boolean not null default false,
  created_at timestamp(3) with time zone not null default now(),
  is_edited boolean not null default false,
  constraint tags_pkey PRIMARY KEY (id),
  constraint tags_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE,
  constraint tags_tenant_id_normalised_key UNIQUE (tenant_id, normalised)
);
create table tenants (
  id uuid not null,
  limits jsonb not null default '{}'::jsonb,
  suspended_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null default now(),
  purge_after timestamp(3) with time zone,
  disabled_stages text[] not null default '{}'::text[],
  statistics_off boolean not null default false,
  statistics_days integer,
  constraint tenants_pkey PRIMARY KEY (id),
  constraint tenants_statistics_days_check CHECK (((statistics_days >= 1) AND (statistics_days <= 3660)))
);
create table term_counts (
  language text not null,
  term text not null,
  document_count integer not null,
  constraint term_counts_pkey PRIMARY KEY (language, term)
) with (fillfactor=80);
create table term_documents (
  language text not null,
  document_count bigint not null,
  constraint term_documents_pkey PRIMARY KEY (language)
);
create table tombstones (
  feed_id integer not null,
  identity bytea not null,
  removed_at timestamp(3) with time zone not null default now(),
  shown_at timestamp(3) with time zone not null default now(),
  constraint tombstones_feed_id_fkey FOREIGN KEY (feed_id) REFERENCES feeds(id) ON DELETE CASCADE,
  constraint tombstones_pkey PRIMARY KEY (feed_id, identity)
);
create table websub_subscriptions (
  id uuid not null default uuidv7(),
  feed_id integer not null,
  hub_url text not null,
  topic_url text not null,
  secret text not null,
  state text not null,
  lease_until timestamp(3) with time zone,
  next_attempt_at timestamp(3) with time zone not null default now(),
  attempts integer not null default 0,
  last_push_at timestamp(3) with time zone,
  error text,
  constraint websub_subscriptions_feed_id_fkey FOREIGN KEY (feed_id) REFERENCES feeds(id) ON DELETE CASCADE,
  constraint websub_subscriptions_feed_id_key UNIQUE (feed_id),
  constraint websub_subscriptions_pkey PRIMARY KEY (id),
  constraint websub_subscriptions_state_check CHECK ((state = ANY (ARRAY['wanted'::text, 'asked'::text, 'active'::text, 'refused'::text])))
);
create table work_hours (
  kind text not null,
  name text not null,
  variant text not null default ''::text,
  hour timestamp(0) with time zone not null,
  done bigint not null default 0,
  failed bigint not null default 0,
  milliseconds bigint not null default 0,
  buckets bigint[] not null,
  tokens_in bigint not null default 0,
  tokens_out bigint not null default 0,
  constraint work_hours_kind_check CHECK ((kind = ANY (ARRAY['stage'::text, 'model'::text, 'search'::text]))),
  constraint work_hours_pkey PRIMARY KEY (kind, name, variant, hour)
);
create table work_inbox (
  id bigint not null generated always as identity,
  at timestamp(3) with time zone not null,
  kind text not null,
  name text not null default ''::text,
  variant text not null default ''::text,
  feed_id integer,
  done bigint not null default 0,
  failed bigint not null default 0,
  milliseconds bigint not null default 0,
  buckets bigint[] not null default '{}'::bigint[],
  tokens_in bigint not null default 0,
  tokens_out bigint not null default 0,
  unchanged bigint not null default 0,
  articles bigint not null default 0,
  bytes bigint not null default 0,
  constraint work_inbox_kind_check CHECK ((kind = ANY (ARRAY['stage'::text, 'model'::text, 'search'::text, 'poll'::text]))),
  constraint work_inbox_pkey PRIMARY KEY (id)
);

-- indexes

CREATE INDEX article_contents_audio ON public.article_contents USING btree (article_id) WHERE (enclosures @@ '($[*]."type" starts with "audio/")'::jsonpath);
CREATE INDEX article_keyphrases_phrase ON public.article_keyphrases USING btree (normalised, article_id);
CREATE INDEX article_keys_article ON public.article_keys USING btree (article_id);
CREATE INDEX article_labels_added_by ON public.article_labels USING btree (added_by);
CREATE INDEX article_labels_article ON public.article_labels USING btree (article_id);
CREATE INDEX article_stages_unfinished ON public.article_stages USING btree (stage, priority DESC, next_attempt_at) WHERE (state = ANY (ARRAY['waiting'::text, 'claimed'::text]));
CREATE INDEX article_tags_list ON public.article_tags USING btree (tag_id, sort_at, article_id);
CREATE INDEX article_variants_tenant ON public.article_variants USING btree (tenant_id);
CREATE INDEX cluster_members_cluster ON public.cluster_members USING btree (cluster_id, article_id);
CREATE INDEX counters_unsettled ON public.counters USING btree (reader_id, feed_id) WHERE (NOT is_settled);
CREATE INDEX entries_feed ON public.entries USING btree (reader_id, feed_id, is_listed, is_read, sort_at, article_id);
CREATE INDEX entries_feed_starred ON public.entries USING btree (reader_id, feed_id, sort_at, article_id) WHERE (is_listed AND is_starred);
CREATE INDEX entries_folded ON public.entries USING btree (reader_id, folded_into) WHERE (folded_into IS NOT NULL);
CREATE INDEX entries_hidden ON public.entries USING btree (reader_id, sort_at, article_id) WHERE (hidden_reason IS NOT NULL);
CREATE INDEX entries_list ON public.entries USING btree (reader_id, is_read, sort_at, article_id) WHERE (is_listed AND (feed_id > 0));
CREATE INDEX entries_revision ON public.entries USING btree (reader_id, revision);
CREATE INDEX entries_starred ON public.entries USING btree (reader_id, sort_at, article_id) WHERE (is_listed AND is_starred AND (feed_id > 0));
CREATE INDEX entry_labels_list ON public.entry_labels USING btree (label_id, reader_id, sort_at, article_id);
CREATE INDEX entry_splits_article ON public.entry_splits USING btree (article_id);
CREATE INDEX feed_days_by_time ON public.feed_days USING btree (day);
CREATE INDEX feed_selectors_tenant ON public.feed_selectors USING btree (tenant_id);
CREATE INDEX feeds_due ON public.feeds USING btree (next_poll_at) WHERE (subscriber_count > 0);
CREATE INDEX feeds_host ON public.feeds USING btree (host);
CREATE INDEX feeds_waiting ON public.feeds USING btree (next_poll_at) WHERE (priority > 0);
CREATE INDEX folder_feeds_added_by ON public.folder_feeds USING btree (added_by);
CREATE INDEX folder_feeds_feed ON public.folder_feeds USING btree (feed_id);
CREATE INDEX folder_leavers_reader ON public.folder_leavers USING btree (reader_id);
CREATE INDEX folders_created_by ON public.folders USING btree (created_by);
CREATE INDEX folders_owner ON public.folders USING btree (owner_id);
CREATE INDEX folders_parent ON public.folders USING btree (parent_id);
CREATE INDEX highlights_article ON public.highlights USING btree (article_id, reader_id);
CREATE INDEX highlights_reader ON public.highlights USING btree (reader_id, created_at);
CREATE INDEX inbound_items_feed ON public.inbound_items USING btree (feed_id);
CREATE INDEX inbound_items_finished ON public.inbound_items USING btree (finished_at) WHERE (finished_at IS NOT NULL);
CREATE INDEX inbound_items_tenant ON public.inbound_items USING btree (tenant_id);
CREATE INDEX inbound_items_waiting ON public.inbound_items USING btree (feed_id, id) WHERE (state = 'waiting'::text);
CREATE INDEX inbound_keys_article ON public.inbound_keys USING btree (article_id);
CREATE INDEX inbound_keys_tenant ON public.inbound_keys USING btree (tenant_id);
CREATE INDEX inoreader_items_arriving ON public.inoreader_items USING btree (connection_id) WHERE ((article_id IS NULL) AND (content = ANY (ARRAY['inbox'::text, 'here'::text])));
CREATE INDEX inoreader_items_article ON public.inoreader_items USING btree (article_id);
CREATE INDEX inoreader_items_backlog ON public.inoreader_items USING btree (connection_id, priority, stamp DESC) WHERE (content = 'wanted'::text);
CREATE INDEX inoreader_items_dirty ON public.inoreader_items USING btree (connection_id) WHERE is_dirty;
CREATE INDEX inoreader_items_labelled ON public.inoreader_items USING btree (connection_id, item) WHERE (remote_labels <> '{}'::text[]);
CREATE INDEX inoreader_items_starred ON public.inoreader_items USING btree (connection_id, item) WHERE remote_starred;
CREATE INDEX inoreader_items_unread ON public.inoreader_items USING btree (connection_id, item) WHERE (NOT remote_read);
CREATE INDEX inoreader_items_writes ON public.inoreader_items USING btree (connection_id) WHERE needs_write;
CREATE INDEX inoreader_subscriptions_feed ON public.inoreader_subscriptions USING btree (feed_id);
CREATE INDEX labels_created_by ON public.labels USING btree (created_by);
CREATE INDEX labels_owner ON public.labels USING btree (owner_id);
CREATE INDEX notes_article ON public.notes USING btree (article_id, reader_id);
CREATE INDEX notes_own ON public.notes USING btree (reader_id, id);
CREATE INDEX notes_reader ON public.notes USING btree (reader_id, created_at);
CREATE INDEX people_tenant ON public.people USING btree (tenant_id, reader_id);
CREATE INDEX project_activity_actor ON public.project_activity USING btree (actor_id);
CREATE INDEX project_activity_list ON public.project_activity USING btree (project_id, id);
CREATE INDEX project_articles_article ON public.project_articles USING btree (article_id);
CREATE INDEX project_articles_in_section ON public.project_articles USING btree (section_id);
CREATE INDEX project_articles_loose ON public.project_articles USING btree (project_id, "position", id) WHERE (section_id IS NULL);
CREATE INDEX project_articles_newest ON public.project_articles USING btree (project_id, id);
CREATE INDEX project_articles_reader ON public.project_articles USING btree (pinned_by);
CREATE INDEX project_articles_section ON public.project_articles USING btree (project_id, section_id, "position", id);
CREATE INDEX project_briefs_reader ON public.project_briefs USING btree (created_by);
CREATE INDEX project_decisions_reader ON public.project_decisions USING btree (created_by);
CREATE INDEX project_decisions_successor ON public.project_decisions USING btree (superseded_by);
CREATE INDEX project_dismissals_article ON public.project_dismissals USING btree (article_id);
CREATE INDEX project_files_expired ON public.project_files USING btree (expires_at);
CREATE INDEX project_highlights_list ON public.project_highlights USING btree (project_id, id);
CREATE INDEX project_highlights_pin ON public.project_highlights USING btree (pin_id);
CREATE INDEX project_highlights_reader ON public.project_highlights USING btree (created_by);
CREATE INDEX project_jobs_finished ON public.project_jobs USING btree (finished_at) WHERE (finished_at IS NOT NULL);
CREATE INDEX project_jobs_project ON public.project_jobs USING btree (project_id, id);
CREATE INDEX project_jobs_reader ON public.project_jobs USING btree (reader_id);
CREATE INDEX project_jobs_tenant ON public.project_jobs USING btree (tenant_id);
CREATE INDEX project_jobs_unfinished ON public.project_jobs USING btree (next_attempt_at) WHERE (state = ANY (ARRAY['waiting'::text, 'running'::text]));
CREATE INDEX project_members_reader ON public.project_members USING btree (reader_id, project_id);
CREATE INDEX project_mentions_project ON public.project_mentions USING btree (project_id);
CREATE INDEX project_mentions_unread ON public.project_mentions USING btree (reader_id, note_id) WHERE (read_at IS NULL);
CREATE INDEX project_notes_highlight ON public.project_notes USING btree (highlight_id);
CREATE INDEX project_notes_list ON public.project_notes USING btree (project_id, id);
CREATE INDEX project_notes_pin ON public.project_notes USING btree (pin_id);
CREATE INDEX project_notes_reader ON public.project_notes USING btree (created_by);
CREATE INDEX project_publications_reader ON public.project_publications USING btree (opened_by);
CREATE INDEX project_rules_due ON public.project_rules USING btree (next_check_at) WHERE is_enabled;
CREATE INDEX project_rules_owner ON public.project_rules USING btree (owner_id);
CREATE INDEX project_rules_project ON public.project_rules USING btree (project_id, id);
CREATE INDEX project_rules_section ON public.project_rules USING btree (section_id);
CREATE INDEX project_sections_list ON public.project_sections USING btree (project_id, "position", id);
CREATE INDEX project_sources_feed ON public.project_sources USING btree (feed_id);
CREATE INDEX project_sources_folder ON public.project_sources USING btree (folder_id);
CREATE INDEX project_sources_project ON public.project_sources USING btree (project_id, id);
CREATE INDEX project_sources_reader ON public.project_sources USING btree (added_by);
CREATE INDEX projects_creator ON public.projects USING btree (created_by);
CREATE INDEX projects_deleted ON public.projects USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);
CREATE INDEX projects_list ON public.projects USING btree (tenant_id, id);
CREATE INDEX reader_imports_finished ON public.reader_imports USING btree (finished_at) WHERE (finished_at IS NOT NULL);
CREATE UNIQUE INDEX reader_imports_one ON public.reader_imports USING btree (reader_id) WHERE (state = ANY (ARRAY['waiting'::text, 'running'::text]));
CREATE INDEX reader_imports_reader ON public.reader_imports USING btree (reader_id, id);
CREATE INDEX reader_imports_tenant ON public.reader_imports USING btree (tenant_id);
CREATE INDEX reader_imports_unfinished ON public.reader_imports USING btree (next_attempt_at) WHERE (state = ANY (ARRAY['waiting'::text, 'running'::text]));
CREATE INDEX readers_leaving ON public.readers USING btree (purge_after) WHERE (purge_after IS NOT NULL);
CREATE INDEX reading_events_by_reader ON ONLY public.reading_events USING btree (reader_id, at);
CREATE INDEX reading_events_rest_reader_id_at_idx ON public.reading_events_rest USING btree (reader_id, at);
CREATE INDEX reading_feed_days_by_time ON public.reading_feed_days USING btree (day);
CREATE INDEX reading_feed_months_by_time ON public.reading_feed_months USING btree (month);
CREATE INDEX reading_slots_by_tenant ON public.reading_slots USING btree (tenant_id, slot);
CREATE INDEX reading_slots_by_time ON public.reading_slots USING btree (slot);
CREATE INDEX recap_askings_first ON public.recap_askings USING btree (first_at);
CREATE INDEX recap_outlets_due ON public.recap_outlets USING btree (next_check_at) WHERE (is_daily_mailed OR is_weekly_mailed OR (feed_secret_hash IS NOT NULL));
CREATE UNIQUE INDEX recap_outlets_token ON public.recap_outlets USING btree (mail_token);
CREATE INDEX recaps_list ON public.recaps USING btree (reader_id, starts_at, id);
CREATE INDEX rule_hits_reader ON public.rule_hits USING btree (reader_id);
CREATE INDEX rule_hits_rule ON public.rule_hits USING btree (rule_id);
CREATE INDEX rule_switches_reader ON public.rule_switches USING btree (reader_id);
CREATE INDEX rules_arriving ON public.rules USING btree (tenant_id) WHERE (is_enabled AND (needs_stage IS NULL));
CREATE INDEX rules_created_by ON public.rules USING btree (created_by);
CREATE INDEX rules_owner ON public.rules USING btree (owner_id);
CREATE INDEX rules_tenant ON public.rules USING btree (tenant_id, owner_id);
CREATE INDEX rules_waiting ON public.rules USING btree (tenant_id) WHERE (is_enabled AND (needs_stage IS NOT NULL));
CREATE INDEX saved_searches_created_by ON public.saved_searches USING btree (created_by);
CREATE INDEX saved_searches_owner ON public.saved_searches USING btree (owner_id);
CREATE UNIQUE INDEX search_indexes_one ON public.search_indexes USING btree (engine, ((completed_at IS NULL))) WHERE (left_at IS NULL);
CREATE INDEX service_logs_grave ON ONLY public.service_logs USING btree (at DESC, id DESC) WHERE (level >= 2);
CREATE INDEX service_logs_request ON ONLY public.service_logs USING btree (request_id, at DESC) WHERE (request_id <> ''::text);
CREATE INDEX service_logs_trace ON ONLY public.service_logs USING btree (trace_id, at DESC) WHERE (trace_id <> ''::text);
CREATE INDEX shares_article ON public.shares USING btree (article_id, reader_id);
CREATE INDEX shares_reader ON public.shares USING btree (reader_id);
CREATE INDEX subscription_folders_folder ON public.subscription_folders USING btree (folder_id);
CREATE INDEX subscription_folders_reader ON public.subscription_folders USING btree (reader_id);
CREATE INDEX subscriptions_feed ON public.subscriptions USING btree (feed_id, reader_id);
CREATE INDEX summary_requests_reader ON public.summary_requests USING btree (reader_id);
CREATE INDEX tag_aliases_tag ON public.tag_aliases USING btree (tag_id);
CREATE INDEX tag_distinctions_other ON public.tag_distinctions USING btree (other_tag_id);
CREATE INDEX tag_requests_tenant ON public.tag_requests USING btree (tenant_id);
CREATE INDEX websub_due ON public.websub_subscriptions USING btree (next_attempt_at);
CREATE INDEX work_hours_by_time ON public.work_hours USING btree (hour);

-- row-level security

alter table article_contents enable row level security, force row level security;
alter table article_keyphrases enable row level security, force row level security;
alter table article_keys enable row level security, force row level security;
alter table article_labels enable row level security, force row level security;
alter table article_stages enable row level security, force row level security;
alter table article_summaries enable row level security, force row level security;
alter table article_tags enable row level security, force row level security;
alter table article_touches enable row level security, force row level security;
alter table article_variants enable row level security, force row level security;
alter table articles enable row level security, force row level security;
alter table auth_position enable row level security, force row level security;
alter table cluster_members enable row level security, force row level security;
alter table clusters enable row level security, force row level security;
alter table counters enable row level security, force row level security;
alter table deliveries enable row level security, force row level security;
alter table entries enable row level security, force row level security;
alter table entry_labels enable row level security, force row level security;
alter table entry_splits enable row level security, force row level security;
alter table feed_days enable row level security, force row level security;
alter table feed_documents enable row level security, force row level security;
alter table feed_selectors enable row level security, force row level security;
alter table feeds enable row level security, force row level security;
alter table folder_feeds enable row level security, force row level security;
alter table folder_leavers enable row level security, force row level security;
alter table folders enable row level security, force row level security;
alter table foldings enable row level security, force row level security;
alter table highlights enable row level security, force row level security;
alter table hosts enable row level security, force row level security;
alter table import_ids enable row level security, force row level security;
alter table inbound_items enable row level security, force row level security;
alter table inbound_keys enable row level security, force row level security;
alter table inoreader_budgets enable row level security, force row level security;
alter table inoreader_connections enable row level security, force row level security;
alter table inoreader_items enable row level security, force row level security;
alter table inoreader_seen enable row level security, force row level security;
alter table inoreader_subscriptions enable row level security, force row level security;
alter table labels enable row level security, force row level security;
alter table llm_usage enable row level security, force row level security;
alter table notes enable row level security, force row level security;
alter table people enable row level security, force row level security;
alter table project_activity enable row level security, force row level security;
alter table project_articles enable row level security, force row level security;
alter table project_briefs enable row level security, force row level security;
alter table project_decisions enable row level security, force row level security;
alter table project_dismissals enable row level security, force row level security;
alter table project_files enable row level security, force row level security;
alter table project_highlights enable row level security, force row level security;
alter table project_jobs enable row level security, force row level security;
alter table project_members enable row level security, force row level security;
alter table project_mentions enable row level security, force row level security;
alter table project_notes enable row level security, force row level security;
alter table project_publications enable row level security, force row level security;
alter table project_rules enable row level security, force row level security;
alter table project_sections enable row level security, force row level security;
alter table project_sources enable row level security, force row level security;
alter table projects enable row level security, force row level security;
alter table reader_imports enable row level security, force row level security;
alter table readers enable row level security, force row level security;
alter table reading_erasures enable row level security, force row level security;
alter table reading_events enable row level security, force row level security;
alter table reading_events_rest enable row level security, force row level security;
alter table reading_feed_days enable row level security, force row level security;
alter table reading_feed_months enable row level security, force row level security;
alter table reading_inbox enable row level security, force row level security;
alter table reading_slots enable row level security, force row level security;
alter table recap_askings enable row level security, force row level security;
alter table recap_outlets enable row level security, force row level security;
alter table recaps enable row level security, force row level security;
alter table rule_hits enable row level security, force row level security;
alter table rule_switches enable row level security, force row level security;
alter table rule_waits enable row level security, force row level security;
alter table rules enable row level security, force row level security;
alter table saved_searches enable row level security, force row level security;
alter table search_engine enable row level security, force row level security;
alter table search_indexes enable row level security, force row level security;
alter table search_removals enable row level security, force row level security;
alter table service_logs enable row level security, force row level security;
alter table shares enable row level security, force row level security;
alter table statistics_switch enable row level security, force row level security;
alter table subscription_folders enable row level security, force row level security;
alter table subscriptions enable row level security, force row level security;
alter table summary_requests enable row level security, force row level security;
alter table tag_aliases enable row level security, force row level security;
alter table tag_distinctions enable row level security, force row level security;
alter table tag_requests enable row level security, force row level security;
alter table tag_vetoes enable row level security, force row level security;
alter table tags enable row level security, force row level security;
alter table tenants enable row level security, force row level security;
alter table term_counts enable row level security, force row level security;
alter table term_documents enable row level security, force row level security;
alter table tombstones enable row level security, force row level security;
alter table websub_subscriptions enable row level security, force row level security;
alter table work_hours enable row level security, force row level security;
alter table work_inbox enable row level security, force row level security;

-- policies

create policy held on article_contents as permissive for select to alt_backend
  using ((EXISTS ( SELECT
   FROM entries e
  WHERE ((e.article_id = article_contents.article_id) AND (e.reader_id = ( SELECT current_reader_id() AS current_reader_id))))));
create policy indexing on article_contents as permissive for all to search_indexer, tag_generator
  using (true)
  with check (true);
create policy owner on article_contents as permissive for all to alt_owner
  using (true)
  with check (true);
create policy pinned on article_contents as permissive for select to arch_repo_service
  using ((EXISTS ( SELECT
   FROM project_articles p
  WHERE (p.article_id = article_contents.article_id))));
create policy worker on article_contents as permissive for all to pre_processor
  using (true)
  with check (true);
create policy writing on article_contents as permissive for all to news_creator
  using (true)
  with check (true);
create policy held on article_keyphrases as permissive for select to alt_backend
  using ((EXISTS ( SELECT
   FROM entries e
  WHERE ((e.article_id = article_keyphrases.article_id) AND (e.reader_id = ( SELECT current_reader_id() AS current_reader_id))))));
create policy indexing on article_keyphrases as permissive for all to search_indexer, tag_generator
  using (true)
  with check (true);
create policy owner on article_keyphrases as permissive for all to alt_owner
  using (true)
  with check (true);
create policy writing on article_keyphrases as permissive for all to news_creator
  using (true)
  with check (true);
create policy owner on article_keys as permissive for all to alt_owner
  using (true)
  with check (true);
create policy worker on article_keys as permissive for all to pre_processor
  using (true)
  with check (true);
create policy owner on article_labels as permissive for all to alt_owner
  using (true)
  with check (true);
create policy indexing on article_stages as permissive for all to search_indexer, tag_generator
  using (true)
  with check (true);
create policy owner on article_stages as permissive for all to alt_owner
  using (true)
  with check (true);
create policy worker on article_stages as permissive for all to pre_processor
  using (true)
  with check (true);
create policy held on article_summaries as permissive for select to alt_backend
  using ((((tenant_id IS NULL) OR (tenant_id = current_tenant_id())) AND (EXISTS ( SELECT
   FROM entries e
  WHERE ((e.article_id = article_summaries.article_id) AND (e.reader_id = ( SELECT current_reader_id() AS current_reader_id)))))));
create policy indexing on article_summaries as permissive for all to search_indexer, tag_generator
  using (true)
  with check (true);
create policy owner on article_summaries as permissive for all to alt_owner
  using (true)
  with check (true);
create policy worker on article_summaries as permissive for all to pre_processor
  using (true)
  with check (true);
create policy writing on article_summaries as permissive for all to news_creator
  using (true)
  with check (true);
create policy indexing on article_tags as permissive for all to search_indexer, tag_generator
  using (true)
  with check (true);
create policy own on article_tags as permissive for all to alt_backend
  using ((tenant_id = current_tenant_id()))
  with check ((tenant_id = current_tenant_id()));
create policy owner on article_tags as permissive for all to alt_owner
  using (true)
  with check (true);
create policy owner on article_touches as permissive for all to alt_owner
  using (true)
  with check (true);
create policy held on article_variants as permissive for select to alt_backend
  using (((tenant_id = current_tenant_id()) AND (EXISTS ( SELECT
   FROM entries e
  WHERE ((e.article_id = article_variants.article_id) AND (e.reader_id = ( SELECT current_reader_id() AS current_reader_id)))))));
create policy owner on article_variants as permissive for all to alt_owner
  using (true)
  with check (true);
create policy worker on article_variants as permissive for all to pre_processor
  using (true)
  with check (true);
create policy held on articles as permissive for select to alt_backend
  using ((EXISTS ( SELECT
   FROM entries e
  WHERE ((e.article_id = articles.id) AND (e.reader_id = ( SELECT current_reader_id() AS current_reader_id))))));
create policy indexing on articles as permissive for all to search_indexer, tag_generator
  using (true)
  with check (true);
create policy owner on articles as permissive for all to alt_owner
  using (true)
  with check (true);
create policy pinned on articles as permissive for select to arch_repo_service
  using ((EXISTS ( SELECT
   FROM project_articles p
  WHERE (p.article_id = articles.id))));
create policy worker on articles as permissive for all to pre_processor
  using (true)
  with check (true);
create policy writing on articles as permissive for all to news_creator
  using (true)
  with check (true);
create policy owner on auth_position as permissive for all to alt_owner
  using (true)
  with check (true);
create policy reading on auth_position as permissive for select to alt_backend
  using (true);
create policy held on cluster_members as permissive for select to alt_backend
  using ((EXISTS ( SELECT
   FROM entries e
  WHERE ((e.article_id = cluster_members.article_id) AND (e.reader_id = ( SELECT current_reader_id() AS current_reader_id))))));
create policy owner on cluster_members as permissive for all to alt_owner
  using (true)
  with check (true);
create policy worker on cluster_members as permissive for all to pre_processor
  using (true)
  with check (true);
create policy owner on clusters as permissive for all to alt_owner
  using (true)
  with check (true);
create policy worker on clusters as permissive for all to pre_processor
  using (true)
  with check (true);
create policy own on counters as permissive for all to alt_backend, pre_processor_sidecar
  using ((reader_id = ( SELECT current_reader_id() AS current_reader_id)))
  with check ((reader_id = ( SELECT current_reader_id() AS current_reader_id)));
create policy owner on counters as permissive for all to alt_owner
  using (true)
  with check (true);
create policy owner on deliveries as permissive for all to alt_owner
  using (true)
  with check (true);
create policy worker on deliveries as permissive for all to pre_processor
  using (true)
  with check (true);
create policy own on entries as permissive for all to alt_backend, pre_processor_sidecar
  using ((reader_id = ( SELECT current_reader_id() AS current_reader_id)))
  with check ((reader_id = ( SELECT current_reader_id() AS current_reader_id)));
create policy owner on entries as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on entry_labels as permissive for all to alt_backend, pre_processor_sidecar
  using ((reader_id = ( SELECT current_reader_id() AS current_reader_id)))
  with check ((reader_id = ( SELECT current_reader_id() AS current_reader_id)));
create policy owner on entry_labels as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on entry_splits as permissive for all to alt_backend
  using ((reader_id = ( SELECT current_reader_id() AS current_reader_id)))
  with check ((reader_id = ( SELECT current_reader_id() AS current_reader_id)));
create policy owner on entry_splits as permissive for all to alt_owner
  using (true)
  with check (true);
create policy followed on feed_days as permissive for select to alt_backend
  using ((EXISTS ( SELECT
   FROM subscriptions s
  WHERE ((s.feed_id = feed_days.feed_id) AND (s.reader_id = ( SELECT current_reader_id() AS current_reader_id))))));
create policy owner on feed_days as permissive for all to alt_owner
  using (true)
  with check (true);
create policy owner on feed_documents as permissive for all to alt_owner
  using (true)
  with check (true);
create policy worker on feed_documents as permissive for all to pre_processor
  using (true)
  with check (true);
create policy followed on feed_selectors as permissive for select to alt_backend
  using (((tenant_id = current_tenant_id()) AND (EXISTS ( SELECT
   FROM subscriptions s
  WHERE ((s.feed_id = feed_selectors.feed_id) AND (s.reader_id = ( SELECT current_reader_id() AS current_reader_id)))))));
create policy owner on feed_selectors as permissive for all to alt_owner
  using (true)
  with check (true);
create policy worker on feed_selectors as permissive for all to pre_processor
  using (true)
  with check (true);
create policy followed on feeds as permissive for select to alt_backend, pre_processor_sidecar
  using (((EXISTS ( SELECT
   FROM subscriptions s
  WHERE ((s.feed_id = feeds.id) AND (s.reader_id = ( SELECT current_reader_id() AS current_reader_id))))) OR (EXISTS ( SELECT
   FROM counters c
  WHERE ((c.feed_id = feeds.id) AND (c.reader_id = ( SELECT current_reader_id() AS current_reader_id)))))));
create policy indexing on feeds as permissive for all to search_indexer, tag_generator
  using (true)
  with check (true);
create policy owner on feeds as permissive for all to alt_owner
  using (true)
  with check (true);
create policy worker on feeds as permissive for all to pre_processor
  using (true)
  with check (true);
create policy own on folder_feeds as permissive for select to alt_backend
  using ((EXISTS ( SELECT
   FROM folders f
  WHERE ((f.id = folder_feeds.folder_id) AND (f.owner_id IS NULL) AND (f.tenant_id = current_tenant_id())))));
create policy owner on folder_feeds as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on folder_leavers as permissive for select to alt_backend
  using ((reader_id = ( SELECT current_reader_id() AS current_reader_id)));
create policy owner on folder_leavers as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on folders as permissive for all to alt_backend, pre_processor_sidecar
  using (((tenant_id = current_tenant_id()) AND ((owner_id IS NULL) OR (owner_id = ( SELECT current_reader_id() AS current_reader_id)))))
  with check (((tenant_id = current_tenant_id()) AND ((owner_id IS NULL) OR (owner_id = ( SELECT current_reader_id() AS current_reader_id)))));
create policy owner on folders as permissive for all to alt_owner
  using (true)
  with check (true);
create policy owner on foldings as permissive for all to alt_owner
  using (true)
  with check (true);
create policy worker on foldings as permissive for all to pre_processor
  using (true)
  with check (true);
create policy own on highlights as permissive for all to alt_backend
  using ((reader_id = ( SELECT current_reader_id() AS current_reader_id)))
  with check ((reader_id = ( SELECT current_reader_id() AS current_reader_id)));
create policy owner on highlights as permissive for all to alt_owner
  using (true)
  with check (true);
create policy owner on hosts as permissive for all to alt_owner
  using (true)
  with check (true);
create policy worker on hosts as permissive for all to pre_processor
  using (true)
  with check (true);
create policy owner on import_ids as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on inbound_items as permissive for all to alt_backend
  using ((reader_id = ( SELECT current_reader_id() AS current_reader_id)))
  with check ((reader_id = ( SELECT current_reader_id() AS current_reader_id)));
create policy owner on inbound_items as permissive for all to alt_owner
  using (true)
  with check (true);
create policy worker on inbound_items as permissive for all to pre_processor
  using (true)
  with check (true);
create policy owner on inbound_keys as permissive for all to alt_owner
  using (true)
  with check (true);
create policy worker on inbound_keys as permissive for all to pre_processor
  using (true)
  with check (true);
create policy own on inoreader_budgets as permissive for all to alt_backend, pre_processor_sidecar
  using ((connection_id = ( SELECT current_inoreader_connection() AS current_inoreader_connection)))
  with check ((connection_id = ( SELECT current_inoreader_connection() AS current_inoreader_connection)));
create policy owner on inoreader_budgets as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on inoreader_connections as permissive for all to alt_backend, pre_processor_sidecar
  using ((reader_id = ( SELECT current_reader_id() AS current_reader_id)))
  with check ((reader_id = ( SELECT current_reader_id() AS current_reader_id)));
create policy owner on inoreader_connections as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on inoreader_items as permissive for all to alt_backend, pre_processor_sidecar
  using ((connection_id = ( SELECT current_inoreader_connection() AS current_inoreader_connection)))
  with check ((connection_id = ( SELECT current_inoreader_connection() AS current_inoreader_connection)));
create policy owner on inoreader_items as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on inoreader_seen as permissive for all to pre_processor_sidecar
  using ((connection_id = ( SELECT current_inoreader_connection() AS current_inoreader_connection)))
  with check ((connection_id = ( SELECT current_inoreader_connection() AS current_inoreader_connection)));
create policy owner on inoreader_seen as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on inoreader_subscriptions as permissive for all to alt_backend, pre_processor_sidecar
  using ((connection_id = ( SELECT current_inoreader_connection() AS current_inoreader_connection)))
  with check ((connection_id = ( SELECT current_inoreader_connection() AS current_inoreader_connection)));
create policy owner on inoreader_subscriptions as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on labels as permissive for all to alt_backend, pre_processor_sidecar
  using (((tenant_id = current_tenant_id()) AND ((owner_id IS NULL) OR (owner_id = ( SELECT current_reader_id() AS current_reader_id)))))
  with check (((tenant_id = current_tenant_id()) AND ((owner_id IS NULL) OR (owner_id = ( SELECT current_reader_id() AS current_reader_id)))));
create policy owner on labels as permissive for all to alt_owner
  using (true)
  with check (true);
create policy owner on llm_usage as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on notes as permissive for all to alt_backend
  using ((reader_id = ( SELECT current_reader_id() AS current_reader_id)))
  with check ((reader_id = ( SELECT current_reader_id() AS current_reader_id)));
create policy owner on notes as permissive for all to alt_owner
  using (true)
  with check (true);
create policy owner on people as permissive for all to alt_owner
  using (true)
  with check (true);
create policy tenant on people as permissive for select to arch_repo_service
  using ((tenant_id = current_tenant_id()));
create policy add on project_activity as permissive for insert to arch_repo_service
  with check (((project_rank(project_id) >= 1) AND (NOT (actor_id IS DISTINCT FROM ( SELECT current_reader_id() AS current_reader_id)))));
create policy look on project_activity as permissive for select to arch_repo_service
  using ((project_rank(project_id) >= 1));
create policy owner on project_activity as permissive for all to alt_owner
  using (true)
  with check (true);
create policy add on project_articles as permissive for insert to arch_repo_service
  with check ((project_rank(project_id) >= 2));
create policy change on project_articles as permissive for update to arch_repo_service
  using ((project_rank(project_id) >= 2))
  with check ((project_rank(project_id) >= 2));
create policy look on project_articles as permissive for select to arch_repo_service
  using ((project_rank(project_id) >= 1));
create policy owner on project_articles as permissive for all to alt_owner
  using (true)
  with check (true);
create policy remove on project_articles as permissive for delete to arch_repo_service
  using ((project_rank(project_id) >= 2));
create policy add on project_briefs as permissive for insert to arch_repo_service
  with check ((project_rank(project_id) >= 2));
create policy look on project_briefs as permissive for select to arch_repo_service
  using ((project_rank(project_id) >= 1));
create policy owner on project_briefs as permissive for all to alt_owner
  using (true)
  with check (true);
create policy add on project_decisions as permissive for insert to arch_repo_service
  with check ((project_rank(project_id) >= 2));
create policy change on project_decisions as permissive for update to arch_repo_service
  using ((project_rank(project_id) >= 2))
  with check ((project_rank(project_id) >= 2));
create policy look on project_decisions as permissive for select to arch_repo_service
  using ((project_rank(project_id) >= 1));
create policy owner on project_decisions as permissive for all to alt_owner
  using (true)
  with check (true);
create policy remove on project_decisions as permissive for delete to arch_repo_service
  using ((project_rank(project_id) >= 2));
create policy add on project_dismissals as permissive for insert to arch_repo_service
  with check ((project_rank(project_id) >= 2));
create policy change on project_dismissals as permissive for update to arch_repo_service
  using ((project_rank(project_id) >= 2))
  with check ((project_rank(project_id) >= 2));
create policy look on project_dismissals as permissive for select to arch_repo_service
  using ((project_rank(project_id) >= 1));
create policy owner on project_dismissals as permissive for all to alt_owner
  using (true)
  with check (true);
create policy remove on project_dismissals as permissive for delete to arch_repo_service
  using ((project_rank(project_id) >= 2));
create policy own on project_files as permissive for all to arch_repo_service
  using ((EXISTS ( SELECT
   FROM project_jobs j
  WHERE ((j.id = project_files.job_id) AND (j.reader_id = ( SELECT current_reader_id() AS current_reader_id))))))
  with check ((EXISTS ( SELECT
   FROM project_jobs j
  WHERE ((j.id = project_files.job_id) AND (j.reader_id = ( SELECT current_reader_id() AS current_reader_id))))));
create policy owner on project_files as permissive for all to alt_owner
  using (true)
  with check (true);
create policy add on project_highlights as permissive for insert to arch_repo_service
  with check ((project_rank(project_id) >= 2));
create policy change on project_highlights as permissive for update to arch_repo_service
  using ((project_rank(project_id) >= 2))
  with check ((project_rank(project_id) >= 2));
create policy look on project_highlights as permissive for select to arch_repo_service
  using ((project_rank(project_id) >= 1));
create policy owner on project_highlights as permissive for all to alt_owner
  using (true)
  with check (true);
create policy remove on project_highlights as permissive for delete to arch_repo_service
  using ((project_rank(project_id) >= 2));
create policy add on project_jobs as permissive for insert to arch_repo_service
  with check (((tenant_id = current_tenant_id()) AND (reader_id = ( SELECT current_reader_id() AS current_reader_id)) AND ((project_id IS NULL) OR (project_rank(project_id) >= 1))));
create policy change on project_jobs as permissive for update to arch_repo_service
  using (((tenant_id = current_tenant_id()) AND (reader_id = ( SELECT current_reader_id() AS current_reader_id))))
  with check (((tenant_id = current_tenant_id()) AND (reader_id = ( SELECT current_reader_id() AS current_reader_id))));
create policy look on project_jobs as permissive for select to arch_repo_service
  using (((tenant_id = current_tenant_id()) AND ((reader_id = ( SELECT current_reader_id() AS current_reader_id)) OR ((kind = 'brief'::text) AND (project_rank(project_id) >= 1)))));
create policy owner on project_jobs as permissive for all to alt_owner
  using (true)
  with check (true);
create policy add on project_members as permissive for insert to arch_repo_service
  with check (((project_rank(project_id) >= 3) AND (EXISTS ( SELECT
   FROM readers r
  WHERE ((r.id = project_members.reader_id) AND (r.purge_after IS NULL))))));
create policy change on project_members as permissive for update to arch_repo_service
  using ((project_rank(project_id) >= 3))
  with check ((project_rank(project_id) >= 3));
create policy look on project_members as permissive for select to arch_repo_service
  using ((project_rank(project_id) >= 1));
create policy owner on project_members as permissive for all to alt_owner
  using (true)
  with check (true);
create policy remove on project_members as permissive for delete to arch_repo_service
  using (((project_rank(project_id) >= 3) OR (reader_id = ( SELECT current_reader_id() AS current_reader_id))));
create policy add on project_mentions as permissive for insert to arch_repo_service
  with check ((project_rank(project_id) >= 2));
create policy look on project_mentions as permissive for select to arch_repo_service
  using ((project_rank(project_id) >= 1));
create policy own on project_mentions as permissive for update to arch_repo_service
  using ((reader_id = ( SELECT current_reader_id() AS current_reader_id)))
  with check ((reader_id = ( SELECT current_reader_id() AS current_reader_id)));
create policy owner on project_mentions as permissive for all to alt_owner
  using (true)
  with check (true);
create policy remove on project_mentions as permissive for delete to arch_repo_service
  using ((project_rank(project_id) >= 2));
create policy add on project_notes as permissive for insert to arch_repo_service
  with check ((project_rank(project_id) >= 2));
create policy change on project_notes as permissive for update to arch_repo_service
  using ((project_rank(project_id) >= 2))
  with check ((project_rank(project_id) >= 2));
create policy look on project_notes as permissive for select to arch_repo_service
  using ((project_rank(project_id) >= 1));
create policy owner on project_notes as permissive for all to alt_owner
  using (true)
  with check (true);
create policy remove on project_notes as permissive for delete to arch_repo_service
  using ((project_rank(project_id) >= 2));
create policy add on project_publications as permissive for insert to arch_repo_service
  with check ((project_rank(project_id) >= 3));
create policy look on project_publications as permissive for select to arch_repo_service
  using ((project_rank(project_id) >= 1));
create policy owner on project_publications as permissive for all to alt_owner
  using (true)
  with check (true);
create policy remove on project_publications as permissive for delete to arch_repo_service
  using ((project_rank(project_id) >= 3));
create policy add on project_rules as permissive for insert to arch_repo_service
  with check (((project_rank(project_id) >= 2) AND (owner_id = ( SELECT current_reader_id() AS current_reader_id))));
create policy change on project_rules as permissive for update to arch_repo_service
  using ((project_rank(project_id) >= 2))
  with check ((project_rank(project_id) >= 2));
create policy look on project_rules as permissive for select to arch_repo_service
  using ((project_rank(project_id) >= 1));
create policy owner on project_rules as permissive for all to alt_owner
  using (true)
  with check (true);
create policy remove on project_rules as permissive for delete to arch_repo_service
  using ((project_rank(project_id) >= 2));
create policy add on project_sections as permissive for insert to arch_repo_service
  with check ((project_rank(project_id) >= 2));
create policy change on project_sections as permissive for update to arch_repo_service
  using ((project_rank(project_id) >= 2))
  with check ((project_rank(project_id) >= 2));
create policy look on project_sections as permissive for select to arch_repo_service
  using ((project_rank(project_id) >= 1));
create policy owner on project_sections as permissive for all to alt_owner
  using (true)
  with check (true);
create policy remove on project_sections as permissive for delete to arch_repo_service
  using ((project_rank(project_id) >= 2));
create policy add on project_sources as permissive for insert to arch_repo_service
  with check (((project_rank(project_id) >= 2) AND (added_by = ( SELECT current_reader_id() AS current_reader_id))));
create policy change on project_sources as permissive for update to arch_repo_service
  using ((project_rank(project_id) >= 2))
  with check ((project_rank(project_id) >= 2));
create policy look on project_sources as permissive for select to arch_repo_service
  using ((project_rank(project_id) >= 1));
create policy owner on project_sources as permissive for all to alt_owner
  using (true)
  with check (true);
create policy remove on project_sources as permissive for delete to arch_repo_service
  using ((project_rank(project_id) >= 2));
create policy change on projects as permissive for update to arch_repo_service
  using (((tenant_id = current_tenant_id()) AND (project_rank(id) >= 2)))
  with check (((tenant_id = current_tenant_id()) AND (project_rank(id) >= 2)));
create policy look on projects as permissive for select to arch_repo_service
  using (((tenant_id = current_tenant_id()) AND (project_rank(id) >= 1)));
create policy make on projects as permissive for insert to arch_repo_service
  with check (((tenant_id = current_tenant_id()) AND ((current_tenant_role())::text <> 'reader'::text) AND (created_by = ( SELECT current_reader_id() AS current_reader_id))));
create policy owner on projects as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on reader_imports as permissive for all to alt_backend
  using ((reader_id = ( SELECT current_reader_id() AS current_reader_id)))
  with check (((reader_id = ( SELECT current_reader_id() AS current_reader_id)) AND (tenant_id = current_tenant_id())));
create policy owner on reader_imports as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on readers as permissive for all to alt_backend, pre_processor_sidecar
  using (((user_id = current_user_id()) AND (tenant_id = current_tenant_id())));
create policy owner on readers as permissive for all to alt_owner
  using (true)
  with check (true);
create policy tenant on readers as permissive for select to arch_repo_service
  using ((tenant_id = current_tenant_id()));
create policy owner on reading_erasures as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on reading_events as permissive for select to alt_backend
  using ((reader_id = ( SELECT current_reader_id() AS current_reader_id)));
create policy owner on reading_events as permissive for all to alt_owner
  using (true)
  with check (true);
create policy owner on reading_events_rest as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on reading_feed_days as permissive for select to alt_backend
  using ((reader_id = ( SELECT current_reader_id() AS current_reader_id)));
create policy owner on reading_feed_days as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on reading_feed_months as permissive for select to alt_backend
  using ((reader_id = ( SELECT current_reader_id() AS current_reader_id)));
create policy owner on reading_feed_months as permissive for all to alt_owner
  using (true)
  with check (true);
create policy owner on reading_inbox as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on reading_slots as permissive for select to alt_backend
  using ((reader_id = ( SELECT current_reader_id() AS current_reader_id)));
create policy owner on reading_slots as permissive for all to alt_owner
  using (true)
  with check (true);
create policy owner on recap_askings as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on recap_outlets as permissive for all to alt_backend
  using ((reader_id = ( SELECT current_reader_id() AS current_reader_id)))
  with check ((reader_id = ( SELECT current_reader_id() AS current_reader_id)));
create policy owner on recap_outlets as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on recaps as permissive for all to alt_backend
  using ((reader_id = ( SELECT current_reader_id() AS current_reader_id)))
  with check ((reader_id = ( SELECT current_reader_id() AS current_reader_id)));
create policy owner on recaps as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on rule_hits as permissive for select to alt_backend
  using ((reader_id = ( SELECT current_reader_id() AS current_reader_id)));
create policy owner on rule_hits as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on rule_switches as permissive for all to alt_backend
  using ((reader_id = ( SELECT current_reader_id() AS current_reader_id)))
  with check ((reader_id = ( SELECT current_reader_id() AS current_reader_id)));
create policy owner on rule_switches as permissive for all to alt_owner
  using (true)
  with check (true);
create policy owner on rule_waits as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on rules as permissive for all to alt_backend
  using (((tenant_id = current_tenant_id()) AND ((owner_id IS NULL) OR (owner_id = ( SELECT current_reader_id() AS current_reader_id)))))
  with check (((tenant_id = current_tenant_id()) AND ((owner_id IS NULL) OR (owner_id = ( SELECT current_reader_id() AS current_reader_id)))));
create policy owner on rules as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on saved_searches as permissive for all to alt_backend
  using (((tenant_id = current_tenant_id()) AND ((owner_id IS NULL) OR (owner_id = ( SELECT current_reader_id() AS current_reader_id)))))
  with check (((tenant_id = current_tenant_id()) AND ((owner_id IS NULL) OR (owner_id = ( SELECT current_reader_id() AS current_reader_id)))));
create policy owner on saved_searches as permissive for all to alt_owner
  using (true)
  with check (true);
create policy indexing on search_engine as permissive for all to search_indexer
  using (true)
  with check (true);
create policy owner on search_engine as permissive for all to alt_owner
  using (true)
  with check (true);
create policy indexing on search_indexes as permissive for all to search_indexer
  using (true)
  with check (true);
create policy owner on search_indexes as permissive for all to alt_owner
  using (true)
  with check (true);
create policy indexing on search_removals as permissive for all to search_indexer
  using (true)
  with check (true);
create policy owner on search_removals as permissive for all to alt_owner
  using (true)
  with check (true);
create policy service_logs_append on service_logs as permissive for insert to rask_log_aggregator
  with check (true);
create policy service_logs_keeper on service_logs as permissive for select to rask_log_aggregator
  using (true);
create policy service_logs_owner on service_logs as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on shares as permissive for all to alt_backend
  using ((reader_id = ( SELECT current_reader_id() AS current_reader_id)))
  with check ((reader_id = ( SELECT current_reader_id() AS current_reader_id)));
create policy owner on shares as permissive for all to alt_owner
  using (true)
  with check (true);
create policy owner on statistics_switch as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on subscription_folders as permissive for all to alt_backend, pre_processor_sidecar
  using ((reader_id = ( SELECT current_reader_id() AS current_reader_id)))
  with check ((reader_id = ( SELECT current_reader_id() AS current_reader_id)));
create policy owner on subscription_folders as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on subscriptions as permissive for all to alt_backend, pre_processor_sidecar
  using ((reader_id = ( SELECT current_reader_id() AS current_reader_id)))
  with check ((reader_id = ( SELECT current_reader_id() AS current_reader_id)));
create policy owner on subscriptions as permissive for all to alt_owner
  using (true)
  with check (true);
create policy owner on summary_requests as permissive for all to alt_owner
  using (true);
create policy indexing on tag_aliases as permissive for all to search_indexer, tag_generator
  using (true)
  with check (true);
create policy own on tag_aliases as permissive for all to alt_backend
  using ((tenant_id = current_tenant_id()))
  with check ((tenant_id = current_tenant_id()));
create policy owner on tag_aliases as permissive for all to alt_owner
  using (true)
  with check (true);
create policy owner on tag_distinctions as permissive for all to alt_owner
  using (true)
  with check (true);
create policy worker on tag_distinctions as permissive for all to tag_generator
  using (true)
  with check (true);
create policy owner on tag_requests as permissive for all to alt_owner
  using (true)
  with check (true);
create policy worker on tag_requests as permissive for all to tag_generator
  using (true)
  with check (true);
create policy own on tag_vetoes as permissive for all to alt_backend
  using ((reader_id = ( SELECT current_reader_id() AS current_reader_id)))
  with check ((reader_id = ( SELECT current_reader_id() AS current_reader_id)));
create policy owner on tag_vetoes as permissive for all to alt_owner
  using (true)
  with check (true);
create policy indexing on tags as permissive for all to search_indexer, tag_generator
  using (true)
  with check (true);
create policy own on tags as permissive for all to alt_backend
  using ((tenant_id = current_tenant_id()))
  with check ((tenant_id = current_tenant_id()));
create policy owner on tags as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on tenants as permissive for select to alt_backend, pre_processor_sidecar
  using ((id = current_tenant_id()));
create policy owner on tenants as permissive for all to alt_owner
  using (true)
  with check (true);
create policy owner on term_counts as permissive for all to alt_owner
  using (true)
  with check (true);
create policy worker on term_counts as permissive for all to tag_generator
  using (true)
  with check (true);
create policy owner on term_documents as permissive for all to alt_owner
  using (true)
  with check (true);
create policy worker on term_documents as permissive for all to tag_generator
  using (true)
  with check (true);
create policy owner on tombstones as permissive for all to alt_owner
  using (true)
  with check (true);
create policy worker on tombstones as permissive for all to pre_processor
  using (true)
  with check (true);
create policy owner on websub_subscriptions as permissive for all to alt_owner
  using (true)
  with check (true);
create policy worker on websub_subscriptions as permissive for all to pre_processor
  using (true)
  with check (true);
create policy owner on work_hours as permissive for all to alt_owner
  using (true)
  with check (true);
create policy owner on work_inbox as permissive for all to alt_owner
  using (true)
  with check (true);

-- functions

CREATE OR REPLACE FUNCTION public.absorb_inoreader()
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  connection integer;
  reader integer;
  found_articles integer;
begin
  select c.id, c.reader_id into connection, reader from inoreader_connections c where c.reader_id = current_reader_id();
  with results as materialized (
    select i.item, n.state, a.id as article_id
    from inoreader_items i
    left join inbound_items n on n.reader_id = reader and n.source = 'inoreader/' || connection
      and n.item_id = i.item || '/' || i.inbox_step
    left join articles a on a.id = n.article_id
    where i.connection_id = connection and i.article_id is null and i.content in ('inbox', 'here')
  )
  update inoreader_items i
    set article_id = r.article_id, content = case when r.article_id is null then 'gone' else 'here' end,
      is_dirty = r.article_id is not null
    from results r
    where i.connection_id = connection and i.item = r.item and (r.state is null or r.state <> 'waiting');
  select count(*) into found_articles from inoreader_items i
    where i.connection_id = connection and i.is_dirty and i.content = 'here';
  return found_articles;
end $function$
;
CREATE OR REPLACE FUNCTION public.act_by_rules(deeds jsonb)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  reader_ids integer[];
  acted integer;
begin
  select array_agg(distinct x."readerId") into reader_ids from jsonb_to_recordset(deeds) as x ("readerId" integer);
  if reader_ids is null then
    return 0;
  end if;
  perform from readers r where r.id = any (reader_ids) order by r.id for update;
  update readers set revision = revision + 1 where id = any (reader_ids);
  with given as materialized (
    select x."ruleId" as rule_id, x.version, x."readerId" as reader_id, x."articleId" as article_id,
      coalesce(x."markRead", false) as is_read, coalesce(x.star, false) as is_starred, coalesce(x.hide, false) as is_hidden,
      coalesce(x."labelIds", '{}') as label_ids
    from jsonb_to_recordset(deeds) as x ("ruleId" integer, version integer, "readerId" integer, "articleId" bigint, "markRead" boolean,
      star boolean, hide boolean, "labelIds" integer[])
  ), standing as materialized (
    select u.id, u.owner_id, u.tenant_id from rules u where u.id in (select g.rule_id from given g) order by u.id for key share
  ), usable as materialized (
    select l.id, l.owner_id, l.tenant_id from labels l where l.id in (select unnest(g.label_ids) from given g)
      order by l.id for key share
  ), fresh as (
    insert into rule_hits as h (reader_id, article_id, rule_id, version)
      select g.reader_id, g.article_id, g.rule_id, g.version
      from given g join standing u on u.id = g.rule_id
      join entries e on e.article_id = g.article_id and e.reader_id = g.reader_id
      on conflict (article_id, reader_id, rule_id) do update set version = excluded.version, acted_at = now()
        where h.version < excluded.version
      returning reader_id, article_id, rule_id
  ), wanted as materialized (
    select g.*, coalesce(e.folded_into, e.article_id) as shown_id, e.folded_into is null as is_shown
    from fresh x
    join given g on g.reader_id = x.reader_id and g.article_id = x.article_id and g.rule_id = x.rule_id
    join entries e on e.article_id = x.article_id and e.reader_id = x.reader_id
  ), named as materialized (
    select distinct w.reader_id, w.article_id, w.shown_id, l.id as label_id, l.owner_id is null as is_shared
    from wanted w
    join standing u on u.id = w.rule_id
    join usable l on l.id = any (w.label_ids) and l.tenant_id = u.tenant_id and l.owner_id is not distinct from u.owner_id
  ), labelled as (
    insert into entry_labels (reader_id, label_id, article_id, sort_at)
      select distinct n.reader_id, n.label_id, e.article_id, e.sort_at
      from named n join entries e on e.reader_id = n.reader_id and e.article_id = n.shown_id
      on conflict do nothing
  ), shared as (
    insert into article_labels (label_id, article_id) select distinct n.label_id, n.article_id from named n where n.is_shared
      on conflict do nothing
  ), wishes as (
    select w.reader_id, w.shown_id, bool_or(w.is_read and w.is_shown) as is_read, bool_or(w.is_starred) as is_starred,
      bool_or(w.is_hidden and w.is_shown) as is_hidden
    from wanted w group by w.reader_id, w.shown_id
  ), targets as materialized (
    select w.*, w.shown_id as article_id from wishes w
    union all
    select w.*, e.article_id from wishes w join entries e on e.reader_id = w.reader_id and e.folded_into = w.shown_id
  ), changed as (
    update entries e
      set revision = r.revision,
        is_read = e.is_read or t.is_read
          or e.is_listed and is_covered(e.revision, e.received_at, c.read_through, c.read_before),
        read_at = case when t.is_read then coalesce(e.read_at, now()) else e.read_at end,
        is_starred = e.is_starred or t.is_starred,
        hidden_reason = coalesce(e.hidden_reason, case when t.is_hidden then 'rule' end)
      from targets t, readers r, counters c
      where e.article_id = t.article_id and e.reader_id = t.reader_id and r.id = t.reader_id
        and c.reader_id = e.reader_id and c.feed_id = e.feed_id
  )
  select count(*) into acted from (select distinct w.reader_id, w.article_id from wanted w) x;
  return acted;
end $function$
;
CREATE OR REPLACE FUNCTION public.add_buckets(here bigint[], there bigint[])
 RETURNS bigint[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select array_agg(coalesce(a.n, 0) + coalesce(b.n, 0) order by a.i)
  from unnest(here) with ordinality a (n, i) full join unnest(there) with ordinality b (n, i) using (i)
$function$
;
CREATE OR REPLACE FUNCTION public.add_work_hours(work work_inbox[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  e work_inbox;
begin
  for e in select u.* from unnest(work) u order by u.kind, u.name, u.variant, u.at loop
    insert into work_hours as w (kind, name, variant, hour, done, failed, milliseconds, buckets, tokens_in, tokens_out)
      values (e.kind, e.name, e.variant, date_trunc('hour', e.at, 'UTC'), e.done, e.failed, e.milliseconds, e.buckets, e.tokens_in,
        e.tokens_out)
    on conflict (kind, name, variant, hour) do update set done = w.done + excluded.done, failed = w.failed + excluded.failed,
      milliseconds = w.milliseconds + excluded.milliseconds, buckets = add_buckets(w.buckets, excluded.buckets),
      tokens_in = w.tokens_in + excluded.tokens_in, tokens_out = w.tokens_out + excluded.tokens_out;
  end loop;
end $function$
;
CREATE OR REPLACE FUNCTION public.address_hash(address text)
 RETURNS bytea
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'public', 'pg_temp'
RETURN sha256(convert_to(lower(address), 'UTF8'::name))
;
CREATE OR REPLACE FUNCTION public.adopt_inbound(adopted bigint[], doubles bigint[], kept bigint[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  reader_ids integer[];
begin
  delete from inbound_keys where article_id = any (adopted || doubles);
  if coalesce(cardinality(doubles), 0) = 0 then
    return;
  end if;
  perform from article_stages s where s.article_id = any (doubles) order by s.article_id, s.stage for update;
  perform pg_advisory_xact_lock_shared(7204653);
  select array_agg(distinct e.reader_id) into reader_ids from entries e where e.article_id = any (doubles);
  perform from readers where id = any (reader_ids) order by id for update;
  update readers set revision = revision + 1 where id = any (reader_ids);
  insert into entries as e (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision, hidden_reason,
      is_read, is_starred, read_at)
    select n.id, o.reader_id, n.feed_id, n.sort_at, n.received_at, r.revision, r.revision, max(o.hidden_reason),
      bool_or(o.is_read or o.is_listed and is_covered(o.revision, o.received_at, c.read_through, c.read_before)),
      bool_or(o.is_starred), max(o.read_at)
    from unnest(doubles, kept) as m (old_id, new_id)
    join entries o on o.article_id = m.old_id
    join articles n on n.id = m.new_id
    join readers r on r.id = o.reader_id
    join counters c on c.reader_id = o.reader_id and c.feed_id = o.feed_id
    group by n.id, o.reader_id, r.revision
    on conflict (article_id, reader_id) do update
      set is_read = e.is_read or excluded.is_read, is_starred = e.is_starred or excluded.is_starred,
          read_at = coalesce(e.read_at, excluded.read_at), revision = excluded.revision;
  insert into entry_labels (reader_id, label_id, article_id, sort_at)
    select l.reader_id, l.label_id, m.new_id, n.sort_at
    from unnest(doubles, kept) as m (old_id, new_id)
    join entry_labels l on l.article_id = m.old_id join articles n on n.id = m.new_id
    on conflict do nothing;
  delete from entry_labels where article_id = any (doubles);
  insert into article_labels (label_id, article_id, added_by, created_at)
    select x.label_id, m.new_id, x.added_by, x.created_at
    from unnest(doubles, kept) as m (old_id, new_id) join article_labels x on x.article_id = m.old_id
    on conflict do nothing;
  update highlights h set article_id = m.new_id from unnest(doubles, kept) as m (old_id, new_id) where h.article_id = m.old_id;
  update notes n set article_id = m.new_id from unnest(doubles, kept) as m (old_id, new_id) where n.article_id = m.old_id;
  update shares s set article_id = m.new_id from unnest(doubles, kept) as m (old_id, new_id) where s.article_id = m.old_id;
  update entries e set folded_into = m.new_id from unnest(doubles, kept) as m (old_id, new_id)
    where e.reader_id = any (reader_ids) and e.folded_into = m.old_id and e.article_id <> m.new_id;
  update inbound_items i set article_id = m.new_id from unnest(doubles, kept) as m (old_id, new_id)
    where i.reader_id = any (reader_ids) and i.article_id = m.old_id;
  delete from entries where article_id = any (doubles);
  perform carry_pins(doubles, kept);
  delete from articles where id = any (doubles);
end $function$
;
CREATE OR REPLACE FUNCTION public.allocate_article_ids(wanted integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  first_id bigint;
begin
  if wanted < 1 or wanted > 100000 then
    raise exception 'allocate_article_ids: % is not between 1 and 100000', wanted;
  end if;
  perform pg_advisory_lock(7204651);
  select greatest((extract(epoch from clock_timestamp()) * 1000000)::bigint, last_value + 1) into first_id from article_ids;
  perform setval('article_ids', first_id + wanted - 1);
  perform pg_advisory_unlock(7204651);
  return first_id;
end
$function$
;
CREATE OR REPLACE FUNCTION public.article_texts(wanted_articles bigint[])
 RETURNS TABLE(article_id bigint, feed_id integer, tenant_id uuid, title text, author text, url text, language text, text text, content_hash bytea, published_at timestamp with time zone, received_at timestamp with time zone, sort_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 100
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT a.id,
     a.feed_id,
     f.tenant_id,
     a.title,
     a.author,
     a.url,
     a.language,
         CASE
             WHEN (c.full_state = 'ready'::text) THEN COALESCE(c.full_text, c.text)
             ELSE c.text
         END AS text,
     text_hash(COALESCE(c.text_hash, a.content_hash),
         CASE
             WHEN (c.full_state = 'ready'::text) THEN c.full_text
             ELSE NULL::text
         END) AS text_hash,
     a.published_at,
     a.received_at,
     a.sort_at
    FROM (((unnest(article_texts.wanted_articles) w(id)
      JOIN articles a ON ((a.id = w.id)))
      JOIN article_contents c ON ((c.article_id = a.id)))
      JOIN feeds f ON ((f.id = a.feed_id)));
END
;
CREATE OR REPLACE FUNCTION public.articles_to_pin(wanted bigint[])
 RETURNS TABLE(article_id bigint, url text, title text, feed_title text, feed_url text, identity bytea, published_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 50
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT a.id,
     a.url,
     a.title,
     COALESCE(s.title, f.title, f.url) AS "coalesce",
         CASE
             WHEN ((f.tenant_id IS NULL) AND (f.credential IS NULL)) THEN f.url
             ELSE NULL::text
         END AS "case",
     a.identity,
     a.published_at
    FROM ((((unnest(articles_to_pin.wanted) WITH ORDINALITY w(id, place)
      JOIN entries e ON (((e.article_id = w.id) AND (e.reader_id = current_reader_id()))))
      JOIN articles a ON ((a.id = e.article_id)))
      JOIN feeds f ON ((f.id = a.feed_id)))
      LEFT JOIN subscriptions s ON (((s.feed_id = f.id) AND (s.reader_id = e.reader_id))))
   ORDER BY w.place;
END
;
CREATE OR REPLACE FUNCTION public.await_articles(wanted_feeds integer[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform from article_stages s
    where s.stage in ('tag', 'refine') and s.state in ('waiting', 'claimed')
      and s.article_id in (select unnest(d.article_ids) from feed_documents d where d.feed_id = any (wanted_feeds))
    order by s.article_id, s.stage for share;
  perform pg_advisory_xact_lock_shared(7204653);
end
$function$
;
CREATE OR REPLACE FUNCTION public.await_rules()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if exists (select from rules u where u.is_enabled and u.needs_stage is not null) then
    insert into rule_waits (article_id) values (new.article_id);
    perform pg_notify('alt_rules', '');
  end if;
  return null;
end $function$
;
CREATE OR REPLACE FUNCTION public.await_rules_of_subscribers()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if not exists (select from rules u where u.is_enabled) then
    return null;
  end if;
  with arriving as materialized (
    select n.reader_id, a.id as article_id
    from new_rows n
    join readers r on r.id = n.reader_id
    join feed_documents d on d.feed_id = n.feed_id
    cross join unnest(d.article_ids) as x (id)
    join articles a on a.id = x.id
    where exists (select from rules u where u.tenant_id = r.tenant_id and u.is_enabled and (u.owner_id = r.id or u.owner_id is null))
      and not exists (select from entries e where e.article_id = a.id and e.reader_id = n.reader_id)
  ), forgotten as (
    delete from rule_hits h using arriving x where h.article_id = x.article_id and h.reader_id = x.reader_id
  )
  insert into rule_waits (article_id, reader_id) select x.article_id, x.reader_id from arriving x;
  if found then
    perform pg_notify('alt_rules', '');
  end if;
  return null;
end $function$
;
CREATE OR REPLACE FUNCTION public.await_tag_rules()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  insert into rule_waits (article_id, tenant_id)
    select distinct x.id, o.tenant_id
    from old_rows o cross join unnest(o.article_ids) as x (id)
    where not o.is_index_only
      and exists (select from rules u where u.tenant_id = o.tenant_id and u.is_enabled and u.needs_stage is not null);
  if found then
    perform pg_notify('alt_rules', '');
  end if;
  return null;
end $function$
;
CREATE OR REPLACE FUNCTION public.begin_change()
 RETURNS bigint
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 UPDATE readers SET revision = (readers.revision + 1)
   WHERE (readers.id = current_reader_id())
   RETURNING readers.revision;
END
;
CREATE OR REPLACE FUNCTION public.begin_following(seen bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if not pg_try_advisory_xact_lock(7204653) then
    return false;
  end if;
  -- A statement of its own: it sees what the follower before us committed while we took the lock.
  return seen = coalesce((select a.position from auth_position a), 0);
end
$function$
;
CREATE OR REPLACE FUNCTION public.begin_project_import(tenant uuid, accounts jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  insert into tenants (id) values (tenant) on conflict do nothing;
  delete from project_jobs where tenant_id = tenant;
  delete from projects where tenant_id = tenant;
  delete from people where tenant_id = tenant;
  delete from import_ids i where i.tenant_id = tenant and i.kind <> 'feed';
  insert into readers (user_id, tenant_id)
    select distinct a.value::uuid, tenant from jsonb_each_text(accounts) a where a.value is not null on conflict do nothing;
  insert into import_ids (tenant_id, kind, old_id, new_id)
    select tenant, 'account', a.key, r.id::text from jsonb_each_text(accounts) a
    join readers r on r.user_id = a.value::uuid and r.tenant_id = tenant where a.value is not null;
end $function$
;
CREATE OR REPLACE FUNCTION public.begin_reset()
 RETURNS bigint
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 UPDATE readers SET revision = (readers.revision + 1), structure_revision = (readers.revision + 1), reset_revision = (readers.revision + 1)
   WHERE (readers.id = current_reader_id())
   RETURNING readers.revision;
END
;
CREATE OR REPLACE FUNCTION public.begin_shared_change()
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 UPDATE readers SET revision = (readers.revision + 1), structure_revision = (readers.revision + 1)
   WHERE (readers.id = ANY (tenant_reader_ids(current_tenant_id())));
END
;
CREATE OR REPLACE FUNCTION public.begin_structure_change()
 RETURNS bigint
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 UPDATE readers SET revision = (readers.revision + 1), structure_revision = (readers.revision + 1)
   WHERE (readers.id = current_reader_id())
   RETURNING readers.revision;
END
;
CREATE OR REPLACE FUNCTION public.begin_tag_change()
 RETURNS bigint
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 UPDATE readers SET revision = (readers.revision + 1), tags_revision = (readers.revision + 1)
   WHERE (readers.id = current_reader_id())
   RETURNING readers.revision;
END
;
CREATE OR REPLACE FUNCTION public.begin_tenant_import(tenant uuid, accounts jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  former integer[];
begin
  insert into tenants (id) values (tenant) on conflict do nothing;
  select coalesce(array_agg(r.id), '{}') into former from readers r where r.tenant_id = tenant;
  perform from feeds f where f.id in (select s.feed_id from subscriptions s where s.reader_id = any (former))
    order by f.id for no key update;
  with gone as (delete from subscriptions s where s.reader_id = any (former) returning s.feed_id)
  update feeds f set subscriber_count = f.subscriber_count - g.count
    from (select feed_id, count(*)::integer as count from gone group by feed_id) g where f.id = g.feed_id;
  delete from entries where reader_id = any (former);
  delete from labels where tenant_id = tenant;
  delete from folders where tenant_id = tenant;
  delete from rules where tenant_id = tenant;
  delete from saved_searches where tenant_id = tenant;
  delete from tags where tenant_id = tenant;
  delete from feed_selectors where tenant_id = tenant;
  delete from article_variants where tenant_id = tenant;
  delete from llm_usage where tenant_id = tenant;
  delete from readers where tenant_id = tenant;
  delete from import_ids where tenant_id = tenant;
  insert into import_ids (tenant_id, kind, old_id, new_id)
    select tenant, 'account', a.key, a.value from jsonb_each_text(accounts) a where a.value is not null;
end $function$
;
CREATE OR REPLACE FUNCTION public.carry_pins(old_ids bigint[], new_ids bigint[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 UPDATE project_articles p SET article_id = m.new_id
    FROM UNNEST(carry_pins.old_ids, carry_pins.new_ids) m(old_id, new_id)
   WHERE ((p.article_id = m.old_id) AND (NOT (EXISTS ( SELECT
            FROM project_articles o
           WHERE ((o.project_id = p.project_id) AND (o.article_id = m.new_id))))) AND (NOT (EXISTS ( SELECT
            FROM (UNNEST(carry_pins.old_ids, carry_pins.new_ids) x(old_id, new_id)
              JOIN project_articles o ON ((o.article_id = x.old_id)))
           WHERE ((o.project_id = p.project_id) AND (x.new_id = m.new_id) AND (x.old_id < m.old_id))))));
 UPDATE project_highlights h SET pin_id = o.id
    FROM project_articles p,
     UNNEST(carry_pins.old_ids, carry_pins.new_ids) m(old_id, new_id),
     project_articles o
   WHERE ((h.pin_id = p.id) AND (p.article_id = m.old_id) AND (o.project_id = p.project_id) AND (o.article_id = m.new_id));
 UPDATE project_notes n SET pin_id = o.id
    FROM project_articles p,
     UNNEST(carry_pins.old_ids, carry_pins.new_ids) m(old_id, new_id),
     project_articles o
   WHERE ((n.pin_id = p.id) AND (p.article_id = m.old_id) AND (o.project_id = p.project_id) AND (o.article_id = m.new_id));
 DELETE FROM project_articles p
    USING UNNEST(carry_pins.old_ids, carry_pins.new_ids) m(old_id, new_id)
   WHERE ((p.article_id = m.old_id) AND (EXISTS ( SELECT
            FROM project_articles o
           WHERE ((o.project_id = p.project_id) AND (o.article_id = m.new_id)))));
END
;
CREATE OR REPLACE FUNCTION public.check_feed_limit(tenant uuid, feeds_before integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  maximum integer;
  present integer;
begin
  if feeds_before is null then
    return;
  end if;
  select (t.limits ->> 'feeds')::integer into maximum from tenants t where t.id = tenant;
  present := tenant_feed_count(tenant);
  if present > maximum and present > feeds_before then
    raise exception 'the tenant may have % feeds', maximum using errcode = 'ALT01', detail = maximum::text;
  end if;
end $function$
;
CREATE OR REPLACE FUNCTION public.claim_inoreader(worker text, present timestamp with time zone, lease_seconds integer, wanted_account text)
 RETURNS TABLE(id integer, account text, user_id uuid, tenant_id uuid, reader_id integer)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
#variable_conflict use_column
begin
  return query
    with due as materialized (
      select c.id from inoreader_connections c
        join readers r on r.id = c.reader_id
        join tenants t on t.id = r.tenant_id
        where (c.lease_until is null or c.lease_until <= present)
          and (c.account = wanted_account
            or wanted_account is null and (c.next_run_at <= present or c.wanted_at is not null))
          and r.purge_after is null and t.suspended_at is null
        order by c.next_run_at, c.id limit 1 for update of c skip locked
    )
    update inoreader_connections c
      set lease_owner = worker, lease_until = present + make_interval(secs => lease_seconds)
      from due, readers r
      where c.id = due.id and r.id = c.reader_id
      returning c.id, c.account, r.user_id, r.tenant_id, c.reader_id;
end $function$
;
CREATE OR REPLACE FUNCTION public.claim_project_jobs(worker text, wanted integer, lease interval)
 RETURNS TABLE(id uuid, kind text, project_id uuid, tenant_id uuid, user_id uuid, role tenant_role, attempts integer)
 LANGUAGE sql
 SECURITY DEFINER ROWS 5
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 WITH due AS (
          SELECT j.id
            FROM (project_jobs j
              JOIN tenants t ON (((t.id = j.tenant_id) AND (t.suspended_at IS NULL))))
           WHERE ((j.state = ANY (ARRAY['waiting'::text, 'running'::text])) AND (j.next_attempt_at <= now()) AND ((j.state = 'waiting'::text) OR (j.claimed_until < now())))
           ORDER BY j.next_attempt_at
          LIMIT claim_project_jobs.wanted
          FOR UPDATE OF j SKIP LOCKED
         ), taken AS (
          UPDATE project_jobs j SET state = 'running'::text, claimed_by = claim_project_jobs.worker, claimed_until = (now() + claim_project_jobs.lease), attempts = (j.attempts + 1)
            FROM due
           WHERE (j.id = due.id)
           RETURNING j.id,
             j.kind,
             j.project_id,
             j.tenant_id,
             j.reader_id,
             j.role,
             j.attempts
         )
  SELECT taken.id,
     taken.kind,
     taken.project_id,
     taken.tenant_id,
     r.user_id,
     taken.role,
     taken.attempts
    FROM (taken
      JOIN readers r ON ((r.id = taken.reader_id)));
END
;
CREATE OR REPLACE FUNCTION public.claim_project_rules(wanted integer, lease interval)
 RETURNS TABLE(id uuid, project_id uuid, section_id uuid, query text, version integer, revision bigint, article_id bigint, tenant_id uuid, user_id uuid, role tenant_role)
 LANGUAGE sql
 SECURITY DEFINER ROWS 10
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 WITH due AS (
          SELECT x.id
            FROM ((((project_rules x
              JOIN projects p ON (((p.id = x.project_id) AND (p.status = 'active'::text) AND (p.deleted_at IS NULL))))
              JOIN tenants t ON (((t.id = p.tenant_id) AND (t.suspended_at IS NULL))))
              JOIN readers r_1 ON (((r_1.id = x.owner_id) AND (r_1.purge_after IS NULL))))
              JOIN people n_1 ON ((n_1.reader_id = r_1.id)))
           WHERE (x.is_enabled AND (x.next_check_at <= now()))
           ORDER BY x.next_check_at
          LIMIT claim_project_rules.wanted
          FOR UPDATE OF x SKIP LOCKED
         ), taken AS (
          UPDATE project_rules x SET next_check_at = (now() + claim_project_rules.lease)
            FROM due
           WHERE (x.id = due.id)
           RETURNING x.id,
             x.project_id,
             x.section_id,
             x.query,
             x.version,
             x.revision,
             x.article_id,
             x.owner_id
         )
  SELECT taken.id,
     taken.project_id,
     taken.section_id,
     taken.query,
     taken.version,
     taken.revision,
     taken.article_id,
     r.tenant_id,
     r.user_id,
     n.role
    FROM ((taken
      JOIN readers r ON ((r.id = taken.owner_id)))
      JOIN people n ON ((n.reader_id = r.id)));
END
;
CREATE OR REPLACE FUNCTION public.claim_reader_imports(worker text, wanted integer, lease interval)
 RETURNS TABLE(id uuid, tenant_id uuid, user_id uuid, attempts integer)
 LANGUAGE sql
 SECURITY DEFINER ROWS 5
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 WITH due AS (
          SELECT j.id
            FROM ((reader_imports j
              JOIN tenants t ON (((t.id = j.tenant_id) AND (t.suspended_at IS NULL))))
              JOIN readers r_1 ON (((r_1.id = j.reader_id) AND (r_1.purge_after IS NULL))))
           WHERE ((j.state = ANY (ARRAY['waiting'::text, 'running'::text])) AND (j.next_attempt_at <= now()) AND ((j.state = 'waiting'::text) OR (j.claimed_until < now())))
           ORDER BY j.next_attempt_at
          LIMIT claim_reader_imports.wanted
          FOR UPDATE OF j SKIP LOCKED
         ), taken AS (
          UPDATE reader_imports j SET state = 'running'::text, claimed_by = claim_reader_imports.worker, claimed_until = (now() + claim_reader_imports.lease), attempts = (j.attempts + 1)
            FROM due
           WHERE (j.id = due.id)
           RETURNING j.id,
             j.tenant_id,
             j.reader_id,
             j.attempts
         )
  SELECT taken.id,
     taken.tenant_id,
     r.user_id,
     taken.attempts
    FROM (taken
      JOIN readers r ON ((r.id = taken.reader_id)));
END
;
CREATE OR REPLACE FUNCTION public.claim_recap_outlets(wanted integer, lease interval)
 RETURNS TABLE(reader_id integer, user_id uuid, tenant_id uuid)
 LANGUAGE sql
 SECURITY DEFINER ROWS 20
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 WITH due AS (
          SELECT o.reader_id
            FROM ((recap_outlets o
              JOIN readers r_1 ON (((r_1.id = o.reader_id) AND (r_1.purge_after IS NULL))))
              JOIN tenants t ON (((t.id = r_1.tenant_id) AND (t.suspended_at IS NULL))))
           WHERE ((o.next_check_at <= now()) AND (o.is_daily_mailed OR o.is_weekly_mailed OR (o.feed_secret_hash IS NOT NULL)))
           ORDER BY o.next_check_at
          LIMIT claim_recap_outlets.wanted
          FOR UPDATE OF o SKIP LOCKED
         ), taken AS (
          UPDATE recap_outlets o SET next_check_at = (now() + claim_recap_outlets.lease)
            FROM due
           WHERE (o.reader_id = due.reader_id)
           RETURNING o.reader_id
         )
  SELECT r.id,
     r.user_id,
     r.tenant_id
    FROM (taken
      JOIN readers r ON ((r.id = taken.reader_id)));
END
;
CREATE OR REPLACE FUNCTION public.collect_feed_day(of_day date)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  collected integer;
begin
  with untold as (
    select d.feed_id, array[d.polls::bigint, d.unchanged, d.failed, d.articles, d.bytes, d.milliseconds] as sums,
      coalesce(d.told, '{0,0,0,0,0,0}') as told
    from feed_days d
    where d.day = of_day
      and d.told is distinct from array[d.polls::bigint, d.unchanged, d.failed, d.articles, d.bytes, d.milliseconds]
    order by d.feed_id for update
  ), telling as (
    update feed_days d set told = u.sums from untold u where d.feed_id = u.feed_id and d.day = of_day
  )
  insert into work_inbox (at, kind, feed_id, done, failed, milliseconds, unchanged, articles, bytes)
    select of_day::timestamp at time zone 'UTC', 'poll', u.feed_id, u.sums[1] - u.sums[3] - u.told[1] + u.told[3],
      u.sums[3] - u.told[3], u.sums[6] - u.told[6], u.sums[2] - u.told[2], u.sums[4] - u.told[4], u.sums[5] - u.told[5]
    from untold u;
  get diagnostics collected = row_count;
  return collected;
end $function$
;
CREATE OR REPLACE FUNCTION public.collect_garbage(after_id bigint, batch integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  looked_at bigint[];
  feed_ids integer[];
begin
  select array_agg(x.id) into looked_at
    from (select id from articles where id > after_id order by id limit batch) x;
  if looked_at is null then
    delete from feeds f where f.subscriber_count = 0 and f.created_at < now() - interval '1 day'
      and not exists (select from articles a where a.feed_id = f.id)
      and not exists (select from subscriptions s where s.feed_id = f.id)
      and not exists (select from folder_feeds p join folders d on d.id = p.folder_id join tenants t on t.id = d.tenant_id
        where p.feed_id = f.id and (t.purge_after is null or t.purge_after > now()));
    return null;
  end if;
  select array_agg(distinct a.feed_id) into feed_ids
    from articles a
    where a.id = any (looked_at) and a.received_at < now() - interval '1 day'
      and not exists (select from entries e where e.article_id = a.id);
  if feed_ids is null then
    return looked_at[cardinality(looked_at)];
  end if;
  -- Who subscribes or stores takes the feed too: from here on nobody is given an article that goes.
  perform from feeds f where f.id = any (feed_ids) order by f.id for no key update;
  with gone as (
    select a.id, a.feed_id, a.identity, f.subscriber_count
    from articles a join feeds f on f.id = a.feed_id
    where a.id = any (looked_at) and a.feed_id = any (feed_ids) and a.received_at < now() - interval '1 day'
      and not exists (select from entries e where e.article_id = a.id)
      and not exists (select from deliveries d where a.id = any (d.article_ids))
      and not exists (select from project_articles p where p.article_id = a.id)
      and (f.subscriber_count = 0
        or not exists (select from feed_documents d where d.feed_id = a.feed_id and a.id = any (d.article_ids)))
    for update of a skip locked
  ), buried as (
    insert into tombstones (feed_id, identity)
      select feed_id, identity from gone where subscriber_count > 0 on conflict do nothing
  ), forgotten as (
    -- Who follows the feed next gets its whole document again, which it must not answer with "not modified".
    update feeds set etag = null, last_modified = null, body_hash = null, last_success_at = null
      where id in (select feed_id from gone where subscriber_count = 0)
  )
  delete from articles a using gone where a.id = gone.id;
  return looked_at[cardinality(looked_at)];
end
$function$
;
CREATE OR REPLACE FUNCTION public.collect_work_hours()
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  collected integer;
begin
  with gone as (delete from work_hours returning *)
  insert into work_inbox (at, kind, name, variant, done, failed, milliseconds, buckets, tokens_in, tokens_out)
    select g.hour, g.kind, g.name, g.variant, g.done, g.failed, g.milliseconds, g.buckets, g.tokens_in, g.tokens_out from gone g;
  get diagnostics collected = row_count;
  return collected;
end $function$
;
CREATE OR REPLACE FUNCTION public.confirm_recap_mail(token text)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 UPDATE recap_outlets o SET mail_confirmed_at = now(), mail_error = NULL::text, next_check_at = now(), daily_done =
         CASE
             WHEN o.is_daily_mailed THEN NULL::date
             ELSE o.daily_done
         END, weekly_done =
         CASE
             WHEN o.is_weekly_mailed THEN NULL::date
             ELSE o.weekly_done
         END
   WHERE ((o.mail_token = confirm_recap_mail.token) AND (o.mail_confirmed_at IS NULL));
END
;
CREATE OR REPLACE FUNCTION public.continue_delivery(delivery bigint, batch integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  d deliveries;
  last_reader integer;
begin
  select * into d from deliveries x where x.id = delivery for update;
  last_reader := deliver_batch(d.feed_id, d.article_ids, d.after_reader_id, batch);
  if last_reader is null then
    delete from deliveries x where x.id = d.id;
    perform fold_soon(array(select m.cluster_id from cluster_members m where m.article_id = any (d.article_ids)));
  else
    update deliveries x set after_reader_id = last_reader where x.id = d.id;
  end if;
end $function$
;
CREATE OR REPLACE FUNCTION public.count_asking(address text, maximum integer)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  delete from recap_askings a where a.address_hash in (
    select o.address_hash from recap_askings o where o.first_at < now() - interval '30 days'
    order by o.first_at limit 100 for update skip locked);
  insert into recap_askings as a (address_hash) values (address_hash(address))
    on conflict on constraint recap_askings_pkey do update
      set asked_count = case when a.first_at < now() - interval '30 days' then 1 else a.asked_count + 1 end,
        first_at = case when a.first_at < now() - interval '30 days' then now() else a.first_at end
      where a.asked_count < maximum or a.first_at < now() - interval '30 days';
  return found;
end
$function$
;
CREATE OR REPLACE FUNCTION public.count_deleted_entries()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  update counters c set unread = c.unread - d.unread
    from (
      select o.reader_id, o.feed_id, count(*)::int as unread
      from old_rows o
      join counters k on k.reader_id = o.reader_id and k.feed_id = o.feed_id
      where o.is_listed and not o.is_read
        and not is_covered(o.revision, o.received_at, k.read_through, k.read_before)
      group by o.reader_id, o.feed_id
    ) d
    where c.reader_id = d.reader_id and c.feed_id = d.feed_id;
  update readers r set starred_count = r.starred_count - d.starred
    from (select reader_id, count(*)::int as starred from old_rows where is_starred and is_listed group by reader_id) d
    where r.id = d.reader_id;
  return null;
end
$function$
;
CREATE OR REPLACE FUNCTION public.count_inserted_entries()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  insert into counters as c (reader_id, feed_id, unread)
    select n.reader_id, n.feed_id, count(*) filter (where n.is_listed and not n.is_read)
    from new_rows n group by n.reader_id, n.feed_id order by n.reader_id, n.feed_id
    on conflict (reader_id, feed_id) do update set unread = c.unread + excluded.unread
    where excluded.unread <> 0;
  if exists (select from new_rows where is_starred) then
    update readers r set starred_count = r.starred_count + d.starred
      from (select reader_id, count(*) as starred from new_rows where is_starred and is_listed group by reader_id) d
      where r.id = d.reader_id;
  end if;
  return null;
end
$function$
;
CREATE OR REPLACE FUNCTION public.count_updated_entries()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  update counters c set unread = c.unread + d.unread
    from (
      select o.reader_id, o.feed_id, sum(
          (n.is_listed and not n.is_read and not is_covered(n.revision, n.received_at, k.read_through, k.read_before))::int
          - (o.is_listed and not o.is_read and not is_covered(o.revision, o.received_at, k.read_through, k.read_before))::int
        )::int as unread
      from old_rows o
      join new_rows n on n.article_id = o.article_id and n.reader_id = o.reader_id
      join counters k on k.reader_id = o.reader_id and k.feed_id = o.feed_id
      group by o.reader_id, o.feed_id
    ) d
    where d.unread <> 0 and c.reader_id = d.reader_id and c.feed_id = d.feed_id;
  update readers r set starred_count = r.starred_count + d.starred
    from (
      select o.reader_id, sum((n.is_starred and n.is_listed)::int - (o.is_starred and o.is_listed)::int)::int as starred
      from old_rows o
      join new_rows n on n.article_id = o.article_id and n.reader_id = o.reader_id
      where (n.is_starred and n.is_listed) <> (o.is_starred and o.is_listed)
      group by o.reader_id
    ) d
    where d.starred <> 0 and r.id = d.reader_id;
  return null;
end
$function$
;
CREATE OR REPLACE FUNCTION public.current_inoreader_connection()
 RETURNS integer
 LANGUAGE sql
 STABLE
RETURN (SELECT c.id FROM inoreader_connections c WHERE (c.reader_id = current_reader_id()))
;
CREATE OR REPLACE FUNCTION public.current_reader_id()
 RETURNS integer
 LANGUAGE sql
 STABLE PARALLEL SAFE
BEGIN ATOMIC
 SELECT readers.id
    FROM readers
   WHERE ((readers.user_id = current_user_id()) AND (readers.tenant_id = current_tenant_id()));
END
;
CREATE OR REPLACE FUNCTION public.current_tenant_id()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (current_setting('alt.tenant_id'::text))::uuid
;
CREATE OR REPLACE FUNCTION public.current_tenant_role()
 RETURNS tenant_role
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (current_setting('alt.role'::text))::tenant_role
;
CREATE OR REPLACE FUNCTION public.current_user_id()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (current_setting('alt.user_id'::text))::uuid
;
CREATE OR REPLACE FUNCTION public.deliver(wanted_feed integer, wanted_articles bigint[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  last_reader integer;
begin
  if cardinality(wanted_articles) = 0 then
    return;
  end if;
  last_reader := deliver_batch(wanted_feed, wanted_articles, 0, 200);
  if exists (select from subscriptions s where s.feed_id = wanted_feed and s.reader_id > last_reader) then
    insert into deliveries (feed_id, article_ids, after_reader_id) values (wanted_feed, wanted_articles, last_reader);
  end if;
end
$function$
;
CREATE OR REPLACE FUNCTION public.deliver_all(new_articles bigint[], changed_articles bigint[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  pair_feeds integer[];
  pair_readers integer[];
  reader_ids integer[];
begin
  select array_agg(w.feed_id), array_agg(s.reader_id) into pair_feeds, pair_readers
    from (select distinct a.feed_id from articles a where a.id = any (new_articles)) w
    cross join lateral (
      select x.reader_id from subscriptions x where x.feed_id = w.feed_id order by x.reader_id limit 200
    ) s;
  select array_agg(distinct x.reader_id) into reader_ids from (
    select unnest(pair_readers) as reader_id
    union all
    select e.reader_id from entries e where e.article_id = any (changed_articles)
  ) x;
  if reader_ids is null then
    return;
  end if;
  perform from readers where id = any (reader_ids) order by id for update;
  update readers set revision = revision + 1 where id = any (reader_ids);
  insert into entries (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision)
    select a.id, r.id, a.feed_id, a.sort_at, a.received_at, r.revision, r.revision
    from unnest(pair_feeds, pair_readers) as p (feed_id, reader_id)
    join readers r on r.id = p.reader_id
    join articles a on a.feed_id = p.feed_id and a.id = any (new_articles)
    on conflict do nothing;
  insert into deliveries (feed_id, article_ids, after_reader_id)
    select p.feed_id, (select array_agg(a.id) from articles a where a.id = any (new_articles) and a.feed_id = p.feed_id),
      max(p.reader_id)
    from unnest(pair_feeds, pair_readers) as p (feed_id, reader_id)
    group by p.feed_id
    having count(*) = 200
      and exists (select from subscriptions s where s.feed_id = p.feed_id and s.reader_id > max(p.reader_id));
  if cardinality(changed_articles) > 0 then
    update entries e
      set revision = r.revision,
          is_read = e.is_read or e.is_listed and is_covered(e.revision, e.received_at, c.read_through, c.read_before)
      from readers r, counters c
      where e.article_id = any (changed_articles) and r.id = e.reader_id
        and c.reader_id = e.reader_id and c.feed_id = e.feed_id;
  end if;
end
$function$
;
CREATE OR REPLACE FUNCTION public.deliver_batch(wanted_feed integer, wanted_articles bigint[], after_reader integer, batch integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  reader_ids integer[];
begin
  select array_agg(x.reader_id) into reader_ids from (
    select s.reader_id from subscriptions s
    where s.feed_id = wanted_feed and s.reader_id > after_reader order by s.reader_id limit batch
  ) x;
  if reader_ids is null then
    return null;
  end if;
  perform from readers where id = any (reader_ids) order by id for update;
  update readers set revision = revision + 1 where id = any (reader_ids);
  insert into entries (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision)
    select a.id, r.id, a.feed_id, a.sort_at, a.received_at, r.revision, r.revision
    from readers r
    join subscriptions s on s.reader_id = r.id and s.feed_id = wanted_feed
    cross join (select * from articles where id = any (wanted_articles)) a
    where r.id = any (reader_ids)
    on conflict do nothing;
  return reader_ids[cardinality(reader_ids)];
end
$function$
;
CREATE OR REPLACE FUNCTION public.deliver_next(batch integer)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  d deliveries;
  last_reader integer;
begin
  select * into d from deliveries order by id limit 1 for update skip locked;
  if d.id is null then
    return false;
  end if;
  last_reader := deliver_batch(d.feed_id, d.article_ids, d.after_reader_id, batch);
  if last_reader is null then
    delete from deliveries where id = d.id;
    perform fold_soon(array(select m.cluster_id from cluster_members m where m.article_id = any (d.article_ids)));
  else
    update deliveries set after_reader_id = last_reader where id = d.id;
  end if;
  return true;
end
$function$
;
CREATE OR REPLACE FUNCTION public.drop_empty_clusters()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  delete from clusters c using (select distinct o.cluster_id from old_rows o) x
    where c.id = x.cluster_id and not exists (select from cluster_members m where m.cluster_id = c.id);
  return null;
end
$function$
;
CREATE OR REPLACE FUNCTION public.drop_shared(wanted_feeds integer[], wanted_readers integer[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  lost record;
begin
  perform from feeds f where f.id = any (wanted_feeds) order by f.id for no key update;
  update subscriptions s set is_shared = false
    where s.reader_id = any (wanted_readers) and s.feed_id = any (wanted_feeds) and s.is_shared
      and exists (select from subscription_folders p join folders f on f.id = p.folder_id
        where p.subscription_id = s.id and f.owner_id is not null)
      and not exists (select from subscription_folders p join folders f on f.id = p.folder_id
        where p.subscription_id = s.id and f.owner_id is null);
  for lost in
    select s.reader_id, s.feed_id from subscriptions s
    where s.reader_id = any (wanted_readers) and s.feed_id = any (wanted_feeds) and s.is_shared
      and not exists (select from subscription_folders p where p.subscription_id = s.id)
    order by s.reader_id, s.feed_id
  loop
    perform unsubscribe_reader(lost.reader_id, lost.feed_id);
  end loop;
end $function$
;
CREATE OR REPLACE FUNCTION public.end_project_import(tenant uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  update project_sources s set query = imported_query(tenant, s.query) from projects p
    where p.id = s.project_id and p.tenant_id = tenant and s.query ~* 'feed:"?#';
  update project_rules u set query = imported_query(tenant, u.query) from projects p
    where p.id = u.project_id and p.tenant_id = tenant and u.query ~* 'feed:"?#';
  delete from import_ids where tenant_id = tenant;
end $function$
;
CREATE OR REPLACE FUNCTION public.end_recap_mail(token text)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 UPDATE recap_outlets o SET is_daily_mailed = false, is_weekly_mailed = false, mail_confirmed_at = NULL::timestamp with time zone, mail_error = NULL::text
   WHERE (o.mail_token = end_recap_mail.token);
END
;
CREATE OR REPLACE FUNCTION public.end_tenant_import(tenant uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  update feeds f set subscriber_count = (select count(*) from subscriptions s where s.feed_id = f.id)
    where f.id in (select s.feed_id from subscriptions s join readers r on r.id = s.reader_id where r.tenant_id = tenant);
  update readers set revision = 1, structure_revision = 1, reset_revision = 1 where tenant_id = tenant;
  update saved_searches s set query = imported_query(tenant, s.query) where s.tenant_id = tenant and s.query ~* 'feed:"?#';
  update rules u set query = imported_query(tenant, u.query) where u.tenant_id = tenant and u.query ~* 'feed:"?#';
  delete from import_ids i where i.tenant_id = tenant and i.kind <> 'feed';
  perform pg_notify('alt_polls', '');
  perform pg_notify('alt_stages', '');
end $function$
;
CREATE OR REPLACE FUNCTION public.ensure_feed(feed_url text, feed_host text, feed_tenant uuid, feed_credential text, feed_title text DEFAULT NULL::text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  found_id integer;
begin
  insert into hosts (host) values (feed_host) on conflict do nothing;
  insert into feeds (url, host, tenant_id, credential, title)
    values (feed_url, feed_host, feed_tenant, feed_credential, feed_title)
    on conflict on constraint feeds_url_key do nothing returning id into found_id;
  if found_id is null then
    select id into found_id from feeds
      where url = feed_url and tenant_id is not distinct from feed_tenant
        and credential is not distinct from feed_credential;
  end if;
  return found_id;
end
$function$
;
CREATE OR REPLACE FUNCTION public.ensure_reader()
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  found_id integer;
begin
  select id into found_id from readers where user_id = current_user_id() and tenant_id = current_tenant_id();
  if found_id is not null then
    return found_id;
  end if;
  insert into tenants (id) values (current_tenant_id()) on conflict do nothing;
  insert into readers (user_id, tenant_id) values (current_user_id(), current_tenant_id()) on conflict do nothing;
  return (select id from readers where user_id = current_user_id() and tenant_id = current_tenant_id());
end
$function$
;
CREATE OR REPLACE FUNCTION public.enter_projects(person_name text, person_email text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  reader integer := ensure_reader();
begin
  insert into people as p (reader_id, tenant_id, name, email, role)
    values (reader, current_tenant_id(), person_name, person_email, current_tenant_role())
    on conflict (reader_id) do update
      set name = excluded.name, email = excluded.email, role = excluded.role, seen_at = now()
      where (p.name, p.email, p.role) is distinct from (excluded.name, excluded.email, excluded.role)
        or p.seen_at < now() - interval '1 day';
  return reader;
end
$function$
;
CREATE OR REPLACE FUNCTION public.entry_cards(wanted_articles bigint[])
 RETURNS TABLE(id bigint, title text, url text, author text, published_at timestamp with time zone, excerpt text, image_url text, feed_title text, labels text[], tags text[], also_in json)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 50
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
#variable_conflict use_column
declare
  me readers;
begin
  select * into me from readers r where r.id = current_reader_id();
  return query
  select e.article_id, a.title, a.url, a.author, a.published_at::timestamptz, a.excerpt, a.image_url,
    coalesce(s.title, f.title, f.url),
    array(select l.name from entry_labels n join labels l on l.id = n.label_id
      where n.article_id = e.article_id and n.reader_id = e.reader_id order by 1),
    array(select t.name from article_tags n join tags t on t.id = n.tag_id
      where n.article_id = e.article_id and n.tenant_id = me.tenant_id and not t.is_hidden and not exists (
        select from tag_vetoes v where v.reader_id = e.reader_id and (v.normalised = t.normalised
          or exists (select from tag_aliases x where x.tag_id = t.id and x.normalised = v.normalised)))
      order by n.score desc),
    story.others
  from entries e
  join articles a on a.id = e.article_id
  join feeds f on f.id = a.feed_id
  left join subscriptions s on s.reader_id = e.reader_id and s.feed_id = a.feed_id
  cross join lateral (
    select coalesce(json_agg(json_build_object('id', o.article_id::text, 'title', b.title, 'url', b.url,
        'feed', json_build_object('id', g.id::text, 'title', coalesce(u.title, g.title, g.url)))
      order by o.received_at, o.sort_at, o.article_id), '[]') as others
    from (
      select k.article_id, k.received_at, k.sort_at from entries k
        where k.reader_id = e.reader_id and k.folded_into = coalesce(e.folded_into, e.article_id)
      union all
      select k.article_id, k.received_at, k.sort_at from entries k
        where k.article_id = e.folded_into and k.reader_id = e.reader_id
    ) o
    join articles b on b.id = o.article_id
    join feeds g on g.id = b.feed_id
    left join subscriptions u on u.reader_id = e.reader_id and u.feed_id = g.id
    where o.article_id <> e.article_id
  ) story
  where e.reader_id = me.id and e.article_id = any (wanted_articles);
end
$function$
;
CREATE OR REPLACE FUNCTION public.entry_summaries(wanted_articles bigint[])
 RETURNS TABLE(article_id bigint, state text, summary text, language text, engine text, sentences jsonb, note text, code text, reason text)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 50
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT e.article_id,
         CASE
             WHEN o.is_off THEN 'none'::text
             WHEN (x.summary IS NOT NULL) THEN 'ready'::text
             WHEN (p.state = ANY (ARRAY['waiting'::text, 'claimed'::text])) THEN 'pending'::text
             WHEN (p.state = 'parked'::text) THEN 'failed'::text
             ELSE 'none'::text
         END AS "case",
     x.summary,
     NULLIF(x.language, ''::text) AS "nullif",
     x.engine,
     x.sentences,
     x.note,
     c.code,
         CASE c.code
             WHEN 'failed'::text THEN 'It could not be made. Ask for it to have it tried again.'::text
             WHEN 'not-wanted'::text THEN 'Summaries were switched off when the article came. Ask for it to have it made.'::text
             WHEN 'no-text'::text THEN 'The article has no text to summarise.'::text
             ELSE NULL::text
         END AS "case"
    FROM ((((((((entries e
      JOIN readers r ON ((r.id = e.reader_id)))
      JOIN tenants t ON ((t.id = r.tenant_id)))
      LEFT JOIN subscriptions b ON (((b.reader_id = e.reader_id) AND (b.feed_id = e.feed_id))))
      LEFT JOIN article_stages p ON (((p.article_id = e.article_id) AND (p.stage = 'summarise'::text))))
      LEFT JOIN summary_requests q ON (((q.article_id = e.article_id) AND (q.reader_id = e.reader_id))))
      CROSS JOIN LATERAL ( SELECT (('summarise'::text = ANY (t.disabled_stages)) OR ((NOT COALESCE(b.wants_summary, true)) AND (q.article_id IS NULL))) AS is_off) o)
      LEFT JOIN LATERAL ( SELECT y.article_id,
             y.tenant_id,
             y.language,
             y.engine,
             y.content_hash,
             y.summary,
             y.sentences,
             y.score,
             y.created_at,
             y.note
            FROM article_summaries y
           WHERE ((NOT o.is_off) AND (y.article_id = e.article_id) AND ((y.tenant_id IS NULL) OR (y.tenant_id = r.tenant_id)))
           ORDER BY (y.language = (r.settings ->> 'language'::text)) DESC NULLS LAST, (y.engine <> 'extractive'::text) DESC, y.created_at DESC
          LIMIT 1) x ON (true))
      CROSS JOIN LATERAL ( SELECT
                 CASE
                     WHEN (o.is_off OR (x.summary IS NOT NULL)) THEN NULL::text
                     WHEN (p.state = 'parked'::text) THEN 'failed'::text
                     WHEN (p.state = 'done'::text) THEN
                     CASE p.error
                         WHEN 'not-wanted'::text THEN 'not-wanted'::text
                         ELSE 'no-text'::text
                     END
                     ELSE NULL::text
                 END AS code) c)
   WHERE ((e.reader_id = current_reader_id()) AND (e.article_id = ANY (entry_summaries.wanted_articles)));
END
;
CREATE OR REPLACE FUNCTION public.erase_leavers_reading()
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  gone integer[];
begin
  select array_agg(r.id) into gone from readers r where r.purge_after <= now() and (
    exists (select from reading_slots s where s.reader_id = r.id) or exists (select from reading_events e where e.reader_id = r.id)
    or exists (select from reading_inbox i where i.reader_id = r.id));
  if gone is null then
    return 0;
  end if;
  perform hold_reading();
  delete from reading_inbox where reader_id = any (gone);
  delete from reading_events where reader_id = any (gone);
  delete from reading_slots where reader_id = any (gone);
  delete from reading_feed_days where reader_id = any (gone);
  delete from reading_feed_months where reader_id = any (gone);
  return cardinality(gone);
end $function$
;
CREATE OR REPLACE FUNCTION public.erase_reading(of_all boolean)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  erased integer[];
  removed integer;
  inboxed integer;
begin
  select array_agg(r.id order by r.id) into erased from readers r
    where r.tenant_id = current_tenant_id() and (of_all or r.user_id = current_user_id());
  perform from readers r where r.id = any (erased) order by r.id for no key update;
  perform hold_reading();
  insert into reading_erasures (reader_id, tenant_id) select unnest(erased), current_tenant_id()
    on conflict (reader_id) do update set until = now();
  delete from reading_inbox where reader_id = any (erased);
  get diagnostics inboxed = row_count;
  delete from reading_events where reader_id = any (erased);
  get diagnostics removed = row_count;
  delete from reading_slots where reader_id = any (erased);
  delete from reading_feed_days where reader_id = any (erased);
  delete from reading_feed_months where reader_id = any (erased);
  return removed + inboxed;
end $function$
;
CREATE OR REPLACE FUNCTION public.export_inbound_keys(tenant uuid, kind text)
 RETURNS SETOF jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select to_jsonb(k) - 'tenant_id' from inbound_keys k
  where k.tenant_id = tenant and kind = 'inbound_key'
    and exists (select from entries e where e.article_id = k.article_id and e.reader_id = any (tenant_reader_ids(tenant)))
  order by k.article_id, k.key
$function$
;
CREATE OR REPLACE FUNCTION public.export_project_rows(tenant uuid, kind text)
 RETURNS SETOF jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
#variable_conflict use_variable
declare
  members integer[] := tenant_reader_ids(tenant);
begin
  case kind
    when 'person' then return query
      select to_jsonb(p) - 'reader_id' - 'tenant_id' || jsonb_build_object('account', r.user_id)
        from people p join readers r on r.id = p.reader_id where p.tenant_id = tenant and r.id = any (members) order by r.user_id;
    when 'project' then return query
      select with_account(to_jsonb(p) - 'tenant_id', 'created_by') from projects p where p.tenant_id = tenant order by p.id;
    when 'project_member' then return query
      select with_account(to_jsonb(m), 'reader_id') from project_members m join projects p on p.id = m.project_id
        where p.tenant_id = tenant and m.reader_id = any (members) order by m.project_id, m.reader_id;
    when 'project_section' then return query
      select to_jsonb(s) from project_sections s join projects p on p.id = s.project_id where p.tenant_id = tenant order by s.id;
    when 'project_article' then return query
      select with_account(to_jsonb(a), 'pinned_by')
          || jsonb_build_object('feed_is_private', f.tenant_id is not null, 'feed_credential', f.credential,
            'article_feed_url', f.url)
        from project_articles a join projects p on p.id = a.project_id
        left join articles x on x.id = a.article_id left join feeds f on f.id = x.feed_id
        where p.tenant_id = tenant order by a.id;
    when 'project_highlight' then return query
      select with_account(to_jsonb(h), 'created_by') from project_highlights h join projects p on p.id = h.project_id
        where p.tenant_id = tenant order by h.id;
    when 'project_note' then return query
      select with_account(to_jsonb(n), 'created_by') from project_notes n join projects p on p.id = n.project_id
        where p.tenant_id = tenant order by n.id;
    when 'project_mention' then return query
      select with_account(to_jsonb(m), 'reader_id') from project_mentions m join projects p on p.id = m.project_id
        where p.tenant_id = tenant and m.reader_id = any (members) order by m.note_id, m.reader_id;
    when 'project_decision' then return query
      -- What is superseded comes after what supersedes it.
      with recursive chain as (
        select d.*, 0 as depth from project_decisions d join projects p on p.id = d.project_id
          where p.tenant_id = tenant and d.superseded_by is null
        union all select d.*, c.depth + 1 from project_decisions d join chain c on d.superseded_by = c.id where c.depth < 1000
      )
      select with_account(to_jsonb(c) - 'depth', 'created_by') from chain c order by c.depth, c.id;
    when 'project_brief' then return query
      select with_account(to_jsonb(b), 'created_by') from project_briefs b join projects p on p.id = b.project_id
        where p.tenant_id = tenant order by b.id;
    when 'project_activity' then return query
      select with_account(to_jsonb(a) - 'id', 'actor_id') from project_activity a join projects p on p.id = a.project_id
        where p.tenant_id = tenant order by a.id;
    when 'project_dismissal' then return query
      select jsonb_build_object('project_id', d.project_id, 'article_id', d.article_id, 'identity', a.identity, 'feed_url', f.url,
          'feed_is_private', f.tenant_id is not null, 'feed_credential', f.credential)
        from project_dismissals d join projects p on p.id = d.project_id join articles a on a.id = d.article_id
        join feeds f on f.id = a.feed_id where p.tenant_id = tenant order by d.project_id, d.article_id;
    when 'project_publication' then return query
      select with_account(to_jsonb(o), 'opened_by') from project_publications o join projects p on p.id = o.project_id
        where p.tenant_id = tenant order by o.project_id;
    when 'project_source' then return query
      select with_account(to_jsonb(s) - 'feed_id' - 'folder_id', 'added_by') || jsonb_build_object('feed_url', f.url,
          'feed_is_private', f.tenant_id is not null, 'feed_credential', f.credential, 'folder_path', folder_path(s.folder_id),
          'folder_owner', (select r.user_id from folders d join readers r on r.id = d.owner_id where d.id = s.folder_id))
        from project_sources s join projects p on p.id = s.project_id left join feeds f on f.id = s.feed_id
        where p.tenant_id = tenant order by s.id;
    when 'project_rule' then return query
      select with_account(to_jsonb(r) - 'revision' - 'article_id' - 'next_check_at', 'owner_id')
        from project_rules r join projects p on p.id = r.project_id where p.tenant_id = tenant order by r.id;
  end case;
end $function$
;
CREATE OR REPLACE FUNCTION public.export_rule_rows(tenant uuid, kind text)
 RETURNS SETOF jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
#variable_conflict use_variable
declare
  members integer[] := tenant_reader_ids(tenant);
begin
  case kind
    when 'rule' then return query
      select to_jsonb(u) from rules u
        where u.tenant_id = tenant and (u.owner_id is null or u.owner_id = any (members)) order by u.id;
    when 'rule_switch' then return query
      select to_jsonb(o) from rule_switches o where o.reader_id = any (members) order by o.rule_id, o.reader_id;
    when 'rule_hit' then return query
      select to_jsonb(h) from rule_hits h where h.reader_id = any (members)
        and exists (select from entries e where e.article_id = h.article_id and e.reader_id = h.reader_id)
        order by h.reader_id, h.article_id, h.rule_id;
  end case;
end $function$
;
CREATE OR REPLACE FUNCTION public.export_tenant_rows(tenant uuid, kind text)
 RETURNS SETOF jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
#variable_conflict use_variable
declare
  members integer[] := tenant_reader_ids(tenant);
begin
  case kind
    when 'tenant' then return query
      select jsonb_build_object('disabled_stages', t.disabled_stages) from tenants t where t.id = tenant;
    when 'reader' then return query
      select to_jsonb(x) from (select r.id, r.user_id, r.settings, r.settings_version, r.created_at
        from readers r where r.id = any (members) order by r.user_id) x;
    when 'feed' then return query
      select to_jsonb(x) from (
        select f.id, f.url, f.host, f.credential, f.tenant_id is not null as is_private, f.site_url, f.title, f.description,
          f.language, f.image_url, f.format, f.created_at, f.wants_full_text
        from feeds f
        where f.id in (select s.feed_id from subscriptions s where s.reader_id = any (members)
          union select c.feed_id from counters c where c.reader_id = any (members)
          union select p.feed_id from folder_feeds p join folders d on d.id = p.folder_id where d.tenant_id = tenant)
        order by f.url, f.credential, f.id) x;
    when 'article' then return query
      select to_jsonb(x) from (
        select a.*, (select to_jsonb(c) - 'article_id' from article_contents c where c.article_id = a.id) as content,
          (select coalesce(jsonb_agg(to_jsonb(k) - 'article_id' order by k.normalised), '[]')
            from article_keyphrases k where k.article_id = a.id) as keyphrases,
          (select coalesce(jsonb_agg(to_jsonb(m) - 'article_id' - 'tenant_id' || jsonb_build_object('is_own', m.tenant_id is not null)
            order by m.tenant_id nulls first, m.language, m.engine), '[]')
            from article_summaries m where m.article_id = a.id and (m.tenant_id is null or m.tenant_id = tenant)) as summaries,
          (select jsonb_build_object('id', m.cluster_id, 'reason', m.reason, 'joined_at', m.joined_at, 'first_at', k.first_at)
            from cluster_members m join clusters k on k.id = m.cluster_id where m.article_id = a.id) as cluster
        from articles a
        where a.id in (select e.article_id from entries e where e.reader_id = any (members))
        order by a.id) x;
    when 'subscription' then return query
      select to_jsonb(s) from subscriptions s where s.reader_id = any (members) order by s.id;
    when 'folder' then return query
      with recursive tree as (
        select f.*, 0 as depth from folders f where f.tenant_id = tenant and f.parent_id is null
          and (f.owner_id is null or f.owner_id = any (members))
        union all select f.*, t.depth + 1 from folders f join tree t on f.parent_id = t.id where t.depth < 1000
      )
      select to_jsonb(x) - 'depth' from (select * from tree order by depth, id) x;
    when 'subscription_folder' then return query
      select to_jsonb(p) from subscription_folders p where p.reader_id = any (members)
        order by p.reader_id, p.subscription_id, p.folder_id;
    when 'folder_feed' then return query
      select to_jsonb(p) from folder_feeds p join folders f on f.id = p.folder_id where f.tenant_id = tenant
        order by p.folder_id, p.feed_id;
    when 'folder_leaver' then return query
      select to_jsonb(p) from folder_leavers p where p.reader_id = any (members) order by p.folder_id, p.reader_id;
    when 'label' then return query
      select to_jsonb(l) from labels l where l.tenant_id = tenant and (l.owner_id is null or l.owner_id = any (members))
        order by l.id;
    when 'entry' then return query
      -- What "mark all read" covers is read, whether its rows have followed or not.
      select jsonb_build_object('article_id', e.article_id, 'reader_id', e.reader_id, 'folded_into', e.folded_into,
          'hidden_reason', e.hidden_reason, 'is_starred', e.is_starred, 'read_at', e.read_at, 'sort_at', e.sort_at,
          'received_at', e.received_at,
          'is_read', e.is_read or e.is_listed and is_covered(e.revision, e.received_at, c.read_through, c.read_before))
        from entries e join counters c on c.reader_id = e.reader_id and c.feed_id = e.feed_id
        where e.reader_id = any (members) order by e.reader_id, e.article_id;
    when 'entry_label' then return query
      select to_jsonb(n) from entry_labels n where n.reader_id = any (members) order by n.reader_id, n.label_id, n.article_id;
    when 'article_label' then return query
      select to_jsonb(n) from article_labels n join labels l on l.id = n.label_id where l.tenant_id = tenant
        order by n.label_id, n.article_id;
    when 'entry_split' then return query
      select to_jsonb(n) from entry_splits n where n.reader_id = any (members) order by n.reader_id, n.article_id;
    when 'highlight' then return query
      select to_jsonb(h) from highlights h where h.reader_id = any (members) order by h.id;
    when 'note' then return query
      select to_jsonb(n) from notes n where n.reader_id = any (members) order by n.id;
    when 'share' then return query
      select to_jsonb(s) from shares s where s.reader_id = any (members) order by s.id;
    when 'saved_search' then return query
      select to_jsonb(s) from saved_searches s
        where s.tenant_id = tenant and (s.owner_id is null or s.owner_id = any (members)) order by s.id;
    when 'rule' then return query
      select to_jsonb(s) from rules s
        where s.tenant_id = tenant and (s.owner_id is null or s.owner_id = any (members)) order by s.id;
    when 'tag' then return query
      select to_jsonb(t) from tags t where t.tenant_id = tenant order by t.id;
    when 'tag_alias' then return query
      select to_jsonb(t) from tag_aliases t where t.tenant_id = tenant order by t.normalised;
    when 'tag_distinction' then return query
      select to_jsonb(t) from tag_distinctions t where t.tenant_id = tenant order by t.tag_id, t.other_tag_id;
    when 'article_tag' then return query
      select to_jsonb(t) from article_tags t where t.tenant_id = tenant
        and exists (select from entries e where e.article_id = t.article_id and e.reader_id = any (members))
        order by t.tag_id, t.article_id;
    when 'tag_veto' then return query
      select to_jsonb(t) from tag_vetoes t where t.reader_id = any (members) order by t.reader_id, t.normalised;
    when 'feed_selector' then return query
      select to_jsonb(s) from feed_selectors s where s.tenant_id = tenant order by s.feed_id;
    when 'article_variant' then return query
      select to_jsonb(v) from article_variants v where v.tenant_id = tenant
        and exists (select from entries e where e.article_id = v.article_id and e.reader_id = any (members))
        order by v.article_id;
    when 'recap' then return query
      select to_jsonb(r) - 'mail_claimed_until' from recaps r where r.reader_id = any (members) order by r.id;
    when 'recap_outlet' then return query
      select to_jsonb(r) from recap_outlets r where r.reader_id = any (members) order by r.reader_id;
    when 'llm_usage' then return query
      select to_jsonb(u) from llm_usage u where u.tenant_id = tenant order by u.month;
  end case;
end $function$
;
CREATE OR REPLACE FUNCTION public.feed_at(tenant uuid, address text, is_private boolean, credential text)
 RETURNS integer
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
RETURN (SELECT f.id FROM feeds f WHERE ((f.url = feed_at.address) AND (NOT (f.credential IS DISTINCT FROM feed_at.credential)) AND (NOT (f.tenant_id IS DISTINCT FROM CASE WHEN feed_at.is_private THEN feed_at.tenant ELSE NULL::uuid END))))
;
CREATE OR REPLACE FUNCTION public.feed_behaviour(of_instance boolean, from_day date, to_day date, most integer)
 RETURNS TABLE(id integer, title text, url text, state text, error_code text, failing_since timestamp with time zone, last_changed_at timestamp with time zone, polls bigint, failed bigint, articles bigint, bytes bigint, mean_milliseconds integer, trouble text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  with shown as materialized (
    select f.* from feeds f
    where f.subscriber_count > 0 and case when of_instance then f.tenant_id is null
      else f.id in (select p.feed_id from folder_feeds p join folders d on d.id = p.folder_id where d.tenant_id = current_tenant_id())
        or f.id in (select s.feed_id from subscriptions s where s.reader_id = current_reader_id()) end
  ), sums as (
    select d.feed_id, sum(d.polls) as polls, sum(d.failed) as failed, sum(d.articles) as articles, sum(d.bytes)::bigint as bytes,
      (sum(d.milliseconds) / greatest(sum(d.polls), 1))::integer as mean_milliseconds, count(*) as days
    from feed_days d join shown f on f.id = d.feed_id where d.day between from_day and to_day group by d.feed_id
  ), judged as (
    select f.*, coalesce(s.polls, 0)::bigint as polls, coalesce(s.failed, 0)::bigint as failed, coalesce(s.articles, 0)::bigint as articles,
      coalesce(s.bytes, 0)::bigint as bytes, coalesce(s.mean_milliseconds, 0) as mean_milliseconds,
      case when f.state in ('failing', 'gone') then 'failing'
        when s.mean_milliseconds > 5000 then 'slow'
        when s.articles > 100 * s.days then 'noisy'
        when coalesce(f.last_changed_at, f.created_at) < now() - interval '90 days' then 'silent' end as trouble
    from shown f left join sums s on s.feed_id = f.id
  )
  select j.id, coalesce(j.title, j.url), j.url, j.state, j.error_code, j.failing_since, j.last_changed_at, j.polls, j.failed,
    j.articles, j.bytes, j.mean_milliseconds, j.trouble
  from judged j where j.trouble is not null
  order by array_position('{failing,slow,noisy,silent}', j.trouble), j.failed desc, j.mean_milliseconds desc, j.id limit most
$function$
;
CREATE OR REPLACE FUNCTION public.fold_next(batch integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  folding foldings;
  last_reader integer;
  reader_ids integer[];
  changed integer := 0;
begin
  select * into folding from foldings order by cluster_id limit 1 for update skip locked;
  if folding.cluster_id is null then
    return null;
  end if;
  -- Up to the smallest last reader of a full batch all of every member's readers are known.
  with holders as materialized (
    select m.article_id, h.reader_id, h.is_folded, count(*) over (partition by m.article_id) as size
    from cluster_members m
    cross join lateral (
      select e.reader_id, e.folded_into is not null as is_folded from entries e
      where e.article_id = m.article_id and e.reader_id > folding.after_reader_id
      order by e.reader_id limit batch
    ) h
    where m.cluster_id = folding.cluster_id
  ), bound as (
    select min(x.last_id) as last_id from (
      select max(h.reader_id) as last_id from holders h where h.size = batch group by h.article_id
    ) x
  )
  select (select b.last_id from bound b),
    array(select h.reader_id from holders h, bound b where b.last_id is null or h.reader_id <= b.last_id
      group by h.reader_id having count(*) > 1 or bool_or(h.is_folded) order by h.reader_id)
    into last_reader, reader_ids;
  if cardinality(reader_ids) > 0 then
    perform from readers r where r.id = any (reader_ids) order by r.id for update;
    changed := fold_stories(reader_ids, array[folding.cluster_id]);
  end if;
  if last_reader is null then
    delete from foldings f where f.cluster_id = folding.cluster_id;
  else
    update foldings f set after_reader_id = last_reader where f.cluster_id = folding.cluster_id;
  end if;
  return changed;
end
$function$
;
CREATE OR REPLACE FUNCTION public.fold_soon(changed_clusters bigint[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 INSERT INTO foldings (cluster_id)  SELECT x.x
            FROM unnest(fold_soon.changed_clusters) x(x)
           GROUP BY x.x
           ORDER BY x.x ON CONFLICT(cluster_id) DO UPDATE SET after_reader_id = 0;
END
;
CREATE OR REPLACE FUNCTION public.fold_stories(wanted_readers integer[], wanted_clusters bigint[])
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  changed integer;
begin
  with held as materialized (
    select e.reader_id, m.cluster_id, e.article_id, e.folded_into, e.hidden_reason, e.is_starred, e.received_at, e.sort_at,
      e.is_read or e.is_listed and is_covered(e.revision, e.received_at, c.read_through, c.read_before) as is_read,
      e.folded_into is null and is_kept(e) as is_kept, f.is_there as has_folded
    from cluster_members m
    join entries e on e.article_id = m.article_id and e.reader_id = any (wanted_readers)
    join counters c on c.reader_id = e.reader_id and c.feed_id = e.feed_id
    cross join lateral (select e.folded_into is null and exists (
      select from entries x where x.reader_id = e.reader_id and x.folded_into = e.article_id) as is_there) f
    where m.cluster_id = any (wanted_clusters) and (e.hidden_reason is null or e.hidden_reason = 'reader' or f.is_there)
      and not exists (select from entry_splits s where s.reader_id = e.reader_id and s.article_id = e.article_id)
  ), stories as (
    select h.*, first_value(h.article_id) over in_order as representative,
      first_value(h.hidden_reason) over in_order as story_hidden_reason,
      bool_or(h.is_read and not h.is_kept and h.folded_into is null) over (partition by h.reader_id, h.cluster_id) as is_read_somewhere
    from held h
    window in_order as (
      partition by h.reader_id, h.cluster_id
      order by h.has_folded desc, h.is_starred desc, h.is_kept desc, h.hidden_reason is not null desc, h.is_read desc,
        h.received_at, h.sort_at, h.article_id
    )
  ), wanted as (
    select s.reader_id, s.article_id, s.is_read or s.is_read_somewhere and s.article_id = s.representative as is_read,
      s.is_read as was_read, s.folded_into as was_folded_into, s.hidden_reason as was_hidden_reason,
      case when s.article_id = s.representative or s.is_kept then null else s.representative end as folded_into,
      case when s.article_id = s.representative or s.is_kept then s.hidden_reason else s.story_hidden_reason end as hidden_reason
    from stories s
  ), told as (
    select w.* from wanted w
    where w.folded_into is distinct from w.was_folded_into or w.is_read <> w.was_read
      or w.hidden_reason is distinct from w.was_hidden_reason
  ), moved as (
    update entries e
      set folded_into = t.folded_into, hidden_reason = t.hidden_reason, revision = r.revision + 1,
        is_read = t.is_read or e.is_read,
        arrival_revision = case when t.folded_into is null and t.was_folded_into is not null
          then r.revision + 1 else e.arrival_revision end
      from told t join readers r on r.id = t.reader_id
      where e.article_id = t.article_id and e.reader_id = t.reader_id
      returning e.reader_id
  ), raised as (
    update readers r set revision = r.revision + 1 from (select distinct m.reader_id from moved m) x where r.id = x.reader_id
  )
  select count(*)::int into changed from moved;
  return changed;
end
$function$
;
CREATE OR REPLACE FUNCTION public.folder_at(tenant uuid, owner integer, path jsonb)
 RETURNS integer
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  present integer;
  step text;
begin
  for step in select x.value from jsonb_array_elements_text(path) with ordinality x order by x.ordinality loop
    select f.id into present from folders f
      where f.tenant_id = tenant and f.owner_id is not distinct from owner and f.parent_id is not distinct from present and f.name = step;
    if present is null then
      return null;
    end if;
  end loop;
  return present;
end $function$
;
CREATE OR REPLACE FUNCTION public.folder_path(folder integer)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
RETURN (WITH RECURSIVE up AS (SELECT f.id, f.parent_id, f.name, 0 AS depth FROM folders f WHERE (f.id = folder_path.folder) UNION ALL SELECT f.id, f.parent_id, f.name, (u_1.depth + 1) FROM (folders f JOIN up u_1 ON ((u_1.parent_id = f.id))) WHERE (u_1.depth < 1000)) SELECT jsonb_agg(u.name ORDER BY u.depth DESC) AS jsonb_agg FROM up u)
;
CREATE OR REPLACE FUNCTION public.follow_changes(seen bigint, next bigint, changes jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  change jsonb;
  tenant uuid;
  account uuid;
begin
  if not begin_following(seen) then
    return false;
  end if;
  for change in select c.value from jsonb_array_elements(changes) with ordinality c order by c.ordinality loop
    tenant := (change ->> 'tenantId')::uuid;
    account := (change ->> 'userId')::uuid;
    case change ->> 'kind'
      when 'tenant' then
        perform keep_tenant(tenant, change -> 'limits', (change ->> 'suspendedAt')::timestamptz);
      when 'tenant-removed' then
        update tenants set purge_after = now() where id = tenant;
        update readers set purge_after = least(purge_after, now()) where tenant_id = tenant;
      when 'member' then
        update readers set purge_after = null, purged_at = null
          where user_id = account and tenant_id = tenant and purge_after is not null;
      when 'member-removed' then
        update readers set purge_after = least(purge_after, now() + interval '30 days')
          where user_id = account and tenant_id = tenant;
      when 'account-removed' then
        update readers set purge_after = least(purge_after, now()) where user_id = account;
    end case;
  end loop;
  insert into auth_position as a (position) values (next)
    on conflict (is_only_row) do update set position = excluded.position, updated_at = now();
  return true;
end
$function$
;
CREATE OR REPLACE FUNCTION public.forget_imports()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  delete from reader_imports where reader_id = new.id;
  delete from inbound_items where reader_id = new.id;
  return null;
end $function$
;
CREATE OR REPLACE FUNCTION public.forget_inoreader()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  delete from inoreader_connections where reader_id = new.id;
  return null;
end $function$
;
CREATE OR REPLACE FUNCTION public.forget_old_reading(keep_days integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  oldest timestamptz := date_trunc('day', now() - make_interval(days => keep_days), 'UTC');
  part record;
  tenant record;
  members integer[];
  removed integer := 0;
  changed integer;
begin
  perform hold_reading();
  for part in
    select c.oid::regclass::text as name, c.relname from pg_inherits h join pg_class c on c.oid = h.inhrelid
    where h.inhparent = 'reading_events'::regclass and c.relname ~ '^reading_events_\d{6}$'
  loop
    if (to_date(right(part.relname, 6), 'YYYYMM') + interval '1 month') at time zone 'UTC' <= oldest then
      execute format('drop table %s', part.name);
    end if;
  end loop;
  for tenant in
    select null::uuid as id, oldest as before
    union all
    select t.id, date_trunc('day', now() - make_interval(days => t.statistics_days), 'UTC') from tenants t
      where t.statistics_days < keep_days
  loop
    members := case when tenant.id is not null then tenant_reader_ids(tenant.id) end;
    delete from reading_events e where e.at < tenant.before and (members is null or e.reader_id = any (members));
    get diagnostics changed = row_count;
    removed := removed + changed;
    delete from reading_slots s where s.slot < reading_slot(tenant.before) and (members is null or s.reader_id = any (members));
    -- A month that has begun to be forgotten is summed by its days, until it is gone.
    delete from reading_feed_months m
      where m.month < (tenant.before at time zone 'UTC')::date and (members is null or m.reader_id = any (members));
    delete from reading_feed_days d
      where d.day < (tenant.before at time zone 'UTC')::date and (members is null or d.reader_id = any (members));
  end loop;
  return removed;
end $function$
;
CREATE OR REPLACE FUNCTION public.forget_old_work(keep_days integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  oldest date := (now() at time zone 'UTC')::date - keep_days;
begin
  delete from work_hours where hour < oldest::timestamp at time zone 'UTC';
  delete from work_inbox where at < oldest::timestamp at time zone 'UTC';
  delete from feed_days where day < oldest;
end $function$
;
CREATE OR REPLACE FUNCTION public.forget_projects()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  delete from projects p using tenants t
    where t.id = old.tenant_id and t.purge_after is not null and p.tenant_id = t.id
      and not exists (select from readers r where r.tenant_id = t.id);
  return null;
end
$function$
;
CREATE OR REPLACE FUNCTION public.forget_recaps()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  delete from recaps where reader_id = new.id;
  delete from recap_outlets where reader_id = new.id;
  return null;
end
$function$
;
CREATE OR REPLACE FUNCTION public.forget_tombstones(after_feed integer, after_identity bytea, batch integer)
 RETURNS TABLE(feed_id integer, identity bytea)
 LANGUAGE sql
 SECURITY DEFINER ROWS 1
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 WITH looked_at AS MATERIALIZED (
          SELECT t.feed_id,
             t.identity
            FROM tombstones t
           WHERE (ROW(t.feed_id, t.identity) > ROW(forget_tombstones.after_feed, forget_tombstones.after_identity))
           ORDER BY t.feed_id, t.identity
          LIMIT forget_tombstones.batch
         ), forgotten AS (
          DELETE FROM tombstones t
            USING (looked_at l_1
              JOIN feeds f ON ((f.id = l_1.feed_id)))
           WHERE ((t.feed_id = l_1.feed_id) AND (t.identity = l_1.identity) AND (t.shown_at < (now() - '400 days'::interval)) AND (f.last_changed_at > (t.shown_at + '31 days'::interval)))
         )
  SELECT l.feed_id,
     l.identity
    FROM looked_at l
   ORDER BY l.feed_id DESC, l.identity DESC
  LIMIT 1;
END
;
CREATE OR REPLACE FUNCTION public.growth(of_instance boolean, from_day date, to_day date)
 RETURNS TABLE(day date, articles bigint, bytes bigint, polls bigint, failed bigint)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select d.day, sum(d.articles)::bigint, sum(d.bytes)::bigint, sum(d.polls)::bigint, sum(d.failed)::bigint
  from feed_days d
  where d.day between from_day and to_day and (of_instance or d.feed_id in (
    select s.feed_id from subscriptions s join readers r on r.id = s.reader_id where r.tenant_id = current_tenant_id()))
  group by d.day order by d.day
$function$
;
CREATE OR REPLACE FUNCTION public.has_arrival_rules()
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
RETURN (EXISTS (SELECT FROM rules WHERE (rules.is_enabled AND (rules.needs_stage IS NULL))))
;
CREATE OR REPLACE FUNCTION public.held_languages(wanted bigint[])
 RETURNS TABLE(article_id bigint, language text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT e.article_id,
     a.language
    FROM (( SELECT e_1.article_id
            FROM entries e_1
           WHERE ((e_1.article_id = ANY (held_languages.wanted)) AND (e_1.reader_id = ( SELECT current_reader_id() AS current_reader_id)) AND e_1.is_listed)
          OFFSET 0) e
      CROSS JOIN LATERAL ( SELECT a_1.language
            FROM articles a_1
           WHERE (a_1.id = e.article_id)
          OFFSET 0) a);
END
;
CREATE OR REPLACE FUNCTION public.hold_event_store(is_changed boolean)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  if is_changed then
    perform pg_advisory_xact_lock(94001);
  else
    perform pg_advisory_xact_lock_shared(94001);
  end if;
end $function$
;
CREATE OR REPLACE FUNCTION public.hold_feed_count(tenant uuid)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform from tenants t where t.id = tenant and t.limits ->> 'feeds' is not null for no key update;
  return case when found then tenant_feed_count(tenant) end;
end $function$
;
CREATE OR REPLACE FUNCTION public.hold_reading()
 RETURNS void
 LANGUAGE sql
RETURN pg_advisory_xact_lock((85001)::bigint)
;
CREATE OR REPLACE FUNCTION public.import_inbound_keys(tenant uuid, kind text, rows jsonb)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  insert into inbound_keys (key, article_id, tenant_id, is_text)
    select x.key, i.new_id::bigint, tenant, x.is_text
    from jsonb_populate_recordset(null::inbound_keys, rows) x
    join import_ids i on i.tenant_id = tenant and i.kind = 'article' and i.old_id = x.article_id::text
    where not exists (select from entries e join readers r on r.id = e.reader_id
      where e.article_id = i.new_id::bigint and r.tenant_id <> tenant)
    on conflict do nothing
$function$
;
CREATE OR REPLACE FUNCTION public.import_project_rows(tenant uuid, kind text, rows jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
#variable_conflict use_variable
declare
  moved jsonb;
begin
  case kind
    when 'person' then
      insert into people (reader_id, tenant_id, name, email, role, seen_at)
        select imported_reader(tenant, r -> 'account'), tenant, r ->> 'name', r ->> 'email', (r ->> 'role')::tenant_role,
          (r ->> 'seen_at')::timestamptz
        from jsonb_array_elements(rows) r where imported_reader(tenant, r -> 'account') is not null;
    when 'project' then
      insert into projects (id, tenant_id, code, title, description, visibility, status, version, created_by, created_at, updated_at, deleted_at)
        select x.id, tenant, x.code, x.title, x.description, x.visibility, x.status, x.version,
          imported_reader(tenant, r -> 'created_by'), x.created_at, x.updated_at, x.deleted_at
        from jsonb_array_elements(rows) r, jsonb_populate_record(null::projects, r - 'created_by') x;
      -- Who made one became its lead just now; who its members are is said by the next rows.
      delete from project_members m using jsonb_array_elements(rows) r where m.project_id = (r ->> 'id')::uuid;
    when 'project_member' then
      insert into project_members (project_id, reader_id, role, added_at)
        select x.project_id, imported_reader(tenant, r -> 'reader_id'), x.role, x.added_at
        from jsonb_array_elements(rows) r, jsonb_populate_record(null::project_members, r - 'reader_id') x
        where imported_reader(tenant, r -> 'reader_id') is not null;
    when 'project_section' then
      insert into project_sections select x.* from jsonb_populate_recordset(null::project_sections, rows) x;
    when 'project_article' then
      with given as materialized (
        select x.*, r as line, (r ->> 'article_id') as there,
          (select a.id from articles a where a.identity = x.identity
            and a.feed_id = feed_at(tenant, coalesce(r ->> 'article_feed_url', x.feed_url), (r ->> 'feed_is_private')::boolean, r ->> 'feed_credential')) as here
        from jsonb_array_elements(rows) r, jsonb_populate_record(null::project_articles, r - 'pinned_by' - 'article_id') x
      ), made as (
        insert into project_articles (id, project_id, article_id, section_id, position, url, title, feed_title, feed_url, identity,
            published_at, origin, pinned_by, pinned_at)
          select g.id, g.project_id, g.here, g.section_id, g.position, g.url, g.title, g.feed_title, g.feed_url, g.identity,
            g.published_at, g.origin, imported_reader(tenant, g.line -> 'pinned_by'), g.pinned_at from given g
      )
      select coalesce(jsonb_agg(jsonb_build_array(g.there, g.here::text)), '[]') into moved
        from given g where g.here is not null and g.here::text <> g.there;
    when 'project_highlight' then
      insert into project_highlights (id, project_id, pin_id, quote, prefix, suffix, created_by, created_at)
        select x.id, x.project_id, x.pin_id, x.quote, x.prefix, x.suffix, imported_reader(tenant, r -> 'created_by'), x.created_at
        from jsonb_array_elements(rows) r, jsonb_populate_record(null::project_highlights, r - 'created_by') x;
    when 'project_note' then
      insert into project_notes (id, project_id, pin_id, highlight_id, body, version, created_by, created_at, updated_at)
        select x.id, x.project_id, x.pin_id, x.highlight_id, x.body, x.version, imported_reader(tenant, r -> 'created_by'),
          x.created_at, x.updated_at
        from jsonb_array_elements(rows) r, jsonb_populate_record(null::project_notes, r - 'created_by') x;
    when 'project_mention' then
      insert into project_mentions (note_id, reader_id, project_id, created_at, read_at)
        select x.note_id, imported_reader(tenant, r -> 'reader_id'), x.project_id, x.created_at, x.read_at
        from jsonb_array_elements(rows) r, jsonb_populate_record(null::project_mentions, r - 'reader_id') x
        where imported_reader(tenant, r -> 'reader_id') is not null;
    when 'project_decision' then
      insert into project_decisions (id, project_id, number, title, context, decision, consequences, alternatives, status,
          superseded_by, version, created_by, created_at, updated_at)
        select x.id, x.project_id, x.number, x.title, x.context, x.decision, x.consequences, x.alternatives, x.status,
          x.superseded_by, x.version, imported_reader(tenant, r -> 'created_by'), x.created_at, x.updated_at
        from jsonb_array_elements(rows) r, jsonb_populate_record(null::project_decisions, r - 'created_by') x;
    when 'project_brief' then
      insert into project_briefs (id, project_id, number, engine, parts, article_count, sentence_count, created_by, created_at)
        select x.id, x.project_id, x.number, x.engine, x.parts, x.article_count, x.sentence_count,
          imported_reader(tenant, r -> 'created_by'), x.created_at
        from jsonb_array_elements(rows) r, jsonb_populate_record(null::project_briefs, r - 'created_by') x;
    when 'project_activity' then
      insert into project_activity (project_id, actor_id, kind, subject, at)
        select x.project_id, imported_reader(tenant, r.value -> 'actor_id'), x.kind, x.subject, x.at
        from jsonb_array_elements(rows) with ordinality r, jsonb_populate_record(null::project_activity, r.value - 'actor_id') x
        order by r.ordinality;
    when 'project_dismissal' then
      insert into project_dismissals (project_id, article_id)
        select (r ->> 'project_id')::uuid, a.id
        from jsonb_array_elements(rows) r join articles a on a.identity = (r ->> 'identity')::bytea
          and a.feed_id = feed_at(tenant, r ->> 'feed_url', (r ->> 'feed_is_private')::boolean, r ->> 'feed_credential');
    when 'project_publication' then
      -- An address answers once: where the project that the archive was written from still has it, that one keeps it.
      insert into project_publications (project_id, kind, secret_hash, slug, opened_by, opened_at)
        select x.project_id, x.kind, x.secret_hash, x.slug, imported_reader(tenant, r -> 'opened_by'), x.opened_at
        from jsonb_array_elements(rows) r, jsonb_populate_record(null::project_publications, r - 'opened_by') x
        on conflict do nothing;
    when 'project_source' then
      insert into project_sources (id, project_id, kind, feed_id, folder_id, query, name, added_by, created_at)
        select g.id, g.project_id, g.kind, g.feed, g.folder, g.query, g.name, g.adder, g.created_at
        from (
          select x.*, imported_reader(tenant, r -> 'added_by') as adder,
            feed_at(tenant, r ->> 'feed_url', (r ->> 'feed_is_private')::boolean, r ->> 'feed_credential') as feed,
            case when jsonb_typeof(r -> 'folder_path') = 'array'
              then folder_at(tenant, imported_reader(tenant, r -> 'folder_owner'), r -> 'folder_path') end as folder
          from jsonb_array_elements(rows) r, jsonb_populate_record(null::project_sources, r - 'added_by') x
        ) g
        where g.adder is not null and (g.kind <> 'feed' or g.feed is not null) and (g.kind <> 'folder' or g.folder is not null);
    when 'project_rule' then
      -- What had come before the archive was written has been judged.
      insert into project_rules (id, project_id, section_id, name, query, is_enabled, version, owner_id, revision, article_id, created_at)
        select x.id, x.project_id, x.section_id, x.name, x.query, x.is_enabled, x.version, imported_reader(tenant, r -> 'owner_id'),
          1, 9007199254740991, x.created_at
        from jsonb_array_elements(rows) r, jsonb_populate_record(null::project_rules, r - 'owner_id') x
        where imported_reader(tenant, r -> 'owner_id') is not null;
  end case;
  return moved;
end $function$
;
CREATE OR REPLACE FUNCTION public.import_rule_rows(tenant uuid, kind text, rows jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
#variable_conflict use_variable
begin
  case kind
    when 'rule' then
      with given as materialized (
        select x.*, imported_id(tenant, 'reader', x.owner_id::text)::integer as reader,
          imported_id(tenant, 'reader', x.created_by::text)::integer as maker,
          nextval(pg_get_serial_sequence('public.rules', 'id'))::integer as new_id
        from (select * from jsonb_populate_recordset(null::rules, rows) order by id) x
      ), made as (
        insert into rules (id, tenant_id, owner_id, created_by, name, query, actions, is_enabled, needs_stage, position,
            created_at, active_since, version)
          overriding system value
          select g.new_id, tenant, g.reader, g.maker, g.name, g.query, case
              when jsonb_typeof(g.actions -> 'labelIds') = 'array' then jsonb_set(g.actions, '{labelIds}', (
                select coalesce(jsonb_agg(i.new_id::integer order by l.place), '[]')
                from jsonb_array_elements_text(g.actions -> 'labelIds') with ordinality as l (id, place)
                join import_ids i on i.tenant_id = tenant and i.kind = 'label' and i.old_id = l.id))
              else g.actions end,
            g.is_enabled, g.needs_stage, g.position, g.created_at, coalesce(g.active_since, now()), coalesce(g.version, 1)
          from given g where g.owner_id is null or g.reader is not null
          returning id
      )
      insert into import_ids select tenant, kind, g.id::text, g.new_id::text
        from given g join made m on m.id = g.new_id;
    when 'rule_switch' then
      insert into rule_switches (rule_id, reader_id)
        select u.new_id::integer, r.new_id::integer
        from jsonb_populate_recordset(null::rule_switches, rows) x
        join import_ids u on u.tenant_id = tenant and u.kind = 'rule' and u.old_id = x.rule_id::text
        join import_ids r on r.tenant_id = tenant and r.kind = 'reader' and r.old_id = x.reader_id::text;
    when 'rule_hit' then
      insert into rule_hits (reader_id, article_id, rule_id, version, acted_at)
        select r.new_id::integer, i.new_id::bigint, u.new_id::integer, x.version, x.acted_at
        from jsonb_populate_recordset(null::rule_hits, rows) x
        join import_ids u on u.tenant_id = tenant and u.kind = 'rule' and u.old_id = x.rule_id::text
        join import_ids r on r.tenant_id = tenant and r.kind = 'reader' and r.old_id = x.reader_id::text
        join import_ids i on i.tenant_id = tenant and i.kind = 'article' and i.old_id = x.article_id::text;
  end case;
end $function$
;
CREATE OR REPLACE FUNCTION public.import_tenant_articles(tenant uuid, rows jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  given record;
  feed integer;
  here bigint;
  story bigint;
  moved jsonb := '[]';
begin
  for given in
    select x.*, r.value as line from jsonb_array_elements(rows) r cross join jsonb_populate_record(null::articles, r.value) x
      order by x.id
  loop
    feed := imported_id(tenant, 'feed', given.feed_id::text)::integer;
    select a.id into here from articles a where a.feed_id = feed and a.identity = given.identity;
    if here is null then
      here := case when exists (select from articles a where a.id = given.id) then allocate_article_ids(1) else given.id end;
      insert into articles (id, feed_id, identity, url, title, author, excerpt, image_url, comments_url, language, published_at,
          updated_at, received_at, sort_at, content_hash, comment_count)
        values (here, feed, given.identity, given.url, given.title, given.author, given.excerpt, given.image_url,
          given.comments_url, given.language, given.published_at, given.updated_at, given.received_at, given.sort_at,
          given.content_hash, given.comment_count);
      insert into article_contents select (c).* from (
        select jsonb_populate_record(null::article_contents, given.line -> 'content' || jsonb_build_object('article_id', here)) as c
        where given.line -> 'content' is not null) x;
      insert into article_keyphrases (article_id, phrase, normalised, score)
        select here, k.phrase, k.normalised, k.score from jsonb_populate_recordset(null::article_keyphrases, given.line -> 'keyphrases') k;
      if jsonb_typeof(given.line -> 'cluster') = 'object' then
        select i.new_id::bigint into story from import_ids i
          where i.tenant_id = tenant and i.kind = 'cluster' and i.old_id = given.line -> 'cluster' ->> 'id';
        if story is null then
          insert into clusters (first_at) values ((given.line -> 'cluster' ->> 'first_at')::timestamptz) returning id into story;
          insert into import_ids values (tenant, 'cluster', given.line -> 'cluster' ->> 'id', story::text);
        end if;
        insert into cluster_members (article_id, cluster_id, reason, joined_at)
          values (here, story, given.line -> 'cluster' ->> 'reason', (given.line -> 'cluster' ->> 'joined_at')::timestamptz);
      end if;
      perform mark_for_index(array[here]);
    elsif jsonb_typeof(given.line -> 'cluster') = 'object' then
      insert into import_ids
        select tenant, 'cluster', given.line -> 'cluster' ->> 'id', m.cluster_id::text from cluster_members m where m.article_id = here
        on conflict do nothing;
    end if;
    insert into article_summaries (article_id, tenant_id, language, engine, content_hash, summary, sentences, score, created_at, note)
      select here, case when (s.value ->> 'is_own')::boolean then tenant end, x.language, x.engine, x.content_hash, x.summary,
        x.sentences, x.score, x.created_at, x.note
      from jsonb_array_elements(given.line -> 'summaries') s, jsonb_populate_record(null::article_summaries, s.value) x
      on conflict do nothing;
    insert into import_ids values (tenant, 'article', given.id::text, here::text);
    if here <> given.id then
      moved := moved || jsonb_build_array(jsonb_build_array(given.id::text, here::text));
    end if;
  end loop;
  return moved;
end $function$
;
CREATE OR REPLACE FUNCTION public.import_tenant_folder(tenant uuid, given jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  owner integer := imported_id(tenant, 'reader', given ->> 'owner_id')::integer;
  made integer;
begin
  if given ->> 'owner_id' is not null and owner is null then
    return;
  end if;
  insert into folders (tenant_id, owner_id, parent_id, name, created_at, created_by)
    values (tenant, owner, imported_id(tenant, 'folder', given ->> 'parent_id')::integer, given ->> 'name',
      (given ->> 'created_at')::timestamptz, imported_id(tenant, 'reader', given ->> 'created_by')::integer)
    returning id into made;
  insert into import_ids values (tenant, 'folder', given ->> 'id', made::text);
end $function$
;
CREATE OR REPLACE FUNCTION public.import_tenant_rows(tenant uuid, kind text, rows jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
#variable_conflict use_variable
declare
  moved jsonb;
begin
  case kind
    when 'tenant' then
      update tenants t set disabled_stages = array(select jsonb_array_elements_text(rows -> 0 -> 'disabled_stages')) where t.id = tenant;
    when 'reader' then
      with given as (
        select x.*, imported_id(tenant, 'account', x.user_id::text)::uuid as account from jsonb_populate_recordset(null::readers, rows) x
      ), made as (
        insert into readers (user_id, tenant_id, settings, settings_version, created_at)
          select g.account, tenant, g.settings, g.settings_version, g.created_at from given g where g.account is not null
          on conflict (user_id, tenant_id) do nothing
          returning id, user_id
      )
      insert into import_ids select tenant, kind, g.id::text, m.id::text from given g join made m on m.user_id = g.account;
    when 'feed' then
      insert into import_ids
        select tenant, kind, x.id::text, ensure_feed(x.url, x.host, case when x.is_private then tenant end, x.credential, x.title)::text
        from jsonb_to_recordset(rows) as x (id integer, url text, host text, credential text, is_private boolean, title text)
        order by x.url, x.credential;
      update feeds f set site_url = coalesce(f.site_url, x.site_url), title = coalesce(f.title, x.title),
          description = coalesce(f.description, x.description), language = coalesce(f.language, x.language),
          image_url = coalesce(f.image_url, x.image_url), format = coalesce(f.format, x.format),
          created_at = least(f.created_at, x.created_at), wants_full_text = f.wants_full_text or x.wants_full_text
        from jsonb_populate_recordset(null::feeds, rows) x
        where f.id = imported_id(tenant, kind, x.id::text)::integer;
    when 'article' then
      moved := import_tenant_articles(tenant, rows);
    when 'subscription' then
      with given as (
        select x.*, imported_id(tenant, 'reader', x.reader_id::text)::integer as reader,
          imported_id(tenant, 'feed', x.feed_id::text)::integer as feed
        from jsonb_populate_recordset(null::subscriptions, rows) x
      ), made as (
        insert into subscriptions (reader_id, feed_id, title, wants_full_text, created_at, wants_summary, auto_full_text, is_shared)
          select g.reader, g.feed, g.title, g.wants_full_text, g.created_at, g.wants_summary, g.auto_full_text, g.is_shared
          from given g where g.reader is not null order by g.id
          returning id, reader_id, feed_id
      ), counted as (
        insert into counters (reader_id, feed_id) select m.reader_id, m.feed_id from made m on conflict do nothing
      )
      insert into import_ids select tenant, kind, g.id::text, m.id::text
        from given g join made m on m.reader_id = g.reader and m.feed_id = g.feed;
    when 'folder' then
      perform import_tenant_folder(tenant, x) from jsonb_array_elements(rows) with ordinality as r (x, place) order by place;
    when 'subscription_folder' then
      insert into subscription_folders (reader_id, subscription_id, folder_id)
        select imported_id(tenant, 'reader', x.reader_id::text)::integer,
          imported_id(tenant, 'subscription', x.subscription_id::text)::integer, imported_id(tenant, 'folder', x.folder_id::text)::integer
        from jsonb_populate_recordset(null::subscription_folders, rows) x
        where imported_id(tenant, 'subscription', x.subscription_id::text) is not null
          and imported_id(tenant, 'folder', x.folder_id::text) is not null;
    when 'folder_feed' then
      insert into folder_feeds (folder_id, feed_id, added_by, created_at)
        select imported_id(tenant, 'folder', x.folder_id::text)::integer, imported_id(tenant, 'feed', x.feed_id::text)::integer,
          imported_id(tenant, 'reader', x.added_by::text)::integer, x.created_at
        from jsonb_populate_recordset(null::folder_feeds, rows) x;
    when 'folder_leaver' then
      insert into folder_leavers (folder_id, reader_id)
        select imported_id(tenant, 'folder', x.folder_id::text)::integer, imported_id(tenant, 'reader', x.reader_id::text)::integer
        from jsonb_populate_recordset(null::folder_leavers, rows) x
        where imported_id(tenant, 'reader', x.reader_id::text) is not null;
    when 'label' then
      with given as (
        select x.*, imported_id(tenant, 'reader', x.owner_id::text)::integer as reader,
          imported_id(tenant, 'reader', x.created_by::text)::integer as maker
        from jsonb_populate_recordset(null::labels, rows) x
      ), made as (
        insert into labels (tenant_id, owner_id, name, created_at, created_by)
          select tenant, g.reader, g.name, g.created_at, g.maker from given g
          where g.owner_id is null or g.reader is not null order by g.id
          returning id, owner_id, name
      )
      insert into import_ids select tenant, kind, g.id::text, m.id::text
        from given g join made m on m.name = g.name and m.owner_id is not distinct from g.reader
        where g.owner_id is null or g.reader is not null;
    when 'entry' then
      insert into entries (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision, folded_into,
          hidden_reason, is_read, is_starred, read_at)
        select a.id, r.new_id::integer, a.feed_id, x.sort_at, x.received_at, 1, 1,
          imported_id(tenant, 'article', x.folded_into::text)::bigint, x.hidden_reason, x.is_read, x.is_starred, x.read_at
        from jsonb_populate_recordset(null::entries, rows) x
        join import_ids r on r.tenant_id = tenant and r.kind = 'reader' and r.old_id = x.reader_id::text
        join import_ids i on i.tenant_id = tenant and i.kind = 'article' and i.old_id = x.article_id::text
        join articles a on a.id = i.new_id::bigint;
    when 'entry_label' then
      insert into entry_labels (reader_id, label_id, article_id, sort_at)
        select r.new_id::integer, imported_id(tenant, 'label', x.label_id::text)::integer,
          imported_id(tenant, 'article', x.article_id::text)::bigint, x.sort_at
        from jsonb_populate_recordset(null::entry_labels, rows) x
        join import_ids r on r.tenant_id = tenant and r.kind = 'reader' and r.old_id = x.reader_id::text;
    when 'article_label' then
      insert into article_labels (label_id, article_id, added_by, created_at)
        select imported_id(tenant, 'label', x.label_id::text)::integer, i.new_id::bigint,
          imported_id(tenant, 'reader', x.added_by::text)::integer, x.created_at
        from jsonb_populate_recordset(null::article_labels, rows) x
        join import_ids i on i.tenant_id = tenant and i.kind = 'article' and i.old_id = x.article_id::text;
    when 'entry_split' then
      insert into entry_splits (reader_id, article_id, created_at)
        select r.new_id::integer, i.new_id::bigint, x.created_at
        from jsonb_populate_recordset(null::entry_splits, rows) x
        join import_ids r on r.tenant_id = tenant and r.kind = 'reader' and r.old_id = x.reader_id::text
        join import_ids i on i.tenant_id = tenant and i.kind = 'article' and i.old_id = x.article_id::text;
    when 'highlight' then
      with given as materialized (
        select x.*, uuidv7() as new_id, r.new_id::integer as reader, i.new_id::bigint as article
        from jsonb_populate_recordset(null::highlights, rows) x
        join import_ids r on r.tenant_id = tenant and r.kind = 'reader' and r.old_id = x.reader_id::text
        join import_ids i on i.tenant_id = tenant and i.kind = 'article' and i.old_id = x.article_id::text
      ), kept as (
        insert into import_ids select tenant, kind, g.id::text, g.new_id::text from given g
      )
      insert into highlights (id, reader_id, article_id, quote, prefix, suffix, color, is_shared, created_at)
        select g.new_id, g.reader, g.article, g.quote, g.prefix, g.suffix, g.color, g.is_shared, g.created_at from given g;
    when 'note' then
      insert into notes (reader_id, article_id, highlight_id, body, is_shared, created_at, updated_at)
        select r.new_id::integer, i.new_id::bigint, imported_id(tenant, 'highlight', x.highlight_id::text)::uuid, x.body,
          x.is_shared, x.created_at, x.updated_at
        from jsonb_populate_recordset(null::notes, rows) x
        join import_ids r on r.tenant_id = tenant and r.kind = 'reader' and r.old_id = x.reader_id::text
        join import_ids i on i.tenant_id = tenant and i.kind = 'article' and i.old_id = x.article_id::text
        order by x.id;
    when 'share' then
      insert into shares (reader_id, article_id, secret_hash, created_at, expires_at)
        select r.new_id::integer, i.new_id::bigint, x.secret_hash, x.created_at, x.expires_at
        from jsonb_populate_recordset(null::shares, rows) x
        join import_ids r on r.tenant_id = tenant and r.kind = 'reader' and r.old_id = x.reader_id::text
        join import_ids i on i.tenant_id = tenant and i.kind = 'article' and i.old_id = x.article_id::text
        on conflict (secret_hash) do nothing;
    when 'saved_search' then
      insert into saved_searches (tenant_id, owner_id, name, query, created_at, created_by)
        select tenant, imported_id(tenant, 'reader', x.owner_id::text)::integer, x.name, x.query, x.created_at,
          imported_id(tenant, 'reader', x.created_by::text)::integer
        from jsonb_populate_recordset(null::saved_searches, rows) x
        where x.owner_id is null or imported_id(tenant, 'reader', x.owner_id::text) is not null order by x.id;
    when 'rule' then
      insert into rules (tenant_id, owner_id, name, query, actions, is_enabled, needs_stage, position, created_at)
        select tenant, imported_id(tenant, 'reader', x.owner_id::text)::integer, x.name, x.query, x.actions, x.is_enabled,
          x.needs_stage, x.position, x.created_at
        from jsonb_populate_recordset(null::rules, rows) x
        where x.owner_id is null or imported_id(tenant, 'reader', x.owner_id::text) is not null order by x.id;
    when 'tag' then
      with made as (
        insert into tags (tenant_id, name, normalised, is_hidden, is_promoted, created_at, is_edited)
          select tenant, x.name, x.normalised, x.is_hidden, x.is_promoted, x.created_at, x.is_edited
          from jsonb_populate_recordset(null::tags, rows) x order by x.id
          returning id, normalised
      )
      insert into import_ids select tenant, kind, x.id::text, m.id::text
        from jsonb_populate_recordset(null::tags, rows) x join made m on m.normalised = x.normalised;
    when 'tag_alias' then
      insert into tag_aliases (tenant_id, normalised, tag_id)
        select tenant, x.normalised, imported_id(tenant, 'tag', x.tag_id::text)::integer
        from jsonb_populate_recordset(null::tag_aliases, rows) x;
    when 'tag_distinction' then
      insert into tag_distinctions (tenant_id, tag_id, other_tag_id)
        select tenant, least(a, b), greatest(a, b)
        from (select imported_id(tenant, 'tag', x.tag_id::text)::integer as a, imported_id(tenant, 'tag', x.other_tag_id::text)::integer as b
          from jsonb_populate_recordset(null::tag_distinctions, rows) x) pairs;
    when 'article_tag' then
      insert into article_tags (tenant_id, tag_id, article_id, sort_at, score)
        select tenant, imported_id(tenant, 'tag', x.tag_id::text)::integer, i.new_id::bigint, x.sort_at, x.score
        from jsonb_populate_recordset(null::article_tags, rows) x
        join import_ids i on i.tenant_id = tenant and i.kind = 'article' and i.old_id = x.article_id::text
        on conflict do nothing;
    when 'tag_veto' then
      insert into tag_vetoes (reader_id, normalised, created_at, name)
        select r.new_id::integer, x.normalised, x.created_at, x.name
        from jsonb_populate_recordset(null::tag_vetoes, rows) x
        join import_ids r on r.tenant_id = tenant and r.kind = 'reader' and r.old_id = x.reader_id::text;
    when 'feed_selector' then
      insert into feed_selectors (feed_id, tenant_id, keep, "drop", updated_at)
        select i.new_id::integer, tenant, x.keep, x."drop", x.updated_at
        from jsonb_populate_recordset(null::feed_selectors, rows) x
        join import_ids i on i.tenant_id = tenant and i.kind = 'feed' and i.old_id = x.feed_id::text;
    when 'article_variant' then
      insert into article_variants (article_id, tenant_id, html, text)
        select i.new_id::bigint, tenant, x.html, x.text
        from jsonb_populate_recordset(null::article_variants, rows) x
        join import_ids i on i.tenant_id = tenant and i.kind = 'article' and i.old_id = x.article_id::text;
    when 'recap' then
      insert into recaps (reader_id, period, local_date, time_zone, starts_at, ends_at, is_final, article_count, story_count,
          engine, content, built_at, mailed_at, mail_attempts)
        select r.new_id::integer, x.period, x.local_date, x.time_zone, x.starts_at, x.ends_at, x.is_final, x.article_count,
          x.story_count, x.engine, x.content, x.built_at, x.mailed_at, x.mail_attempts
        from jsonb_populate_recordset(null::recaps, rows) x
        join import_ids r on r.tenant_id = tenant and r.kind = 'reader' and r.old_id = x.reader_id::text
        order by x.id;
    when 'recap_outlet' then
      -- A secret address answers once: where the one that it was written from still stands, that one keeps it.
      insert into recap_outlets (reader_id, is_daily_mailed, is_weekly_mailed, mail_to, mail_error, feed_secret_hash,
          feed_created_at, next_check_at, daily_done, weekly_done, mail_token, mail_confirmed_at, confirmation_sent_at, confirmation_count)
        select r.new_id::integer, x.is_daily_mailed, x.is_weekly_mailed, x.mail_to, x.mail_error,
          case when not t.is_taken then x.feed_secret_hash end, case when not t.is_taken then x.feed_created_at end,
          x.next_check_at, x.daily_done, x.weekly_done, x.mail_token, x.mail_confirmed_at, x.confirmation_sent_at, x.confirmation_count
        from jsonb_populate_recordset(null::recap_outlets, rows) x
        join import_ids r on r.tenant_id = tenant and r.kind = 'reader' and r.old_id = x.reader_id::text
        cross join lateral (
          select exists (select from recap_outlets o where o.feed_secret_hash = x.feed_secret_hash) as is_taken) t;
    when 'llm_usage' then
      insert into llm_usage (tenant_id, month, requests)
        select tenant, x.month, x.requests from jsonb_populate_recordset(null::llm_usage, rows) x;
  end case;
  return moved;
end $function$
;
CREATE OR REPLACE FUNCTION public.imported_id(tenant uuid, wanted_kind text, wanted_id text)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
RETURN (SELECT i.new_id FROM import_ids i WHERE ((i.tenant_id = imported_id.tenant) AND (i.kind = imported_id.wanted_kind) AND (i.old_id = imported_id.wanted_id)))
;
CREATE OR REPLACE FUNCTION public.imported_query(tenant uuid, query text)
 RETURNS text
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  written text := '';
  rest text := query;
  parts text[];
begin
  loop
    parts := regexp_match(rest, '^(.*?feed:"?#)(\d+)(?!\d)(.*)$', 'i');
    exit when parts is null;
    written := written || parts[1] || coalesce(imported_id(tenant, 'feed', parts[2]), '0');
    rest := parts[3];
  end loop;
  return written || rest;
end $function$
;
CREATE OR REPLACE FUNCTION public.imported_reader(tenant uuid, account jsonb)
 RETURNS integer
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
RETURN (imported_id(tenant, 'account'::text, (account #>> '{}'::text[])))::integer
;
CREATE OR REPLACE FUNCTION public.inbound_arrivals(worker text, verdicts jsonb)
 RETURNS TABLE(article_id bigint, reader_id integer)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select distinct a.id, i.reader_id
  from jsonb_to_recordset(verdicts) as v (id bigint, "articleId" bigint)
  join inbound_items i on i.id = v.id and i.claimed_by = worker and i.state = 'waiting'
  join articles a on a.id = v."articleId" and a.feed_id = i.feed_id
  where not exists (select from entries e where e.article_id = a.id and e.reader_id = i.reader_id)
    and exists (select from subscriptions s where s.reader_id = i.reader_id and s.feed_id = i.feed_id)
$function$
;
CREATE OR REPLACE FUNCTION public.index_moved_article()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform mark_for_index(array[new.id]);
  return null;
end
$function$
;
CREATE OR REPLACE FUNCTION public.inoreader_watch()
 RETURNS TABLE(connections integer, needing_person integer, failing integer, spent integer, backlog bigint, writes bigint, oldest_success_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT (count(*))::integer AS count,
     (count(*) FILTER (WHERE c.needs_person))::integer AS count,
     (count(*) FILTER (WHERE (c.state = 'failing'::text)))::integer AS count,
     (count(*) FILTER (WHERE c.is_spent))::integer AS count,
     (COALESCE(sum(c.missing), (0)::numeric))::bigint AS "coalesce",
     (COALESCE(sum(c.changes), (0)::numeric))::bigint AS "coalesce",
     min(COALESCE(c.last_success_at, c.created_at)) FILTER (WHERE (NOT c.needs_person)) AS min
    FROM ( SELECT x.state,
             x.last_success_at,
             x.created_at,
             n.missing,
             n.changes,
             ((x.state = 'unauthorised'::text) OR ((x.state = 'waiting'::text) AND (x.problem_code ~~ 'mass-deletion-%'::text))) AS needs_person,
             (EXISTS ( SELECT
                    FROM inoreader_budgets b
                   WHERE ((b.connection_id = x.id) AND (
                         CASE b.zone
                             WHEN 1 THEN n.missing
                             ELSE n.changes
                         END > 0) AND ((b.blocked_until > now()) OR ((b.day_ends_at > now()) AND ((b.used)::numeric >= ((b.allowed)::numeric - ceil(((b.allowed)::numeric * 0.1))))))))) AS is_spent
            FROM (((inoreader_connections x
              JOIN readers r ON (((r.id = x.reader_id) AND (r.purge_after IS NULL))))
              JOIN tenants t ON (((t.id = r.tenant_id) AND (t.suspended_at IS NULL))))
              CROSS JOIN LATERAL ( SELECT ( SELECT count(*) AS count
                            FROM inoreader_items i
                           WHERE ((i.connection_id = x.id) AND (i.content = 'wanted'::text))) AS missing,
                     ( SELECT count(*) AS count
                            FROM inoreader_items i
                           WHERE ((i.connection_id = x.id) AND i.needs_write)) AS changes) n)) c;
END
;
CREATE OR REPLACE FUNCTION public.is_covered(revision bigint, received_at timestamp with time zone, read_through bigint, read_before timestamp with time zone)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN ((revision <= read_through) AND (received_at < read_before))
;
CREATE OR REPLACE FUNCTION public.is_kept(e entries)
 RETURNS boolean
 LANGUAGE sql
 STABLE
RETURN ((e).is_starred OR (EXISTS (SELECT FROM entry_labels l WHERE ((l.article_id = (is_kept.e).article_id) AND (l.reader_id = (is_kept.e).reader_id)))) OR (EXISTS (SELECT FROM highlights h WHERE ((h.article_id = (is_kept.e).article_id) AND (h.reader_id = (is_kept.e).reader_id)))) OR (EXISTS (SELECT FROM notes n WHERE ((n.article_id = (is_kept.e).article_id) AND (n.reader_id = (is_kept.e).reader_id)))) OR (EXISTS (SELECT FROM shares s WHERE ((s.article_id = (is_kept.e).article_id) AND (s.reader_id = (is_kept.e).reader_id)))))
;
CREATE OR REPLACE FUNCTION public.keep_tenant(tenant uuid, wanted_limits jsonb, suspended timestamp with time zone)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 INSERT INTO tenants AS t (id, limits, suspended_at)
   VALUES (keep_tenant.tenant, keep_tenant.wanted_limits, keep_tenant.suspended) ON CONFLICT(id) DO UPDATE SET limits = excluded.limits, suspended_at = excluded.suspended_at, purge_after = NULL::timestamp with time zone;
END
;
CREATE OR REPLACE FUNCTION public.know_people(named jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  insert into tenants (id) values (current_tenant_id()) on conflict do nothing;
  insert into readers (user_id, tenant_id)
    select f.id, current_tenant_id() from jsonb_to_recordset(named) as f(id uuid)
      where not exists (select from readers r where r.user_id = f.id and r.tenant_id = current_tenant_id())
      order by f.id
    on conflict do nothing;
  insert into people as p (reader_id, tenant_id, name, email, role)
    select r.id, r.tenant_id, f.name, f.email, f.role
      from jsonb_to_recordset(named) as f(id uuid, name text, email text, role tenant_role)
      join readers r on r.user_id = f.id and r.tenant_id = current_tenant_id()
      order by r.id
    on conflict (reader_id) do update set name = excluded.name, email = excluded.email, role = excluded.role
      where (p.name, p.email, p.role) is distinct from (excluded.name, excluded.email, excluded.role);
end $function$
;
CREATE OR REPLACE FUNCTION public.label_for_all(wanted_labels integer[], wanted_articles bigint[], is_added boolean)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  shared integer[] := own_shared_labels(wanted_labels);
  held bigint[];
begin
  select coalesce(array_agg(e.article_id), '{}') into held
    from entries e where e.reader_id = current_reader_id() and e.article_id = any (wanted_articles);
  perform lock_tenant_readers();
  if is_added then
    insert into article_labels (label_id, article_id, added_by)
      select l, a, current_reader_id() from unnest(shared) l, unnest(held) a on conflict do nothing;
  else
    delete from article_labels where label_id = any (shared) and article_id = any (held);
  end if;
  with concerned as materialized (
    select e.reader_id, coalesce(e.folded_into, e.article_id) as article_id
    from entries e where e.reader_id = any (tenant_reader_ids(current_tenant_id())) and e.article_id = any (held)
  ), added as (
    insert into entry_labels (reader_id, label_id, article_id, sort_at)
      select c.reader_id, l, e.article_id, e.sort_at
      from concerned c join entries e on e.reader_id = c.reader_id and e.article_id = c.article_id, unnest(shared) l
      where is_added
      on conflict do nothing
  ), removed as (
    delete from entry_labels n using concerned c
      where not is_added and n.reader_id = c.reader_id and n.article_id = c.article_id and n.label_id = any (shared)
  ), raised as (
    update readers r set revision = r.revision + 1
      where r.id in (select c.reader_id from concerned c) returning r.id, r.revision
  )
  update entries e
    set revision = x.revision, is_read = e.is_read or is_covered(e.revision, e.received_at, k.read_through, k.read_before)
    from concerned c join raised x on x.id = c.reader_id, counters k
    where e.reader_id = c.reader_id and e.article_id = c.article_id and k.reader_id = e.reader_id and k.feed_id = e.feed_id;
end $function$
;
CREATE OR REPLACE FUNCTION public.lead_own_project()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  insert into project_members (project_id, reader_id, role) values (new.id, new.created_by, 'lead');
  return null;
end
$function$
;
CREATE OR REPLACE FUNCTION public.leave_folders(wanted_folders integer[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  me integer := current_reader_id();
  held integer[];
begin
  select coalesce(array_agg(distinct s.feed_id), '{}') into held
    from subscription_folders p join subscriptions s on s.id = p.subscription_id
    where p.reader_id = me and p.folder_id = any (wanted_folders);
  perform from feeds f where f.id = any (held) order by f.id for no key update;
  perform begin_structure_change();
  insert into folder_leavers (folder_id, reader_id)
    select own_shared_folder(x), me from unnest(wanted_folders) x on conflict do nothing;
  delete from subscription_folders where reader_id = me and folder_id = any (wanted_folders);
  perform drop_shared(held, array[me]);
end $function$
;
CREATE OR REPLACE FUNCTION public.lock_tenant_readers()
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform from readers r where r.id = any (tenant_reader_ids(current_tenant_id())) order by r.id for no key update;
end $function$
;
CREATE OR REPLACE FUNCTION public.mark_for_index(marked_articles bigint[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  insert into article_stages as s (article_id, stage, content_hash)
    select a.id, 'index', uuid_send(uuidv7())
    from articles a where a.id = any (marked_articles) order by a.id
    on conflict (article_id, stage) do update
      set content_hash = excluded.content_hash, state = 'waiting', attempts = 0, next_attempt_at = now(), error = null,
        claimed_by = null, claimed_until = null;
end
$function$
;
CREATE OR REPLACE FUNCTION public.merge_feed_rows(old_feed integer, new_feed integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  reader_ids integer[];
  moved_readers integer[];
  old_ids bigint[];
  new_ids bigint[];
  received_ids bigint[];
begin
  perform from feeds where id in (old_feed, new_feed) order by id for no key update;
  if old_feed = new_feed or not exists (
    select from feeds o join feeds n on n.id = new_feed
      and n.tenant_id is not distinct from o.tenant_id and n.credential is not distinct from o.credential
    where o.id = old_feed
  ) then
    raise exception 'merge_feeds: % and % cannot become one', old_feed, new_feed;
  end if;
  select array_agg(t.old_id), array_agg(t.new_id) into old_ids, new_ids from (
    select distinct on (o.id) o.id as old_id, n.id as new_id
    from articles o join articles n on n.feed_id = new_feed and (n.identity = o.identity or n.url = o.url)
    where o.feed_id = old_feed order by o.id, (n.identity = o.identity) desc, n.id
  ) t;
  -- As await_articles (0049), with all stages of the articles that go: whoever works one holds its row while they wait for
  -- the second lock.
  perform from article_stages s
    where s.article_id = any (old_ids || new_ids || array(
        select unnest(d.article_ids) from feed_documents d where d.feed_id in (old_feed, new_feed)))
      and (s.article_id = any (old_ids) or s.stage in ('tag', 'refine') and s.state in ('waiting', 'claimed'))
    order by s.article_id, s.stage for update;
  perform pg_advisory_xact_lock_shared(7204653);
  select array_agg(distinct x.reader_id) into reader_ids from (
    select s.reader_id from subscriptions s where s.feed_id = old_feed
    union all select c.reader_id from counters c where c.feed_id = old_feed
  ) x;
  perform from readers where id = any (reader_ids) order by id for update;
  update readers set revision = revision + 1, structure_revision = revision + 1 where id = any (reader_ids);
  insert into counters (reader_id, feed_id) select r, new_feed from unnest(reader_ids) r on conflict do nothing;

  -- What "mark all read" covers is written into the rows, because the marks of the two feeds differ.
  update entries e set is_read = true
    from counters c
    where c.reader_id = any (reader_ids) and c.feed_id in (old_feed, new_feed)
      and e.reader_id = c.reader_id and e.feed_id = c.feed_id and e.is_listed and not e.is_read
      and is_covered(e.revision, e.received_at, c.read_through, c.read_before);

  insert into entries as e (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision, folded_into,
      hidden_reason, is_read, is_starred, read_at)
    select distinct on (m.new_id, o.reader_id) m.new_id, o.reader_id, new_feed, n.sort_at, n.received_at, r.revision,
      r.revision, o.folded_into, o.hidden_reason,
      bool_or(o.is_read) over same, bool_or(o.is_starred) over same, max(o.read_at) over same
    from unnest(old_ids, new_ids) as m (old_id, new_id)
    join entries o on o.article_id = m.old_id
    join articles n on n.id = m.new_id
    join readers r on r.id = o.reader_id
    window same as (partition by m.new_id, o.reader_id)
    order by m.new_id, o.reader_id, o.article_id
    on conflict (article_id, reader_id) do update
      set is_read = e.is_read or excluded.is_read, is_starred = e.is_starred or excluded.is_starred,
          read_at = coalesce(e.read_at, excluded.read_at), revision = excluded.revision;
  insert into entry_labels (reader_id, label_id, article_id, sort_at)
    select l.reader_id, l.label_id, m.new_id, n.sort_at
    from unnest(old_ids, new_ids) as m (old_id, new_id)
    join entry_labels l on l.article_id = m.old_id join articles n on n.id = m.new_id
    on conflict do nothing;
  delete from entry_labels where article_id = any (old_ids);
  update highlights h set article_id = m.new_id from unnest(old_ids, new_ids) as m (old_id, new_id)
    where h.article_id = m.old_id;
  update notes n set article_id = m.new_id from unnest(old_ids, new_ids) as m (old_id, new_id)
    where n.article_id = m.old_id;
  update shares s set article_id = m.new_id from unnest(old_ids, new_ids) as m (old_id, new_id)
    where s.article_id = m.old_id;
  insert into entry_splits (reader_id, article_id, created_at)
    select s.reader_id, m.new_id, min(s.created_at)
    from unnest(old_ids, new_ids) as m (old_id, new_id) join entry_splits s on s.article_id = m.old_id
    group by s.reader_id, m.new_id
    on conflict do nothing;
  insert into cluster_members (article_id, cluster_id, reason)
    select distinct on (m.new_id) m.new_id, c.cluster_id, c.reason
    from unnest(old_ids, new_ids) as m (old_id, new_id) join cluster_members c on c.article_id = m.old_id
    order by m.new_id, m.old_id
    on conflict do nothing;
  update entries e set folded_into = nullif(m.new_id, e.article_id) from unnest(old_ids, new_ids) as m (old_id, new_id)
    where e.reader_id = any (reader_ids) and e.folded_into = m.old_id;
  delete from entries where article_id = any (old_ids);
  perform carry_pins(old_ids, new_ids);
  update inoreader_items i set article_id = m.new_id, is_dirty = true from unnest(old_ids, new_ids) as m (old_id, new_id)
    where i.article_id = m.old_id;
  update inoreader_subscriptions s set feed_id = new_feed where s.feed_id = old_feed;
  delete from articles where id = any (old_ids);

  update articles set feed_id = new_feed where feed_id = old_feed;
  update entries e set feed_id = new_feed, revision = r.revision
    from readers r where r.id = any (reader_ids) and e.reader_id = r.id and e.feed_id = old_feed;

  insert into subscription_folders (reader_id, subscription_id, folder_id)
    select f.reader_id, n.id, f.folder_id
    from subscriptions o
    join subscriptions n on n.reader_id = o.reader_id and n.feed_id = new_feed
    join subscription_folders f on f.subscription_id = o.id
    where o.feed_id = old_feed
    on conflict do nothing;
  update subscriptions n set title = coalesce(n.title, o.title), wants_full_text = n.wants_full_text or o.wants_full_text,
      wants_summary = n.wants_summary and o.wants_summary, auto_full_text = n.auto_full_text and o.auto_full_text
    from subscriptions o where o.feed_id = old_feed and n.feed_id = new_feed and n.reader_id = o.reader_id;
  delete from subscriptions o using subscriptions n
    where o.feed_id = old_feed and n.feed_id = new_feed and n.reader_id = o.reader_id;
  select array_agg(reader_id) into moved_readers from subscriptions where feed_id = old_feed;
  update subscriptions set feed_id = new_feed where feed_id = old_feed;
  insert into entries (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision)
    select a.id, r.id, a.feed_id, a.sort_at, a.received_at, r.revision, r.revision
    from feed_documents d join articles a on a.id = any (d.article_ids)
    join readers r on r.id = any (moved_readers)
    where d.feed_id = new_feed
    on conflict do nothing;
  insert into feed_selectors (feed_id, tenant_id, keep, "drop", updated_at)
    select new_feed, s.tenant_id, s.keep, s."drop", s.updated_at from feed_selectors s where s.feed_id = old_feed
    on conflict do nothing;

  -- What these readers hold now is to be tagged for their tenants, and folded.
  select array_agg(distinct x) into received_ids from (
    select unnest(new_ids) as x
    union all select unnest(d.article_ids) from feed_documents d where d.feed_id = new_feed and moved_readers is not null
  ) y;
  insert into tag_requests (tenant_id, article_ids)
    select distinct r.tenant_id, received_ids from readers r
    where r.id = any (reader_ids)
      and exists (select from article_keyphrases k where k.article_id = any (received_ids));
  perform pg_notify('alt_tags', '');
  perform fold_soon(array(select m.cluster_id from cluster_members m where m.article_id = any (received_ids)));
  perform pg_notify('alt_stages', '');

  -- The triggers count by the feed that a row had before; here rows changed their feed, so this counts anew.
  update counters c set read_through = 0, read_before = '-infinity', is_settled = true, unread = (
      select count(*) from entries e
      where e.reader_id = c.reader_id and e.feed_id = c.feed_id and e.is_listed and not e.is_read)
    where c.reader_id = any (reader_ids) and c.feed_id = new_feed;
  insert into tombstones as n (feed_id, identity, removed_at, shown_at)
    select new_feed, t.identity, t.removed_at, t.shown_at from tombstones t where t.feed_id = old_feed
      and not exists (select from articles a where a.feed_id = new_feed and a.identity = t.identity)
    on conflict (feed_id, identity) do update set shown_at = greatest(n.shown_at, excluded.shown_at);
  update deliveries set feed_id = new_feed where feed_id = old_feed;
  update feeds n set next_poll_at = now(), repaired_from = coalesce(n.repaired_from, o.url),
      subscriber_count = (select count(*) from subscriptions s where s.feed_id = new_feed),
      wants_full_text = n.wants_full_text or o.wants_full_text
    from feeds o where n.id = new_feed and o.id = old_feed;
  delete from feeds where id = old_feed;
end
$function$
;
CREATE OR REPLACE FUNCTION public.merge_feeds(old_feed integer, new_feed integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform from feeds where id in (old_feed, new_feed) order by id for no key update;
  insert into folder_feeds (folder_id, feed_id, added_by, created_at)
    select x.folder_id, new_feed, x.added_by, x.created_at from folder_feeds x where x.feed_id = old_feed
    on conflict do nothing;
  update subscriptions n set is_shared = false from subscriptions o
    where o.feed_id = old_feed and n.feed_id = new_feed and n.reader_id = o.reader_id and n.is_shared and not o.is_shared;
  insert into article_labels (label_id, article_id, added_by, created_at)
    select x.label_id, n.id, x.added_by, x.created_at
    from article_labels x join articles o on o.id = x.article_id and o.feed_id = old_feed
    join articles n on n.feed_id = new_feed and (n.identity = o.identity or n.url = o.url)
    on conflict do nothing;
  update inbound_items set feed_id = new_feed where feed_id = old_feed;
  perform merge_feed_rows(old_feed, new_feed);
end $function$
;
CREATE OR REPLACE FUNCTION public.miscounted()
 RETURNS TABLE(reader_id integer, feed_id integer, kept integer, counted integer)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT c.reader_id,
     c.feed_id,
     c.unread,
     (COALESCE(e.unread, (0)::bigint))::integer AS "coalesce"
    FROM (counters c
      LEFT JOIN ( SELECT e_1.reader_id,
             e_1.feed_id,
             count(*) AS unread
            FROM (entries e_1
              JOIN counters k ON (((k.reader_id = e_1.reader_id) AND (k.feed_id = e_1.feed_id))))
           WHERE (e_1.is_listed AND (NOT e_1.is_read) AND (NOT is_covered(e_1.revision, e_1.received_at, k.read_through, k.read_before)))
           GROUP BY e_1.reader_id, e_1.feed_id) e ON (((e.reader_id = c.reader_id) AND (e.feed_id = c.feed_id))))
   WHERE (c.unread <> COALESCE(e.unread, (0)::bigint))
 UNION ALL
  SELECT r.id,
     NULL::integer,
     r.starred_count,
     (count(e.article_id))::integer AS count
    FROM (readers r
      LEFT JOIN entries e ON (((e.reader_id = r.id) AND e.is_starred AND e.is_listed)))
   GROUP BY r.id
  HAVING (r.starred_count <> count(e.article_id));
END
;
CREATE OR REPLACE FUNCTION public.move_feed(wanted_feed integer, new_url text, new_host text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  present feeds;
  other_id integer;
begin
  select * into present from feeds where id = wanted_feed;
  if present.id is null or present.url = new_url then
    return present.id;
  end if;
  select id into other_id from feeds
    where url = new_url and tenant_id is not distinct from present.tenant_id
      and credential is not distinct from present.credential;
  perform pg_notify('alt_polls', '');
  if other_id is not null then
    perform merge_feeds(wanted_feed, other_id);
    return other_id;
  end if;
  insert into hosts (host) values (new_host) on conflict do nothing;
  update feeds set url = new_url, host = new_host, repaired_from = url, redirect_url = null, redirect_count = 0,
      redirect_since = null, etag = null, last_modified = null, body_hash = null, next_poll_at = now()
    where id = wanted_feed;
  return wanted_feed;
end
$function$
;
CREATE OR REPLACE FUNCTION public.new_mail_token()
 RETURNS text
 LANGUAGE sql
 SET search_path TO 'public', 'pg_temp'
RETURN encode((uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'hex'::text)
;
CREATE OR REPLACE FUNCTION public.note_job_run(given_job text, given_every integer, given_error text)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  insert into job_runs as r (service, job, every_seconds, last_run_at, last_success_at, error)
  values (session_user, given_job, given_every, now(), case when given_error is null then now() end, given_error)
  on conflict (service, job) do update set every_seconds = excluded.every_seconds, last_run_at = excluded.last_run_at,
    last_success_at = coalesce(excluded.last_success_at, r.last_success_at), error = excluded.error;
$function$
;
CREATE OR REPLACE FUNCTION public.note_reading_erasure()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  insert into reading_erasures (reader_id, tenant_id) values (old.id, old.tenant_id)
    on conflict (reader_id) do update set until = now();
  return null;
end $function$
;
CREATE OR REPLACE FUNCTION public.note_removed_articles()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  insert into search_removals (article_id) select id from gone order by id on conflict do nothing;
  if found then
    perform pg_notify('alt_stages', '');
  end if;
  return null;
end
$function$
;
CREATE OR REPLACE FUNCTION public.notify_readers()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('alt_readers', '');
  return null;
end
$function$
;
CREATE OR REPLACE FUNCTION public.notify_stages()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform pg_notify('alt_stages', '');
  return null;
end
$function$
;
CREATE OR REPLACE FUNCTION public.old_entries(reader integer, read_before timestamp with time zone, unread_before timestamp with time zone, wanted integer)
 RETURNS bigint[]
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT array_agg(o.article_id) AS array_agg
    FROM (( SELECT x.article_id
            FROM entries x
           WHERE ((x.reader_id = old_entries.reader) AND x.is_read AND x.is_listed AND (x.feed_id > 0) AND (x.sort_at < old_entries.read_before) AND (x.received_at < old_entries.read_before) AND (NOT x.is_starred) AND (NOT is_kept(x.*)))
           ORDER BY x.sort_at, x.article_id
          LIMIT old_entries.wanted)
         UNION ALL
         ( SELECT x.article_id
            FROM (entries x
              LEFT JOIN counters c ON (((c.reader_id = x.reader_id) AND (c.feed_id = x.feed_id))))
           WHERE ((x.reader_id = old_entries.reader) AND (NOT x.is_read) AND x.is_listed AND (x.feed_id > 0) AND (x.sort_at < GREATEST(c.read_before, old_entries.unread_before)) AND (x.received_at <
                 CASE
                     WHEN is_covered(x.revision, x.received_at, c.read_through, c.read_before) THEN c.read_before
                     ELSE old_entries.unread_before
                 END) AND (NOT x.is_starred) AND (NOT is_kept(x.*)))
           ORDER BY x.sort_at, x.article_id
          LIMIT old_entries.wanted)
         UNION ALL
         ( SELECT x.article_id
            FROM entries x
           WHERE ((x.reader_id = old_entries.reader) AND (x.hidden_reason IS NOT NULL) AND (x.folded_into IS NULL) AND (x.sort_at < GREATEST(old_entries.read_before, old_entries.unread_before)) AND (x.received_at <
                 CASE
                     WHEN (x.is_read OR (x.hidden_reason = 'reader'::text)) THEN old_entries.read_before
                     ELSE old_entries.unread_before
                 END) AND (NOT x.is_starred) AND (NOT is_kept(x.*)))
           ORDER BY x.sort_at, x.article_id
          LIMIT old_entries.wanted)
  LIMIT old_entries.wanted) o;
END
;
CREATE OR REPLACE FUNCTION public.own_shared_folder(wanted_folder integer)
 RETURNS integer
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  found_id integer;
begin
  select f.id into found_id from folders f
    where f.id = wanted_folder and f.owner_id is null and f.tenant_id = current_tenant_id();
  if found_id is null then
    raise exception 'folder % is not shared in this tenant', wanted_folder using errcode = 'no_data_found';
  end if;
  return found_id;
end $function$
;
CREATE OR REPLACE FUNCTION public.own_shared_labels(wanted_labels integer[])
 RETURNS integer[]
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if exists (
    select from unnest(wanted_labels) w where not exists (
      select from labels l where l.id = w and l.owner_id is null and l.tenant_id = current_tenant_id())
  ) then
    raise exception 'a label is not shared in this tenant' using errcode = 'no_data_found';
  end if;
  return wanted_labels;
end $function$
;
CREATE OR REPLACE FUNCTION public.own_source_name(wanted_feed integer, wanted_folder integer)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT COALESCE(( SELECT COALESCE(s.title, f.title, f.url) AS "coalesce"
            FROM (subscriptions s
              JOIN feeds f ON ((f.id = s.feed_id)))
           WHERE ((s.feed_id = own_source_name.wanted_feed) AND (s.reader_id = current_reader_id()))), ( SELECT d.name
            FROM folders d
           WHERE ((d.id = own_source_name.wanted_folder) AND (d.tenant_id = current_tenant_id()) AND ((d.owner_id IS NULL) OR (d.owner_id = current_reader_id()))))) AS "coalesce";
END
;
CREATE OR REPLACE FUNCTION public.pinned_scope(wanted uuid)
 RETURNS TABLE(article_ids bigint[], feed_ids integer[])
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 1
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT COALESCE(array_agg(a.id), '{}'::bigint[]) AS "coalesce",
     COALESCE(array_agg(DISTINCT a.feed_id), '{}'::integer[]) AS "coalesce"
    FROM (project_articles p
      JOIN articles a ON ((a.id = p.article_id)))
   WHERE ((p.project_id = pinned_scope.wanted) AND (project_rank(pinned_scope.wanted) >= 1));
END
;
CREATE OR REPLACE FUNCTION public.pinned_texts(wanted_project uuid, wanted_pins uuid[], length integer)
 RETURNS TABLE(pin_id uuid, article_id bigint, language text, text text)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 40
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT p.id,
     a.id,
     a.language,
     "left"(
         CASE
             WHEN (c.full_state = 'ready'::text) THEN COALESCE(c.full_text, c.text)
             ELSE c.text
         END, pinned_texts.length) AS "left"
    FROM (((unnest(pinned_texts.wanted_pins) WITH ORDINALITY w(id, place)
      JOIN project_articles p ON (((p.id = w.id) AND (p.project_id = pinned_texts.wanted_project))))
      JOIN articles a ON ((a.id = p.article_id)))
      JOIN article_contents c ON ((c.article_id = a.id)))
   WHERE (project_rank(pinned_texts.wanted_project) >= 1)
   ORDER BY w.place;
END
;
CREATE OR REPLACE FUNCTION public.platform_work(from_day date, to_day date)
 RETURNS TABLE(kind text, name text, variant text, day date, done bigint, failed bigint, milliseconds bigint, buckets bigint[], tokens_in bigint, tokens_out bigint)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select w.kind, w.name, w.variant, (w.hour at time zone 'UTC')::date, sum(w.done)::bigint, sum(w.failed)::bigint,
    sum(w.milliseconds)::bigint,
    array[
      sum(w.buckets[1])::bigint, sum(w.buckets[2])::bigint, sum(w.buckets[3])::bigint, sum(w.buckets[4])::bigint,
      sum(w.buckets[5])::bigint, sum(w.buckets[6])::bigint, sum(w.buckets[7])::bigint, sum(w.buckets[8])::bigint,
      sum(w.buckets[9])::bigint, sum(w.buckets[10])::bigint, sum(w.buckets[11])::bigint, sum(w.buckets[12])::bigint,
      sum(w.buckets[13])::bigint, sum(w.buckets[14])::bigint, sum(w.buckets[15])::bigint, sum(w.buckets[16])::bigint,
      sum(w.buckets[17])::bigint, sum(w.buckets[18])::bigint, sum(w.buckets[19])::bigint
    ],
    sum(w.tokens_in)::bigint, sum(w.tokens_out)::bigint
  from work_hours w
  where w.hour >= from_day::timestamp at time zone 'UTC' and w.hour < (to_day + 1)::timestamp at time zone 'UTC'
  group by 1, 2, 3, 4 order by 1, 2, 3, 4
$function$
;
CREATE OR REPLACE FUNCTION public.prepare_reading_months()
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  starts timestamptz;
  ends timestamptz;
  name text;
begin
  for ahead in 0..1 loop
    starts := (date_trunc('month', now() at time zone 'UTC') + make_interval(months => ahead)) at time zone 'UTC';
    ends := (date_trunc('month', now() at time zone 'UTC') + make_interval(months => ahead + 1)) at time zone 'UTC';
    name := 'reading_events_' || to_char(starts at time zone 'UTC', 'YYYYMM');
    continue when to_regclass(name) is not null
      or exists (select from reading_events_rest r where r.at >= starts and r.at < ends);
    perform hold_reading();
    execute format('create table if not exists %I partition of reading_events for values from (%L) to (%L)', name, starts, ends);
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
  end loop;
end $function$
;
CREATE OR REPLACE FUNCTION public.prepare_service_logs(p_days date[], p_days_kept integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET lock_timeout TO '5s'
AS $function$
declare
  v_today constant date := (now() at time zone 'UTC')::date;
  v_oldest constant date := v_today - greatest(p_days_kept, 1);
  v_day date;
  v_name text;
begin
  perform pg_advisory_xact_lock(hashtextextended('alt.service_logs', 0));
  for v_day in
    select distinct d from unnest(p_days || array[v_today, v_today + 1, v_today + 2]) d
    where d between v_oldest and v_today + 3
  loop
    v_name := to_char(v_day, '"service_logs_"YYYY_MM_DD');
    if to_regclass('public.' || v_name) is null then
      execute format('create table public.%I partition of public.service_logs for values from (%L) to (%L)', v_name,
        v_day::timestamp at time zone 'UTC', (v_day + 1)::timestamp at time zone 'UTC');
      execute format('alter table public.%I enable row level security', v_name);
      execute format('alter table public.%I force row level security', v_name);
      execute format('create policy service_logs_owner on public.%I to alt_owner using (true) with check (true)', v_name);
    end if;
  end loop;
  for v_name in
    select relname from pg_class
    where relnamespace = 'public'::regnamespace and relname ~ '^service_logs_\d{4}_\d{2}_\d{2}$' and relispartition
      and relname < to_char(v_oldest, '"service_logs_"YYYY_MM_DD')
  loop
    execute format('drop table public.%I', v_name);
  end loop;
end $function$
;
CREATE OR REPLACE FUNCTION public.project_counts(wanted uuid[])
 RETURNS TABLE(project_id uuid, members integer, articles integer)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 50
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT w.id,
     ( SELECT (count(*))::integer AS count
            FROM project_members m
           WHERE (m.project_id = w.id)) AS count,
     ( SELECT (count(*))::integer AS count
            FROM project_articles a
           WHERE (a.project_id = w.id)) AS count
    FROM unnest(project_counts.wanted) w(id)
   WHERE (project_rank(w.id) >= 1);
END
;
CREATE OR REPLACE FUNCTION public.project_rank(wanted uuid)
 RETURNS integer
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT
         CASE
             WHEN ((p.deleted_at IS NOT NULL) AND (x.rank < 3)) THEN 0
             ELSE x.rank
         END AS rank
    FROM (projects p
      CROSS JOIN LATERAL ( SELECT
                 CASE
                     WHEN ((current_tenant_role())::text = ANY (ARRAY['owner'::text, 'admin'::text])) THEN 3
                     ELSE LEAST(
                     CASE
                         WHEN ((current_tenant_role())::text = 'reader'::text) THEN 1
                         ELSE 3
                     END, GREATEST(
                     CASE
                         WHEN (p.visibility = 'tenant'::text) THEN 1
                         ELSE 0
                     END, COALESCE(( SELECT
                             CASE m.role
                                 WHEN 'lead'::text THEN 3
                                 WHEN 'editor'::text THEN 2
                                 ELSE 1
                             END AS "case"
                        FROM (project_members m
                          JOIN readers r ON ((r.id = m.reader_id)))
                       WHERE ((m.project_id = p.id) AND (r.user_id = current_user_id()) AND (r.tenant_id = p.tenant_id) AND (r.purge_after IS NULL))), 0)))
                 END AS rank) x)
   WHERE ((p.id = project_rank.wanted) AND (p.tenant_id = current_tenant_id()));
END
;
CREATE OR REPLACE FUNCTION public.published_project(wanted_hash bytea, wanted_slug text)
 RETURNS TABLE(kind text, title text, description text, updated_at timestamp with time zone, sections jsonb, articles jsonb, brief jsonb)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 1
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT x.kind,
     p.title,
     p.description,
     p.updated_at,
     COALESCE(( SELECT jsonb_agg(jsonb_build_object('id', s.id, 'title', s.title) ORDER BY s."position", s.id) AS jsonb_agg
            FROM project_sections s
           WHERE (s.project_id = p.id)), '[]'::jsonb) AS "coalesce",
     COALESCE(( SELECT jsonb_agg(jsonb_build_object('id', a.id, 'sectionId', a.section_id, 'title', a.title, 'url', a.url, 'feedTitle', a.feed_title, 'publishedAt', a.published_at, 'pinnedAt', a.pinned_at) ORDER BY a.id DESC) AS jsonb_agg
            FROM ( SELECT n.id,
                     n.project_id,
                     n.article_id,
                     n.section_id,
                     n."position",
                     n.url,
                     n.title,
                     n.feed_title,
                     n.feed_url,
                     n.identity,
                     n.published_at,
                     n.origin,
                     n.pinned_by,
                     n.pinned_at
                    FROM project_articles n
                   WHERE (n.project_id = p.id)
                   ORDER BY n.id DESC
                  LIMIT 500) a), '[]'::jsonb) AS "coalesce",
     ( SELECT jsonb_build_object('number', b.number, 'createdAt', b.created_at, 'parts', b.parts) AS jsonb_build_object
            FROM project_briefs b
           WHERE (b.project_id = p.id)
           ORDER BY b.number DESC
          LIMIT 1) AS jsonb_build_object
    FROM ((project_publications x
      JOIN projects p ON (((p.id = x.project_id) AND (p.status = 'active'::text) AND (p.deleted_at IS NULL))))
      JOIN tenants t ON (((t.id = p.tenant_id) AND (t.suspended_at IS NULL) AND (t.purge_after IS NULL))))
   WHERE ((x.secret_hash = published_project.wanted_hash) OR (x.slug = published_project.wanted_slug));
END
;
CREATE OR REPLACE FUNCTION public.purge_inbound(batch integer)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 WITH gone AS (
          DELETE FROM inbound_items i
            USING ( SELECT x.id
                    FROM inbound_items x
                   WHERE (x.finished_at < (now() - '30 days'::interval))
                  LIMIT purge_inbound.batch) old
           WHERE (i.id = old.id)
           RETURNING i.id
         )
  SELECT (count(*))::integer AS count
    FROM gone;
END
;
CREATE OR REPLACE FUNCTION public.purge_leavers(batch integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  leaver readers;
  removed integer;
begin
  select * into leaver from readers r
    where r.purge_after <= now() and (r.purged_at is null or r.purged_at < now() - interval '1 hour')
    order by r.purge_after, r.id limit 1;
  if leaver.id is null then
    -- A private feed of the tenant goes first, by the collection of what nobody holds.
    delete from tenants t where t.purge_after < now() - interval '1 hour'
      and not exists (select from readers r where r.tenant_id = t.id)
      and not exists (select from feeds f where f.tenant_id = t.id);
    return 0;
  end if;
  perform from feeds f join subscriptions s on s.feed_id = f.id
    where s.reader_id = leaver.id order by f.id for no key update of f;
  perform from readers r where r.id = leaver.id and r.purge_after <= now() for update;
  if not found then
    return 1;
  end if;
  with gone as (
    delete from subscriptions s where s.reader_id = leaver.id returning s.feed_id
  )
  update feeds f
    set subscriber_count = f.subscriber_count - 1,
      wants_full_text = exists (select from subscriptions s
        where s.feed_id = f.id and s.reader_id <> leaver.id and s.wants_full_text)
    from gone where f.id = gone.feed_id;
  delete from entry_labels l where l.reader_id = leaver.id
    and l.label_id in (select x.id from labels x where x.tenant_id = leaver.tenant_id);
  delete from entries e using (
    select x.article_id from entries x where x.reader_id = leaver.id limit batch
  ) old where e.reader_id = leaver.id and e.article_id = old.article_id;
  get diagnostics removed = row_count;
  if removed = batch then
    return removed;
  end if;
  delete from labels where owner_id = leaver.id;
  delete from folders where owner_id = leaver.id;
  delete from rules where owner_id = leaver.id;
  delete from saved_searches where owner_id = leaver.id;
  delete from highlights where reader_id = leaver.id;
  delete from notes where reader_id = leaver.id;
  delete from shares where reader_id = leaver.id;
  delete from tag_vetoes where reader_id = leaver.id;
  delete from counters where reader_id = leaver.id;
  if leaver.purged_at is null then
    update readers set purged_at = now(), settings = '{}' where id = leaver.id;
  else
    delete from readers where id = leaver.id;
  end if;
  return removed + 1;
end
$function$
;
CREATE OR REPLACE FUNCTION public.purge_project_work(batch integer)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 WITH files AS (
          DELETE FROM project_files f
            USING ( SELECT x.job_id,
                     x.part
                    FROM project_files x
                   WHERE (x.expires_at < now())
                  LIMIT purge_project_work.batch) old
           WHERE ((f.job_id = old.job_id) AND (f.part = old.part))
           RETURNING f.job_id
         ), jobs AS (
          DELETE FROM project_jobs j
            USING ( SELECT x.id
                    FROM project_jobs x
                   WHERE (x.finished_at < (now() - '30 days'::interval))
                  LIMIT purge_project_work.batch) old
           WHERE (j.id = old.id)
           RETURNING j.id
         )
  SELECT ((( SELECT count(*) AS count
            FROM files) + ( SELECT count(*) AS count
            FROM jobs)))::integer AS int4;
END
;
CREATE OR REPLACE FUNCTION public.purge_projects(batch integer)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 WITH old AS (
          SELECT p.id
            FROM projects p
           WHERE (p.deleted_at < (now() - '30 days'::interval))
           ORDER BY p.deleted_at
          LIMIT purge_projects.batch
          FOR UPDATE OF p SKIP LOCKED
         ), gone AS (
          DELETE FROM projects p
            USING old
           WHERE (p.id = old.id)
           RETURNING p.id
         )
  SELECT (count(*))::integer AS count
    FROM gone;
END
;
CREATE OR REPLACE FUNCTION public.purge_reader_imports(batch integer)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 WITH gone AS (
          DELETE FROM reader_imports i
            USING ( SELECT x.id
                    FROM reader_imports x
                   WHERE (x.finished_at < (now() - '1 year'::interval))
                  LIMIT purge_reader_imports.batch) old
           WHERE (i.id = old.id)
           RETURNING i.id
         )
  SELECT (count(*))::integer AS count
    FROM gone;
END
;
CREATE OR REPLACE FUNCTION public.queue_length(stages text[], at_most integer)
 RETURNS integer
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select count(*)::integer from (
    select from article_stages
    where state in ('waiting', 'claimed') and next_attempt_at <= now() and stage = any (stages)
    limit at_most) as due
$function$
;
CREATE OR REPLACE FUNCTION public.queue_skipped_summaries(of_readers integer[], of_feed integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  with due as (
    select p.article_id from article_stages p
    where p.stage = 'summarise' and p.state = 'done' and p.error = 'not-wanted' and p.article_id in (
      select n.article_id from subscriptions s cross join lateral (
        select e.article_id from entries e where e.reader_id = s.reader_id and e.feed_id = s.feed_id
        order by e.sort_at desc, e.article_id desc limit 100
      ) n
      where s.reader_id = any (of_readers) and s.wants_summary and (of_feed is null or s.feed_id = of_feed))
    order by p.article_id for update
  )
  update article_stages p set state = 'waiting', attempts = 0, next_attempt_at = now(), error = null
    from due where p.article_id = due.article_id and p.stage = 'summarise';
  if found then
    perform pg_notify('alt_stages', '');
  end if;
end
$function$
;
CREATE OR REPLACE FUNCTION public.queue_wanted_summaries()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform queue_skipped_summaries(array[new.reader_id], new.feed_id);
  return null;
end
$function$
;
CREATE OR REPLACE FUNCTION public.reading_erased(reader integer, up_to timestamp with time zone)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 DELETE FROM reading_erasures
   WHERE ((reading_erasures.reader_id = reading_erased.reader) AND (reading_erasures.until = reading_erased.up_to));
END
;
CREATE OR REPLACE FUNCTION public.reading_slot(at timestamp with time zone)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN (floor((EXTRACT(epoch FROM at) / (900)::numeric)))::integer
;
CREATE OR REPLACE FUNCTION public.reading_sums(events reading_inbox[])
 RETURNS TABLE(reader_id integer, tenant_id uuid, slot integer, day date, feed_id integer, opened bigint, read bigint, unread bigint, starred bigint, unstarred bigint, summaries bigint, shared bigint, searches bigint, cleared bigint, spent_seconds bigint, saved_seconds bigint)
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select e.reader_id, e.tenant_id, reading_slot(e.at), (e.at at time zone 'UTC')::date, e.feed_id,
    sum(e.amount) filter (where e.kind = 'opened'), sum(e.amount) filter (where e.kind = 'read'),
    sum(e.amount) filter (where e.kind = 'unread'), sum(e.amount) filter (where e.kind = 'starred'),
    sum(e.amount) filter (where e.kind = 'unstarred'), sum(e.amount) filter (where e.kind = 'summary'),
    sum(e.amount) filter (where e.kind = 'shared'), sum(e.amount) filter (where e.kind = 'searched'),
    sum(e.amount) filter (where e.kind = 'cleared'), sum(e.seconds) filter (where e.kind = 'spent'),
    sum(e.seconds) filter (where e.kind = 'summary')
  from unnest(events) e group by 1, 2, 3, 4, 5
$function$
;
CREATE OR REPLACE FUNCTION public.reading_to_erase()
 RETURNS SETOF reading_erasures
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT reading_erasures.reader_id,
     reading_erasures.tenant_id,
     reading_erasures.until
    FROM reading_erasures
   ORDER BY reading_erasures.reader_id
  LIMIT 100;
END
;
CREATE OR REPLACE FUNCTION public.recap_feed(secret_hash bytea, wanted integer)
 RETURNS TABLE(id uuid, period text, local_date date, time_zone text, starts_at timestamp with time zone, ends_at timestamp with time zone, is_final boolean, article_count integer, story_count integer, engine text, content jsonb, built_at timestamp with time zone, language text)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 30
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT x.id,
     x.period,
     x.local_date,
     x.time_zone,
     x.starts_at,
     x.ends_at,
     x.is_final,
     x.article_count,
     x.story_count,
     x.engine,
     x.content,
     x.built_at,
     (r.settings ->> 'language'::text)
    FROM (((recap_outlets o
      JOIN readers r ON (((r.id = o.reader_id) AND (r.purge_after IS NULL))))
      JOIN tenants t ON (((t.id = r.tenant_id) AND (t.suspended_at IS NULL))))
      LEFT JOIN LATERAL ( SELECT c.id,
             c.reader_id,
             c.period,
             c.local_date,
             c.time_zone,
             c.starts_at,
             c.ends_at,
             c.is_final,
             c.article_count,
             c.story_count,
             c.engine,
             c.content,
             c.built_at,
             c.mailed_at,
             c.mail_attempts
            FROM recaps c
           WHERE ((c.reader_id = o.reader_id) AND c.is_final AND (c.story_count > 0))
           ORDER BY c.starts_at DESC, c.id DESC
          LIMIT recap_feed.wanted) x ON (true))
   WHERE (o.feed_secret_hash = recap_feed.secret_hash);
END
;
CREATE OR REPLACE FUNCTION public.recap_mail(token text)
 RETURNS TABLE(language text, is_confirmed boolean, is_wanted boolean)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 1
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT (r.settings ->> 'language'::text),
     (o.mail_confirmed_at IS NOT NULL),
     (o.is_daily_mailed OR o.is_weekly_mailed)
    FROM (recap_outlets o
      JOIN readers r ON ((r.id = o.reader_id)))
   WHERE (o.mail_token = recap_mail.token);
END
;
CREATE OR REPLACE FUNCTION public.receive_inbound(source text, items jsonb)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 WITH given AS (
          SELECT x."feedId",
             x."itemId",
             x.guid,
             x.url,
             x.title,
             x.author,
             x."publishedAt",
             x."contentHtml",
             x.enclosures,
             x."isRead",
             x."isStarred",
             x.labels
            FROM (jsonb_to_recordset(receive_inbound.items) x("feedId" integer, "itemId" text, guid text, url text, title text, author text, "publishedAt" timestamp with time zone, "contentHtml" text, enclosures jsonb, "isRead" boolean, "isStarred" boolean, labels text[])
              JOIN feeds f ON (((f.id = x."feedId") AND ((f.tenant_id IS NULL) OR (f.tenant_id = current_tenant_id())))))
         ), made AS (
          INSERT INTO inbound_items (tenant_id, reader_id, feed_id, source, item_id, guid, url, title, author, published_at, content_html, enclosures, is_read, is_starred, labels, seen_revision)  SELECT r.tenant_id,
                     r.id,
                     g."feedId",
                     receive_inbound.source AS source,
                     g."itemId",
                     g.guid,
                     g.url,
                     g.title,
                     g.author,
                     g."publishedAt",
                     g."contentHtml",
                     COALESCE(g.enclosures, '[]'::jsonb) AS "coalesce",
                     COALESCE(g."isRead", false) AS "coalesce",
                     COALESCE(g."isStarred", false) AS "coalesce",
                     COALESCE(g.labels, '{}'::text[]) AS "coalesce",
                     r.revision
                    FROM (given g
                      JOIN readers r ON ((r.id = current_reader_id()))) ON CONFLICT ON CONSTRAINT inbound_items_source_key DO NOTHING
           RETURNING inbound_items.id
         ), told AS MATERIALIZED (
          SELECT pg_notify('alt_inbound'::text, ''::text) AS pg_notify
         )
  SELECT (count(*))::integer AS count
    FROM made
   WHERE (( SELECT count(*) AS count
            FROM told) = 1);
END
;
CREATE OR REPLACE FUNCTION public.receive_shared()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  folders_there integer[];
  held integer[];
begin
  select array_agg(distinct x.folder_id), array_agg(distinct x.feed_id) into folders_there, held
    from folders f join folder_feeds x on x.folder_id = f.id where f.tenant_id = new.tenant_id and f.owner_id is null;
  if held is not null then
    perform spread_shared(folders_there, held, array[new.id]);
  end if;
  return null;
end $function$
;
CREATE OR REPLACE FUNCTION public.reconcile_tenants(seen bigint, after_id uuid, last_id uuid, present jsonb, started_at timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if not begin_following(seen) then
    return false;
  end if;
  perform keep_tenant((p.value ->> 'id')::uuid, p.value -> 'limits', (p.value ->> 'suspendedAt')::timestamptz)
    from jsonb_array_elements(present) p;
  update tenants t set purge_after = coalesce(t.purge_after, now() + interval '30 days')
    where (after_id is null or t.id > after_id) and (last_id is null or t.id <= last_id) and t.created_at < started_at
      and not exists (select from jsonb_array_elements(present) p where (p.value ->> 'id')::uuid = t.id);
  update readers r
    set purge_after = case when k.is_member then null else coalesce(r.purge_after, now() + interval '30 days') end,
      purged_at = case when k.is_member then null else r.purged_at end
    from (
      select x.id, m.account_id is not null as is_member
      from readers x left join (
        select (p.value ->> 'id')::uuid as tenant_id, a.value::uuid as account_id
        from jsonb_array_elements(present) p, jsonb_array_elements_text(p.value -> 'memberIds') a
      ) m on m.tenant_id = x.tenant_id and m.account_id = x.user_id
      where (after_id is null or x.tenant_id > after_id) and (last_id is null or x.tenant_id <= last_id)
    ) k
    where r.id = k.id and (k.is_member and r.purge_after is not null
      or not k.is_member and r.purge_after is null and r.created_at < started_at);
  return true;
end
$function$
;
CREATE OR REPLACE FUNCTION public.record_polls(polls jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  is_event boolean;
begin
  perform hold_event_store(false);
  select exists (select from statistics_switch s where s.has_event_store) into is_event;
  with reported as (
    select g.*, case when is_event then array[g.polls, g.unchanged, g.failed, g.articles, g.bytes, g.milliseconds] end as told
    from jsonb_to_recordset(polls) as g (id integer, day date, polls integer, unchanged integer, failed integer, articles integer,
      bytes bigint, milliseconds bigint)
    where exists (select from feeds f where f.id = g.id)
  ), events as (
    insert into work_inbox (at, kind, feed_id, done, failed, milliseconds, unchanged, articles, bytes)
      -- Now, as far as it is of that day.
      select greatest(r.day::timestamp at time zone 'UTC',
          least(now(), (r.day + 1)::timestamp at time zone 'UTC' - interval '1 millisecond')),
        'poll', r.id, r.polls - r.failed, r.failed, r.milliseconds, r.unchanged, r.articles, r.bytes
      from reported r where is_event
  )
  insert into feed_days as d (feed_id, day, polls, unchanged, failed, articles, bytes, milliseconds, told)
    select r.id, r.day, r.polls, r.unchanged, r.failed, r.articles, r.bytes, r.milliseconds, r.told from reported r
    order by r.id, r.day
  on conflict (feed_id, day) do update set polls = d.polls + excluded.polls, unchanged = d.unchanged + excluded.unchanged,
    failed = d.failed + excluded.failed, articles = d.articles + excluded.articles, bytes = d.bytes + excluded.bytes,
    milliseconds = d.milliseconds + excluded.milliseconds,
    told = case when is_event then add_buckets(coalesce(d.told, '{}'), excluded.told) else d.told end;
end $function$
;
CREATE OR REPLACE FUNCTION public.record_reading(events jsonb)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  reader readers;
  written integer;
begin
  select r.* into reader from readers r
    where r.user_id = current_user_id() and r.tenant_id = current_tenant_id() and r.purge_after is null for share;
  if reader.id is null or not coalesce((reader.settings ->> 'statistics')::boolean, true)
    or (select t.statistics_off from tenants t where t.id = reader.tenant_id)
    or exists (select from statistics_switch s where s.is_off) then
    return 0;
  end if;
  insert into reading_inbox (tenant_id, reader_id, at, kind, feed_id, amount, seconds, detail)
    select reader.tenant_id, reader.id,
      least(now(), greatest(now() - interval '1 day', coalesce(e.at, now()))), e.kind, e."feedId", coalesce(e.amount, 1),
      coalesce(e.seconds, 0), e.detail
    from jsonb_to_recordset(events)
      as e (at timestamptz, kind text, "feedId" integer, amount integer, seconds integer, detail jsonb);
  get diagnostics written = row_count;
  return written;
end $function$
;
CREATE OR REPLACE FUNCTION public.record_work(work jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  told work_inbox[];
begin
  select array_agg(row(0, g.at, g.kind, g.name, coalesce(g.variant, ''), null, g.done, g.failed, g.milliseconds, g.buckets,
      coalesce(g."tokensIn", 0), coalesce(g."tokensOut", 0), 0, 0, 0)::work_inbox) into told
    from jsonb_to_recordset(work) as g (kind text, name text, variant text, at timestamptz, done bigint, failed bigint,
      milliseconds bigint, buckets bigint[], "tokensIn" bigint, "tokensOut" bigint);
  perform hold_event_store(false);
  if exists (select from statistics_switch s where s.has_event_store) then
    insert into work_inbox (at, kind, name, variant, done, failed, milliseconds, buckets, tokens_in, tokens_out)
      select e.at, e.kind, e.name, e.variant, e.done, e.failed, e.milliseconds, e.buckets, e.tokens_in, e.tokens_out
      from unnest(told) e;
  else
    perform add_work_hours(told);
  end if;
end $function$
;
CREATE OR REPLACE FUNCTION public.refund_llm_request()
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 UPDATE llm_usage SET requests = (llm_usage.requests - 1)
   WHERE ((llm_usage.tenant_id = current_tenant_id()) AND (llm_usage.month = usage_month()) AND (llm_usage.requests > 0));
END
;
CREATE OR REPLACE FUNCTION public.rejoin_entry(wanted_article bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  reader integer := current_reader_id();
begin
  perform from readers r where r.id = reader for update;
  if not exists (select from entries e where e.reader_id = reader and e.article_id = wanted_article) then
    return false;
  end if;
  delete from entry_splits s where s.reader_id = reader and s.article_id = wanted_article;
  if found then
    perform fold_stories(array[reader], array(
      select m.cluster_id from cluster_members m where m.article_id = wanted_article));
  end if;
  return true;
end
$function$
;
CREATE OR REPLACE FUNCTION public.rejoin_folders(wanted_folders integer[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  me integer := current_reader_id();
  held integer[];
begin
  select coalesce(array_agg(distinct x.feed_id), '{}') into held from folder_feeds x
    where x.folder_id in (select own_shared_folder(w) from unnest(wanted_folders) w);
  perform from feeds f where f.id = any (held) order by f.id for no key update;
  perform begin_structure_change();
  delete from folder_leavers where reader_id = me and folder_id = any (wanted_folders);
  perform spread_shared(wanted_folders, held, array[me]);
end $function$
;
CREATE OR REPLACE FUNCTION public.related_candidates(subject bigint, beside integer, wanted integer)
 RETURNS TABLE(article_id bigint, weight double precision)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 40
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 WITH held AS MATERIALIZED (
          SELECT e_1.article_id,
             e_1.reader_id,
             e_1.sort_at,
             COALESCE(e_1.folded_into, e_1.article_id) AS story
            FROM entries e_1
           WHERE ((e_1.article_id = related_candidates.subject) AND (e_1.reader_id = current_reader_id()))
         ), phrases AS MATERIALIZED (
          SELECT k.normalised
            FROM (held held_1
              JOIN article_keyphrases k ON ((k.article_id = held_1.article_id)))
           ORDER BY k.score DESC, k.normalised
          LIMIT 12
         ), near AS MATERIALIZED (
          SELECT ('phrase '::text || p.normalised) AS term,
             n.article_id
            FROM (phrases p
              CROSS JOIN LATERAL (( SELECT k.article_id
                    FROM article_keyphrases k
                   WHERE ((k.normalised = p.normalised) AND (k.article_id < related_candidates.subject))
                   ORDER BY k.article_id DESC
                  LIMIT related_candidates.beside)
                 UNION ALL
                 ( SELECT k.article_id
                    FROM article_keyphrases k
                   WHERE ((k.normalised = p.normalised) AND (k.article_id > related_candidates.subject))
                   ORDER BY k.article_id
                  LIMIT related_candidates.beside)) n)
         UNION ALL
          SELECT ('tag '::text || t.tag_id),
             n.article_id
            FROM ((held held_1
              JOIN article_tags t ON (((t.article_id = held_1.article_id) AND (t.tenant_id = current_tenant_id()))))
              CROSS JOIN LATERAL (( SELECT x.article_id
                    FROM article_tags x
                   WHERE ((x.tag_id = t.tag_id) AND (ROW(x.sort_at, x.article_id) < ROW(held_1.sort_at, related_candidates.subject)))
                   ORDER BY x.sort_at DESC, x.article_id DESC
                  LIMIT related_candidates.beside)
                 UNION ALL
                 ( SELECT x.article_id
                    FROM article_tags x
                   WHERE ((x.tag_id = t.tag_id) AND (ROW(x.sort_at, x.article_id) > ROW(held_1.sort_at, related_candidates.subject)))
                   ORDER BY x.sort_at, x.article_id
                  LIMIT related_candidates.beside)) n)
         ), rarity AS (
          SELECT near.term,
             ln((((1 + (2 * related_candidates.beside)))::double precision / (count(*))::double precision)) AS weight
            FROM near
           GROUP BY near.term
         ), weighed AS (
          SELECT near.article_id,
             sum(rarity.weight) AS weight
            FROM (near
              JOIN rarity USING (term))
           GROUP BY near.article_id
         )
  SELECT weighed.article_id,
     weighed.weight
    FROM ((weighed
      JOIN held ON (true))
      JOIN entries e ON (((e.article_id = weighed.article_id) AND (e.reader_id = held.reader_id))))
   WHERE (e.is_listed AND (e.article_id <> held.story) AND (weighed.weight > (0)::double precision) AND (NOT (EXISTS ( SELECT
            FROM (cluster_members mine
              JOIN cluster_members other USING (cluster_id))
           WHERE ((mine.article_id = related_candidates.subject) AND (other.article_id = e.article_id))))))
   ORDER BY weighed.weight DESC, (abs(EXTRACT(epoch FROM (e.sort_at - held.sort_at)))), e.article_id
  LIMIT related_candidates.wanted;
END
;
CREATE OR REPLACE FUNCTION public.remove_shared_folder(wanted_folder integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  folder integer := own_shared_folder(wanted_folder);
  parent integer;
  held integer[];
begin
  select f.parent_id into parent from folders f where f.id = folder for update;
  select coalesce(array_agg(x.feed_id), '{}') into held from folder_feeds x where x.folder_id = folder;
  if parent is not null then
    perform share_feeds(parent, held);
  end if;
  update folders set parent_id = parent where parent_id = folder;
  perform unshare_feeds(folder, held);
  delete from folders where id = folder;
end $function$
;
CREATE OR REPLACE FUNCTION public.request_feed_full_text(wanted_subscription integer, is_wanted boolean)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  feed integer;
begin
  select s.feed_id into feed from subscriptions s
    where s.id = wanted_subscription and s.reader_id = current_reader_id();
  perform from feeds f where f.id = feed for no key update;
  update subscriptions s set wants_full_text = is_wanted
    where s.id = wanted_subscription and s.reader_id = current_reader_id();
  update feeds f set wants_full_text = exists (select from subscriptions s where s.feed_id = f.id and s.wants_full_text)
    where f.id = feed;
end
$function$
;
CREATE OR REPLACE FUNCTION public.request_full_text(wanted_article bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if not exists (select from entries e where e.article_id = wanted_article and e.reader_id = current_reader_id()) then
    return false;
  end if;
  insert into article_stages as s (article_id, stage, content_hash, priority)
    select id, 'extract', content_hash, 1 from articles where id = wanted_article
    on conflict (article_id, stage) do update
      set state = 'waiting', priority = 1, attempts = 0, next_attempt_at = now(), error = null,
          content_hash = excluded.content_hash
      where s.state in ('done', 'parked', 'waiting');
  update article_contents set full_state = 'pending', full_reason = null
    where article_id = wanted_article and full_state <> 'ready';
  perform pg_notify('alt_stages', '');
  return true;
end
$function$
;
CREATE OR REPLACE FUNCTION public.request_poll(wanted_subscription integer)
 RETURNS TABLE(next_poll_at timestamp with time zone, delayed_by text)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
#variable_conflict use_column
declare
  feed integer;
  feed_until timestamptz;
  host_until timestamptz;
begin
  select f.id, greatest(f.retry_after_at, now()), greatest(h.penalty_until, now()) into feed, feed_until, host_until
    from subscriptions s join feeds f on f.id = s.feed_id left join hosts h on h.host = f.host
    where s.id = wanted_subscription and s.reader_id = current_reader_id();
  if feed is null then
    return;
  end if;
  perform pg_notify('alt_polls', '');
  return query
    update feeds f set next_poll_at = greatest(feed_until, host_until), priority = 1 where f.id = feed
      returning f.next_poll_at,
        case when greatest(feed_until, host_until) <= now() then null
          when feed_until >= host_until then 'feed' else 'host' end;
end
$function$
;
CREATE OR REPLACE FUNCTION public.request_polls(wanted_feeds integer[])
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  due integer[];
begin
  -- In ascending order, so that two readers who look at the same time wait for each other and do not lock up.
  select array_agg(x.id) into due from (
    select f.id from subscriptions s join feeds f on f.id = s.feed_id
    where s.reader_id = current_reader_id() and (wanted_feeds is null or f.id = any (wanted_feeds))
      and (f.last_polled_at is null or f.last_polled_at < now() - interval '1 minute')
      and (f.retry_after_at is null or f.retry_after_at <= now())
    order by f.id for no key update of f
  ) x;
  if due is null then
    return 0;
  end if;
  update feeds set next_poll_at = least(next_poll_at, now()), priority = 1 where id = any (due);
  perform pg_notify('alt_polls', '');
  return cardinality(due);
end
$function$
;
CREATE OR REPLACE FUNCTION public.request_search_rebuild()
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  concerned integer;
begin
  update search_indexes set rebuild_requested_at = now() where completed_at is not null and left_at is null;
  get diagnostics concerned = row_count;
  perform pg_notify('alt_stages', '');
  return concerned;
end
$function$
;
CREATE OR REPLACE FUNCTION public.request_summary(wanted_article bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if not exists (select from entries e where e.article_id = wanted_article and e.reader_id = current_reader_id()) then
    return false;
  end if;
  insert into summary_requests (article_id, reader_id) values (wanted_article, current_reader_id())
    on conflict on constraint summary_requests_pkey do update set requested_at = now();
  insert into article_stages as s (article_id, stage, content_hash, priority)
    select t.article_id, 'summarise', t.content_hash, 1 from article_texts(array[wanted_article]) t
    on conflict (article_id, stage) do update
      set state = 'waiting', priority = 1, attempts = 0, next_attempt_at = now(), error = null,
          content_hash = excluded.content_hash
      where s.state in ('done', 'parked', 'waiting');
  perform pg_notify('alt_stages', '');
  return true;
end
$function$
;
CREATE OR REPLACE FUNCTION public.request_tags()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  insert into tag_requests (tenant_id, article_ids)
    select distinct on (r.tenant_id, n.feed_id) r.tenant_id, d.article_ids
    from new_rows n
    join readers r on r.id = n.reader_id
    join feed_documents d on d.feed_id = n.feed_id
    where exists (select from article_keyphrases k where k.article_id = any (d.article_ids));
  if found then
    perform pg_notify('alt_tags', '');
  end if;
  return null;
end
$function$
;
CREATE OR REPLACE FUNCTION public.reset_tenant_readers()
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 UPDATE readers SET revision = (readers.revision + 1), reset_revision = (readers.revision + 1)
   WHERE (readers.id = ANY (tenant_reader_ids(current_tenant_id())));
END
;
CREATE OR REPLACE FUNCTION public.resolve_references(identities bytea[], feed_urls text[])
 RETURNS TABLE(place bigint, article_id bigint)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 200
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT w.place,
     min(a.id) AS min
    FROM (((UNNEST(resolve_references.identities, resolve_references.feed_urls) WITH ORDINALITY w(identity, feed_url, place)
      CROSS JOIN LATERAL ( SELECT f.id
            FROM feeds f
           WHERE (f.url = w.feed_url)
         UNION ALL
          SELECT c.feed_id
            FROM counters c
           WHERE ((w.feed_url IS NULL) AND (c.reader_id = current_reader_id()))) k)
      JOIN articles a ON (((a.feed_id = k.id) AND (a.identity = w.identity))))
      JOIN entries e ON (((e.article_id = a.id) AND (e.reader_id = current_reader_id()))))
   GROUP BY w.place;
END
;
CREATE OR REPLACE FUNCTION public.retain(batch integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  reader record;
  old_ids bigint[];
  removed integer := 0;
  changed integer;
begin
  for reader in
    with cutoffs as materialized (
      select t.id, tenant_cutoff(t.id) as before from tenants t where t.limits ->> 'articlesKept' is not null
    )
    select r.id, greatest(now() - make_interval(days => (r.settings #>> '{retention,readDays}')::int), c.before) as read_before,
      greatest(now() - make_interval(days => (r.settings #>> '{retention,unreadDays}')::int), c.before) as unread_before
    from readers r left join cutoffs c on c.id = r.tenant_id
    where r.settings #>> '{retention,readDays}' is not null or r.settings #>> '{retention,unreadDays}' is not null
      or c.before is not null
    order by r.id
  loop
    old_ids := old_entries(reader.id, reader.read_before, reader.unread_before, batch - removed);
    continue when old_ids is null;
    perform from readers where id = reader.id for update;
    -- The reader may have starred, labelled, read or opened one again before the row was ours.
    with due as materialized (
      select h.article_id, h.received_at, l.before, not is_kept(h) as is_free
      from entries h
      join counters c on c.reader_id = h.reader_id and c.feed_id = h.feed_id
      cross join lateral (
        select case when h.is_read or h.hidden_reason = 'reader'
            or h.is_listed and is_covered(h.revision, h.received_at, c.read_through, c.read_before)
          then reader.read_before else reader.unread_before end as before
      ) l
      where h.reader_id = reader.id and h.article_id = any (old_ids)
    ), gone as materialized (
      select d.article_id, d.before from due d where d.is_free and d.received_at < d.before
    ), chosen as materialized (
      select g.article_id from gone g
      union
      select f.article_id from gone g join entries f on f.reader_id = reader.id and f.folded_into = g.article_id
        where f.received_at < g.before and not is_kept(f)
    )
    delete from entries e using chosen x where e.reader_id = reader.id and e.article_id = x.article_id;
    get diagnostics changed = row_count;
    if changed > 0 then
      update readers set revision = revision + 1, structure_revision = revision + 1 where id = reader.id;
    end if;
    removed := removed + changed;
    exit when removed >= batch;
  end loop;
  return removed;
end
$function$
;
CREATE OR REPLACE FUNCTION public.return_work(batch integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  taken work_inbox[];
begin
  select array_agg(t) into taken from take_work(batch) t;
  if taken is null then
    return 0;
  end if;
  perform add_work_hours(array(select t from unnest(taken) t where t.kind <> 'poll'));
  perform from feed_days d
    where (d.feed_id, d.day) in (select t.feed_id, (t.at at time zone 'UTC')::date from unnest(taken) t where t.kind = 'poll')
    order by d.feed_id, d.day for update;
  update feed_days d set told = add_buckets(d.told, back.sums)
    from (
      select t.feed_id, (t.at at time zone 'UTC')::date as day, array[-sum(t.done + t.failed)::bigint, -sum(t.unchanged)::bigint,
        -sum(t.failed)::bigint, -sum(t.articles)::bigint, -sum(t.bytes)::bigint, -sum(t.milliseconds)::bigint] as sums
      from unnest(taken) t where t.kind = 'poll' group by 1, 2
    ) back
    where d.feed_id = back.feed_id and d.day = back.day and d.told is not null;
  return cardinality(taken);
end $function$
;
CREATE OR REPLACE FUNCTION public.revisions_of(reader_ids integer[])
 RETURNS TABLE(reader_id integer, revision bigint)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT readers.id,
     readers.revision
    FROM readers
   WHERE (readers.id = ANY (revisions_of.reader_ids));
END
;
CREATE OR REPLACE FUNCTION public.roll_reading(batch integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  taken reading_inbox[];
begin
  if not pg_try_advisory_xact_lock(85001) then
    return -1;
  end if;
  with gone as (
    delete from reading_inbox i using (select x.id from reading_inbox x order by x.id limit batch for update skip locked) old
      where i.id = old.id returning i.*
  )
  select array_agg(row(g.*)::reading_inbox order by g.id) into taken from gone g;
  if taken is null then
    return 0;
  end if;
  insert into reading_events (id, tenant_id, reader_id, at, kind, feed_id, amount, seconds, detail)
    select e.id, e.tenant_id, e.reader_id, e.at, e.kind, e.feed_id, e.amount, e.seconds, e.detail from unnest(taken) e;
  insert into reading_slots as s (reader_id, slot, tenant_id, opened, read, unread, starred, unstarred, summaries, shared, searches,
      cleared, spent_seconds, saved_seconds)
    select x.reader_id, x.slot, x.tenant_id, coalesce(sum(x.opened), 0), coalesce(sum(x.read), 0), coalesce(sum(x.unread), 0),
      coalesce(sum(x.starred), 0), coalesce(sum(x.unstarred), 0), coalesce(sum(x.summaries), 0), coalesce(sum(x.shared), 0),
      coalesce(sum(x.searches), 0), coalesce(sum(x.cleared), 0), coalesce(sum(x.spent_seconds), 0), coalesce(sum(x.saved_seconds), 0)
    from reading_sums(taken) x group by x.reader_id, x.slot, x.tenant_id
    on conflict (reader_id, slot) do update set opened = s.opened + excluded.opened, read = s.read + excluded.read,
      unread = s.unread + excluded.unread, starred = s.starred + excluded.starred, unstarred = s.unstarred + excluded.unstarred,
      summaries = s.summaries + excluded.summaries, shared = s.shared + excluded.shared, searches = s.searches + excluded.searches,
      cleared = s.cleared + excluded.cleared, spent_seconds = s.spent_seconds + excluded.spent_seconds,
      saved_seconds = s.saved_seconds + excluded.saved_seconds;
  insert into reading_feed_days as s (reader_id, day, feed_id, tenant_id, opened, read, unread, starred, unstarred, summaries, shared,
      searches, cleared, spent_seconds, saved_seconds)
    select x.reader_id, x.day, x.feed_id, x.tenant_id, coalesce(sum(x.opened), 0), coalesce(sum(x.read), 0), coalesce(sum(x.unread), 0),
      coalesce(sum(x.starred), 0), coalesce(sum(x.unstarred), 0), coalesce(sum(x.summaries), 0), coalesce(sum(x.shared), 0),
      coalesce(sum(x.searches), 0), coalesce(sum(x.cleared), 0), coalesce(sum(x.spent_seconds), 0), coalesce(sum(x.saved_seconds), 0)
    from reading_sums(taken) x where x.feed_id is not null group by x.reader_id, x.day, x.feed_id, x.tenant_id
    on conflict (reader_id, day, feed_id) do update set opened = s.opened + excluded.opened, read = s.read + excluded.read,
      unread = s.unread + excluded.unread, starred = s.starred + excluded.starred, unstarred = s.unstarred + excluded.unstarred,
      summaries = s.summaries + excluded.summaries, shared = s.shared + excluded.shared, searches = s.searches + excluded.searches,
      cleared = s.cleared + excluded.cleared, spent_seconds = s.spent_seconds + excluded.spent_seconds,
      saved_seconds = s.saved_seconds + excluded.saved_seconds;
  insert into reading_feed_months as s (reader_id, month, feed_id, tenant_id, opened, read, unread, starred, unstarred, summaries, shared,
      searches, cleared, spent_seconds, saved_seconds)
    select x.reader_id, date_trunc('month', x.day)::date, x.feed_id, x.tenant_id, coalesce(sum(x.opened), 0), coalesce(sum(x.read), 0), coalesce(sum(x.unread), 0),
      coalesce(sum(x.starred), 0), coalesce(sum(x.unstarred), 0), coalesce(sum(x.summaries), 0), coalesce(sum(x.shared), 0),
      coalesce(sum(x.searches), 0), coalesce(sum(x.cleared), 0), coalesce(sum(x.spent_seconds), 0), coalesce(sum(x.saved_seconds), 0)
    from reading_sums(taken) x where x.feed_id is not null group by 1, 2, 3, 4
    on conflict (reader_id, month, feed_id) do update set opened = s.opened + excluded.opened, read = s.read + excluded.read,
      unread = s.unread + excluded.unread, starred = s.starred + excluded.starred, unstarred = s.unstarred + excluded.unstarred,
      summaries = s.summaries + excluded.summaries, shared = s.shared + excluded.shared, searches = s.searches + excluded.searches,
      cleared = s.cleared + excluded.cleared, spent_seconds = s.spent_seconds + excluded.spent_seconds,
      saved_seconds = s.saved_seconds + excluded.saved_seconds;
  return cardinality(taken);
end $function$
;
CREATE OR REPLACE FUNCTION public.rule_candidates(wanted_project uuid, after_revision bigint, after_article bigint, wanted integer)
 RETURNS TABLE(id bigint, revision bigint, is_sourced boolean, title text, text text, author text, url text, language text, feed_id integer, feed_title text, feed_url text, is_read boolean, is_starred boolean, has_audio boolean, sort_at timestamp with time zone, reader_revision bigint)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 50
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 WITH me AS MATERIALIZED (
          SELECT r.id,
             r.revision
            FROM readers r
           WHERE ((r.id = current_reader_id()) AND (project_rank(rule_candidates.wanted_project) >= 2))
         ), sourced AS MATERIALIZED (
          SELECT s.feed_id
            FROM project_sources s
           WHERE ((s.project_id = rule_candidates.wanted_project) AND (s.feed_id IS NOT NULL))
         UNION
          SELECT b_1.feed_id
            FROM ((project_sources s
              JOIN subscription_folders f_1 ON ((f_1.folder_id = s.folder_id)))
              JOIN subscriptions b_1 ON ((b_1.id = f_1.subscription_id)))
           WHERE (s.project_id = rule_candidates.wanted_project)
         ), next AS MATERIALIZED (
         ( SELECT e.article_id,
             e.reader_id,
             e.feed_id,
             e.sort_at,
             e.received_at,
             e.revision,
             e.arrival_revision,
             e.folded_into,
             e.hidden_reason,
             e.is_read,
             e.is_starred,
             e.is_listed,
             e.read_at
            FROM (me me_1
              JOIN entries e ON ((e.reader_id = me_1.id)))
           WHERE ((rule_candidates.after_revision IS NOT NULL) AND (ROW(e.revision, e.article_id) > ROW(rule_candidates.after_revision, rule_candidates.after_article)) AND (e.revision >= rule_candidates.after_revision))
           ORDER BY e.revision, e.article_id
          LIMIT rule_candidates.wanted)
         UNION ALL
         ( SELECT e.article_id,
             e.reader_id,
             e.feed_id,
             e.sort_at,
             e.received_at,
             e.revision,
             e.arrival_revision,
             e.folded_into,
             e.hidden_reason,
             e.is_read,
             e.is_starred,
             e.is_listed,
             e.read_at
            FROM (me me_1
              JOIN entries e ON ((e.reader_id = me_1.id)))
           WHERE ((rule_candidates.after_revision IS NULL) AND e.is_listed)
           ORDER BY e.sort_at DESC, e.article_id DESC
          LIMIT rule_candidates.wanted)
         )
  SELECT a.id,
     n.revision,
     (n.feed_id IN ( SELECT x.feed_id
            FROM sourced x)),
     a.title,
     "left"(
         CASE
             WHEN (c.full_state = 'ready'::text) THEN COALESCE(c.full_text, c.text)
             ELSE c.text
         END, 20000) AS "left",
     a.author,
     a.url,
     a.language,
     a.feed_id,
     COALESCE(b.title, f.title, f.url) AS "coalesce",
     COALESCE(f.site_url, f.url) AS "coalesce",
     n.is_read,
     n.is_starred,
     (c.enclosures @@ '($[*]."type" starts with "audio/")'::jsonpath),
     n.sort_at,
     me.revision
    FROM (((((next n
      JOIN me ON (true))
      JOIN articles a ON ((a.id = n.article_id)))
      JOIN article_contents c ON ((c.article_id = a.id)))
      JOIN feeds f ON ((f.id = a.feed_id)))
      LEFT JOIN subscriptions b ON (((b.feed_id = f.id) AND (b.reader_id = n.reader_id))))
   ORDER BY n.revision, n.article_id;
END
;
CREATE OR REPLACE FUNCTION public.rules_for_entries(article_ids bigint[], reader_ids integer[], is_arrival boolean)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 WITH owners AS MATERIALIZED (
          SELECT r.id AS reader_id,
             r.tenant_id,
             u.id,
             u.version,
             u.query,
             u.actions,
             u.active_since,
             string_to_array(u.needs_stage, ','::text) AS stages,
             (EXISTS ( SELECT
                    FROM rule_switches o
                   WHERE ((o.rule_id = u.id) AND (o.reader_id = r.id)))) AS is_off
            FROM (readers r
              JOIN rules u ON (((u.tenant_id = r.tenant_id) AND ((u.owner_id = r.id) OR (u.owner_id IS NULL)))))
           WHERE ((r.id = ANY (rules_for_entries.reader_ids)) AND u.is_enabled AND (rules_for_entries.is_arrival OR (u.needs_stage IS NOT NULL)))
         ), untagged AS MATERIALIZED (
          SELECT DISTINCT q.tenant_id,
             x.id AS article_id
            FROM (tag_requests q
              CROSS JOIN LATERAL unnest(q.article_ids) x(id))
           WHERE ((NOT q.is_index_only) AND (x.id = ANY (q.article_ids)))
         ), due AS MATERIALIZED (
          SELECT o.reader_id,
             o.tenant_id,
             o.id,
             o.version,
             o.query,
             o.actions,
             o.active_since,
             o.stages,
             o.is_off,
             e.article_id,
             e.feed_id
            FROM ((owners o
              JOIN entries e ON (((e.reader_id = o.reader_id) AND (e.article_id = ANY (rules_for_entries.article_ids)))))
              LEFT JOIN subscriptions s ON (((s.reader_id = o.reader_id) AND (s.feed_id = e.feed_id))))
           WHERE (((NOT o.is_off) OR ((o.actions -> 'labelIds'::text) <> '[]'::jsonb)) AND (GREATEST(e.received_at, s.created_at) >= o.active_since) AND (NOT (EXISTS ( SELECT
                    FROM article_stages t
                   WHERE ((t.article_id = e.article_id) AND (t.stage = ANY (o.stages)) AND (t.state = ANY (ARRAY['waiting'::text, 'claimed'::text])))))) AND (NOT (EXISTS ( SELECT
                    FROM untagged w
                   WHERE ((w.tenant_id = o.tenant_id) AND (w.article_id = e.article_id) AND ('tag'::text = ANY (o.stages)))))) AND (NOT (EXISTS ( SELECT
                    FROM rule_hits h
                   WHERE ((h.article_id = e.article_id) AND (h.reader_id = o.reader_id) AND (h.rule_id = o.id) AND (h.version >= o.version))))))
         ), lists AS MATERIALIZED (
          SELECT d.reader_id,
             d.article_id,
             d.feed_id,
             array_agg(d.id) FILTER (WHERE (NOT d.is_off)) AS rule_ids,
             array_agg(d.id) FILTER (WHERE d.is_off) AS off_rule_ids,
             bool_or((d.query ~* 'folder:'::text)) AS asks_folders,
             bool_or((d.query ~* 'tag:'::text)) AS asks_tags
            FROM due d
           GROUP BY d.reader_id, d.article_id, d.feed_id
         )
  SELECT jsonb_build_object('rules', ( SELECT COALESCE(jsonb_agg(x.*), '[]'::jsonb) AS "coalesce"
            FROM ( SELECT DISTINCT ON (d.id) d.id,
                     d.version,
                     d.query,
                     d.actions
                    FROM due d
                   ORDER BY d.id) x), 'cases', ( SELECT COALESCE(jsonb_agg(jsonb_build_object('articleId', l.article_id, 'readerId', l.reader_id, 'feedTitle', COALESCE(s.title, f.title, f.url), 'folders',
                 CASE
                     WHEN l.asks_folders THEN subscription_folder_names(s.id)
                     ELSE '{}'::text[]
                 END, 'tags',
                 CASE
                     WHEN l.asks_tags THEN seen_tag_names(l.article_id, l.reader_id)
                     ELSE '{}'::text[]
                 END, 'ruleIds', COALESCE(l.rule_ids, '{}'::integer[]), 'offRuleIds', COALESCE(l.off_rule_ids, '{}'::integer[]))), '[]'::jsonb) AS "coalesce"
            FROM (((lists l
              LEFT JOIN articles a ON ((a.id = l.article_id)))
              LEFT JOIN feeds f ON ((f.id = a.feed_id)))
              LEFT JOIN subscriptions s ON (((s.reader_id = l.reader_id) AND (s.feed_id = a.feed_id)))))) AS jsonb_build_object;
END
;
CREATE OR REPLACE FUNCTION public.rules_for_feeds(wanted_feeds integer[], after_reader integer DEFAULT 0, batch integer DEFAULT 200)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 WITH subscribers AS MATERIALIZED (
          SELECT s.id,
             s.feed_id,
             s.reader_id,
             r.tenant_id,
             COALESCE(s.title, f.title, f.url) AS feed_title
            FROM (((unnest(rules_for_feeds.wanted_feeds) w(feed_id)
              CROSS JOIN LATERAL ( SELECT x.id,
                     x.feed_id,
                     x.reader_id,
                     x.title
                    FROM subscriptions x
                   WHERE ((x.feed_id = w.feed_id) AND (x.reader_id > rules_for_feeds.after_reader))
                   ORDER BY x.reader_id
                  LIMIT rules_for_feeds.batch) s)
              JOIN readers r ON ((r.id = s.reader_id)))
              JOIN feeds f ON ((f.id = s.feed_id)))
         ), due AS MATERIALIZED (
          SELECT u.id,
             u.version,
             u.query,
             u.actions,
             u.is_off,
             x.reader_id
            FROM (( SELECT DISTINCT s.reader_id,
                     s.tenant_id
                    FROM subscribers s) x
              CROSS JOIN LATERAL ( SELECT u_1.id,
                     u_1.version,
                     u_1.query,
                     u_1.actions,
                     (EXISTS ( SELECT
                            FROM rule_switches o
                           WHERE ((o.rule_id = u_1.id) AND (o.reader_id = x.reader_id)))) AS is_off
                    FROM rules u_1
                   WHERE ((u_1.tenant_id = x.tenant_id) AND ((u_1.owner_id = x.reader_id) OR (u_1.owner_id IS NULL)) AND u_1.is_enabled AND (u_1.needs_stage IS NULL))) u)
           WHERE ((NOT u.is_off) OR ((u.actions -> 'labelIds'::text) <> '[]'::jsonb))
         ), lists AS MATERIALIZED (
          SELECT d.reader_id,
             array_agg(d.id) FILTER (WHERE (NOT d.is_off)) AS rule_ids,
             array_agg(d.id) FILTER (WHERE d.is_off) AS off_rule_ids,
             bool_or((d.query ~* 'folder:'::text)) AS asks_folders
            FROM due d
           GROUP BY d.reader_id
         )
  SELECT jsonb_build_object('rules', ( SELECT COALESCE(jsonb_agg(x.*), '[]'::jsonb) AS "coalesce"
            FROM ( SELECT DISTINCT ON (d.id) d.id,
                     d.version,
                     d.query,
                     d.actions
                    FROM due d
                   ORDER BY d.id) x), 'pairs', ( SELECT COALESCE(jsonb_agg(jsonb_build_object('feedId', s.feed_id, 'readerId', s.reader_id, 'feedTitle', s.feed_title, 'folders',
                 CASE
                     WHEN l.asks_folders THEN subscription_folder_names(s.id)
                     ELSE '{}'::text[]
                 END, 'ruleIds', COALESCE(l.rule_ids, '{}'::integer[]), 'offRuleIds', COALESCE(l.off_rule_ids, '{}'::integer[]))), '[]'::jsonb) AS "coalesce"
            FROM (subscribers s
              JOIN lists l ON ((l.reader_id = s.reader_id))))) AS jsonb_build_object;
END
;
CREATE OR REPLACE FUNCTION public.run_rule(wanted_rule integer, wanted_articles bigint[])
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  me integer := current_reader_id();
  rule rules;
  label_ids integer[];
  fresh bigint[];
begin
  select * into rule from rules u
    where u.id = wanted_rule and u.tenant_id = current_tenant_id() and (u.owner_id = me or u.owner_id is null);
  if rule.id is null then
    return 0;
  end if;
  select array(select jsonb_array_elements_text(rule.actions -> 'labelIds')::integer
    where jsonb_typeof(rule.actions -> 'labelIds') = 'array') into label_ids;
  if rule.owner_id is null and cardinality(label_ids) > 0 then
    perform lock_tenant_readers();
  else
    perform from readers r where r.id = me for update;
  end if;
  select coalesce(array_agg(e.article_id), '{}') into fresh from entries e
    where e.reader_id = me and e.article_id = any (wanted_articles)
      and not exists (select from rule_hits h where h.article_id = e.article_id and h.reader_id = me and h.rule_id = rule.id
          and h.version >= rule.version);
  if rule.owner_id is null and cardinality(label_ids) > 0 and cardinality(fresh) > 0 then
    perform label_for_all(label_ids, fresh, true);
  end if;
  return act_by_rules((
    select jsonb_agg(rule.actions || jsonb_build_object('ruleId', rule.id, 'version', rule.version, 'readerId', me, 'articleId', x)) from unnest(fresh) x));
end $function$
;
CREATE OR REPLACE FUNCTION public.section_counts(wanted uuid)
 RETURNS TABLE(section_id uuid, articles integer)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 50
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT a.section_id,
     (count(*))::integer AS count
    FROM project_articles a
   WHERE ((a.project_id = section_counts.wanted) AND (a.section_id IS NOT NULL) AND (project_rank(section_counts.wanted) >= 1))
   GROUP BY a.section_id;
END
;
CREATE OR REPLACE FUNCTION public.seen_highlights(wanted_article bigint)
 RETURNS TABLE(id uuid, quote text, prefix text, suffix text, color text, is_shared boolean, is_mine boolean, author_id uuid, created_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 20
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT h.id,
     h.quote,
     h.prefix,
     h.suffix,
     h.color,
     h.is_shared,
     (h.reader_id = current_reader_id()),
     r.user_id,
     h.created_at
    FROM (highlights h
      JOIN readers r ON ((r.id = h.reader_id)))
   WHERE ((h.article_id = seen_highlights.wanted_article) AND (EXISTS ( SELECT
            FROM entries e
           WHERE ((e.article_id = seen_highlights.wanted_article) AND (e.reader_id = current_reader_id())))) AND ((h.reader_id = current_reader_id()) OR (h.is_shared AND (r.tenant_id = current_tenant_id()) AND (r.purge_after IS NULL))))
   ORDER BY h.created_at, h.id;
END
;
CREATE OR REPLACE FUNCTION public.seen_notes(wanted_article bigint)
 RETURNS TABLE(id uuid, highlight_id uuid, body text, is_shared boolean, is_mine boolean, author_id uuid, created_at timestamp with time zone, updated_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 20
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT n.id,
     n.highlight_id,
     n.body,
     n.is_shared,
     (n.reader_id = current_reader_id()),
     r.user_id,
     n.created_at,
     n.updated_at
    FROM (notes n
      JOIN readers r ON ((r.id = n.reader_id)))
   WHERE ((n.article_id = seen_notes.wanted_article) AND (EXISTS ( SELECT
            FROM entries e
           WHERE ((e.article_id = seen_notes.wanted_article) AND (e.reader_id = current_reader_id())))) AND ((n.reader_id = current_reader_id()) OR (n.is_shared AND (r.tenant_id = current_tenant_id()) AND (r.purge_after IS NULL))))
   ORDER BY n.created_at, n.id;
END
;
CREATE OR REPLACE FUNCTION public.seen_tag_names(wanted_article bigint, reader integer)
 RETURNS text[]
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 WITH shown AS (
          SELECT t.id,
             t.name
            FROM ((readers r
              JOIN article_tags n ON (((n.article_id = seen_tag_names.wanted_article) AND (n.tenant_id = r.tenant_id))))
              JOIN tags t ON ((t.id = n.tag_id)))
           WHERE ((r.id = seen_tag_names.reader) AND (NOT t.is_hidden) AND (NOT (EXISTS ( SELECT
                    FROM tag_vetoes v
                   WHERE ((v.reader_id = seen_tag_names.reader) AND ((v.normalised = t.normalised) OR (EXISTS ( SELECT
                            FROM tag_aliases x
                           WHERE ((x.tag_id = t.id) AND (x.normalised = v.normalised))))))))))
         )
  SELECT ARRAY( SELECT s.name
            FROM shown s
         UNION
          SELECT x.normalised
            FROM (tag_aliases x
              JOIN shown s ON ((s.id = x.tag_id)))) AS "array";
END
;
CREATE OR REPLACE FUNCTION public.set_auto_full_text(wanted_subscription integer, is_wanted boolean)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 UPDATE subscriptions s SET auto_full_text = set_auto_full_text.is_wanted
   WHERE ((s.id = set_auto_full_text.wanted_subscription) AND (s.reader_id = current_reader_id()));
END
;
CREATE OR REPLACE FUNCTION public.set_feed_selectors(wanted_subscription integer, new_keep text[], new_drop text[])
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  feed integer;
begin
  select s.feed_id into feed from subscriptions s
    where s.id = wanted_subscription and s.reader_id = current_reader_id();
  if feed is null then
    return false;
  end if;
  if cardinality(new_keep) + cardinality(new_drop) = 0 then
    delete from feed_selectors f where f.feed_id = feed and f.tenant_id = current_tenant_id();
    delete from article_variants v using articles a
      where a.feed_id = feed and v.article_id = a.id and v.tenant_id = current_tenant_id();
  else
    insert into feed_selectors as f (feed_id, tenant_id, keep, "drop")
      values (feed, current_tenant_id(), new_keep, new_drop)
      on conflict (feed_id, tenant_id) do update
        set keep = excluded.keep, "drop" = excluded."drop", updated_at = now();
  end if;
  insert into article_stages as t (article_id, stage, content_hash, priority)
    select n.id, 'extract', n.content_hash, 1 from (
      select a.id, a.content_hash
      from feed_documents d join articles a on a.id = any (d.article_ids) join article_contents c on c.article_id = a.id
      where d.feed_id = feed and c.full_state = 'ready' order by a.id desc limit 20
    ) n order by n.id
    on conflict (article_id, stage) do update
      set state = 'waiting', priority = 1, attempts = 0, next_attempt_at = now(), error = null,
        claimed_by = null, claimed_until = null, content_hash = excluded.content_hash;
  perform pg_notify('alt_stages', '');
  return true;
end
$function$
;
CREATE OR REPLACE FUNCTION public.settle_finish()
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  changed integer;
begin
  with seen as materialized (
    select c.reader_id, c.feed_id, c.read_through, c.read_before from counters c where not c.is_settled
  ), done as (
    select c.reader_id, c.feed_id from seen s
    join counters c on c.reader_id = s.reader_id and c.feed_id = s.feed_id and c.read_through = s.read_through
    where not c.is_settled and not exists (
      select from entries e
      where e.reader_id = s.reader_id and e.feed_id = s.feed_id and e.is_listed and not e.is_read
        and is_covered(e.revision, e.received_at, s.read_through, s.read_before))
    for update of c skip locked
  )
  update counters c set is_settled = true from done where c.reader_id = done.reader_id and c.feed_id = done.feed_id;
  get diagnostics changed = row_count;
  return changed;
end
$function$
;
CREATE OR REPLACE FUNCTION public.settle_inbound(worker text, verdicts jsonb)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  reader_ids integer[];
  wish_readers integer[];
  wish_articles bigint[];
  settled integer;
begin
  select array_agg(distinct i.reader_id) into reader_ids
    from jsonb_to_recordset(verdicts) as v (id bigint)
    join inbound_items i on i.id = v.id and i.claimed_by = worker and i.state = 'waiting';
  if reader_ids is null then
    return 0;
  end if;
  perform from readers where id = any (reader_ids) order by id for update;
  update readers set revision = revision + 1 where id = any (reader_ids);
  insert into counters (reader_id, feed_id)
    select distinct i.reader_id, i.feed_id
    from jsonb_to_recordset(verdicts) as v (id bigint, "articleId" bigint)
    join inbound_items i on i.id = v.id and i.claimed_by = worker and i.state = 'waiting'
    where v."articleId" is not null order by 1, 2
    on conflict do nothing;

  -- Whose state is to be given: entries that there are not yet, or that nobody touched since.
  select array_agg(x.reader_id), array_agg(x.article_id) into wish_readers, wish_articles from (
    select distinct i.reader_id, a.id as article_id
    from jsonb_to_recordset(verdicts) as v (id bigint, "articleId" bigint)
    join inbound_items i on i.id = v.id and i.claimed_by = worker and i.state = 'waiting'
    join articles a on a.id = v."articleId" and a.feed_id = i.feed_id
    left join entries e on e.article_id = a.id and e.reader_id = i.reader_id
    where case when e.article_id is null
        then i.is_starred or i.labels <> '{}'
          or exists (select from subscriptions s where s.reader_id = i.reader_id and s.feed_id = i.feed_id)
        else e.revision = e.arrival_revision or e.revision <= i.seen_revision
          or exists (select from rule_hits h where h.article_id = a.id and h.reader_id = i.reader_id) end
  ) x;

  update entries e
    set revision = r.revision,
      is_read = e.is_read or w.is_read or e.is_listed and is_covered(e.revision, e.received_at, c.read_through, c.read_before),
      read_at = case when w.is_read then coalesce(e.read_at, now()) else e.read_at end,
      is_starred = e.is_starred or w.is_starred
    from (
      select i.reader_id, v."articleId" as article_id, bool_or(i.is_read) as is_read, bool_or(i.is_starred) as is_starred
      from jsonb_to_recordset(verdicts) as v (id bigint, "articleId" bigint)
      join inbound_items i on i.id = v.id and i.claimed_by = worker and i.state = 'waiting'
      join unnest(wish_readers, wish_articles) as x (reader_id, article_id)
        on x.reader_id = i.reader_id and x.article_id = v."articleId"
      group by i.reader_id, v."articleId"
    ) w, readers r, counters c
    where e.article_id = w.article_id and e.reader_id = w.reader_id and r.id = e.reader_id
      and c.reader_id = e.reader_id and c.feed_id = e.feed_id
      and (w.is_read and not e.is_read or w.is_starred and not e.is_starred);
  insert into entries (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision, is_read, is_starred, read_at)
    select a.id, i.reader_id, a.feed_id, a.sort_at, a.received_at, r.revision, r.revision, bool_or(i.is_read),
      bool_or(i.is_starred), case when bool_or(i.is_read) then now() end
    from jsonb_to_recordset(verdicts) as v (id bigint, "articleId" bigint)
    join inbound_items i on i.id = v.id and i.claimed_by = worker and i.state = 'waiting'
    join unnest(wish_readers, wish_articles) as x (reader_id, article_id)
      on x.reader_id = i.reader_id and x.article_id = v."articleId"
    join articles a on a.id = x.article_id
    join readers r on r.id = i.reader_id
    group by a.id, i.reader_id, r.revision
    on conflict do nothing;
  insert into labels (tenant_id, owner_id, name)
    select distinct r.tenant_id, r.id, l.name
    from jsonb_to_recordset(verdicts) as v (id bigint)
    join inbound_items i on i.id = v.id and i.claimed_by = worker and i.state = 'waiting'
    join readers r on r.id = i.reader_id
    cross join unnest(i.labels) as l (name) where v.id = i.id
    on conflict on constraint labels_name_key do nothing;
  insert into entry_labels (reader_id, label_id, article_id, sort_at)
    select distinct i.reader_id, l.id, s.article_id, s.sort_at
    from jsonb_to_recordset(verdicts) as v (id bigint, "articleId" bigint)
    join inbound_items i on i.id = v.id and i.claimed_by = worker and i.state = 'waiting'
    join unnest(wish_readers, wish_articles) as x (reader_id, article_id)
      on x.reader_id = i.reader_id and x.article_id = v."articleId"
    join entries e on e.article_id = x.article_id and e.reader_id = x.reader_id
    join entries s on s.article_id = coalesce(e.folded_into, e.article_id) and s.reader_id = e.reader_id
    join readers r on r.id = i.reader_id
    join labels l on l.tenant_id = r.tenant_id and l.owner_id = r.id and l.name = any (i.labels)
    on conflict do nothing;

  update inbound_items i
    set state = case when x.reason = 'too-large' or x.reason = 'empty' then 'failed' when x.is_held then 'done' else 'skipped' end,
      article_id = case when x.is_held then x.article_id end,
      reason = case when x.is_held then null else coalesce(x.reason, 'not-followed') end,
      guid = null, title = null, author = null, content_html = null, enclosures = '[]', finished_at = now(), claimed_by = null,
      claimed_until = null
    from (
      select v.id, v."articleId" as article_id, v.reason, exists (
        select from entries e where e.article_id = v."articleId" and e.reader_id = j.reader_id) as is_held
      from jsonb_to_recordset(verdicts) as v (id bigint, "articleId" bigint, reason text) join inbound_items j on j.id = v.id
    ) x
    where i.id = x.id and i.claimed_by = worker and i.state = 'waiting';
  get diagnostics settled = row_count;
  perform pg_notify('alt_inbound_settled', '');
  return settled;
end $function$
;
CREATE OR REPLACE FUNCTION public.settle_next(batch integer)
 RETURNS TABLE(settled integer, is_done boolean)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  reader integer;
  changed integer;
begin
  select c.reader_id into reader from counters c
    where not c.is_settled and pg_try_advisory_xact_lock(7204652, c.reader_id) limit 1;
  if reader is null then
    return;
  end if;
  perform set_config('alt.is_settling', 'on', true);
  with marked as materialized (
    select c.feed_id, c.read_through, c.read_before, greatest(batch / count(*) over (), 1) as share
    from counters c where c.reader_id = reader and not c.is_settled
  ), due as materialized (
    select e.row_id
    from marked c
    cross join lateral (
      select x.ctid as row_id from entries x
      where x.reader_id = reader and x.feed_id = c.feed_id and x.is_listed and not x.is_read
        and is_covered(x.revision, x.received_at, c.read_through, c.read_before)
      order by x.sort_at, x.article_id limit c.share for update skip locked
    ) e
    limit batch
  )
  -- The lock is held, so a ctid names the row that was looked at, or none.
  update entries e set is_read = true from (select row_id from due order by row_id) d where e.ctid = d.row_id;
  get diagnostics changed = row_count;
  perform set_config('alt.is_settling', '', true);
  return query select changed, changed < batch;
end
$function$
;
CREATE OR REPLACE FUNCTION public.share_feeds(wanted_folder integer, wanted_feeds integer[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  folder integer := own_shared_folder(wanted_folder);
  feeds_before integer;
begin
  perform from feeds f where f.id = any (wanted_feeds) order by f.id for no key update;
  feeds_before := hold_feed_count(current_tenant_id());
  insert into folder_feeds (folder_id, feed_id, added_by)
    select folder, f.id, current_reader_id() from feeds f
    where f.id = any (wanted_feeds) and (f.tenant_id is null or f.tenant_id = current_tenant_id())
    on conflict do nothing;
  perform spread_shared(array[folder], wanted_feeds, tenant_reader_ids(current_tenant_id()));
  perform check_feed_limit(current_tenant_id(), feeds_before);
end $function$
;
CREATE OR REPLACE FUNCTION public.share_folders(wanted_folders integer[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  me integer := current_reader_id();
  held integer[];
  feeds_before integer;
begin
  select coalesce(array_agg(distinct s.feed_id), '{}') into held
    from subscription_folders p join subscriptions s on s.id = p.subscription_id
    where p.reader_id = me and p.folder_id = any (wanted_folders);
  perform from feeds f where f.id = any (held) order by f.id for no key update;
  feeds_before := hold_feed_count(current_tenant_id());
  update folders set owner_id = null, created_by = me where id = any (wanted_folders) and owner_id = me;
  insert into folder_feeds (folder_id, feed_id, added_by)
    select p.folder_id, s.feed_id, me from subscription_folders p join subscriptions s on s.id = p.subscription_id
      join folders f on f.id = p.folder_id and f.owner_id is null
    where p.reader_id = me and p.folder_id = any (wanted_folders)
    on conflict do nothing;
  update readers set revision = revision + 1, structure_revision = revision + 1
    where id = any (tenant_reader_ids(current_tenant_id()));
  perform spread_shared(wanted_folders, held, tenant_reader_ids(current_tenant_id()));
  perform check_feed_limit(current_tenant_id(), feeds_before);
end $function$
;
CREATE OR REPLACE FUNCTION public.share_label(wanted_label integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  me integer := current_reader_id();
begin
  perform lock_tenant_readers();
  update labels set owner_id = null, created_by = me where id = wanted_label and owner_id = me;
  if not found then
    raise exception 'label % is not the reader''s', wanted_label using errcode = 'no_data_found';
  end if;
  insert into article_labels (label_id, article_id, added_by)
    select wanted_label, n.article_id, me from entry_labels n where n.label_id = wanted_label and n.reader_id = me
    on conflict do nothing;
  insert into entry_labels (reader_id, label_id, article_id, sort_at)
    select e.reader_id, wanted_label, shown.article_id, shown.sort_at
    from article_labels x
    join entries e on e.article_id = x.article_id and e.reader_id = any (tenant_reader_ids(current_tenant_id()))
    join entries shown on shown.reader_id = e.reader_id and shown.article_id = coalesce(e.folded_into, e.article_id)
    where x.label_id = wanted_label
    on conflict do nothing;
  perform reset_tenant_readers();
end $function$
;
CREATE OR REPLACE FUNCTION public.sizes(of_instance boolean)
 RETURNS TABLE(feeds bigint, failing bigint, readers bigint, tenants bigint, articles bigint, bytes bigint, llm_requests bigint)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  with followed as (
    select f.id, f.state from feeds f where f.subscriber_count > 0 and (of_instance or f.id in (
      select s.feed_id from subscriptions s join readers r on r.id = s.reader_id where r.tenant_id = current_tenant_id()))
  )
  select (select count(*) from followed), (select count(*) from followed f where f.state in ('failing', 'gone')),
    (select count(*) from readers r where r.purge_after is null and (of_instance or r.tenant_id = current_tenant_id())),
    case when of_instance then (select count(*) from tenants) end,
    -- Many articles are estimated, for to count them takes seconds; few are counted, of which there may be no estimate yet.
    case when of_instance then greatest((select c.reltuples::bigint from pg_class c where c.oid = 'articles'::regclass),
      (select count(*) from (select from articles limit 10000) few)) end,
    case when of_instance then pg_database_size(current_database()) end,
    (select coalesce(sum(u.requests), 0) from llm_usage u
      where u.month = usage_month() and (of_instance or u.tenant_id = current_tenant_id()))
$function$
;
CREATE OR REPLACE FUNCTION public.skips_full_text(feed integer)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT ((EXISTS ( SELECT
            FROM subscriptions s
           WHERE (s.feed_id = skips_full_text.feed))) AND (NOT (EXISTS ( SELECT
            FROM subscriptions s
           WHERE ((s.feed_id = skips_full_text.feed) AND s.auto_full_text)))));
END
;
CREATE OR REPLACE FUNCTION public.spend_llm_request()
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  maximum integer;
begin
  select (t.limits ->> 'llmRequestsPerMonth')::integer into maximum from tenants t where t.id = current_tenant_id();
  if maximum <= 0 then
    return false;
  end if;
  insert into llm_usage as u (tenant_id, month, requests) values (current_tenant_id(), usage_month(), 1)
    on conflict (tenant_id, month) do update set requests = u.requests + 1 where maximum is null or u.requests < maximum;
  return found;
end $function$
;
CREATE OR REPLACE FUNCTION public.split_entry(wanted_article bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  reader integer := current_reader_id();
  new_revision bigint := begin_change();
  was_read boolean;
  heir bigint;
begin
  select e.is_read or e.is_listed and is_covered(e.revision, e.received_at, c.read_through, c.read_before) into was_read
    from entries e join counters c on c.reader_id = e.reader_id and c.feed_id = e.feed_id
    where e.reader_id = reader and e.article_id = wanted_article;
  if was_read is null then
    return false;
  end if;
  insert into entry_splits (reader_id, article_id) values (reader, wanted_article) on conflict do nothing;
  select e.article_id into heir from entries e where e.reader_id = reader and e.folded_into = wanted_article
    order by e.is_starred desc, e.received_at, e.sort_at, e.article_id limit 1;
  update entries e
    set folded_into = case when e.article_id in (wanted_article, heir) then null else heir end,
      revision = new_revision,
      arrival_revision = case when e.folded_into is not null and e.article_id in (wanted_article, heir)
        then new_revision else e.arrival_revision end,
      is_read = case when e.folded_into is null or e.article_id = heir then e.is_read or was_read else e.is_read end
    where e.reader_id = reader and (e.folded_into = wanted_article or e.article_id = wanted_article);
  return true;
end
$function$
;
CREATE OR REPLACE FUNCTION public.spread_shared(wanted_folders integer[], wanted_feeds integer[], wanted_readers integer[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  reader integer;
  received integer[];
begin
  perform from feeds f where f.id = any (wanted_feeds) order by f.id for no key update;
  perform await_articles(wanted_feeds);
  foreach reader in array wanted_readers loop
    select coalesce(array_agg(distinct x.feed_id order by x.feed_id), '{}') into received
      from folder_feeds x
      where x.folder_id = any (wanted_folders) and x.feed_id = any (wanted_feeds)
        and not exists (select from folder_leavers l where l.folder_id = x.folder_id and l.reader_id = reader);
    continue when cardinality(received) = 0;
    perform subscribe_reader(reader, received, '{}', true);
    insert into subscription_folders (reader_id, subscription_id, folder_id)
      select reader, s.id, x.folder_id
      from folder_feeds x join subscriptions s on s.reader_id = reader and s.feed_id = x.feed_id
      where x.folder_id = any (wanted_folders) and x.feed_id = any (received)
        and not exists (select from folder_leavers l where l.folder_id = x.folder_id and l.reader_id = reader)
      on conflict do nothing;
  end loop;
  perform pg_notify('alt_polls', '');
end $function$
;
CREATE OR REPLACE FUNCTION public.start_stages(ready_articles bigint[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  begun bigint[];
begin
  with started as (
    insert into article_stages as s (article_id, stage, content_hash)
      select a.id, x.stage,
        text_hash(coalesce(c.text_hash, a.content_hash), case when c.full_state = 'ready' then c.full_text end)
      from articles a
      join article_contents c on c.article_id = a.id
      cross join unnest(array['cluster', 'summarise', 'tag']) as x (stage)
      where a.id = any (ready_articles) order by a.id, x.stage
      on conflict (article_id, stage) do update
        set content_hash = excluded.content_hash, state = 'waiting', attempts = 0, next_attempt_at = now(), error = null,
          claimed_by = null, claimed_until = null
        where s.content_hash <> excluded.content_hash
      returning s.article_id
  )
  select array_agg(distinct t.article_id) into begun from started t;
  perform mark_for_index(begun);
end
$function$
;
CREATE OR REPLACE FUNCTION public.subscribe(wanted_feeds integer[], titles text[])
 RETURNS TABLE(feed_id integer, subscription_id integer, is_new boolean)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
#variable_conflict use_column
declare
  reader integer := current_reader_id();
  feeds_before integer;
  added_feeds integer[];
begin
  perform from feeds f where f.id = any (wanted_feeds) order by f.id for no key update;
  perform await_articles(wanted_feeds);
  feeds_before := hold_feed_count(current_tenant_id());
  added_feeds := subscribe_reader(reader, wanted_feeds, titles, false);
  perform check_feed_limit(current_tenant_id(), feeds_before);
  perform pg_notify('alt_polls', '');
  return query
    select s.feed_id, s.id, s.feed_id = any (added_feeds)
    from unnest(wanted_feeds) with ordinality as w (feed_id, position)
    join subscriptions s on s.reader_id = reader and s.feed_id = w.feed_id
    group by s.feed_id, s.id order by min(w.position);
end $function$
;
CREATE OR REPLACE FUNCTION public.subscribe_reader(reader integer, wanted_feeds integer[], titles text[], only_shared boolean)
 RETURNS integer[]
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  new_revision bigint;
  added_feeds integer[];
begin
  update readers set revision = revision + 1, structure_revision = revision + 1 where id = reader
    returning revision into new_revision;
  with wanted as (
    select w.feed_id, min(w.position) as position
    from unnest(wanted_feeds) with ordinality as w (feed_id, position)
    join feeds f on f.id = w.feed_id
    join readers r on r.id = reader and (f.tenant_id is null or f.tenant_id = r.tenant_id)
    group by w.feed_id
  ), added as (
    insert into subscriptions (reader_id, feed_id, title, is_shared)
      select reader, w.feed_id, titles[w.position], only_shared from wanted w order by w.position
      on conflict on constraint subscriptions_feed_key do nothing
      returning subscriptions.feed_id
  )
  select coalesce(array_agg(added.feed_id), '{}') into added_feeds from added;
  if not only_shared then
    update subscriptions set is_shared = false where reader_id = reader and feed_id = any (wanted_feeds) and is_shared;
  end if;
  update feeds f set subscriber_count = subscriber_count + 1,
      next_poll_at = case when f.last_polled_at is null
          or f.subscriber_count = 0 and f.last_polled_at < now() - interval '1 minute'
        then least(f.next_poll_at, greatest(f.retry_after_at, now())) else f.next_poll_at end
    where f.id = any (added_feeds);
  insert into counters (reader_id, feed_id)
    select reader, x from unnest(added_feeds) x order by x on conflict do nothing;
  insert into entries (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision)
    select a.id, reader, a.feed_id, a.sort_at, a.received_at, new_revision, new_revision
    from feed_documents d join articles a on a.id = any (d.article_ids)
    where d.feed_id = any (added_feeds)
    on conflict do nothing;
  insert into entry_labels (reader_id, label_id, article_id, sort_at)
    select reader, x.label_id, e.article_id, e.sort_at
    from readers r
    join labels l on l.tenant_id = r.tenant_id and l.owner_id is null
    join article_labels x on x.label_id = l.id
    join entries e on e.reader_id = reader and e.article_id = x.article_id and e.feed_id = any (added_feeds)
    where r.id = reader
    on conflict do nothing;
  perform fold_stories(array[reader], array(
    select distinct m.cluster_id from feed_documents d join cluster_members m on m.article_id = any (d.article_ids)
    where d.feed_id = any (added_feeds)));
  return added_feeds;
end $function$
;
CREATE OR REPLACE FUNCTION public.subscribing_tenants(wanted_feeds integer[])
 RETURNS TABLE(feed_id integer, tenant_id uuid)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT DISTINCT s.feed_id,
     r.tenant_id
    FROM ((subscriptions s
      JOIN readers r ON ((r.id = s.reader_id)))
      JOIN feeds f ON ((f.id = s.feed_id)))
   WHERE ((s.feed_id = ANY (subscribing_tenants.wanted_feeds)) AND ((f.tenant_id IS NULL) OR (f.tenant_id = r.tenant_id)));
END
;
CREATE OR REPLACE FUNCTION public.subscription_folder_names(subscription integer)
 RETURNS text[]
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 WITH RECURSIVE around AS (
          SELECT f.id,
             f.parent_id,
             f.name
            FROM (subscription_folders p
              JOIN folders f ON ((f.id = p.folder_id)))
           WHERE (p.subscription_id = subscription_folder_names.subscription)
         UNION
          SELECT f.id,
             f.parent_id,
             f.name
            FROM (folders f
              JOIN around a ON ((f.id = a.parent_id)))
         )
  SELECT ARRAY( SELECT a.name
            FROM around a) AS "array";
END
;
CREATE OR REPLACE FUNCTION public.summary_wishes(wanted_articles bigint[])
 RETURNS TABLE(article_id bigint, is_wanted boolean, languages text[])
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 100
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 WITH feeds_of AS MATERIALIZED (
          SELECT DISTINCT a_1.feed_id
            FROM articles a_1
           WHERE (a_1.id = ANY (summary_wishes.wanted_articles))
         ), wishes AS MATERIALIZED (
          SELECT f.feed_id,
             (count(*) > 0) AS is_wanted,
             (array_agg(DISTINCT w_1.language) FILTER (WHERE (w_1.language = ANY (ARRAY['en'::text, 'ja'::text, 'ru'::text]))))[1:3] AS languages
            FROM (feeds_of f
              CROSS JOIN LATERAL ( SELECT (r.settings ->> 'language'::text) AS language
                    FROM ((subscriptions s
                      JOIN readers r ON ((r.id = s.reader_id)))
                      JOIN tenants t ON ((t.id = r.tenant_id)))
                   WHERE ((s.feed_id = f.feed_id) AND s.wants_summary AND (NOT ('summarise'::text = ANY (t.disabled_stages))))
                   ORDER BY s.reader_id
                  LIMIT 200) w_1)
           GROUP BY f.feed_id
         ), requests AS MATERIALIZED (
          SELECT q_1.article_id,
             array_agg(DISTINCT q_1.language) FILTER (WHERE (q_1.language = ANY (ARRAY['en'::text, 'ja'::text, 'ru'::text]))) AS languages
            FROM (unnest(summary_wishes.wanted_articles) g(id)
              CROSS JOIN LATERAL ( SELECT s.article_id,
                     (r.settings ->> 'language'::text) AS language
                    FROM ((summary_requests s
                      JOIN readers r ON ((r.id = s.reader_id)))
                      JOIN tenants t ON ((t.id = r.tenant_id)))
                   WHERE ((s.article_id = g.id) AND (NOT ('summarise'::text = ANY (t.disabled_stages))))
                   ORDER BY s.reader_id
                  LIMIT 200) q_1)
           GROUP BY q_1.article_id
         )
  SELECT a.id,
     ((q.article_id IS NOT NULL) OR COALESCE(w.is_wanted, (NOT (EXISTS ( SELECT
            FROM subscriptions s
           WHERE (s.feed_id = a.feed_id)))))),
     ARRAY( SELECT DISTINCT l.l
            FROM unnest((w.languages || q.languages)) l(l)
           ORDER BY l.l) AS "array"
    FROM ((articles a
      LEFT JOIN wishes w ON ((w.feed_id = a.feed_id)))
      LEFT JOIN requests q ON ((q.article_id = a.id)))
   WHERE (a.id = ANY (summary_wishes.wanted_articles));
END
;
CREATE OR REPLACE FUNCTION public.switch_event_store(is_there boolean)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if exists (select from statistics_switch s where s.has_event_store = is_there) then
    return false;
  end if;
  perform hold_event_store(true);
  insert into statistics_switch as s (is_off, has_event_store) values (false, is_there)
    on conflict (is_only_row) do update set has_event_store = excluded.has_event_store;
  return true;
end $function$
;
CREATE OR REPLACE FUNCTION public.switch_instance_statistics(is_on boolean)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 INSERT INTO statistics_switch AS s (is_off)
   VALUES ((NOT switch_instance_statistics.is_on)) ON CONFLICT(is_only_row) DO UPDATE SET is_off = excluded.is_off
   WHERE (s.is_off <> excluded.is_off);
END
;
CREATE OR REPLACE FUNCTION public.switch_stage(wanted_stage text, is_on boolean)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  update tenants set disabled_stages = case when is_on then array_remove(disabled_stages, wanted_stage)
      else array_append(array_remove(disabled_stages, wanted_stage), wanted_stage) end
    where id = current_tenant_id();
  if is_on and wanted_stage = 'summarise' then
    perform queue_skipped_summaries(array(select id from readers where tenant_id = current_tenant_id()), null);
  end if;
end
$function$
;
CREATE OR REPLACE FUNCTION public.switch_statistics(is_on boolean, keep_days integer)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 UPDATE tenants SET statistics_off = (NOT switch_statistics.is_on), statistics_days = switch_statistics.keep_days
   WHERE (tenants.id = current_tenant_id());
END
;
CREATE OR REPLACE FUNCTION public.tag_progress(wanted_article bigint)
 RETURNS TABLE(state text, is_pending boolean)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 1
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT t.state,
     (COALESCE((t.state = ANY (ARRAY['waiting'::text, 'claimed'::text])), x.is_open) OR COALESCE((m.state = ANY (ARRAY['waiting'::text, 'claimed'::text])), false) OR ((t.state = 'done'::text) AND (EXISTS ( SELECT
            FROM tag_requests q
           WHERE ((q.tenant_id = r.tenant_id) AND (NOT q.is_index_only) AND (e.article_id = ANY (q.article_ids)))))))
    FROM ((((entries e
      JOIN readers r ON ((r.id = e.reader_id)))
      LEFT JOIN article_stages t ON (((t.article_id = e.article_id) AND (t.stage = 'tag'::text))))
      LEFT JOIN article_stages m ON (((m.article_id = e.article_id) AND (m.stage = 'refine'::text))))
      CROSS JOIN LATERAL ( SELECT (EXISTS ( SELECT
                    FROM article_stages s
                   WHERE ((s.article_id = e.article_id) AND (s.stage = 'extract'::text) AND (s.state = ANY (ARRAY['waiting'::text, 'claimed'::text]))))) AS is_open) x)
   WHERE ((e.reader_id = current_reader_id()) AND (e.article_id = tag_progress.wanted_article));
END
;
CREATE OR REPLACE FUNCTION public.take_delivery()
 RETURNS TABLE(id bigint, feed_id integer, article_ids bigint[], after_reader_id integer)
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT d.id,
     d.feed_id,
     d.article_ids,
     d.after_reader_id
    FROM deliveries d
   ORDER BY d.id
  LIMIT 1
  FOR UPDATE OF d SKIP LOCKED;
END
;
CREATE OR REPLACE FUNCTION public.take_reading(batch integer)
 RETURNS SETOF reading_inbox
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if not pg_try_advisory_xact_lock(85001) then
    return;
  end if;
  return query delete from reading_inbox i using (select x.id from reading_inbox x order by x.id limit batch for update skip locked) old
    where i.id = old.id returning i.*;
  if found then
    return;
  end if;
  return query delete from reading_events e using (select x.id, x.at from reading_events x order by x.at limit batch) old
    where e.id = old.id and e.at = old.at
    returning e.id, e.tenant_id, e.reader_id, e.at, e.kind, e.feed_id, e.amount, e.seconds, e.detail;
  if not found then
    delete from reading_slots;
    delete from reading_feed_days;
    delete from reading_feed_months;
  end if;
end $function$
;
CREATE OR REPLACE FUNCTION public.take_rule_waits(batch integer, readers_a_batch integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  first rule_waits;
  taken bigint[];
  article_ids bigint[];
  reader_ids integer[];
begin
  select * into first from rule_waits w order by w.id limit 1 for update skip locked;
  if first.id is null then
    return null;
  end if;
  select array_agg(x.id), array_agg(distinct x.article_id) into taken, article_ids from (
    select w.id, w.article_id from rule_waits w
    where w.id >= first.id and w.reader_id is not distinct from first.reader_id
      and w.tenant_id is not distinct from first.tenant_id and w.after_reader_id = first.after_reader_id
    order by w.id limit batch for update skip locked
  ) x;
  -- A statement for each kind of waiting: one for all would be planned without knowing how many readers it is about.
  if first.reader_id is not null then
    select array_agg(first.reader_id) into reader_ids
    where first.reader_id > first.after_reader_id
      and exists (select from entries e where e.article_id = any (article_ids) and e.reader_id = first.reader_id);
  elsif first.tenant_id is not null then
    select array_agg(x.id order by x.id) into reader_ids from (
      select r.id from readers r
      where r.tenant_id = first.tenant_id and r.id > first.after_reader_id
        and exists (select from entries e where e.article_id = any (article_ids) and e.reader_id = r.id)
      order by r.id limit readers_a_batch
    ) x;
  else
    -- Of each article no more readers are looked at than a batch has.
    select array_agg(x.reader_id order by x.reader_id) into reader_ids from (
      select distinct h.reader_id from unnest(article_ids) as w (id)
      cross join lateral (
        select e.reader_id from entries e where e.article_id = w.id and e.reader_id > first.after_reader_id
        order by e.reader_id limit readers_a_batch
      ) h
      order by h.reader_id limit readers_a_batch
    ) x;
  end if;
  if coalesce(cardinality(reader_ids), 0) < readers_a_batch then
    delete from rule_waits w where w.id = any (taken);
  else
    update rule_waits w set after_reader_id = reader_ids[readers_a_batch] where w.id = any (taken);
  end if;
  return rules_for_entries(article_ids, coalesce(reader_ids, '{}'), first.reader_id is not null);
end $function$
;
CREATE OR REPLACE FUNCTION public.take_work(batch integer)
 RETURNS SETOF work_inbox
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 DELETE FROM work_inbox i
    USING ( SELECT x.id
            FROM work_inbox x
           ORDER BY x.id
          LIMIT take_work.batch
          FOR UPDATE OF x SKIP LOCKED) old
   WHERE (i.id = old.id)
   RETURNING i.id,
     i.at,
     i.kind,
     i.name,
     i.variant,
     i.feed_id,
     i.done,
     i.failed,
     i.milliseconds,
     i.buckets,
     i.tokens_in,
     i.tokens_out,
     i.unchanged,
     i.articles,
     i.bytes;
END
;
CREATE OR REPLACE FUNCTION public.tell_tags(of_tenant uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform from readers r where r.tenant_id = of_tenant order by r.id for update;
  update readers set revision = revision + 1, tags_revision = revision + 1 where tenant_id = of_tenant;
end
$function$
;
CREATE OR REPLACE FUNCTION public.tenant_cutoff(tenant uuid)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
RETURN (SELECT held.received_at FROM (SELECT e.article_id, min(e.received_at) AS received_at FROM entries e WHERE ((e.reader_id IN (SELECT r.id FROM readers r WHERE ((r.tenant_id = tenant_cutoff.tenant) AND (r.purge_after IS NULL)))) AND (e.feed_id > 0)) GROUP BY e.article_id) held ORDER BY held.received_at DESC, held.article_id DESC OFFSET GREATEST(((SELECT ((t.limits ->> 'articlesKept'::text))::integer AS int4 FROM tenants t WHERE (t.id = tenant_cutoff.tenant)) - 1), 0) LIMIT 1)
;
CREATE OR REPLACE FUNCTION public.tenant_feed_count(tenant uuid)
 RETURNS integer
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
RETURN (SELECT (count(DISTINCT s.feed_id))::integer AS count FROM (subscriptions s JOIN readers r ON ((r.id = s.reader_id))) WHERE ((r.tenant_id = tenant_feed_count.tenant) AND (r.purge_after IS NULL)))
;
CREATE OR REPLACE FUNCTION public.tenant_project_count(tenant uuid)
 RETURNS integer
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
RETURN (SELECT (count(*))::integer AS count FROM projects p WHERE ((p.tenant_id = tenant_project_count.tenant) AND (p.deleted_at IS NULL)))
;
CREATE OR REPLACE FUNCTION public.tenant_reader_ids(tenant uuid)
 RETURNS integer[]
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
RETURN (SELECT COALESCE(array_agg(r.id ORDER BY r.id), '{}'::integer[]) AS "coalesce" FROM readers r WHERE ((r.tenant_id = tenant_reader_ids.tenant) AND (r.purge_after IS NULL)))
;
CREATE OR REPLACE FUNCTION public.tenant_reading(first timestamp with time zone, last timestamp with time zone)
 RETURNS TABLE(week date, readers integer, opened bigint, read bigint, cleared bigint, starred bigint, shared bigint, searches bigint, spent_seconds bigint, saved_seconds bigint)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select x.week, case when x.is_told then x.readers end, case when x.is_told then x.opened end, case when x.is_told then x.read end,
    case when x.is_told then x.cleared end, case when x.is_told then x.starred end, case when x.is_told then x.shared end,
    case when x.is_told then x.searches end, case when x.is_told then x.spent_seconds end, case when x.is_told then x.saved_seconds end
  from (
    select date_trunc('week', to_timestamp(s.slot * 900::bigint) at time zone 'UTC')::date as week, count(distinct s.reader_id)::integer as readers,
      count(distinct s.reader_id) >= 5 as is_told, sum(s.opened) as opened, sum(s.read) as read, sum(s.cleared) as cleared,
      sum(s.starred) as starred, sum(s.shared) as shared, sum(s.searches) as searches, sum(s.spent_seconds) as spent_seconds,
      sum(s.saved_seconds) as saved_seconds
    from reading_slots s
    where s.tenant_id = current_tenant_id()
      -- Whole weeks only: two spans that differ by a day would tell that day.
      and s.slot >= reading_slot(date_trunc('week', first at time zone 'UTC') at time zone 'UTC')
      and s.slot < reading_slot((date_trunc('week', last at time zone 'UTC') + interval '1 week') at time zone 'UTC')
    group by 1
  ) x order by x.week
$function$
;
CREATE OR REPLACE FUNCTION public.tenant_usage(tenant uuid)
 RETURNS TABLE(feeds integer, articles integer, llm_requests integer)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 1
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT tenant_feed_count(tenant) AS tenant_feed_count,
     ( SELECT (count(DISTINCT e.article_id))::integer AS count
            FROM entries e
           WHERE ((e.reader_id IN ( SELECT r.id
                    FROM readers r
                   WHERE ((r.tenant_id = tenant_usage.tenant) AND (r.purge_after IS NULL)))) AND (e.feed_id > 0))) AS count,
     COALESCE(( SELECT u.requests
            FROM llm_usage u
           WHERE ((u.tenant_id = tenant_usage.tenant) AND (u.month = usage_month()))), 0) AS "coalesce";
END
;
CREATE OR REPLACE FUNCTION public.tenants_keeping_less(days integer)
 RETURNS TABLE(tenant_id uuid, keep_days integer)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT t.id,
     t.statistics_days
    FROM tenants t
   WHERE (t.statistics_days < tenants_keeping_less.days);
END
;
CREATE OR REPLACE FUNCTION public.text_hash(content_hash bytea, full_text text)
 RETURNS bytea
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (full_text IS NULL) THEN content_hash ELSE substr(sha256((content_hash || convert_to(full_text, 'UTF8'::name))), 1, 16) END
;
CREATE OR REPLACE FUNCTION public.touch_articles(wanted_articles bigint[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  reader_ids integer[];
begin
  select array_agg(distinct e.reader_id) into reader_ids from entries e where e.article_id = any (wanted_articles);
  if reader_ids is null then
    return;
  end if;
  perform from readers where id = any (reader_ids) order by id for update;
  update readers set revision = revision + 1 where id = any (reader_ids);
  update entries e
    set revision = r.revision,
        is_read = e.is_read or e.is_listed and is_covered(e.revision, e.received_at, c.read_through, c.read_before)
    from readers r, counters c
    where e.article_id = any (wanted_articles) and r.id = e.reader_id
      and c.reader_id = e.reader_id and c.feed_id = e.feed_id;
end
$function$
;
CREATE OR REPLACE FUNCTION public.touch_next(batch integer)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  touch article_touches;
  reader_ids integer[];
begin
  select * into touch from article_touches order by id limit 1 for update skip locked;
  if touch.id is null then
    return false;
  end if;
  select array_agg(x.reader_id order by x.reader_id) into reader_ids from (
    select distinct h.reader_id from unnest(touch.article_ids) as w (id)
    cross join lateral (
      select e.reader_id from entries e join readers r on r.id = e.reader_id
      where e.article_id = w.id and e.reader_id > touch.after_reader_id
        and (touch.tenant_id is null or r.tenant_id = touch.tenant_id)
      order by e.reader_id limit batch
    ) h
    order by h.reader_id limit batch
  ) x;
  if reader_ids is not null then
    perform from readers where id = any (reader_ids) order by id for update;
    update readers set revision = revision + 1 where id = any (reader_ids);
    update entries e
      set revision = r.revision,
          is_read = e.is_read or e.is_listed and is_covered(e.revision, e.received_at, c.read_through, c.read_before)
      from readers r, counters c
      where e.article_id = any (touch.article_ids) and e.reader_id = any (reader_ids) and r.id = e.reader_id
        and c.reader_id = e.reader_id and c.feed_id = e.feed_id;
  end if;
  if coalesce(cardinality(reader_ids), 0) < batch then
    delete from article_touches where id = touch.id;
  else
    update article_touches set after_reader_id = reader_ids[batch] where id = touch.id;
  end if;
  return true;
end
$function$
;
CREATE OR REPLACE FUNCTION public.touch_soon()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  insert into article_touches (tenant_id, article_ids)
    select x.tenant_id, array_agg(x.article_id order by x.article_id)
    from (
      select n.tenant_id, n.article_id,
        (row_number() over (partition by n.tenant_id order by n.article_id) - 1) / 100 as part
      from (select distinct c.tenant_id, c.article_id from changed c) n
    ) x
    group by x.tenant_id, x.part;
  if found then
    perform pg_notify('alt_touches', '');
  end if;
  return null;
end
$function$
;
CREATE OR REPLACE FUNCTION public.uncount_asking(address text)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 UPDATE recap_askings a SET asked_count = (a.asked_count - 1)
   WHERE (a.address_hash = address_hash(uncount_asking.address));
END
;
CREATE OR REPLACE FUNCTION public.unfold_orphans()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  with orphans as materialized (
    select e.reader_id, e.article_id, first_value(e.article_id) over (
        partition by e.reader_id, e.folded_into order by e.is_starred desc, e.received_at, e.sort_at, e.article_id
      ) as heir,
      o.is_read or o.is_listed and is_covered(o.revision, o.received_at, c.read_through, c.read_before) as was_read
    from old_rows o
    join entries e on e.reader_id = o.reader_id and e.folded_into = o.article_id
    join counters c on c.reader_id = o.reader_id and c.feed_id = o.feed_id
  ), unfolded as (
    update entries e
      set folded_into = nullif(x.heir, e.article_id), revision = r.revision + 1,
        arrival_revision = case when x.heir = e.article_id then r.revision + 1 else e.arrival_revision end,
        is_read = e.is_read or x.was_read and x.heir = e.article_id
      from orphans x, readers r
      where e.article_id = x.article_id and e.reader_id = x.reader_id and r.id = e.reader_id
      returning e.reader_id
  )
  update readers r set revision = r.revision + 1 from (select distinct u.reader_id from unfolded u) x where r.id = x.reader_id;
  return null;
end
$function$
;
CREATE OR REPLACE FUNCTION public.unshare_feeds(wanted_folder integer, wanted_feeds integer[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  folder integer := own_shared_folder(wanted_folder);
  everybody integer[] := tenant_reader_ids(current_tenant_id());
begin
  perform from feeds f where f.id = any (wanted_feeds) order by f.id for no key update;
  update readers set revision = revision + 1, structure_revision = revision + 1 where id = any (everybody);
  delete from folder_feeds where folder_id = folder and feed_id = any (wanted_feeds);
  delete from subscription_folders p using subscriptions s
    where s.id = p.subscription_id and p.folder_id = folder and s.feed_id = any (wanted_feeds);
  perform drop_shared(wanted_feeds, everybody);
end $function$
;
CREATE OR REPLACE FUNCTION public.unsubscribe(wanted_subscription integer)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  reader integer := current_reader_id();
  feed integer;
begin
  select s.feed_id into feed from subscriptions s where s.id = wanted_subscription and s.reader_id = reader;
  perform from feeds f where f.id = feed for no key update;
  return feed is not null and unsubscribe_reader(reader, feed);
end $function$
;
CREATE OR REPLACE FUNCTION public.unsubscribe_reader(reader integer, feed integer)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  update readers set revision = revision + 1, structure_revision = revision + 1 where id = reader;
  delete from subscriptions s where s.reader_id = reader and s.feed_id = feed;
  if not found then
    return false;
  end if;
  update feeds set subscriber_count = subscriber_count - 1 where id = feed;
  update feeds f set wants_full_text = exists (select from subscriptions s where s.feed_id = f.id and s.wants_full_text)
    where f.id = feed and f.wants_full_text;
  delete from entries e where e.reader_id = reader and e.feed_id = feed and not is_kept(e);
  delete from counters c where c.reader_id = reader and c.feed_id = feed
    and not exists (select from entries e where e.reader_id = reader and e.feed_id = feed);
  return true;
end $function$
;
CREATE OR REPLACE FUNCTION public.untold_days()
 RETURNS TABLE(day date)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT DISTINCT d.day
    FROM feed_days d
   WHERE (d.told IS DISTINCT FROM ARRAY[(d.polls)::bigint, (d.unchanged)::bigint, (d.failed)::bigint, (d.articles)::bigint, d.bytes, d.milliseconds])
   ORDER BY d.day;
END
;
CREATE OR REPLACE FUNCTION public.usage_month()
 RETURNS date
 LANGUAGE sql
 STABLE
RETURN (date_trunc('month'::text, (now() AT TIME ZONE 'UTC'::text)))::date
;
CREATE OR REPLACE FUNCTION public.who_may_look(wanted uuid, people_asked uuid[])
 RETURNS TABLE(reader_id integer, user_id uuid)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 20
 SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT r.id,
     r.user_id
    FROM ((projects p
      JOIN readers r ON (((r.tenant_id = p.tenant_id) AND (r.user_id = ANY (who_may_look.people_asked)) AND (r.purge_after IS NULL))))
      LEFT JOIN people x ON ((x.reader_id = r.id)))
   WHERE ((p.id = who_may_look.wanted) AND (project_rank(p.id) >= 1) AND ((p.visibility = 'tenant'::text) OR ((x.role)::text = ANY (ARRAY['owner'::text, 'admin'::text])) OR (EXISTS ( SELECT
            FROM project_members m
           WHERE ((m.project_id = p.id) AND (m.reader_id = r.id))))));
END
;
CREATE OR REPLACE FUNCTION public.with_account(given jsonb, field text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
RETURN (given || jsonb_build_object(field, (SELECT r.user_id FROM readers r WHERE (r.id = ((with_account.given ->> with_account.field))::integer))))
;

-- triggers

CREATE TRIGGER await_rules AFTER UPDATE OF state ON public.article_stages FOR EACH ROW WHEN (((new.stage = ANY (ARRAY['tag'::text, 'summarise'::text])) AND (new.state = ANY (ARRAY['done'::text, 'parked'::text])) AND (new.state IS DISTINCT FROM old.state))) EXECUTE FUNCTION await_rules();
CREATE TRIGGER notify_stages AFTER INSERT ON public.article_stages FOR EACH STATEMENT EXECUTE FUNCTION notify_stages();
CREATE TRIGGER touch_summarised AFTER INSERT ON public.article_summaries REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_soon();
CREATE TRIGGER touch_summarised_again AFTER UPDATE ON public.article_summaries REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_soon();
CREATE TRIGGER touch_tagged AFTER INSERT ON public.article_tags REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_soon();
CREATE TRIGGER index_moved_article AFTER UPDATE OF feed_id ON public.articles FOR EACH ROW WHEN ((old.feed_id <> new.feed_id)) EXECUTE FUNCTION index_moved_article();
CREATE TRIGGER note_removed_articles AFTER DELETE ON public.articles REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION note_removed_articles();
CREATE TRIGGER drop_empty_clusters AFTER DELETE ON public.cluster_members REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION drop_empty_clusters();
CREATE TRIGGER count_deleted AFTER DELETE ON public.entries REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION count_deleted_entries();
CREATE TRIGGER count_inserted AFTER INSERT ON public.entries REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_inserted_entries();
CREATE TRIGGER count_updated AFTER UPDATE ON public.entries REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((current_setting('alt.is_settling'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION count_updated_entries();
CREATE TRIGGER unfold_orphans AFTER DELETE ON public.entries REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION unfold_orphans();
CREATE TRIGGER lead_own_project AFTER INSERT ON public.projects FOR EACH ROW WHEN ((new.created_by IS NOT NULL)) EXECUTE FUNCTION lead_own_project();
CREATE TRIGGER forget_imports AFTER UPDATE OF purged_at ON public.readers FOR EACH ROW WHEN ((new.purged_at IS NOT NULL)) EXECUTE FUNCTION forget_imports();
CREATE TRIGGER forget_inoreader AFTER UPDATE OF purged_at ON public.readers FOR EACH ROW WHEN ((new.purged_at IS NOT NULL)) EXECUTE FUNCTION forget_inoreader();
CREATE TRIGGER forget_projects AFTER DELETE ON public.readers FOR EACH ROW EXECUTE FUNCTION forget_projects();
CREATE TRIGGER forget_recaps AFTER UPDATE OF purged_at ON public.readers FOR EACH ROW WHEN ((new.purged_at IS NOT NULL)) EXECUTE FUNCTION forget_recaps();
CREATE TRIGGER notify_changed AFTER UPDATE OF revision ON public.readers FOR EACH STATEMENT EXECUTE FUNCTION notify_readers();
CREATE TRIGGER reading_forgotten AFTER DELETE ON public.readers FOR EACH ROW EXECUTE FUNCTION note_reading_erasure();
CREATE TRIGGER receive_shared AFTER INSERT ON public.readers FOR EACH ROW EXECUTE FUNCTION receive_shared();
CREATE TRIGGER receive_shared_again AFTER UPDATE OF purge_after ON public.readers FOR EACH ROW WHEN (((old.purge_after IS NOT NULL) AND (new.purge_after IS NULL))) EXECUTE FUNCTION receive_shared();
CREATE TRIGGER await_rules_of_subscribers AFTER INSERT ON public.subscriptions REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION await_rules_of_subscribers();
CREATE TRIGGER queue_wanted_summaries AFTER UPDATE OF wants_summary ON public.subscriptions FOR EACH ROW WHEN ((new.wants_summary AND (NOT old.wants_summary))) EXECUTE FUNCTION queue_wanted_summaries();
CREATE TRIGGER request_tags AFTER INSERT ON public.subscriptions REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION request_tags();
CREATE TRIGGER await_tag_rules AFTER DELETE ON public.tag_requests REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION await_tag_rules();

-- grants

grant delete, insert, maintain, select, update on article_contents to pre_processor;
grant delete, insert, maintain, select, update on article_stages to pre_processor;
grant delete, insert, maintain, select, update on articles to pre_processor;
grant delete, insert, maintain, select, update on feed_documents to pre_processor;
grant delete, insert, select on entry_labels to pre_processor_sidecar;
grant delete, insert, select on inbound_keys to pre_processor;
grant delete, insert, select on inoreader_seen to pre_processor_sidecar;
grant delete, insert, select on project_dismissals to arch_repo_service;
grant delete, insert, select on project_highlights to arch_repo_service;
grant delete, insert, select on project_publications to arch_repo_service;
grant delete, insert, select on project_sources to arch_repo_service;
grant delete, insert, select on rule_switches to alt_backend;
grant delete, insert, select on subscription_folders to pre_processor_sidecar;
grant delete, insert, select, update ("position"), update (section_id) on project_articles to arch_repo_service;
grant delete, insert, select, update ("position"), update (title), update (version) on project_sections to arch_repo_service;
grant delete, insert, select, update (added_at), update (role) on project_members to arch_repo_service;
grant delete, insert, select, update (alternatives), update (consequences), update (context), update (decision), update (status), update (superseded_by), update (title), update (updated_at), update (version) on project_decisions to arch_repo_service;
grant delete, insert, select, update (article_id), update (is_enabled), update (name), update (next_check_at), update (query), update (revision), update (section_id), update (version) on project_rules to arch_repo_service;
grant delete, insert, select, update (body), update (updated_at), update (version) on project_notes to arch_repo_service;
grant delete, insert, select, update (confirmed_at), update (wanted_at) on inoreader_connections to alt_backend;
grant delete, insert, select, update (read_at) on project_mentions to arch_repo_service;
grant delete, insert, select, update on article_keyphrases to tag_generator;
grant delete, insert, select, update on article_keys to pre_processor;
grant delete, insert, select, update on article_summaries to pre_processor;
grant delete, insert, select, update on article_tags to tag_generator;
grant delete, insert, select, update on article_variants to pre_processor;
grant delete, insert, select, update on cluster_members to pre_processor;
grant delete, insert, select, update on clusters to pre_processor;
grant delete, insert, select, update on entry_labels to alt_backend;
grant delete, insert, select, update on external_token_leases to auth_token_manager;
grant delete, insert, select, update on external_tokens to auth_token_manager;
grant delete, insert, select, update on folders to alt_backend;
grant delete, insert, select, update on highlights to alt_backend;
grant delete, insert, select, update on inoreader_items to pre_processor_sidecar;
grant delete, insert, select, update on inoreader_subscriptions to pre_processor_sidecar;
grant delete, insert, select, update on labels to alt_backend;
grant delete, insert, select, update on notes to alt_backend;
grant delete, insert, select, update on rules to alt_backend;
grant delete, insert, select, update on saved_searches to alt_backend;
grant delete, insert, select, update on search_indexes to search_indexer;
grant delete, insert, select, update on shares to alt_backend;
grant delete, insert, select, update on subscription_folders to alt_backend;
grant delete, insert, select, update on tag_aliases to tag_generator;
grant delete, insert, select, update on tag_distinctions to tag_generator;
grant delete, insert, select, update on tag_requests to tag_generator;
grant delete, insert, select, update on tag_vetoes to alt_backend;
grant delete, insert, select, update on tags to tag_generator;
grant delete, insert, select, update on term_counts to tag_generator;
grant delete, insert, select, update on tombstones to pre_processor;
grant delete, insert, select, update on websub_subscriptions to pre_processor;
grant delete, select on inbound_items to alt_backend;
grant delete, select on search_removals to search_indexer;
grant execute on function absorb_inoreader() to pre_processor_sidecar;
grant execute on function act_by_rules(jsonb) to pre_processor;
grant execute on function adopt_inbound(bigint[],bigint[],bigint[]) to pre_processor;
grant execute on function allocate_article_ids(integer) to pre_processor;
grant execute on function article_texts(bigint[]) to pre_processor;
grant execute on function article_texts(bigint[]) to search_indexer;
grant execute on function article_texts(bigint[]) to tag_generator;
grant execute on function articles_to_pin(bigint[]) to arch_repo_service;
grant execute on function begin_change() to alt_backend;
grant execute on function begin_change() to pre_processor_sidecar;
grant execute on function begin_project_import(uuid,jsonb) to arch_repo_service;
grant execute on function begin_reset() to alt_backend;
grant execute on function begin_shared_change() to alt_backend;
grant execute on function begin_structure_change() to alt_backend;
grant execute on function begin_structure_change() to pre_processor_sidecar;
grant execute on function begin_tag_change() to alt_backend;
grant execute on function begin_tenant_import(uuid,jsonb) to alt_backend;
grant execute on function claim_inoreader(text,timestamp with time zone,integer,text) to pre_processor_sidecar;
grant execute on function claim_project_jobs(text,integer,interval) to arch_repo_service;
grant execute on function claim_project_rules(integer,interval) to arch_repo_service;
grant execute on function claim_reader_imports(text,integer,interval) to alt_backend;
grant execute on function claim_recap_outlets(integer,interval) to alt_backend;
grant execute on function collect_feed_day(date) to alt_backend;
grant execute on function collect_garbage(bigint,integer) to alt_backend;
grant execute on function collect_work_hours() to alt_backend;
grant execute on function confirm_recap_mail(text) to alt_backend;
grant execute on function continue_delivery(bigint,integer) to pre_processor;
grant execute on function count_asking(text,integer) to alt_backend;
grant execute on function current_inoreader_connection() to alt_backend;
grant execute on function current_inoreader_connection() to pre_processor_sidecar;
grant execute on function current_reader_id() to alt_backend;
grant execute on function current_reader_id() to arch_repo_service;
grant execute on function current_reader_id() to pre_processor_sidecar;
grant execute on function current_tenant_id() to alt_backend;
grant execute on function current_tenant_id() to arch_repo_service;
grant execute on function current_tenant_id() to pre_processor_sidecar;
grant execute on function current_tenant_role() to arch_repo_service;
grant execute on function current_user_id() to alt_backend;
grant execute on function current_user_id() to arch_repo_service;
grant execute on function current_user_id() to pre_processor_sidecar;
grant execute on function deliver(integer,bigint[]) to pre_processor;
grant execute on function deliver_all(bigint[],bigint[]) to pre_processor;
grant execute on function deliver_next(integer) to pre_processor;
grant execute on function end_project_import(uuid) to arch_repo_service;
grant execute on function end_recap_mail(text) to alt_backend;
grant execute on function end_tenant_import(uuid) to alt_backend;
grant execute on function ensure_feed(text,text,uuid,text,text) to alt_backend;
grant execute on function ensure_feed(text,text,uuid,text,text) to pre_processor;
grant execute on function ensure_feed(text,text,uuid,text,text) to pre_processor_sidecar;
grant execute on function ensure_reader() to alt_backend;
grant execute on function enter_projects(text,text) to arch_repo_service;
grant execute on function entry_cards(bigint[]) to alt_backend;
grant execute on function entry_summaries(bigint[]) to alt_backend;
grant execute on function erase_leavers_reading() to alt_backend;
grant execute on function erase_reading(boolean) to alt_backend;
grant execute on function export_inbound_keys(uuid,text) to alt_backend;
grant execute on function export_project_rows(uuid,text) to arch_repo_service;
grant execute on function export_rule_rows(uuid,text) to alt_backend;
grant execute on function export_tenant_rows(uuid,text) to alt_backend;
grant execute on function feed_behaviour(boolean,date,date,integer) to alt_backend;
grant execute on function fold_next(integer) to pre_processor;
grant execute on function fold_soon(bigint[]) to pre_processor;
grant execute on function follow_changes(bigint,bigint,jsonb) to alt_backend;
grant execute on function forget_old_reading(integer) to alt_backend;
grant execute on function forget_old_work(integer) to alt_backend;
grant execute on function forget_tombstones(integer,bytea,integer) to alt_backend;
grant execute on function growth(boolean,date,date) to alt_backend;
grant execute on function has_arrival_rules() to pre_processor;
grant execute on function held_languages(bigint[]) to alt_backend;
grant execute on function import_inbound_keys(uuid,text,jsonb) to alt_backend;
grant execute on function import_project_rows(uuid,text,jsonb) to arch_repo_service;
grant execute on function import_rule_rows(uuid,text,jsonb) to alt_backend;
grant execute on function import_tenant_rows(uuid,text,jsonb) to alt_backend;
grant execute on function inbound_arrivals(text,jsonb) to pre_processor;
grant execute on function inoreader_watch() to alt_backend;
grant execute on function is_covered(bigint,timestamp with time zone,bigint,timestamp with time zone) to alt_backend;
grant execute on function is_covered(bigint,timestamp with time zone,bigint,timestamp with time zone) to pre_processor_sidecar;
grant execute on function know_people(jsonb) to arch_repo_service;
grant execute on function label_for_all(integer[],bigint[],boolean) to alt_backend;
grant execute on function leave_folders(integer[]) to alt_backend;
grant execute on function lock_tenant_readers() to alt_backend;
grant execute on function mark_for_index(bigint[]) to pre_processor;
grant execute on function mark_for_index(bigint[]) to tag_generator;
grant execute on function miscounted() to alt_backend;
grant execute on function move_feed(integer,text,text) to pre_processor;
grant execute on function new_mail_token() to alt_backend;
grant execute on function note_job_run(text,integer,text) to alt_backend;
grant execute on function note_job_run(text,integer,text) to arch_repo_service;
grant execute on function note_job_run(text,integer,text) to auth_token_manager;
grant execute on function note_job_run(text,integer,text) to pre_processor;
grant execute on function note_job_run(text,integer,text) to pre_processor_sidecar;
grant execute on function note_job_run(text,integer,text) to search_indexer;
grant execute on function note_job_run(text,integer,text) to tag_generator;
grant execute on function own_source_name(integer,integer) to arch_repo_service;
grant execute on function pinned_scope(uuid) to arch_repo_service;
grant execute on function pinned_texts(uuid,uuid[],integer) to arch_repo_service;
grant execute on function platform_work(date,date) to alt_backend;
grant execute on function prepare_reading_months() to alt_backend;
grant execute on function prepare_service_logs(date[],integer) to rask_log_aggregator;
grant execute on function project_counts(uuid[]) to arch_repo_service;
grant execute on function project_rank(uuid) to arch_repo_service;
grant execute on function published_project(bytea,text) to arch_repo_service;
grant execute on function purge_inbound(integer) to pre_processor;
grant execute on function purge_leavers(integer) to alt_backend;
grant execute on function purge_project_work(integer) to arch_repo_service;
grant execute on function purge_projects(integer) to arch_repo_service;
grant execute on function purge_reader_imports(integer) to alt_backend;
grant execute on function queue_length(text[],integer) to queue_reader;
grant execute on function reading_erased(integer,timestamp with time zone) to alt_backend;
grant execute on function reading_to_erase() to alt_backend;
grant execute on function recap_feed(bytea,integer) to alt_backend;
grant execute on function recap_mail(text) to alt_backend;
grant execute on function receive_inbound(text,jsonb) to alt_backend;
grant execute on function receive_inbound(text,jsonb) to pre_processor_sidecar;
grant execute on function reconcile_tenants(bigint,uuid,uuid,jsonb,timestamp with time zone) to alt_backend;
grant execute on function record_polls(jsonb) to pre_processor;
grant execute on function record_reading(jsonb) to alt_backend;
grant execute on function record_work(jsonb) to alt_backend;
grant execute on function record_work(jsonb) to news_creator;
grant execute on function record_work(jsonb) to pre_processor;
grant execute on function record_work(jsonb) to search_indexer;
grant execute on function record_work(jsonb) to tag_generator;
grant execute on function refund_llm_request() to alt_backend;
grant execute on function refund_llm_request() to arch_repo_service;
grant execute on function rejoin_entry(bigint) to alt_backend;
grant execute on function rejoin_folders(integer[]) to alt_backend;
grant execute on function related_candidates(bigint,integer,integer) to alt_backend;
grant execute on function remove_shared_folder(integer) to alt_backend;
grant execute on function request_feed_full_text(integer,boolean) to alt_backend;
grant execute on function request_full_text(bigint) to alt_backend;
grant execute on function request_poll(integer) to alt_backend;
grant execute on function request_polls(integer[]) to alt_backend;
grant execute on function request_summary(bigint) to alt_backend;
grant execute on function reset_tenant_readers() to alt_backend;
grant execute on function resolve_references(bytea[],text[]) to arch_repo_service;
grant execute on function retain(integer) to alt_backend;
grant execute on function return_work(integer) to alt_backend;
grant execute on function revisions_of(integer[]) to alt_backend;
grant execute on function roll_reading(integer) to alt_backend;
grant execute on function rule_candidates(uuid,bigint,bigint,integer) to arch_repo_service;
grant execute on function rules_for_feeds(integer[],integer,integer) to pre_processor;
grant execute on function run_rule(integer,bigint[]) to alt_backend;
grant execute on function section_counts(uuid) to arch_repo_service;
grant execute on function seen_highlights(bigint) to alt_backend;
grant execute on function seen_notes(bigint) to alt_backend;
grant execute on function set_auto_full_text(integer,boolean) to alt_backend;
grant execute on function set_feed_selectors(integer,text[],text[]) to alt_backend;
grant execute on function settle_finish() to alt_backend;
grant execute on function settle_inbound(text,jsonb) to pre_processor;
grant execute on function settle_next(integer) to alt_backend;
grant execute on function share_feeds(integer,integer[]) to alt_backend;
grant execute on function share_folders(integer[]) to alt_backend;
grant execute on function share_label(integer) to alt_backend;
grant execute on function sizes(boolean) to alt_backend;
grant execute on function skips_full_text(integer) to pre_processor;
grant execute on function spend_llm_request() to alt_backend;
grant execute on function spend_llm_request() to arch_repo_service;
grant execute on function split_entry(bigint) to alt_backend;
grant execute on function start_stages(bigint[]) to pre_processor;
grant execute on function subscribe(integer[],text[]) to alt_backend;
grant execute on function subscribe(integer[],text[]) to pre_processor_sidecar;
grant execute on function subscribing_tenants(integer[]) to tag_generator;
grant execute on function summary_wishes(bigint[]) to pre_processor;
grant execute on function switch_event_store(boolean) to alt_backend;
grant execute on function switch_instance_statistics(boolean) to alt_backend;
grant execute on function switch_stage(text,boolean) to alt_backend;
grant execute on function switch_statistics(boolean,integer) to alt_backend;
grant execute on function tag_progress(bigint) to alt_backend;
grant execute on function take_delivery() to pre_processor;
grant execute on function take_reading(integer) to alt_backend;
grant execute on function take_rule_waits(integer,integer) to pre_processor;
grant execute on function take_work(integer) to alt_backend;
grant execute on function tell_tags(uuid) to tag_generator;
grant execute on function tenant_project_count(uuid) to arch_repo_service;
grant execute on function tenant_reading(timestamp with time zone,timestamp with time zone) to alt_backend;
grant execute on function tenant_usage(uuid) to alt_backend;
grant execute on function tenants_keeping_less(integer) to alt_backend;
grant execute on function text_hash(bytea,text) to pre_processor;
grant execute on function touch_articles(bigint[]) to pre_processor;
grant execute on function touch_next(integer) to alt_backend;
grant execute on function uncount_asking(text) to alt_backend;
grant execute on function unshare_feeds(integer,integer[]) to alt_backend;
grant execute on function unsubscribe(integer) to alt_backend;
grant execute on function unsubscribe(integer) to pre_processor_sidecar;
grant execute on function untold_days() to alt_backend;
grant execute on function who_may_look(uuid,uuid[]) to arch_repo_service;
grant insert, maintain, select, update on feeds to pre_processor;
grant insert, maintain, select, update on hosts to pre_processor;
grant insert, select on folders to pre_processor_sidecar;
grant insert, select on labels to pre_processor_sidecar;
grant insert, select on project_activity to arch_repo_service;
grant insert, select on project_briefs to arch_repo_service;
grant insert, select on project_files to arch_repo_service;
grant insert, select, update (attempts), update (claimed_by), update (claimed_until), update (done), update (error), update (error_code), update (finished_at), update (kept), update (next_attempt_at), update (project_id), update (result), update (state), update (total) on project_jobs to arch_repo_service;
grant insert, select, update (code), update (deleted_at), update (description), update (status), update (title), update (updated_at), update (version), update (visibility) on projects to arch_repo_service;
grant insert, select, update on article_stages to tag_generator;
grant insert, select, update on inoreader_budgets to pre_processor_sidecar;
grant insert, select, update on reader_imports to alt_backend;
grant insert, select, update on recap_outlets to alt_backend;
grant insert, select, update on recaps to alt_backend;
grant insert, select, update on search_engine to search_indexer;
grant insert, select, update on term_documents to tag_generator;
grant maintain on counters to pre_processor;
grant maintain on entries to pre_processor;
grant maintain on readers to pre_processor;
grant maintain on subscriptions to pre_processor;
grant maintain, select, update (arrival_revision), update (folded_into), update (hidden_reason), update (is_read), update (is_starred), update (read_at), update (revision) on entries to alt_backend;
grant select (access), select (account), select (generation), select (provider) on external_tokens to pre_processor_sidecar;
grant select (created_at), select (description), select (error_code), select (error_count), select (error_message), select (failing_since), select (format), select (host), select (id), select (image_url), select (language), select (last_changed_at), select (last_polled_at), select (last_status), select (last_success_at), select (next_poll_at), select (priority), select (repaired_from), select (retry_after_at), select (site_url), select (state), select (subscriber_count), select (tenant_id), select (title), select (url), select (wants_full_text) on feeds to alt_backend;
grant select (id), select (purge_after), select (tenant_id), select (user_id) on readers to arch_repo_service;
grant select (id), select (tenant_id), select (title), select (url) on feeds to pre_processor_sidecar;
grant select on article_contents to alt_backend;
grant select on article_contents to arch_repo_service;
grant select on article_contents to tag_generator;
grant select on article_keyphrases to alt_backend;
grant select on article_summaries to alt_backend;
grant select on article_tags to alt_backend;
grant select on article_variants to alt_backend;
grant select on articles to alt_backend;
grant select on articles to arch_repo_service;
grant select on articles to search_indexer;
grant select on articles to tag_generator;
grant select on auth_position to alt_backend;
grant select on cluster_members to alt_backend;
grant select on counters to pre_processor_sidecar;
grant select on deliveries to pre_processor;
grant select on entry_splits to alt_backend;
grant select on feed_days to alt_backend;
grant select on feed_selectors to alt_backend;
grant select on feed_selectors to pre_processor;
grant select on feeds to tag_generator;
grant select on folder_feeds to alt_backend;
grant select on folder_leavers to alt_backend;
grant select on foldings to pre_processor;
grant select on inoreader_budgets to alt_backend;
grant select on inoreader_items to alt_backend;
grant select on inoreader_subscriptions to alt_backend;
grant select on people to arch_repo_service;
grant select on readers to pre_processor_sidecar;
grant select on reading_feed_days to alt_backend;
grant select on reading_feed_months to alt_backend;
grant select on reading_slots to alt_backend;
grant select on rule_hits to alt_backend;
grant select on tag_aliases to alt_backend;
grant select on tags to alt_backend;
grant select on tenants to alt_backend;
grant select on tenants to pre_processor_sidecar;
grant select, update (confirmed_at), update (failures), update (last_success_at), update (lease_owner), update (lease_until), update (next_run_at), update (problem_code), update (problem_message), update (progress), update (seen_revision), update (state), update (step), update (wanted_at) on inoreader_connections to pre_processor_sidecar;
grant select, update (is_read), update (is_starred), update (read_at), update (revision) on entries to pre_processor_sidecar;
grant select, update (is_settled), update (read_before), update (read_through), update (unread) on counters to alt_backend;
grant select, update (settings), update (settings_version) on readers to alt_backend;
grant select, update (title) on subscriptions to pre_processor_sidecar;
grant select, update (title), update (wants_summary) on subscriptions to alt_backend;
grant select, update on article_stages to search_indexer;
grant select, update on inbound_items to pre_processor;
grant usage on schema public to alt_backend;
grant usage on schema public to arch_repo_service;
grant usage on schema public to auth_token_manager;
grant usage on schema public to news_creator;
grant usage on schema public to pre_processor;
grant usage on schema public to pre_processor_sidecar;
grant usage on schema public to public;
grant usage on schema public to queue_reader;
grant usage on schema public to rask_log_aggregator;
grant usage on schema public to search_indexer;
grant usage on schema public to tag_generator;

-- comments

comment on function public.allocate_article_ids(integer) is 'the first of a block of so many article ids';
comment on function public.is_covered(bigint,timestamp with time zone,bigint,timestamp with time zone) is 'whether a "mark all read" covers an entry whose row does not say so yet';
comment on table column public.article_contents.details is '{commentsFeedUrl, inReplyTo, location, podcast} in the shapes of packages/feeds';
comment on table column public.article_contents.full_code is 'full_reason for programs: a stable code';
comment on table column public.article_contents.full_details is '{title, byline, publishedAt, imageUrl, siteName, language, canonicalUrl, pageCount, isComplete} as the page says';
comment on table column public.article_contents.text_hash is 'of the title and the text of the feed; null until an edit for articles from before, whose content_hash stands for it';
comment on table column public.articles.comment_count is 'as the feed last said; changes without the article being changed';
comment on table column public.articles.identity is 'first 16 bytes of SHA-256 of the guid, else the URL, else title and content';
comment on table column public.entries.hidden_reason is 'who hid it: reader, or what else; what is folded has that of the entry it is folded into';
comment on table column public.feeds.priority is '1 while a reader waits for the poll';
comment on table column public.feeds.tenant_id is 'a private feed is its tenant''s; null is shared by all';
comment on table column public.inbound_items.article_id is 'what became of it; no reference, because the article may go before the row';
comment on table column public.inbound_items.item_id is 'what the source calls it';
comment on table column public.inbound_items.seen_revision is 'of the reader when it was written: what they did later is not undone';
comment on table column public.inbound_items.source is 'who wrote it, and will read what became of it';
comment on table column public.inbound_keys.is_text is 'a hash of title and text, which says less than one of the address';
comment on table column public.inoreader_connections.account is 'the name under which auth-token-manager keeps its tokens';
comment on table column public.inoreader_connections.confirmed_at is 'the reader said that a mass deletion was meant';
comment on table column public.inoreader_connections.seen_revision is 'up to which revision of the reader their changes were looked at';
comment on table column public.inoreader_connections.step is 'counts requests; raised before each is sent';
comment on table column public.inoreader_connections.wanted_at is 'the reader asked for a look now; the budget still decides';
comment on table column public.inoreader_items.inbox_step is 'the request whose answer went into the inbox, which names the row there';
comment on table column public.inoreader_items.item is 'Inoreader''s id, 16 hexadecimal digits';
comment on table column public.inoreader_items.stamp is 'when Inoreader received it, in microseconds';
comment on table column public.inoreader_items.wrote_step is 'the request that last wrote it there; a list begun before tells nothing of it';
comment on table column public.inoreader_subscriptions.is_apart is 'stays here alone: a shared folder brings it';
comment on table column public.project_jobs.kept is 'what is done already, for whoever takes the job up after a crash';
comment on table column public.project_jobs.role is 'of the person in the tenant when they asked';
comment on table column public.projects.deleted_at is 'gone for all but its leads, who may take it back; purged after 30 days';
comment on table column public.reader_imports.kept is 'what is done already, for whoever takes the job up after a crash';
comment on table column public.reader_imports.revision is 'of the reader at its last change: event streams tell what is later than theirs';
comment on table column public.readers.purge_after is 'no member any more; the reader''s data goes from then on';
comment on table column public.readers.purged_at is 'the data is gone; the row follows when no token can name it any more';
comment on table column public.readers.reset_revision is 'clients that are older than this revision load everything again';
comment on table column public.readers.structure_revision is 'revision at which subscriptions or folders last changed, or entries went';
comment on table column public.readers.tags_revision is 'revision at which a tag was last renamed, merged, hidden, promoted or vetoed';
comment on table column public.recap_outlets.daily_done is 'the last day whose recap was built and sent where it is to be; null: begin with the latest';
comment on table column public.recap_outlets.mail_token is 'only ever in mails to mail_to: it confirms that address, and ends mail to it';
comment on table column public.recaps.local_date is 'the day, or the Monday of the week, in time_zone';
comment on table column public.search_engine.kept_at is 'when a process with this engine last looked, to ten seconds';
comment on table column public.search_indexes.completed_at is 'null while it is being built';
comment on table column public.search_indexes.filled_to is 'of the articles that were here when it was begun, those up to this id are in it';
comment on table column public.search_indexes.left_at is 'when another engine took its place; then it is wrong, and goes when its own engine starts';
comment on table column public.subscriptions.auto_full_text is 'the full text of what the feed cuts short is fetched unasked';
comment on table column public.tag_aliases.normalised is 'a folded name, of which each tag has its own, or language:stems';
comment on table column public.tags.is_edited is 'a person named, merged or promoted it; it is never retired';
comment on table public.inoreader_seen is 'what the pages of the running list have shown so far';

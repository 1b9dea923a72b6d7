-- Derived from the migrations by tools/schema.ts; do not edit.

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
create table folders (
  id integer not null generated always as identity,
  tenant_id uuid not null,
  owner_id integer,
  parent_id integer,
  name text not null,
  created_at timestamp(3) with time zone not null default now(),
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
create table labels (
  id integer not null generated always as identity,
  tenant_id uuid not null,
  owner_id integer,
  name text not null,
  created_at timestamp(3) with time zone not null default now(),
  constraint labels_name_key UNIQUE NULLS NOT DISTINCT (tenant_id, owner_id, name),
  constraint labels_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES readers(id) ON DELETE CASCADE,
  constraint labels_pkey PRIMARY KEY (id),
  constraint labels_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
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
  constraint tenants_pkey PRIMARY KEY (id)
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

-- indexes

CREATE INDEX article_contents_audio ON public.article_contents USING btree (article_id) WHERE (enclosures @@ '($[*]."type" starts with "audio/")'::jsonpath);
CREATE INDEX article_keyphrases_phrase ON public.article_keyphrases USING btree (normalised, article_id);
CREATE INDEX article_keys_article ON public.article_keys USING btree (article_id);
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
CREATE INDEX feed_selectors_tenant ON public.feed_selectors USING btree (tenant_id);
CREATE INDEX feeds_due ON public.feeds USING btree (next_poll_at) WHERE (subscriber_count > 0);
CREATE INDEX feeds_host ON public.feeds USING btree (host);
CREATE INDEX feeds_waiting ON public.feeds USING btree (next_poll_at) WHERE (priority > 0);
CREATE INDEX folders_owner ON public.folders USING btree (owner_id);
CREATE INDEX folders_parent ON public.folders USING btree (parent_id);
CREATE INDEX highlights_article ON public.highlights USING btree (article_id, reader_id);
CREATE INDEX highlights_reader ON public.highlights USING btree (reader_id, created_at);
CREATE INDEX labels_owner ON public.labels USING btree (owner_id);
CREATE INDEX notes_article ON public.notes USING btree (article_id, reader_id);
CREATE INDEX notes_reader ON public.notes USING btree (reader_id, created_at);
CREATE INDEX readers_leaving ON public.readers USING btree (purge_after) WHERE (purge_after IS NOT NULL);
CREATE INDEX recap_askings_first ON public.recap_askings USING btree (first_at);
CREATE INDEX recap_outlets_due ON public.recap_outlets USING btree (next_check_at) WHERE (is_daily_mailed OR is_weekly_mailed OR (feed_secret_hash IS NOT NULL));
CREATE UNIQUE INDEX recap_outlets_token ON public.recap_outlets USING btree (mail_token);
CREATE INDEX recaps_list ON public.recaps USING btree (reader_id, starts_at, id);
CREATE INDEX rules_owner ON public.rules USING btree (owner_id);
CREATE INDEX saved_searches_owner ON public.saved_searches USING btree (owner_id);
CREATE UNIQUE INDEX search_indexes_one ON public.search_indexes USING btree (engine, ((completed_at IS NULL))) WHERE (left_at IS NULL);
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

-- row-level security

alter table article_contents enable row level security, force row level security;
alter table article_keyphrases enable row level security, force row level security;
alter table article_keys enable row level security, force row level security;
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
alter table feed_documents enable row level security, force row level security;
alter table feed_selectors enable row level security, force row level security;
alter table feeds enable row level security, force row level security;
alter table folders enable row level security, force row level security;
alter table foldings enable row level security, force row level security;
alter table highlights enable row level security, force row level security;
alter table hosts enable row level security, force row level security;
alter table labels enable row level security, force row level security;
alter table notes enable row level security, force row level security;
alter table readers enable row level security, force row level security;
alter table recap_askings enable row level security, force row level security;
alter table recap_outlets enable row level security, force row level security;
alter table recaps enable row level security, force row level security;
alter table rules enable row level security, force row level security;
alter table saved_searches enable row level security, force row level security;
alter table search_engine enable row level security, force row level security;
alter table search_indexes enable row level security, force row level security;
alter table search_removals enable row level security, force row level security;
alter table shares enable row level security, force row level security;
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
create policy own on counters as permissive for all to alt_backend
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
create policy own on entries as permissive for all to alt_backend
  using ((reader_id = ( SELECT current_reader_id() AS current_reader_id)))
  with check ((reader_id = ( SELECT current_reader_id() AS current_reader_id)));
create policy owner on entries as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on entry_labels as permissive for all to alt_backend
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
create policy followed on feeds as permissive for select to alt_backend
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
create policy own on folders as permissive for all to alt_backend
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
create policy own on labels as permissive for all to alt_backend
  using (((tenant_id = current_tenant_id()) AND ((owner_id IS NULL) OR (owner_id = ( SELECT current_reader_id() AS current_reader_id)))))
  with check (((tenant_id = current_tenant_id()) AND ((owner_id IS NULL) OR (owner_id = ( SELECT current_reader_id() AS current_reader_id)))));
create policy owner on labels as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on notes as permissive for all to alt_backend
  using ((reader_id = ( SELECT current_reader_id() AS current_reader_id)))
  with check ((reader_id = ( SELECT current_reader_id() AS current_reader_id)));
create policy owner on notes as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on readers as permissive for all to alt_backend
  using (((user_id = current_user_id()) AND (tenant_id = current_tenant_id())));
create policy owner on readers as permissive for all to alt_owner
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
create policy own on shares as permissive for all to alt_backend
  using ((reader_id = ( SELECT current_reader_id() AS current_reader_id)))
  with check ((reader_id = ( SELECT current_reader_id() AS current_reader_id)));
create policy owner on shares as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on subscription_folders as permissive for all to alt_backend
  using ((reader_id = ( SELECT current_reader_id() AS current_reader_id)))
  with check ((reader_id = ( SELECT current_reader_id() AS current_reader_id)));
create policy owner on subscription_folders as permissive for all to alt_owner
  using (true)
  with check (true);
create policy own on subscriptions as permissive for all to alt_backend
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
create policy own on tenants as permissive for select to alt_backend
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

-- functions

CREATE OR REPLACE FUNCTION public.address_hash(address text)
 RETURNS bytea
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'public', 'pg_temp'
RETURN sha256(convert_to(lower(address), 'UTF8'::name))
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
      and not exists (select from subscriptions s where s.feed_id = f.id);
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
CREATE OR REPLACE FUNCTION public.merge_feeds(old_feed integer, new_feed integer)
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
    select id, now() - make_interval(days => (settings #>> '{retention,readDays}')::int) as read_before,
      now() - make_interval(days => (settings #>> '{retention,unreadDays}')::int) as unread_before
    from readers
    where settings #>> '{retention,readDays}' is not null or settings #>> '{retention,unreadDays}' is not null
    order by id
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
  new_revision bigint;
  added_feeds integer[];
begin
  perform from feeds f where f.id = any (wanted_feeds) order by f.id for no key update;
  perform await_articles(wanted_feeds);
  new_revision := begin_structure_change();
  with wanted as (
    select w.feed_id, min(w.position) as position
    from unnest(wanted_feeds) with ordinality as w (feed_id, position)
    join feeds f on f.id = w.feed_id and (f.tenant_id is null or f.tenant_id = current_tenant_id())
    group by w.feed_id
  ), added as (
    insert into subscriptions (reader_id, feed_id, title)
      select reader, w.feed_id, titles[w.position] from wanted w order by w.position
      on conflict on constraint subscriptions_feed_key do nothing
      returning subscriptions.feed_id
  )
  select coalesce(array_agg(added.feed_id), '{}') into added_feeds from added;
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
  perform fold_stories(array[reader], array(
    select distinct m.cluster_id from feed_documents d join cluster_members m on m.article_id = any (d.article_ids)
    where d.feed_id = any (added_feeds)));
  perform pg_notify('alt_polls', '');
  return query
    select s.feed_id, s.id, s.feed_id = any (added_feeds)
    from unnest(wanted_feeds) with ordinality as w (feed_id, position)
    join subscriptions s on s.reader_id = reader and s.feed_id = w.feed_id
    group by s.feed_id, s.id order by min(w.position);
end
$function$
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
  perform begin_structure_change();
  delete from subscriptions s where s.id = wanted_subscription and s.reader_id = reader;
  if feed is null or not found then
    return false;
  end if;
  update feeds set subscriber_count = subscriber_count - 1 where id = feed;
  update feeds f set wants_full_text = exists (select from subscriptions s where s.feed_id = f.id and s.wants_full_text)
    where f.id = feed and f.wants_full_text;
  delete from entries e where e.reader_id = reader and e.feed_id = feed and not is_kept(e);
  delete from counters c where c.reader_id = reader and c.feed_id = feed
    and not exists (select from entries e where e.reader_id = reader and e.feed_id = feed);
  return true;
end
$function$
;

-- triggers

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
CREATE TRIGGER forget_recaps AFTER UPDATE OF purged_at ON public.readers FOR EACH ROW WHEN ((new.purged_at IS NOT NULL)) EXECUTE FUNCTION forget_recaps();
CREATE TRIGGER notify_changed AFTER UPDATE OF revision ON public.readers FOR EACH STATEMENT EXECUTE FUNCTION notify_readers();
CREATE TRIGGER queue_wanted_summaries AFTER UPDATE OF wants_summary ON public.subscriptions FOR EACH ROW WHEN ((new.wants_summary AND (NOT old.wants_summary))) EXECUTE FUNCTION queue_wanted_summaries();
CREATE TRIGGER request_tags AFTER INSERT ON public.subscriptions REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION request_tags();

-- grants

grant delete, insert, maintain, select, update on article_contents to pre_processor;
grant delete, insert, maintain, select, update on article_stages to pre_processor;
grant delete, insert, maintain, select, update on articles to pre_processor;
grant delete, insert, maintain, select, update on feed_documents to pre_processor;
grant delete, insert, select, update on article_keyphrases to tag_generator;
grant delete, insert, select, update on article_keys to pre_processor;
grant delete, insert, select, update on article_summaries to pre_processor;
grant delete, insert, select, update on article_tags to tag_generator;
grant delete, insert, select, update on article_variants to pre_processor;
grant delete, insert, select, update on cluster_members to pre_processor;
grant delete, insert, select, update on clusters to pre_processor;
grant delete, insert, select, update on entry_labels to alt_backend;
grant delete, insert, select, update on folders to alt_backend;
grant delete, insert, select, update on highlights to alt_backend;
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
grant delete, select on search_removals to search_indexer;
grant execute on function allocate_article_ids(integer) to pre_processor;
grant execute on function article_texts(bigint[]) to pre_processor;
grant execute on function article_texts(bigint[]) to search_indexer;
grant execute on function article_texts(bigint[]) to tag_generator;
grant execute on function begin_change() to alt_backend;
grant execute on function begin_reset() to alt_backend;
grant execute on function begin_structure_change() to alt_backend;
grant execute on function begin_tag_change() to alt_backend;
grant execute on function claim_recap_outlets(integer,interval) to alt_backend;
grant execute on function collect_garbage(bigint,integer) to alt_backend;
grant execute on function confirm_recap_mail(text) to alt_backend;
grant execute on function count_asking(text,integer) to alt_backend;
grant execute on function current_reader_id() to alt_backend;
grant execute on function current_tenant_id() to alt_backend;
grant execute on function current_user_id() to alt_backend;
grant execute on function deliver(integer,bigint[]) to pre_processor;
grant execute on function deliver_all(bigint[],bigint[]) to pre_processor;
grant execute on function deliver_next(integer) to pre_processor;
grant execute on function end_recap_mail(text) to alt_backend;
grant execute on function ensure_feed(text,text,uuid,text,text) to alt_backend;
grant execute on function ensure_feed(text,text,uuid,text,text) to pre_processor;
grant execute on function ensure_reader() to alt_backend;
grant execute on function entry_cards(bigint[]) to alt_backend;
grant execute on function entry_summaries(bigint[]) to alt_backend;
grant execute on function fold_next(integer) to pre_processor;
grant execute on function fold_soon(bigint[]) to pre_processor;
grant execute on function follow_changes(bigint,bigint,jsonb) to alt_backend;
grant execute on function forget_tombstones(integer,bytea,integer) to alt_backend;
grant execute on function held_languages(bigint[]) to alt_backend;
grant execute on function is_covered(bigint,timestamp with time zone,bigint,timestamp with time zone) to alt_backend;
grant execute on function mark_for_index(bigint[]) to pre_processor;
grant execute on function mark_for_index(bigint[]) to tag_generator;
grant execute on function miscounted() to alt_backend;
grant execute on function move_feed(integer,text,text) to pre_processor;
grant execute on function new_mail_token() to alt_backend;
grant execute on function purge_leavers(integer) to alt_backend;
grant execute on function recap_feed(bytea,integer) to alt_backend;
grant execute on function recap_mail(text) to alt_backend;
grant execute on function reconcile_tenants(bigint,uuid,uuid,jsonb,timestamp with time zone) to alt_backend;
grant execute on function rejoin_entry(bigint) to alt_backend;
grant execute on function related_candidates(bigint,integer,integer) to alt_backend;
grant execute on function request_feed_full_text(integer,boolean) to alt_backend;
grant execute on function request_full_text(bigint) to alt_backend;
grant execute on function request_poll(integer) to alt_backend;
grant execute on function request_polls(integer[]) to alt_backend;
grant execute on function request_summary(bigint) to alt_backend;
grant execute on function retain(integer) to alt_backend;
grant execute on function revisions_of(integer[]) to alt_backend;
grant execute on function set_auto_full_text(integer,boolean) to alt_backend;
grant execute on function set_feed_selectors(integer,text[],text[]) to alt_backend;
grant execute on function settle_finish() to alt_backend;
grant execute on function settle_next(integer) to alt_backend;
grant execute on function skips_full_text(integer) to pre_processor;
grant execute on function split_entry(bigint) to alt_backend;
grant execute on function start_stages(bigint[]) to pre_processor;
grant execute on function subscribe(integer[],text[]) to alt_backend;
grant execute on function subscribing_tenants(integer[]) to tag_generator;
grant execute on function summary_wishes(bigint[]) to pre_processor;
grant execute on function switch_stage(text,boolean) to alt_backend;
grant execute on function tag_progress(bigint) to alt_backend;
grant execute on function tell_tags(uuid) to tag_generator;
grant execute on function text_hash(bytea,text) to pre_processor;
grant execute on function touch_articles(bigint[]) to pre_processor;
grant execute on function touch_next(integer) to alt_backend;
grant execute on function uncount_asking(text) to alt_backend;
grant execute on function unsubscribe(integer) to alt_backend;
grant insert, maintain, select, update on feeds to pre_processor;
grant insert, maintain, select, update on hosts to pre_processor;
grant insert, select, update on article_stages to tag_generator;
grant insert, select, update on recap_outlets to alt_backend;
grant insert, select, update on recaps to alt_backend;
grant insert, select, update on search_engine to search_indexer;
grant insert, select, update on term_documents to tag_generator;
grant maintain on counters to pre_processor;
grant maintain on entries to pre_processor;
grant maintain on readers to pre_processor;
grant maintain on subscriptions to pre_processor;
grant maintain, select, update (arrival_revision), update (folded_into), update (hidden_reason), update (is_read), update (is_starred), update (read_at), update (revision) on entries to alt_backend;
grant select (created_at), select (description), select (error_code), select (error_count), select (error_message), select (failing_since), select (format), select (host), select (id), select (image_url), select (language), select (last_changed_at), select (last_polled_at), select (last_status), select (last_success_at), select (next_poll_at), select (priority), select (repaired_from), select (retry_after_at), select (site_url), select (state), select (subscriber_count), select (tenant_id), select (title), select (url), select (wants_full_text) on feeds to alt_backend;
grant select on article_contents to alt_backend;
grant select on article_contents to tag_generator;
grant select on article_keyphrases to alt_backend;
grant select on article_summaries to alt_backend;
grant select on article_tags to alt_backend;
grant select on article_variants to alt_backend;
grant select on articles to alt_backend;
grant select on articles to search_indexer;
grant select on articles to tag_generator;
grant select on auth_position to alt_backend;
grant select on cluster_members to alt_backend;
grant select on deliveries to pre_processor;
grant select on entry_splits to alt_backend;
grant select on feed_selectors to alt_backend;
grant select on feed_selectors to pre_processor;
grant select on feeds to tag_generator;
grant select on foldings to pre_processor;
grant select on tag_aliases to alt_backend;
grant select on tags to alt_backend;
grant select on tenants to alt_backend;
grant select, update (is_settled), update (read_before), update (read_through), update (unread) on counters to alt_backend;
grant select, update (settings), update (settings_version) on readers to alt_backend;
grant select, update (title), update (wants_summary) on subscriptions to alt_backend;
grant select, update on article_stages to search_indexer;
grant usage on schema public to alt_backend;
grant usage on schema public to pre_processor;
grant usage on schema public to public;
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

-- The database `alt`. Run as alt_owner, which owns everything and may not log in; service roles get grants and policies.
-- Row-level security is forced on every table, so that even the owner passes only by a policy that says so.

-- Who the transaction acts for. Unset is an error, never "everybody".
create function current_user_id() returns uuid
  language sql stable parallel safe return current_setting('alt.user_id')::uuid;
create function current_tenant_id() returns uuid
  language sql stable parallel safe return current_setting('alt.tenant_id')::uuid;

-- ---------------------------------------------------------------- tenants and readers: projections of `auth`

create table tenants (
  id uuid primary key,
  limits jsonb not null default '{}',
  suspended_at timestamptz(3),
  created_at timestamptz(3) not null default now()
);

-- A reader is a user in a tenant. `revision` rises with every change of the reader's entries and is stored on each
-- changed row; whoever changes a reader's entries takes this row first, which orders all such changes.
create table readers (
  id integer generated always as identity primary key,
  user_id uuid not null,
  tenant_id uuid not null references tenants on delete cascade,
  revision bigint not null default 0,
  structure_revision bigint not null default 0,
  reset_revision bigint not null default 0,
  starred_count integer not null default 0,
  settings jsonb not null default '{}',
  settings_version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  unique (user_id, tenant_id)
) with (fillfactor = 50);
comment on column readers.structure_revision is 'revision at which subscriptions or folders last changed, or entries went';
comment on column readers.reset_revision is 'clients that are older than this revision load everything again';

create function current_reader_id() returns integer
  language sql stable parallel safe
  begin atomic
    select id from readers where user_id = current_user_id() and tenant_id = current_tenant_id();
  end;

-- ---------------------------------------------------------------- feeds: one row per canonical URL and credential

create table hosts (
  host text primary key,
  next_request_at timestamptz(3) not null default '-infinity',
  penalty_until timestamptz(3),
  penalty_code text,
  penalty_count integer not null default 0,
  robots_text text,
  robots_fetched_at timestamptz(3)
) with (fillfactor = 70);

create table feeds (
  id integer generated always as identity primary key,
  url text not null,
  tenant_id uuid references tenants on delete cascade,
  credential text,
  host text not null,
  site_url text,
  title text,
  description text,
  language text,
  image_url text,
  format text check (format in ('rss', 'atom', 'rdf', 'json')),
  created_at timestamptz(3) not null default now(),
  subscriber_count integer not null default 0,
  wants_full_text boolean not null default false,
  -- what to send next time, verbatim
  etag text,
  last_modified text,
  body_hash bytea,
  -- schedule
  next_poll_at timestamptz(3) not null default now(),
  priority smallint not null default 0,
  claimed_by text,
  claimed_until timestamptz(3),
  post_gap_seconds real,
  newest_item_at timestamptz(3),
  minimum_interval_seconds integer not null default 0,
  -- what happened
  state text not null default 'pending' check (state in ('pending', 'ok', 'failing', 'gone')),
  last_polled_at timestamptz(3),
  last_success_at timestamptz(3),
  last_changed_at timestamptz(3),
  last_status integer,
  error_code text,
  error_message text,
  error_count integer not null default 0,
  failing_since timestamptz(3),
  retry_after_at timestamptz(3),
  -- repair: a permanent redirect is adopted after three confirmations over a day
  redirect_url text,
  redirect_count integer not null default 0,
  redirect_since timestamptz(3),
  repaired_from text,
  constraint feeds_url_key unique nulls not distinct (url, tenant_id, credential)
) with (fillfactor = 70);
comment on column feeds.tenant_id is 'a private feed is its tenant''s; null is shared by all';
comment on column feeds.priority is '1 while a reader waits for the poll';
create index feeds_due on feeds (next_poll_at) where subscriber_count > 0;
create index feeds_host on feeds (host);

-- The articles of the feed's last document: what a new subscription receives.
create table feed_documents (
  feed_id integer primary key references feeds on delete cascade,
  article_ids bigint[] not null
);

create table websub_subscriptions (
  id uuid primary key default uuidv7(),
  feed_id integer not null unique references feeds on delete cascade,
  hub_url text not null,
  topic_url text not null,
  secret text not null,
  state text not null check (state in ('wanted', 'asked', 'active', 'refused')),
  lease_until timestamptz(3),
  next_attempt_at timestamptz(3) not null default now(),
  attempts integer not null default 0,
  last_push_at timestamptz(3),
  error text
);
create index websub_due on websub_subscriptions (next_attempt_at);

-- ---------------------------------------------------------------- articles

-- 16-digit microsecond integers: below 2^53, ordered by allocation and not by commit. A sequence, because a row would
-- be locked until the transaction ends; the advisory lock is let go at once.
create sequence article_ids as bigint;

create function allocate_article_ids(wanted integer) returns bigint
  language plpgsql volatile security definer set search_path = public, pg_temp
as $$
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
$$;
comment on function allocate_article_ids is 'the first of a block of so many article ids';

create table articles (
  id bigint primary key,
  feed_id integer not null references feeds,
  identity bytea not null,
  url text,
  title text not null,
  author text,
  excerpt text not null,
  image_url text,
  comments_url text,
  language text,
  published_at timestamptz(3),
  updated_at timestamptz(3),
  received_at timestamptz(3) not null,
  sort_at timestamptz(3) not null,
  content_hash bytea not null,
  constraint articles_identity_key unique (feed_id, identity)
);
comment on column articles.identity is 'first 16 bytes of SHA-256 of the guid, else the URL, else title and content';

create table article_contents (
  article_id bigint primary key references articles on delete cascade,
  content_html text not null,
  text text not null,
  enclosures jsonb not null default '[]',
  categories text[] not null default '{}',
  full_html text,
  full_state text not null default 'none' check (full_state in ('none', 'pending', 'ready', 'failed')),
  full_reason text,
  full_fetched_at timestamptz(3)
);

create table article_keyphrases (
  article_id bigint not null references articles on delete cascade,
  phrase text not null,
  normalised text not null,
  score real not null,
  primary key (article_id, normalised)
);

-- `tenant_id` null: made by the built-in engine, for all. What a tenant's own model made is that tenant's.
create table article_summaries (
  article_id bigint not null references articles on delete cascade,
  tenant_id uuid references tenants on delete cascade,
  language text not null,
  engine text not null,
  content_hash bytea not null,
  summary text not null,
  sentences jsonb not null default '[]',
  score real,
  created_at timestamptz(3) not null default now(),
  constraint article_summaries_key unique nulls not distinct (article_id, tenant_id, language, engine)
);

create table article_stages (
  article_id bigint not null references articles on delete cascade,
  stage text not null,
  content_hash bytea not null,
  state text not null default 'waiting' check (state in ('waiting', 'claimed', 'done', 'parked')),
  priority smallint not null default 0,
  claimed_by text,
  claimed_until timestamptz(3),
  attempts integer not null default 0,
  next_attempt_at timestamptz(3) not null default now(),
  error text,
  primary key (article_id, stage)
) with (fillfactor = 70);
create index article_stages_unfinished on article_stages (stage, priority desc, next_attempt_at)
  where state in ('waiting', 'claimed');

-- What was here and went: the next poll must not bring it back.
create table tombstones (
  feed_id integer not null references feeds on delete cascade,
  identity bytea not null,
  removed_at timestamptz(3) not null default now(),
  primary key (feed_id, identity)
);

-- The rest of a delivery to more than 200 readers, worked in batches.
create table deliveries (
  id bigint generated always as identity primary key,
  feed_id integer not null references feeds on delete cascade,
  article_ids bigint[] not null,
  after_reader_id integer not null
);

-- ---------------------------------------------------------------- a tenant's own

create table tags (
  id integer generated always as identity primary key,
  tenant_id uuid not null references tenants on delete cascade,
  name text not null,
  normalised text not null,
  is_hidden boolean not null default false,
  is_promoted boolean not null default false,
  created_at timestamptz(3) not null default now(),
  unique (tenant_id, normalised)
);

create table tag_aliases (
  tenant_id uuid not null references tenants on delete cascade,
  normalised text not null,
  tag_id integer not null references tags on delete cascade,
  primary key (tenant_id, normalised)
);

create table article_tags (
  tenant_id uuid not null references tenants on delete cascade,
  tag_id integer not null references tags on delete cascade,
  article_id bigint not null references articles on delete cascade,
  sort_at timestamptz(3) not null,
  score real not null,
  primary key (article_id, tenant_id, tag_id)
);
create index article_tags_list on article_tags (tag_id, sort_at, article_id);

-- ---------------------------------------------------------------- a reader's, or shared in the tenant (owner_id null)

create table folders (
  id integer generated always as identity primary key,
  tenant_id uuid not null references tenants on delete cascade,
  owner_id integer references readers on delete cascade,
  parent_id integer references folders on delete set null,
  name text not null,
  created_at timestamptz(3) not null default now(),
  constraint folders_name_key unique nulls not distinct (tenant_id, owner_id, parent_id, name)
);
create index folders_owner on folders (owner_id);
create index folders_parent on folders (parent_id);

create table labels (
  id integer generated always as identity primary key,
  tenant_id uuid not null references tenants on delete cascade,
  owner_id integer references readers on delete cascade,
  name text not null,
  created_at timestamptz(3) not null default now(),
  constraint labels_name_key unique nulls not distinct (tenant_id, owner_id, name)
);
create index labels_owner on labels (owner_id);

create table rules (
  id integer generated always as identity primary key,
  tenant_id uuid not null references tenants on delete cascade,
  owner_id integer references readers on delete cascade,
  name text not null,
  query text not null,
  actions jsonb not null,
  is_enabled boolean not null default true,
  needs_stage text,
  position integer not null default 0,
  created_at timestamptz(3) not null default now()
);
create index rules_owner on rules (owner_id);

create table saved_searches (
  id integer generated always as identity primary key,
  tenant_id uuid not null references tenants on delete cascade,
  owner_id integer references readers on delete cascade,
  name text not null,
  query text not null,
  created_at timestamptz(3) not null default now(),
  constraint saved_searches_name_key unique nulls not distinct (tenant_id, owner_id, name)
);

-- ---------------------------------------------------------------- always one reader's

create table subscriptions (
  id integer generated always as identity primary key,
  reader_id integer not null references readers on delete cascade,
  feed_id integer not null references feeds,
  title text,
  wants_full_text boolean not null default false,
  created_at timestamptz(3) not null default now(),
  constraint subscriptions_feed_key unique (reader_id, feed_id)
);
create index subscriptions_feed on subscriptions (feed_id, reader_id);

create table subscription_folders (
  reader_id integer not null references readers on delete cascade,
  subscription_id integer not null references subscriptions on delete cascade,
  folder_id integer not null references folders on delete cascade,
  primary key (subscription_id, folder_id)
);
create index subscription_folders_reader on subscription_folders (reader_id);
create index subscription_folders_folder on subscription_folders (folder_id);

-- Kept, never counted. Everything of the feed with revision <= read_through that was received before read_before is
-- read, whatever its row says; the rows follow (is_settled). `unread` already counts so.
create table counters (
  reader_id integer not null references readers on delete cascade,
  feed_id integer not null references feeds on delete cascade,
  unread integer not null default 0,
  read_through bigint not null default 0,
  read_before timestamptz(3) not null default '-infinity',
  is_settled boolean not null default true,
  primary key (reader_id, feed_id)
) with (fillfactor = 50);
create index counters_unsettled on counters (reader_id, feed_id) where not is_settled;

create table entries (
  article_id bigint not null references articles,
  reader_id integer not null references readers on delete cascade,
  feed_id integer not null,
  sort_at timestamptz(3) not null,
  received_at timestamptz(3) not null,
  revision bigint not null,
  arrival_revision bigint not null,
  folded_into bigint,
  hidden_reason text,
  is_read boolean not null default false,
  is_starred boolean not null default false,
  is_listed boolean not null generated always as (hidden_reason is null and folded_into is null) stored,
  read_at timestamptz(3),
  primary key (article_id, reader_id)
);
-- `is_read` leads the sort key: the unread and the read entries of a list are a stretch of one index each, all entries
-- the two merged. An index a state would cost a third more writes on arrival and on reading.
-- `feed_id > 0` is always true and said by lists over all feeds alone: with old statistics (a million entries just
-- marked read) the planner would walk these indexes to find the entries of one feed.
create index entries_list on entries (reader_id, is_read, sort_at, article_id) where is_listed and feed_id > 0;
create index entries_starred on entries (reader_id, sort_at, article_id) where is_listed and is_starred and feed_id > 0;
create index entries_feed on entries (reader_id, feed_id, is_listed, is_read, sort_at, article_id);
create index entries_feed_starred on entries (reader_id, feed_id, sort_at, article_id) where is_listed and is_starred;
create index entries_revision on entries (reader_id, revision);
-- Fan-out and mark-all-read touch many rows at once; the default thresholds wait far too long at a million.
alter table entries set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05,
  autovacuum_analyze_scale_factor = 0.05);

create table entry_labels (
  reader_id integer not null references readers on delete cascade,
  label_id integer not null references labels on delete cascade,
  article_id bigint not null references articles,
  sort_at timestamptz(3) not null,
  primary key (article_id, reader_id, label_id)
);
create index entry_labels_list on entry_labels (label_id, reader_id, sort_at, article_id);

create table tag_vetoes (
  reader_id integer not null references readers on delete cascade,
  normalised text not null,
  created_at timestamptz(3) not null default now(),
  primary key (reader_id, normalised)
);

create table highlights (
  id uuid primary key default uuidv7(),
  reader_id integer not null references readers on delete cascade,
  article_id bigint not null references articles,
  quote text not null,
  prefix text not null default '',
  suffix text not null default '',
  color text not null default 'yellow',
  is_shared boolean not null default false,
  created_at timestamptz(3) not null default now()
);
create index highlights_article on highlights (article_id, reader_id);
create index highlights_reader on highlights (reader_id, created_at);

create table notes (
  id uuid primary key default uuidv7(),
  reader_id integer not null references readers on delete cascade,
  article_id bigint not null references articles,
  highlight_id uuid references highlights on delete cascade,
  body text not null,
  is_shared boolean not null default false,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now()
);
create index notes_article on notes (article_id, reader_id);
create index notes_reader on notes (reader_id, created_at);

create table shares (
  id uuid primary key default uuidv7(),
  reader_id integer not null references readers on delete cascade,
  article_id bigint not null references articles,
  secret_hash bytea not null unique,
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3)
);
create index shares_article on shares (article_id, reader_id);
create index shares_reader on shares (reader_id);

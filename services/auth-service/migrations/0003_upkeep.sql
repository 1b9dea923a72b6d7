-- What belongs to the instance and to no reader: signing keys, the one-time code, throttles; and the two logs.

-- Of the keys whose time has begun the newest one signs. A key is published one rotation before its time begins, and
-- kept for as long as a token that it signed may live.
create table signing_keys (
  id text primary key check (length(id) between 8 and 100),
  public_jwk jsonb not null,
  private_jwk jsonb not null,
  active_from timestamptz(3) not null unique,
  created_at timestamptz(3) not null default now()
);

-- The code that the first account needs on an open host. In the clear, so that every process prints the same one, also
-- after a restart; it is deleted with the first account and opens nothing afterwards.
create table setup_codes (
  is_only_row boolean primary key default true check (is_only_row),
  code text not null check (length(code) >= 12),
  created_at timestamptz(3) not null default now()
);

-- Attempts and requests, counted by a hash of what they concern: an account, an address, or both.
create table throttles (
  key text primary key check (length(key) <= 100),
  count integer not null check (count >= 0),
  window_started_at timestamptz(3) not null default now(),
  locked_until timestamptz(3),
  updated_at timestamptz(3) not null default now()
);

create index throttles_age on throttles (updated_at);

-- Append-only. No foreign keys: a line outlives what it speaks of.
create table audit_log (
  id bigint generated always as identity primary key,
  at timestamptz(3) not null default now(),
  account_id uuid,
  tenant_id uuid,
  action text not null check (length(action) between 1 and 100),
  address text not null default '' check (length(address) <= 100),
  detail jsonb not null default '{}' check (jsonb_typeof(detail) = 'object')
);

create index audit_log_account on audit_log (account_id, id) where account_id is not null;
create index audit_log_tenant on audit_log (tenant_id, id) where tenant_id is not null;

alter table audit_log enable row level security;
alter table audit_log force row level security;
create policy audit_log_owner on audit_log to auth_owner using (true) with check (true);
create policy audit_log_append on audit_log for insert to auth_service, tenant_service with check (true);
create policy audit_log_own on audit_log for select to auth_service
  using (account_id = (select reader_user_id()));
create policy audit_log_current on audit_log for select to tenant_service
  using (tenant_id = (select reader_tenant_id()));

create function refuse_change() returns trigger
  language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name;
end $$;

create trigger audit_log_append_only before update or delete or truncate on audit_log
  for each statement execute function refuse_change();

-- Changes of accounts, tenants and memberships, for the projections that other databases keep. Read in the order of id.
create table outbox (
  id bigint generated always as identity primary key,
  at timestamptz(3) not null default now(),
  event text not null,
  payload jsonb not null
);

alter table outbox enable row level security;
alter table outbox force row level security;
create policy outbox_owner on outbox to auth_owner using (true) with check (true);
-- An event names one tenant or one account and nothing secret; the service that relays them reads them all.
create policy outbox_relay on outbox for select to auth_service using (true);

-- The lock makes the order of ids the order of commits, so that a reader that remembers the last id misses nothing.
-- These changes are rare; that they wait for one another costs nothing.
create function publish_change() returns trigger
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  noun constant text := rtrim(tg_table_name, 's');
  verb constant text := case tg_op when 'INSERT' then 'created' when 'UPDATE' then 'changed' else 'removed' end;
  changed constant jsonb := to_jsonb(case when tg_op = 'DELETE' then old else new end);
begin
  if tg_op = 'UPDATE' and new is not distinct from old then
    return null;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('auth.outbox', 0));
  insert into outbox (event, payload) values (noun || '-' || verb, changed);
  return null;
end $$;

create trigger accounts_publish after insert or update or delete on accounts
  for each row execute function publish_change();
create trigger tenants_publish after insert or update or delete on tenants
  for each row execute function publish_change();
create trigger memberships_publish after insert or update or delete on memberships
  for each row execute function publish_change();

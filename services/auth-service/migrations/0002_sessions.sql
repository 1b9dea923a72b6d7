-- What proves who somebody is: browser sessions and access keys. Secrets are kept as SHA-256 only; they are random and
-- long (256 and 160 bits), so a slow hash would protect nothing more.

create table sessions (
  id uuid primary key default uuidv7(),
  account_id uuid not null references accounts on delete cascade,
  tenant_id uuid not null references tenants on delete cascade,
  secret_hash bytea not null unique check (length(secret_hash) = 32),
  -- A refresh replaces the secret; requests that were under way with the old one pass for a moment more.
  previous_secret_hash bytea unique check (length(previous_secret_hash) = 32),
  previous_until timestamptz(3),
  csrf_secret bytea not null check (length(csrf_secret) = 32),
  device text not null default '' check (length(device) <= 300),
  address text not null default '' check (length(address) <= 100),
  created_at timestamptz(3) not null default now(),
  last_seen_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  revoked_at timestamptz(3),
  check ((previous_secret_hash is null) = (previous_until is null))
);

create index sessions_account on sessions (account_id);
create index sessions_tenant on sessions (tenant_id);
create index sessions_expiry on sessions (expires_at);

-- API keys (for programs, the whole API) and app passwords (for reader clients, their APIs alone) are one kind of thing
-- with two names and two scopes.
create table access_keys (
  id uuid primary key default uuidv7(),
  account_id uuid not null references accounts on delete cascade,
  tenant_id uuid not null references tenants on delete cascade,
  kind text not null check (kind in ('api-key', 'app-password')),
  scope text not null check (scope in ('full', 'reader-clients')),
  name text not null check (length(name) between 1 and 100),
  secret_hash bytea not null unique check (length(secret_hash) = 32),
  created_at timestamptz(3) not null default now(),
  last_used_at timestamptz(3),
  revoked_at timestamptz(3)
);

create index access_keys_account on access_keys (account_id, kind) where revoked_at is null;
create index access_keys_tenant on access_keys (tenant_id);

alter table sessions enable row level security;
alter table sessions force row level security;
alter table access_keys enable row level security;
alter table access_keys force row level security;

create policy sessions_owner on sessions to auth_owner using (true) with check (true);
create policy access_keys_owner on access_keys to auth_owner using (true) with check (true);

create policy sessions_own on sessions to auth_service
  using (account_id = (select reader_user_id()))
  with check (account_id = (select reader_user_id()) and tenant_id = (select reader_tenant_id()));
create policy access_keys_own on access_keys to auth_service
  using (account_id = (select reader_user_id()))
  with check (account_id = (select reader_user_id()) and tenant_id = (select reader_tenant_id()));

-- Tokens of external services, such as Inoreader: what auth-token-manager obtained for the operator. `access` is what readers
-- open; `vault` holds what renews it and is read by the manager's role alone. Both are sealed (AES-256-GCM), bound to provider,
-- account and generation, so that a row cannot be put in another's place. Each write names the version that it read: of two
-- writers that began from the same row, one fails.
create table external_tokens (
  provider text not null check (provider ~ '^[a-z][a-z0-9-]{0,31}$'),
  account text not null check (account ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  version bigint not null check (version > 0),
  generation bigint not null check (generation >= 0),
  access bytea,
  vault bytea not null,
  updated_at timestamptz not null default now(),
  primary key (provider, account)
);

-- Who may renew now, renewed while they work. Another may take it once it has not changed for as long as it says.
create table external_token_leases (
  name text primary key check (length(name) between 1 and 128),
  version bigint not null check (version > 0),
  record jsonb not null
);

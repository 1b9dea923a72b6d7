-- Accounts, tenants and who belongs to which.
--
-- Everything here is owned by auth_owner. A service's role owns nothing; it sees the rows of the reader that its
-- transaction names (`alt.user_id`, `alt.tenant_id`) and reaches others only through the functions of 0004.

alter default privileges revoke execute on functions from public;

-- Unset is an error, never all rows: current_setting() fails where the name was never set, the cast where it is empty.
create function reader_user_id() returns uuid
  language sql stable parallel safe
  return current_setting('alt.user_id')::uuid;

create function reader_tenant_id() returns uuid
  language sql stable parallel safe
  return current_setting('alt.tenant_id')::uuid;

create table accounts (
  id uuid primary key default uuidv7(),
  email text not null unique check (email = lower(email) and length(email) between 3 and 254),
  name text not null check (length(name) between 1 and 100),
  -- The one account that was there first; it alone changes what concerns the whole instance.
  is_instance_owner boolean not null default false,
  default_tenant_id uuid,
  disabled_at timestamptz(3),
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now()
);

-- Two first registrations at once make one owner, whatever the code above does.
create unique index accounts_instance_owner on accounts (is_instance_owner) where is_instance_owner;

create table credentials (
  account_id uuid primary key references accounts on delete cascade,
  password_hash text not null check (password_hash like '$argon2id$%'),
  changed_at timestamptz(3) not null default now()
);

create table tenants (
  id uuid primary key default uuidv7(),
  name text not null check (length(name) between 1 and 100),
  slug text unique check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  -- The account whose personal tenant this is; null for a team.
  personal_of uuid unique references accounts on delete cascade,
  limits jsonb not null default '{}' check (jsonb_typeof(limits) = 'object'),
  suspended_at timestamptz(3),
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now()
);

alter table accounts add foreign key (default_tenant_id) references tenants on delete set null;
create index accounts_default_tenant on accounts (default_tenant_id);

create table memberships (
  tenant_id uuid not null references tenants on delete cascade,
  account_id uuid not null references accounts on delete cascade,
  role text not null check (role in ('owner', 'admin', 'member', 'reader')),
  created_at timestamptz(3) not null default now(),
  primary key (tenant_id, account_id)
);

create index memberships_account on memberships (account_id);

create table invitations (
  id uuid primary key default uuidv7(),
  tenant_id uuid not null references tenants on delete cascade,
  email text not null check (email = lower(email)),
  role text not null check (role in ('owner', 'admin', 'member', 'reader')),
  secret_hash bytea not null unique check (length(secret_hash) = 32),
  invited_by uuid references accounts on delete set null,
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  accepted_at timestamptz(3),
  revoked_at timestamptz(3)
);

create index invitations_tenant on invitations (tenant_id);
create index invitations_inviter on invitations (invited_by);

alter table accounts enable row level security;
alter table accounts force row level security;
alter table credentials enable row level security;
alter table credentials force row level security;
alter table tenants enable row level security;
alter table tenants force row level security;
alter table memberships enable row level security;
alter table memberships force row level security;
alter table invitations enable row level security;
alter table invitations force row level security;

-- The owner's policies serve foreign keys, triggers and the functions of 0004. Nobody can sign in as the owner.
create policy accounts_owner on accounts to auth_owner using (true) with check (true);
create policy credentials_owner on credentials to auth_owner using (true) with check (true);
create policy tenants_owner on tenants to auth_owner using (true) with check (true);
create policy memberships_owner on memberships to auth_owner using (true) with check (true);
create policy invitations_owner on invitations to auth_owner using (true) with check (true);

create policy accounts_own on accounts to auth_service
  using (id = (select reader_user_id())) with check (id = (select reader_user_id()));
create policy credentials_own on credentials to auth_service
  using (account_id = (select reader_user_id())) with check (account_id = (select reader_user_id()));
create policy memberships_own on memberships for select to auth_service
  using (account_id = (select reader_user_id()));
create policy tenants_own on tenants for select to auth_service
  using (id = (select reader_tenant_id()));

create policy tenants_current on tenants to tenant_service
  using (id = (select reader_tenant_id())) with check (id = (select reader_tenant_id()));
create policy memberships_current on memberships to tenant_service
  using (tenant_id = (select reader_tenant_id())) with check (tenant_id = (select reader_tenant_id()));
create policy invitations_current on invitations to tenant_service
  using (tenant_id = (select reader_tenant_id())) with check (tenant_id = (select reader_tenant_id()));
create policy accounts_of_tenant on accounts for select to tenant_service
  using (exists (
    select from memberships
    where memberships.account_id = accounts.id and memberships.tenant_id = (select reader_tenant_id())
  ));

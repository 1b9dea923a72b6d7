-- Identities that others keep: Ory Kratos in place of this database, or an OpenID provider beside it.

-- The identity at Kratos that this account is; null where Alt keeps it itself.
alter table accounts add column identity_id uuid unique;

-- The session at Kratos that a session was opened with, and ends with. `sealed_credential` is what shows it there.
create table outside_sessions (
  session_id uuid primary key references sessions on delete cascade,
  account_id uuid not null references accounts on delete cascade,
  outside_id uuid not null,
  -- The settings there that are being changed: the secret of a new authenticator belongs to them.
  settings_flow_id uuid,
  sealed_credential bytea not null check (length(sealed_credential) between 29 and 20000),
  created_at timestamptz(3) not null default now(),
  -- When it was ended there because ours had ended.
  ended_at timestamptz(3)
);

create index outside_sessions_account on outside_sessions (account_id);
create index outside_sessions_open on outside_sessions (session_id) where ended_at is null;

-- Codes of authenticators that Kratos judges, which accepts one again within its time. Kept as hashes while they could be.
create table used_codes (
  code_hash bytea primary key check (length(code_hash) = 32),
  account_id uuid not null references accounts on delete cascade,
  used_at timestamptz(3) not null default now()
);

create index used_codes_account on used_codes (account_id);
create index used_codes_age on used_codes (used_at);

-- Who an account is at the OpenID provider: `issuer` and `subject` name them for ever, the address may change.
create table single_sign_ons (
  issuer text not null check (length(issuer) between 1 and 500),
  subject text not null check (length(subject) between 1 and 255),
  account_id uuid not null references accounts on delete cascade,
  email text not null default '' check (length(email) <= 254),
  created_at timestamptz(3) not null default now(),
  last_used_at timestamptz(3) not null default now(),
  primary key (issuer, subject)
);

create unique index single_sign_ons_account on single_sign_ons (account_id);

-- A sign-in that is away at the OpenID provider is a challenge as well.
alter table challenges drop constraint challenges_kind_check;
alter table challenges add constraint challenges_kind_check check (kind ~ '^[a-z-]{1,40}$');

alter table outside_sessions enable row level security;
alter table outside_sessions force row level security;
alter table used_codes enable row level security;
alter table used_codes force row level security;
alter table single_sign_ons enable row level security;
alter table single_sign_ons force row level security;

create policy outside_sessions_owner on outside_sessions to auth_owner using (true) with check (true);
create policy used_codes_owner on used_codes to auth_owner using (true) with check (true);
create policy single_sign_ons_owner on single_sign_ons to auth_owner using (true) with check (true);

create policy outside_sessions_own on outside_sessions to auth_service
  using (account_id = (select reader_user_id())) with check (account_id = (select reader_user_id()));
create policy used_codes_own on used_codes to auth_service
  using (account_id = (select reader_user_id())) with check (account_id = (select reader_user_id()));
create policy single_sign_ons_own on single_sign_ons to auth_service
  using (account_id = (select reader_user_id())) with check (account_id = (select reader_user_id()));

-- Whose identity at Kratos this is. One row.
create function find_account_by_identity(p_identity_id uuid) returns table (
  account_id uuid, email text, name text, created_at timestamptz, tenant_id uuid, role text
)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select a.id, a.email, a.name, a.created_at, h.tenant_id, h.role
  from accounts a, home_membership(a.id) h
  where a.identity_id = p_identity_id and a.disabled_at is null
$$;

-- Says which identity at Kratos an account is, once; false where it is another already, or belongs to another account.
create function link_identity(p_account_id uuid, p_identity_id uuid) returns boolean
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if exists (select from accounts where identity_id = p_identity_id and id <> p_account_id) then
    return false;
  end if;
  update accounts set identity_id = p_identity_id, updated_at = now()
    where id = p_account_id and (identity_id is null or identity_id = p_identity_id);
  return found;
end $$;

-- The address and its confirmation as Kratos has them. False where the address is another account's.
create function follow_identity(p_identity_id uuid, p_email text, p_verified_at timestamptz) returns boolean
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if exists (select from accounts where email = p_email and identity_id is distinct from p_identity_id) then
    return false;
  end if;
  update accounts set email = p_email, email_verified_at = p_verified_at, updated_at = now()
    where identity_id = p_identity_id
      and (email <> p_email or (email_verified_at is null) <> (p_verified_at is null));
  return true;
end $$;

-- Sessions at Kratos whose session here has ended, until they have ended there.
create function ended_outside_sessions(p_limit integer) returns table (session_id uuid, outside_id uuid)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select o.session_id, o.outside_id
  from outside_sessions o join sessions s on s.id = o.session_id
  where o.ended_at is null and s.revoked_at is not null
  limit p_limit
$$;

create function outside_session_ended(p_session_id uuid) returns void
  language sql security definer set search_path = pg_catalog, public, pg_temp
  as 'update outside_sessions set ended_at = now() where session_id = p_session_id';

-- Who signs in by single sign-on. One row.
create function find_account_by_sign_on(p_issuer text, p_subject text) returns table (
  account_id uuid, email text, name text, created_at timestamptz, tenant_id uuid, role text
)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select a.id, a.email, a.name, a.created_at, h.tenant_id, h.role
  from single_sign_ons s join accounts a on a.id = s.account_id and a.disabled_at is null, home_membership(a.id) h
  where s.issuer = p_issuer and s.subject = p_subject
$$;

-- Whether the present address of an account was confirmed: an unconfirmed one proves nothing about whose account it is.
create function is_email_verified(p_account_id uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as 'select email_verified_at is not null from accounts where id = p_account_id';

-- Confirmed by whoever vouched for the address when the account was made.
create function confirm_new_email(p_account_id uuid) returns void
  language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  update accounts set email_verified_at = now(), updated_at = now()
    where id = p_account_id and email_verified_at is null and created_at = now()::timestamptz(3)
$$;

-- Used codes that cannot come again. Called with the upkeep.
create function remove_used_codes() returns void
  language sql security definer set search_path = pg_catalog, public, pg_temp
  as 'delete from used_codes where used_at < now() - interval ''1 hour''';

-- Whether an invitation is alive and meant for this address, as create_account() judges it.
create function is_invited(p_secret_hash bytea, p_email text) returns boolean
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select exists (
    select from invitations i
    where i.secret_hash = p_secret_hash and i.accepted_at is null and i.revoked_at is null
      and i.expires_at > now() and (i.email is null or i.email = p_email)
  )
$$;

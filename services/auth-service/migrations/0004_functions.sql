-- The few ways past row-level security: look-ups before anyone is known, and acts that concern several readers.
-- Each runs with a fixed search path, those that look past it as auth_owner; grants.sql says who may call which.

create function has_accounts() returns boolean
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as 'select exists (select from accounts)';

-- The tenant in which an account works unless it chose another: its default, else its own.
create function home_membership(p_account_id uuid) returns table (tenant_id uuid, role text)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select m.tenant_id, m.role
  from memberships m join accounts a on a.id = m.account_id join tenants t on t.id = m.tenant_id
  where m.account_id = p_account_id
  order by (m.tenant_id = a.default_tenant_id) is true desc, (t.personal_of = a.id) is true desc, m.created_at
  limit 1
$$;

create function find_login(p_email text) returns table (
  account_id uuid, email text, name text, created_at timestamptz, password_hash text, tenant_id uuid, role text
)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select a.id, a.email, a.name, a.created_at, c.password_hash, h.tenant_id, h.role
  from accounts a join credentials c on c.account_id = a.id, home_membership(a.id) h
  where a.email = p_email and a.disabled_at is null
$$;

-- Finds a live session by the hash of its secret, and moves its end and the time it was last seen once a minute.
create function find_session(p_secret_hash bytea, p_idle interval, p_longest interval, p_address text) returns table (
  session_id uuid, account_id uuid, tenant_id uuid, role text, email text, name text, csrf_secret bytea,
  expires_at timestamptz
)
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_seen_at timestamptz;
begin
  select s.id, a.id, s.tenant_id, m.role, a.email, a.name, s.csrf_secret, s.expires_at, s.last_seen_at
    into session_id, account_id, tenant_id, role, email, name, csrf_secret, expires_at, v_seen_at
    from sessions s
    join accounts a on a.id = s.account_id and a.disabled_at is null
    join memberships m on m.account_id = s.account_id and m.tenant_id = s.tenant_id
    where (s.secret_hash = p_secret_hash or (s.previous_secret_hash = p_secret_hash and s.previous_until > now()))
      and s.revoked_at is null and s.expires_at > now();
  if not found then
    return;
  end if;
  if v_seen_at < now() - interval '1 minute' then
    update sessions s
      set last_seen_at = now(), address = p_address,
        expires_at = greatest(s.expires_at, least(now() + p_idle, s.created_at + p_longest))
      where s.id = session_id
      returning s.expires_at into expires_at;
  end if;
  return next;
end $$;

create function find_access_key(p_secret_hash bytea) returns table (
  key_id uuid, scope text, account_id uuid, tenant_id uuid, role text, email text, name text
)
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_used_at timestamptz;
begin
  select k.id, k.scope, a.id, k.tenant_id, m.role, a.email, a.name, k.last_used_at
    into key_id, scope, account_id, tenant_id, role, email, name, v_used_at
    from access_keys k
    join accounts a on a.id = k.account_id and a.disabled_at is null
    join memberships m on m.account_id = k.account_id and m.tenant_id = k.tenant_id
    where k.secret_hash = p_secret_hash and k.revoked_at is null;
  if not found then
    return;
  end if;
  if v_used_at is null or v_used_at < now() - interval '1 minute' then
    update access_keys k set last_used_at = now() where k.id = key_id;
  end if;
  return next;
end $$;

-- Makes an account with its password, its personal tenant and, if asked, a membership in another tenant.
-- p_registration: `first` (only where there is no account), `open`, `closed`, `operator` (the command line).
-- p_is_code_required asks for the one-time code where this is the first account.
-- Writes its own line to the audit log. outcome: created, registration-closed, setup-code-required, email-taken, no-tenant.
create function create_account(
  p_email text, p_name text, p_password_hash text, p_registration text,
  p_is_code_required boolean, p_code text, p_tenant_id uuid, p_tenant_role text, p_address text
) returns table (outcome text, account_id uuid, tenant_id uuid, role text, created_at timestamptz)
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_is_first boolean;
  v_tenant_id uuid;
begin
  perform pg_advisory_xact_lock(hashtextextended('auth.create_account', 0));
  v_is_first := not exists (select from accounts);
  outcome := case
    when p_registration = 'closed' or (p_registration = 'first' and not v_is_first) then 'registration-closed'
    when v_is_first and p_is_code_required
      and not exists (select from setup_codes where sha256(convert_to(code, 'UTF8')) = sha256(convert_to(p_code, 'UTF8')))
      then 'setup-code-required'
    when exists (select from accounts where email = p_email) then 'email-taken'
    when p_tenant_id is not null and not exists (select from tenants where id = p_tenant_id) then 'no-tenant'
    else 'created'
  end;
  if outcome <> 'created' then
    return next;
    return;
  end if;

  insert into accounts (email, name, is_instance_owner) values (p_email, p_name, v_is_first)
    returning accounts.id, accounts.created_at into account_id, created_at;
  insert into credentials (account_id, password_hash) values (account_id, p_password_hash);
  insert into tenants (name, personal_of) values (p_name, account_id) returning tenants.id into v_tenant_id;
  insert into memberships (tenant_id, account_id, role) values (v_tenant_id, account_id, 'owner');
  if p_tenant_id is not null then
    insert into memberships (tenant_id, account_id, role) values (p_tenant_id, account_id, p_tenant_role);
  end if;
  tenant_id := coalesce(p_tenant_id, v_tenant_id);
  role := case when p_tenant_id is null then 'owner' else p_tenant_role end;
  update accounts set default_tenant_id = tenant_id where id = account_id;
  delete from setup_codes;
  insert into audit_log (account_id, tenant_id, action, address, detail) values (
    account_id, tenant_id, 'account-created', p_address,
    jsonb_build_object('registration', p_registration, 'isInstanceOwner', v_is_first)
  );
  return next;
end $$;

-- Counts an attempt before it is made, so that a hundred at once are not a hundred free ones. Returns the time until
-- which the key is locked, or null where the attempt may be made. From attempt p_free on, each one locks the key for
-- what follows, twice as long every time; a success takes it back. An attempt that is refused changes nothing, so
-- that the time named is the time kept.
create function begin_attempt(p_key text, p_free integer, p_base interval, p_longest interval, p_forget interval)
  returns timestamptz
  language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  v_locked_until timestamptz;
begin
  insert into throttles as t (key, count, locked_until)
    values (p_key, 1, case when p_free <= 1 then now() + p_base end)
    on conflict (key) do update set
      count = case when t.updated_at < now() - p_forget then 1 else t.count + 1 end,
      locked_until = case
        when t.updated_at >= now() - p_forget and t.count + 1 >= p_free
          then now() + least(p_base * (2 ^ least(t.count + 1 - p_free, 30)), p_longest)
      end,
      updated_at = now()
      where t.locked_until is null or t.locked_until <= now();
  if found then
    return null;
  end if;
  select t.locked_until into v_locked_until from throttles t where t.key = p_key;
  return v_locked_until;
end $$;

-- Counts a request in a fixed window. Returns the end of the window where the limit is passed, else null.
create function count_request(p_key text, p_limit integer, p_window interval) returns timestamptz
  language sql set search_path = pg_catalog, public, pg_temp as $$
  insert into throttles as t (key, count) values (p_key, 1)
    on conflict (key) do update set
      count = case when t.window_started_at <= now() - p_window then 1 else least(t.count + 1, 1000000) end,
      window_started_at = case when t.window_started_at <= now() - p_window then now() else t.window_started_at end,
      updated_at = now()
    returning case when t.count > p_limit then t.window_started_at + p_window end
$$;

-- Removes sessions that ended a month ago and counters that nothing asks any more.
create function remove_expired() returns void
  language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  delete from sessions where expires_at < now() - interval '30 days' or revoked_at < now() - interval '30 days';
  delete from throttles where updated_at < now() - interval '2 days' and (locked_until is null or locked_until < now());
$$;

-- For the command line, which speaks for the operator and for no reader. No service may call these.
create function list_accounts() returns table (
  account_id uuid, email text, name text, is_instance_owner boolean, tenant_id uuid, role text, created_at timestamptz,
  last_seen_at timestamptz
)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select a.id, a.email, a.name, a.is_instance_owner, h.tenant_id, h.role, a.created_at,
    (select max(s.last_seen_at) from sessions s where s.account_id = a.id)
  from accounts a left join lateral home_membership(a.id) h on true
  order by a.created_at, a.id
$$;

create function find_tenant(p_reference text) returns uuid
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as 'select id from tenants where slug = lower(p_reference) or id::text = lower(p_reference)';

-- Sets a password and ends every session of the account. Null where there is no such account.
create function replace_password(p_email text, p_password_hash text) returns uuid
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_account_id uuid;
begin
  select id into v_account_id from accounts where email = p_email;
  if v_account_id is null then
    return null;
  end if;
  insert into credentials (account_id, password_hash) values (v_account_id, p_password_hash)
    on conflict (account_id) do update set password_hash = excluded.password_hash, changed_at = now();
  update sessions set revoked_at = now() where account_id = v_account_id and revoked_at is null;
  insert into audit_log (account_id, action, detail)
    values (v_account_id, 'password-replaced', '{"by": "operator"}');
  return v_account_id;
end $$;

-- What a session or a key may do hangs on more than who it is: when its owner last proved that it is them, and whether
-- its tenant is suspended.

alter table sessions add column proved_at timestamptz(3) not null default now();
-- A session that was there before counts from its sign-in.
update sessions set proved_at = created_at;

-- As in 0004, and the two facts. The functions change their columns, so they are made anew.
drop function find_session(bytea, interval, interval, text);
drop function find_access_key(bytea);

create function find_session(p_secret_hash bytea, p_idle interval, p_longest interval, p_address text) returns table (
  session_id uuid, account_id uuid, tenant_id uuid, role text, email text, name text, csrf_secret bytea,
  expires_at timestamptz, proved_at timestamptz, is_suspended boolean
)
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_seen_at timestamptz;
begin
  select s.id, a.id, s.tenant_id, m.role, a.email, a.name, s.csrf_secret, s.expires_at, s.proved_at,
      t.suspended_at is not null, s.last_seen_at
    into session_id, account_id, tenant_id, role, email, name, csrf_secret, expires_at, proved_at, is_suspended, v_seen_at
    from sessions s
    join accounts a on a.id = s.account_id and a.disabled_at is null
    join memberships m on m.account_id = s.account_id and m.tenant_id = s.tenant_id
    join tenants t on t.id = s.tenant_id
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
  key_id uuid, scope text, account_id uuid, tenant_id uuid, role text, email text, name text, is_suspended boolean
)
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_used_at timestamptz;
begin
  select k.id, k.scope, a.id, k.tenant_id, m.role, a.email, a.name, t.suspended_at is not null, k.last_used_at
    into key_id, scope, account_id, tenant_id, role, email, name, is_suspended, v_used_at
    from access_keys k
    join accounts a on a.id = k.account_id and a.disabled_at is null
    join memberships m on m.account_id = k.account_id and m.tenant_id = k.tenant_id
    join tenants t on t.id = k.tenant_id
    where k.secret_hash = p_secret_hash and k.revoked_at is null;
  if not found then
    return;
  end if;
  if v_used_at is null or v_used_at < now() - interval '1 minute' then
    update access_keys k set last_used_at = now() where k.id = key_id;
  end if;
  return next;
end $$;

-- Derived from the migrations by tools/schema.ts; do not edit.

-- tables

create table access_keys (
  id uuid not null default uuidv7(),
  account_id uuid not null,
  tenant_id uuid not null,
  kind text not null,
  scope text not null,
  name text not null,
  secret_hash bytea not null,
  created_at timestamp(3) with time zone not null default now(),
  last_used_at timestamp(3) with time zone,
  revoked_at timestamp(3) with time zone,
  constraint access_keys_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  constraint access_keys_kind_check CHECK ((kind = ANY (ARRAY['api-key'::text, 'app-password'::text]))),
  constraint access_keys_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  constraint access_keys_pkey PRIMARY KEY (id),
  constraint access_keys_scope_check CHECK ((scope = ANY (ARRAY['full'::text, 'reader-clients'::text]))),
  constraint access_keys_secret_hash_check CHECK ((length(secret_hash) = 32)),
  constraint access_keys_secret_hash_key UNIQUE (secret_hash),
  constraint access_keys_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table accounts (
  id uuid not null default uuidv7(),
  email text not null,
  name text not null,
  is_instance_owner boolean not null default false,
  default_tenant_id uuid,
  disabled_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null default now(),
  updated_at timestamp(3) with time zone not null default now(),
  constraint accounts_default_tenant_id_fkey FOREIGN KEY (default_tenant_id) REFERENCES tenants(id) ON DELETE SET NULL,
  constraint accounts_email_check CHECK (((email = lower(email)) AND ((length(email) >= 3) AND (length(email) <= 254)))),
  constraint accounts_email_key UNIQUE (email),
  constraint accounts_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  constraint accounts_pkey PRIMARY KEY (id)
);
create table audit_log (
  id bigint not null generated always as identity,
  at timestamp(3) with time zone not null default now(),
  account_id uuid,
  tenant_id uuid,
  action text not null,
  address text not null default ''::text,
  detail jsonb not null default '{}'::jsonb,
  constraint audit_log_action_check CHECK (((length(action) >= 1) AND (length(action) <= 100))),
  constraint audit_log_address_check CHECK ((length(address) <= 100)),
  constraint audit_log_detail_check CHECK ((jsonb_typeof(detail) = 'object'::text)),
  constraint audit_log_pkey PRIMARY KEY (id)
);
create table credentials (
  account_id uuid not null,
  password_hash text not null,
  changed_at timestamp(3) with time zone not null default now(),
  constraint credentials_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  constraint credentials_password_hash_check CHECK ((password_hash ~~ '$argon2id$%'::text)),
  constraint credentials_pkey PRIMARY KEY (account_id)
);
create table invitations (
  id uuid not null default uuidv7(),
  tenant_id uuid not null,
  email text not null,
  role text not null,
  secret_hash bytea not null,
  invited_by uuid,
  created_at timestamp(3) with time zone not null default now(),
  expires_at timestamp(3) with time zone not null,
  accepted_at timestamp(3) with time zone,
  revoked_at timestamp(3) with time zone,
  constraint invitations_email_check CHECK ((email = lower(email))),
  constraint invitations_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES accounts(id) ON DELETE SET NULL,
  constraint invitations_pkey PRIMARY KEY (id),
  constraint invitations_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'member'::text, 'reader'::text]))),
  constraint invitations_secret_hash_check CHECK ((length(secret_hash) = 32)),
  constraint invitations_secret_hash_key UNIQUE (secret_hash),
  constraint invitations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table memberships (
  tenant_id uuid not null,
  account_id uuid not null,
  role text not null,
  created_at timestamp(3) with time zone not null default now(),
  constraint memberships_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  constraint memberships_pkey PRIMARY KEY (tenant_id, account_id),
  constraint memberships_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'member'::text, 'reader'::text]))),
  constraint memberships_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table outbox (
  id bigint not null generated always as identity,
  at timestamp(3) with time zone not null default now(),
  event text not null,
  payload jsonb not null,
  constraint outbox_pkey PRIMARY KEY (id)
);
create table sessions (
  id uuid not null default uuidv7(),
  account_id uuid not null,
  tenant_id uuid not null,
  secret_hash bytea not null,
  previous_secret_hash bytea,
  previous_until timestamp(3) with time zone,
  csrf_secret bytea not null,
  device text not null default ''::text,
  address text not null default ''::text,
  created_at timestamp(3) with time zone not null default now(),
  last_seen_at timestamp(3) with time zone not null default now(),
  expires_at timestamp(3) with time zone not null,
  revoked_at timestamp(3) with time zone,
  constraint sessions_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  constraint sessions_address_check CHECK ((length(address) <= 100)),
  constraint sessions_check CHECK (((previous_secret_hash IS NULL) = (previous_until IS NULL))),
  constraint sessions_csrf_secret_check CHECK ((length(csrf_secret) = 32)),
  constraint sessions_device_check CHECK ((length(device) <= 300)),
  constraint sessions_pkey PRIMARY KEY (id),
  constraint sessions_previous_secret_hash_check CHECK ((length(previous_secret_hash) = 32)),
  constraint sessions_previous_secret_hash_key UNIQUE (previous_secret_hash),
  constraint sessions_secret_hash_check CHECK ((length(secret_hash) = 32)),
  constraint sessions_secret_hash_key UNIQUE (secret_hash),
  constraint sessions_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table setup_codes (
  is_only_row boolean not null default true,
  code text not null,
  created_at timestamp(3) with time zone not null default now(),
  constraint setup_codes_code_check CHECK ((length(code) >= 12)),
  constraint setup_codes_is_only_row_check CHECK (is_only_row),
  constraint setup_codes_pkey PRIMARY KEY (is_only_row)
);
create table signing_keys (
  id text not null,
  public_jwk jsonb not null,
  private_jwk jsonb not null,
  active_from timestamp(3) with time zone not null,
  created_at timestamp(3) with time zone not null default now(),
  constraint signing_keys_active_from_key UNIQUE (active_from),
  constraint signing_keys_id_check CHECK (((length(id) >= 8) AND (length(id) <= 100))),
  constraint signing_keys_pkey PRIMARY KEY (id)
);
create table tenants (
  id uuid not null default uuidv7(),
  name text not null,
  slug text,
  personal_of uuid,
  limits jsonb not null default '{}'::jsonb,
  suspended_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null default now(),
  updated_at timestamp(3) with time zone not null default now(),
  constraint tenants_limits_check CHECK ((jsonb_typeof(limits) = 'object'::text)),
  constraint tenants_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  constraint tenants_personal_of_fkey FOREIGN KEY (personal_of) REFERENCES accounts(id) ON DELETE CASCADE,
  constraint tenants_personal_of_key UNIQUE (personal_of),
  constraint tenants_pkey PRIMARY KEY (id),
  constraint tenants_slug_check CHECK ((slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text)),
  constraint tenants_slug_key UNIQUE (slug)
);
create table throttles (
  key text not null,
  count integer not null,
  window_started_at timestamp(3) with time zone not null default now(),
  locked_until timestamp(3) with time zone,
  updated_at timestamp(3) with time zone not null default now(),
  constraint throttles_count_check CHECK ((count >= 0)),
  constraint throttles_key_check CHECK ((length(key) <= 100)),
  constraint throttles_pkey PRIMARY KEY (key)
);

-- indexes

CREATE INDEX access_keys_account ON public.access_keys USING btree (account_id, kind) WHERE (revoked_at IS NULL);
CREATE INDEX access_keys_tenant ON public.access_keys USING btree (tenant_id);
CREATE INDEX accounts_default_tenant ON public.accounts USING btree (default_tenant_id);
CREATE UNIQUE INDEX accounts_instance_owner ON public.accounts USING btree (is_instance_owner) WHERE is_instance_owner;
CREATE INDEX audit_log_account ON public.audit_log USING btree (account_id, id) WHERE (account_id IS NOT NULL);
CREATE INDEX audit_log_tenant ON public.audit_log USING btree (tenant_id, id) WHERE (tenant_id IS NOT NULL);
CREATE INDEX invitations_inviter ON public.invitations USING btree (invited_by);
CREATE INDEX invitations_tenant ON public.invitations USING btree (tenant_id);
CREATE INDEX memberships_account ON public.memberships USING btree (account_id);
CREATE INDEX sessions_account ON public.sessions USING btree (account_id);
CREATE INDEX sessions_expiry ON public.sessions USING btree (expires_at);
CREATE INDEX sessions_tenant ON public.sessions USING btree (tenant_id);
CREATE INDEX throttles_age ON public.throttles USING btree (updated_at);

-- row-level security

alter table access_keys enable row level security, force row level security;
alter table accounts enable row level security, force row level security;
alter table audit_log enable row level security, force row level security;
alter table credentials enable row level security, force row level security;
alter table invitations enable row level security, force row level security;
alter table memberships enable row level security, force row level security;
alter table outbox enable row level security, force row level security;
alter table sessions enable row level security, force row level security;
alter table tenants enable row level security, force row level security;

-- policies

create policy access_keys_own on access_keys as permissive for all to auth_service
  using ((account_id = ( SELECT reader_user_id() AS reader_user_id)))
  with check (((account_id = ( SELECT reader_user_id() AS reader_user_id)) AND (tenant_id = ( SELECT reader_tenant_id() AS reader_tenant_id))));
create policy access_keys_owner on access_keys as permissive for all to auth_owner
  using (true)
  with check (true);
create policy accounts_of_tenant on accounts as permissive for select to tenant_service
  using ((EXISTS ( SELECT
   FROM memberships
  WHERE ((memberships.account_id = accounts.id) AND (memberships.tenant_id = ( SELECT reader_tenant_id() AS reader_tenant_id))))));
create policy accounts_own on accounts as permissive for all to auth_service
  using ((id = ( SELECT reader_user_id() AS reader_user_id)))
  with check ((id = ( SELECT reader_user_id() AS reader_user_id)));
create policy accounts_owner on accounts as permissive for all to auth_owner
  using (true)
  with check (true);
create policy audit_log_append on audit_log as permissive for insert to auth_service, tenant_service
  with check (true);
create policy audit_log_current on audit_log as permissive for select to tenant_service
  using ((tenant_id = ( SELECT reader_tenant_id() AS reader_tenant_id)));
create policy audit_log_own on audit_log as permissive for select to auth_service
  using ((account_id = ( SELECT reader_user_id() AS reader_user_id)));
create policy audit_log_owner on audit_log as permissive for all to auth_owner
  using (true)
  with check (true);
create policy credentials_own on credentials as permissive for all to auth_service
  using ((account_id = ( SELECT reader_user_id() AS reader_user_id)))
  with check ((account_id = ( SELECT reader_user_id() AS reader_user_id)));
create policy credentials_owner on credentials as permissive for all to auth_owner
  using (true)
  with check (true);
create policy invitations_current on invitations as permissive for all to tenant_service
  using ((tenant_id = ( SELECT reader_tenant_id() AS reader_tenant_id)))
  with check ((tenant_id = ( SELECT reader_tenant_id() AS reader_tenant_id)));
create policy invitations_owner on invitations as permissive for all to auth_owner
  using (true)
  with check (true);
create policy memberships_current on memberships as permissive for all to tenant_service
  using ((tenant_id = ( SELECT reader_tenant_id() AS reader_tenant_id)))
  with check ((tenant_id = ( SELECT reader_tenant_id() AS reader_tenant_id)));
create policy memberships_own on memberships as permissive for select to auth_service
  using ((account_id = ( SELECT reader_user_id() AS reader_user_id)));
create policy memberships_owner on memberships as permissive for all to auth_owner
  using (true)
  with check (true);
create policy outbox_owner on outbox as permissive for all to auth_owner
  using (true)
  with check (true);
create policy outbox_relay on outbox as permissive for select to auth_service
  using (true);
create policy sessions_own on sessions as permissive for all to auth_service
  using ((account_id = ( SELECT reader_user_id() AS reader_user_id)))
  with check (((account_id = ( SELECT reader_user_id() AS reader_user_id)) AND (tenant_id = ( SELECT reader_tenant_id() AS reader_tenant_id))));
create policy sessions_owner on sessions as permissive for all to auth_owner
  using (true)
  with check (true);
create policy tenants_current on tenants as permissive for all to tenant_service
  using ((id = ( SELECT reader_tenant_id() AS reader_tenant_id)))
  with check ((id = ( SELECT reader_tenant_id() AS reader_tenant_id)));
create policy tenants_own on tenants as permissive for select to auth_service
  using ((id = ( SELECT reader_tenant_id() AS reader_tenant_id)));
create policy tenants_owner on tenants as permissive for all to auth_owner
  using (true)
  with check (true);

-- functions

CREATE OR REPLACE FUNCTION public.begin_attempt(p_key text, p_free integer, p_base interval, p_longest interval, p_forget interval)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
end $function$
;
CREATE OR REPLACE FUNCTION public.count_request(p_key text, p_limit integer, p_window interval)
 RETURNS timestamp with time zone
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  insert into throttles as t (key, count) values (p_key, 1)
    on conflict (key) do update set
      count = case when t.window_started_at <= now() - p_window then 1 else least(t.count + 1, 1000000) end,
      window_started_at = case when t.window_started_at <= now() - p_window then now() else t.window_started_at end,
      updated_at = now()
    returning case when t.count > p_limit then t.window_started_at + p_window end
$function$
;
CREATE OR REPLACE FUNCTION public.create_account(p_email text, p_name text, p_password_hash text, p_registration text, p_is_code_required boolean, p_code text, p_tenant_id uuid, p_tenant_role text, p_address text)
 RETURNS TABLE(outcome text, account_id uuid, tenant_id uuid, role text, created_at timestamp with time zone)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
end $function$
;
CREATE OR REPLACE FUNCTION public.find_access_key(p_secret_hash bytea)
 RETURNS TABLE(key_id uuid, scope text, account_id uuid, tenant_id uuid, role text, email text, name text)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
end $function$
;
CREATE OR REPLACE FUNCTION public.find_login(p_email text)
 RETURNS TABLE(account_id uuid, email text, name text, created_at timestamp with time zone, password_hash text, tenant_id uuid, role text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select a.id, a.email, a.name, a.created_at, c.password_hash, h.tenant_id, h.role
  from accounts a join credentials c on c.account_id = a.id, home_membership(a.id) h
  where a.email = p_email and a.disabled_at is null
$function$
;
CREATE OR REPLACE FUNCTION public.find_session(p_secret_hash bytea, p_idle interval, p_longest interval, p_address text)
 RETURNS TABLE(session_id uuid, account_id uuid, tenant_id uuid, role text, email text, name text, csrf_secret bytea, expires_at timestamp with time zone)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
end $function$
;
CREATE OR REPLACE FUNCTION public.find_tenant(p_reference text)
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$select id from tenants where slug = lower(p_reference) or id::text = lower(p_reference)$function$
;
CREATE OR REPLACE FUNCTION public.has_accounts()
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$select exists (select from accounts)$function$
;
CREATE OR REPLACE FUNCTION public.home_membership(p_account_id uuid)
 RETURNS TABLE(tenant_id uuid, role text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select m.tenant_id, m.role
  from memberships m join accounts a on a.id = m.account_id join tenants t on t.id = m.tenant_id
  where m.account_id = p_account_id
  order by (m.tenant_id = a.default_tenant_id) is true desc, (t.personal_of = a.id) is true desc, m.created_at
  limit 1
$function$
;
CREATE OR REPLACE FUNCTION public.list_accounts()
 RETURNS TABLE(account_id uuid, email text, name text, is_instance_owner boolean, tenant_id uuid, role text, created_at timestamp with time zone, last_seen_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select a.id, a.email, a.name, a.is_instance_owner, h.tenant_id, h.role, a.created_at,
    (select max(s.last_seen_at) from sessions s where s.account_id = a.id)
  from accounts a left join lateral home_membership(a.id) h on true
  order by a.created_at, a.id
$function$
;
CREATE OR REPLACE FUNCTION public.list_tenants(p_after uuid, p_limit integer)
 RETURNS TABLE(tenant_id uuid, limits jsonb, suspended_at timestamp with time zone, member_ids uuid[])
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select t.id, t.limits, t.suspended_at,
    coalesce((select array_agg(m.account_id) from memberships m where m.tenant_id = t.id), '{}')
  from tenants t where p_after is null or t.id > p_after order by t.id limit p_limit
$function$
;
CREATE OR REPLACE FUNCTION public.publish_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
end $function$
;
CREATE OR REPLACE FUNCTION public.reader_tenant_id()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (current_setting('alt.tenant_id'::text))::uuid
;
CREATE OR REPLACE FUNCTION public.reader_user_id()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (current_setting('alt.user_id'::text))::uuid
;
CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only', tg_table_name;
end $function$
;
CREATE OR REPLACE FUNCTION public.remove_expired()
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  delete from sessions where expires_at < now() - interval '30 days' or revoked_at < now() - interval '30 days';
  delete from throttles where updated_at < now() - interval '2 days' and (locked_until is null or locked_until < now());
  delete from outbox where at < now() - interval '30 days' and id < (select max(id) from outbox);
$function$
;
CREATE OR REPLACE FUNCTION public.replace_password(p_email text, p_password_hash text)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
end $function$
;

-- triggers

CREATE TRIGGER accounts_publish AFTER INSERT OR DELETE OR UPDATE ON public.accounts FOR EACH ROW EXECUTE FUNCTION publish_change();
CREATE TRIGGER audit_log_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER memberships_publish AFTER INSERT OR DELETE OR UPDATE ON public.memberships FOR EACH ROW EXECUTE FUNCTION publish_change();
CREATE TRIGGER tenants_publish AFTER INSERT OR DELETE OR UPDATE ON public.tenants FOR EACH ROW EXECUTE FUNCTION publish_change();

-- grants

grant delete, insert, select on signing_keys to auth_service;
grant delete, insert, select, update (role) on memberships to tenant_service;
grant delete, insert, select, update on throttles to auth_service;
grant execute on function begin_attempt(text,integer,interval,interval,interval) to auth_service;
grant execute on function count_request(text,integer,interval) to auth_service;
grant execute on function create_account(text,text,text,text,boolean,text,uuid,text,text) to auth_service;
grant execute on function find_access_key(bytea) to auth_service;
grant execute on function find_login(text) to auth_service;
grant execute on function find_session(bytea,interval,interval,text) to auth_service;
grant execute on function has_accounts() to auth_service;
grant execute on function list_tenants(uuid,integer) to auth_service;
grant execute on function reader_tenant_id() to auth_service;
grant execute on function reader_tenant_id() to tenant_service;
grant execute on function reader_user_id() to auth_service;
grant execute on function reader_user_id() to tenant_service;
grant execute on function remove_expired() to auth_service;
grant insert, select on audit_log to auth_service;
grant insert, select on audit_log to tenant_service;
grant insert, select on setup_codes to auth_service;
grant insert, select, update (accepted_at), update (revoked_at) on invitations to tenant_service;
grant insert, select, update (expires_at), update (previous_secret_hash), update (previous_until), update (revoked_at), update (secret_hash) on sessions to auth_service;
grant insert, select, update (revoked_at) on access_keys to auth_service;
grant select (email), select (id), select (name) on accounts to tenant_service;
grant select on memberships to auth_service;
grant select on outbox to auth_service;
grant select on tenants to auth_service;
grant select, update (changed_at), update (password_hash) on credentials to auth_service;
grant select, update (limits), update (name), update (slug), update (updated_at) on tenants to tenant_service;
grant select, update (name), update (updated_at) on accounts to auth_service;
grant usage on schema public to public;

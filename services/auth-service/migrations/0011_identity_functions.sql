-- Ways past row-level security for what 0010 brought: before anyone is known, and where several readers are concerned.

-- Who an account is, by its e-mail: also where it has no password. One row.
create function find_account_by_email(p_email text) returns table (
  account_id uuid, email text, name text, created_at timestamptz, password_hash text, tenant_id uuid, role text,
  has_totp boolean
)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select a.id, a.email, a.name, a.created_at, c.password_hash, h.tenant_id, h.role,
    exists (select from totp_secrets t where t.account_id = a.id and t.confirmed_at is not null)
  from accounts a left join credentials c on c.account_id = a.id, home_membership(a.id) h
  where a.email = p_email and a.disabled_at is null
$$;

-- Who answers a challenge or follows a link, by the id that was kept with it. One row.
create function find_account_by_id(p_account_id uuid) returns table (
  account_id uuid, email text, name text, created_at timestamptz, tenant_id uuid, role text
)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select a.id, a.email, a.name, a.created_at, h.tenant_id, h.role
  from accounts a, home_membership(a.id) h
  where a.id = p_account_id and a.disabled_at is null
$$;

-- Whose passkey this is, and what verifies it. One row.
create function find_passkey(p_credential_id bytea) returns table (
  passkey_id uuid, public_key bytea, counter bigint, transports text[],
  account_id uuid, email text, name text, created_at timestamptz, tenant_id uuid, role text
)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select p.id, p.public_key, p.counter, p.transports, a.id, a.email, a.name, a.created_at, h.tenant_id, h.role
  from passkeys p join accounts a on a.id = p.account_id and a.disabled_at is null, home_membership(a.id) h
  where p.credential_id = p_credential_id
$$;

create function keep_challenge(
  p_secret_hash bytea, p_kind text, p_account_id uuid, p_sealed_state bytea, p_life interval
) returns void
  language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  insert into challenges (secret_hash, kind, account_id, sealed_state, expires_at)
    values (p_secret_hash, p_kind, p_account_id, p_sealed_state, now() + p_life)
$$;

-- Counts an attempt to answer a challenge, before it is judged. No row where it is over, answered, or tried too often.
create function try_challenge(p_secret_hash bytea, p_kind text, p_maximum integer)
  returns table (account_id uuid, sealed_state bytea)
  language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  update challenges c set attempts = c.attempts + 1
    where c.secret_hash = p_secret_hash and c.kind = p_kind and c.expires_at > now() and c.attempts < p_maximum
    returning c.account_id, c.sealed_state
$$;

-- Uses a challenge up. Of two that do so at once, one gets a row.
create function take_challenge(p_secret_hash bytea, p_kind text) returns table (account_id uuid, sealed_state bytea)
  language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  delete from challenges c
    where c.secret_hash = p_secret_hash and c.kind = p_kind and c.expires_at > now()
    returning c.account_id, c.sealed_state
$$;

-- What a link in a mail is for. It is used up as the account that it belongs to. One row.
create function find_mail_token(p_token_hash bytea) returns table (account_id uuid, purpose text, email text)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select t.account_id, t.purpose, t.email from mail_tokens t
  where t.token_hash = p_token_hash and t.expires_at > now()
$$;

-- The tenants of the reader whom the transaction names, whichever of them it names.
create function own_memberships() returns table (
  tenant_id uuid, name text, role text, is_personal boolean, is_suspended boolean, created_at timestamptz
)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select t.id, t.name, m.role, t.personal_of is not distinct from m.account_id, t.suspended_at is not null, m.created_at
  from memberships m join tenants t on t.id = m.tenant_id
  where m.account_id = reader_user_id()
  order by m.created_at, t.id
$$;

-- Removes the account whom the transaction names, with its personal tenant and every tenant in which it is alone; the
-- triggers of the outbox tell the others. outcome: removed, only-owner (`tenants`: those that have other members and no
-- other owner), instance-owner (there are other accounts).
create function remove_own_account() returns table (outcome text, tenants jsonb)
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_account_id constant uuid := reader_user_id();
begin
  -- No account is made, and no owner of these tenants leaves, while this one is removed.
  perform pg_advisory_xact_lock(hashtextextended('auth.create_account', 0));
  perform from tenants t where t.id in (select m.tenant_id from memberships m where m.account_id = v_account_id)
    order by t.id for update;
  tenants := (
    select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name) order by t.name, t.id)
    from tenants t join memberships m on m.tenant_id = t.id and m.account_id = v_account_id
    where m.role = 'owner'
      and exists (select from memberships o where o.tenant_id = t.id and o.account_id <> v_account_id)
      and not exists (
        select from memberships o where o.tenant_id = t.id and o.account_id <> v_account_id and o.role = 'owner'
      )
  );
  outcome := case
    when tenants is not null then 'only-owner'
    when (select a.is_instance_owner from accounts a where a.id = v_account_id)
      and exists (select from accounts a where a.id <> v_account_id) then 'instance-owner'
    else 'removed'
  end;
  if outcome = 'removed' then
    delete from tenants t using memberships m
      where m.tenant_id = t.id and m.account_id = v_account_id
        and not exists (select from memberships o where o.tenant_id = t.id and o.account_id <> v_account_id);
    delete from accounts a where a.id = v_account_id;
  end if;
  return next;
end $$;

-- As in 0004; an account that is kept elsewhere, or signs in without one, has no password.
create or replace function create_account(
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
  if p_password_hash is not null then
    insert into credentials (account_id, password_hash) values (account_id, p_password_hash);
  end if;
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

-- An invitation that is alive and meant for this address opens registration where it is closed. It is accepted later, by
-- the account that was made.
create function create_account(
  p_email text, p_name text, p_password_hash text, p_registration text,
  p_is_code_required boolean, p_code text, p_tenant_id uuid, p_tenant_role text, p_address text,
  p_invitation_hash bytea
) returns table (outcome text, account_id uuid, tenant_id uuid, role text, created_at timestamptz)
  language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  select * from create_account(
    p_email, p_name, p_password_hash,
    case when exists (
      select from invitations i
      where i.secret_hash = p_invitation_hash and i.accepted_at is null and i.revoked_at is null
        and i.expires_at > now() and (i.email is null or i.email = p_email)
    ) then 'invitation' else p_registration end,
    p_is_code_required, p_code, p_tenant_id, p_tenant_role, p_address
  )
$$;

-- Beside remove_expired(): what nobody can answer or follow any more.
create function remove_expired_identities() returns void
  language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  delete from challenges where expires_at < now();
  delete from mail_tokens where expires_at < now();
  delete from totp_secrets where confirmed_at is null and created_at < now() - interval '1 day';
$$;

-- Teams: plans and limits, settings, deletion with a grace, and what only the owner of the instance may do.

alter table accounts add column if not exists email_verified_at timestamptz(3);

alter table tenants
  add column plan text not null default 'unlimited' check (plan ~ '^[a-z][a-z0-9-]{0,40}$'),
  -- The tenant's own limits in place of its plan's; null for none. `limits` is what follows of both and is what others see.
  add column limit_overrides jsonb not null default '{}' check (jsonb_typeof(limit_overrides) = 'object'),
  add column settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object'),
  add column version integer not null default 1,
  add column suspension_reason text not null default '' check (length(suspension_reason) <= 500),
  add column deletion_at timestamptz(3),
  add constraint tenants_personal_stays check (personal_of is null or deletion_at is null);

update tenants set limit_overrides = limits where limits <> '{}';

create index tenants_deletion on tenants (deletion_at) where deletion_at is not null;

-- How a removed tenant stood with the operator. Its archive comes back to the same plan, and to the same suspension.
create table removed_tenants (
  tenant_id uuid primary key,
  plan text not null,
  limit_overrides jsonb not null,
  suspended_at timestamptz(3),
  suspension_reason text not null,
  removed_at timestamptz(3) not null default now(),
  restored_as uuid
);

alter table removed_tenants enable row level security;
alter table removed_tenants force row level security;
create policy removed_tenants_owner on removed_tenants to auth_owner using (true) with check (true);

create function effective_limits(p_plans jsonb, p_plan text, p_overrides jsonb) returns jsonb
  language sql immutable set search_path = pg_catalog, public, pg_temp
  as $$ select jsonb_strip_nulls(coalesce(p_plans -> p_plan, '{}') || p_overrides) $$;

-- Who leaves, leaves everything: also one who comes back later finds no old session and no old key alive.
create function end_access() returns trigger
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  update sessions set revoked_at = now()
    where account_id = old.account_id and tenant_id = old.tenant_id and revoked_at is null;
  update access_keys set revoked_at = now()
    where account_id = old.account_id and tenant_id = old.tenant_id and revoked_at is null;
  return null;
end $$;

create trigger memberships_end_access after delete on memberships
  for each row execute function end_access();

-- Makes an account a member if the tenant takes members and has a seat left. The tenant's row is locked, so that of many
-- at once each counts those before it. outcome: joined, is-member, no-tenant, tenant-suspended, tenant-deleting, limit-reached.
create function take_seat(p_tenant_id uuid, p_account_id uuid, p_role text) returns text
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_tenant tenants;
begin
  select * into v_tenant from tenants where id = p_tenant_id for no key update;
  if not found then
    return 'no-tenant';
  elsif exists (select from memberships where tenant_id = p_tenant_id and account_id = p_account_id) then
    return 'is-member';
  elsif v_tenant.suspended_at is not null then
    return 'tenant-suspended';
  elsif v_tenant.deletion_at is not null then
    return 'tenant-deleting';
  elsif (select count(*) from memberships where tenant_id = p_tenant_id) >= (v_tenant.limits ->> 'users')::bigint then
    return 'limit-reached';
  end if;
  insert into memberships (tenant_id, account_id, role) values (p_tenant_id, p_account_id, p_role);
  return 'joined';
end $$;

-- The reader's own tenants, by id: in the order in which they were made.
create function own_tenants(p_after uuid, p_limit integer) returns table (
  id uuid, name text, slug text, is_personal boolean, role text, member_count integer, suspended_at timestamptz,
  deletion_at timestamptz
)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select t.id, t.name, t.slug, t.personal_of is not null, m.role,
    (select count(*)::integer from memberships o where o.tenant_id = t.id), t.suspended_at, t.deletion_at
  from memberships m join tenants t on t.id = m.tenant_id
  where m.account_id = reader_user_id() and (p_after is null or t.id > p_after)
  order by t.id limit p_limit
$$;

-- Makes a team with an owner. outcome: created, limit-reached, name-taken.
create function make_team(
  p_owner_id uuid, p_name text, p_slug text, p_plan text, p_plans jsonb, p_maximum integer, p_address text
) returns table (outcome text, tenant_id uuid)
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
begin
  -- Two requests at once of one account count each other.
  perform from accounts a where a.id = p_owner_id for no key update;
  outcome := case
    when p_maximum <= (
        select count(*) from memberships m join tenants t on t.id = m.tenant_id
        where m.account_id = p_owner_id and m.role = 'owner' and t.personal_of is null
      ) then 'limit-reached'
    when p_slug is not null and exists (select from tenants t where t.slug = p_slug) then 'name-taken'
    else 'created'
  end;
  if outcome <> 'created' then
    return next;
    return;
  end if;
  insert into tenants (name, slug, plan, limits)
    values (p_name, p_slug, p_plan, effective_limits(p_plans, p_plan, '{}')) returning tenants.id into tenant_id;
  insert into memberships (tenant_id, account_id, role) values (tenant_id, p_owner_id, 'owner');
  insert into audit_log (account_id, tenant_id, action, address, detail)
    values (p_owner_id, tenant_id, 'tenant-created', p_address, jsonb_build_object('name', p_name));
  return next;
end $$;

-- As make_team, for the reader; a service cannot name another owner.
create function make_own_team(p_name text, p_slug text, p_plan text, p_plans jsonb, p_maximum integer, p_address text)
  returns table (outcome text, tenant_id uuid)
  language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  select * from make_team(reader_user_id(), p_name, p_slug, p_plan, p_plans, p_maximum, p_address)
$$;

create function is_instance_owner() returns boolean
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select exists (select from accounts where id = reader_user_id() and is_instance_owner and disabled_at is null)
$$;

-- What the operator sees of every tenant, by id; one of them if p_only is given.
create function every_tenant(p_only uuid, p_after uuid, p_limit integer) returns table (
  id uuid, name text, slug text, is_personal boolean, plan text, limit_overrides jsonb, member_count integer,
  created_at timestamptz, suspended_at timestamptz, suspension_reason text, deletion_at timestamptz
)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select t.id, t.name, t.slug, t.personal_of is not null, t.plan, t.limit_overrides,
    (select count(*)::integer from memberships m where m.tenant_id = t.id), t.created_at, t.suspended_at,
    t.suspension_reason, t.deletion_at
  from tenants t where (p_only is null or t.id = p_only) and (p_after is null or t.id > p_after)
  order by t.id limit p_limit
$$;

-- Changes how a tenant stands with the operator; null leaves a value as it is. Says whether there is such a tenant.
create function administer_tenant(
  p_tenant_id uuid, p_is_suspended boolean, p_reason text, p_plan text, p_overrides jsonb, p_plans jsonb,
  p_account_id uuid, p_address text
) returns boolean
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  update tenants set
      suspended_at = case when p_is_suspended then coalesce(suspended_at, now()) when not p_is_suspended then null
        else suspended_at end,
      suspension_reason = case when p_is_suspended then coalesce(p_reason, '') when not p_is_suspended then ''
        else suspension_reason end,
      plan = coalesce(p_plan, plan),
      limit_overrides = coalesce(p_overrides, limit_overrides),
      limits = effective_limits(p_plans, coalesce(p_plan, plan), coalesce(p_overrides, limit_overrides)),
      updated_at = now()
    where id = p_tenant_id;
  if not found then
    return false;
  end if;
  insert into audit_log (account_id, tenant_id, action, address, detail) values (
    p_account_id, p_tenant_id,
    case when p_is_suspended then 'tenant-suspended' when not p_is_suspended then 'tenant-resumed' else 'tenant-plan-changed' end,
    p_address,
    jsonb_strip_nulls(jsonb_build_object('reason', p_reason, 'plan', p_plan, 'limits', p_overrides))
      || case when p_account_id is null then '{"by": "operator"}'::jsonb else '{}' end
  );
  return true;
end $$;

-- The two above for the owner of the instance: nobody else sees or changes anything.
create function every_tenant_for_instance_owner(p_only uuid, p_after uuid, p_limit integer) returns table (
  id uuid, name text, slug text, is_personal boolean, plan text, limit_overrides jsonb, member_count integer,
  created_at timestamptz, suspended_at timestamptz, suspension_reason text, deletion_at timestamptz
)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as 'select * from every_tenant(p_only, p_after, p_limit) where is_instance_owner()';

create function administer_tenant_as_instance_owner(
  p_tenant_id uuid, p_is_suspended boolean, p_reason text, p_plan text, p_overrides jsonb, p_plans jsonb, p_address text
) returns boolean
  language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  select case when is_instance_owner() then
    administer_tenant(p_tenant_id, p_is_suspended, p_reason, p_plan, p_overrides, p_plans, reader_user_id(), p_address)
  else false end
$$;

-- A release may change the numbers of a plan; whoever is on it gets them. Answers how many tenants changed.
create function apply_plans(p_plans jsonb) returns integer
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_changed integer;
begin
  update tenants set limits = effective_limits(p_plans, plan, limit_overrides)
    where limits <> effective_limits(p_plans, plan, limit_overrides);
  get diagnostics v_changed = row_count;
  return v_changed;
end $$;

-- Removes a tenant for good, as its owner or the operator asked; memberships, sessions and keys go with it.
create function remove_tenant(p_tenant_id uuid, p_by text) returns boolean
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_tenant tenants;
begin
  delete from tenants where id = p_tenant_id and personal_of is null returning * into v_tenant;
  if not found then
    return false;
  end if;
  insert into removed_tenants (tenant_id, plan, limit_overrides, suspended_at, suspension_reason)
    values (v_tenant.id, v_tenant.plan, v_tenant.limit_overrides, v_tenant.suspended_at, v_tenant.suspension_reason);
  insert into audit_log (tenant_id, action, detail)
    values (v_tenant.id, 'tenant-removed', jsonb_build_object('name', v_tenant.name, 'by', p_by));
  return true;
end $$;

-- Removes one tenant whose grace is over; null where there is none. Several processes take different ones.
create function remove_due_tenant() returns uuid
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_id uuid;
begin
  select id into v_id from tenants where deletion_at <= now() order by deletion_at limit 1 for update skip locked;
  if v_id is not null then
    perform remove_tenant(v_id, 'owner');
  end if;
  return v_id;
end $$;

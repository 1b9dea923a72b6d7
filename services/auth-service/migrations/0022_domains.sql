-- Domains that tenants have proven, whose confirmed addresses may join by themselves.

create table tenant_domains (
  id uuid primary key default uuidv7(),
  tenant_id uuid not null references tenants on delete cascade,
  domain text not null check (domain = lower(domain) and length(domain) between 3 and 253),
  role text not null check (role in ('admin', 'member', 'reader')),
  -- Stands in the TXT record, for everybody to read.
  token text not null check (length(token) between 20 and 100),
  created_at timestamptz(3) not null default now(),
  verified_at timestamptz(3),
  -- Since when the record of a verified domain is missing. Nobody joins meanwhile; who is there stays.
  lost_at timestamptz(3),
  checked_at timestamptz(3),
  next_check_at timestamptz(3),
  unique (tenant_id, domain),
  check (lost_at is null or verified_at is not null)
);

create unique index tenant_domains_verified on tenant_domains (domain) where verified_at is not null;
create index tenant_domains_due on tenant_domains (next_check_at) where verified_at is not null;

alter table tenant_domains enable row level security;
alter table tenant_domains force row level security;
create policy tenant_domains_owner on tenant_domains to auth_owner using (true) with check (true);
create policy tenant_domains_current on tenant_domains to tenant_service
  using (tenant_id = (select reader_tenant_id())) with check (tenant_id = (select reader_tenant_id()));

-- Notes that the record of a domain of the current tenant was found. Another tenant keeps a domain that it has proven,
-- unless its own record is missing. outcome: verified, domain-taken, not-found.
create function confirm_domain(p_id uuid) returns text
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_domain tenant_domains;
  v_other tenant_domains;
begin
  select * into v_domain from tenant_domains where id = p_id and tenant_id = reader_tenant_id();
  if not found then
    return 'not-found';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('auth.domain ' || v_domain.domain, 0));
  select * into v_other from tenant_domains
    where domain = v_domain.domain and verified_at is not null and tenant_id <> v_domain.tenant_id for update;
  if v_other.lost_at is null and v_other.id is not null then
    return 'domain-taken';
  end if;
  if v_other.id is not null then
    update tenant_domains set verified_at = null, lost_at = null where id = v_other.id;
    insert into audit_log (tenant_id, action, detail)
      values (v_other.tenant_id, 'domain-lost', jsonb_build_object('domain', v_domain.domain));
  end if;
  update tenant_domains
    set verified_at = coalesce(verified_at, now()), lost_at = null, checked_at = now(), next_check_at = now() + interval '1 day'
    where id = p_id;
  return 'verified';
end $$;

-- Takes one verified domain that is due for another look, and puts it off, so that nobody else looks meanwhile.
create function claim_domain_check() returns table (id uuid, tenant_id uuid, domain text, token text)
  language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  update tenant_domains d set next_check_at = now() + interval '1 hour'
    where d.id = (
      select o.id from tenant_domains o where o.verified_at is not null and o.next_check_at <= now()
      order by o.next_check_at limit 1 for update skip locked
    )
    returning d.id, d.tenant_id, d.domain, d.token
$$;

-- Tenants that the reader may join by the domain of their confirmed address.
create function joinable_tenants() returns table (tenant_id uuid, tenant_name text, domain text, role text)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select t.id, t.name, d.domain, d.role
  from accounts a
    join tenant_domains d on d.domain = split_part(a.email, '@', 2) and d.verified_at is not null and d.lost_at is null
    join tenants t on t.id = d.tenant_id and t.suspended_at is null and t.deletion_at is null
  where a.id = reader_user_id() and a.email_verified_at is not null and a.disabled_at is null
    and not exists (select from memberships m where m.tenant_id = t.id and m.account_id = a.id)
$$;

-- Makes the reader a member by the domain of their address. outcome: not-found, and those of take_seat.
create function join_by_domain(p_domain text, p_address text) returns table (
  outcome text, tenant_id uuid, tenant_name text, role text
)
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
begin
  select j.tenant_id, j.tenant_name, j.role into tenant_id, tenant_name, role
    from joinable_tenants() j where j.domain = p_domain;
  outcome := case when tenant_id is null then 'not-found' else take_seat(tenant_id, reader_user_id(), role) end;
  if outcome = 'joined' then
    insert into audit_log (account_id, tenant_id, action, address, detail) values (
      reader_user_id(), tenant_id, 'member-joined', p_address, jsonb_build_object('domain', p_domain, 'role', role)
    );
  end if;
  return next;
end $$;

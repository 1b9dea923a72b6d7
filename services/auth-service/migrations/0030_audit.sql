-- The audit log by months: a month is dropped whole when its time is over, and nothing else ever leaves the log.
--
-- Which months there are follows from the clock and not from the schema, so they are made by prepare_audit_log(), at each
-- start and from time to time, and no migration names one. A line of a month that is not there yet, or that a restored
-- backup brought, waits in the default partition until the next call.

alter table audit_log rename to audit_log_before;
alter table audit_log_before drop constraint audit_log_pkey;
drop index audit_log_account;
drop index audit_log_tenant;

create table audit_log (
  id bigint generated always as identity,
  at timestamptz(3) not null default now(),
  account_id uuid,
  tenant_id uuid,
  session_id uuid,
  -- The id that the answer to the request carried.
  request_id text not null default '' check (length(request_id) <= 100),
  action text not null check (length(action) between 1 and 100),
  outcome text not null default 'allowed'
    check (outcome in ('allowed', 'refused', 'challenged', 'slowed', 'blocked')),
  address text not null default '' check (length(address) <= 100),
  user_agent text not null default '' check (length(user_agent) <= 300),
  detail jsonb not null default '{}' check (jsonb_typeof(detail) = 'object'),
  primary key (at, id)
) partition by range (at);

create index audit_log_account on audit_log (account_id, at desc, id desc) where account_id is not null;
create index audit_log_tenant on audit_log (tenant_id, at desc, id desc) where tenant_id is not null;
create index audit_log_instance on audit_log (at desc, id desc) where tenant_id is null;

alter table audit_log enable row level security;
alter table audit_log force row level security;
create policy audit_log_owner on audit_log to auth_owner using (true) with check (true);
create policy audit_log_append on audit_log for insert to auth_service, tenant_service with check (true);

-- Whether the reader may see what others of the current tenant did; and what belongs to no tenant.
create function reader_is_admin() returns boolean
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select exists (
    select from memberships
    where account_id = reader_user_id() and tenant_id = reader_tenant_id() and role in ('owner', 'admin')
  )
$$;
create function reader_is_instance_owner() returns boolean
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select exists (select from accounts where id = reader_user_id() and is_instance_owner)
$$;

create policy audit_log_own on audit_log for select to auth_service
  using (account_id = (select reader_user_id()));
create policy audit_log_of_tenant on audit_log for select to auth_service
  using (tenant_id = (select reader_tenant_id()) and (select reader_is_admin()));
create policy audit_log_of_instance on audit_log for select to auth_service
  using (tenant_id is null and (select reader_is_instance_owner()));
create policy audit_log_current on audit_log for select to tenant_service
  using (tenant_id = (select reader_tenant_id()));

create trigger audit_log_append_only before update or delete or truncate on audit_log
  for each statement execute function refuse_change();

-- A partition that nobody reaches but through the log itself: it has no grants, and policies of its own.
create function make_audit_partition(p_name text, p_bounds text) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  execute format('create table public.%I partition of public.audit_log %s', p_name, p_bounds);
  execute format('alter table public.%I enable row level security', p_name);
  execute format('alter table public.%I force row level security', p_name);
  execute format('create policy audit_log_owner on public.%I to auth_owner using (true) with check (true)', p_name);
  execute format('create trigger audit_log_append_only before update or delete or truncate on public.%I
    for each statement execute function public.refuse_change()', p_name);
end $$;

select make_audit_partition('audit_log_default', 'default');

-- The lines that were there keep their ids. Those of months without a partition go where they belong with the first start.
insert into audit_log (id, at, account_id, tenant_id, action, outcome, address, detail) overriding system value
  select id, at, account_id, tenant_id, action, case when action like '%-failed' then 'refused' else 'allowed' end,
    address, detail
  from audit_log_before;
select setval(pg_get_serial_sequence('audit_log', 'id'), coalesce((select max(id) + 1 from audit_log_before), 1), false);
drop table audit_log_before;

-- Makes the partitions of this month and the next two, gives waiting lines theirs, and drops whole months that are older
-- than p_months_kept (never fewer than three). Any number of processes may call it at once; it does nothing where nothing
-- is due.
create function prepare_audit_log(p_months_kept integer) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp set lock_timeout = '5s' as $$
declare
  v_this_month constant timestamptz := date_trunc('month', now(), 'UTC');
  v_oldest constant timestamptz :=
    date_trunc('month', now() - make_interval(months => greatest(p_months_kept, 3)), 'UTC');
  v_name text;
  v_month timestamptz;
begin
  perform pg_advisory_xact_lock(hashtextextended('auth.audit_log', 0));
  if exists (select from audit_log_default) then
    alter table audit_log detach partition audit_log_default;
    alter table audit_log_default rename to audit_log_waiting;
    alter table audit_log_waiting rename constraint audit_log_default_pkey to audit_log_waiting_pkey;
    perform make_audit_partition('audit_log_default', 'default');
  end if;
  for v_month in
    select v_this_month + make_interval(months => n) from generate_series(0, 2) n
  loop
    perform make_audit_month(v_month);
  end loop;
  if to_regclass('public.audit_log_waiting') is not null then
    for v_month in select distinct date_trunc('month', at, 'UTC') from audit_log_waiting loop
      perform make_audit_month(v_month);
    end loop;
    insert into audit_log overriding system value select * from audit_log_waiting;
    drop table audit_log_waiting;
  end if;
  for v_name in
    select relname from pg_class
    where relnamespace = 'public'::regnamespace and relname ~ '^audit_log_\d{4}_\d{2}$' and relispartition
      and relname < to_char(v_oldest at time zone 'UTC', '"audit_log_"YYYY_MM')
  loop
    execute format('drop table public.%I', v_name);
  end loop;
end $$;

create function make_audit_month(p_month timestamptz) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_name constant text := to_char(p_month at time zone 'UTC', '"audit_log_"YYYY_MM');
begin
  if to_regclass('public.' || v_name) is null then
    perform make_audit_partition(v_name, format(
      'for values from (%L) to (%L)', p_month, date_trunc('month', p_month + interval '32 days', 'UTC')));
  end if;
end $$;

-- What a tenant may have (`tenants.limits`), held where the cost arises: feeds in 0056, here articles kept and what its
-- readers ask of models.

-- Where an article may be kept no longer: the time before which articles were received that a limited tenant holds beyond
-- the newest it may keep. Null where there are no more than that, or no limit.
create function tenant_cutoff(tenant uuid) returns timestamptz
  language sql stable security definer set search_path = public, pg_temp
  return (
    select held.received_at
    from (
      select e.article_id, min(e.received_at) as received_at
      from entries e
      where e.reader_id in (select r.id from readers r where r.tenant_id = tenant and r.purge_after is null) and e.feed_id > 0
      group by e.article_id
    ) held
    order by held.received_at desc, held.article_id desc
    offset greatest((select (t.limits ->> 'articlesKept')::integer from tenants t where t.id = tenant) - 1, 0) limit 1
  );

-- As before (0053), and what a tenant holds beyond its limit: the oldest goes, read or not, but nothing starred, labelled,
-- highlighted, noted or shared.
create or replace function retain(batch integer) returns integer
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  reader record;
  old_ids bigint[];
  removed integer := 0;
  changed integer;
begin
  for reader in
    with cutoffs as materialized (
      select t.id, tenant_cutoff(t.id) as before from tenants t where t.limits ->> 'articlesKept' is not null
    )
    select r.id, greatest(now() - make_interval(days => (r.settings #>> '{retention,readDays}')::int), c.before) as read_before,
      greatest(now() - make_interval(days => (r.settings #>> '{retention,unreadDays}')::int), c.before) as unread_before
    from readers r left join cutoffs c on c.id = r.tenant_id
    where r.settings #>> '{retention,readDays}' is not null or r.settings #>> '{retention,unreadDays}' is not null
      or c.before is not null
    order by r.id
  loop
    old_ids := old_entries(reader.id, reader.read_before, reader.unread_before, batch - removed);
    continue when old_ids is null;
    perform from readers where id = reader.id for update;
    -- The reader may have starred, labelled, read or opened one again before the row was ours.
    with due as materialized (
      select h.article_id, h.received_at, l.before, not is_kept(h) as is_free
      from entries h
      join counters c on c.reader_id = h.reader_id and c.feed_id = h.feed_id
      cross join lateral (
        select case when h.is_read or h.hidden_reason = 'reader'
            or h.is_listed and is_covered(h.revision, h.received_at, c.read_through, c.read_before)
          then reader.read_before else reader.unread_before end as before
      ) l
      where h.reader_id = reader.id and h.article_id = any (old_ids)
    ), gone as materialized (
      select d.article_id, d.before from due d where d.is_free and d.received_at < d.before
    ), chosen as materialized (
      select g.article_id from gone g
      union
      select f.article_id from gone g join entries f on f.reader_id = reader.id and f.folded_into = g.article_id
        where f.received_at < g.before and not is_kept(f)
    )
    delete from entries e using chosen x where e.reader_id = reader.id and e.article_id = x.article_id;
    get diagnostics changed = row_count;
    if changed > 0 then
      update readers set revision = revision + 1, structure_revision = revision + 1 where id = reader.id;
    end if;
    removed := removed + changed;
    exit when removed >= batch;
  end loop;
  return removed;
end
$$;

-- What the readers of a tenant asked of models, by month (UTC). A request is counted before it is made, so that requests at
-- the same time cannot pass the limit together, and taken back where no model worked.
create table llm_usage (
  tenant_id uuid not null references tenants on delete cascade,
  month date not null,
  requests integer not null check (requests >= 0),
  primary key (tenant_id, month)
);
alter table llm_usage enable row level security;
alter table llm_usage force row level security;
create policy owner on llm_usage to alt_owner using (true) with check (true);

create function usage_month() returns date
  language sql stable return date_trunc('month', now() at time zone 'UTC')::date;

-- Counts one request of the current tenant's; false where its limit (`limits.llmRequestsPerMonth`) is reached.
create function spend_llm_request() returns boolean
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  maximum integer;
begin
  select (t.limits ->> 'llmRequestsPerMonth')::integer into maximum from tenants t where t.id = current_tenant_id();
  if maximum <= 0 then
    return false;
  end if;
  insert into llm_usage as u (tenant_id, month, requests) values (current_tenant_id(), usage_month(), 1)
    on conflict (tenant_id, month) do update set requests = u.requests + 1 where maximum is null or u.requests < maximum;
  return found;
end $$;

create function refund_llm_request() returns void
  language sql security definer set search_path = public, pg_temp
  begin atomic
    update llm_usage set requests = requests - 1
      where tenant_id = current_tenant_id() and month = usage_month() and requests > 0;
  end;

-- What a tenant uses of its limits, for tenant-service.
create function tenant_usage(tenant uuid) returns table (feeds integer, articles integer, llm_requests integer)
  language sql stable security definer set search_path = public, pg_temp rows 1
  begin atomic
    select tenant_feed_count(tenant),
      (select count(distinct e.article_id)::integer from entries e
        where e.reader_id in (select r.id from readers r where r.tenant_id = tenant and r.purge_after is null) and e.feed_id > 0),
      coalesce((select u.requests from llm_usage u where u.tenant_id = tenant and u.month = usage_month()), 0);
  end;

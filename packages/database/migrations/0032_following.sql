-- What `alt` keeps of tenants and members follows the changes that auth-service hands out; labels that are renamed; polls
-- that wait for their feed's Retry-After; and a stable code for why there is no full text.

-- ---------------------------------------------------------------- tenants and readers who go

-- A removed tenant, account or member goes in two steps: the rows are marked with the time from which their data may go,
-- and purge_leavers removes it in batches. A member who is back before that time finds everything.
alter table tenants add purge_after timestamptz(3);
alter table readers add purge_after timestamptz(3), add purged_at timestamptz(3);
comment on column readers.purge_after is 'no member any more; the reader''s data goes from then on';
comment on column readers.purged_at is 'the data is gone; the row follows when no token can name it any more';
create index readers_leaving on readers (purge_after) where purge_after is not null;

-- The change of auth-service that was applied last; no row before the first.
create table auth_position (
  is_only_row boolean primary key default true check (is_only_row),
  position bigint not null,
  updated_at timestamptz(3) not null default now()
);
alter table auth_position enable row level security;
alter table auth_position force row level security;
create policy owner on auth_position to alt_owner using (true) with check (true);
create policy reading on auth_position for select to alt_backend using (true);

-- Whether this transaction may apply what follows `seen`: the one follower at a time, and nobody else has moved on.
create function begin_following(seen bigint) returns boolean
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if not pg_try_advisory_xact_lock(7204653) then
    return false;
  end if;
  -- A statement of its own: it sees what the follower before us committed while we took the lock.
  return seen = coalesce((select a.position from auth_position a), 0);
end
$$;

create function keep_tenant(tenant uuid, wanted_limits jsonb, suspended timestamptz) returns void
  language sql volatile security definer set search_path = public, pg_temp
  begin atomic
    insert into tenants as t (id, limits, suspended_at) values (tenant, wanted_limits, suspended)
      on conflict (id) do update
        set limits = excluded.limits, suspended_at = excluded.suspended_at, purge_after = null;
  end;

-- Applies one page of changes and moves the position from `seen` to `next`, both or neither. False where somebody else
-- follows. Applying a change twice is applying it once.
create function follow_changes(seen bigint, next bigint, changes jsonb) returns boolean
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  change jsonb;
  tenant uuid;
  account uuid;
begin
  if not begin_following(seen) then
    return false;
  end if;
  for change in select c.value from jsonb_array_elements(changes) with ordinality c order by c.ordinality loop
    tenant := (change ->> 'tenantId')::uuid;
    account := (change ->> 'userId')::uuid;
    case change ->> 'kind'
      when 'tenant' then
        perform keep_tenant(tenant, change -> 'limits', (change ->> 'suspendedAt')::timestamptz);
      when 'tenant-removed' then
        update tenants set purge_after = now() where id = tenant;
        update readers set purge_after = least(purge_after, now()) where tenant_id = tenant;
      when 'member' then
        update readers set purge_after = null, purged_at = null
          where user_id = account and tenant_id = tenant and purge_after is not null;
      when 'member-removed' then
        update readers set purge_after = least(purge_after, now() + interval '30 days')
          where user_id = account and tenant_id = tenant;
      when 'account-removed' then
        update readers set purge_after = least(purge_after, now()) where user_id = account;
    end case;
  end loop;
  insert into auth_position as a (position) values (next)
    on conflict (is_only_row) do update set position = excluded.position, updated_at = now();
  return true;
end
$$;

-- Brings the tenants between two ids, the first not included, to what auth-service has: `present` holds them all, with
-- their members. What is missing there is kept for 30 more days: an auth-service on a wrong or empty database must cost
-- nobody anything. Readers who came after `started_at` are too new to be missing.
create function reconcile_tenants(seen bigint, after_id uuid, last_id uuid, present jsonb, started_at timestamptz)
  returns boolean language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if not begin_following(seen) then
    return false;
  end if;
  perform keep_tenant((p.value ->> 'id')::uuid, p.value -> 'limits', (p.value ->> 'suspendedAt')::timestamptz)
    from jsonb_array_elements(present) p;
  update tenants t set purge_after = coalesce(t.purge_after, now() + interval '30 days')
    where (after_id is null or t.id > after_id) and (last_id is null or t.id <= last_id) and t.created_at < started_at
      and not exists (select from jsonb_array_elements(present) p where (p.value ->> 'id')::uuid = t.id);
  update readers r
    set purge_after = case when k.is_member then null else coalesce(r.purge_after, now() + interval '30 days') end,
      purged_at = case when k.is_member then null else r.purged_at end
    from (
      select x.id, m.account_id is not null as is_member
      from readers x left join (
        select (p.value ->> 'id')::uuid as tenant_id, a.value::uuid as account_id
        from jsonb_array_elements(present) p, jsonb_array_elements_text(p.value -> 'memberIds') a
      ) m on m.tenant_id = x.tenant_id and m.account_id = x.user_id
      where (after_id is null or x.tenant_id > after_id) and (last_id is null or x.tenant_id <= last_id)
    ) k
    where r.id = k.id and (k.is_member and r.purge_after is not null
      or not k.is_member and r.purge_after is null and r.created_at < started_at);
  return true;
end
$$;

-- Removes what readers leave behind whose time has come: at most `batch` entries of one of them. The row itself stays for
-- an hour more, so that a request that was under way brings nothing back, and then goes with what such a request wrote.
-- Answers 0 when nothing is left to do.
create function purge_leavers(batch integer) returns integer
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  leaver readers;
  removed integer;
begin
  select * into leaver from readers r
    where r.purge_after <= now() and (r.purged_at is null or r.purged_at < now() - interval '1 hour')
    order by r.purge_after, r.id limit 1;
  if leaver.id is null then
    -- A private feed of the tenant goes first, by the collection of what nobody holds.
    delete from tenants t where t.purge_after < now() - interval '1 hour'
      and not exists (select from readers r where r.tenant_id = t.id)
      and not exists (select from feeds f where f.tenant_id = t.id);
    return 0;
  end if;
  perform from feeds f join subscriptions s on s.feed_id = f.id
    where s.reader_id = leaver.id order by f.id for no key update of f;
  perform from readers r where r.id = leaver.id and r.purge_after <= now() for update;
  if not found then
    return 1;
  end if;
  with gone as (
    delete from subscriptions s where s.reader_id = leaver.id returning s.feed_id
  )
  update feeds f
    set subscriber_count = f.subscriber_count - 1,
      wants_full_text = exists (select from subscriptions s
        where s.feed_id = f.id and s.reader_id <> leaver.id and s.wants_full_text)
    from gone where f.id = gone.feed_id;
  delete from entries e using (
    select x.article_id from entries x where x.reader_id = leaver.id limit batch
  ) old where e.reader_id = leaver.id and e.article_id = old.article_id;
  get diagnostics removed = row_count;
  if removed = batch then
    return removed;
  end if;
  delete from labels where owner_id = leaver.id;
  delete from folders where owner_id = leaver.id;
  delete from rules where owner_id = leaver.id;
  delete from saved_searches where owner_id = leaver.id;
  delete from highlights where reader_id = leaver.id;
  delete from notes where reader_id = leaver.id;
  delete from shares where reader_id = leaver.id;
  delete from tag_vetoes where reader_id = leaver.id;
  delete from counters where reader_id = leaver.id;
  if leaver.purged_at is null then
    update readers set purged_at = now(), settings = '{}' where id = leaver.id;
  else
    delete from readers where id = leaver.id;
  end if;
  return removed + 1;
end
$$;

-- ---------------------------------------------------------------- a change too large to be told entry by entry

-- Clients of the reader load everything again.
create function begin_reset() returns bigint
  language sql volatile security definer set search_path = public, pg_temp
  begin atomic
    update readers set revision = revision + 1, structure_revision = revision + 1, reset_revision = revision + 1
      where id = current_reader_id() returning revision;
  end;

-- ---------------------------------------------------------------- polls that a reader asks for

drop function request_poll(integer);

-- A reader waits for a poll: now, but not before the time that the feed or its host asked for. Answers when that is and
-- who put it off (`feed`, `host`, or null); no row if the reader does not follow the feed.
create function request_poll(wanted_subscription integer) returns table (next_poll_at timestamptz, delayed_by text)
  language plpgsql security definer set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
  feed integer;
  feed_until timestamptz;
  host_until timestamptz;
begin
  select f.id, greatest(f.retry_after_at, now()), greatest(h.penalty_until, now()) into feed, feed_until, host_until
    from subscriptions s join feeds f on f.id = s.feed_id left join hosts h on h.host = f.host
    where s.id = wanted_subscription and s.reader_id = current_reader_id();
  if feed is null then
    return;
  end if;
  perform pg_notify('alt_polls', '');
  return query
    update feeds f set next_poll_at = greatest(feed_until, host_until), priority = 1 where f.id = feed
      returning f.next_poll_at,
        case when greatest(feed_until, host_until) <= now() then null
          when feed_until >= host_until then 'feed' else 'host' end;
end
$$;

-- As before (0020), but a feed that asked to be left alone is asked when that time is over.
create or replace function request_polls(wanted_feeds integer[]) returns integer
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  due integer[];
begin
  -- In ascending order, so that two readers who look at the same time wait for each other and do not lock up.
  select array_agg(x.id) into due from (
    select f.id from subscriptions s join feeds f on f.id = s.feed_id
    where s.reader_id = current_reader_id() and (wanted_feeds is null or f.id = any (wanted_feeds))
      and (f.last_polled_at is null or f.last_polled_at < now() - interval '1 minute')
      and (f.retry_after_at is null or f.retry_after_at <= now())
    order by f.id for no key update of f
  ) x;
  if due is null then
    return 0;
  end if;
  update feeds set next_poll_at = least(next_poll_at, now()), priority = 1 where id = any (due);
  perform pg_notify('alt_polls', '');
  return cardinality(due);
end
$$;

-- ---------------------------------------------------------------- why there is no full text

alter table article_contents add full_code text;
comment on column article_contents.full_code is 'full_reason for programs: a stable code';

revoke execute on function begin_following, keep_tenant, follow_changes, reconcile_tenants, purge_leavers, begin_reset,
  request_poll from public;

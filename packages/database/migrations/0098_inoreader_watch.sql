-- How Inoreader's accounts stand, for metrics: told by alt-backend, which is always there. The synchronisation itself is a job that
-- is gone before anybody asks it. `spent`: the day's requests are used up while something waits for them; without that they are
-- meant to be used up by the end of the day. Accounts that nobody synchronises (of who leaves, of a suspended tenant) do not count.
drop function inoreader_standing();
create function inoreader_watch()
  returns table (connections integer, needing_person integer, failing integer, spent integer, backlog bigint, writes bigint,
    oldest_success_at timestamptz)
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select count(*)::integer,
      (count(*) filter (where c.needs_person))::integer,
      (count(*) filter (where c.state = 'failing'))::integer,
      (count(*) filter (where c.is_spent))::integer,
      coalesce(sum(c.missing), 0)::bigint, coalesce(sum(c.changes), 0)::bigint,
      -- Whoever needs a person is told of as such, and not as late besides.
      min(coalesce(c.last_success_at, c.created_at)) filter (where not c.needs_person)
    from (
      select x.state, x.last_success_at, x.created_at, n.missing, n.changes,
        x.state = 'unauthorised' or x.state = 'waiting' and x.problem_code like 'mass-deletion-%' as needs_person,
        exists (
          select from inoreader_budgets b
          where b.connection_id = x.id and case b.zone when 1 then n.missing else n.changes end > 0
            and (b.blocked_until > now() or b.day_ends_at > now() and b.used >= b.allowed - ceil(b.allowed * 0.1))
        ) as is_spent
      from inoreader_connections x
        join readers r on r.id = x.reader_id and r.purge_after is null
        join tenants t on t.id = r.tenant_id and t.suspended_at is null
        cross join lateral (
          select (select count(*) from inoreader_items i where i.connection_id = x.id and i.content = 'wanted') as missing,
            (select count(*) from inoreader_items i where i.connection_id = x.id and i.needs_write) as changes
        ) n
    ) c;
  end;
revoke execute on function inoreader_watch from public;

-- The outbox is read by who keeps projections, in pages after a position. Rows older than 30 days go; whoever is further
-- behind takes all tenants and members anew.

-- As before (0004), and the outbox. Its newest row stays, however old: it says how far the outbox has come.
create or replace function remove_expired() returns void
  language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  delete from sessions where expires_at < now() - interval '30 days' or revoked_at < now() - interval '30 days';
  delete from throttles where updated_at < now() - interval '2 days' and (locked_until is null or locked_until < now());
  delete from outbox where at < now() - interval '30 days' and id < (select max(id) from outbox);
$$;

-- Tenants with their members, by id. Past row-level security, for the projections; names and addresses stay here.
create function list_tenants(p_after uuid, p_limit integer) returns table (
  tenant_id uuid, limits jsonb, suspended_at timestamptz, member_ids uuid[]
)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select t.id, t.limits, t.suspended_at,
    coalesce((select array_agg(m.account_id) from memberships m where m.tenant_id = t.id), '{}')
  from tenants t where p_after is null or t.id > p_after order by t.id limit p_limit
$$;

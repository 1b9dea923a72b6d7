-- Who is in a tenant, with their names, for the services in which people meet.

create function tenant_people(p_tenant_id uuid, p_after uuid, p_limit integer)
  returns table (id uuid, name text, email text, role text)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select a.id, a.name, a.email, m.role
  from memberships m join accounts a on a.id = m.account_id
  where m.tenant_id = p_tenant_id and a.disabled_at is null and (p_after is null or a.id > p_after)
  order by a.id limit p_limit
$$;

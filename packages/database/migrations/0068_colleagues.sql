-- Whoever is in the tenant can be added to a project and mentioned, also before they have been in projects themselves.

-- Writes down people of the present tenant as auth-service named them. Who is leaving stays as they are.
create function know_people(named jsonb) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into tenants (id) values (current_tenant_id()) on conflict do nothing;
  insert into readers (user_id, tenant_id)
    select f.id, current_tenant_id() from jsonb_to_recordset(named) as f(id uuid)
      where not exists (select from readers r where r.user_id = f.id and r.tenant_id = current_tenant_id())
      order by f.id
    on conflict do nothing;
  insert into people as p (reader_id, tenant_id, name, email, role)
    select r.id, r.tenant_id, f.name, f.email, f.role
      from jsonb_to_recordset(named) as f(id uuid, name text, email text, role tenant_role)
      join readers r on r.user_id = f.id and r.tenant_id = current_tenant_id()
      order by r.id
    on conflict (reader_id) do update set name = excluded.name, email = excluded.email, role = excluded.role
      where (p.name, p.email, p.role) is distinct from (excluded.name, excluded.email, excluded.role);
end $$;

-- Queries name feeds by their numbers (`feed:#12`). Another machine has other numbers: an import writes them anew. What alt-backend's
-- part of an archive found out about feeds stays until the projects are there too.

-- A query with the numbers of feeds as they are here. A feed that the archive did not have is none (0).
create function imported_query(tenant uuid, query text) returns text
  language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  written text := '';
  rest text := query;
  parts text[];
begin
  loop
    parts := regexp_match(rest, '^(.*?feed:"?#)(\d+)(?!\d)(.*)$', 'i');
    exit when parts is null;
    written := written || parts[1] || coalesce(imported_id(tenant, 'feed', parts[2]), '0');
    rest := parts[3];
  end loop;
  return written || rest;
end $$;

-- As before but for queries, and for feeds being kept.
create or replace function end_tenant_import(tenant uuid) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update feeds f set subscriber_count = (select count(*) from subscriptions s where s.feed_id = f.id)
    where f.id in (select s.feed_id from subscriptions s join readers r on r.id = s.reader_id where r.tenant_id = tenant);
  update readers set revision = 1, structure_revision = 1, reset_revision = 1 where tenant_id = tenant;
  update saved_searches s set query = imported_query(tenant, s.query) where s.tenant_id = tenant and s.query ~* 'feed:"?#';
  update rules u set query = imported_query(tenant, u.query) where u.tenant_id = tenant and u.query ~* 'feed:"?#';
  delete from import_ids i where i.tenant_id = tenant and i.kind <> 'feed';
  perform pg_notify('alt_polls', '');
  perform pg_notify('alt_stages', '');
end $$;

create or replace function begin_project_import(tenant uuid, accounts jsonb) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into tenants (id) values (tenant) on conflict do nothing;
  delete from project_jobs where tenant_id = tenant;
  delete from projects where tenant_id = tenant;
  delete from people where tenant_id = tenant;
  delete from import_ids i where i.tenant_id = tenant and i.kind <> 'feed';
  insert into readers (user_id, tenant_id)
    select distinct a.value::uuid, tenant from jsonb_each_text(accounts) a where a.value is not null on conflict do nothing;
  insert into import_ids (tenant_id, kind, old_id, new_id)
    select tenant, 'account', a.key, r.id::text from jsonb_each_text(accounts) a
    join readers r on r.user_id = a.value::uuid and r.tenant_id = tenant where a.value is not null;
end $$;

create or replace function end_project_import(tenant uuid) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update project_sources s set query = imported_query(tenant, s.query) from projects p
    where p.id = s.project_id and p.tenant_id = tenant and s.query ~* 'feed:"?#';
  update project_rules u set query = imported_query(tenant, u.query) from projects p
    where p.id = u.project_id and p.tenant_id = tenant and u.query ~* 'feed:"?#';
  delete from import_ids where tenant_id = tenant;
end $$;

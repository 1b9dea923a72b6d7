-- The projects of a tenant's archive. What lies outside a project is named by what it is: people by their account, feeds by
-- address, articles by feed and identity, folders by their path. Ids inside are made anew by who reads the archive.

create function export_project_rows(tenant uuid, kind text) returns setof jsonb
  language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_variable
declare
  members integer[] := tenant_reader_ids(tenant);
begin
  case kind
    when 'person' then return query
      select to_jsonb(p) - 'reader_id' - 'tenant_id' || jsonb_build_object('account', r.user_id)
        from people p join readers r on r.id = p.reader_id where p.tenant_id = tenant and r.id = any (members) order by r.user_id;
    when 'project' then return query
      select with_account(to_jsonb(p) - 'tenant_id', 'created_by') from projects p where p.tenant_id = tenant order by p.id;
    when 'project_member' then return query
      select with_account(to_jsonb(m), 'reader_id') from project_members m join projects p on p.id = m.project_id
        where p.tenant_id = tenant and m.reader_id = any (members) order by m.project_id, m.reader_id;
    when 'project_section' then return query
      select to_jsonb(s) from project_sections s join projects p on p.id = s.project_id where p.tenant_id = tenant order by s.id;
    when 'project_article' then return query
      select with_account(to_jsonb(a), 'pinned_by')
          || jsonb_build_object('feed_is_private', f.tenant_id is not null, 'feed_credential', f.credential)
        from project_articles a join projects p on p.id = a.project_id
        left join articles x on x.id = a.article_id left join feeds f on f.id = x.feed_id
        where p.tenant_id = tenant order by a.id;
    when 'project_highlight' then return query
      select with_account(to_jsonb(h), 'created_by') from project_highlights h join projects p on p.id = h.project_id
        where p.tenant_id = tenant order by h.id;
    when 'project_note' then return query
      select with_account(to_jsonb(n), 'created_by') from project_notes n join projects p on p.id = n.project_id
        where p.tenant_id = tenant order by n.id;
    when 'project_mention' then return query
      select with_account(to_jsonb(m), 'reader_id') from project_mentions m join projects p on p.id = m.project_id
        where p.tenant_id = tenant and m.reader_id = any (members) order by m.note_id, m.reader_id;
    when 'project_decision' then return query
      -- What is superseded comes after what supersedes it.
      with recursive chain as (
        select d.*, 0 as depth from project_decisions d join projects p on p.id = d.project_id
          where p.tenant_id = tenant and d.superseded_by is null
        union all select d.*, c.depth + 1 from project_decisions d join chain c on d.superseded_by = c.id where c.depth < 1000
      )
      select with_account(to_jsonb(c) - 'depth', 'created_by') from chain c order by c.depth, c.id;
    when 'project_brief' then return query
      select with_account(to_jsonb(b), 'created_by') from project_briefs b join projects p on p.id = b.project_id
        where p.tenant_id = tenant order by b.id;
    when 'project_activity' then return query
      select with_account(to_jsonb(a) - 'id', 'actor_id') from project_activity a join projects p on p.id = a.project_id
        where p.tenant_id = tenant order by a.id;
    when 'project_dismissal' then return query
      select jsonb_build_object('project_id', d.project_id, 'article_id', d.article_id, 'identity', a.identity, 'feed_url', f.url,
          'feed_is_private', f.tenant_id is not null, 'feed_credential', f.credential)
        from project_dismissals d join projects p on p.id = d.project_id join articles a on a.id = d.article_id
        join feeds f on f.id = a.feed_id where p.tenant_id = tenant order by d.project_id, d.article_id;
    when 'project_publication' then return query
      select with_account(to_jsonb(o), 'opened_by') from project_publications o join projects p on p.id = o.project_id
        where p.tenant_id = tenant order by o.project_id;
    when 'project_source' then return query
      select with_account(to_jsonb(s) - 'feed_id' - 'folder_id', 'added_by') || jsonb_build_object('feed_url', f.url,
          'feed_is_private', f.tenant_id is not null, 'feed_credential', f.credential, 'folder_path', folder_path(s.folder_id),
          'folder_owner', (select r.user_id from folders d join readers r on r.id = d.owner_id where d.id = s.folder_id))
        from project_sources s join projects p on p.id = s.project_id left join feeds f on f.id = s.feed_id
        where p.tenant_id = tenant order by s.id;
    when 'project_rule' then return query
      select with_account(to_jsonb(r) - 'revision' - 'article_id' - 'next_check_at', 'owner_id')
        from project_rules r join projects p on p.id = r.project_id where p.tenant_id = tenant order by r.id;
  end case;
end $$;

-- A row in which a reader's number gives way to the account's id.
create function with_account(given jsonb, field text) returns jsonb
  language sql stable security definer set search_path = public, pg_temp
  return given || jsonb_build_object(field, (select r.user_id from readers r where r.id = (given ->> field)::integer));

-- The names from the outermost folder to this one.
create function folder_path(folder integer) returns jsonb
  language sql stable security definer set search_path = public, pg_temp
  return (
    with recursive up as (
      select f.id, f.parent_id, f.name, 0 as depth from folders f where f.id = folder
      union all select f.id, f.parent_id, f.name, u.depth + 1 from folders f join up u on u.parent_id = f.id where u.depth < 1000
    )
    select jsonb_agg(u.name order by u.depth desc) from up u
  );

create function folder_at(tenant uuid, owner integer, path jsonb) returns integer
  language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  present integer;
  step text;
begin
  for step in select x.value from jsonb_array_elements_text(path) with ordinality x order by x.ordinality loop
    select f.id into present from folders f
      where f.tenant_id = tenant and f.owner_id is not distinct from owner and f.parent_id is not distinct from present and f.name = step;
    if present is null then
      return null;
    end if;
  end loop;
  return present;
end $$;

create function feed_at(tenant uuid, address text, is_private boolean, credential text) returns integer
  language sql stable security definer set search_path = public, pg_temp
  return (select f.id from feeds f where f.url = address and f.credential is not distinct from feed_at.credential
    and f.tenant_id is not distinct from case when is_private then tenant end);

-- Empties the projects of a tenant that an import fills, or filled before. Accounts are those here; others are left out.
create function begin_project_import(tenant uuid, accounts jsonb) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into tenants (id) values (tenant) on conflict do nothing;
  delete from project_jobs where tenant_id = tenant;
  delete from projects where tenant_id = tenant;
  delete from people where tenant_id = tenant;
  delete from import_ids where tenant_id = tenant;
  insert into readers (user_id, tenant_id)
    select distinct a.value::uuid, tenant from jsonb_each_text(accounts) a where a.value is not null on conflict do nothing;
  insert into import_ids (tenant_id, kind, old_id, new_id)
    select tenant, 'account', a.key, r.id::text from jsonb_each_text(accounts) a
    join readers r on r.user_id = a.value::uuid and r.tenant_id = tenant where a.value is not null;
end $$;

create function end_project_import(tenant uuid) returns void
  language sql security definer set search_path = public, pg_temp
  begin atomic
    delete from import_ids where tenant_id = tenant;
  end;

-- The number here of the reader that a row names by account; null for who is not here.
create function imported_reader(tenant uuid, account jsonb) returns integer
  language sql stable security definer set search_path = public, pg_temp
  return imported_id(tenant, 'account', account #>> '{}')::integer;

-- Takes rows of one kind, whose ids were made new before. Of articles it answers the ids that differ, `[[there, here], …]`.
create function import_project_rows(tenant uuid, kind text, rows jsonb) returns jsonb
  language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_variable
declare
  moved jsonb;
begin
  case kind
    when 'person' then
      insert into people (reader_id, tenant_id, name, email, role, seen_at)
        select imported_reader(tenant, r -> 'account'), tenant, r ->> 'name', r ->> 'email', (r ->> 'role')::tenant_role,
          (r ->> 'seen_at')::timestamptz
        from jsonb_array_elements(rows) r where imported_reader(tenant, r -> 'account') is not null;
    when 'project' then
      insert into projects (id, tenant_id, code, title, description, visibility, status, version, created_by, created_at, updated_at, deleted_at)
        select x.id, tenant, x.code, x.title, x.description, x.visibility, x.status, x.version,
          imported_reader(tenant, r -> 'created_by'), x.created_at, x.updated_at, x.deleted_at
        from jsonb_array_elements(rows) r, jsonb_populate_record(null::projects, r - 'created_by') x;
      -- Who made one became its lead just now; who its members are is said by the next rows.
      delete from project_members m using jsonb_array_elements(rows) r where m.project_id = (r ->> 'id')::uuid;
    when 'project_member' then
      insert into project_members (project_id, reader_id, role, added_at)
        select x.project_id, imported_reader(tenant, r -> 'reader_id'), x.role, x.added_at
        from jsonb_array_elements(rows) r, jsonb_populate_record(null::project_members, r - 'reader_id') x
        where imported_reader(tenant, r -> 'reader_id') is not null;
    when 'project_section' then
      insert into project_sections select x.* from jsonb_populate_recordset(null::project_sections, rows) x;
    when 'project_article' then
      with given as materialized (
        select x.*, r as line, (r ->> 'article_id') as there,
          (select a.id from articles a where a.identity = x.identity
            and a.feed_id = feed_at(tenant, x.feed_url, (r ->> 'feed_is_private')::boolean, r ->> 'feed_credential')) as here
        from jsonb_array_elements(rows) r, jsonb_populate_record(null::project_articles, r - 'pinned_by' - 'article_id') x
      ), made as (
        insert into project_articles (id, project_id, article_id, section_id, position, url, title, feed_title, feed_url, identity,
            published_at, origin, pinned_by, pinned_at)
          select g.id, g.project_id, g.here, g.section_id, g.position, g.url, g.title, g.feed_title, g.feed_url, g.identity,
            g.published_at, g.origin, imported_reader(tenant, g.line -> 'pinned_by'), g.pinned_at from given g
      )
      select coalesce(jsonb_agg(jsonb_build_array(g.there, g.here::text)), '[]') into moved
        from given g where g.here is not null and g.here::text <> g.there;
    when 'project_highlight' then
      insert into project_highlights (id, project_id, pin_id, quote, prefix, suffix, created_by, created_at)
        select x.id, x.project_id, x.pin_id, x.quote, x.prefix, x.suffix, imported_reader(tenant, r -> 'created_by'), x.created_at
        from jsonb_array_elements(rows) r, jsonb_populate_record(null::project_highlights, r - 'created_by') x;
    when 'project_note' then
      insert into project_notes (id, project_id, pin_id, highlight_id, body, version, created_by, created_at, updated_at)
        select x.id, x.project_id, x.pin_id, x.highlight_id, x.body, x.version, imported_reader(tenant, r -> 'created_by'),
          x.created_at, x.updated_at
        from jsonb_array_elements(rows) r, jsonb_populate_record(null::project_notes, r - 'created_by') x;
    when 'project_mention' then
      insert into project_mentions (note_id, reader_id, project_id, created_at, read_at)
        select x.note_id, imported_reader(tenant, r -> 'reader_id'), x.project_id, x.created_at, x.read_at
        from jsonb_array_elements(rows) r, jsonb_populate_record(null::project_mentions, r - 'reader_id') x
        where imported_reader(tenant, r -> 'reader_id') is not null;
    when 'project_decision' then
      insert into project_decisions (id, project_id, number, title, context, decision, consequences, alternatives, status,
          superseded_by, version, created_by, created_at, updated_at)
        select x.id, x.project_id, x.number, x.title, x.context, x.decision, x.consequences, x.alternatives, x.status,
          x.superseded_by, x.version, imported_reader(tenant, r -> 'created_by'), x.created_at, x.updated_at
        from jsonb_array_elements(rows) r, jsonb_populate_record(null::project_decisions, r - 'created_by') x;
    when 'project_brief' then
      insert into project_briefs (id, project_id, number, engine, parts, article_count, sentence_count, created_by, created_at)
        select x.id, x.project_id, x.number, x.engine, x.parts, x.article_count, x.sentence_count,
          imported_reader(tenant, r -> 'created_by'), x.created_at
        from jsonb_array_elements(rows) r, jsonb_populate_record(null::project_briefs, r - 'created_by') x;
    when 'project_activity' then
      insert into project_activity (project_id, actor_id, kind, subject, at)
        select x.project_id, imported_reader(tenant, r.value -> 'actor_id'), x.kind, x.subject, x.at
        from jsonb_array_elements(rows) with ordinality r, jsonb_populate_record(null::project_activity, r.value - 'actor_id') x
        order by r.ordinality;
    when 'project_dismissal' then
      insert into project_dismissals (project_id, article_id)
        select (r ->> 'project_id')::uuid, a.id
        from jsonb_array_elements(rows) r join articles a on a.identity = (r ->> 'identity')::bytea
          and a.feed_id = feed_at(tenant, r ->> 'feed_url', (r ->> 'feed_is_private')::boolean, r ->> 'feed_credential');
    when 'project_publication' then
      -- An address answers once: where the project that the archive was written from still has it, that one keeps it.
      insert into project_publications (project_id, kind, secret_hash, slug, opened_by, opened_at)
        select x.project_id, x.kind, x.secret_hash, x.slug, imported_reader(tenant, r -> 'opened_by'), x.opened_at
        from jsonb_array_elements(rows) r, jsonb_populate_record(null::project_publications, r - 'opened_by') x
        on conflict do nothing;
    when 'project_source' then
      insert into project_sources (id, project_id, kind, feed_id, folder_id, query, name, added_by, created_at)
        select g.id, g.project_id, g.kind, g.feed, g.folder, g.query, g.name, g.adder, g.created_at
        from (
          select x.*, imported_reader(tenant, r -> 'added_by') as adder,
            feed_at(tenant, r ->> 'feed_url', (r ->> 'feed_is_private')::boolean, r ->> 'feed_credential') as feed,
            case when jsonb_typeof(r -> 'folder_path') = 'array'
              then folder_at(tenant, imported_reader(tenant, r -> 'folder_owner'), r -> 'folder_path') end as folder
          from jsonb_array_elements(rows) r, jsonb_populate_record(null::project_sources, r - 'added_by') x
        ) g
        where g.adder is not null and (g.kind <> 'feed' or g.feed is not null) and (g.kind <> 'folder' or g.folder is not null);
    when 'project_rule' then
      -- What had come before the archive was written has been judged.
      insert into project_rules (id, project_id, section_id, name, query, is_enabled, version, owner_id, revision, article_id, created_at)
        select x.id, x.project_id, x.section_id, x.name, x.query, x.is_enabled, x.version, imported_reader(tenant, r -> 'owner_id'),
          1, 9007199254740991, x.created_at
        from jsonb_array_elements(rows) r, jsonb_populate_record(null::project_rules, r - 'owner_id') x
        where imported_reader(tenant, r -> 'owner_id') is not null;
  end case;
  return moved;
end $$;

create function tenant_project_count(tenant uuid) returns integer
  language sql stable security definer set search_path = public, pg_temp
  return (select count(*)::integer from projects p where p.tenant_id = tenant and p.deleted_at is null);

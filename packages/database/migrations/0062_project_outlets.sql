-- What goes out of a project and comes into it: pages and feeds for others, references of imports, sources and rules.

-- ---------------------------------------------------------------- publications

-- `private`: who has the secret in the address reads it; `public`: anybody who knows the slug.
create table project_publications (
  project_id uuid primary key references projects on delete cascade,
  kind text not null check (kind in ('private', 'public')),
  secret_hash bytea unique,
  slug text unique,
  opened_by integer references readers on delete set null,
  opened_at timestamptz(3) not null default now(),
  check ((kind = 'private') = (secret_hash is not null) and (kind = 'public') = (slug is not null))
);
create index project_publications_reader on project_publications (opened_by);

-- What the address of that secret or slug shows; no row unless the project is active and its tenant in good standing.
create function published_project(wanted_hash bytea, wanted_slug text) returns table (
  kind text, title text, description text, updated_at timestamptz, sections jsonb, articles jsonb, brief jsonb
)
  language sql stable security definer set search_path = public, pg_temp rows 1
  begin atomic
    select x.kind, p.title, p.description, p.updated_at,
      coalesce((select jsonb_agg(jsonb_build_object('id', s.id, 'title', s.title) order by s.position, s.id)
        from project_sections s where s.project_id = p.id), '[]'),
      coalesce((
        select jsonb_agg(jsonb_build_object('id', a.id, 'sectionId', a.section_id, 'title', a.title, 'url', a.url,
          'feedTitle', a.feed_title, 'publishedAt', a.published_at, 'pinnedAt', a.pinned_at) order by a.id desc)
        from (select * from project_articles n where n.project_id = p.id order by n.id desc limit 500) a), '[]'),
      (select jsonb_build_object('number', b.number, 'createdAt', b.created_at, 'parts', b.parts)
        from project_briefs b where b.project_id = p.id order by b.number desc limit 1)
    from project_publications x
    join projects p on p.id = x.project_id and p.status = 'active' and p.deleted_at is null
    join tenants t on t.id = p.tenant_id and t.suspended_at is null and t.purge_after is null
    where x.secret_hash = wanted_hash or x.slug = wanted_slug;
  end;

-- ---------------------------------------------------------------- references of an import

-- Those of the references that are articles which the present reader holds, by their place in the list. Of a feed whose
-- address is not known, the reader's own feeds are looked through.
create function resolve_references(identities bytea[], feed_urls text[]) returns table (place bigint, article_id bigint)
  language sql stable security definer set search_path = public, pg_temp rows 200
  begin atomic
    select w.place, min(a.id)
    from unnest(identities, feed_urls) with ordinality as w (identity, feed_url, place)
    cross join lateral (
      select f.id from feeds f where f.url = w.feed_url
      union all
      select c.feed_id from counters c where w.feed_url is null and c.reader_id = current_reader_id()
    ) k
    join articles a on a.feed_id = k.id and a.identity = w.identity
    join entries e on e.article_id = a.id and e.reader_id = current_reader_id()
    group by w.place;
  end;

-- ---------------------------------------------------------------- sources and rules

-- Where a project's articles come from: a feed, a folder of whoever added it, or a search over what one has.
create table project_sources (
  id uuid primary key default uuidv7(),
  project_id uuid not null references projects on delete cascade,
  kind text not null check (kind in ('feed', 'folder', 'search')),
  feed_id integer references feeds on delete cascade,
  folder_id integer references folders on delete cascade,
  query text,
  name text not null,
  added_by integer not null references readers on delete cascade,
  created_at timestamptz(3) not null default now(),
  check (num_nonnulls(feed_id, folder_id, query) = 1)
);
create index project_sources_project on project_sources (project_id, id);
create index project_sources_feed on project_sources (feed_id);
create index project_sources_folder on project_sources (folder_id);
create index project_sources_reader on project_sources (added_by);

-- A rule pins in the name of whoever made it, and so only what they may read. The row is the job: (`revision`, `article_id`)
-- of their entries is how far it has looked; null before its first look.
create table project_rules (
  id uuid primary key default uuidv7(),
  project_id uuid not null references projects on delete cascade,
  section_id uuid references project_sections on delete set null,
  name text not null,
  query text not null,
  is_enabled boolean not null default true,
  version integer not null default 1,
  owner_id integer not null references readers on delete cascade,
  revision bigint,
  article_id bigint not null default 0,
  next_check_at timestamptz(3) not null default now(),
  created_at timestamptz(3) not null default now()
) with (fillfactor = 70);
create index project_rules_project on project_rules (project_id, id);
create index project_rules_due on project_rules (next_check_at) where is_enabled;
create index project_rules_section on project_rules (section_id);
create index project_rules_owner on project_rules (owner_id);

-- What somebody took out of a project: no rule brings it back.
create table project_dismissals (
  project_id uuid not null references projects on delete cascade,
  article_id bigint not null references articles on delete cascade,
  primary key (project_id, article_id)
);
create index project_dismissals_article on project_dismissals (article_id);

do $$
declare
  name text;
begin
  foreach name in array array['project_publications', 'project_sources', 'project_rules', 'project_dismissals'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy owner on %I to alt_owner using (true) with check (true)', name);
    execute format('create policy look on %I for select to arch_repo_service using (project_rank(project_id) >= 1)', name);
  end loop;
  foreach name in array array['project_sources', 'project_rules', 'project_dismissals'] loop
    execute format('create policy change on %I for update to arch_repo_service
      using (project_rank(project_id) >= 2) with check (project_rank(project_id) >= 2)', name);
    execute format('create policy remove on %I for delete to arch_repo_service using (project_rank(project_id) >= 2)', name);
  end loop;
end
$$;
create policy add on project_publications for insert to arch_repo_service with check (project_rank(project_id) >= 3);
create policy remove on project_publications for delete to arch_repo_service using (project_rank(project_id) >= 3);
create policy add on project_sources for insert to arch_repo_service
  with check (project_rank(project_id) >= 2 and added_by = (select current_reader_id()));
create policy add on project_rules for insert to arch_repo_service
  with check (project_rank(project_id) >= 2 and owner_id = (select current_reader_id()));
create policy add on project_dismissals for insert to arch_repo_service with check (project_rank(project_id) >= 2);

-- A feed that the present reader follows, or a folder of theirs, by its number; null where it is not.
create function own_source_name(wanted_feed integer, wanted_folder integer) returns text
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select coalesce(
      (select coalesce(s.title, f.title, f.url) from subscriptions s join feeds f on f.id = s.feed_id
        where s.feed_id = wanted_feed and s.reader_id = current_reader_id()),
      (select d.name from folders d where d.id = wanted_folder and d.tenant_id = current_tenant_id()
        and (d.owner_id is null or d.owner_id = current_reader_id())));
  end;

-- Rules that are due, each for `lease`, with whom they act for.
create function claim_project_rules(wanted integer, lease interval) returns table (
  id uuid, project_id uuid, section_id uuid, query text, version integer, revision bigint, article_id bigint,
  tenant_id uuid, user_id uuid, role tenant_role
)
  language sql volatile security definer set search_path = public, pg_temp rows 10
  begin atomic
    with due as (
      select x.id from project_rules x
      join projects p on p.id = x.project_id and p.status = 'active' and p.deleted_at is null
      join tenants t on t.id = p.tenant_id and t.suspended_at is null
      join readers r on r.id = x.owner_id and r.purge_after is null
      join people n on n.reader_id = r.id
      where x.is_enabled and x.next_check_at <= now()
      order by x.next_check_at limit wanted for update of x skip locked
    ), taken as (
      update project_rules x set next_check_at = now() + lease from due where x.id = due.id
      returning x.id, x.project_id, x.section_id, x.query, x.version, x.revision, x.article_id, x.owner_id
    )
    select taken.id, taken.project_id, taken.section_id, taken.query, taken.version, taken.revision, taken.article_id,
      r.tenant_id, r.user_id, n.role
    from taken join readers r on r.id = taken.owner_id join people n on n.reader_id = r.id;
  end;

-- What a rule looks at next: entries of the present reader behind (`after_revision`, `after_article`), in that order; or, on
-- its first look, the newest. `is_sourced` says whether a feed or folder of the project covers it. `reader_revision` is what
-- it has seen when there is nothing more.
create function rule_candidates(wanted_project uuid, after_revision bigint, after_article bigint, wanted integer)
  returns table (
    id bigint, revision bigint, is_sourced boolean, title text, text text, author text, url text, language text,
    feed_id integer, feed_title text, feed_url text, is_read boolean, is_starred boolean, has_audio boolean,
    sort_at timestamptz, reader_revision bigint
  )
  language sql stable security definer set search_path = public, pg_temp rows 50
  begin atomic
    with me as materialized (
      select r.id, r.revision from readers r where r.id = current_reader_id() and project_rank(wanted_project) >= 2
    ), sourced as materialized (
      select s.feed_id from project_sources s where s.project_id = wanted_project and s.feed_id is not null
      union
      select b.feed_id from project_sources s
      join subscription_folders f on f.folder_id = s.folder_id
      join subscriptions b on b.id = f.subscription_id
      where s.project_id = wanted_project
    ), next as materialized (
      (select e.* from me join entries e on e.reader_id = me.id
        where after_revision is not null and (e.revision, e.article_id) > (after_revision, after_article)
          and e.revision >= after_revision
        order by e.revision, e.article_id limit wanted)
      union all
      (select e.* from me join entries e on e.reader_id = me.id where after_revision is null and e.is_listed
        order by e.sort_at desc, e.article_id desc limit wanted)
    )
    select a.id, n.revision, n.feed_id in (select x.feed_id from sourced x), a.title,
      left(case when c.full_state = 'ready' then coalesce(c.full_text, c.text) else c.text end, 20000), a.author, a.url,
      a.language, a.feed_id, coalesce(b.title, f.title, f.url), coalesce(f.site_url, f.url), n.is_read, n.is_starred,
      c.enclosures @@ '$[*].type starts with "audio/"', n.sort_at, me.revision
    from next n join me on true
    join articles a on a.id = n.article_id join article_contents c on c.article_id = a.id join feeds f on f.id = a.feed_id
    left join subscriptions b on b.feed_id = f.id and b.reader_id = n.reader_id
    order by n.revision, n.article_id;
  end;

-- The articles of a project that are here, with their feeds: where search may look.
create function pinned_scope(wanted uuid) returns table (article_ids bigint[], feed_ids integer[])
  language sql stable security definer set search_path = public, pg_temp rows 1
  begin atomic
    select coalesce(array_agg(a.id), '{}'), coalesce(array_agg(distinct a.feed_id), '{}')
    from project_articles p join articles a on a.id = p.article_id
    where p.project_id = wanted and project_rank(wanted) >= 1;
  end;

revoke execute on function published_project, resolve_references, own_source_name, claim_project_rules, rule_candidates,
  pinned_scope from public;

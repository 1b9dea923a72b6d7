-- Projects: a team's dossier on a topic. Whose one is, who sees it and who writes in it is decided here (project_rank) and
-- nowhere else; arch-repo-service only says it in words.

-- ---------------------------------------------------------------- who acts

-- The role of the person in the tenant, from the verified token. Unset or unknown is an error, never everybody's.
create domain tenant_role as text check (value in ('owner', 'admin', 'member', 'reader'));
create function current_tenant_role() returns tenant_role
  language sql stable parallel safe return current_setting('alt.role')::tenant_role;

-- Names of the people of a tenant, as their last token said them.
create table people (
  reader_id integer primary key references readers on delete cascade,
  tenant_id uuid not null references tenants on delete cascade,
  name text not null,
  email text not null,
  role tenant_role not null,
  seen_at timestamptz(3) not null default now()
);
create index people_tenant on people (tenant_id, reader_id);

-- The number of the present reader, made at first sight as ensure_reader does, with the name that others see.
create function enter_projects(person_name text, person_email text) returns integer
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  reader integer := ensure_reader();
begin
  insert into people as p (reader_id, tenant_id, name, email, role)
    values (reader, current_tenant_id(), person_name, person_email, current_tenant_role())
    on conflict (reader_id) do update
      set name = excluded.name, email = excluded.email, role = excluded.role, seen_at = now()
      where (p.name, p.email, p.role) is distinct from (excluded.name, excluded.email, excluded.role)
        or p.seen_at < now() - interval '1 day';
  return reader;
end
$$;

-- ---------------------------------------------------------------- projects and their members

create table projects (
  id uuid primary key,
  tenant_id uuid not null references tenants on delete cascade,
  code text not null check (code ~ '^[A-Z][A-Z0-9-]{1,15}$'),
  title text not null,
  description text not null default '',
  visibility text not null default 'members' check (visibility in ('members', 'tenant')),
  status text not null default 'active' check (status in ('active', 'archived')),
  version integer not null default 1,
  created_by integer references readers on delete set null,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted_at timestamptz(3),
  constraint projects_code_key unique (tenant_id, code)
);
comment on column projects.deleted_at is 'gone for all but its leads, who may take it back; purged after 30 days';
create index projects_list on projects (tenant_id, id);
create index projects_creator on projects (created_by);
create index projects_deleted on projects (deleted_at) where deleted_at is not null;

create table project_members (
  project_id uuid not null references projects on delete cascade,
  reader_id integer not null references readers on delete cascade,
  role text not null check (role in ('lead', 'editor', 'viewer')),
  added_at timestamptz(3) not null default now(),
  primary key (project_id, reader_id)
);
create index project_members_reader on project_members (reader_id, project_id);

-- What the present reader may do in a project: 0 nothing, 1 look, 2 write, 3 lead. Owners and admins of the tenant lead every
-- project of it; its readers look at most; whoever left the tenant does nothing. A deleted project is there for leads alone.
create function project_rank(wanted uuid) returns integer
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select case when p.deleted_at is not null and x.rank < 3 then 0 else x.rank end
    from projects p
    cross join lateral (
      select case
        when current_tenant_role() in ('owner', 'admin') then 3
        else least(
          case when current_tenant_role() = 'reader' then 1 else 3 end,
          greatest(
            case when p.visibility = 'tenant' then 1 else 0 end,
            coalesce((
              select case m.role when 'lead' then 3 when 'editor' then 2 else 1 end
              from project_members m join readers r on r.id = m.reader_id
              where m.project_id = p.id and r.user_id = current_user_id() and r.tenant_id = p.tenant_id
                and r.purge_after is null
            ), 0)
          ))
        end as rank
    ) x
    where p.id = wanted and p.tenant_id = current_tenant_id();
  end;

-- Whoever makes a project leads it.
create function lead_own_project() returns trigger
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  insert into project_members (project_id, reader_id, role) values (new.id, new.created_by, 'lead');
  return null;
end
$$;
create trigger lead_own_project after insert on projects
  for each row when (new.created_by is not null) execute function lead_own_project();

-- The last reader of a tenant that goes takes its projects along; what they pin would hold the tenant's private feeds.
create function forget_projects() returns trigger
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  delete from projects p using tenants t
    where t.id = old.tenant_id and t.purge_after is not null and p.tenant_id = t.id
      and not exists (select from readers r where r.tenant_id = t.id);
  return null;
end
$$;
create trigger forget_projects after delete on readers for each row execute function forget_projects();

-- ---------------------------------------------------------------- what is in a project

create table project_sections (
  id uuid primary key default uuidv7(),
  project_id uuid not null references projects on delete cascade,
  title text not null,
  position integer not null,
  version integer not null default 1,
  created_at timestamptz(3) not null default now()
);
create index project_sections_list on project_sections (project_id, position, id);

-- An article of the archive, or a reference to one that is not here (an import, or what was purged): then only what is
-- written in the row is known of it.
create table project_articles (
  id uuid primary key default uuidv7(),
  project_id uuid not null references projects on delete cascade,
  article_id bigint references articles on delete set null,
  section_id uuid references project_sections on delete set null,
  position bigint not null,
  url text,
  title text not null,
  feed_title text not null default '',
  feed_url text,
  identity bytea,
  published_at timestamptz(3),
  origin text not null check (origin in ('person', 'rule', 'import')),
  pinned_by integer references readers on delete set null,
  pinned_at timestamptz(3) not null default now(),
  constraint project_articles_key unique (project_id, article_id)
);
create index project_articles_newest on project_articles (project_id, id);
create index project_articles_section on project_articles (project_id, section_id, position, id);
-- Its own index: `section_id is null` gives no order in the one above.
create index project_articles_loose on project_articles (project_id, position, id) where section_id is null;
create index project_articles_in_section on project_articles (section_id);
create index project_articles_article on project_articles (article_id);
create index project_articles_reader on project_articles (pinned_by);

create table project_highlights (
  id uuid primary key default uuidv7(),
  project_id uuid not null references projects on delete cascade,
  pin_id uuid not null references project_articles on delete cascade,
  quote text not null,
  prefix text not null default '',
  suffix text not null default '',
  created_by integer references readers on delete set null,
  created_at timestamptz(3) not null default now()
);
create index project_highlights_list on project_highlights (project_id, id);
create index project_highlights_pin on project_highlights (pin_id);
create index project_highlights_reader on project_highlights (created_by);

create table project_notes (
  id uuid primary key default uuidv7(),
  project_id uuid not null references projects on delete cascade,
  pin_id uuid references project_articles on delete set null,
  highlight_id uuid references project_highlights on delete set null,
  body text not null,
  version integer not null default 1,
  created_by integer references readers on delete set null,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now()
);
create index project_notes_list on project_notes (project_id, id);
create index project_notes_pin on project_notes (pin_id);
create index project_notes_highlight on project_notes (highlight_id);
create index project_notes_reader on project_notes (created_by);

create table project_mentions (
  note_id uuid not null references project_notes on delete cascade,
  reader_id integer not null references readers on delete cascade,
  project_id uuid not null references projects on delete cascade,
  created_at timestamptz(3) not null default now(),
  read_at timestamptz(3),
  primary key (note_id, reader_id)
);
create index project_mentions_unread on project_mentions (reader_id, note_id) where read_at is null;
create index project_mentions_project on project_mentions (project_id);

create table project_decisions (
  id uuid primary key default uuidv7(),
  project_id uuid not null references projects on delete cascade,
  number integer not null,
  title text not null,
  context text not null default '',
  decision text not null default '',
  consequences text not null default '',
  alternatives jsonb not null default '[]',
  status text not null default 'proposed' check (status in ('proposed', 'accepted', 'superseded', 'rejected')),
  superseded_by uuid references project_decisions on delete set null,
  version integer not null default 1,
  created_by integer references readers on delete set null,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  constraint project_decisions_number_key unique (project_id, number)
);
create index project_decisions_successor on project_decisions (superseded_by);
create index project_decisions_reader on project_decisions (created_by);

-- What happened, in the transaction in which it did; never changed.
create table project_activity (
  id bigint generated always as identity primary key,
  project_id uuid not null references projects on delete cascade,
  actor_id integer references readers on delete set null,
  kind text not null,
  subject jsonb not null default '{}',
  at timestamptz(3) not null default now()
);
create index project_activity_list on project_activity (project_id, id);
create index project_activity_actor on project_activity (actor_id);

-- ---------------------------------------------------------------- who sees what

do $$
declare
  name text;
begin
  foreach name in array array['people', 'projects', 'project_members', 'project_sections', 'project_articles',
    'project_highlights', 'project_notes', 'project_mentions', 'project_decisions', 'project_activity'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy owner on %I to alt_owner using (true) with check (true)', name);
  end loop;
  foreach name in array array['project_members', 'project_sections', 'project_articles', 'project_highlights',
    'project_notes', 'project_mentions', 'project_decisions', 'project_activity'] loop
    execute format('create policy look on %I for select to arch_repo_service using (project_rank(project_id) >= 1)', name);
  end loop;
  foreach name in array array['project_sections', 'project_articles', 'project_highlights', 'project_notes',
    'project_decisions'] loop
    execute format('create policy add on %I for insert to arch_repo_service with check (project_rank(project_id) >= 2)', name);
    execute format('create policy change on %I for update to arch_repo_service
      using (project_rank(project_id) >= 2) with check (project_rank(project_id) >= 2)', name);
    execute format('create policy remove on %I for delete to arch_repo_service using (project_rank(project_id) >= 2)', name);
  end loop;
end
$$;

create policy tenant on people for select to arch_repo_service using (tenant_id = current_tenant_id());
create policy tenant on readers for select to arch_repo_service using (tenant_id = current_tenant_id());

create policy look on projects for select to arch_repo_service
  using (tenant_id = current_tenant_id() and project_rank(id) >= 1);
create policy make on projects for insert to arch_repo_service with check (
  tenant_id = current_tenant_id() and current_tenant_role() <> 'reader' and created_by = (select current_reader_id()));
create policy change on projects for update to arch_repo_service
  using (tenant_id = current_tenant_id() and project_rank(id) >= 2)
  with check (tenant_id = current_tenant_id() and project_rank(id) >= 2);

-- Members are people of the same tenant. Anybody may leave; only leads add, change and remove.
create policy add on project_members for insert to arch_repo_service with check (
  project_rank(project_id) >= 3
  and exists (select from readers r where r.id = reader_id and r.purge_after is null));
create policy change on project_members for update to arch_repo_service
  using (project_rank(project_id) >= 3) with check (project_rank(project_id) >= 3);
create policy remove on project_members for delete to arch_repo_service
  using (project_rank(project_id) >= 3 or reader_id = (select current_reader_id()));

-- A mention is written by whoever writes the note, and marked as read by whom it names.
create policy add on project_mentions for insert to arch_repo_service with check (project_rank(project_id) >= 2);
create policy own on project_mentions for update to arch_repo_service
  using (reader_id = (select current_reader_id())) with check (reader_id = (select current_reader_id()));
create policy remove on project_mentions for delete to arch_repo_service using (project_rank(project_id) >= 2);

create policy add on project_activity for insert to arch_repo_service with check (
  project_rank(project_id) >= 1 and actor_id is not distinct from (select current_reader_id()));

-- A pinned article is read by whoever sees a project that it is pinned in.
create policy pinned on articles for select to arch_repo_service
  using (exists (select from project_articles p where p.article_id = articles.id));
create policy pinned on article_contents for select to arch_repo_service
  using (exists (select from project_articles p where p.article_id = article_contents.article_id));

-- Those of the articles that the present reader may read, because they hold them, with what a project keeps of each.
create function articles_to_pin(wanted bigint[]) returns table (
  article_id bigint, url text, title text, feed_title text, feed_url text, identity bytea, published_at timestamptz
)
  language sql stable security definer set search_path = public, pg_temp rows 50
  begin atomic
    select a.id, a.url, a.title, coalesce(s.title, f.title, f.url),
      case when f.tenant_id is null and f.credential is null then f.url end, a.identity, a.published_at
    from unnest(wanted) with ordinality as w (id, place)
    join entries e on e.article_id = w.id and e.reader_id = current_reader_id()
    join articles a on a.id = e.article_id
    join feeds f on f.id = a.feed_id
    left join subscriptions s on s.feed_id = f.id and s.reader_id = e.reader_id
    order by w.place;
  end;

-- How somebody of the tenant sees a project, for who is mentioned in it: looks at what project_rank says, for another.
create function who_may_look(wanted uuid, people_asked uuid[]) returns table (reader_id integer, user_id uuid)
  language sql stable security definer set search_path = public, pg_temp rows 20
  begin atomic
    select r.id, r.user_id
    from projects p
    join readers r on r.tenant_id = p.tenant_id and r.user_id = any (people_asked) and r.purge_after is null
    left join people x on x.reader_id = r.id
    where p.id = wanted and project_rank(p.id) >= 1
      and (p.visibility = 'tenant' or x.role in ('owner', 'admin')
        or exists (select from project_members m where m.project_id = p.id and m.reader_id = r.id));
  end;

-- How many members and articles each of the projects has that the present reader may see.
create function project_counts(wanted uuid[]) returns table (project_id uuid, members integer, articles integer)
  language sql stable security definer set search_path = public, pg_temp rows 50
  begin atomic
    select w.id, (select count(*)::integer from project_members m where m.project_id = w.id),
      (select count(*)::integer from project_articles a where a.project_id = w.id)
    from unnest(wanted) as w (id) where project_rank(w.id) >= 1;
  end;

-- The same for the sections of one project.
create function section_counts(wanted uuid) returns table (section_id uuid, articles integer)
  language sql stable security definer set search_path = public, pg_temp rows 50
  begin atomic
    select a.section_id, count(*)::integer from project_articles a
    where a.project_id = wanted and a.section_id is not null and project_rank(wanted) >= 1
    group by a.section_id;
  end;

-- Projects that were deleted 30 days ago go for good. Answers how many.
create function purge_projects(batch integer) returns integer
  language sql volatile security definer set search_path = public, pg_temp
  begin atomic
    with old as (
      select p.id from projects p where p.deleted_at < now() - interval '30 days'
      order by p.deleted_at limit batch for update skip locked
    ), gone as (
      delete from projects p using old where p.id = old.id returning p.id
    )
    select count(*)::integer from gone;
  end;

revoke execute on function enter_projects, project_rank, lead_own_project, forget_projects, articles_to_pin, who_may_look,
  project_counts, section_counts, purge_projects from public;

-- ---------------------------------------------------------------- pinned articles stay

-- Where the articles of one feed become those of another (merge_feeds), pins follow; an article that both had is pinned once.
create function carry_pins(old_ids bigint[], new_ids bigint[]) returns void
  language sql volatile security definer set search_path = public, pg_temp
  begin atomic
    update project_articles p set article_id = m.new_id
      from unnest(old_ids, new_ids) as m (old_id, new_id)
      where p.article_id = m.old_id
        and not exists (select from project_articles o where o.project_id = p.project_id and o.article_id = m.new_id)
        and not exists (
          select from unnest(old_ids, new_ids) as x (old_id, new_id)
          join project_articles o on o.article_id = x.old_id
          where o.project_id = p.project_id and x.new_id = m.new_id and x.old_id < m.old_id);
    update project_highlights h set pin_id = o.id
      from project_articles p, unnest(old_ids, new_ids) as m (old_id, new_id), project_articles o
      where h.pin_id = p.id and p.article_id = m.old_id and o.project_id = p.project_id and o.article_id = m.new_id;
    update project_notes n set pin_id = o.id
      from project_articles p, unnest(old_ids, new_ids) as m (old_id, new_id), project_articles o
      where n.pin_id = p.id and p.article_id = m.old_id and o.project_id = p.project_id and o.article_id = m.new_id;
    delete from project_articles p using unnest(old_ids, new_ids) as m (old_id, new_id)
      where p.article_id = m.old_id
        and exists (select from project_articles o where o.project_id = p.project_id and o.article_id = m.new_id);
  end;
revoke execute on function carry_pins from public;

-- Two functions of before, each with one line more: written into the present text, whichever migration it is of.
do $$
declare
  present text;
  changed text;
begin
  present := pg_get_functiondef('collect_garbage(bigint,integer)'::regprocedure);
  changed := replace(present, 'and not exists (select from deliveries d where a.id = any (d.article_ids))',
    'and not exists (select from deliveries d where a.id = any (d.article_ids))
      and not exists (select from project_articles p where p.article_id = a.id)');
  if changed = present then
    raise exception 'collect_garbage is not as 0060 expects it';
  end if;
  execute changed;
  present := pg_get_functiondef('merge_feed_rows(integer,integer)'::regprocedure);
  changed := replace(present, 'delete from articles where id = any (old_ids);',
    'perform carry_pins(old_ids, new_ids);
  delete from articles where id = any (old_ids);');
  if changed = present then
    raise exception 'merge_feed_rows is not as 0060 expects it';
  end if;
  execute changed;
end
$$;

-- Work for projects that takes a while: briefs, exports, imports. The row is the job; it is claimed, renewed, given back and
-- finished as its person, so that it never sees more than they do.

create table project_jobs (
  id uuid primary key default uuidv7(),
  tenant_id uuid not null references tenants on delete cascade,
  project_id uuid references projects on delete cascade,
  reader_id integer not null references readers on delete cascade,
  role tenant_role not null,
  kind text not null check (kind in ('brief', 'export', 'import')),
  input jsonb not null default '{}',
  state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed')),
  done integer not null default 0,
  total integer not null default 0,
  kept jsonb not null default '{}',
  result jsonb,
  error_code text,
  error text,
  attempts integer not null default 0,
  next_attempt_at timestamptz(3) not null default now(),
  claimed_by text,
  claimed_until timestamptz(3),
  created_at timestamptz(3) not null default now(),
  finished_at timestamptz(3)
) with (fillfactor = 70);
comment on column project_jobs.role is 'of the person in the tenant when they asked';
comment on column project_jobs.kept is 'what is done already, for whoever takes the job up after a crash';
create index project_jobs_unfinished on project_jobs (next_attempt_at) where state in ('waiting', 'running');
create index project_jobs_finished on project_jobs (finished_at) where finished_at is not null;
create index project_jobs_project on project_jobs (project_id, id);
create index project_jobs_reader on project_jobs (reader_id);
create index project_jobs_tenant on project_jobs (tenant_id);

-- What was uploaded for a job, and what it made, until it expires.
create table project_files (
  job_id uuid not null references project_jobs on delete cascade,
  part text not null check (part in ('input', 'output')),
  name text not null,
  media_type text not null,
  bytes bytea not null check (length(bytes) <= 52428800),
  expires_at timestamptz(3) not null default now() + interval '1 day',
  primary key (job_id, part)
);
create index project_files_expired on project_files (expires_at);

-- Versions of the brief, which are never changed. `parts` are in the shape of the contract.
create table project_briefs (
  id uuid primary key default uuidv7(),
  project_id uuid not null references projects on delete cascade,
  number integer not null,
  engine text not null,
  parts jsonb not null,
  article_count integer not null,
  sentence_count integer not null,
  created_by integer references readers on delete set null,
  created_at timestamptz(3) not null default now(),
  constraint project_briefs_number_key unique (project_id, number)
);
create index project_briefs_reader on project_briefs (created_by);

do $$
declare
  name text;
begin
  foreach name in array array['project_jobs', 'project_files', 'project_briefs'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy owner on %I to alt_owner using (true) with check (true)', name);
  end loop;
end
$$;
create policy look on project_briefs for select to arch_repo_service using (project_rank(project_id) >= 1);
create policy add on project_briefs for insert to arch_repo_service with check (project_rank(project_id) >= 2);

-- How far a job is, everybody in the project sees; what an export or import holds, only who asked for it.
create policy look on project_jobs for select to arch_repo_service using (
  tenant_id = current_tenant_id()
  and (reader_id = (select current_reader_id()) or kind = 'brief' and project_rank(project_id) >= 1));
create policy add on project_jobs for insert to arch_repo_service with check (
  tenant_id = current_tenant_id() and reader_id = (select current_reader_id())
  and (project_id is null or project_rank(project_id) >= 1));
create policy change on project_jobs for update to arch_repo_service
  using (tenant_id = current_tenant_id() and reader_id = (select current_reader_id()))
  with check (tenant_id = current_tenant_id() and reader_id = (select current_reader_id()));
create policy own on project_files to arch_repo_service
  using (exists (select from project_jobs j where j.id = job_id and j.reader_id = (select current_reader_id())))
  with check (exists (select from project_jobs j where j.id = job_id and j.reader_id = (select current_reader_id())));

-- Takes jobs that are due, or that a worker left behind, for `lease`. Those of a suspended tenant wait.
create function claim_project_jobs(worker text, wanted integer, lease interval)
  returns table (id uuid, kind text, project_id uuid, tenant_id uuid, user_id uuid, role tenant_role, attempts integer)
  language sql volatile security definer set search_path = public, pg_temp rows 5
  begin atomic
    with due as (
      select j.id from project_jobs j join tenants t on t.id = j.tenant_id and t.suspended_at is null
      where j.state in ('waiting', 'running') and j.next_attempt_at <= now()
        and (j.state = 'waiting' or j.claimed_until < now())
      order by j.next_attempt_at limit wanted for update of j skip locked
    ), taken as (
      update project_jobs j set state = 'running', claimed_by = worker, claimed_until = now() + lease,
        attempts = j.attempts + 1
      from due where j.id = due.id
      returning j.id, j.kind, j.project_id, j.tenant_id, j.reader_id, j.role, j.attempts
    )
    select taken.id, taken.kind, taken.project_id, taken.tenant_id, r.user_id, taken.role, taken.attempts
    from taken join readers r on r.id = taken.reader_id;
  end;

-- Files a day old, and jobs that ended 30 days ago. Answers how many rows went.
create function purge_project_work(batch integer) returns integer
  language sql volatile security definer set search_path = public, pg_temp
  begin atomic
    with files as (
      delete from project_files f using (
        select x.job_id, x.part from project_files x where x.expires_at < now() limit batch
      ) old where f.job_id = old.job_id and f.part = old.part returning f.job_id
    ), jobs as (
      delete from project_jobs j using (
        select x.id from project_jobs x where x.finished_at < now() - interval '30 days' limit batch
      ) old where j.id = old.id returning j.id
    )
    select ((select count(*) from files) + (select count(*) from jobs))::integer;
  end;

-- The beginnings of the texts of pinned articles, in the order given.
create function pinned_texts(wanted_project uuid, wanted_pins uuid[], length integer)
  returns table (pin_id uuid, article_id bigint, language text, text text)
  language sql stable security definer set search_path = public, pg_temp rows 40
  begin atomic
    select p.id, a.id, a.language,
      left(case when c.full_state = 'ready' then coalesce(c.full_text, c.text) else c.text end, length)
    from unnest(wanted_pins) with ordinality as w (id, place)
    join project_articles p on p.id = w.id and p.project_id = wanted_project
    join articles a on a.id = p.article_id
    join article_contents c on c.article_id = a.id
    where project_rank(wanted_project) >= 1
    order by w.place;
  end;

revoke execute on function claim_project_jobs, purge_project_work, pinned_texts from public;

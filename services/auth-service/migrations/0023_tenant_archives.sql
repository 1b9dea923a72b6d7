-- Archives of tenants: made and read by jobs that survive a restart, kept in pieces until they are fetched.

create table tenant_jobs (
  id uuid primary key default uuidv7(),
  kind text not null check (kind in ('export', 'import')),
  -- The tenant that is exported, or that an import has made.
  tenant_id uuid references tenants on delete cascade,
  account_id uuid not null references accounts on delete cascade,
  state text not null check (state in ('uploading', 'queued', 'running', 'done', 'failed')),
  step text not null default '' check (length(step) <= 100),
  rows bigint not null default 0,
  size_bytes bigint not null default 0,
  remarks jsonb not null default '[]' check (jsonb_typeof(remarks) = 'array'),
  error text check (length(error) <= 1000),
  digest bytea check (length(digest) = 32),
  -- Whether the archive was made here and is unchanged, and its importer was its owner: then its members are believed.
  is_trusted boolean not null default false,
  attempts integer not null default 0,
  claimed_by text,
  claimed_until timestamptz(3),
  next_attempt_at timestamptz(3) not null default now(),
  created_at timestamptz(3) not null default now(),
  finished_at timestamptz(3),
  expires_at timestamptz(3) not null default now() + interval '2 days',
  check (kind = 'import' or tenant_id is not null)
);

create index tenant_jobs_tenant on tenant_jobs (tenant_id, id);
create index tenant_jobs_account on tenant_jobs (account_id, id);
create index tenant_jobs_waiting on tenant_jobs (next_attempt_at) where state in ('queued', 'running');
create index tenant_jobs_expiry on tenant_jobs (expires_at);
-- One export of a tenant at a time, and one import of an account.
create unique index tenant_jobs_one_export on tenant_jobs (tenant_id) where kind = 'export' and state in ('queued', 'running');
create unique index tenant_jobs_one_import on tenant_jobs (account_id)
  where kind = 'import' and state in ('uploading', 'queued', 'running');

create table tenant_job_pieces (
  job_id uuid not null references tenant_jobs on delete cascade,
  position integer not null check (position >= 0),
  bytes bytea not null,
  primary key (job_id, position)
);

-- Already compressed.
alter table tenant_job_pieces alter column bytes set storage external;

-- Archives that were made here, by their SHA-256. Kept after the tenant is gone: it is how one is known again.
create table tenant_archives (
  digest bytea primary key check (length(digest) = 32),
  tenant_id uuid not null,
  made_at timestamptz(3) not null default now()
);

create index tenant_archives_tenant on tenant_archives (tenant_id);

-- The lines of the audit log that came with an archive. Not in the log itself, which only says what happened here.
create table archived_audit_lines (
  tenant_id uuid not null references tenants on delete cascade,
  position bigint not null,
  line jsonb not null check (jsonb_typeof(line) = 'object'),
  primary key (tenant_id, position)
);

alter table tenant_jobs enable row level security;
alter table tenant_jobs force row level security;
alter table tenant_job_pieces enable row level security;
alter table tenant_job_pieces force row level security;
alter table tenant_archives enable row level security;
alter table tenant_archives force row level security;
alter table archived_audit_lines enable row level security;
alter table archived_audit_lines force row level security;

create policy tenant_jobs_owner on tenant_jobs to auth_owner using (true) with check (true);
create policy tenant_job_pieces_owner on tenant_job_pieces to auth_owner using (true) with check (true);
create policy tenant_archives_owner on tenant_archives to auth_owner using (true) with check (true);
create policy archived_audit_lines_owner on archived_audit_lines to auth_owner using (true) with check (true);

-- An export is the tenant's; an import is the account's that brought it.
create policy tenant_jobs_current on tenant_jobs to tenant_service
  using (case kind when 'export' then tenant_id = (select reader_tenant_id()) else account_id = (select reader_user_id()) end)
  with check (case kind when 'export' then tenant_id = (select reader_tenant_id()) else account_id = (select reader_user_id()) end);
create policy tenant_job_pieces_current on tenant_job_pieces to tenant_service
  using (exists (select from tenant_jobs j where j.id = job_id))
  with check (exists (select from tenant_jobs j where j.id = job_id));
create policy tenant_archives_current on tenant_archives for insert to tenant_service
  with check (tenant_id = (select reader_tenant_id()));
create policy archived_audit_lines_current on archived_audit_lines to tenant_service
  using (tenant_id = (select reader_tenant_id())) with check (tenant_id = (select reader_tenant_id()));

-- Takes a job that waits, or whose worker is gone. What was begun too often is given up.
create function claim_tenant_job(p_worker text, p_lease interval, p_attempts integer) returns table (
  id uuid, kind text, tenant_id uuid, account_id uuid, digest bytea, attempts integer
)
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
begin
  update tenant_jobs j set state = 'failed', finished_at = now(), claimed_by = null, claimed_until = null,
      error = coalesce(j.error, 'It was begun too often and never came to its end. Begin it again; the log says more.')
    where j.state in ('queued', 'running') and j.attempts >= p_attempts
      and (j.claimed_until is null or j.claimed_until <= now());
  return query
    update tenant_jobs j set state = 'running', claimed_by = p_worker, claimed_until = now() + p_lease,
        attempts = j.attempts + 1
      where j.id = (
        select o.id from tenant_jobs o
        where o.state in ('queued', 'running') and o.next_attempt_at <= now()
          and (o.claimed_until is null or o.claimed_until <= now())
        order by o.next_attempt_at limit 1 for update skip locked
      )
      returning j.id, j.kind, j.tenant_id, j.account_id, j.digest, j.attempts;
end $$;

create function remove_expired_jobs() returns void
  language sql security definer set search_path = pg_catalog, public, pg_temp
  as 'delete from tenant_jobs where expires_at <= now() and (claimed_until is null or claimed_until <= now())';

-- Makes the tenant of an import, with the reader as its owner. An archive that was made here brings the tenant back to how it
-- stood with the operator when it was removed, once. outcome: created, limit-reached, not-found.
create function make_imported_tenant(
  p_job_id uuid, p_tenant_id uuid, p_old_tenant_id uuid, p_name text, p_slug text, p_settings jsonb,
  p_created_at timestamptz, p_was_owner boolean, p_plan text, p_plans jsonb, p_maximum integer
) returns table (outcome text, is_trusted boolean, has_slug boolean)
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_job tenant_jobs;
  v_standing removed_tenants;
begin
  perform from accounts a where a.id = reader_user_id() for no key update;
  select * into v_job from tenant_jobs j
    where j.id = p_job_id and j.kind = 'import' and j.account_id = reader_user_id() and j.tenant_id is null for update;
  if not found then
    outcome := 'not-found';
  elsif p_maximum <= (
      select count(*) from memberships m join tenants t on t.id = m.tenant_id
      where m.account_id = reader_user_id() and m.role = 'owner' and t.personal_of is null
    ) then
    outcome := 'limit-reached';
  else
    outcome := 'created';
  end if;
  if outcome <> 'created' then
    return next;
    return;
  end if;
  is_trusted := p_was_owner
    and exists (select from tenant_archives a where a.digest = v_job.digest and a.tenant_id = p_old_tenant_id);
  if is_trusted then
    update removed_tenants r set restored_as = p_tenant_id
      where r.tenant_id = p_old_tenant_id and r.restored_as is null returning * into v_standing;
  end if;
  has_slug := p_slug is not null and not exists (select from tenants t where t.slug = p_slug);
  insert into tenants (id, name, slug, settings, created_at, plan, limit_overrides, limits, suspended_at, suspension_reason)
    values (
      p_tenant_id, p_name, case when has_slug then p_slug end, p_settings,
      case when is_trusted then p_created_at else now() end,
      coalesce(v_standing.plan, p_plan), coalesce(v_standing.limit_overrides, '{}'),
      effective_limits(p_plans, coalesce(v_standing.plan, p_plan), coalesce(v_standing.limit_overrides, '{}')),
      v_standing.suspended_at, coalesce(v_standing.suspension_reason, '')
    );
  insert into memberships (tenant_id, account_id, role) values (p_tenant_id, reader_user_id(), 'owner');
  update tenant_jobs j set tenant_id = p_tenant_id, is_trusted = make_imported_tenant.is_trusted where j.id = p_job_id;
  insert into audit_log (account_id, tenant_id, action, detail) values (
    reader_user_id(), p_tenant_id, 'tenant-imported', jsonb_build_object('from', p_old_tenant_id, 'isTrusted', is_trusted)
  );
  return next;
end $$;

-- Makes somebody a member again who was one in a trusted archive, and is still the same account. Says whether they are.
create function restore_member(p_job_id uuid, p_account_id uuid, p_email text, p_role text, p_joined_at timestamptz)
  returns boolean
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if not exists (
      select from tenant_jobs j where j.id = p_job_id and j.kind = 'import' and j.is_trusted
        and j.account_id = reader_user_id() and j.tenant_id = reader_tenant_id()
    ) or not exists (select from accounts a where a.id = p_account_id and a.email = p_email) then
    return false;
  end if;
  insert into memberships (tenant_id, account_id, role, created_at)
    values (reader_tenant_id(), p_account_id, p_role, p_joined_at)
    on conflict (tenant_id, account_id) do update set created_at = excluded.created_at;
  return true;
end $$;

-- A domain of a trusted archive is proven still, unless somebody else has proven it since. It is looked for again at once.
create function restore_domain(p_job_id uuid, p_domain text, p_verified_at timestamptz) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('auth.domain ' || p_domain, 0));
  update tenant_domains d set verified_at = p_verified_at, next_check_at = now()
    where d.tenant_id = reader_tenant_id() and d.domain = p_domain
      and exists (
        select from tenant_jobs j where j.id = p_job_id and j.kind = 'import' and j.is_trusted
          and j.account_id = reader_user_id() and j.tenant_id = reader_tenant_id()
      )
      and not exists (select from tenant_domains o where o.domain = p_domain and o.verified_at is not null);
end $$;

-- Takes back what a failed import has made.
create function undo_import(p_job_id uuid) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_tenant_id uuid;
begin
  select tenant_id into v_tenant_id from tenant_jobs
    where id = p_job_id and kind = 'import' and account_id = reader_user_id() and state <> 'done';
  if v_tenant_id is null then
    return;
  end if;
  update tenant_jobs set tenant_id = null where id = p_job_id;
  update removed_tenants set restored_as = null where restored_as = v_tenant_id;
  delete from tenants where id = v_tenant_id;
end $$;

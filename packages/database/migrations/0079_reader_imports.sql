-- Imports of a reader's account at another reader service. The row is the job: it is claimed, renewed, given back and finished as
-- its reader, so that it never sees more than they do. The password is sealed, and is forgotten when the job ends.

create table reader_imports (
  id uuid primary key default uuidv7(),
  tenant_id uuid not null references tenants on delete cascade,
  reader_id integer not null references readers on delete cascade,
  service text not null check (length(service) between 1 and 40),
  address text not null check (length(address) <= 2000),
  account text not null check (length(account) <= 320),
  secret bytea,
  state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed')),
  phase text not null default 'connecting' check (phase in ('connecting', 'subscriptions', 'listing', 'fetching', 'storing', 'over')),
  done integer not null default 0,
  total integer not null default 0,
  kept jsonb not null default '{}',
  result jsonb,
  error_code text,
  error text,
  revision bigint not null default 0,
  attempts integer not null default 0,
  next_attempt_at timestamptz(3) not null default now(),
  claimed_by text,
  claimed_until timestamptz(3),
  created_at timestamptz(3) not null default now(),
  finished_at timestamptz(3),
  constraint reader_imports_secret_check check (secret is null or state in ('waiting', 'running'))
) with (fillfactor = 70);
comment on column reader_imports.kept is 'what is done already, for whoever takes the job up after a crash';
comment on column reader_imports.revision is 'of the reader at its last change: event streams tell what is later than theirs';
create index reader_imports_unfinished on reader_imports (next_attempt_at) where state in ('waiting', 'running');
create index reader_imports_finished on reader_imports (finished_at) where finished_at is not null;
create index reader_imports_reader on reader_imports (reader_id, id);
create index reader_imports_tenant on reader_imports (tenant_id);
create unique index reader_imports_one on reader_imports (reader_id) where state in ('waiting', 'running');

alter table reader_imports enable row level security;
alter table reader_imports force row level security;
create policy owner on reader_imports to alt_owner using (true) with check (true);
create policy own on reader_imports to alt_backend
  using (reader_id = (select current_reader_id()))
  with check (reader_id = (select current_reader_id()) and tenant_id = current_tenant_id());

-- Takes imports that are due, or that a worker left behind, for `lease`. Those of a suspended tenant wait, and those of who left it.
create function claim_reader_imports(worker text, wanted integer, lease interval)
  returns table (id uuid, tenant_id uuid, user_id uuid, attempts integer)
  language sql volatile security definer set search_path = public, pg_temp rows 5
  begin atomic
    with due as (
      select j.id from reader_imports j join tenants t on t.id = j.tenant_id and t.suspended_at is null
      join readers r on r.id = j.reader_id and r.purge_after is null
      where j.state in ('waiting', 'running') and j.next_attempt_at <= now()
        and (j.state = 'waiting' or j.claimed_until < now())
      order by j.next_attempt_at limit wanted for update of j skip locked
    ), taken as (
      update reader_imports j set state = 'running', claimed_by = worker, claimed_until = now() + lease,
        attempts = j.attempts + 1
      from due where j.id = due.id
      returning j.id, j.tenant_id, j.reader_id, j.attempts
    )
    select taken.id, taken.tenant_id, r.user_id, taken.attempts
    from taken join readers r on r.id = taken.reader_id;
  end;

-- Imports that ended a year ago. Answers how many rows went.
create function purge_reader_imports(batch integer) returns integer
  language sql volatile security definer set search_path = public, pg_temp
  begin atomic
    with gone as (
      delete from reader_imports i using (
        select x.id from reader_imports x where x.finished_at < now() - interval '1 year' limit batch
      ) old where i.id = old.id returning i.id
    )
    select count(*)::integer from gone;
  end;

-- Who has left for good leaves no names of accounts elsewhere, and nothing that waits to be theirs.
create function forget_imports() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  delete from reader_imports where reader_id = new.id;
  delete from inbound_items where reader_id = new.id;
  return null;
end $$;
create trigger forget_imports after update of purged_at on readers
  for each row when (new.purged_at is not null) execute function forget_imports();

revoke execute on function claim_reader_imports, purge_reader_imports, forget_imports from public;

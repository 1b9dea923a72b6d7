-- When periodic work last succeeded, and what was wrong when it last failed: what `alt status` reads. One row for a service
-- and a job, whichever of its processes ran it last.
create table job_runs (
  service text not null,
  job text not null check (length(job) <= 60),
  -- How often it is asked for; it may rest longer where there is nothing to do.
  every_seconds integer not null check (every_seconds > 0),
  last_run_at timestamptz(3) not null,
  last_success_at timestamptz(3),
  -- The sentence of the last failure; null after a success.
  error text check (length(error) <= 500),
  primary key (service, job)
);

-- A service speaks for itself: the row is that of the role that signed in.
create function note_job_run(given_job text, given_every integer, given_error text) returns void
  language sql volatile security definer set search_path = public, pg_temp as $$
  insert into job_runs as r (service, job, every_seconds, last_run_at, last_success_at, error)
  values (session_user, given_job, given_every, now(), case when given_error is null then now() end, given_error)
  on conflict (service, job) do update set every_seconds = excluded.every_seconds, last_run_at = excluded.last_run_at,
    last_success_at = coalesce(excluded.last_success_at, r.last_success_at), error = excluded.error;
$$;

-- The trace in which an article came to a stage, as a `traceparent`: so the work on it, minutes later and in another service,
-- stands in the trace of the poll that brought it. Set for a transaction by who traces; null, and nothing to do, elsewhere.
alter table article_stages add column trace text default nullif(current_setting('alt.trace', true), '');

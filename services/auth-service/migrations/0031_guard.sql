-- What the guard of sign-in keeps beside its counters (throttles): a secret that all processes share, and from where an
-- account was signed in to.

-- Signs device cookies and challenges. Made once; deleting the row makes every browser a stranger and every challenge void.
create table guard_secrets (
  is_only_row boolean primary key default true check (is_only_row),
  secret bytea not null check (length(secret) = 32),
  created_at timestamptz(3) not null default now()
);

-- A hash of an account's e-mail and an address block from which its password came right. Who comes from there is not shut
-- out by what strangers do elsewhere.
create table known_origins (
  key text primary key check (length(key) <= 100),
  seen_at timestamptz(3) not null default now()
);
create index known_origins_age on known_origins (seen_at);

-- Counts requests under several keys in fixed windows, in one statement. Keys are given in one order (sorted by the caller),
-- so that two calls never wait for each other. `refused_until` is the end of the window where a limit is passed.
create function count_requests(p_keys text[], p_limits integer[], p_windows interval[])
  returns table (key text, count integer, refused_until timestamptz)
  language sql set search_path = pg_catalog, public, pg_temp as $$
  insert into throttles as t (key, count)
    select k, 1 from unnest(p_keys) k
    on conflict (key) do update set
      count = case when t.window_started_at <= now() - p_windows[array_position(p_keys, t.key)] then 1
        else least(t.count + 1, 1000000) end,
      window_started_at = case when t.window_started_at <= now() - p_windows[array_position(p_keys, t.key)] then now()
        else t.window_started_at end,
      updated_at = now()
    returning t.key, t.count, case when t.count > p_limits[array_position(p_keys, t.key)]
      then t.window_started_at + p_windows[array_position(p_keys, t.key)] end
$$;

-- Counts a thing under several names, once for each window in which it is new.
create function count_distinct(p_thing text, p_names text[], p_window interval) returns void
  language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  v_count integer;
begin
  select c.count into v_count from count_requests(array[p_thing], array[1000000], array[p_window]) c;
  if v_count = 1 and cardinality(p_names) > 0 then
    perform count_requests(p_names, array_fill(1000000, array[cardinality(p_names)]),
      array_fill(p_window, array[cardinality(p_names)]));
  end if;
end $$;

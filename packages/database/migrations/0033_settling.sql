-- Rows that follow a mark change no count, so nothing is counted while they do: a million rows took a quarter longer.
create or replace trigger count_updated after update on entries
  referencing old table as old_rows new table as new_rows for each statement
  when (current_setting('alt.is_settling', true) is distinct from 'on')
  execute function count_updated_entries();

-- As before, and says that it settles.
create or replace function settle_next(batch integer) returns table (settled integer, is_done boolean)
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  reader integer;
  changed integer;
begin
  select c.reader_id into reader from counters c
    where not c.is_settled and pg_try_advisory_xact_lock(7204652, c.reader_id) limit 1;
  if reader is null then
    return;
  end if;
  perform set_config('alt.is_settling', 'on', true);
  with marked as materialized (
    select c.feed_id, c.read_through, c.read_before, greatest(batch / count(*) over (), 1) as share
    from counters c where c.reader_id = reader and not c.is_settled
  ), due as materialized (
    select e.row_id
    from marked c
    cross join lateral (
      select x.ctid as row_id from entries x
      where x.reader_id = reader and x.feed_id = c.feed_id and x.is_listed and not x.is_read
        and is_covered(x.revision, x.received_at, c.read_through, c.read_before)
      order by x.sort_at, x.article_id limit c.share for update skip locked
    ) e
    limit batch
  )
  -- The lock is held, so a ctid names the row that was looked at, or none.
  update entries e set is_read = true from (select row_id from due order by row_id) d where e.ctid = d.row_id;
  get diagnostics changed = row_count;
  perform set_config('alt.is_settling', '', true);
  return query select changed, changed < batch;
end
$$;

-- Counters follow entries by statement triggers. Whoever writes entries has taken the readers' rows first, in ascending
-- order (begin_change, deliver), so these updates meet no rival; settling changes no count.

create function is_covered(revision bigint, received_at timestamptz, read_through bigint, read_before timestamptz)
  returns boolean language sql immutable parallel safe
  return revision <= read_through and received_at < read_before;
comment on function is_covered is 'whether a "mark all read" covers an entry whose row does not say so yet';


create function count_inserted_entries() returns trigger
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  insert into counters as c (reader_id, feed_id, unread)
    select n.reader_id, n.feed_id, count(*) filter (where n.is_listed and not n.is_read)
    from new_rows n group by n.reader_id, n.feed_id order by n.reader_id, n.feed_id
    on conflict (reader_id, feed_id) do update set unread = c.unread + excluded.unread
    where excluded.unread <> 0;
  if exists (select from new_rows where is_starred) then
    update readers r set starred_count = r.starred_count + d.starred
      from (select reader_id, count(*) as starred from new_rows where is_starred and is_listed group by reader_id) d
      where r.id = d.reader_id;
  end if;
  return null;
end
$$;

create function count_updated_entries() returns trigger
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  update counters c set unread = c.unread + d.unread
    from (
      select o.reader_id, o.feed_id, sum(
          (n.is_listed and not n.is_read and not is_covered(n.revision, n.received_at, k.read_through, k.read_before))::int
          - (o.is_listed and not o.is_read and not is_covered(o.revision, o.received_at, k.read_through, k.read_before))::int
        )::int as unread
      from old_rows o
      join new_rows n on n.article_id = o.article_id and n.reader_id = o.reader_id
      join counters k on k.reader_id = o.reader_id and k.feed_id = o.feed_id
      group by o.reader_id, o.feed_id
    ) d
    where d.unread <> 0 and c.reader_id = d.reader_id and c.feed_id = d.feed_id;
  update readers r set starred_count = r.starred_count + d.starred
    from (
      select o.reader_id, sum((n.is_starred and n.is_listed)::int - (o.is_starred and o.is_listed)::int)::int as starred
      from old_rows o
      join new_rows n on n.article_id = o.article_id and n.reader_id = o.reader_id
      where (n.is_starred and n.is_listed) <> (o.is_starred and o.is_listed)
      group by o.reader_id
    ) d
    where d.starred <> 0 and r.id = d.reader_id;
  return null;
end
$$;

create function count_deleted_entries() returns trigger
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  update counters c set unread = c.unread - d.unread
    from (
      select o.reader_id, o.feed_id, count(*)::int as unread
      from old_rows o
      join counters k on k.reader_id = o.reader_id and k.feed_id = o.feed_id
      where o.is_listed and not o.is_read
        and not is_covered(o.revision, o.received_at, k.read_through, k.read_before)
      group by o.reader_id, o.feed_id
    ) d
    where c.reader_id = d.reader_id and c.feed_id = d.feed_id;
  update readers r set starred_count = r.starred_count - d.starred
    from (select reader_id, count(*)::int as starred from old_rows where is_starred and is_listed group by reader_id) d
    where r.id = d.reader_id;
  return null;
end
$$;


create trigger count_inserted after insert on entries
  referencing new table as new_rows for each statement execute function count_inserted_entries();
create trigger count_updated after update on entries
  referencing old table as old_rows new table as new_rows for each statement execute function count_updated_entries();
create trigger count_deleted after delete on entries
  referencing old table as old_rows for each statement execute function count_deleted_entries();

-- What the counters should be, for the tests and `alt doctor`: rows that differ.
create function miscounted() returns table (reader_id integer, feed_id integer, kept integer, counted integer)
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select c.reader_id, c.feed_id, c.unread, coalesce(e.unread, 0)::int
    from counters c
    left join (
      select e.reader_id, e.feed_id, count(*) as unread
      from entries e
      join counters k on k.reader_id = e.reader_id and k.feed_id = e.feed_id
      where e.is_listed and not e.is_read and not is_covered(e.revision, e.received_at, k.read_through, k.read_before)
      group by e.reader_id, e.feed_id
    ) e on e.reader_id = c.reader_id and e.feed_id = c.feed_id
    where c.unread <> coalesce(e.unread, 0)
    union all
    select r.id, null, r.starred_count, count(e.article_id)::int
    from readers r left join entries e on e.reader_id = r.id and e.is_starred and e.is_listed
    group by r.id having r.starred_count <> count(e.article_id);
  end;

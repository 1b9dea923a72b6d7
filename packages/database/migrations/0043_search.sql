-- What search-indexer keeps about its indexes, and what it must take out of them.

-- An index of a search engine: the one that answers, and while it is rebuilt the one beside it.
create table search_indexes (
  name text primary key,
  engine text not null check (engine in ('embedded', 'meilisearch')),
  created_at timestamptz(3) not null default now(),
  filled_to bigint not null default 0,
  completed_at timestamptz(3),
  rebuild_requested_at timestamptz(3)
);
comment on column search_indexes.filled_to is 'of the articles that were here when it was begun, those up to this id are in it';
comment on column search_indexes.completed_at is 'null while it is being built';
create unique index search_indexes_one on search_indexes (engine, (completed_at is null));

-- Articles that went, until no index has them any more.
create table search_removals (
  article_id bigint primary key,
  removed_at timestamptz(3) not null default now()
);

do $$
declare
  name text;
begin
  foreach name in array array['search_indexes', 'search_removals'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy owner on %I to alt_owner using (true) with check (true)', name);
    execute format('create policy indexing on %I to search_indexer using (true) with check (true)', name);
  end loop;
end
$$;

create function note_removed_articles() returns trigger
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  insert into search_removals (article_id) select id from gone order by id on conflict do nothing;
  if found then
    perform pg_notify('alt_stages', '');
  end if;
  return null;
end
$$;
create trigger note_removed_articles after delete on articles referencing old table as gone
  for each statement execute function note_removed_articles();

-- Who may find an article hangs on its feed: where feeds become one, their articles are indexed again.
create function index_moved_article() returns trigger
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  perform mark_for_index(array[new.id]);
  return null;
end
$$;
create trigger index_moved_article after update of feed_id on articles
  for each row when (old.feed_id <> new.feed_id) execute function index_moved_article();

-- "alt search rebuild": the index that answers is to be built anew. Answers how many indexes that concerns.
create function request_search_rebuild() returns integer
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  concerned integer;
begin
  update search_indexes set rebuild_requested_at = now() where completed_at is not null;
  get diagnostics concerned = row_count;
  perform pg_notify('alt_stages', '');
  return concerned;
end
$$;

revoke execute on function note_removed_articles, index_moved_article, request_search_rebuild from public;

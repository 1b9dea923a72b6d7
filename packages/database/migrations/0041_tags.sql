-- Tags: what the instance learns about words, tags that wait to be given, and what readers and tenants said about them.

-- In how many articles, by language, a stem occurs or the stems of a keyphrase stand together. Learned in batches, kept
-- bounded by forgetting the rarest. Says nothing about whose articles they were.
create table term_counts (
  language text not null,
  term text not null,
  document_count integer not null,
  primary key (language, term)
) with (fillfactor = 80);
create table term_documents (
  language text primary key,
  document_count bigint not null
);

-- Articles whose tags a tenant has to be given, or (`is_index_only`) whose tags changed by hand and are to be indexed.
create table tag_requests (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references tenants on delete cascade,
  article_ids bigint[] not null,
  is_index_only boolean not null default false,
  next_attempt_at timestamptz(3) not null default now(),
  error text
);
create index tag_requests_tenant on tag_requests (tenant_id);

-- Two tags that somebody said are not the same: never proposed for merging again.
create table tag_distinctions (
  tenant_id uuid not null references tenants on delete cascade,
  tag_id integer not null references tags on delete cascade,
  other_tag_id integer not null references tags on delete cascade,
  primary key (tag_id, other_tag_id),
  check (tag_id < other_tag_id)
);
create index tag_distinctions_other on tag_distinctions (other_tag_id);

alter table tags add is_edited boolean not null default false;
comment on column tags.is_edited is 'a person named, merged or promoted it; it is never retired';
comment on column tag_aliases.normalised is 'a folded name, of which each tag has its own, or language:stems';
create index tag_aliases_tag on tag_aliases (tag_id);
-- A veto is of all names that the tag has; `name` is the one that the reader saw.
alter table tag_vetoes add name text;

insert into tag_aliases (tenant_id, normalised, tag_id) select tenant_id, normalised, id from tags on conflict do nothing;

do $$
declare
  name text;
begin
  foreach name in array array['term_counts', 'term_documents', 'tag_requests', 'tag_distinctions'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy owner on %I to alt_owner using (true) with check (true)', name);
    execute format('create policy worker on %I to tag_generator using (true) with check (true)', name);
  end loop;
end
$$;

-- Whose vocabulary the articles of these feeds are projected onto: all tenants that follow one, and of a private feed its
-- own alone.
create function subscribing_tenants(wanted_feeds integer[]) returns table (feed_id integer, tenant_id uuid)
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select distinct s.feed_id, r.tenant_id
    from subscriptions s
    join readers r on r.id = s.reader_id
    join feeds f on f.id = s.feed_id
    where s.feed_id = any (wanted_feeds) and (f.tenant_id is null or f.tenant_id = r.tenant_id);
  end;

-- Who begins to follow a feed receives its last articles, which may have been read long ago for others.
create function request_tags() returns trigger
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  insert into tag_requests (tenant_id, article_ids)
    select distinct on (r.tenant_id, n.feed_id) r.tenant_id, d.article_ids
    from new_rows n
    join readers r on r.id = n.reader_id
    join feed_documents d on d.feed_id = n.feed_id
    where exists (select from article_keyphrases k where k.article_id = any (d.article_ids));
  if found then
    perform pg_notify('alt_tags', '');
  end if;
  return null;
end
$$;
create trigger request_tags after insert on subscriptions referencing new table as new_rows
  for each statement execute function request_tags();

revoke execute on function subscribing_tenants, request_tags from public;

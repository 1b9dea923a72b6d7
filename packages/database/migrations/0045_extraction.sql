-- Full texts: what a page says of its article, what a tenant's readers say of a feed's pages, and who wants full texts of
-- what a feed cuts short.

alter table article_contents add full_details jsonb;
comment on column article_contents.full_details is
  '{title, byline, publishedAt, imageUrl, siteName, language, canonicalUrl, pageCount, isComplete} as the page says';

alter table subscriptions add auto_full_text boolean not null default true;
comment on column subscriptions.auto_full_text is 'the full text of what the feed cuts short is fetched unasked';

-- A tenant's selectors shape only what that tenant sees: the text that all share is read without any, unless the feed is
-- the tenant's own.
create table feed_selectors (
  feed_id integer not null references feeds on delete cascade,
  tenant_id uuid not null references tenants on delete cascade,
  keep text[] not null default '{}',
  "drop" text[] not null default '{}',
  updated_at timestamptz(3) not null default now(),
  primary key (feed_id, tenant_id)
);
create index feed_selectors_tenant on feed_selectors (tenant_id);

create table article_variants (
  article_id bigint not null references articles on delete cascade,
  tenant_id uuid not null references tenants on delete cascade,
  html text not null,
  text text not null,
  primary key (article_id, tenant_id)
);
create index article_variants_tenant on article_variants (tenant_id);

do $$
declare
  name text;
begin
  foreach name in array array['feed_selectors', 'article_variants'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy owner on %I to alt_owner using (true) with check (true)', name);
    execute format('create policy worker on %I to pre_processor using (true) with check (true)', name);
  end loop;
end
$$;
create policy followed on feed_selectors for select to alt_backend using (
  tenant_id = current_tenant_id()
  and exists (select from subscriptions s where s.feed_id = feed_selectors.feed_id and s.reader_id = (select current_reader_id()))
);
create policy held on article_variants for select to alt_backend using (
  tenant_id = current_tenant_id()
  and exists (select from entries e
    where e.article_id = article_variants.article_id and e.reader_id = (select current_reader_id()))
);

-- Whether a feed's readers, all of them, want no full texts unasked.
create function skips_full_text(feed integer) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select exists (select from subscriptions s where s.feed_id = feed)
      and not exists (select from subscriptions s where s.feed_id = feed and s.auto_full_text);
  end;

create function set_auto_full_text(wanted_subscription integer, is_wanted boolean) returns void
  language sql volatile security definer set search_path = public, pg_temp
  begin atomic
    update subscriptions s set auto_full_text = is_wanted
      where s.id = wanted_subscription and s.reader_id = current_reader_id();
  end;

-- Sets what the tenant keeps and drops of a feed's pages; nothing of either ends it. Pages of the newest articles are read
-- again, the others as they come. False where the reader has no such subscription.
create function set_feed_selectors(wanted_subscription integer, new_keep text[], new_drop text[]) returns boolean
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  feed integer;
begin
  select s.feed_id into feed from subscriptions s
    where s.id = wanted_subscription and s.reader_id = current_reader_id();
  if feed is null then
    return false;
  end if;
  if cardinality(new_keep) + cardinality(new_drop) = 0 then
    delete from feed_selectors f where f.feed_id = feed and f.tenant_id = current_tenant_id();
    delete from article_variants v using articles a
      where a.feed_id = feed and v.article_id = a.id and v.tenant_id = current_tenant_id();
  else
    insert into feed_selectors as f (feed_id, tenant_id, keep, "drop")
      values (feed, current_tenant_id(), new_keep, new_drop)
      on conflict (feed_id, tenant_id) do update
        set keep = excluded.keep, "drop" = excluded."drop", updated_at = now();
  end if;
  insert into article_stages as t (article_id, stage, content_hash, priority)
    select n.id, 'extract', n.content_hash, 1 from (
      select a.id, a.content_hash
      from feed_documents d join articles a on a.id = any (d.article_ids) join article_contents c on c.article_id = a.id
      where d.feed_id = feed and c.full_state = 'ready' order by a.id desc limit 20
    ) n order by n.id
    on conflict (article_id, stage) do update
      set state = 'waiting', priority = 1, attempts = 0, next_attempt_at = now(), error = null,
        claimed_by = null, claimed_until = null, content_hash = excluded.content_hash;
  perform pg_notify('alt_stages', '');
  return true;
end
$$;

revoke execute on function skips_full_text, set_auto_full_text, set_feed_selectors from public;

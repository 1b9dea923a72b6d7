-- Row-level security on every table. The owner role (migrations, definer functions, backup) passes by a policy of its
-- own; a service passes only where a policy below names it. No policy, no rows.

do $$
declare
  name text;
begin
  for name in select tablename from pg_tables where schemaname = 'public' loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy owner on %I to alt_owner using (true) with check (true)', name);
  end loop;
end
$$;

-- ---------------------------------------------------------------- readers, through alt-backend

create policy own on tenants for select to alt_backend using (id = current_tenant_id());
create policy own on readers to alt_backend using (user_id = current_user_id() and tenant_id = current_tenant_id());

do $$
declare
  name text;
begin
  foreach name in array array['subscriptions', 'subscription_folders', 'counters', 'entries', 'entry_labels',
    'tag_vetoes', 'highlights', 'notes', 'shares']
  loop
    execute format('create policy own on %I to alt_backend using (reader_id = (select current_reader_id()))
      with check (reader_id = (select current_reader_id()))', name);
  end loop;
  foreach name in array array['folders', 'labels', 'rules', 'saved_searches'] loop
    execute format('create policy own on %I to alt_backend
      using (tenant_id = current_tenant_id() and (owner_id is null or owner_id = (select current_reader_id())))
      with check (tenant_id = current_tenant_id() and (owner_id is null or owner_id = (select current_reader_id())))', name);
  end loop;
  foreach name in array array['tags', 'tag_aliases', 'article_tags'] loop
    execute format('create policy own on %I to alt_backend using (tenant_id = current_tenant_id())
      with check (tenant_id = current_tenant_id())', name);
  end loop;
end
$$;

-- A feed is visible to who follows it or still holds an entry of it; an article to who holds it.
create policy followed on feeds for select to alt_backend using (
  exists (select from subscriptions s where s.feed_id = feeds.id and s.reader_id = (select current_reader_id()))
  or exists (select from counters c where c.feed_id = feeds.id and c.reader_id = (select current_reader_id()))
);
create policy held on articles for select to alt_backend using (
  exists (select from entries e where e.article_id = articles.id and e.reader_id = (select current_reader_id()))
);
create policy held on article_contents for select to alt_backend using (
  exists (select from entries e
    where e.article_id = article_contents.article_id and e.reader_id = (select current_reader_id()))
);
create policy held on article_keyphrases for select to alt_backend using (
  exists (select from entries e
    where e.article_id = article_keyphrases.article_id and e.reader_id = (select current_reader_id()))
);
create policy held on article_summaries for select to alt_backend using (
  (tenant_id is null or tenant_id = current_tenant_id())
  and exists (select from entries e
    where e.article_id = article_summaries.article_id and e.reader_id = (select current_reader_id()))
);

-- ---------------------------------------------------------------- workers: what all readers share

do $$
declare
  name text;
begin
  foreach name in array array['hosts', 'feeds', 'feed_documents', 'websub_subscriptions', 'articles',
    'article_contents', 'article_stages', 'tombstones', 'deliveries', 'article_summaries']
  loop
    execute format('create policy worker on %I to pre_processor using (true) with check (true)', name);
  end loop;
  foreach name in array array['feeds', 'articles', 'article_contents', 'article_keyphrases', 'article_summaries',
    'article_stages', 'article_tags', 'tags', 'tag_aliases']
  loop
    execute format('create policy indexing on %I to search_indexer, tag_generator using (true) with check (true)', name);
  end loop;
  foreach name in array array['articles', 'article_contents', 'article_keyphrases', 'article_summaries'] loop
    execute format('create policy writing on %I to news_creator using (true) with check (true)', name);
  end loop;
end
$$;

-- A pin keeps no address of a private feed, and so found its article no more when a tenant came back from an archive. The archive
-- says the address beside the pin, as it says those of the tenant's feeds. Archives of before are read as before.
do $$
declare
  present text;
  changed text;
begin
  present := pg_get_functiondef('export_project_rows(uuid,text)'::regprocedure);
  changed := replace(present, $before$'feed_credential', f.credential)
        from project_articles a join$before$, $after$'feed_credential', f.credential,
            'article_feed_url', f.url)
        from project_articles a join$after$);
  if changed = present then
    raise exception 'export_project_rows is not as 0067 expects it';
  end if;
  execute changed;
  present := pg_get_functiondef('import_project_rows(uuid,text,jsonb)'::regprocedure);
  changed := replace(present, 'and a.feed_id = feed_at(tenant, x.feed_url, ',
    $after$and a.feed_id = feed_at(tenant, coalesce(r ->> 'article_feed_url', x.feed_url), $after$);
  if changed = present then
    raise exception 'import_project_rows is not as 0067 expects it';
  end if;
  execute changed;
end
$$;

-- What finds articles that no poll has shown yet goes along in a tenant's archive: without it the first poll elsewhere would bring
-- each of them a second time, unread.
create function export_inbound_keys(tenant uuid, kind text) returns setof jsonb
  language sql stable security definer set search_path = public, pg_temp as $$
  select to_jsonb(k) - 'tenant_id' from inbound_keys k
  where k.tenant_id = tenant and kind = 'inbound_key'
    and exists (select from entries e where e.article_id = k.article_id and e.reader_id = any (tenant_reader_ids(tenant)))
  order by k.article_id, k.key
$$;

-- Not for an article that others here hold already: a forged key could make a poll take one article for another.
create function import_inbound_keys(tenant uuid, kind text, rows jsonb) returns void
  language sql volatile security definer set search_path = public, pg_temp as $$
  insert into inbound_keys (key, article_id, tenant_id, is_text)
    select x.key, i.new_id::bigint, tenant, x.is_text
    from jsonb_populate_recordset(null::inbound_keys, rows) x
    join import_ids i on i.tenant_id = tenant and i.kind = 'article' and i.old_id = x.article_id::text
    where not exists (select from entries e join readers r on r.id = e.reader_id
      where e.article_id = i.new_id::bigint and r.tenant_id <> tenant)
    on conflict do nothing
$$;

-- To whom claimed rows will bring an entry that they do not have: `verdicts` as settle_inbound takes them, which gives the entries
-- right after. Rules judge what arrives, and not what a reader had already.
create function inbound_arrivals(worker text, verdicts jsonb) returns table (article_id bigint, reader_id integer)
  language sql stable security definer set search_path = public, pg_temp as $$
  select distinct a.id, i.reader_id
  from jsonb_to_recordset(verdicts) as v (id bigint, "articleId" bigint)
  join inbound_items i on i.id = v.id and i.claimed_by = worker and i.state = 'waiting'
  join articles a on a.id = v."articleId" and a.feed_id = i.feed_id
  where not exists (select from entries e where e.article_id = a.id and e.reader_id = i.reader_id)
    and exists (select from subscriptions s where s.reader_id = i.reader_id and s.feed_id = i.feed_id)
$$;

revoke execute on function export_inbound_keys, import_inbound_keys, inbound_arrivals from public;

-- What readers see of one article: how far its tags are, and taking a split back.

-- How far the tags of an article are that the reader has: `is_pending` while its text is fetched, its phrases are sought
-- or looked at by a model, or the tenant has yet to be given them; `state` is that of the stage `tag`, null before it.
create function tag_progress(wanted_article bigint) returns table (state text, is_pending boolean)
  language sql stable security definer set search_path = public, pg_temp rows 1
  begin atomic
    select t.state,
      coalesce(t.state in ('waiting', 'claimed'), x.is_open) or coalesce(m.state in ('waiting', 'claimed'), false)
        or t.state = 'done' and exists (
          select from tag_requests q
          where q.tenant_id = r.tenant_id and not q.is_index_only and e.article_id = any (q.article_ids)
        )
    from entries e
    join readers r on r.id = e.reader_id
    left join article_stages t on t.article_id = e.article_id and t.stage = 'tag'
    left join article_stages m on m.article_id = e.article_id and m.stage = 'refine'
    cross join lateral (
      select exists (
        select from article_stages s
        where s.article_id = e.article_id and s.stage = 'extract' and s.state in ('waiting', 'claimed')
      ) as is_open
    ) x
    where e.reader_id = current_reader_id() and e.article_id = wanted_article;
  end;

-- Takes a split back (0046): the entry is of its story again, and folds as if it had never left. False if this reader has
-- no such entry.
create function rejoin_entry(wanted_article bigint) returns boolean
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  reader integer := current_reader_id();
begin
  perform from readers r where r.id = reader for update;
  if not exists (select from entries e where e.reader_id = reader and e.article_id = wanted_article) then
    return false;
  end if;
  delete from entry_splits s where s.reader_id = reader and s.article_id = wanted_article;
  if found then
    perform fold_stories(array[reader], array(
      select m.cluster_id from cluster_members m where m.article_id = wanted_article));
  end if;
  return true;
end
$$;

revoke execute on function tag_progress, rejoin_entry from public;

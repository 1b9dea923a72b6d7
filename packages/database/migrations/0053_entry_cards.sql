-- What a list shows of each of these articles that the reader has. One function with the owner's rights that begins at the
-- reader's own entries: the same columns under the policies of ten tables take more than twice as long (2.1 against 0.9 ms for 50).
create function entry_cards(wanted_articles bigint[]) returns table (
  id bigint, title text, url text, author text, published_at timestamptz, excerpt text, image_url text, feed_title text,
  labels text[], tags text[], also_in json
)
  language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan
  rows 50
as $$
#variable_conflict use_column
declare
  me readers;
begin
  select * into me from readers r where r.id = current_reader_id();
  return query
  select e.article_id, a.title, a.url, a.author, a.published_at::timestamptz, a.excerpt, a.image_url,
    coalesce(s.title, f.title, f.url),
    array(select l.name from entry_labels n join labels l on l.id = n.label_id
      where n.article_id = e.article_id and n.reader_id = e.reader_id order by 1),
    array(select t.name from article_tags n join tags t on t.id = n.tag_id
      where n.article_id = e.article_id and n.tenant_id = me.tenant_id and not t.is_hidden and not exists (
        select from tag_vetoes v where v.reader_id = e.reader_id and (v.normalised = t.normalised
          or exists (select from tag_aliases x where x.tag_id = t.id and x.normalised = v.normalised)))
      order by n.score desc),
    story.others
  from entries e
  join articles a on a.id = e.article_id
  join feeds f on f.id = a.feed_id
  left join subscriptions s on s.reader_id = e.reader_id and s.feed_id = a.feed_id
  cross join lateral (
    select coalesce(json_agg(json_build_object('id', o.article_id::text, 'title', b.title, 'url', b.url,
        'feed', json_build_object('id', g.id::text, 'title', coalesce(u.title, g.title, g.url)))
      order by o.received_at, o.sort_at, o.article_id), '[]') as others
    from (
      select k.article_id, k.received_at, k.sort_at from entries k
        where k.reader_id = e.reader_id and k.folded_into = coalesce(e.folded_into, e.article_id)
      union all
      select k.article_id, k.received_at, k.sort_at from entries k
        where k.article_id = e.folded_into and k.reader_id = e.reader_id
    ) o
    join articles b on b.id = o.article_id
    join feeds g on g.id = b.feed_id
    left join subscriptions u on u.reader_id = e.reader_id and u.feed_id = g.id
    where o.article_id <> e.article_id
  ) story
  where e.reader_id = me.id and e.article_id = any (wanted_articles);
end
$$;
revoke execute on function entry_cards from public;

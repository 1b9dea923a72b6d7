-- What the stages read is the title and the text: an image, a category or an enclosure that changed is indexed and shown,
-- and nothing is summarised, tagged or compared again for it.
alter table article_contents add text_hash bytea;
comment on column article_contents.text_hash is
  'of the title and the text of the feed; null until an edit for articles from before, whose content_hash stands for it';

create or replace function article_texts(wanted_articles bigint[]) returns table (
  article_id bigint, feed_id integer, tenant_id uuid, title text, author text, url text, language text, text text,
  content_hash bytea, published_at timestamptz, received_at timestamptz, sort_at timestamptz
)
  language sql stable security definer set search_path = public, pg_temp rows 100
  begin atomic
    select a.id, a.feed_id, f.tenant_id, a.title, a.author, a.url, a.language,
      case when c.full_state = 'ready' then coalesce(c.full_text, c.text) else c.text end,
      text_hash(coalesce(c.text_hash, a.content_hash), case when c.full_state = 'ready' then c.full_text end),
      a.published_at, a.received_at, a.sort_at
    from unnest(wanted_articles) as w (id)
    join articles a on a.id = w.id
    join article_contents c on c.article_id = a.id
    join feeds f on f.id = a.feed_id;
  end;

-- As before (0040), but the index hears only of articles for which something begins: a page may be tried many times.
create or replace function start_stages(ready_articles bigint[]) returns void
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  begun bigint[];
begin
  with started as (
    insert into article_stages as s (article_id, stage, content_hash)
      select a.id, x.stage,
        text_hash(coalesce(c.text_hash, a.content_hash), case when c.full_state = 'ready' then c.full_text end)
      from articles a
      join article_contents c on c.article_id = a.id
      cross join unnest(array['cluster', 'summarise', 'tag']) as x (stage)
      where a.id = any (ready_articles) order by a.id, x.stage
      on conflict (article_id, stage) do update
        set content_hash = excluded.content_hash, state = 'waiting', attempts = 0, next_attempt_at = now(), error = null,
          claimed_by = null, claimed_until = null
        where s.content_hash <> excluded.content_hash
      returning s.article_id
  )
  select array_agg(distinct t.article_id) into begun from started t;
  perform mark_for_index(begun);
end
$$;

-- As before (0046), but readers of whose entries one is folded are looked at too, though they have no other of the cluster:
-- the article that it is folded into may have left.
create or replace function fold_next(batch integer) returns integer
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  folding foldings;
  last_reader integer;
  reader_ids integer[];
  changed integer := 0;
begin
  select * into folding from foldings order by cluster_id limit 1 for update skip locked;
  if folding.cluster_id is null then
    return null;
  end if;
  -- Up to the smallest last reader of a full batch all of every member's readers are known.
  with holders as materialized (
    select m.article_id, h.reader_id, h.is_folded, count(*) over (partition by m.article_id) as size
    from cluster_members m
    cross join lateral (
      select e.reader_id, e.folded_into is not null as is_folded from entries e
      where e.article_id = m.article_id and e.reader_id > folding.after_reader_id
      order by e.reader_id limit batch
    ) h
    where m.cluster_id = folding.cluster_id
  ), bound as (
    select min(x.last_id) as last_id from (
      select max(h.reader_id) as last_id from holders h where h.size = batch group by h.article_id
    ) x
  )
  select (select b.last_id from bound b),
    array(select h.reader_id from holders h, bound b where b.last_id is null or h.reader_id <= b.last_id
      group by h.reader_id having count(*) > 1 or bool_or(h.is_folded) order by h.reader_id)
    into last_reader, reader_ids;
  if cardinality(reader_ids) > 0 then
    perform from readers r where r.id = any (reader_ids) order by r.id for update;
    changed := fold_stories(reader_ids, array[folding.cluster_id]);
  end if;
  if last_reader is null then
    delete from foldings f where f.cluster_id = folding.cluster_id;
  else
    update foldings f set after_reader_id = last_reader where f.cluster_id = folding.cluster_id;
  end if;
  return changed;
end
$$;

-- What was tagged or put together before a subscription is there when its reader's turn comes, and what is tagged or put
-- together after it knows of the reader. Tags: their work locks the article's stage first, and so does this while that work
-- is to come. Clusters: whoever changes them goes alone (7204653), and not beside this.
create function await_articles(wanted_feeds integer[]) returns void
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  perform from article_stages s
    where s.stage in ('tag', 'refine') and s.state in ('waiting', 'claimed')
      and s.article_id in (select unnest(d.article_ids) from feed_documents d where d.feed_id = any (wanted_feeds))
    order by s.article_id, s.stage for share;
  perform pg_advisory_xact_lock_shared(7204653);
end
$$;
revoke execute on function await_articles from public;

-- As before (0046), but not beside the work on the feeds' articles. A feed that was read a moment ago, to be added, is not
-- asked twice; one that said when to come again is not asked earlier.
create or replace function subscribe(wanted_feeds integer[], titles text[])
  returns table (feed_id integer, subscription_id integer, is_new boolean)
  language plpgsql security definer set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
  reader integer := current_reader_id();
  new_revision bigint;
  added_feeds integer[];
begin
  perform from feeds f where f.id = any (wanted_feeds) order by f.id for no key update;
  perform await_articles(wanted_feeds);
  new_revision := begin_structure_change();
  with wanted as (
    select w.feed_id, min(w.position) as position
    from unnest(wanted_feeds) with ordinality as w (feed_id, position)
    join feeds f on f.id = w.feed_id and (f.tenant_id is null or f.tenant_id = current_tenant_id())
    group by w.feed_id
  ), added as (
    insert into subscriptions (reader_id, feed_id, title)
      select reader, w.feed_id, titles[w.position] from wanted w order by w.position
      on conflict on constraint subscriptions_feed_key do nothing
      returning subscriptions.feed_id
  )
  select coalesce(array_agg(added.feed_id), '{}') into added_feeds from added;
  update feeds f set subscriber_count = subscriber_count + 1,
      next_poll_at = case when f.last_polled_at is null
          or f.subscriber_count = 0 and f.last_polled_at < now() - interval '1 minute'
        then least(f.next_poll_at, greatest(f.retry_after_at, now())) else f.next_poll_at end
    where f.id = any (added_feeds);
  insert into counters (reader_id, feed_id)
    select reader, x from unnest(added_feeds) x order by x on conflict do nothing;
  insert into entries (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision)
    select a.id, reader, a.feed_id, a.sort_at, a.received_at, new_revision, new_revision
    from feed_documents d join articles a on a.id = any (d.article_ids)
    where d.feed_id = any (added_feeds)
    on conflict do nothing;
  perform fold_stories(array[reader], array(
    select distinct m.cluster_id from feed_documents d join cluster_members m on m.article_id = any (d.article_ids)
    where d.feed_id = any (added_feeds)));
  perform pg_notify('alt_polls', '');
  return query
    select s.feed_id, s.id, s.feed_id = any (added_feeds)
    from unnest(wanted_feeds) with ordinality as w (feed_id, position)
    join subscriptions s on s.reader_id = reader and s.feed_id = w.feed_id
    group by s.feed_id, s.id order by min(w.position);
end
$$;

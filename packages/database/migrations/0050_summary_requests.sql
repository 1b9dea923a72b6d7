-- Who asked for which summary, why an article has none, and what follows when summaries are switched on.

-- A reader's request is that reader's: it shows the summary to nobody else who switched the feed's off.
create table summary_requests (
  article_id bigint not null references articles on delete cascade,
  reader_id integer not null references readers on delete cascade,
  requested_at timestamptz(3) not null default now(),
  primary key (article_id, reader_id)
);
create index summary_requests_reader on summary_requests (reader_id);
alter table summary_requests enable row level security, force row level security;
create policy owner on summary_requests to alt_owner using (true);

-- As before (0042), and the wishes of those who asked for the very article, whatever their feed's switch says.
create or replace function summary_wishes(wanted_articles bigint[]) returns table (
  article_id bigint, is_wanted boolean, languages text[]
)
  language sql stable security definer set search_path = public, pg_temp rows 100
  begin atomic
    with feeds_of as materialized (
      select distinct a.feed_id from articles a where a.id = any (wanted_articles)
    ), wishes as materialized (
      select f.feed_id, count(*) > 0 as is_wanted,
        (array_agg(distinct w.language) filter (where w.language in ('en', 'ja', 'ru')))[1:3] as languages
      from feeds_of f cross join lateral (
        select r.settings ->> 'language' as language
        from subscriptions s
        join readers r on r.id = s.reader_id
        join tenants t on t.id = r.tenant_id
        where s.feed_id = f.feed_id and s.wants_summary and not 'summarise' = any (t.disabled_stages)
        order by s.reader_id limit 200
      ) w
      group by f.feed_id
    ), requests as materialized (
      select q.article_id, array_agg(distinct q.language) filter (where q.language in ('en', 'ja', 'ru')) as languages
      from unnest(wanted_articles) g (id) cross join lateral (
        select s.article_id, r.settings ->> 'language' as language
        from summary_requests s
        join readers r on r.id = s.reader_id
        join tenants t on t.id = r.tenant_id
        where s.article_id = g.id and not 'summarise' = any (t.disabled_stages)
        order by s.reader_id limit 200
      ) q
      group by q.article_id
    )
    -- Before its first reader follows a feed, its articles are there already.
    select a.id,
      q.article_id is not null
        or coalesce(w.is_wanted, not exists (select from subscriptions s where s.feed_id = a.feed_id)),
      array(select distinct l from unnest(w.languages || q.languages) l order by l)
    from articles a
    left join wishes w on w.feed_id = a.feed_id
    left join requests q on q.article_id = a.id
    where a.id = any (wanted_articles);
  end;

-- As before (0042), but each reader's request is their own, and why there is none is said by a code and a sentence for
-- readers: `not-wanted` (switched off when the article came), `no-text`, `failed`. What went wrong stays in the stage's row.
drop function entry_summaries;
create function entry_summaries(wanted_articles bigint[]) returns table (
  article_id bigint, state text, summary text, language text, engine text, sentences jsonb, note text, code text,
  reason text
)
  language sql stable security definer set search_path = public, pg_temp rows 50
  begin atomic
    select e.article_id,
      case when o.is_off then 'none' when x.summary is not null then 'ready'
        when p.state in ('waiting', 'claimed') then 'pending' when p.state = 'parked' then 'failed' else 'none' end,
      x.summary, nullif(x.language, ''), x.engine, x.sentences, x.note, c.code,
      case c.code when 'failed' then 'It could not be made. Ask for it to have it tried again.'
        when 'not-wanted' then 'Summaries were switched off when the article came. Ask for it to have it made.'
        when 'no-text' then 'The article has no text to summarise.' end
    from entries e
    join readers r on r.id = e.reader_id
    join tenants t on t.id = r.tenant_id
    left join subscriptions b on b.reader_id = e.reader_id and b.feed_id = e.feed_id
    left join article_stages p on p.article_id = e.article_id and p.stage = 'summarise'
    left join summary_requests q on q.article_id = e.article_id and q.reader_id = e.reader_id
    cross join lateral (
      select 'summarise' = any (t.disabled_stages)
        or (not coalesce(b.wants_summary, true) and q.article_id is null) as is_off
    ) o
    left join lateral (
      select y.* from article_summaries y
      where not o.is_off and y.article_id = e.article_id and (y.tenant_id is null or y.tenant_id = r.tenant_id)
      order by (y.language = r.settings ->> 'language') desc nulls last, (y.engine <> 'extractive') desc,
        y.created_at desc
      limit 1
    ) x on true
    cross join lateral (
      select case when o.is_off or x.summary is not null then null when p.state = 'parked' then 'failed'
        when p.state = 'done' then case p.error when 'not-wanted' then 'not-wanted' else 'no-text' end end as code
    ) c
    where e.reader_id = current_reader_id() and e.article_id = any (wanted_articles);
  end;
revoke execute on function entry_summaries from public;

-- As before (0042), and it is kept who asked.
create or replace function request_summary(wanted_article bigint) returns boolean
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if not exists (select from entries e where e.article_id = wanted_article and e.reader_id = current_reader_id()) then
    return false;
  end if;
  insert into summary_requests (article_id, reader_id) values (wanted_article, current_reader_id())
    on conflict on constraint summary_requests_pkey do update set requested_at = now();
  insert into article_stages as s (article_id, stage, content_hash, priority)
    select t.article_id, 'summarise', t.content_hash, 1 from article_texts(array[wanted_article]) t
    on conflict (article_id, stage) do update
      set state = 'waiting', priority = 1, attempts = 0, next_attempt_at = now(), error = null,
          content_hash = excluded.content_hash
      where s.state in ('done', 'parked', 'waiting');
  perform pg_notify('alt_stages', '');
  return true;
end
$$;

-- Lets what was not summarised because nobody wanted it be summarised now that somebody does: of each feed the reader's
-- newest hundred, so that a switch is no flood. Of one feed, or of all.
create function queue_skipped_summaries(of_readers integer[], of_feed integer) returns void
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  with due as (
    select p.article_id from article_stages p
    where p.stage = 'summarise' and p.state = 'done' and p.error = 'not-wanted' and p.article_id in (
      select n.article_id from subscriptions s cross join lateral (
        select e.article_id from entries e where e.reader_id = s.reader_id and e.feed_id = s.feed_id
        order by e.sort_at desc, e.article_id desc limit 100
      ) n
      where s.reader_id = any (of_readers) and s.wants_summary and (of_feed is null or s.feed_id = of_feed))
    order by p.article_id for update
  )
  update article_stages p set state = 'waiting', attempts = 0, next_attempt_at = now(), error = null
    from due where p.article_id = due.article_id and p.stage = 'summarise';
  if found then
    perform pg_notify('alt_stages', '');
  end if;
end
$$;
revoke execute on function queue_skipped_summaries from public;

create function queue_wanted_summaries() returns trigger
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  perform queue_skipped_summaries(array[new.reader_id], new.feed_id);
  return null;
end
$$;
create trigger queue_wanted_summaries after update of wants_summary on subscriptions
  for each row when (new.wants_summary and not old.wants_summary) execute function queue_wanted_summaries();

-- As before (0042), and switching summaries on lets those be made that were left out.
create or replace function switch_stage(wanted_stage text, is_on boolean) returns void
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  update tenants set disabled_stages = case when is_on then array_remove(disabled_stages, wanted_stage)
      else array_append(array_remove(disabled_stages, wanted_stage), wanted_stage) end
    where id = current_tenant_id();
  if is_on and wanted_stage = 'summarise' then
    perform queue_skipped_summaries(array(select id from readers where tenant_id = current_tenant_id()), null);
  end if;
end
$$;

-- Summaries: who wants them, what a reader sees of them, and asking for one.

-- A reader's switch for one feed, and a tenant's for a stage of the pipeline. A stage is skipped for an article only if
-- nobody who follows its feed wants it.
alter table subscriptions add wants_summary boolean not null default true;
alter table tenants add disabled_stages text[] not null default '{}';

-- Why this is not what the configured model wrote, where it is not.
alter table article_summaries add note text;

-- Whether somebody wants summaries of articles (nobody does if all who follow the feed switched them off), and the languages that their readers chose: at most three, of the first
-- 200 who follow the feed.
create function summary_wishes(wanted_articles bigint[]) returns table (
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
    )
    -- Before its first reader follows a feed, its articles are there already.
    select a.id, coalesce(w.is_wanted, not exists (select from subscriptions s where s.feed_id = a.feed_id)),
      coalesce(w.languages, '{}')
    from articles a left join wishes w on w.feed_id = a.feed_id
    where a.id = any (wanted_articles);
  end;

-- What the current reader sees of the summaries of entries: in their language if there is one, what a model wrote before
-- what the built-in engine picked. Switched off, there is none, but for what a reader asked for by itself.
create function entry_summaries(wanted_articles bigint[]) returns table (
  article_id bigint, state text, summary text, language text, engine text, sentences jsonb, note text, reason text
)
  language sql stable security definer set search_path = public, pg_temp rows 50
  begin atomic
    select e.article_id,
      case when o.is_off then 'none' when x.summary is not null then 'ready'
        when p.state in ('waiting', 'claimed') then 'pending' when p.state = 'parked' then 'failed' else 'none' end,
      x.summary, nullif(x.language, ''), x.engine, x.sentences, x.note,
      case when o.is_off or x.summary is not null then null
        when p.state = 'parked' then p.error
        when p.state = 'done' then 'The article has no text to summarise.' end
    from entries e
    join readers r on r.id = e.reader_id
    join tenants t on t.id = r.tenant_id
    left join subscriptions b on b.reader_id = e.reader_id and b.feed_id = e.feed_id
    left join article_stages p on p.article_id = e.article_id and p.stage = 'summarise'
    cross join lateral (
      select 'summarise' = any (t.disabled_stages)
        or (not coalesce(b.wants_summary, true) and coalesce(p.priority, 0) = 0) as is_off
    ) o
    left join lateral (
      select y.* from article_summaries y
      where not o.is_off and y.article_id = e.article_id and (y.tenant_id is null or y.tenant_id = r.tenant_id)
      order by (y.language = r.settings ->> 'language') desc nulls last, (y.engine <> 'extractive') desc,
        y.created_at desc
      limit 1
    ) x on true
    where e.reader_id = current_reader_id() and e.article_id = any (wanted_articles);
  end;

-- A reader waits for the summary of one article: it goes first, also where its feed's are switched off. False if the
-- reader has no such entry.
create function request_summary(wanted_article bigint) returns boolean
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if not exists (select from entries e where e.article_id = wanted_article and e.reader_id = current_reader_id()) then
    return false;
  end if;
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

-- Switches a stage off or on for the reader's whole tenant; who may is checked by alt-backend.
create function switch_stage(wanted_stage text, is_on boolean) returns void
  language sql volatile security definer set search_path = public, pg_temp
  begin atomic
    update tenants set disabled_stages = case when is_on then array_remove(disabled_stages, wanted_stage)
      else array_append(array_remove(disabled_stages, wanted_stage), wanted_stage) end
    where id = current_tenant_id();
  end;

revoke execute on function summary_wishes, entry_summaries, request_summary, switch_stage from public;

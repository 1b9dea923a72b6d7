-- What every stage after arrival stands on: the text to read, and how an article's stages begin.

-- Plain text of full_html, so that no stage reads HTML again.
alter table article_contents add full_text text;

-- What a stage reads: changes exactly when the text does.
create function text_hash(content_hash bytea, full_text text) returns bytea
  language sql immutable parallel safe
  return case when full_text is null then content_hash
    else substr(sha256(content_hash || convert_to(full_text, 'UTF8')), 1, 16) end;

-- The texts of articles, the full one where there is one. `tenant_id` is that of a private feed, else null.
create function article_texts(wanted_articles bigint[]) returns table (
  article_id bigint, feed_id integer, tenant_id uuid, title text, author text, url text, language text, text text,
  content_hash bytea, published_at timestamptz, received_at timestamptz, sort_at timestamptz
)
  language sql stable security definer set search_path = public, pg_temp rows 100
  begin atomic
    select a.id, a.feed_id, f.tenant_id, a.title, a.author, a.url, a.language,
      case when c.full_state = 'ready' then coalesce(c.full_text, c.text) else c.text end,
      text_hash(a.content_hash, case when c.full_state = 'ready' then c.full_text end),
      a.published_at, a.received_at, a.sort_at
    from unnest(wanted_articles) as w (id)
    join articles a on a.id = w.id
    join article_contents c on c.article_id = a.id
    join feeds f on f.id = a.feed_id;
  end;

-- Whoever works a stage looks; once a transaction, however many rows come.
create function notify_stages() returns trigger
  language plpgsql set search_path = public, pg_temp
as $$
begin
  perform pg_notify('alt_stages', '');
  return null;
end
$$;
create trigger notify_stages after insert on article_stages for each statement execute function notify_stages();

-- Articles are to be indexed again: their text, tags or summary changed. Each mark has a hash of its own, so that a mark
-- during the work outlives it. In ascending order, as everybody takes these rows.
create function mark_for_index(marked_articles bigint[]) returns void
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  insert into article_stages as s (article_id, stage, content_hash)
    select a.id, 'index', uuid_send(uuidv7())
    from articles a where a.id = any (marked_articles) order by a.id
    on conflict (article_id, stage) do update
      set content_hash = excluded.content_hash, state = 'waiting', attempts = 0, next_attempt_at = now(), error = null,
        claimed_by = null, claimed_until = null;
end
$$;

-- The text of articles is what it will be: it can be summarised, tagged, compared and indexed. Nothing is done twice for
-- the same text.
create function start_stages(ready_articles bigint[]) returns void
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  insert into article_stages as s (article_id, stage, content_hash)
    select a.id, x.stage, text_hash(a.content_hash, case when c.full_state = 'ready' then c.full_text end)
    from articles a
    join article_contents c on c.article_id = a.id
    cross join unnest(array['cluster', 'summarise', 'tag']) as x (stage)
    where a.id = any (ready_articles) order by a.id, x.stage
    on conflict (article_id, stage) do update
      set content_hash = excluded.content_hash, state = 'waiting', attempts = 0, next_attempt_at = now(), error = null,
        claimed_by = null, claimed_until = null
      where s.content_hash <> excluded.content_hash;
  perform mark_for_index(ready_articles);
end
$$;

revoke execute on function notify_stages, text_hash, article_texts, mark_for_index, start_stages from public;

-- A tenant's archive: everything that `alt` keeps of a tenant as rows of JSON, and back. Ids are those of the place that wrote
-- it; whoever reads it finds or makes the rows here and keeps in `import_ids` which is which, until the import is over.

-- Rows of one kind, in an order in which they can be taken. What is derived (counters, stages, the index) is left out. A
-- reader who is about to be forgotten is not exported.
create function export_tenant_rows(tenant uuid, kind text) returns setof jsonb
  language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_variable
declare
  members integer[] := tenant_reader_ids(tenant);
begin
  case kind
    when 'tenant' then return query
      select jsonb_build_object('disabled_stages', t.disabled_stages) from tenants t where t.id = tenant;
    when 'reader' then return query
      select to_jsonb(x) from (select r.id, r.user_id, r.settings, r.settings_version, r.created_at
        from readers r where r.id = any (members) order by r.user_id) x;
    when 'feed' then return query
      select to_jsonb(x) from (
        select f.id, f.url, f.host, f.credential, f.tenant_id is not null as is_private, f.site_url, f.title, f.description,
          f.language, f.image_url, f.format, f.created_at, f.wants_full_text
        from feeds f
        where f.id in (select s.feed_id from subscriptions s where s.reader_id = any (members)
          union select c.feed_id from counters c where c.reader_id = any (members)
          union select p.feed_id from folder_feeds p join folders d on d.id = p.folder_id where d.tenant_id = tenant)
        order by f.url, f.credential, f.id) x;
    when 'article' then return query
      select to_jsonb(x) from (
        select a.*, (select to_jsonb(c) - 'article_id' from article_contents c where c.article_id = a.id) as content,
          (select coalesce(jsonb_agg(to_jsonb(k) - 'article_id' order by k.normalised), '[]')
            from article_keyphrases k where k.article_id = a.id) as keyphrases,
          (select coalesce(jsonb_agg(to_jsonb(m) - 'article_id' - 'tenant_id' || jsonb_build_object('is_own', m.tenant_id is not null)
            order by m.tenant_id nulls first, m.language, m.engine), '[]')
            from article_summaries m where m.article_id = a.id and (m.tenant_id is null or m.tenant_id = tenant)) as summaries,
          (select jsonb_build_object('id', m.cluster_id, 'reason', m.reason, 'joined_at', m.joined_at, 'first_at', k.first_at)
            from cluster_members m join clusters k on k.id = m.cluster_id where m.article_id = a.id) as cluster
        from articles a
        where a.id in (select e.article_id from entries e where e.reader_id = any (members))
        order by a.id) x;
    when 'subscription' then return query
      select to_jsonb(s) from subscriptions s where s.reader_id = any (members) order by s.id;
    when 'folder' then return query
      with recursive tree as (
        select f.*, 0 as depth from folders f where f.tenant_id = tenant and f.parent_id is null
          and (f.owner_id is null or f.owner_id = any (members))
        union all select f.*, t.depth + 1 from folders f join tree t on f.parent_id = t.id where t.depth < 1000
      )
      select to_jsonb(x) - 'depth' from (select * from tree order by depth, id) x;
    when 'subscription_folder' then return query
      select to_jsonb(p) from subscription_folders p where p.reader_id = any (members)
        order by p.reader_id, p.subscription_id, p.folder_id;
    when 'folder_feed' then return query
      select to_jsonb(p) from folder_feeds p join folders f on f.id = p.folder_id where f.tenant_id = tenant
        order by p.folder_id, p.feed_id;
    when 'folder_leaver' then return query
      select to_jsonb(p) from folder_leavers p where p.reader_id = any (members) order by p.folder_id, p.reader_id;
    when 'label' then return query
      select to_jsonb(l) from labels l where l.tenant_id = tenant and (l.owner_id is null or l.owner_id = any (members))
        order by l.id;
    when 'entry' then return query
      -- What "mark all read" covers is read, whether its rows have followed or not.
      select jsonb_build_object('article_id', e.article_id, 'reader_id', e.reader_id, 'folded_into', e.folded_into,
          'hidden_reason', e.hidden_reason, 'is_starred', e.is_starred, 'read_at', e.read_at, 'sort_at', e.sort_at,
          'received_at', e.received_at,
          'is_read', e.is_read or e.is_listed and is_covered(e.revision, e.received_at, c.read_through, c.read_before))
        from entries e join counters c on c.reader_id = e.reader_id and c.feed_id = e.feed_id
        where e.reader_id = any (members) order by e.reader_id, e.article_id;
    when 'entry_label' then return query
      select to_jsonb(n) from entry_labels n where n.reader_id = any (members) order by n.reader_id, n.label_id, n.article_id;
    when 'article_label' then return query
      select to_jsonb(n) from article_labels n join labels l on l.id = n.label_id where l.tenant_id = tenant
        order by n.label_id, n.article_id;
    when 'entry_split' then return query
      select to_jsonb(n) from entry_splits n where n.reader_id = any (members) order by n.reader_id, n.article_id;
    when 'highlight' then return query
      select to_jsonb(h) from highlights h where h.reader_id = any (members) order by h.id;
    when 'note' then return query
      select to_jsonb(n) from notes n where n.reader_id = any (members) order by n.id;
    when 'share' then return query
      select to_jsonb(s) from shares s where s.reader_id = any (members) order by s.id;
    when 'saved_search' then return query
      select to_jsonb(s) from saved_searches s
        where s.tenant_id = tenant and (s.owner_id is null or s.owner_id = any (members)) order by s.id;
    when 'rule' then return query
      select to_jsonb(s) from rules s
        where s.tenant_id = tenant and (s.owner_id is null or s.owner_id = any (members)) order by s.id;
    when 'tag' then return query
      select to_jsonb(t) from tags t where t.tenant_id = tenant order by t.id;
    when 'tag_alias' then return query
      select to_jsonb(t) from tag_aliases t where t.tenant_id = tenant order by t.normalised;
    when 'tag_distinction' then return query
      select to_jsonb(t) from tag_distinctions t where t.tenant_id = tenant order by t.tag_id, t.other_tag_id;
    when 'article_tag' then return query
      select to_jsonb(t) from article_tags t where t.tenant_id = tenant
        and exists (select from entries e where e.article_id = t.article_id and e.reader_id = any (members))
        order by t.tag_id, t.article_id;
    when 'tag_veto' then return query
      select to_jsonb(t) from tag_vetoes t where t.reader_id = any (members) order by t.reader_id, t.normalised;
    when 'feed_selector' then return query
      select to_jsonb(s) from feed_selectors s where s.tenant_id = tenant order by s.feed_id;
    when 'article_variant' then return query
      select to_jsonb(v) from article_variants v where v.tenant_id = tenant
        and exists (select from entries e where e.article_id = v.article_id and e.reader_id = any (members))
        order by v.article_id;
    when 'recap' then return query
      select to_jsonb(r) - 'mail_claimed_until' from recaps r where r.reader_id = any (members) order by r.id;
    when 'recap_outlet' then return query
      select to_jsonb(r) from recap_outlets r where r.reader_id = any (members) order by r.reader_id;
    when 'llm_usage' then return query
      select to_jsonb(u) from llm_usage u where u.tenant_id = tenant order by u.month;
  end case;
end $$;

create table import_ids (
  tenant_id uuid not null references tenants on delete cascade,
  kind text not null,
  old_id text not null,
  new_id text not null,
  primary key (tenant_id, kind, old_id)
);
alter table import_ids enable row level security;
alter table import_ids force row level security;
create policy owner on import_ids to alt_owner using (true) with check (true);

-- Empties a tenant that an import fills, or filled before it broke off. `accounts` says who is who: their id in the archive, and
-- here, or null for somebody who is not here.
create function begin_tenant_import(tenant uuid, accounts jsonb) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  former integer[];
begin
  insert into tenants (id) values (tenant) on conflict do nothing;
  select coalesce(array_agg(r.id), '{}') into former from readers r where r.tenant_id = tenant;
  perform from feeds f where f.id in (select s.feed_id from subscriptions s where s.reader_id = any (former))
    order by f.id for no key update;
  with gone as (delete from subscriptions s where s.reader_id = any (former) returning s.feed_id)
  update feeds f set subscriber_count = f.subscriber_count - g.count
    from (select feed_id, count(*)::integer as count from gone group by feed_id) g where f.id = g.feed_id;
  delete from entries where reader_id = any (former);
  delete from labels where tenant_id = tenant;
  delete from folders where tenant_id = tenant;
  delete from rules where tenant_id = tenant;
  delete from saved_searches where tenant_id = tenant;
  delete from tags where tenant_id = tenant;
  delete from feed_selectors where tenant_id = tenant;
  delete from article_variants where tenant_id = tenant;
  delete from llm_usage where tenant_id = tenant;
  delete from readers where tenant_id = tenant;
  delete from import_ids where tenant_id = tenant;
  insert into import_ids (tenant_id, kind, old_id, new_id)
    select tenant, 'account', a.key, a.value from jsonb_each_text(accounts) a where a.value is not null;
end $$;

create function end_tenant_import(tenant uuid) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update feeds f set subscriber_count = (select count(*) from subscriptions s where s.feed_id = f.id)
    where f.id in (select s.feed_id from subscriptions s join readers r on r.id = s.reader_id where r.tenant_id = tenant);
  update readers set revision = 1, structure_revision = 1, reset_revision = 1 where tenant_id = tenant;
  delete from import_ids where tenant_id = tenant;
  perform pg_notify('alt_polls', '');
  perform pg_notify('alt_stages', '');
end $$;

-- The id here of what an archive calls so; null where it was left out.
create function imported_id(tenant uuid, wanted_kind text, wanted_id text) returns text
  language sql stable security definer set search_path = public, pg_temp
  return (select i.new_id from import_ids i where i.tenant_id = tenant and i.kind = wanted_kind and i.old_id = wanted_id);

-- Takes rows of one kind; rows of accounts that are not here are left out. Of articles it answers the ids that differ,
-- `[[there, here], …]`.
create function import_tenant_rows(tenant uuid, kind text, rows jsonb) returns jsonb
  language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_variable
declare
  moved jsonb;
begin
  case kind
    when 'tenant' then
      update tenants t set disabled_stages = array(select jsonb_array_elements_text(rows -> 0 -> 'disabled_stages')) where t.id = tenant;
    when 'reader' then
      with given as (
        select x.*, imported_id(tenant, 'account', x.user_id::text)::uuid as account from jsonb_populate_recordset(null::readers, rows) x
      ), made as (
        insert into readers (user_id, tenant_id, settings, settings_version, created_at)
          select g.account, tenant, g.settings, g.settings_version, g.created_at from given g where g.account is not null
          on conflict (user_id, tenant_id) do nothing
          returning id, user_id
      )
      insert into import_ids select tenant, kind, g.id::text, m.id::text from given g join made m on m.user_id = g.account;
    when 'feed' then
      insert into import_ids
        select tenant, kind, x.id::text, ensure_feed(x.url, x.host, case when x.is_private then tenant end, x.credential, x.title)::text
        from jsonb_to_recordset(rows) as x (id integer, url text, host text, credential text, is_private boolean, title text)
        order by x.url, x.credential;
      update feeds f set site_url = coalesce(f.site_url, x.site_url), title = coalesce(f.title, x.title),
          description = coalesce(f.description, x.description), language = coalesce(f.language, x.language),
          image_url = coalesce(f.image_url, x.image_url), format = coalesce(f.format, x.format),
          created_at = least(f.created_at, x.created_at), wants_full_text = f.wants_full_text or x.wants_full_text
        from jsonb_populate_recordset(null::feeds, rows) x
        where f.id = imported_id(tenant, kind, x.id::text)::integer;
    when 'article' then
      moved := import_tenant_articles(tenant, rows);
    when 'subscription' then
      with given as (
        select x.*, imported_id(tenant, 'reader', x.reader_id::text)::integer as reader,
          imported_id(tenant, 'feed', x.feed_id::text)::integer as feed
        from jsonb_populate_recordset(null::subscriptions, rows) x
      ), made as (
        insert into subscriptions (reader_id, feed_id, title, wants_full_text, created_at, wants_summary, auto_full_text, is_shared)
          select g.reader, g.feed, g.title, g.wants_full_text, g.created_at, g.wants_summary, g.auto_full_text, g.is_shared
          from given g where g.reader is not null order by g.id
          returning id, reader_id, feed_id
      ), counted as (
        insert into counters (reader_id, feed_id) select m.reader_id, m.feed_id from made m on conflict do nothing
      )
      insert into import_ids select tenant, kind, g.id::text, m.id::text
        from given g join made m on m.reader_id = g.reader and m.feed_id = g.feed;
    when 'folder' then
      perform import_tenant_folder(tenant, x) from jsonb_array_elements(rows) with ordinality as r (x, place) order by place;
    when 'subscription_folder' then
      insert into subscription_folders (reader_id, subscription_id, folder_id)
        select imported_id(tenant, 'reader', x.reader_id::text)::integer,
          imported_id(tenant, 'subscription', x.subscription_id::text)::integer, imported_id(tenant, 'folder', x.folder_id::text)::integer
        from jsonb_populate_recordset(null::subscription_folders, rows) x
        where imported_id(tenant, 'subscription', x.subscription_id::text) is not null
          and imported_id(tenant, 'folder', x.folder_id::text) is not null;
    when 'folder_feed' then
      insert into folder_feeds (folder_id, feed_id, added_by, created_at)
        select imported_id(tenant, 'folder', x.folder_id::text)::integer, imported_id(tenant, 'feed', x.feed_id::text)::integer,
          imported_id(tenant, 'reader', x.added_by::text)::integer, x.created_at
        from jsonb_populate_recordset(null::folder_feeds, rows) x;
    when 'folder_leaver' then
      insert into folder_leavers (folder_id, reader_id)
        select imported_id(tenant, 'folder', x.folder_id::text)::integer, imported_id(tenant, 'reader', x.reader_id::text)::integer
        from jsonb_populate_recordset(null::folder_leavers, rows) x
        where imported_id(tenant, 'reader', x.reader_id::text) is not null;
    when 'label' then
      with given as (
        select x.*, imported_id(tenant, 'reader', x.owner_id::text)::integer as reader,
          imported_id(tenant, 'reader', x.created_by::text)::integer as maker
        from jsonb_populate_recordset(null::labels, rows) x
      ), made as (
        insert into labels (tenant_id, owner_id, name, created_at, created_by)
          select tenant, g.reader, g.name, g.created_at, g.maker from given g
          where g.owner_id is null or g.reader is not null order by g.id
          returning id, owner_id, name
      )
      insert into import_ids select tenant, kind, g.id::text, m.id::text
        from given g join made m on m.name = g.name and m.owner_id is not distinct from g.reader
        where g.owner_id is null or g.reader is not null;
    when 'entry' then
      insert into entries (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision, folded_into,
          hidden_reason, is_read, is_starred, read_at)
        select a.id, r.new_id::integer, a.feed_id, x.sort_at, x.received_at, 1, 1,
          imported_id(tenant, 'article', x.folded_into::text)::bigint, x.hidden_reason, x.is_read, x.is_starred, x.read_at
        from jsonb_populate_recordset(null::entries, rows) x
        join import_ids r on r.tenant_id = tenant and r.kind = 'reader' and r.old_id = x.reader_id::text
        join import_ids i on i.tenant_id = tenant and i.kind = 'article' and i.old_id = x.article_id::text
        join articles a on a.id = i.new_id::bigint;
    when 'entry_label' then
      insert into entry_labels (reader_id, label_id, article_id, sort_at)
        select r.new_id::integer, imported_id(tenant, 'label', x.label_id::text)::integer,
          imported_id(tenant, 'article', x.article_id::text)::bigint, x.sort_at
        from jsonb_populate_recordset(null::entry_labels, rows) x
        join import_ids r on r.tenant_id = tenant and r.kind = 'reader' and r.old_id = x.reader_id::text;
    when 'article_label' then
      insert into article_labels (label_id, article_id, added_by, created_at)
        select imported_id(tenant, 'label', x.label_id::text)::integer, i.new_id::bigint,
          imported_id(tenant, 'reader', x.added_by::text)::integer, x.created_at
        from jsonb_populate_recordset(null::article_labels, rows) x
        join import_ids i on i.tenant_id = tenant and i.kind = 'article' and i.old_id = x.article_id::text;
    when 'entry_split' then
      insert into entry_splits (reader_id, article_id, created_at)
        select r.new_id::integer, i.new_id::bigint, x.created_at
        from jsonb_populate_recordset(null::entry_splits, rows) x
        join import_ids r on r.tenant_id = tenant and r.kind = 'reader' and r.old_id = x.reader_id::text
        join import_ids i on i.tenant_id = tenant and i.kind = 'article' and i.old_id = x.article_id::text;
    when 'highlight' then
      with given as materialized (
        select x.*, uuidv7() as new_id, r.new_id::integer as reader, i.new_id::bigint as article
        from jsonb_populate_recordset(null::highlights, rows) x
        join import_ids r on r.tenant_id = tenant and r.kind = 'reader' and r.old_id = x.reader_id::text
        join import_ids i on i.tenant_id = tenant and i.kind = 'article' and i.old_id = x.article_id::text
      ), kept as (
        insert into import_ids select tenant, kind, g.id::text, g.new_id::text from given g
      )
      insert into highlights (id, reader_id, article_id, quote, prefix, suffix, color, is_shared, created_at)
        select g.new_id, g.reader, g.article, g.quote, g.prefix, g.suffix, g.color, g.is_shared, g.created_at from given g;
    when 'note' then
      insert into notes (reader_id, article_id, highlight_id, body, is_shared, created_at, updated_at)
        select r.new_id::integer, i.new_id::bigint, imported_id(tenant, 'highlight', x.highlight_id::text)::uuid, x.body,
          x.is_shared, x.created_at, x.updated_at
        from jsonb_populate_recordset(null::notes, rows) x
        join import_ids r on r.tenant_id = tenant and r.kind = 'reader' and r.old_id = x.reader_id::text
        join import_ids i on i.tenant_id = tenant and i.kind = 'article' and i.old_id = x.article_id::text
        order by x.id;
    when 'share' then
      insert into shares (reader_id, article_id, secret_hash, created_at, expires_at)
        select r.new_id::integer, i.new_id::bigint, x.secret_hash, x.created_at, x.expires_at
        from jsonb_populate_recordset(null::shares, rows) x
        join import_ids r on r.tenant_id = tenant and r.kind = 'reader' and r.old_id = x.reader_id::text
        join import_ids i on i.tenant_id = tenant and i.kind = 'article' and i.old_id = x.article_id::text
        on conflict (secret_hash) do nothing;
    when 'saved_search' then
      insert into saved_searches (tenant_id, owner_id, name, query, created_at, created_by)
        select tenant, imported_id(tenant, 'reader', x.owner_id::text)::integer, x.name, x.query, x.created_at,
          imported_id(tenant, 'reader', x.created_by::text)::integer
        from jsonb_populate_recordset(null::saved_searches, rows) x
        where x.owner_id is null or imported_id(tenant, 'reader', x.owner_id::text) is not null order by x.id;
    when 'rule' then
      insert into rules (tenant_id, owner_id, name, query, actions, is_enabled, needs_stage, position, created_at)
        select tenant, imported_id(tenant, 'reader', x.owner_id::text)::integer, x.name, x.query, x.actions, x.is_enabled,
          x.needs_stage, x.position, x.created_at
        from jsonb_populate_recordset(null::rules, rows) x
        where x.owner_id is null or imported_id(tenant, 'reader', x.owner_id::text) is not null order by x.id;
    when 'tag' then
      with made as (
        insert into tags (tenant_id, name, normalised, is_hidden, is_promoted, created_at, is_edited)
          select tenant, x.name, x.normalised, x.is_hidden, x.is_promoted, x.created_at, x.is_edited
          from jsonb_populate_recordset(null::tags, rows) x order by x.id
          returning id, normalised
      )
      insert into import_ids select tenant, kind, x.id::text, m.id::text
        from jsonb_populate_recordset(null::tags, rows) x join made m on m.normalised = x.normalised;
    when 'tag_alias' then
      insert into tag_aliases (tenant_id, normalised, tag_id)
        select tenant, x.normalised, imported_id(tenant, 'tag', x.tag_id::text)::integer
        from jsonb_populate_recordset(null::tag_aliases, rows) x;
    when 'tag_distinction' then
      insert into tag_distinctions (tenant_id, tag_id, other_tag_id)
        select tenant, least(a, b), greatest(a, b)
        from (select imported_id(tenant, 'tag', x.tag_id::text)::integer as a, imported_id(tenant, 'tag', x.other_tag_id::text)::integer as b
          from jsonb_populate_recordset(null::tag_distinctions, rows) x) pairs;
    when 'article_tag' then
      insert into article_tags (tenant_id, tag_id, article_id, sort_at, score)
        select tenant, imported_id(tenant, 'tag', x.tag_id::text)::integer, i.new_id::bigint, x.sort_at, x.score
        from jsonb_populate_recordset(null::article_tags, rows) x
        join import_ids i on i.tenant_id = tenant and i.kind = 'article' and i.old_id = x.article_id::text
        on conflict do nothing;
    when 'tag_veto' then
      insert into tag_vetoes (reader_id, normalised, created_at, name)
        select r.new_id::integer, x.normalised, x.created_at, x.name
        from jsonb_populate_recordset(null::tag_vetoes, rows) x
        join import_ids r on r.tenant_id = tenant and r.kind = 'reader' and r.old_id = x.reader_id::text;
    when 'feed_selector' then
      insert into feed_selectors (feed_id, tenant_id, keep, "drop", updated_at)
        select i.new_id::integer, tenant, x.keep, x."drop", x.updated_at
        from jsonb_populate_recordset(null::feed_selectors, rows) x
        join import_ids i on i.tenant_id = tenant and i.kind = 'feed' and i.old_id = x.feed_id::text;
    when 'article_variant' then
      insert into article_variants (article_id, tenant_id, html, text)
        select i.new_id::bigint, tenant, x.html, x.text
        from jsonb_populate_recordset(null::article_variants, rows) x
        join import_ids i on i.tenant_id = tenant and i.kind = 'article' and i.old_id = x.article_id::text;
    when 'recap' then
      insert into recaps (reader_id, period, local_date, time_zone, starts_at, ends_at, is_final, article_count, story_count,
          engine, content, built_at, mailed_at, mail_attempts)
        select r.new_id::integer, x.period, x.local_date, x.time_zone, x.starts_at, x.ends_at, x.is_final, x.article_count,
          x.story_count, x.engine, x.content, x.built_at, x.mailed_at, x.mail_attempts
        from jsonb_populate_recordset(null::recaps, rows) x
        join import_ids r on r.tenant_id = tenant and r.kind = 'reader' and r.old_id = x.reader_id::text
        order by x.id;
    when 'recap_outlet' then
      -- A secret address answers once: where the one that it was written from still stands, that one keeps it.
      insert into recap_outlets (reader_id, is_daily_mailed, is_weekly_mailed, mail_to, mail_error, feed_secret_hash,
          feed_created_at, next_check_at, daily_done, weekly_done, mail_token, mail_confirmed_at, confirmation_sent_at, confirmation_count)
        select r.new_id::integer, x.is_daily_mailed, x.is_weekly_mailed, x.mail_to, x.mail_error,
          case when not t.is_taken then x.feed_secret_hash end, case when not t.is_taken then x.feed_created_at end,
          x.next_check_at, x.daily_done, x.weekly_done, x.mail_token, x.mail_confirmed_at, x.confirmation_sent_at, x.confirmation_count
        from jsonb_populate_recordset(null::recap_outlets, rows) x
        join import_ids r on r.tenant_id = tenant and r.kind = 'reader' and r.old_id = x.reader_id::text
        cross join lateral (
          select exists (select from recap_outlets o where o.feed_secret_hash = x.feed_secret_hash) as is_taken) t;
    when 'llm_usage' then
      insert into llm_usage (tenant_id, month, requests)
        select tenant, x.month, x.requests from jsonb_populate_recordset(null::llm_usage, rows) x;
  end case;
  return moved;
end $$;

-- A folder comes after its parent. Shared below shared, private below private of the same reader.
create function import_tenant_folder(tenant uuid, given jsonb) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  owner integer := imported_id(tenant, 'reader', given ->> 'owner_id')::integer;
  made integer;
begin
  if given ->> 'owner_id' is not null and owner is null then
    return;
  end if;
  insert into folders (tenant_id, owner_id, parent_id, name, created_at, created_by)
    values (tenant, owner, imported_id(tenant, 'folder', given ->> 'parent_id')::integer, given ->> 'name',
      (given ->> 'created_at')::timestamptz, imported_id(tenant, 'reader', given ->> 'created_by')::integer)
    returning id into made;
  insert into import_ids values (tenant, 'folder', given ->> 'id', made::text);
end $$;

-- Articles that are here already (same feed, same identity) stay as they are; others come with their texts, phrases, summaries
-- and story, under their old id where that is free.
create function import_tenant_articles(tenant uuid, rows jsonb) returns jsonb
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  given record;
  feed integer;
  here bigint;
  story bigint;
  moved jsonb := '[]';
begin
  for given in
    select x.*, r.value as line from jsonb_array_elements(rows) r cross join jsonb_populate_record(null::articles, r.value) x
      order by x.id
  loop
    feed := imported_id(tenant, 'feed', given.feed_id::text)::integer;
    select a.id into here from articles a where a.feed_id = feed and a.identity = given.identity;
    if here is null then
      here := case when exists (select from articles a where a.id = given.id) then allocate_article_ids(1) else given.id end;
      insert into articles (id, feed_id, identity, url, title, author, excerpt, image_url, comments_url, language, published_at,
          updated_at, received_at, sort_at, content_hash, comment_count)
        values (here, feed, given.identity, given.url, given.title, given.author, given.excerpt, given.image_url,
          given.comments_url, given.language, given.published_at, given.updated_at, given.received_at, given.sort_at,
          given.content_hash, given.comment_count);
      insert into article_contents select (c).* from (
        select jsonb_populate_record(null::article_contents, given.line -> 'content' || jsonb_build_object('article_id', here)) as c
        where given.line -> 'content' is not null) x;
      insert into article_keyphrases (article_id, phrase, normalised, score)
        select here, k.phrase, k.normalised, k.score from jsonb_populate_recordset(null::article_keyphrases, given.line -> 'keyphrases') k;
      if jsonb_typeof(given.line -> 'cluster') = 'object' then
        select i.new_id::bigint into story from import_ids i
          where i.tenant_id = tenant and i.kind = 'cluster' and i.old_id = given.line -> 'cluster' ->> 'id';
        if story is null then
          insert into clusters (first_at) values ((given.line -> 'cluster' ->> 'first_at')::timestamptz) returning id into story;
          insert into import_ids values (tenant, 'cluster', given.line -> 'cluster' ->> 'id', story::text);
        end if;
        insert into cluster_members (article_id, cluster_id, reason, joined_at)
          values (here, story, given.line -> 'cluster' ->> 'reason', (given.line -> 'cluster' ->> 'joined_at')::timestamptz);
      end if;
      perform mark_for_index(array[here]);
    elsif jsonb_typeof(given.line -> 'cluster') = 'object' then
      insert into import_ids
        select tenant, 'cluster', given.line -> 'cluster' ->> 'id', m.cluster_id::text from cluster_members m where m.article_id = here
        on conflict do nothing;
    end if;
    insert into article_summaries (article_id, tenant_id, language, engine, content_hash, summary, sentences, score, created_at, note)
      select here, case when (s.value ->> 'is_own')::boolean then tenant end, x.language, x.engine, x.content_hash, x.summary,
        x.sentences, x.score, x.created_at, x.note
      from jsonb_array_elements(given.line -> 'summaries') s, jsonb_populate_record(null::article_summaries, s.value) x
      on conflict do nothing;
    insert into import_ids values (tenant, 'article', given.id::text, here::text);
    if here <> given.id then
      moved := moved || jsonb_build_array(jsonb_build_array(given.id::text, here::text));
    end if;
  end loop;
  return moved;
end $$;

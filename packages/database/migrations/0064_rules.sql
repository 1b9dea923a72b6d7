-- Rules act on what arrives: in the transaction that brings it, or, where they ask for tags or summaries, when these are there.
-- `needs_stage` names what a rule waits for: nothing, `tag`, `summarise` or `summarise,tag`.

alter table rules add column created_by integer references readers on delete set null;
-- What arrived before is left to whoever runs the rule on it.
alter table rules add column active_since timestamptz(3) not null default now();
-- Raised where it asks for or does something else.
alter table rules add column version integer not null default 1;
create index rules_tenant on rules (tenant_id, owner_id);
create index rules_created_by on rules (created_by);
create index rules_arriving on rules (tenant_id) where is_enabled and needs_stage is null;
create index rules_waiting on rules (tenant_id) where is_enabled and needs_stage is not null;

-- A shared rule that a reader switched off for themselves.
create table rule_switches (
  rule_id integer not null references rules on delete cascade,
  reader_id integer not null references readers on delete cascade,
  primary key (rule_id, reader_id)
);
create index rule_switches_reader on rule_switches (reader_id);

-- What acted on what: each rule, as it is worded, once for each article and reader, so that what a reader changes afterwards stays.
create table rule_hits (
  reader_id integer not null references readers on delete cascade,
  article_id bigint not null references articles on delete cascade,
  rule_id integer not null references rules on delete cascade,
  version integer not null default 1,
  acted_at timestamptz(3) not null default now(),
  primary key (article_id, reader_id, rule_id)
);
create index rule_hits_reader on rule_hits (reader_id);
create index rule_hits_rule on rule_hits (rule_id);

-- Articles that rules have to look at later: because a summary is there, for all who hold it; because its tags are, for those of a
-- tenant; or because a reader follows its feed from now on. Readers up to `after_reader_id` are done.
create table rule_waits (
  id bigint generated always as identity primary key,
  article_id bigint not null,
  tenant_id uuid,
  reader_id integer,
  after_reader_id integer not null default 0
);

do $$
declare
  name text;
begin
  foreach name in array array['rule_switches', 'rule_hits', 'rule_waits'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy owner on %I to alt_owner using (true) with check (true)', name);
  end loop;
end $$;
create policy own on rule_switches to alt_backend
  using (reader_id = (select current_reader_id())) with check (reader_id = (select current_reader_id()));
create policy own on rule_hits for select to alt_backend using (reader_id = (select current_reader_id()));

-- ---------------------------------------------------------------- what has to be judged

-- Whether any rule at all acts on arrival: without one, arrivals cost nothing more.
create function has_arrival_rules() returns boolean
  language sql stable security definer set search_path = public, pg_temp
  return exists (select from rules where is_enabled and needs_stage is null);

-- The names of the folders in which a subscription lies, and of those around them.
create function subscription_folder_names(subscription integer) returns text[]
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    with recursive around as (
      select f.id, f.parent_id, f.name from subscription_folders p join folders f on f.id = p.folder_id
        where p.subscription_id = subscription
      union
      select f.id, f.parent_id, f.name from folders f join around a on f.id = a.parent_id
    )
    select array(select a.name from around a);
  end;

-- The tags of an article that a reader is shown, by all of their names.
create function seen_tag_names(wanted_article bigint, reader integer) returns text[]
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    with shown as (
      select t.id, t.name from readers r
      join article_tags n on n.article_id = wanted_article and n.tenant_id = r.tenant_id
      join tags t on t.id = n.tag_id
      where r.id = reader and not t.is_hidden and not exists (
        select from tag_vetoes v where v.reader_id = reader and (v.normalised = t.normalised
          or exists (select from tag_aliases x where x.tag_id = t.id and x.normalised = v.normalised)))
    )
    select array(select s.name from shown s
      union select x.normalised from tag_aliases x join shown s on s.id = x.tag_id);
  end;

-- `{rules: [{id, version, query, actions}], pairs: [{feedId, readerId, feedTitle, folders, ruleIds, offRuleIds}]}`: the rules that act
-- on what arrives in these feeds, for as many subscribers as one delivery serves. A shared rule that puts a shared label
-- does that for those too who switched it off: the label is everybody's.
create function rules_for_feeds(wanted_feeds integer[], after_reader integer default 0, batch integer default 200) returns jsonb
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    with subscribers as materialized (
      select s.id, s.feed_id, s.reader_id, r.tenant_id, coalesce(s.title, f.title, f.url) as feed_title
      from unnest(wanted_feeds) as w (feed_id)
      cross join lateral (
        select x.id, x.feed_id, x.reader_id, x.title from subscriptions x
        where x.feed_id = w.feed_id and x.reader_id > after_reader order by x.reader_id limit batch
      ) s
      join readers r on r.id = s.reader_id
      join feeds f on f.id = s.feed_id
    ), due as materialized (
      select u.*, x.reader_id from (select distinct s.reader_id, s.tenant_id from subscribers s) x
      cross join lateral (
        select u.id, u.version, u.query, u.actions,
          exists (select from rule_switches o where o.rule_id = u.id and o.reader_id = x.reader_id) as is_off
        from rules u
        where u.tenant_id = x.tenant_id and (u.owner_id = x.reader_id or u.owner_id is null)
          and u.is_enabled and u.needs_stage is null
      ) u
      where not u.is_off or u.actions -> 'labelIds' <> '[]'
    ), lists as materialized (
      select d.reader_id, array_agg(d.id) filter (where not d.is_off) as rule_ids,
        array_agg(d.id) filter (where d.is_off) as off_rule_ids, bool_or(d.query ~* 'folder:') as asks_folders
      from due d group by d.reader_id
    )
    select jsonb_build_object(
      'rules', (select coalesce(jsonb_agg(x), '[]') from (
        select distinct on (d.id) d.id, d.version, d.query, d.actions from due d order by d.id) x),
      'pairs', (select coalesce(jsonb_agg(jsonb_build_object('feedId', s.feed_id, 'readerId', s.reader_id,
          'feedTitle', s.feed_title, 'folders', case when l.asks_folders then subscription_folder_names(s.id) else '{}' end,
          'ruleIds', coalesce(l.rule_ids, '{}'), 'offRuleIds', coalesce(l.off_rule_ids, '{}'))), '[]')
        from subscribers s join lists l on l.reader_id = s.reader_id));
  end;

-- The same for entries that are there: `cases` in place of pairs, `{articleId, readerId, feedTitle, folders, tags, ruleIds, offRuleIds}`.
-- A rule that waits for what is not there yet is left for when it is: tags of a tenant are there when its request for them was
-- worked. One that is younger than the entry is left out.
create function rules_for_entries(article_ids bigint[], reader_ids integer[], is_arrival boolean) returns jsonb
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    with owners as materialized (
      select r.id as reader_id, r.tenant_id, u.id, u.version, u.query, u.actions, u.active_since,
        string_to_array(u.needs_stage, ',') as stages,
        exists (select from rule_switches o where o.rule_id = u.id and o.reader_id = r.id) as is_off
      from readers r
      join rules u on u.tenant_id = r.tenant_id and (u.owner_id = r.id or u.owner_id is null)
      where r.id = any (reader_ids) and u.is_enabled and (is_arrival or u.needs_stage is not null)
    ), untagged as materialized (
      select distinct q.tenant_id, x.id as article_id
      from tag_requests q cross join unnest(q.article_ids) as x (id)
      where not q.is_index_only and x.id = any (article_ids)
    ), due as materialized (
      select o.*, e.article_id, e.feed_id
      from owners o
      join entries e on e.reader_id = o.reader_id and e.article_id = any (article_ids)
      left join subscriptions s on s.reader_id = o.reader_id and s.feed_id = e.feed_id
      where (not o.is_off or o.actions -> 'labelIds' <> '[]')
        and greatest(e.received_at, s.created_at) >= o.active_since
        and not exists (select from article_stages t
          where t.article_id = e.article_id and t.stage = any (o.stages) and t.state in ('waiting', 'claimed'))
        and not exists (select from untagged w
          where w.tenant_id = o.tenant_id and w.article_id = e.article_id and 'tag' = any (o.stages))
        and not exists (select from rule_hits h
          where h.article_id = e.article_id and h.reader_id = o.reader_id and h.rule_id = o.id and h.version >= o.version)
    ), lists as materialized (
      select d.reader_id, d.article_id, d.feed_id, array_agg(d.id) filter (where not d.is_off) as rule_ids,
        array_agg(d.id) filter (where d.is_off) as off_rule_ids, bool_or(d.query ~* 'folder:') as asks_folders,
        bool_or(d.query ~* 'tag:') as asks_tags
      from due d group by d.reader_id, d.article_id, d.feed_id
    )
    select jsonb_build_object(
      'rules', (select coalesce(jsonb_agg(x), '[]') from (
        select distinct on (d.id) d.id, d.version, d.query, d.actions from due d order by d.id) x),
      'cases', (select coalesce(jsonb_agg(jsonb_build_object('articleId', l.article_id, 'readerId', l.reader_id,
          'feedTitle', coalesce(s.title, f.title, f.url),
          'folders', case when l.asks_folders then subscription_folder_names(s.id) else '{}' end,
          'tags', case when l.asks_tags then seen_tag_names(l.article_id, l.reader_id) else '{}' end,
          'ruleIds', coalesce(l.rule_ids, '{}'), 'offRuleIds', coalesce(l.off_rule_ids, '{}'))), '[]')
        from lists l
        left join articles a on a.id = l.article_id
        left join feeds f on f.id = a.feed_id
        left join subscriptions s on s.reader_id = l.reader_id and s.feed_id = a.feed_id));
  end;

-- Takes what waits, a batch of articles and of readers, and answers what has to be judged; null where nothing waits. Whoever
-- calls it acts in the same transaction.
create function take_rule_waits(batch integer, readers_a_batch integer) returns jsonb
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  first rule_waits;
  taken bigint[];
  article_ids bigint[];
  reader_ids integer[];
begin
  select * into first from rule_waits w order by w.id limit 1 for update skip locked;
  if first.id is null then
    return null;
  end if;
  select array_agg(x.id), array_agg(distinct x.article_id) into taken, article_ids from (
    select w.id, w.article_id from rule_waits w
    where w.id >= first.id and w.reader_id is not distinct from first.reader_id
      and w.tenant_id is not distinct from first.tenant_id and w.after_reader_id = first.after_reader_id
    order by w.id limit batch for update skip locked
  ) x;
  -- A statement for each kind of waiting: one for all would be planned without knowing how many readers it is about.
  if first.reader_id is not null then
    select array_agg(first.reader_id) into reader_ids
    where first.reader_id > first.after_reader_id
      and exists (select from entries e where e.article_id = any (article_ids) and e.reader_id = first.reader_id);
  elsif first.tenant_id is not null then
    select array_agg(x.id order by x.id) into reader_ids from (
      select r.id from readers r
      where r.tenant_id = first.tenant_id and r.id > first.after_reader_id
        and exists (select from entries e where e.article_id = any (article_ids) and e.reader_id = r.id)
      order by r.id limit readers_a_batch
    ) x;
  else
    -- Of each article no more readers are looked at than a batch has.
    select array_agg(x.reader_id order by x.reader_id) into reader_ids from (
      select distinct h.reader_id from unnest(article_ids) as w (id)
      cross join lateral (
        select e.reader_id from entries e where e.article_id = w.id and e.reader_id > first.after_reader_id
        order by e.reader_id limit readers_a_batch
      ) h
      order by h.reader_id limit readers_a_batch
    ) x;
  end if;
  if coalesce(cardinality(reader_ids), 0) < readers_a_batch then
    delete from rule_waits w where w.id = any (taken);
  else
    update rule_waits w set after_reader_id = reader_ids[readers_a_batch] where w.id = any (taken);
  end if;
  return rules_for_entries(article_ids, coalesce(reader_ids, '{}'), first.reader_id is not null);
end $$;

-- ---------------------------------------------------------------- acting

-- Does what rules found: `[{ruleId, version, readerId, articleId, markRead, star, hide, labelIds}]`. Each once: what a rule did to an
-- article before, it does not do again. Labels and stars go to the entry that is in lists; reading, starring and hiding are
-- of the whole story, as when a reader does it. Answers for how many entries a rule acted.
create function act_by_rules(deeds jsonb) returns integer
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  reader_ids integer[];
  acted integer;
begin
  select array_agg(distinct x."readerId") into reader_ids from jsonb_to_recordset(deeds) as x ("readerId" integer);
  if reader_ids is null then
    return 0;
  end if;
  perform from readers r where r.id = any (reader_ids) order by r.id for update;
  update readers set revision = revision + 1 where id = any (reader_ids);
  with given as materialized (
    select x."ruleId" as rule_id, x.version, x."readerId" as reader_id, x."articleId" as article_id,
      coalesce(x."markRead", false) as is_read, coalesce(x.star, false) as is_starred, coalesce(x.hide, false) as is_hidden,
      coalesce(x."labelIds", '{}') as label_ids
    from jsonb_to_recordset(deeds) as x ("ruleId" integer, version integer, "readerId" integer, "articleId" bigint, "markRead" boolean,
      star boolean, hide boolean, "labelIds" integer[])
  ), standing as materialized (
    select u.id, u.owner_id, u.tenant_id from rules u where u.id in (select g.rule_id from given g) order by u.id for key share
  ), usable as materialized (
    select l.id, l.owner_id, l.tenant_id from labels l where l.id in (select unnest(g.label_ids) from given g)
      order by l.id for key share
  ), fresh as (
    insert into rule_hits as h (reader_id, article_id, rule_id, version)
      select g.reader_id, g.article_id, g.rule_id, g.version
      from given g join standing u on u.id = g.rule_id
      join entries e on e.article_id = g.article_id and e.reader_id = g.reader_id
      on conflict (article_id, reader_id, rule_id) do update set version = excluded.version, acted_at = now()
        where h.version < excluded.version
      returning reader_id, article_id, rule_id
  ), wanted as materialized (
    select g.*, coalesce(e.folded_into, e.article_id) as shown_id, e.folded_into is null as is_shown
    from fresh x
    join given g on g.reader_id = x.reader_id and g.article_id = x.article_id and g.rule_id = x.rule_id
    join entries e on e.article_id = x.article_id and e.reader_id = x.reader_id
  ), named as materialized (
    select distinct w.reader_id, w.article_id, w.shown_id, l.id as label_id, l.owner_id is null as is_shared
    from wanted w
    join standing u on u.id = w.rule_id
    join usable l on l.id = any (w.label_ids) and l.tenant_id = u.tenant_id and l.owner_id is not distinct from u.owner_id
  ), labelled as (
    insert into entry_labels (reader_id, label_id, article_id, sort_at)
      select distinct n.reader_id, n.label_id, e.article_id, e.sort_at
      from named n join entries e on e.reader_id = n.reader_id and e.article_id = n.shown_id
      on conflict do nothing
  ), shared as (
    insert into article_labels (label_id, article_id) select distinct n.label_id, n.article_id from named n where n.is_shared
      on conflict do nothing
  ), wishes as (
    select w.reader_id, w.shown_id, bool_or(w.is_read and w.is_shown) as is_read, bool_or(w.is_starred) as is_starred,
      bool_or(w.is_hidden and w.is_shown) as is_hidden
    from wanted w group by w.reader_id, w.shown_id
  ), targets as materialized (
    select w.*, w.shown_id as article_id from wishes w
    union all
    select w.*, e.article_id from wishes w join entries e on e.reader_id = w.reader_id and e.folded_into = w.shown_id
  ), changed as (
    update entries e
      set revision = r.revision,
        is_read = e.is_read or t.is_read
          or e.is_listed and is_covered(e.revision, e.received_at, c.read_through, c.read_before),
        read_at = case when t.is_read then coalesce(e.read_at, now()) else e.read_at end,
        is_starred = e.is_starred or t.is_starred,
        hidden_reason = coalesce(e.hidden_reason, case when t.is_hidden then 'rule' end)
      from targets t, readers r, counters c
      where e.article_id = t.article_id and e.reader_id = t.reader_id and r.id = t.reader_id
        and c.reader_id = e.reader_id and c.feed_id = e.feed_id
  )
  select count(*) into acted from (select distinct w.reader_id, w.article_id from wanted w) x;
  return acted;
end $$;

-- Lets a rule, the reader's own or a shared one, act on entries of theirs that are there already. A shared label comes to
-- everybody who holds the article.
create function run_rule(wanted_rule integer, wanted_articles bigint[]) returns integer
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  me integer := current_reader_id();
  rule rules;
  label_ids integer[];
  fresh bigint[];
begin
  select * into rule from rules u
    where u.id = wanted_rule and u.tenant_id = current_tenant_id() and (u.owner_id = me or u.owner_id is null);
  if rule.id is null then
    return 0;
  end if;
  select array(select jsonb_array_elements_text(rule.actions -> 'labelIds')::integer
    where jsonb_typeof(rule.actions -> 'labelIds') = 'array') into label_ids;
  if rule.owner_id is null and cardinality(label_ids) > 0 then
    perform lock_tenant_readers();
  else
    perform from readers r where r.id = me for update;
  end if;
  select coalesce(array_agg(e.article_id), '{}') into fresh from entries e
    where e.reader_id = me and e.article_id = any (wanted_articles)
      and not exists (select from rule_hits h where h.article_id = e.article_id and h.reader_id = me and h.rule_id = rule.id
          and h.version >= rule.version);
  if rule.owner_id is null and cardinality(label_ids) > 0 and cardinality(fresh) > 0 then
    perform label_for_all(label_ids, fresh, true);
  end if;
  return act_by_rules((
    select jsonb_agg(rule.actions || jsonb_build_object('ruleId', rule.id, 'version', rule.version, 'readerId', me, 'articleId', x)) from unnest(fresh) x));
end $$;

-- ---------------------------------------------------------------- when rules have to look

-- The rest of a delivery to very many readers, in three steps of one transaction: take, judge, go on.
create function take_delivery() returns table (id bigint, feed_id integer, article_ids bigint[], after_reader_id integer)
  language sql security definer set search_path = public, pg_temp
  begin atomic
    select d.id, d.feed_id, d.article_ids, d.after_reader_id from deliveries d order by d.id limit 1 for update skip locked;
  end;

create function continue_delivery(delivery bigint, batch integer) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  d deliveries;
  last_reader integer;
begin
  select * into d from deliveries x where x.id = delivery for update;
  last_reader := deliver_batch(d.feed_id, d.article_ids, d.after_reader_id, batch);
  if last_reader is null then
    delete from deliveries x where x.id = d.id;
    perform fold_soon(array(select m.cluster_id from cluster_members m where m.article_id = any (d.article_ids)));
  else
    update deliveries x set after_reader_id = last_reader where x.id = d.id;
  end if;
end $$;

-- The text was read for tags, or there is a summary, or neither will come.
create function await_rules() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if exists (select from rules u where u.is_enabled and u.needs_stage is not null) then
    insert into rule_waits (article_id) values (new.article_id);
    perform pg_notify('alt_rules', '');
  end if;
  return null;
end $$;
create trigger await_rules after update of state on article_stages for each row
  when (new.stage in ('tag', 'summarise') and new.state in ('done', 'parked') and new.state is distinct from old.state)
  execute function await_rules();

-- What tags a tenant gives to articles stands: in the transaction that writes them.
create function await_tag_rules() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into rule_waits (article_id, tenant_id)
    select distinct x.id, o.tenant_id
    from old_rows o cross join unnest(o.article_ids) as x (id)
    where not o.is_index_only
      and exists (select from rules u where u.tenant_id = o.tenant_id and u.is_enabled and u.needs_stage is not null);
  if found then
    perform pg_notify('alt_rules', '');
  end if;
  return null;
end $$;
create trigger await_tag_rules after delete on tag_requests referencing old table as old_rows
  for each statement execute function await_tag_rules();

-- Who follows a feed anew receives what its last document holds: rules look at that too, also where they did before the
-- reader left.
create function await_rules_of_subscribers() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not exists (select from rules u where u.is_enabled) then
    return null;
  end if;
  with arriving as materialized (
    select n.reader_id, a.id as article_id
    from new_rows n
    join readers r on r.id = n.reader_id
    join feed_documents d on d.feed_id = n.feed_id
    cross join unnest(d.article_ids) as x (id)
    join articles a on a.id = x.id
    where exists (select from rules u where u.tenant_id = r.tenant_id and u.is_enabled and (u.owner_id = r.id or u.owner_id is null))
      and not exists (select from entries e where e.article_id = a.id and e.reader_id = n.reader_id)
  ), forgotten as (
    delete from rule_hits h using arriving x where h.article_id = x.article_id and h.reader_id = x.reader_id
  )
  insert into rule_waits (article_id, reader_id) select x.article_id, x.reader_id from arriving x;
  if found then
    perform pg_notify('alt_rules', '');
  end if;
  return null;
end $$;
create trigger await_rules_of_subscribers after insert on subscriptions referencing new table as new_rows
  for each statement execute function await_rules_of_subscribers();

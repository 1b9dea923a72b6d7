-- Recaps, and how they reach their reader.

-- Built once, when the time is over; before that, as often as it is asked for. `content` are topics in the shape of the
-- contract, which stay as they were when articles go.
create table recaps (
  id uuid primary key default uuidv7(),
  reader_id integer not null references readers (id) on delete cascade,
  period text not null check (period in ('daily', 'weekly')),
  local_date date not null,
  time_zone text not null,
  starts_at timestamptz(3) not null,
  ends_at timestamptz(3) not null,
  is_final boolean not null,
  article_count integer not null,
  story_count integer not null,
  engine text,
  content jsonb not null,
  built_at timestamptz(3) not null default now(),
  mailed_at timestamptz(3),
  mail_attempts integer not null default 0,
  constraint recaps_key unique (reader_id, period, local_date)
);
comment on column recaps.local_date is 'the day, or the Monday of the week, in time_zone';
create index recaps_list on recaps (reader_id, starts_at, id);

-- Readers whose recaps are built without being asked for. The row is the job.
create table recap_outlets (
  reader_id integer primary key references readers (id) on delete cascade,
  is_daily_mailed boolean not null default false,
  is_weekly_mailed boolean not null default false,
  mail_to text,
  mail_error text,
  feed_secret_hash bytea unique,
  feed_created_at timestamptz(3),
  next_check_at timestamptz(3) not null default now()
) with (fillfactor = 70);
create index recap_outlets_due on recap_outlets (next_check_at)
  where is_daily_mailed or is_weekly_mailed or feed_secret_hash is not null;

do $$
declare
  name text;
begin
  foreach name in array array['recaps', 'recap_outlets'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy owner on %I to alt_owner using (true) with check (true)', name);
    execute format('create policy own on %I to alt_backend using (reader_id = (select current_reader_id()))
      with check (reader_id = (select current_reader_id()))', name);
  end loop;
end
$$;

-- A leaver's data goes, with the secret that opens it.
create function forget_recaps() returns trigger
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  delete from recaps where reader_id = new.id;
  delete from recap_outlets where reader_id = new.id;
  return null;
end
$$;
create trigger forget_recaps after update of purged_at on readers
  for each row when (new.purged_at is not null) execute function forget_recaps();

-- What the private feed of that secret shows; no rows for a secret that is not one.
create function recap_feed(secret_hash bytea, wanted integer) returns table (
  id uuid, period text, local_date date, time_zone text, starts_at timestamptz, ends_at timestamptz, is_final boolean,
  article_count integer, story_count integer, engine text, content jsonb, built_at timestamptz, language text
)
  language sql stable security definer set search_path = public, pg_temp rows 30
  begin atomic
    select x.id, x.period, x.local_date, x.time_zone, x.starts_at, x.ends_at, x.is_final,
      x.article_count, x.story_count, x.engine, x.content, x.built_at, r.settings ->> 'language'
    from recap_outlets o
    join readers r on r.id = o.reader_id and r.purge_after is null
    join tenants t on t.id = r.tenant_id and t.suspended_at is null
    left join lateral (
      select * from recaps c where c.reader_id = o.reader_id and c.is_final and c.story_count > 0
      order by c.starts_at desc, c.id desc limit wanted
    ) x on true
    where o.feed_secret_hash = secret_hash;
  end;

-- Outlets to look after, each for `lease`; whoever is done says when to look next. Nobody else takes them meanwhile, and
-- what a worker left behind is taken up again.
create function claim_recap_outlets(wanted integer, lease interval) returns table (reader_id integer, user_id uuid, tenant_id uuid)
  language sql volatile security definer set search_path = public, pg_temp rows 20
  begin atomic
    with due as (
      select o.reader_id from recap_outlets o
      join readers r on r.id = o.reader_id and r.purge_after is null
      join tenants t on t.id = r.tenant_id and t.suspended_at is null
      where o.next_check_at <= now() and (o.is_daily_mailed or o.is_weekly_mailed or o.feed_secret_hash is not null)
      order by o.next_check_at limit wanted for update of o skip locked
    ), taken as (
      update recap_outlets o set next_check_at = now() + lease from due where o.reader_id = due.reader_id
      returning o.reader_id
    )
    select r.id, r.user_id, r.tenant_id from taken join readers r on r.id = taken.reader_id;
  end;

revoke execute on function forget_recaps, recap_feed, claim_recap_outlets from public;

-- ---------------------------------------------------------------- related articles

create index article_keyphrases_phrase on article_keyphrases (normalised, article_id);

-- Articles of the present reader's lists that share keyphrases or tags with one of theirs, those with the rarest first.
-- How rare a phrase is, is seen from the articles next to this one: at most `beside` on either side that have it, whoever
-- holds them; so what this reads is bounded, however many articles there are.
create function related_candidates(subject bigint, beside integer, wanted integer)
  returns table (article_id bigint, weight double precision)
  language sql stable security definer set search_path = public, pg_temp rows 40
  begin atomic
    with held as materialized (
      select e.article_id, e.reader_id, e.sort_at, coalesce(e.folded_into, e.article_id) as story
      from entries e where e.article_id = subject and e.reader_id = current_reader_id()
    ), phrases as materialized (
      select k.normalised from held join article_keyphrases k on k.article_id = held.article_id
      order by k.score desc, k.normalised limit 12
    ), near as materialized (
      select 'phrase ' || p.normalised as term, n.article_id
      from phrases p cross join lateral (
        (select k.article_id from article_keyphrases k
          where k.normalised = p.normalised and k.article_id < subject order by k.article_id desc limit beside)
        union all
        (select k.article_id from article_keyphrases k
          where k.normalised = p.normalised and k.article_id > subject order by k.article_id limit beside)
      ) n
      union all
      select 'tag ' || t.tag_id, n.article_id
      from held
      join article_tags t on t.article_id = held.article_id and t.tenant_id = current_tenant_id()
      cross join lateral (
        (select x.article_id from article_tags x
          where x.tag_id = t.tag_id and (x.sort_at, x.article_id) < (held.sort_at, subject)
          order by x.sort_at desc, x.article_id desc limit beside)
        union all
        (select x.article_id from article_tags x
          where x.tag_id = t.tag_id and (x.sort_at, x.article_id) > (held.sort_at, subject)
          order by x.sort_at, x.article_id limit beside)
      ) n
    ), rarity as (
      select term, ln((1 + 2 * beside)::float8 / count(*)) as weight from near group by term
    ), weighed as (
      select near.article_id, sum(rarity.weight) as weight from near join rarity using (term) group by near.article_id
    )
    select weighed.article_id, weighed.weight
    from weighed
    join held on true
    join entries e on e.article_id = weighed.article_id and e.reader_id = held.reader_id
    where e.is_listed and e.article_id <> held.story and weighed.weight > 0
      and not exists (select from cluster_members mine join cluster_members other using (cluster_id)
        where mine.article_id = subject and other.article_id = e.article_id)
    order by weighed.weight desc, abs(extract(epoch from e.sort_at - held.sort_at)), e.article_id
    limit wanted;
  end;

revoke execute on function related_candidates from public;

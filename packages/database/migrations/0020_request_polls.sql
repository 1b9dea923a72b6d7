-- A reader looks for news: polls some of the feeds they follow now, all for null, as far as the hosts' manners allow. A
-- feed that was polled within the last minute is left alone. Answers how many polls this brings forward.
create function request_polls(wanted_feeds integer[]) returns integer
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  due integer[];
begin
  -- In ascending order, so that two readers who look at the same time wait for each other and do not lock up.
  select array_agg(x.id) into due from (
    select f.id from subscriptions s join feeds f on f.id = s.feed_id
    where s.reader_id = current_reader_id() and (wanted_feeds is null or f.id = any (wanted_feeds))
      and (f.last_polled_at is null or f.last_polled_at < now() - interval '1 minute')
    order by f.id for no key update of f
  ) x;
  if due is null then
    return 0;
  end if;
  update feeds set next_poll_at = least(next_poll_at, now()), priority = 1 where id = any (due);
  perform pg_notify('alt_polls', '');
  return cardinality(due);
end
$$;

revoke execute on function request_polls from public;

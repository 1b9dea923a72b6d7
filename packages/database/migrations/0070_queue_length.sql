-- How much work is due at some stages, for whoever decides how many pods work them. Who asks sees a number and no row: the
-- role of an autoscaler is given this function alone. The count stops where more would change nothing, so that a long queue is
-- as cheap to count as a short one.
create function queue_length(stages text[], at_most integer) returns integer
  language sql stable security definer set search_path = public, pg_temp as $$
  select count(*)::integer from (
    select from article_stages
    where state in ('waiting', 'claimed') and next_attempt_at <= now() and stage = any (stages)
    limit at_most) as due
$$;

grant usage on schema public to queue_reader;
grant execute on function queue_length to queue_reader;

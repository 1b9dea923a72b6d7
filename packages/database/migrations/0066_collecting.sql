-- A feed that lies in a shared folder stays, also while nobody follows it: who joins the tenant, or comes back to the folder,
-- is to receive it. A tenant that goes holds none: it waits for its private feeds to go first. Written into the present text, so that what other migrations put there remains.
do $$
declare
  present constant text := pg_get_functiondef('collect_garbage(bigint,integer)'::regprocedure);
  changed constant text := replace(present, 'and not exists (select from subscriptions s where s.feed_id = f.id);',
    'and not exists (select from subscriptions s where s.feed_id = f.id)
      and not exists (select from folder_feeds p join folders d on d.id = p.folder_id join tenants t on t.id = d.tenant_id
        where p.feed_id = f.id and (t.purge_after is null or t.purge_after > now()));');
begin
  if changed = present then
    raise exception 'collect_garbage is not as 0066 expects it';
  end if;
  execute changed;
end
$$;

-- What a leaver put shared labels on loses them with its entries. Else they would hold articles that nobody has any more, and
-- the collection would fail at them for as long as the reader's row outlives its data.
do $$
declare
  present constant text := pg_get_functiondef('purge_leavers(integer)'::regprocedure);
  changed constant text := replace(present, 'delete from entries e using (',
    'delete from entry_labels l where l.reader_id = leaver.id
    and l.label_id in (select x.id from labels x where x.tenant_id = leaver.tenant_id);
  delete from entries e using (');
begin
  if changed = present then
    raise exception 'purge_leavers is not as 0066 expects it';
  end if;
  execute changed;
end
$$;

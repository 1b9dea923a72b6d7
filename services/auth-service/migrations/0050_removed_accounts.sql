-- Whoever removes their account removes the tenants in which they were alone. These leave the same behind as those that an
-- owner deletes: what they were allowed and whether they were suspended, so that an archive brings none of it back unseen;
-- and of a team the line that it is gone. As in 0011 but for that.

create or replace function remove_own_account() returns table (outcome text, tenants jsonb)
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_account_id constant uuid := reader_user_id();
  v_tenant tenants;
begin
  -- No account is made, and no owner of these tenants leaves, while this one is removed.
  perform pg_advisory_xact_lock(hashtextextended('auth.create_account', 0));
  perform from tenants t where t.id in (select m.tenant_id from memberships m where m.account_id = v_account_id)
    order by t.id for update;
  tenants := (
    select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name) order by t.name, t.id)
    from tenants t join memberships m on m.tenant_id = t.id and m.account_id = v_account_id
    where m.role = 'owner'
      and exists (select from memberships o where o.tenant_id = t.id and o.account_id <> v_account_id)
      and not exists (
        select from memberships o where o.tenant_id = t.id and o.account_id <> v_account_id and o.role = 'owner'
      )
  );
  outcome := case
    when tenants is not null then 'only-owner'
    when (select a.is_instance_owner from accounts a where a.id = v_account_id)
      and exists (select from accounts a where a.id <> v_account_id) then 'instance-owner'
    else 'removed'
  end;
  if outcome = 'removed' then
    for v_tenant in
      select t.* from tenants t join memberships m on m.tenant_id = t.id and m.account_id = v_account_id
      where not exists (select from memberships o where o.tenant_id = t.id and o.account_id <> v_account_id)
      order by t.id
    loop
      if v_tenant.personal_of is null then
        perform remove_tenant(v_tenant.id, 'owner');
      else
        delete from tenants where id = v_tenant.id;
        insert into removed_tenants (tenant_id, plan, limit_overrides, suspended_at, suspension_reason) values (
          v_tenant.id, v_tenant.plan, v_tenant.limit_overrides, v_tenant.suspended_at, v_tenant.suspension_reason);
      end if;
    end loop;
    delete from accounts a where a.id = v_account_id;
  end if;
  return next;
end $$;

-- Whose sign-in a second factor is asked for, for the request analyser: whether the browser is known to that account.
create function challenged_email(p_secret_hash bytea) returns text
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  begin atomic
    select a.email from public.challenges c join public.accounts a on a.id = c.account_id
    where c.secret_hash = p_secret_hash and c.kind = 'second-factor' and c.expires_at > now();
  end;

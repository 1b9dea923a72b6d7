-- Whether an account owns the instance: what its tokens say, for services that keep no accounts.

create function owns_instance(p_account_id uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select exists (select from accounts where id = p_account_id and is_instance_owner and disabled_at is null)
$$;
